package markdown

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"acervo/generator/diag"
)

// writer walks once over the tree of a body and writes its HTML and its plain
// text side by side. Writers are reused; finish copies what the Doc keeps.
type writer struct {
	src    []byte
	at     Place
	typo   *typography
	html   []byte
	text   []byte
	faults diag.List

	sections []Section
	headings []Heading // of all sections
	found    []Link
	holes    []hole
	titles   []span // of text: of sections,
	texts    []span // of sections,
	names    []span // of headings,
	links    []span // and of links found
	lists    []int  // scratch of counter
	ids      map[string]bool
	cites    map[string]int // indexes of sources
	sources  []source

	where   position
	mode    mode
	label   string // id of the nearest heading above
	ordinal int    // headings so far
	inside  int    // containers, emphasis and links around the present node
	unsafe  bool   // a character may not be published, or the HTML is too long
	floor   int    // no space of the text is dropped below
	quotes         // state of the typography in the present block

	notes   []*east.Footnote // called ones by goldmark's index
	numbers []int            // by goldmark's index, 0 before the first call
	queue   []int            // called in this section and not yet written
	written int              // notes so far
}

// source is a source that the body cites.
type source struct {
	id    string
	calls int
}

type span struct{ from, to int }

// mode tells what an inline node may become where it stands.
type mode int

const (
	free    mode = iota
	inLink       // no further link
	inAlt        // text only
	inTitle      // text only: the site writes the heading
)

// position remembers a place, so that the next one is found from there.
type position struct{ offset, line, col int }

func newWriter() *writer {
	return &writer{ids: map[string]bool{}, cites: map[string]int{}}
}

// reset makes the writer ready for a body and forgets what the last one left.
func (w *writer) reset(src []byte, lang string, at Place) {
	at.Line = max(at.Line, 1)
	clear(w.ids)
	clear(w.cites)
	*w = writer{
		src: src, at: at, typo: typographyOf(lang), where: position{line: at.Line, col: 1},
		html: w.html[:0], text: w.text[:0],
		sections: w.sections[:0], headings: w.headings[:0], found: w.found[:0], holes: w.holes[:0],
		titles: w.titles[:0], texts: w.texts[:0], names: w.names[:0], links: w.links[:0],
		lists: w.lists[:0], ids: w.ids, cites: w.cites, sources: w.sources[:0], queue: w.queue[:0],
	}
}

// finish makes the Doc, with copies of what the writer will use again. Titles,
// texts and names are parts of one string.
func (w *writer) finish() *Doc {
	if len(w.sections) == 0 {
		w.begin("", span{}, w.at.Line)
		w.end()
	}
	if limit := maxGrowth*len(w.src) + maxSlack; len(w.html) > limit {
		w.faults.Add("body-html", w.at.Path, w.at.Line, 0, numbers(len(w.html), limit))
		w.unsafe = true
	}
	text := string(w.text)
	for i, s := range w.names {
		w.headings[i].Text = text[s.from:s.to]
	}
	for i, s := range w.links {
		w.found[i].Text = text[s.from:max(s.from, s.to)]
	}
	d := &Doc{Source: len(w.src), Links: slices.Clone(w.found), Sections: slices.Clone(w.sections)}
	headings := slices.Clone(w.headings)
	for i := range d.Sections {
		s := &d.Sections[i]
		s.Title = text[w.titles[i].from:w.titles[i].to]
		s.Text = text[w.texts[i].from:w.texts[i].to]
		n := s.toHeading - s.fromHeading
		s.Headings, headings = headings[:n:n], headings[n:]
		if w.unsafe {
			s.from, s.to, s.fromHole, s.toHole = 0, 0, 0, 0
		}
	}
	if !w.unsafe {
		d.html, d.holes = string(w.html), slices.Clone(w.holes)
	}
	w.src, w.notes = nil, nil
	return d
}

func (w *writer) fault(code string, offset int, args diag.Args) {
	line, col := w.place(offset)
	w.faults.Add(code, w.at.Path, line, col, args)
}

// character adds the fault for a character that may not be published.
func (w *writer) character(name string, line, col int) {
	w.unsafe = true
	w.faults.Add("body-character", w.at.Path, line, col, diag.Args{"character": name})
}

