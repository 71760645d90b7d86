package search

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// testDocuments are made-up documents and, where there are any, those of the
// repository.
func testDocuments(lang string) []Document {
	code := lang
	if _, ok := tongues[lang]; !ok {
		code = "es"
	}
	docs := corpus(code, 40, 60, 11)
	content := os.DirFS("../../content")
	fs.WalkDir(content, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "/index."+lang+".md") {
			if data, err := fs.ReadFile(content, path); err == nil {
				_, text, _ := strings.Cut(strings.TrimPrefix(string(data), "---\n"), "\n---\n")
				heading, _, _ := strings.Cut(text, "\n\n")
				docs = append(docs, Document{Title: path, Headings: heading, Body: text})
			}
		}
		return nil
	})
	return docs
}

func placed(term string, position int) string { return fmt.Sprint(term, "@", position) }

// A table has, for each term, field and document, how often and where.
type table map[string]string

// TestTablesAreThoseOfScorch compares all terms' documents, freqs, positions
// and lengths with bleve's index of the same documents.
func TestTablesAreThoseOfScorch(t *testing.T) {
	for _, lang := range []string{"es", "en", "fr", "pt", "ar", "ja", "eo"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			docs := testDocuments(lang)
			docs[1].Body += " " + strings.Repeat("Supercalifragilístico", 5) // a word without a key
			got, want := ownTable(t, buildIndex(t, docs, Options{Dir: lang, Lang: lang})), scorchTable(t, lang, docs)
			maps.DeleteFunc(want, func(k, _ string) bool { return len(k) > 100 })
			if len(want) < 1000 {
				t.Errorf("only %d rows", len(want))
			}
			for k, v := range want {
				if got[k] != v {
					t.Errorf("%s: got %s, want %s", k, got[k], v)
				}
			}
			for k := range got {
				if want[k] == "" {
					t.Errorf("%s: not in bleve's index", k)
				}
			}
		})
	}
}

// ownTable reads an index through its decoders.
func ownTable(t *testing.T, x *Index) table {
	data, err := x.file("n")
	if err != nil {
		t.Fatal(err)
	}
	bodies, err := decodeLengths(data, x.manifest.Docs)
	if err != nil {
		t.Fatal(err)
	}
	all := table{}
	for n := range x.manifest.Shards {
		s, err := x.shard(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, own := range s.terms {
			list, err := x.postings(own)
			if err != nil {
				t.Fatal(own.name, err)
			}
			places, err := x.positions(n, own, list)
			if err != nil {
				t.Fatal(own.name, err)
			}
			name, ok := x.pipeline.term(own.name)
			if !ok {
				t.Errorf("%q is the name of a stop word", own.name)
			}
			for i, p := range list {
				lengths := append(p.lengths[:], bodies[p.doc])
				for f, freq := range p.freqs {
					if freq > 0 {
						all.add(name, f, p.doc, row{freq, norm32(lengths[f]), fmt.Sprint(places[i][f])})
					}
				}
			}
		}
	}
	return all
}

type row struct {
	freq   int
	norm   float32
	places string
}

func (a table) add(term string, field, doc int, r row) {
	a[fmt.Sprintf("%s/%d/%d", term, field, doc)] = fmt.Sprint(r)
}

func scorchTable(t *testing.T, lang string, docs []Document) table {
	names := []string{"title", "summary", "headings", "body"}
	p, err := newPipeline(lang)
	if err != nil {
		t.Fatal(err)
	}
	x, err := bleve.NewMemOnly(bleve.NewIndexMapping())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	b := x.NewBatch()
	for i := range docs {
		doc := document.NewDocument(strconv.Itoa(i))
		for f, text := range docs[i].texts() {
			doc.AddField(document.NewTextFieldCustom(names[f], nil, []byte(text), index.IndexField|index.IncludeTermVectors, p))
		}
		if err := b.IndexAdvanced(doc); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Batch(b); err != nil {
		t.Fatal(err)
	}
	inner, err := x.Advanced()
	if err != nil {
		t.Fatal(err)
	}
	r, err := inner.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all := table{}
	for f, name := range names {
		dict, err := r.FieldDict(name)
		if err != nil {
			t.Fatal(err)
		}
		for e, err := dict.Next(); e != nil; e, err = dict.Next() {
			if err != nil {
				t.Fatal(err)
			}
			all.readTerm(t, r, e.Term, f, name)
		}
	}
	return all
}

func (a table) readTerm(t *testing.T, r index.IndexReader, term string, f int, name string) {
	postings, err := r.TermFieldReader(context.Background(), []byte(term), name, true, true, true)
	if err != nil {
		t.Fatal(err)
	}
	defer postings.Close()
	for p, err := postings.Next(nil); p != nil; p, err = postings.Next(nil) {
		if err != nil {
			t.Fatal(err)
		}
		id, err := r.ExternalID(p.ID)
		if err != nil {
			t.Fatal(err)
		}
		doc, _ := strconv.Atoi(id)
		var places []int
		for _, v := range p.Vectors {
			places = append(places, int(v.Pos))
		}
		a.add(term, f, doc, row{int(p.Freq), float32(p.Norm), fmt.Sprint(places)})
	}
}

// norm32 is what bleve makes of a length.
func norm32(length int) float32 { return float32(1 / math.Sqrt(float64(length))) }
