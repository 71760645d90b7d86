package search

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func buildIndex(t testing.TB, docs []Document, o Options) *Index {
	t.Helper()
	x, err := Build(context.Background(), docs, o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestBuildIsTheSameOnAnyNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, lang := range []string{"es", "ja"} {
		docs := corpus(lang, 200, 50, 3)
		o := sample(lang)
		o.Synonyms = []Synonym{{docs[0].Title, docs[1].Title}, {"ONG", "de la"}}
		var want []File
		for _, n := range []int{1, 2, 5, 2} {
			runtime.GOMAXPROCS(n)
			got := buildIndex(t, docs, o).Files()
			if want == nil {
				want = got
			} else if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: other files on %d processors", lang, n)
			}
		}
	}
}

func TestHashFollowsTheDocuments(t *testing.T) {
	docs := corpus("es", 20, 60, 3)
	first := buildIndex(t, docs, sample("es"))
	if again := buildIndex(t, corpus("es", 20, 60, 3), sample("es")); again.manifest.Hash != first.manifest.Hash {
		t.Error("another hash for the same documents")
	}
	docs[7].Record.Labels = []string{"x"}
	if other := buildIndex(t, docs, sample("es")); other.manifest.Hash == first.manifest.Hash {
		t.Error("the same hash for other documents")
	}
}

func TestBuildOfLittle(t *testing.T) {
	for _, lang := range []string{"es", "eo", "ja"} {
		for _, docs := range [][]Document{nil, {{}}, {{Title: "…"}}, {{Body: "uno \xff dos"}}} {
			x := buildIndex(t, docs, Options{Dir: "d", Lang: lang})
			s, err := x.shard(x.shardOf("x"))
			if err != nil {
				t.Fatal(lang, err)
			}
			if _, ok := s.find("dos"); ok != (len(docs) == 1 && docs[0].Body != "") {
				t.Errorf("%s, %v: dos is there: %v", lang, docs, ok)
			}
			if _, ok := s.find("ante"); ok != (lang == "es") {
				t.Errorf("%s: the stop word ante is there: %v", lang, ok)
			}
		}
	}
}

func TestBuildStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Build(ctx, corpus("es", 100, 50, 1), sample("es")); err != context.Canceled {
		t.Error("got", err)
	}
	docs := corpus("es", 200, 50, 1)
	for n := range 15 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n)*time.Millisecond)
		if _, err := Build(ctx, docs, sample("es")); err != nil && err != context.DeadlineExceeded {
			t.Error("got", err)
		}
		cancel()
	}
}