// place returns line and column of an offset of the body. Offsets come almost
// in order, so it counts from the last one.
func (w *writer) place(offset int) (line, col int) {
	p := &w.where
	if offset < p.offset {
		*p = position{line: w.at.Line, col: 1}
	}
	between := w.src[p.offset:min(offset, len(w.src))]
	if last := bytes.LastIndexByte(between, '\n'); last >= 0 {
		p.line += bytes.Count(between, []byte{'\n'})
		p.col = 1
		between = between[last+1:]
	}
	p.col += utf8.RuneCount(between)
	p.offset = min(offset, len(w.src))
	return p.line, p.col
}

// quoted is an argument with the start of a value of the body.
func quoted(value []byte, name string) diag.Args {
	const most = 80
	if utf8.RuneCount(value) > most {
		value = []byte(string([]rune(string(value))[:most]) + "…")
	}
	return diag.Args{name: string(value)}
}

// document writes the sections.
func (w *writer) document(root ast.Node) {
	if list, ok := root.LastChild().(*east.FootnoteList); ok {
		for n := list.FirstChild(); n != nil; n = n.NextSibling() {
			w.notes = append(w.notes, n.(*east.Footnote))
		}
		w.numbers = make([]int, len(w.notes))
	}
	w.begin("", span{}, w.at.Line)
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 2 {
			w.end()
			w.title(h)
			continue
		}
		w.block(n)
	}
	w.end()
}

// begin opens a section at the end of what is written.
func (w *writer) begin(id string, title span, line int) {
	w.label = id
	w.floor = len(w.text)
	w.titles = append(w.titles, title)
	w.texts = append(w.texts, span{len(w.text), len(w.text)})
	w.sections = append(w.sections, Section{
		ID: id, Line: line, from: len(w.html), fromHole: len(w.holes), fromHeading: len(w.headings),
	})
}

// end writes the notes that the section called, and closes it.
func (w *writer) end() {
	w.writeNotes()
	last := len(w.sections) - 1
	s := &w.sections[last]
	s.to, s.toHole, s.toHeading = len(w.html), len(w.holes), len(w.headings)
	t := &w.texts[last]
	t.to = t.from + len(bytes.TrimRight(w.text[t.from:], "\n "))
}

// title opens the section of a level-2 heading. Its text is written as inline
// nodes are, and the HTML dropped.
func (w *writer) title(h *ast.Heading) {
	line, id := w.identify(h)
	html, text := len(w.html), len(w.text)
	w.mode = inTitle
	w.quotes = quotes{prev: ' '}
	w.spans(h)
	w.mode = free
	w.html = w.html[:html]
	w.named(h, text)
	w.begin(id, span{text, len(w.text)}, line)
}

// identify returns the line and the id of a heading, and adds its faults.
func (w *writer) identify(h *ast.Heading) (line int, id string) {
	w.ordinal++
	offset := max(h.Pos(), 0)
	if v, ok := h.AttributeString(idAttribute); ok {
		id, offset = w.attribute(v)
	}
	if id == "" {
		id = "h" + strconv.Itoa(w.ordinal)
	}
	if w.ids[id] {
		w.fault("heading-double", offset, diag.Args{"id": id})
	}
	w.ids[id] = true
	line, _ = w.place(max(h.Pos(), 0))
	return line, id
}

// named adds a fault for a heading whose text, from an index on, is empty.
func (w *writer) named(h *ast.Heading, from int) {
	if len(bytes.TrimSpace(w.text[from:])) == 0 {
		w.fault("heading-empty", w.offset(h), nil)
	}
}

// attribute returns the id that a heading is given, "" for a wrong one, and
// where it stands.
func (w *writer) attribute(v any) (id string, offset int) {
	segment := v.(segment)
	value := segment.Value(w.src)
	switch {
	case !isID(string(value)):
		w.fault("heading-id", segment.Start, quoted(value, "id"))
		return "", segment.Start
	case bytes.HasPrefix(value, []byte("x-")):
		w.fault("heading-reserved", segment.Start, quoted(value, "id"))
		return "", segment.Start
	}
	return string(value), segment.Start
}

// unused adds a fault for each note that nothing calls.
func (w *writer) unused(notes []*east.Footnote) {
	for _, n := range notes {
		if n.Index < 0 {
			w.fault("note-unused", max(n.Pos(), 0), quoted(n.Ref, "value"))
		}
	}
}
