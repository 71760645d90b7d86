package epub

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// A book as one page needs no other file and no network: its policy allows the
// style and the scripts that are in it, by their hashes, and pictures that are
// written in their addresses. A chapter is a section. Links and ids of chapters
// have the chapter's name before them:
//
//	limits.xhtml       #limits
//	limits.xhtml#why   #limits/why
//
// The first chapter, the title page, comes before the table of contents. It
// keeps its headings; those of all others become one step smaller, so that the
// page has one title. Their class tells what they were: "h1", "h2".

// A Frame is what a page has around a book. Nothing in Bar may load anything.
type Frame struct {
	Style  string
	Early  string // a script that runs before the page is there
	Script string // a script that runs when it is
	Bar    string // HTML above the title page; "#x-contents" is the table of contents
}

// WritePage writes a book as one page of HTML. Book.Style is not used.
func WritePage(w io.Writer, b Book, f Frame) error {
	s := newBinding(b)
	s.isPage = true
	for _, part := range []string{f.Style, f.Early, f.Script} {
		if closing.MatchString(part) {
			return fmt.Errorf("epub: a style or script of the page ends its element")
		}
	}
	var title, text bytes.Buffer
	if err := s.chapters(b.Chapters, func(c Chapter, p page) error {
		out := &text
		if len(s.pages) == 1 {
			out = &title
		}
		out.WriteString("<section")
		attribute(out, "id", s.anchor(c.File, ""))
		attribute(out, "class", strings.TrimSpace("chapter "+strings.TrimPrefix(c.Type, "chapter")))
		out.WriteString(">\n")
		out.Write(p.body)
		out.WriteString("\n</section>\n")
		return nil
	}); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	var page bytes.Buffer
	s.pageHead(&page, f)
	page.WriteString("<body>\n" + f.Bar + "\n" + `<main id="x-text">` + "\n")
	page.Write(title.Bytes())
	page.WriteString(`<nav id="x-contents" class="contents" aria-labelledby="x-contents-title">` + "\n")
	tag(&page, "h2", b.Contents, "id", "x-contents-title", "class", "h1")
	if len(b.Chapters) > 1 {
		s.pageContents(&page, b.Chapters[1:])
	}
	page.WriteString("</nav>\n")
	page.Write(text.Bytes())
	page.WriteString("</main>\n<script>" + f.Script + "</script>\n</body>\n</html>\n")
	_, err := w.Write(page.Bytes())
	return err
}

// closing is what would end the element that a style or script is in, or hide
// its end.
var closing = regexp.MustCompile(`(?i)</(script|style)|<!--`)

// pageHead begins the page.
func (s *binding) pageHead(out *bytes.Buffer, f Frame) {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	b := s.book
	out.WriteString("<!doctype html>\n<html")
	attribute(out, "lang", b.Lang)
	if b.Dir != "" {
		attribute(out, "dir", b.Dir)
	}
	out.WriteString(">\n<head>\n<meta charset=\"utf-8\">\n")
	for _, meta := range []struct{ key, name, content string }{
		{"http-equiv", "Content-Security-Policy", "default-src 'none'; style-src " + hash(f.Style) + "; script-src " + hash(f.Early) + " " + hash(f.Script) +
			"; img-src data:; form-action 'none'; base-uri 'none'"},
		{"name", "viewport", "width=device-width, initial-scale=1"},
		{"name", "referrer", "no-referrer"},
		{"name", "format-detection", "telephone=no"},
		{"name", "color-scheme", "light dark"},
		{"name", "robots", "noindex"},
		{"name", "description", b.Description},
	} {
		if meta.content != "" {
			out.WriteString("<meta")
			attribute(out, meta.key, meta.name)
			attribute(out, "content", meta.content)
			out.WriteString(">\n")
		}
	}
	tag(out, "title", b.Title)
	out.WriteString("<script>" + f.Early + "</script>\n")
	out.WriteString(`<link rel="icon" href="data:,">` + "\n<style>" + f.Style + "</style>\n</head>\n")
}

// pageContents is the table of contents. A chapter with others below it opens
// to show them, itself first.
func (s *binding) pageContents(out *bytes.Buffer, list []Chapter) {
	out.WriteString("<ol>\n")
	for _, c := range list {
		var lang []string
		if c.Lang != "" {
			lang = []string{"lang", c.Lang}
		}
		out.WriteString("<li>")
		if len(c.Chapters) > 0 {
			out.WriteString("<details>\n")
			tag(out, "summary", c.Title, lang...)
			below := c.Chapters
			if c.File != "" {
				below = append([]Chapter{{File: c.File, Title: c.Title, Lang: c.Lang}}, below...)
			}
			s.pageContents(out, below)
			out.WriteString("</details>")
		} else {
			tag(out, "a", c.Title, append([]string{"href", "#" + s.anchor(c.File, "")}, lang...)...)
		}
		out.WriteString("</li>\n")
	}
	out.WriteString("</ol>\n")
}

// anchor returns the id of something in a file of the book: on one page the
// file is part of it, and is there without an id too.
func (s *binding) anchor(file, id string) string {
	if !s.isPage {
		return id
	}
	return strings.TrimSuffix(strings.TrimSuffix(file, ".xhtml")+"/"+id, "/")
}

// source returns the address of a picture: on one page it holds the picture.
func (s *binding) source(file string) string {
	image, known := s.pictures[file]
	if !s.isPage || !known {
		return file
	}
	return "data:" + mediaTypes[path.Ext(file)] + ";base64," + base64.StdEncoding.EncodeToString(image.Data)
}

var heading = regexp.MustCompile(`^h[1-6]$`)

// name returns what an element is called. Headings below the title page are a
// step smaller on one page.
func (w *converter) name(n *html.Node) string {
	if w.isPage && len(w.pages) > 0 && heading.MatchString(n.Data) && n.Data != "h6" {
		return "h" + string(n.Data[1]+1)
	}
	return n.Data
}
