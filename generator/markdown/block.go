package markdown

import (
	"strconv"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

type segment = text.Segment

// put writes HTML as it is.
func (w *writer) put(parts ...string) {
	for _, s := range parts {
		w.html = append(w.html, s...)
	}
}

func (w *writer) putInt(n int) { w.html = strconv.AppendInt(w.html, int64(n), 10) }

// line ends a line of the plain text.
func (w *writer) line() {
	if n := len(w.text); n > w.texts[len(w.texts)-1].from && w.text[n-1] != '\n' {
		w.text = append(w.text, '\n')
	}
}

// enter counts one more thing around the nodes that follow, and reports whether
// they may be written.
func (w *writer) enter(n ast.Node) bool {
	w.inside++
	if w.inside == maxNesting+1 {
		w.fault("body-nesting", w.offset(n), numbers(w.inside, maxNesting))
	}
	return w.inside <= maxNesting
}

func (w *writer) leave() { w.inside-- }

// offset returns where a node begins in the body, as near as the tree knows.
func (w *writer) offset(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if p := n.Pos(); p >= 0 {
			return p
		}
	}
	return 0
}

func (w *writer) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n)
	}
}

// block writes a block with all that it holds.
func (w *writer) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph:
		w.put("<p>")
		w.inline(n)
		w.put("</p>\n")
	case *ast.TextBlock:
		w.inline(n)
		if n.NextSibling() != nil && n.HasChildren() {
			w.put("\n")
		}
	case *ast.Heading:
		w.heading(n)
	case *ast.Blockquote:
		w.container(n, "<blockquote>\n", "</blockquote>\n")
	case *ast.List:
		w.list(n)
	case *ast.ListItem:
		w.item(n)
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		w.code(n)
	case *ast.ThematicBreak:
		w.put("<hr>\n")
	case *ast.HTMLBlock:
		s := n.Lines().At(0)
		w.rawHTML(max(n.Pos(), s.Start), s)
	case *east.Table:
		w.table(n)
	case *east.DefinitionList:
		w.container(n, "<dl>\n", "</dl>\n")
	case *east.DefinitionTerm:
		w.put("<dt>")
		w.inline(n)
		w.put("</dt>\n")
	case *east.DefinitionDescription:
		w.definition(n)
	case *east.FootnoteBacklink:
		w.backlink(n)
	}
}

func (w *writer) container(n ast.Node, open, end string) {
	if w.enter(n) {
		w.put(open)
		w.blocks(n)
		w.put(end)
	}
	w.leave()
}

// heading writes a heading of level 3 or deeper. Elsewhere than between the
// blocks of a body, and at level 1, it is a fault and becomes a paragraph.
func (w *writer) heading(h *ast.Heading) {
	line, id := w.identify(h)
	code := ""
	switch {
	case h.Parent().Kind() != ast.KindDocument:
		code = "heading-nested"
	case h.Level == 1:
		code = "heading-one"
	}
	if code != "" {
		w.fault(code, w.offset(h), nil)
		w.put("<p>")
		w.inline(h)
		w.put("</p>\n")
		return
	}
	w.label = id
	level, anchor := strconv.Itoa(h.Level), !holdsLink(h)
	w.put("<h", level, ` id="`, id, `">`)
	if anchor {
		w.put(`<a class="anchor" href="#`, id, `">`)
	}
	from := len(w.text)
	w.inline(h)
	if anchor {
		w.put("</a>")
	}
	w.put("</h", level, ">\n")
	w.named(h, from)
	w.headings = append(w.headings, Heading{Level: h.Level, ID: id, Line: line})
	w.names = append(w.names, span{from, max(from, len(w.text)-1)})
}

// holdsLink reports whether a link would stand inside a link around the node.
func holdsLink(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c.Kind() {
		case ast.KindLink, ast.KindAutoLink, kindCitation, east.KindFootnoteLink:
			return true
		}
		if c.Kind() != ast.KindImage && holdsLink(c) {
			return true
		}
	}
	return false
}

