package markdown

import (
	"strings"
	"unicode"
)

// typography is what a language asks of the signs in running text.
type typography struct {
	double, single [2]string // opening and closing; empty where the language has no rules
	french         bool      // spaces before high punctuation and inside guillemets
	stops          [256]uint8
}

const (
	space       = '\u00a0' // no-break: French before ":" and inside guillemets
	narrowSpace = '\u202f' // narrow no-break: French before ";", "!" and "?"
)

var (
	curly   = typography{double: [2]string{"“", "”"}, single: [2]string{"‘", "’"}, stops: stops(`"'-`)}
	french  = typography{double: [2]string{"«\u00a0", "\u00a0»"}, single: [2]string{"‘", "’"}, french: true, stops: stops("\"'-;:!?\xc2")}
	neutral = typography{stops: stops(`"'`)}
)

// stops marks the bytes at which prose must look closer.
func stops(more string) (t [256]uint8) {
	for _, c := range []byte(`\&<>.` + more) {
		t[c] = 1
	}
	return t
}

// typographyOf returns the rules for a language tag.
func typographyOf(lang string) *typography {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	switch base {
	case "es", "en", "pt":
		return &curly
	case "fr":
		return &french
	}
	return &neutral
}

// quotes is the state of the typography within a block.
type quotes struct {
	prev             rune // the character written last; a letter after an element
	doubles, singles int  // open quotes
}

// typeset writes the sign at the place of p as the language asks.
func (w *writer) typeset(p *prose) {
	switch c := p.value[p.i]; c {
	case '.':
		w.sign('…')
		p.i += len("...")
	case '-':
		w.dashes(p)
	case '"':
		w.double(p)
	case '\'':
		w.single(p)
	case 0xc2:
		w.guillemet(p)
	default:
		w.high(p, rune(c))
	}
}

// dashes writes an en dash for two hyphens and an em dash for three; more are a
// line that someone drew.
func (w *writer) dashes(p *prose) {
	n := 0
	for p.i+n < len(p.value) && p.value[p.i+n] == '-' {
		n++
	}
	switch n {
	case 2:
		w.sign('–')
	case 3:
		w.sign('—')
	default:
		w.chunk(p.value[p.i : p.i+n])
	}
	p.i += n
}

// opens reports whether a quote after r is an opening one.
func opens(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("([{/—–-¿¡“‘«", r)
}

func (w *writer) double(p *prose) {
	next := p.next(1)
	switch {
	case w.typo.double[0] == "":
		w.sign('"')
	case opens(w.prev) && !unicode.IsSpace(next):
		w.signs(w.typo.double[0])
		w.doubles++
	case w.doubles > 0 && !unicode.IsSpace(w.prev):
		w.signs(w.typo.double[1])
		w.doubles--
	default:
		w.sign('"')
	}
	p.i++
}

func (w *writer) single(p *prose) {
	next := p.next(1)
	switch {
	case w.typo.single[0] == "":
		w.sign('\'')
	case opens(w.prev) && unicode.IsSpace(next):
		w.sign('\'')
	case opens(w.prev) && p.closes() && !unicode.IsDigit(next):
		w.signs(w.typo.single[0])
		w.singles++
	case unicode.IsDigit(w.prev) && !isWord(next) && w.singles == 0: // feet, minutes
		w.sign('\'')
	default:
		w.signs(w.typo.single[1])
		w.singles = max(w.singles-1, 0)
	}
	p.i++
}

// closes reports whether a later "'" of the text can close a quote; without one
// an opening sign is an apostrophe ("'em").
func (p *prose) closes() bool {
	if p.closer == unknown {
		p.closer = -1
		for i := len(p.value) - 1; i > 0 && p.closer < 0; i-- {
			at := prose{value: p.value, i: i, after: p.after}
			if p.value[i] == '\'' && p.value[i-1] != ' ' && !isWord(at.next(1)) {
				p.closer = i
			}
		}
	}
	return p.closer > p.i+1
}

// high writes French punctuation that stands off from its word. A space that the
// author wrote becomes one that does not break.
func (w *writer) high(p *prose, c rune) {
	gap := narrowSpace
	if c == ':' {
		gap = space
	}
	if !w.stiffen(gap) && (isWord(w.prev) || strings.ContainsRune("»”’)]…%", w.prev)) && !isWord(p.next(1)) && !strings.ContainsRune("/-", p.next(1)) {
		w.sign(gap)
	}
	w.sign(c)
	p.i++
}

// stiffen replaces a space just written. It reports false where there is none.
func (w *writer) stiffen(gap rune) bool {
	h, t := len(w.html)-1, len(w.text)-1
	if w.prev != ' ' || h < 0 || t < 0 || w.html[h] != ' ' || w.text[t] != ' ' {
		return false
	}
	w.html, w.text = w.html[:h], w.text[:t]
	w.sign(gap)
	return true
}

// guillemet writes the French quotes of an author with their spaces, and any
// other character that begins with the same byte.
func (w *writer) guillemet(p *prose) {
	const size = len("«")
	switch {
	case p.has("«"):
		w.sign('«')
		p.i += size
		if p.has(" ") {
			p.i++
		}
		if next := p.next(0); !unicode.IsSpace(next) {
			w.sign(space)
		}
	case p.has("»"):
		if !w.stiffen(space) && !unicode.IsSpace(w.prev) {
			w.sign(space)
		}
		w.sign('»')
		p.i += size
	default:
		end := min(p.i+size, len(p.value))
		w.chunk(p.value[p.i:end])
		p.i = end
	}
}