func TestBuildRefusesUnknownCodes(t *testing.T) {
	docs := []Document{{}, {Facets: map[string][]string{"theme": {"a", "c"}}}}
	_, err := Build(context.Background(), docs, sample("es"))
	if want := `search: document 1: facet "theme" has no value "c"`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestShards checks what readers of the dictionary rely on.
func TestShards(t *testing.T) {
	docs := corpus("fr", 400, 120, 5)
	o := sample("fr")
	teller := newTeller("fr", 500, 9)
	for i := range 800 {
		o.Synonyms = append(o.Synonyms, Synonym{teller.text(1+teller.r.IntN(4), 3), docs[i%len(docs)].Title})
	}
	x := buildIndex(t, docs, o)
	before, several := "", 0
	for n, first := range x.manifest.Shards {
		s, err := x.shard(n)
		if err != nil {
			t.Fatal(n, err)
		}
		if !strings.HasPrefix(s.entries[0].key, first) || n > 0 && compareKeys(before, first) >= 0 {
			t.Errorf("shard %d begins with %q after %q, not with %q", n, s.entries[0].key, before, first)
		}
		for i, e := range s.entries {
			if compareKeys(before, e.key) >= 0 {
				t.Errorf("%q is not after %q", e.key, before)
			}
			before = e.key
			word, _, long := strings.Cut(e.key, " ")
			if x.shardOf(word) != n {
				t.Errorf("%q is in shard %d, its first word in %d", e.key, n, x.shardOf(word))
			}
			if long {
				several++
				if at, ok := s.find(word); ok && !s.entries[at].begins {
					t.Errorf("%q does not tell of %q", word, e.key)
				}
			}
			if at, ok := s.find(e.key); at != i || !ok {
				t.Errorf("%q is not found", e.key)
			}
			checkForms(t, s, e)
		}
	}
	if len(x.manifest.Shards) < 5 || several < 100 {
		t.Errorf("%d shards and %d keys of several words are not enough", len(x.manifest.Shards), several)
	}
}

func checkForms(t *testing.T, s *shard, e entry) {
	df := func(f spelling) int {
		if f.term < 0 {
			return 0
		}
		return s.terms[f.term].df
	}
	if !slices.IsSortedFunc(e.forms, func(a, b spelling) int {
		if df(a) != df(b) {
			return df(b) - df(a)
		}
		return strings.Compare(a.text, b.text)
	}) {
		t.Errorf("forms of %q: %v", e.key, e.forms)
	}
	terms := map[int]bool{}
	for _, f := range e.forms {
		if key(f.text) != e.key {
			t.Errorf("%q has the form %q", e.key, f.text)
		}
		if f.term >= 0 && terms[f.term] {
			t.Errorf("%q has two forms for one term: %v", e.key, e.forms)
		}
		terms[f.term] = true
	}
	if len(e.forms)+len(e.synonyms) == 0 {
		t.Errorf("%q leads nowhere", e.key)
	}
}

func TestSynonyms(t *testing.T) {
	docs := []Document{{Body: "La trata de personas y el tráfico de migrantes. Línea de ayuda: tráfico, Tráfico, trafico."}}
	x := buildIndex(t, docs, Options{Dir: "es", Lang: "es", Synonyms: []Synonym{
		{"Human trafficking", "trata de personas"},
		{"TRATA de blancas", "trata de personas"},
		{"trata de blancas", "tratas de persona"}, // the same terms
		{"trata", "tratas"},                       // its own term
		{"hotline", "línea de ayuda"},
		{"hotline", "tráfico"},
		{"nothing", "palabras ausentes"},
		{"one two three four five six seven", "tráfico"},
		{"…", "tráfico"},
	}})
	var got []string
	s, err := x.shard(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.entries {
		if e.begins {
			got = append(got, e.key+" …")
		}
		for _, list := range e.synonyms {
			text := e.key + ":"
			for _, n := range list {
				text += " " + s.terms[n].name
			}
			got = append(got, text)
		}
	}
	want := []string{"hotline: línea ayuda", "hotline: tráfico", "human trafficking: trata personas", "trata …", "trata de blancas: trata personas"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	at, _ := s.find("trafico")
	if f := s.entries[at].forms; len(f) != 1 || f[0].text != "tráfico" {
		t.Errorf("forms of trafico: %v", f)
	}
}

// TestFiles reads what a browser reads.
func TestFiles(t *testing.T) {
	docs := corpus("es", 40, 60, 3)
	docs[3].Record = Record{Title: `"<&>\ ` + "\u2028", Lang: "es", Countries: []string{"GT"}, Labels: []string{"a", "b"}}
	docs[4].Record = Record{Title: "¿El Ñandú y la Œuvre: 2?", Address: "es/el-nandu-y-la-oeuvre-2/el-nandu/", Lang: "es"}
	o := sample("es")
	o.Rest = []Rest{{"es-en", "en", 4}}
	x := buildIndex(t, docs, o)
	if data, err := x.file("r0"); err != nil || !strings.Contains(string(data), `2?","es/*/el-nandu/",`) {
		t.Errorf("an address that the title tells is in %s, %v", data, err)
	}
	files := x.Files()
	for i, f := range files[:len(files)-1] {
		name := "es/" + x.manifest.Hash + "/" + x.parts[i].name
		text, begins := strings.CutPrefix(string(f.Data), `acervoSearch("`+name+`","`)
		text, ends := strings.CutSuffix(text, `")`)
		if !begins || !ends || f.Name != name+".js" || strings.ContainsAny(text, "\x00\r\n\\\"") {
			t.Fatalf("file %q: %q", f.Name, f.Data)
		}
		if data, err := decodeText(text); err != nil || !bytes.Equal(data, x.parts[i].data) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	last := files[len(files)-1]
	text, _ := strings.CutPrefix(string(last.Data), `acervoSearch("es",`)
	var m manifest
	if err := json.Unmarshal([]byte(strings.TrimSuffix(text, ")")), &m); err != nil || !reflect.DeepEqual(m, x.manifest) || last.Name != "es/manifest.js" {
		t.Errorf("manifest %s: %v, %s", last.Name, err, last.Data)
	}
	checkRecords(t, x, docs)
	checkFacets(t, x, docs)
}

func checkRecords(t *testing.T, x *Index, docs []Document) {
	var all []Record
	group := x.manifest.Group
	for n := range (len(docs) + group - 1) / group {
		data, err := x.file(fmt.Sprint("r", n))
		if err != nil {
			t.Fatal(err)
		}
		list, err := decodeRecords(data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	for i, r := range all {
		want := docs[i].Record
		want.Labels, want.Countries = append([]string{}, want.Labels...), append([]string{}, want.Countries...)
		if !reflect.DeepEqual(r, want) {
			t.Errorf("record %d: got %v, want %v", i, r, want)
		}
	}
}

func checkFacets(t *testing.T, x *Index, docs []Document) {
	t.Helper()
	table := checkFacetCodes(t, x, docs)
	if want := int(docs[0].Date.Unix() / 86400); !slices.Equal(table.Dates[:4], []int{want, 1, 0, 2}) {
		t.Errorf("dates begin with %d, want %d", table.Dates[:4], want)
	}
}

func checkFacetCodes(t *testing.T, x *Index, docs []Document) *facetTable {
	t.Helper()
	data, err := x.file("f")
	if err != nil {
		t.Fatal(err)
	}
	table, err := decodeFacets(data, len(docs))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range table.Facets {
		doc := 0
		for i := 0; i < len(f.Docs); i += 2 {
			for range f.Docs[i+1] {
				var codes []string
				for _, v := range f.Sets[f.Docs[i]] {
					codes = append(codes, f.Values[v][0])
				}
				want := slices.Clone(docs[doc].Facets[f.ID])
				slices.Sort(want)
				if !slices.Equal(codes, want) {
					t.Errorf("document %d: %s is %q, want %q", doc, f.ID, codes, want)
				}
				doc++
			}
		}
	}
	return table
}

func TestDays(t *testing.T) {
	for text, want := range map[string]int{"1970-01-02": 1, "1969-12-31": -1, "2026-11-24": 20781, "0001-01-01": 0} {
		date, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := days(date); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

// vocabulary is that of an index, in the order of its files.
func vocabulary(t *testing.T, x *Index) (all []candidate) {
	t.Helper()
	for n := range x.manifest.Ends {
		list, err := x.vocabulary(n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	return all
}

func TestVocabulary(t *testing.T) {
	for _, test := range []struct{ docs, least int }{{200, 1}, {400, 2}, {1100, 3}} {
		docs := make([]Document, test.docs)
		for i, word := range []string{"uno", "dos", "dos", "três", "tres", "tres"} {
			docs[i].Body = "ab " + word
		}
		docs[9].Body = "abril"
		x := buildIndex(t, docs, Options{Dir: "x", Lang: "eo"})
		got := map[string]int{}
		for _, c := range vocabulary(t, x) {
			got[c.key] = c.df
		}
		// três and tres are two terms: the more frequent one counts
		want := map[string]int{"abril": 1, "tres": 2} // uno and dos are too short to be meant by mistake
		for key, df := range want {
			if df < test.least {
				delete(want, key)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d documents: got %v, want %v", test.docs, got, want)
		}
	}
}

// TestArrange wants each document once, with its own record and facets, and
// those that are alike beside each other.
func TestArrange(t *testing.T) {
	docs := corpus("es", few+100, 40, 3)
	x := buildIndex(t, docs, sample("es"))
	order := newBuild(t.Context(), docs, sample("es"), x.pipeline).order
	arranged := make([]Document, len(docs))
	for n, doc := range order {
		arranged[n] = docs[doc]
	}
	if sorted := slices.Sorted(slices.Values(order)); sorted[0] != 0 || len(slices.Compact(sorted)) != len(docs) {
		t.Fatal(order)
	}
	checkRecords(t, x, arranged)
	checkFacetCodes(t, x, arranged)
	alike := func(docs []Document) (n int) {
		for i := range docs[1:] {
			here := meaningful(docs[i].Title)
			n += len(slices.DeleteFunc(meaningful(docs[i+1].Title), func(w string) bool { return !slices.Contains(here, w) }))
		}
		return n
	}
	if now, before := alike(arranged), alike(docs); now < 2*before {
		t.Errorf("neighbours share %d words of their titles, %d before", now, before)
	}
	again := newBuild(t.Context(), arranged, sample("es"), x.pipeline).order
	if !slices.IsSorted(again) {
		t.Error("the order depends on the order before")
	}
	if few := newBuild(t.Context(), docs[:few-1], sample("es"), x.pipeline).order; !slices.IsSorted(few) {
		t.Error("few documents do not stay as they are")
	}
}

// TestSizes keeps the files in the sizes that split means them to have.
func TestSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds an index of 3,000 documents")
	}
	x := buildIndex(t, corpus("es", 3000, 570, 1), sample("es"))
	count, size, largest := map[string]int{}, map[string]int{}, map[string]int{}
	for _, p := range x.parts {
		kind := p.name[:1]
		count[kind]++
		size[kind] += len(p.data)
		largest[kind] = max(largest[kind], len(p.data))
	}
	if n := len(x.Files()); n >= 650 {
		t.Errorf("%d files: %v", n, count)
	}
	if index := size["d"] + size["k"] + size["n"]; index > 1_050_000 {
		t.Errorf("%d bytes without positions and records: %v", index, size)
	}
	for kind, limit := range map[string][2]int{"d": {4500, 6500}, "k": {4700, 7500}, "p": {11000, 36000}, "v": {6000, 6000}} {
		if mean := size[kind] / count[kind]; mean > limit[0] || largest[kind] > limit[1] {
			t.Errorf("files %s have %d bytes, the largest %d", kind, mean, largest[kind])
		}
	}
	t.Log(count, size, largest)
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{3000, 30000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			docs := corpus("es", n, 600, 1)
			b.ReportAllocs()
			for b.Loop() {
				buildIndex(b, docs, sample("es"))
			}
		})
	}
}
