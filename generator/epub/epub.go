// Package epub writes a book in EPUB 3, the format of electronic readers, or as
// one page of HTML.
//
// A [Book] is what its title page would say, a tree of chapters, pictures and a
// style sheet. [WritePage] gives a page that stands alone (see page.go), [Write]
// the file of readers, made as EPUB 3.3 asks (https://www.w3.org/TR/epub-33/):
//
//	mimetype                 first, as it is: readers know the format by it
//	META-INF/container.xml   where the package document is
//	EPUB/package.opf         the book's data, its files, the order of reading
//	EPUB/nav.xhtml           the table of contents and the landmarks
//	EPUB/book.css
//	EPUB/<chapter>.xhtml
//	EPUB/images/…
//
// The table of contents is read after the first chapter, which is the title
// page. The same book gives the same bytes: nothing depends on the time or on
// the order of a map, and all files are dated 1980.
//
// # Chapters
//
// The text of a chapter is HTML, such as a template gives for a web page, and
// becomes well-formed XHTML. Of it stay the elements and attributes that a
// book can show. Left out are, with all they hold, what a browser runs, asks
// or draws (scripts, styles, forms, buttons, SVG) and what is hidden; another
// unknown element is left out and what it holds stays. Further:
//
//   - lang is written as xml:lang too.
//   - align, which HTML 5 has no more, becomes class align-<value>.
//   - A link to an element around it, as headings on the web have, is undone.
//   - An id that XML does not allow, such as 2019, gets a "_" before it, here
//     and in links.
//   - A link that is not to https:, http:, mailto: or the book keeps its words
//     only.
//   - A link of class cite, or of role doc-noteref, calls a note; readers may
//     show the note beside it.
//
// # Links
//
// Every address goes through Book.Resolve, which gives an address on the web or
// a file of the book, perhaps with a fragment: "limits.xhtml#why". A picture is
// named by its file. Pictures that no chapter shows are left out.
//
// A book that is not whole is an error: a link to a chapter, an id or a picture
// that is not there, an id that a chapter has twice, two chapters of one name.
// The error names every such place; what was written by then is of no use.
package epub

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"regexp"
	"time"
)

// A Book is what Write writes. Texts are plain.
type Book struct {
	Lang        string // a BCP 47 tag
	Dir         string // "ltr" or "rtl"; also the direction in which pages are turned
	Title       string
	Description string
	Identifier  string // a URI, the same for all editions of the book
	Modified    time.Time
	Publisher   string
	Source      string // URL of what the book was made from
	Rights      string
	Style       string // the style sheet; it may not load anything
	Contents    string // heading of the table of contents
	Chapters    []Chapter
	Images      []Image
	Resolve     func(address string) string // nil leaves addresses as they are
}

// A Chapter is a file of the book with those below it in the table of contents.
type Chapter struct {
	File     string // a name in lower case such as "limits.xhtml"; empty for a heading of the table only
	Title    string
	Lang     string // of the title, where that is not the book's
	Type     string // a term of https://www.w3.org/TR/epub-ssv-11/ such as "glossary"; may be empty
	HTML     func() (string, error)
	Chapters []Chapter
}

// An Image is a picture of the book, a JPEG or PNG.
type Image struct {
	File string // "images/river.jpg"
	Data []byte
}

// A binding is a book that is being written.
type binding struct {
	book     Book
	zip      *zip.Writer
	pages    []page          // in the order of reading
	known    map[string]page // by file
	pictures map[string]Image
	shown    []Image // in the order in which they are first shown
	wrong    []error
	isPage   bool // the book becomes one page
}

func newBinding(b Book) *binding {
	s := &binding{book: b, known: map[string]page{}, pictures: map[string]Image{}}
	for _, image := range b.Images {
		s.pictures[image.File] = image
	}
	return s
}

