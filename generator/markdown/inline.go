package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"acervo/generator/diag"
)

// inline writes the inline nodes of a block, and ends the line of the text.
func (w *writer) inline(block ast.Node) {
	w.quotes = quotes{prev: ' '}
	w.spans(block)
	w.line()
}

func (w *writer) spans(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.span(n)
	}
}

// span writes an inline node with all that it holds.
func (w *writer) span(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.textNode(n)
	case *ast.CodeSpan:
		w.codeSpan(n)
	case *ast.Emphasis:
		w.emphasis(n)
	case *ast.Link:
		w.link(n)
	case *ast.AutoLink:
		w.autoLink(n)
	case *ast.Image:
		w.image(n)
	case *ast.RawHTML:
		s := n.Segments.At(0)
		w.rawHTML(s.Start, s)
	case *citation:
		w.cite(n)
	case *east.FootnoteLink:
		w.call(n)
	case *east.FootnoteBacklink:
		w.backlink(n)
	}
}

// rawHTML adds the fault for HTML, quoting its first line.
func (w *writer) rawHTML(offset int, s segment) {
	line, _, _ := bytes.Cut(bytes.TrimSpace(s.Value(w.src)), []byte{'\n'})
	w.fault("raw-html", offset, quoted(line, "html"))
}

func (w *writer) textNode(n *ast.Text) {
	s := n.Segment
	value := s.Value(w.src)
	if n.IsRaw() {
		w.plain(value)
	} else {
		w.prose(value, s.Start, next(n, w.src))
	}
	switch {
	case n.HardLineBreak():
		w.put("<br>\n")
	case n.SoftLineBreak():
		w.put("\n")
	default:
		return
	}
	w.text = append(w.text, ' ')
	w.prev = ' '
}

func (w *writer) codeSpan(n *ast.CodeSpan) {
	w.put("<code>")
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		s := c.(*ast.Text).Segment
		value := s.Value(w.src)
		if line, ok := bytes.CutSuffix(value, []byte("\n")); ok {
			w.plain(line)
			w.plain([]byte(" "))
		} else {
			w.plain(value)
		}
	}
	w.put("</code>")
	w.prev = 'x'
}

func (w *writer) emphasis(n *ast.Emphasis) {
	open, end := "<em>", "</em>"
	if n.Level == 2 {
		open, end = "<strong>", "</strong>"
	}
	if w.enter(n) {
		w.put(open)
		w.spans(n)
		w.put(end)
	}
	w.leave()
}

// refuseNested adds the fault for a link, citation, note or image where only
// text may stand.
func (w *writer) refuseNested(n ast.Node) {
	code := "link-nested"
	if w.mode == inTitle {
		code = "heading-link"
	}
	w.fault(code, w.offset(n), nil)
}

func (w *writer) link(n *ast.Link) {
	open := w.openLink(n, unescape(n.Destination), n.Title)
	if open >= noHole {
		w.mode = inLink
	}
	if w.enter(n) {
		w.spans(n)
	}
	w.leave()
	w.closeLink(open)
}

func (w *writer) autoLink(n *ast.AutoLink) {
	dest := string(n.Label(w.src))
	label := dest
	if n.AutoLinkType == ast.AutoLinkEmail {
		dest = "mailto:" + dest
	}
	open := w.openLink(n, dest, nil)
	w.plain([]byte(label))
	w.closeLink(open)
	w.prev = 'x'
}

// What openLink returns: the index of the link in Doc.Links, or one of these.
const (
	noHole   = -1 // written, not listed
	notALink = -2 // only its text stands
)

// openLink writes the start tag of a link, or adds its fault.
func (w *writer) openLink(n ast.Node, dest string, title []byte) int {
	if w.mode != free {
		w.refuseNested(n)
		return notALink
	}
	d := resolve(dest)
	if d.fault != "" {
		w.fault(d.fault, w.offset(n), quoted([]byte(dest), "dest"))
		return notALink
	}
	index := noHole
	w.put(`<a href="`)
	switch {
	case d.href != "":
		w.escape(d.href)
	case d.kind == Fragment:
		index = w.listed(n, d.kind, dest)
		w.put(dest)
	default:
		index = w.listed(n, d.kind, dest)
		w.hole(index)
	}
	w.put(`"`)
	w.titleAttribute(title)
	if d.web {
		w.put(` rel="external noreferrer"`)
	}
	w.put(">")
	return index
}

func (w *writer) closeLink(open int) {
	if open == notALink {
		return
	}
	w.put("</a>")
	w.mode = free
	if open >= 0 {
		w.links[open].to = len(w.text)
		w.floor = len(w.text)
	}
}

// listed adds a link to those of the Doc, and returns its index.
func (w *writer) listed(n ast.Node, kind Kind, dest string) int {
	line, col := w.place(w.offset(n))
	w.found = append(w.found, Link{Kind: kind, Dest: dest, Line: line, Col: col})
	w.links = append(w.links, span{len(w.text), len(w.text)})
	return len(w.found) - 1
}

func (w *writer) hole(link int) {
	w.holes = append(w.holes, hole{len(w.html), link})
}

func (w *writer) titleAttribute(title []byte) {
	if len(bytes.TrimSpace(title)) == 0 {
		return
	}
	w.put(` title="`)
	w.escape(w.publishable(unescape(title)))
	w.put(`"`)
}

func (w *writer) image(n *ast.Image) {
	if w.mode == inAlt || w.mode == inTitle {
		w.refuseNested(n)
		return
	}
	html, text, outer := len(w.html), len(w.text), w.mode
	w.mode = inAlt
	if w.enter(n) {
		w.spans(n)
	}
	w.leave()
	w.mode = outer
	w.html = w.html[:html]
	alt := bytes.TrimSpace(w.text[text:])
	dest := unescape(n.Destination)
	switch {
	case !isImage(dest):
		w.fault("image-file", w.offset(n), quoted([]byte(dest), "dest"))
	case len(alt) == 0:
		w.fault("image-alt", w.offset(n), diag.Args{"file": dest})
	default:
		index := w.listed(n, Image, dest)
		w.links[index] = span{text, len(w.text)}
		w.put("<img")
		w.hole(index)
		w.put(` alt="`)
		w.escape(string(alt))
		w.put(`" loading="lazy"`)
		w.titleAttribute(n.Title)
		w.put(">")
	}
	w.prev = 'x'
}

// cite writes a citation. It leaves no trace in the plain text, nor does the
// space before it.
func (w *writer) cite(n *citation) {
	if w.mode != free {
		w.refuseNested(n)
		return
	}
	if last := len(w.text) - 1; last >= w.floor && w.text[last] == ' ' {
		w.text = w.text[:last]
	}
	source := w.source(n.id)
	source.calls++
	index := w.listed(n, Citation, source.id)
	w.found[index].N = source.calls
	w.put(`<a class="cite" href="#x-source-`, source.id, `" id="x-cite-`, source.id, "-")
	w.putInt(source.calls)
	w.put(`">`)
	w.hole(index)
	w.put("</a>")
	w.prev = 'x'
}

// source returns the entry of a source that the body cites.
func (w *writer) source(id []byte) *source {
	i, ok := w.cites[string(id)]
	if !ok {
		i = len(w.sources)
		w.sources = append(w.sources, source{id: string(id)})
		w.cites[w.sources[i].id] = i
	}
	return &w.sources[i]
}
