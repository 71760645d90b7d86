package markdown

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// escapes are the signs that HTML asks to escape, as html/template and
// bluemonday write them.
var escapes = [256]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&#34;", '\'': "&#39;"}

// escape writes a string for an attribute or as text.
func (w *writer) escape(s string) {
	from := 0
	for i := range len(s) {
		if e := escapes[s[i]]; e != "" {
			w.html = append(w.html, s[from:i]...)
			w.html = append(w.html, e...)
			from = i + 1
		}
	}
	w.html = append(w.html, s[from:]...)
}

// plain writes a part of the body as it is: code, or the label of an autolink.
func (w *writer) plain(value []byte) {
	from := 0
	for i, c := range value {
		if e := escapes[c]; e != "" {
			w.html = append(w.html, value[from:i]...)
			w.html = append(w.html, e...)
			from = i + 1
		}
	}
	w.html = append(w.html, value[from:]...)
	w.text = append(w.text, value...)
}

// chunk writes a part of the body that has no sign to escape.
func (w *writer) chunk(value []byte) {
	if len(value) == 0 {
		return
	}
	w.html = append(w.html, value...)
	w.text = append(w.text, value...)
	w.prev, _ = utf8.DecodeLastRune(value)
}

// sign writes a character.
func (w *writer) sign(r rune) {
	if r < utf8.RuneSelf && escapes[r] != "" {
		w.put(escapes[r])
	} else {
		w.html = utf8.AppendRune(w.html, r)
	}
	w.text = utf8.AppendRune(w.text, r)
	w.prev = r
}

// signs writes the characters of a string.
func (w *writer) signs(s string) {
	for _, r := range s {
		w.sign(r)
	}
}

// prose writes running text: it resolves escapes and entities and sets quotes,
// dashes and dots. offset is where value begins in the body, after what follows
// it in the block.
func (w *writer) prose(value []byte, offset int, after rune) {
	p := prose{value: value, after: after, closer: unknown}
	from := 0
	for p.i < len(value) {
		c := value[p.i]
		if w.typo.stops[c] == 0 || c == '.' && !p.has("...") || c == '-' && !p.has("--") {
			p.i++
			continue
		}
		w.chunk(value[from:p.i])
		switch c {
		case '\\':
			w.escaped(&p)
		case '&':
			w.entity(&p, offset)
		case '<', '>':
			w.sign(rune(c))
			p.i++
		default:
			w.typeset(&p)
		}
		from = p.i
	}
	w.chunk(value[from:])
}

// prose is a piece of running text and the place reached in it.
type prose struct {
	value  []byte
	i      int
	after  rune
	closer int // index of the last "'" that can close, unknown until asked for
}

const unknown = -2

func (p *prose) has(s string) bool {
	return len(p.value)-p.i >= len(s) && string(p.value[p.i:p.i+len(s)]) == s
}

// next returns the character n bytes after the place.
func (p *prose) next(n int) rune {
	if p.i+n >= len(p.value) {
		return p.after
	}
	r, _ := utf8.DecodeRune(p.value[p.i+n:])
	return r
}

// next returns what follows a text node in its block: a space at a line's end,
// a letter for another element.
func next(n *ast.Text, src []byte) rune {
	if n.SoftLineBreak() || n.HardLineBreak() || n.NextSibling() == nil {
		return ' '
	}
	if t, ok := n.NextSibling().(*ast.Text); ok && t.Segment.Len() > 0 {
		r, _ := utf8.DecodeRune(src[t.Segment.Start:])
		return r
	}
	return 'x'
}

func (w *writer) escaped(p *prose) {
	if next := p.next(1); p.i+1 < len(p.value) && next < utf8.RuneSelf && util.IsPunct(byte(next)) {
		w.sign(next)
		p.i += 2
		return
	}
	w.sign('\\')
	p.i++
}

// entity writes what an entity stands for. A character that may not be
// published may not come in this way either.
func (w *writer) entity(p *prose, offset int) {
	r, size := entity(p.value[p.i:])
	if size == 0 {
		w.sign('&')
		p.i++
		return
	}
	for _, r := range r {
		if hidden(r) {
			line, col := w.place(offset + p.i)
			w.character(codepoint(r), line, col)
		}
		w.sign(r)
	}
	p.i += size
}

// publishable returns s, and adds the fault when an entity put a character in it
// that may not be published.
func (w *writer) publishable(s string) string {
	for _, r := range s {
		if hidden(r) {
			w.character(codepoint(r), w.where.line, w.where.col)
			break
		}
	}
	return s
}

// entity returns what the entity at the start of b stands for, and its length,
// 0 where there is none.
func entity(b []byte) (string, int) {
	const longest = len("&CounterClockwiseContourIntegral;")
	end := bytes.IndexByte(b[:min(len(b), longest)], ';')
	if end < 2 {
		return "", 0
	}
	name := b[1:end]
	if name[0] != '#' {
		if e, ok := util.LookUpHTML5EntityByName(string(name)); ok {
			return string(e.Characters), end + 1
		}
		return "", 0
	}
	digits, base, most := name[1:], 10, 7
	if len(digits) > 0 && (digits[0] == 'x' || digits[0] == 'X') {
		digits, base, most = digits[1:], 16, 6
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	if err != nil || len(digits) > most {
		return "", 0
	}
	if n == 0 || !utf8.ValidRune(rune(n)) {
		return string(utf8.RuneError), end + 1
	}
	return string(rune(n)), end + 1
}

// unescape resolves the escapes and entities of a destination or title in one
// pass, so that none can hide another.
func unescape(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 && bytes.IndexByte(b, '&') < 0 {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\' && i+1 < len(b) && util.IsPunct(b[i+1]):
			i++
		case b[i] == '&':
			if s, size := entity(b[i:]); size > 0 {
				out = append(out, s...)
				i += size - 1
				continue
			}
		}
		out = append(out, b[i])
	}
	return string(out)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
