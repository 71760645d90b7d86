package diag

import (
	"bytes"
	"slices"
	"testing"
)

func TestWordsTakeTheFirstHintThatIsComplete(t *testing.T) {
	fault := Fault{Code: "unknown-key", Path: "content/x.md", Line: 3, Col: 1, Args: Args{"key": "titel", "near": "title", "known": "id, title"}}
	message, hint := fault.Words("en")
	if message != `unknown field "titel"` || hint != `did you mean "title"?` {
		t.Errorf("got %q, %q", message, hint)
	}
	fault.Args["near"] = ""
	if _, hint := fault.Words("en"); hint != "the possible fields are: id, title" {
		t.Errorf("without a near key: %q", hint)
	}
	if message, _ := fault.Words("xx"); message != `campo desconocido "titel"` {
		t.Errorf("an unknown language must give the default's words: %q", message)
	}
}

func TestSorted(t *testing.T) {
	l := List{{Code: "b", Path: "b", Line: 1}, {Code: "a", Path: "a", Line: 10}, {Code: "a", Path: "a", Line: 9, Args: Args{"x": "1"}}, {Code: "a", Path: "a", Line: 9, Args: Args{"x": "1"}}}
	var got []string
	for _, f := range l.Sorted() {
		got = append(got, f.Place()+f.Code)
	}
	if want := []string{"a:9a", "a:10a", "b:1b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWrite(t *testing.T) {
	l := List{{Code: "unknown-key", Path: "content/a,b.md", Line: 2, Col: 5, Args: Args{"key": "100%\n::x", "near": "y"}}}
	for format, want := range map[string]string{
		Text:   "content/a,b.md:2:5: unknown field \"100%\\u000A::x\" [unknown-key]\n    did you mean \"y\"?\n",
		GitHub: "::error file=content/a%2Cb.md,line=2,col=5::unknown field \"100%25\\u000A::x\"%0Adid you mean \"y\"? [unknown-key]\n",
		JSON: "[\n  {\n    \"path\": \"content/a,b.md\",\n    \"line\": 2,\n    \"column\": 5,\n    \"code\": \"unknown-key\",\n" +
			"    \"message\": \"unknown field \\\"100%\\\\u000A::x\\\"\",\n    \"hint\": \"did you mean \\\"y\\\"?\"\n  }\n]\n",
	} {
		var out bytes.Buffer
		if err := Write(&out, l, format, "en"); err != nil || out.String() != want {
			t.Errorf("%s: got %q (%v), want %q", format, out.String(), err, want)
		}
	}
}

func TestNear(t *testing.T) {
	for _, c := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"titel", []string{"id", "title", "tiles"}, "title"},
		{"MEX", []string{"MX"}, "MX"},
		{"prevencion", []string{"protection", "prevention"}, "prevention"},
		{"a", []string{"b"}, "b"},
		{"limits", []string{"actions"}, ""},
		{"", nil, ""},
		{"niño", []string{"niña"}, "niña"},
	} {
		if got := Near(c.word, c.candidates); got != c.want {
			t.Errorf("Near(%q, %q) = %q, want %q", c.word, c.candidates, got, c.want)
		}
	}
}

func TestQuotedValuesAreVisible(t *testing.T) {
	f := Fault{Code: "bad-id", Args: Args{"value": "a\x1b[2J\u202eb\u200b"}}
	if message, _ := f.Words("en"); message != `"a\u001B[2J\u202Eb\u200B" is not a valid id` {
		t.Errorf("got %q", message)
	}
}

func TestLanguagesHaveTheSameCodes(t *testing.T) {
	all := catalogs()
	for _, lang := range Languages {
		for code, words := range all[lang] {
			other := all[Languages[0]][code]
			if words.Text == "" || other.Text == "" {
				t.Errorf("%s: %s has no text in every language", lang, code)
			}
			if (words.Hint == "") != (other.Hint == "") || (words.Otherwise == "") != (other.Otherwise == "") {
				t.Errorf("%s: %s has other hints than %s", lang, code, Languages[0])
			}
		}
	}
}
