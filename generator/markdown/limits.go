package markdown

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"acervo/generator/diag"
)

// The limits of a body. goldmark's inline parser is quadratic in the brackets
// and emphasis signs of a block and deep in nested containers, and a short table
// can ask for many cells; below these counts a body of 64 KB takes well under a
// second (TestHostileTime).
const (
	maxSize       = 64 << 10 // bytes
	maxBrackets   = 2000     // "[" and "]" between blank lines or items
	maxDelimiters = 2000     // "*" and "_", likewise; a run counts once for each pair
	maxColumns    = 20       // of a table
	maxCells      = 10000    // of all tables
	maxNesting    = 20       // containers, emphasis and links that stand one inside another
	maxGrowth     = 20       // bytes of HTML for each byte of the body,
	maxSlack      = 64 << 10 // and so many more
)

// counter walks over a body line by line before it is parsed. Its counts are
// never below those of the parser, and above them only for odd bodies.
type counter struct {
	w          *writer
	line       int // from 1, in the file
	brackets   int
	delimiters int
	cells      int
	columns    int   // of the open table, 0 outside
	blank      bool  // the last line was blank
	lists      []int // columns at which the content of the open items begins
	over       bool
}

// count adds a fault for each limit that the body passes and reports whether it
// may be parsed.
func (w *writer) count() bool {
	if len(w.src) > maxSize {
		w.faults.Add("body-size", w.at.Path, w.at.Line, 0, numbers(len(w.src), maxSize))
		return false
	}
	c := counter{w: w, line: w.at.Line, blank: true, lists: w.lists[:0]}
	valid := utf8.Valid(w.src)
	for rest := w.src; len(rest) > 0; c.line++ {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		c.countLine(line, valid)
	}
	w.lists = c.lists
	return !c.over
}

func numbers(number, limit int) diag.Args {
	return diag.Args{"number": strconv.Itoa(number), "limit": strconv.Itoa(limit)}
}

// limit adds a fault once, where a count first passes its limit.
func (c *counter) limit(code string, before, number, limit int) {
	if number > limit && before <= limit {
		c.over = true
		c.w.faults.Add(code, c.w.at.Path, c.line, 0, numbers(number, limit))
	}
}

func (c *counter) countLine(line []byte, valid bool) {
	content := bytes.TrimLeft(line, " \t")
	if len(content) == 0 {
		c.blank, c.columns, c.brackets, c.delimiters = true, 0, 0, 0
		return
	}
	c.countContainers(line, len(line)-len(content))
	brackets, delimiters := c.brackets, c.delimiters
	c.countSigns(line, valid)
	c.limit("body-brackets", brackets, c.brackets, maxBrackets)
	c.limit("body-delimiters", delimiters, c.delimiters, maxDelimiters)
	c.countTable(content)
	c.blank = false
}

// The classes of bytes that countSigns stops at.
const (
	signBracket = iota + 1
	signDelimiter
	signControl
	signLead // of a character that may be invisible
)

var signs = func() (t [256]uint8) {
	for c := range 0x20 {
		t[c] = signControl
	}
	t['\t'], t[0x7f] = 0, signControl
	t['['], t[']'], t['*'], t['_'] = signBracket, signBracket, signDelimiter, signDelimiter
	for _, lead := range []byte{0xc2, 0xd8, 0xe1, 0xe2, 0xef} {
		t[lead] = signLead
	}
	return t
}()

// countSigns counts brackets and emphasis signs, and finds the first character
// of the line that may not be published.
func (c *counter) countSigns(line []byte, valid bool) {
	bad := !valid && !utf8.Valid(line)
	for i := 0; i < len(line); i++ {
		switch signs[line[i]] {
		case signBracket:
			c.brackets++
		case signDelimiter:
			run := i
			for i+1 < len(line) && line[i+1] == line[run] {
				i++
			}
			c.delimiters += (i - run + 2) / 2
		case signControl:
			bad = true
		case signLead:
			r, _ := utf8.DecodeRune(line[i:])
			bad = bad || hidden(r)
		}
	}
	if bad {
		c.refuse(line)
	}
}

// refuse adds the fault for a line with a character that may not be published.
func (c *counter) refuse(line []byte) {
	col := 1
	for i := 0; i < len(line); col++ {
		r, size := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && size == 1 {
			c.w.character("0x"+strconv.FormatUint(uint64(line[i]), 16), c.line, col)
			return
		}
		if hidden(r) {
			c.w.character(codepoint(r), c.line, col)
			return
		}
		i += size
	}
}