func (w *writer) list(n *ast.List) {
	switch {
	case !n.IsOrdered():
		w.put("<ul>\n")
	case n.Start != 1:
		w.put(`<ol start="`)
		w.putInt(n.Start)
		w.put("\">\n")
	default:
		w.put("<ol>\n")
	}
	w.blocks(n)
	if n.IsOrdered() {
		w.put("</ol>\n")
	} else {
		w.put("</ul>\n")
	}
}

func (w *writer) item(n *ast.ListItem) {
	open := "<li>"
	if first := n.FirstChild(); first != nil && first.Kind() != ast.KindTextBlock {
		open = "<li>\n"
	}
	w.container(n, open, "</li>\n")
}

func (w *writer) definition(n *east.DefinitionDescription) {
	open := "<dd>\n"
	if n.IsTight {
		open = "<dd>"
	}
	w.container(n, open, "</dd>\n")
}

func (w *writer) code(n ast.Node) {
	w.put(`<pre tabindex="0"><code>`)
	lines := n.Lines()
	for i := range lines.Len() {
		s := lines.At(i)
		w.plain(s.Value(w.src))
	}
	w.put("</code></pre>\n")
	w.line()
}

// table writes a table in the region that lets a keyboard scroll it.
func (w *writer) table(n *east.Table) {
	label := w.label
	if label == "" {
		label = "x-title"
	}
	w.put(`<div class="table" role="region" tabindex="0" aria-labelledby="`, label, "\">\n<table>\n")
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		if row.Kind() == east.KindTableHeader {
			w.put("<thead>\n")
			w.row(row, `<th scope="col"`, "</th>\n")
			w.put("</thead>\n")
			if row.NextSibling() != nil {
				w.put("<tbody>\n")
			}
			continue
		}
		w.row(row, "<td", "</td>\n")
	}
	if n.ChildCount() > 1 {
		w.put("</tbody>\n")
	}
	w.put("</table>\n</div>\n")
}

func (w *writer) row(row ast.Node, open, end string) {
	w.put("<tr>\n")
	for n := row.FirstChild(); n != nil; n = n.NextSibling() {
		w.put(open)
		if cell := n.(*east.TableCell); cell.Alignment != east.AlignNone {
			w.put(` align="`, cell.Alignment.String(), `"`)
		}
		w.put(">")
		w.inline(n)
		w.put(end)
	}
	w.put("</tr>\n")
}

// note returns the number of a note, which is given by its first call.
func (w *writer) note(index int) int {
	if w.numbers[index-1] == 0 {
		w.written++
		w.numbers[index-1] = w.written
		w.queue = append(w.queue, index)
	}
	return w.numbers[index-1]
}

// writeNotes writes the notes that were called since the last time. A note may
// call another, which then follows.
func (w *writer) writeNotes() {
	if len(w.queue) == 0 {
		return
	}
	w.put("<div class=\"notes\" role=\"doc-endnotes\">\n<ol>\n")
	for i := 0; i < len(w.queue); i++ {
		index := w.queue[i]
		number := strconv.Itoa(w.numbers[index-1])
		w.put(`<li id="x-fn-`, number, `" value="`, number, "\">\n")
		w.blocks(w.notes[index-1])
		w.put("</li>\n")
	}
	w.put("</ol>\n</div>\n")
	w.queue = w.queue[:0]
}

// putCall writes the id of the how-manieth call of a note.
func (w *writer) putCall(number, call int) {
	w.put("x-fn-")
	w.putInt(number)
	w.put("-ref-")
	w.putInt(call + 1)
}

func (w *writer) call(n *east.FootnoteLink) {
	if w.mode != free {
		w.refuseNested(n)
		return
	}
	number := w.note(n.Index)
	w.put(`<sup id="`)
	w.putCall(number, n.RefIndex)
	w.put(`"><a class="note" href="#x-fn-`)
	w.putInt(number)
	w.put(`" role="doc-noteref">`)
	w.putInt(number)
	w.put("</a></sup>")
	w.prev = 'x'
}

func (w *writer) backlink(n *east.FootnoteBacklink) {
	w.put("\u00a0", `<a class="back" href="#`)
	w.putCall(w.note(n.Index), n.RefIndex)
	w.put("\" role=\"doc-backlink\">\u21a9\ufe0e</a>")
}
