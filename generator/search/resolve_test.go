package search

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

var update = flag.Bool("update", false, "write the plans of testdata/resolve.json")

// A resolveCase is a query with the plan that it must make, here and in the
// browser.
type resolveCase struct {
	Query  string `json:"query"`
	Typing bool   `json:"typing,omitempty"`
	Why    string `json:"why"`
	Plan   Plan   `json:"plan"`
}

// A resolveSet is an index with its cases. Documents are title, summary,
// headings and body; synonyms are from and to.
type resolveSet struct {
	Lang      string         `json:"lang"`
	Documents [][4]string    `json:"documents"`
	Synonyms  [][2]string    `json:"synonyms"`
	Cases     []*resolveCase `json:"cases"`
}

var resolveFile = filepath.Join("testdata", "resolve.json")

func readResolveSets(t testing.TB) []resolveSet {
	t.Helper()
	data, err := os.ReadFile(resolveFile)
	if err != nil {
		t.Fatal(err)
	}
	var sets []resolveSet
	if err := json.Unmarshal(data, &sets); err != nil {
		t.Fatal(err)
	}
	return sets
}

func (s resolveSet) build(t testing.TB) ([]Document, Options, *Index) {
	t.Helper()
	o := Options{Dir: s.Lang, Lang: s.Lang}
	for _, pair := range s.Synonyms {
		o.Synonyms = append(o.Synonyms, Synonym{From: pair[0], To: pair[1]})
	}
	var docs []Document
	for _, d := range s.Documents {
		docs = append(docs, Document{Title: d[title], Summary: d[summary], Headings: d[headings], Body: d[body]})
	}
	x, err := Build(t.Context(), docs, o)
	if err != nil {
		t.Fatal(err)
	}
	return docs, o, x
}

func TestResolve(t *testing.T) {
	sets := readResolveSets(t)
	cases := 0
	for _, s := range sets {
		_, _, x := s.build(t)
		for _, c := range s.Cases {
			cases++
			got, err := x.Resolve(c.Query, c.Typing)
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				c.Plan = got
			} else if !reflect.DeepEqual(got, c.Plan) {
				t.Errorf("%s: %q (%s):\n got %s\nwant %s", s.Lang, c.Query, c.Why, compact(got), compact(c.Plan))
			}
		}
	}
	if cases < 60 {
		t.Errorf("%d cases", cases)
	}
	if *update {
		writeResolveSets(t, sets)
	}
}

// TestResolveAnswers wants the referee to know each term that a plan names.
func TestResolveAnswers(t *testing.T) {
	for _, s := range readResolveSets(t) {
		docs, o, x := s.build(t)
		r, err := NewReferee(docs, o, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Cases {
			if _, err := r.Search(c.Plan, nil, 10); err != nil {
				t.Errorf("%s: %q: %v", s.Lang, c.Query, err)
			}
			checkPlan(t, x, c.Query, c.Typing)
		}
		r.Close()
	}
}

// checkPlan wants each form of a plan to lead to one term, which the index
// has, and no part of the plan to be empty.
func checkPlan(t *testing.T, x *Index, query string, typing bool) {
	t.Helper()
	p, err := x.Resolve(query, typing)
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	check := func(form string) {
		if term, ok := x.pipeline.term(form); !ok || term == "" {
			t.Errorf("%q: the form %q has no term", query, form)
		}
		s, err := x.shard(x.shardOf(key(form)))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := s.find(key(form)); !ok && !x.pipeline.cjk {
			t.Errorf("%q: the form %q is not in the dictionary", query, form)
		}
	}
	for _, g := range append(p.Groups, p.Exclude...) {
		if len(g.Alternatives) == 0 {
			t.Errorf("%q: %q has no alternatives", query, g.Word)
		}
		for _, a := range g.Alternatives {
			if len(a.Forms) == 0 || a.Weight <= 0 || a.Weight > 1 {
				t.Errorf("%q: alternative %v", query, a)
			}
			for _, form := range a.Forms {
				check(form)
			}
		}
	}
	for _, forms := range p.Phrases {
		if len(forms) < 2 || forms[0] == "" || forms[len(forms)-1] == "" {
			t.Errorf("%q: phrase %q", query, forms)
		}
		for _, form := range forms {
			if form != "" {
				check(form)
			}
		}
	}
}

func FuzzResolve(f *testing.F) {
	var indexes []*Index
	for _, s := range readResolveSets(f) {
		_, _, x := s.build(f)
		indexes = append(indexes, x)
		for _, c := range s.Cases {
			f.Add(c.Query, c.Typing)
		}
	}
	f.Fuzz(func(t *testing.T, query string, typing bool) {
		for _, x := range indexes {
			checkPlan(t, x, query, typing)
		}
	})
}

// compact writes a value in one line.
func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}

// writeResolveSets writes the cases one a line, for people to read.
func writeResolveSets(t *testing.T, sets []resolveSet) {
	var b bytes.Buffer
	rows := func(name string, n int, row func(i int) any) {
		fmt.Fprintf(&b, ",\n \"%s\": [", name)
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "\n  %s", compact(row(i)))
		}
		b.WriteByte(']')
	}
	for i, s := range sets {
		fmt.Fprintf(&b, "%s{\"lang\": %q", map[bool]string{true: "[", false: ",\n"}[i == 0], s.Lang)
		rows("documents", len(s.Documents), func(i int) any { return s.Documents[i] })
		rows("synonyms", len(s.Synonyms), func(i int) any { return s.Synonyms[i] })
		rows("cases", len(s.Cases), func(i int) any { return s.Cases[i] })
		b.WriteByte('}')
	}
	b.WriteString("]\n")
	if err := os.WriteFile(resolveFile, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}