// hidden reports whether a character may not be published in a body: controls,
// and what changes its neighbours without being seen. The joiners and the
// directional marks are letters' business in many scripts.
func hidden(r rune) bool {
	switch {
	case r == '\n', r == '\t', r >= 0x200c && r <= 0x200f:
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	}
	return diag.Invisible(r)
}

func codepoint(r rune) string {
	hex := strconv.FormatInt(int64(r), 16)
	return "U+" + "0000"[min(4, len(hex)):] + string(bytes.ToUpper([]byte(hex)))
}

// countContainers follows the items, quotations, notes and definitions that a
// line opens or continues. A new item begins a new inline block.
func (c *counter) countContainers(line []byte, indent int) {
	m := marks{line: line}
	m.skip(indent)
	if c.blank {
		c.leave(m.col)
	}
	quotes, depth := 0, 0
	for m.i < len(line) && !m.ruler() {
		width, isQuote := m.marker()
		if width == 0 {
			break
		}
		if isQuote {
			quotes++
		} else {
			c.leave(m.col)
			if len(c.lists) == 0 && quotes == 0 && m.interrupts(width) {
				c.brackets, c.delimiters, c.columns = 0, 0, 0
			}
			c.lists = append(c.lists, m.col+width)
		}
		depth = max(depth, len(c.lists)+quotes)
		m.skip(width)
		m.skip(len(m.rest()) - len(bytes.TrimLeft(m.rest(), " \t")))
	}
	if depth > maxNesting && !c.over {
		c.limit("body-nesting", 0, depth, maxNesting)
	}
}

// leave closes the items whose content begins to the right of a column.
func (c *counter) leave(col int) {
	for len(c.lists) > 0 && c.lists[len(c.lists)-1] > col {
		c.lists = c.lists[:len(c.lists)-1]
	}
}

// marks reads the signs of containers at the start of a line.
type marks struct {
	line   []byte
	i, col int
}

func (m *marks) rest() []byte { return m.line[m.i:] }

func (m *marks) skip(n int) {
	for range n {
		if m.line[m.i] == '\t' {
			m.col += 4 - m.col%4
		} else {
			m.col++
		}
		m.i++
	}
}

// ruler reports whether the rest of the line is a thematic break.
func (m *marks) ruler() bool {
	sign, n := m.line[m.i], 0
	if sign != '*' && sign != '-' && sign != '_' {
		return false
	}
	for _, c := range m.rest() {
		switch c {
		case sign:
			n++
		case ' ', '\t':
		default:
			return false
		}
	}
	return n >= 3
}

// interrupts reports whether the bullet at the present place ends a paragraph.
func (m *marks) interrupts(width int) bool {
	c := m.line[m.i]
	return m.col <= 3 && (c == '-' || c == '+' || c == '*') && len(bytes.TrimSpace(m.rest()[width:])) > 0
}

// marker returns the width of the container's sign at the present place, 0
// where there is none.
func (m *marks) marker() (width int, isQuote bool) {
	rest := m.rest()
	switch c := rest[0]; {
	case c == '>':
		return 1, true
	case c == '-', c == '+', c == '*', c == ':':
		width = 1
	case c == '[' && len(rest) > 1 && rest[1] == '^':
		if i := bytes.Index(rest, []byte("]:")); i > 0 {
			return i + 2, false
		}
		return 0, false
	case c >= '0' && c <= '9':
		width = digits(rest)
		if width > 9 || width == len(rest) || rest[width] != '.' && rest[width] != ')' {
			return 0, false
		}
		width++
	default:
		return 0, false
	}
	if width < len(rest) && rest[width] != ' ' && rest[width] != '\t' {
		return 0, false
	}
	return width, false
}

func digits(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n
}

// countTable counts the columns that a delimiter row asks for, and the cells of
// the rows below it: goldmark fills each row up to all columns.
func (c *counter) countTable(content []byte) {
	if c.columns == 0 && !c.blank && len(bytes.Trim(content, "|:- \t>")) == 0 && bytes.ContainsAny(content, "|:") {
		c.columns = bytes.Count(bytes.Trim(content, "| \t>"), []byte("|")) + 1
		c.limit("body-columns", 0, c.columns, maxColumns)
	}
	before := c.cells
	c.cells += c.columns
	c.limit("body-cells", before, c.cells, maxCells)
}