// Write writes a book. It reads the text of each chapter once, in order.
func Write(w io.Writer, b Book) error {
	s := newBinding(b)
	s.zip = zip.NewWriter(w)
	s.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	if err := s.mimetype(); err != nil {
		return err
	}
	if err := s.chapters(b.Chapters, s.bind); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	files := []Image{
		{"EPUB/book.css", []byte(b.Style)}, {"EPUB/nav.xhtml", s.navigation()},
		{"EPUB/package.opf", s.packageDocument()}, {"META-INF/container.xml", []byte(container)},
	}
	for _, image := range s.shown {
		files = append(files, Image{"EPUB/" + image.File, image.Data})
	}
	for _, file := range files {
		if err := s.write(file.File, file.Data); err != nil {
			return err
		}
	}
	return s.zip.Close()
}

// mimetype writes the first file, whose bytes begin at the 38th of the book:
// no compression, no further field before it.
func (s *binding) mimetype() error {
	const text = "application/epub+zip"
	w, err := s.zip.CreateRaw(&zip.FileHeader{
		Name: "mimetype", Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte(text)),
		CompressedSize64: uint64(len(text)), UncompressedSize64: uint64(len(text)),
	})
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	return err
}

// dated is the earliest date that the file format knows.
var dated = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (s *binding) write(name string, data []byte) error {
	method := zip.Deflate
	if mediaTypes[path.Ext(name)] != "" {
		method = zip.Store // pictures are compressed already
	}
	w, err := s.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: dated})
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

// fileName is what a chapter's file may be called, so that every system can
// keep it and no address needs an escape.
var fileName = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*\.xhtml$`)

func (s *binding) fail(format string, args ...any) {
	s.wrong = append(s.wrong, fmt.Errorf("epub: "+format, args...))
}

// chapters converts chapters and those below them, in the order of reading, and
// writes each.
func (s *binding) chapters(list []Chapter, write func(Chapter, page) error) error {
	for _, c := range list {
		if c.File != "" {
			p, err := s.chapter(c)
			if err == nil {
				err = write(c, p)
			}
			if err != nil {
				return err
			}
		}
		if err := s.chapters(c.Chapters, write); err != nil {
			return err
		}
	}
	return nil
}

// chapter converts a chapter and notes what it has and where it leads.
func (s *binding) chapter(c Chapter) (page, error) {
	_, twice := s.known[c.File]
	if twice || !fileName.MatchString(c.File) || c.File == "nav.xhtml" {
		return page{}, fmt.Errorf("epub: %q cannot be the name of a further chapter", c.File)
	}
	text, err := c.HTML()
	if err != nil {
		return page{}, err
	}
	p, err := s.convert(c, text)
	if err != nil {
		return page{}, fmt.Errorf("epub: %s: %w", c.File, err)
	}
	noted := p
	noted.body = nil
	s.known[c.File] = noted
	s.pages = append(s.pages, noted)
	return p, nil
}

// bind writes a chapter as a file of the book.
func (s *binding) bind(c Chapter, p page) error {
	var out bytes.Buffer
	s.head(&out, c.Title)
	out.WriteString("<body")
	if c.Type != "" {
		attribute(&out, "epub:type", c.Type)
	}
	out.WriteString(">\n")
	out.Write(p.body)
	out.WriteString("\n</body>\n</html>\n")
	return s.write("EPUB/"+c.File, out.Bytes())
}

// check looks up every link of the book.
func (s *binding) check() error {
	listed := map[string]bool{}
	for _, p := range s.pages {
		for _, l := range p.links {
			target, known := s.known[l.file]
			switch {
			case !known:
				s.fail("%s: no chapter %q", p.file, l.file)
			case l.id != "" && !target.ids[l.id]:
				s.fail("%s: no %q in %s", p.file, l.id, l.file)
			}
		}
		for _, file := range p.images {
			image, known := s.pictures[file]
			switch {
			case !known || mediaTypes[path.Ext(file)] == "":
				s.fail("%s: no picture %q", p.file, file)
			case !listed[file]:
				listed[file] = true
				s.shown = append(s.shown, image)
			}
		}
	}
	return errors.Join(s.wrong...)
}
