// Package markdown turns the Markdown body of a record into safe HTML, plain
// text, headings and links.
//
// A [Converter] is made once and converts any number of bodies. Convert is a
// function of the body and its language: it reads nothing else, and what it
// cannot know (addresses of records and files, sizes of images, numbers of
// sources) it leaves as holes. The result, a [Doc], keeps the HTML in one string
// with the byte offsets of its sections and holes; [Doc.HTML] joins the pieces.
//
// # The language
//
// CommonMark with tables, footnotes and definition lists, and this:
//
//   - A heading of level 2 begins a [Section]. Its id is written after it,
//     "## Límites {#limits}", in lower-case ASCII words joined by hyphens; without
//     one it is h<n>, n counting the headings of the body. Ids that begin with
//     "x-" belong to the site, an id stands once in a body, and there is no
//     heading of level 1 and none inside a quotation, list, definition or note.
//   - [@s3] cites the source s3 where no "(" or "[" follows. In code it is code.
//   - Links lead to https:, http: and mailto: addresses, to a record
//     (acervo:<id>#section), to a record's file (../other/index.es.md#section) or
//     to a heading (#section). All else is a fault, in whatever disguise:
//     destinations are judged after entities and escapes are resolved.
//   - Images are .png, .jpg or .jpeg files beside the record and have an
//     alternative text.
//   - Raw HTML, comments included, is a fault.
//   - Quotes, dashes and dots are set as the language asks: es, en, fr and pt
//     have rules, other languages only the ellipsis. An escaped sign (\") or an
//     entity stays as it is.
//
// # What is written
//
// Elements and attributes are the few that the test's policy lists; none has
// style, a handler or a free class. The second-level heading of a section is the
// site's to write, with the section's id and title. A heading below it is wrapped
// in a link to itself unless it holds a link. Tables stand in a focusable region
// that is labelled by the nearest heading above, or by #x-title. Notes stand at
// the end of the section that first calls them. Ids made here begin with "x-".
//
// # Limits
//
// The cost of a body is bounded by counts taken before it is parsed (limits.go),
// so that a hostile one is refused in the time it takes to read it.
package markdown

import (
	"html/template"
	"strings"
	"sync"

	"github.com/yuin/goldmark/parser"

	"acervo/generator/diag"
)

// A Converter turns Markdown into a [Doc]. It is safe for concurrent use.
type Converter struct {
	parser  parser.Parser
	writers sync.Pool
}

// New returns a converter.
func New() *Converter {
	return &Converter{
		parser:  newParser(),
		writers: sync.Pool{New: func() any { return newWriter() }},
	}
}

// A Place says where a body stands in the source.
type Place struct {
	Path string // the file
	Line int    // the line of the body's first line in it, from 1
}

// A Doc is a converted body. It is read-only and safe for concurrent use.
type Doc struct {
	Sections []Section // the first is what stands before the first level-2 heading
	Links    []Link    // links within the site, images and citations, in the order of the HTML
	Source   int       // bytes of the body

	html  string
	holes []hole
}

// A Section is what a level-2 heading opens. The first section of a Doc has no
// heading: its ID and Title are empty, and it may be empty as a whole.
type Section struct {
	ID       string
	Title    string    // plain
	Line     int       // of the heading in the file
	Headings []Heading // of level 3 and deeper
	Text     string    // plain text of the section with its notes, without its title; one line a block

	from, to               int // bytes of Doc.html
	fromHole, toHole       int // indexes of Doc.holes
	fromHeading, toHeading int // indexes of all headings
}

// A Heading is a heading of level 3 or deeper.
type Heading struct {
	Level    int
	ID, Text string
	Line     int
}

// A Link is a place of a body that the site must resolve or check.
type Link struct {
	Kind      Kind
	Dest      string // as the kind says
	Text      string // plain text of the link, alternative text of the image
	Line, Col int    // in the file, from 1; columns are characters
	N         int    // for a citation: the how-manieth of its Dest in the body, from 1
}

// A Kind tells what a link leads to, and what is asked of fill.
type Kind int

const (
	Record   Kind = iota // Dest is "acervo:<id>" or "acervo:<id>#<section>"; fill gives the href
	File                 // Dest is a relative path to an index.<lang>.md file, perhaps with "#<section>"; fill gives the href
	Fragment             // Dest is "#<section>"; written without fill, to be checked
	Image                // Dest is a file name; fill gives the attributes ` src="…" width="…" height="…"`
	Citation             // Dest is the id of a source; fill gives the visible label
)

// hole is a place of the HTML where the answer of fill to a link belongs.
type hole struct{ at, link int }

// Convert converts a body. Its faults carry the path and lines of at. A Doc
// always comes back, with the sections, headings and links that could be read;
// when the body has a character that may not be published, or passes a limit,
// its HTML is empty.
func (c *Converter) Convert(src []byte, lang string, at Place) (*Doc, diag.List) {
	w := c.writers.Get().(*writer)
	defer c.writers.Put(w)
	w.reset(src, lang, at)
	if w.count() {
		if root, notes := w.parse(c.parser); root != nil {
			w.document(root)
			w.unused(notes)
		}
	}
	doc := w.finish()
	return doc, w.faults
}

// HTML returns a section without its own heading. The result of fill is written
// as it is: the caller escapes it for its place. A second call gives the same
// bytes when fill does.
func (d *Doc) HTML(section int, fill func(Link) string) template.HTML {
	s := d.Sections[section]
	holes := d.holes[s.fromHole:s.toHole]
	if len(holes) == 0 {
		return template.HTML(d.html[s.from:s.to])
	}
	var out strings.Builder
	out.Grow(s.to - s.from + 24*len(holes))
	from := s.from
	for _, h := range holes {
		out.WriteString(d.html[from:h.at])
		out.WriteString(fill(d.Links[h.link]))
		from = h.at
	}
	out.WriteString(d.html[from:s.to])
	return template.HTML(out.String())
}
