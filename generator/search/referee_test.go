package search

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func groupOf(forms ...string) Group {
	return Group{Word: forms[0], Alternatives: []Alternative{{Forms: forms, Weight: 1}}}
}

// TestFolder wants an index in a folder to answer as one in memory, when it is
// made and when it is found.
func TestFolder(t *testing.T) {
	docs, o := rankCorpus("es", 50)
	p := Plan{Groups: []Group{groupOf("refugio"), groupOf("trata")}}
	var want Result
	for i, dir := range []string{"", filepath.Join(t.TempDir(), "cache", "index"), ""} {
		if i == 2 {
			dir = filepath.Join(t.TempDir(), "index")
			for range 2 { // made, then found
				r, err := NewReferee(docs, o, dir)
				if err != nil {
					t.Fatal(err)
				}
				r.Close()
			}
		}
		r, err := NewReferee(docs, o, dir)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Search(p, nil, 20)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = got
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %v, want %v", dir, got, want)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*.tmp")); dir != "" && len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if want.Total == 0 || want.More == 0 {
		t.Errorf("%v", want)
	}
	broken := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(broken, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := NewReferee(docs, o, broken); err == nil {
		t.Error("a file is taken as an index")
	}
}

func TestFragments(t *testing.T) {
	long := strings.Repeat("palabras que no dicen nada ", 20)
	docs := []Document{
		{Title: "Uno", Summary: "Un refugio <seguro>.", Body: long + "un refugio & una línea de ayuda " + long},
		{Title: "Dos", Summary: "Un refugio <seguro>.", Body: long},
		{Title: "Refugio"},
	}
	r, err := NewReferee(docs, Options{Lang: "es"}, "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := r.Search(Plan{Groups: []Group{groupOf("refugio")}}, nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	all := map[int][]string{}
	for _, h := range got.Hits {
		all[h.Doc] = h.Fragments
	}
	if f := all[0]; len(f) != 1 || !strings.Contains(f[0], "un <mark>refugio</mark> &amp; una línea") || len(f[0]) > 2*fragmentSize ||
		!strings.HasPrefix(f[0], "…") || !strings.HasSuffix(f[0], "…") || strings.Contains(f[0], "… ") || strings.Contains(f[0], " …") {
		t.Errorf("body: %q", f)
	}
	if want := []string{"Un <mark>refugio</mark> &lt;seguro&gt;."}; !reflect.DeepEqual(all[1], want) {
		t.Errorf("summary: %q, want %q", all[1], want)
	}
	if f, ok := all[2]; !ok || len(f) != 0 {
		t.Errorf("title: %q", f)
	}
}

// TestSearchRefuses wants errors, not empty answers, for what no resolver
// makes.
func TestSearchRefuses(t *testing.T) {
	r, err := NewReferee([]Document{{Title: "Refugio"}}, Options{Lang: "es", Facets: []Facet{{ID: "kind"}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Search(Plan{}, map[string][]string{"color": {"red"}}, 1); err == nil {
		t.Error("an unknown facet is taken")
	}
	if _, err := r.Search(Plan{Groups: []Group{groupOf("de")}}, nil, 1); err == nil {
		t.Error("a stop word is taken for a term")
	}
	none, err := r.Search(Plan{}, nil, 1)
	if err != nil || none.Total != 0 {
		t.Errorf("a plan of stop words: %v, %v; want nothing", none, err)
	}
	others, err := r.Search(Plan{Exclude: []Group{groupOf("trata")}}, nil, 1)
	if err != nil || others.Total != 1 {
		t.Errorf("what is without a word: %v, %v", others, err)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		limit int
		want  int
	}{
		{"refugio", "refugio", 2, 0}, {"refugio", "refujio", 2, 1}, {"refugio", "reufgio", 2, 1}, {"refugio", "refgio", 2, 1},
		{"refugio", "refuuggio", 2, 2}, {"ca", "abc", 3, 3}, {"abc", "xyz", 2, 3}, {"", "ab", 2, 2}, {"abcd", "a", 2, 3}, {"a", "a", 0, 0},
	} {
		if got := distance([]rune(c.a), []rune(c.b), c.limit); got != c.want {
			t.Errorf("%q, %q within %d: %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		query string
		want  []piece
	}{
		{"", nil},
		{`a "b c" -d e`, []piece{{typedWords, "a ", false}, {typedPhrase, "b c", false}, {typedWords, " ", false}, {typedExclusion, "d", false}, {typedWords, " e", true}}},
		{"«a» “b” „c“", []piece{{typedPhrase, "a", false}, {typedWords, " ", false}, {typedPhrase, "b", false}, {typedWords, " ", false}, {typedPhrase, "c", false}}},
		{`a-b -`, []piece{{typedWords, "a-b ", false}}},
		{`"a`, []piece{{typedPhrase, "a", true}}},
		{`--a`, []piece{{typedExclusion, "-a", true}}},
	} {
		if got := parse(c.query); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %v, want %v", c.query, got, c.want)
		}
	}
}
