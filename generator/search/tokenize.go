package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/segment"
	"golang.org/x/text/unicode/norm"
)

// longest is how many code points a key may have.
const longest = 64

// A word is a word of a text: its form, its key, and where it stands.
type word struct {
	form, key  string
	start, end int // in bytes
}

// words cuts a text as bleve's unicode tokenizer does. An index with the
// analyzer cjk cuts further: see [pipeline.words].
func words(text string) []word {
	var list []word
	var cut cutter
	at := 0
	for i, part := range cut.parts([]byte(text)) {
		if cut.types[i] != segment.None {
			f := form(string(part))
			list = append(list, word{f, key(f), at, at + len(part)})
		}
		at += len(part)
	}
	return list
}

// A cutter cuts one text after another without new memory.
type cutter struct {
	values [][]byte
	types  []int
}

// parts returns all parts of a text, words and what is between them, until the
// next call. The segmenter stops where the text is not UTF-8.
func (c *cutter) parts(text []byte) [][]byte {
	c.values, c.types, _, _ = segment.SegmentWordsDirect(text, c.values[:0], c.types[:0])
	return c.values
}

// form writes a word in lower case. Unlike strings.ToLower it has one answer
// for sigma, wherever it stands.
func form(word string) string {
	return strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); r == 'ς' {
			return 'σ'
		}
		return r
	}, word)
}

// key takes a form's accents away.
func key(form string) string {
	if plain(form) {
		return form
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(form) {
		if text, ok := folds[r]; ok {
			b.WriteString(text)
		} else if !isMark(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// folds are the letters whose plain writing no decomposition tells.
var folds = map[rune]string{
	'æ': "ae", 'œ': "oe", 'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ı': "i", '’': "'",
}

// firstMark is the first of the characters that keys leave out.
const firstMark = 0x300

// isMark tells whether a key leaves r out: accents, and the signs of Arabic
// that are not always written.
func isMark(r rune) bool {
	return r >= firstMark && r <= 0x36F || r == 0x640 || r >= 0x64B && r <= 0x65F || r == 0x670
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isKey tells whether a key can be in a dictionary.
func isKey(key string) bool {
	return key != "" && (len(key) <= longest || utf8.RuneCountInString(key) <= longest)
}

// compareKeys orders keys by UTF-16 code units, as scripts compare strings:
// the surrogates of what is beyond U+FFFF come before U+E000.
func compareKeys(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return unit(a[i]) - unit(b[i])
		}
	}
	return len(a) - len(b)
}

// unit ranks a byte of UTF-8: EE and EF begin U+E000 to U+FFFF.
func unit(b byte) int {
	if b == 0xEE || b == 0xEF {
		return int(b) + 0x10
	}
	return int(b)
}
