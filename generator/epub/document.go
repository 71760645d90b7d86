package epub

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"time"
)

const declaration = `<?xml version="1.0" encoding="utf-8"?>` + "\n"

const container = declaration + `<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
`

// mediaTypes are those of pictures, by extension.
var mediaTypes = map[string]string{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}

// head begins an XHTML file. Readers that look for telephone numbers are told
// not to.
func (s *binding) head(out *bytes.Buffer, title string) {
	out.WriteString(declaration + "<!DOCTYPE html>\n" + `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"`)
	attribute(out, "lang", s.book.Lang)
	attribute(out, "xml:lang", s.book.Lang)
	if s.book.Dir != "" {
		attribute(out, "dir", s.book.Dir)
	}
	out.WriteString(">\n<head>\n" + `<meta charset="utf-8"/>` + "\n" + `<meta name="format-detection" content="telephone=no"/>` + "\n")
	tag(out, "title", title)
	out.WriteString(`<link rel="stylesheet" type="text/css" href="book.css"/>` + "\n</head>\n")
}

// tag writes an element with a text on a line of its own.
func tag(out *bytes.Buffer, name, text string, attributes ...string) {
	out.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		attribute(out, attributes[i], attributes[i+1])
	}
	out.WriteByte('>')
	escape(out, text)
	out.WriteString("</" + name + ">\n")
}

// navigation is the table of contents with the landmarks.
func (s *binding) navigation() []byte {
	var out bytes.Buffer
	s.head(&out, s.book.Contents)
	out.WriteString("<body>\n" + `<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="toc-title">` + "\n")
	tag(&out, "h1", s.book.Contents, "id", "toc-title")
	s.entries(&out, s.book.Chapters)
	out.WriteString("</nav>\n" + `<nav epub:type="landmarks" hidden="hidden">` + "\n<ol>\n")
	for _, l := range s.landmarks() {
		out.WriteString("<li>")
		tag(&out, "a", l.Title, "epub:type", l.Type, "href", l.File)
		out.WriteString("</li>\n")
	}
	out.WriteString("</ol>\n</nav>\n</body>\n</html>\n")
	return out.Bytes()
}

func (s *binding) entries(out *bytes.Buffer, list []Chapter) {
	out.WriteString("<ol>\n")
	for _, c := range list {
		var lang []string
		if c.Lang != "" {
			lang = []string{"lang", c.Lang, "xml:lang", c.Lang}
		}
		out.WriteString("<li>")
		if c.File == "" {
			tag(out, "span", c.Title, lang...)
		} else {
			tag(out, "a", c.Title, append([]string{"href", c.File}, lang...)...)
		}
		if len(c.Chapters) > 0 {
			s.entries(out, c.Chapters)
		}
		out.WriteString("</li>\n")
	}
	out.WriteString("</ol>\n")
}

// landmarks are the places that readers offer by name: the table of contents,
// the first chapter of each type, and the first part as the body.
func (s *binding) landmarks() []Chapter {
	list := []Chapter{{File: "nav.xhtml#toc", Title: s.book.Contents, Type: "toc"}}
	seen := map[string]bool{"": true, "chapter": true}
	var walk func([]Chapter)
	walk = func(chapters []Chapter) {
		for _, c := range chapters {
			if c.File != "" && !seen[c.Type] {
				seen[c.Type] = true
				if c.Type == "part" {
					c.Type = "bodymatter"
				}
				list = append(list, c)
			}
			walk(c.Chapters)
		}
	}
	walk(s.book.Chapters)
	return list
}

// packageDocument lists the book's data and files.
func (s *binding) packageDocument() []byte {
	b := s.book
	var out bytes.Buffer
	out.WriteString(declaration + `<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book"`)
	attribute(&out, "xml:lang", b.Lang)
	out.WriteString(">\n" + `<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">` + "\n")
	tag(&out, "dc:identifier", b.Identifier, "id", "book")
	for _, data := range []struct{ name, text string }{
		{"dc:title", b.Title}, {"dc:language", b.Lang}, {"dc:description", b.Description}, {"dc:publisher", b.Publisher},
		{"dc:source", b.Source}, {"dc:rights", b.Rights},
	} {
		if data.text != "" {
			tag(&out, data.name, data.text)
		}
	}
	tag(&out, "meta", s.modified(), "property", "dcterms:modified")
	for _, pair := range s.accessibility() {
		tag(&out, "meta", pair[1], "property", "schema:"+pair[0])
	}
	out.WriteString("</metadata>\n")
	s.manifest(&out)
	s.spine(&out)
	out.WriteString("</package>\n")
	return out.Bytes()
}

// modified is the time of the last change. The format wants one.
func (s *binding) modified() string {
	when := s.book.Modified
	if when.IsZero() {
		when = dated
	}
	return when.UTC().Format(time.RFC3339)
}

// accessibility says in the terms of https://www.w3.org/TR/epub-a11y-11/ what
// readers need to take the book in.
func (s *binding) accessibility() [][2]string {
	list := [][2]string{{"accessMode", "textual"}}
	features := []string{"tableOfContents", "readingOrder", "structuralNavigation"}
	if len(s.shown) > 0 {
		list = append(list, [2]string{"accessMode", "visual"})
		features = append(features, "alternativeText")
	}
	list = append(list, [2]string{"accessModeSufficient", "textual"})
	for _, feature := range features {
		list = append(list, [2]string{"accessibilityFeature", feature})
	}
	return append(list, [2]string{"accessibilityHazard", "none"})
}

func (s *binding) manifest(out *bytes.Buffer) {
	item := func(id, file, kind, properties string) {
		fmt.Fprintf(out, `<item id="%s" href="%s" media-type="%s"%s/>`+"\n", id, file, kind, properties)
	}
	out.WriteString("<manifest>\n")
	item("nav", "nav.xhtml", "application/xhtml+xml", ` properties="nav"`)
	item("style", "book.css", "text/css", "")
	for _, p := range s.pages {
		item(itemID(p.file), p.file, "application/xhtml+xml", "")
	}
	for i, image := range s.shown {
		item(fmt.Sprintf("image-%d", i+1), image.File, mediaTypes[path.Ext(image.File)], "")
	}
	out.WriteString("</manifest>\n")
}

func itemID(file string) string { return "c-" + strings.TrimSuffix(file, ".xhtml") }

// spine is the order of reading.
func (s *binding) spine(out *bytes.Buffer) {
	out.WriteString("<spine")
	if s.book.Dir != "" {
		attribute(out, "page-progression-direction", s.book.Dir)
	}
	out.WriteString(">\n")
	for i, p := range s.pages {
		if i == 1 {
			out.WriteString(`<itemref idref="nav"/>` + "\n")
		}
		fmt.Fprintf(out, `<itemref idref="%s"/>`+"\n", itemID(p.file))
	}
	if len(s.pages) < 2 {
		out.WriteString(`<itemref idref="nav"/>` + "\n")
	}
	out.WriteString("</spine>\n")
}
