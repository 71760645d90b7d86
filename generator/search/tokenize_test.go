package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/registry"
)

func TestFormAndKey(t *testing.T) {
	for _, test := range []struct{ word, form, key string }{
		{"Búsqueda", "búsqueda", "busqueda"},
		{"Bu\u0301squeda", "bu\u0301squeda", "busqueda"},
		{"NIÑOS", "niños", "ninos"},
		{"İstanbul", "istanbul", "istanbul"},
		{"ılık", "ılık", "ilik"},
		{"Œuvre", "œuvre", "oeuvre"},
		{"Straße", "straße", "strasse"},
		{"STRAẞE", "straße", "strasse"},
		{"Ǿre", "ǿre", "ore"},
		{"ΛΌΓΟΣ", "λόγοσ", "λογοσ"},
		{"λόγος", "λόγοσ", "λογοσ"},
		{"l’Œil", "l’œil", "l'oeil"},
		{"كِتَـاب", "كِتَـاب", "كتاب"},
		{"ـ", "ـ", ""},
		{"가", "가", "\u1100\u1161"},
		{"K2", "k2", "k2"},
	} {
		if got := form(test.word); got != test.form {
			t.Errorf("form(%q) = %q, want %q", test.word, got, test.form)
		}
		if got := key(test.form); got != test.key {
			t.Errorf("key(%q) = %q, want %q", test.form, got, test.key)
		}
	}
}

func TestCompareKeys(t *testing.T) {
	list := []string{"", "a", "ab", "a b", "a'b", "z", "é", "ß", "가", "\ud7ff", "\ue000", "\uffee", "\U00010000", "\U0010FFFF", "a\U0001F600", "a\uff21", "𠮷", "𠮷x"}
	for _, a := range list {
		for _, b := range list {
			want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
			if got := compareKeys(a, b); got < 0 != (want < 0) || got > 0 != (want > 0) {
				t.Errorf("compareKeys(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
}

// texts are the words of a language from all sides.
var hostileTexts = []string{
	"", " ", "a", "Jean-François d'Arc, l'été. aujourd’hui 3.14 1,000 a.b C3PO _x_ x_y x__y",
	"no\u00ADwrap zero\u200Bwidth join\u200Der می\u200Cروم \ufeffbom", "e\u0301\u0301\u0301 \u0301 x\u0301",
	"🇬🇹🇲🇽 👩‍👩‍👧 a🙂b", "\r\n\t\v\u2028x\u2029", "人身取引ﾃﾞ対策カタカナー_a か゛ﾞ", "한국어 단어", "שלום צה\"ל ג'ירפה",
	"كِتَـاب والكتاب", "ไทยไม่มีช่องว่าง", "ΛΌΓΟΣ λόγος", "\ufffd x\ufffdy", strings.Repeat("long", 100), "İK Å",
}

func TestWordsAreThoseOfBleve(t *testing.T) {
	for _, text := range hostileTexts {
		var want []string
		for _, token := range unicode.NewUnicodeTokenizer().Tokenize([]byte(text)) {
			want = append(want, form(string(token.Term)))
		}
		var got []string
		for _, w := range words(text) {
			got = append(got, w.form)
			if form(text[w.start:w.end]) != w.form {
				t.Errorf("%q: %q is not at %d–%d", text, w.form, w.start, w.end)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func afterApostrophe(form string) string {
	parts := strings.FieldsFunc(form, func(r rune) bool { return r == '\'' || r == '’' })
	return parts[len(parts)-1]
}

// TestPipelineIsTheAnalyzer compares terms and positions with bleve's own
// analyzer of each language, which has no question words.
func TestPipelineIsTheAnalyzer(t *testing.T) {
	for lang, l := range languages {
		own, err := l.analyzer(nil, registry.NewCache())
		if err != nil {
			t.Fatal(err)
		}
		p, err := newPipeline(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range testDocuments(lang) {
			for _, text := range d.texts() {
				list := p.words(text)
				var want, got []string
				for _, token := range own.Analyze([]byte(text)) { // it changes the text
					f := list[token.Position-1].form
					if !slices.Contains(questions[lang], afterApostrophe(f)) {
						want = append(want, placed(string(token.Term), token.Position))
					}
				}
				for i, w := range list {
					if term, ok := p.term(w.form); ok {
						got = append(got, placed(term, i+1))
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%s: %q: got %q, want %q", lang, text, got, want)
				}
			}
		}
	}
}
