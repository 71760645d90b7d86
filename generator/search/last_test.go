package search

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
)

// told lets documents read their texts when they are asked, and counts that.
func told(docs []Document, read *atomic.Int64) []Document {
	list := slices.Clone(docs)
	for i, d := range docs {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q", d.texts()))
		list[i].Source = string(sum[:])
		list[i].Title, list[i].Summary, list[i].Headings, list[i].Body = "", "", "", ""
		list[i].Read = func(to *Document) {
			read.Add(1)
			to.Title, to.Summary, to.Headings, to.Body = d.Title, d.Summary, d.Headings, d.Body
		}
	}
	return list
}

// A shop has what a build leaves to the next.
type shop struct {
	words string
	files map[string][]byte // by source
}

// build builds with what the last build left, and returns how many documents
// were read and how many files were known.
func (s *shop) build(t *testing.T, docs []Document, o Options) (files []File, read, known int) {
	t.Helper()
	var asked, found atomic.Int64
	o.Words = &Words{Last: s.words}
	o.Last = func(source string) []byte {
		data := s.files[source]
		if data != nil {
			found.Add(1)
		}
		return data
	}
	x, err := Build(context.Background(), told(docs, &asked), o)
	if err != nil {
		t.Fatal(err)
	}
	s.words, s.files = string(o.Words.Next), map[string][]byte{}
	for _, f := range x.Files() {
		if f.Source != "" {
			s.files[f.Source] = f.Data
		}
	}
	return x.Files(), int(asked.Load()), int(found.Load())
}

// same wants the files of a build that knows of no other.
func same(t *testing.T, what string, got []File, docs []Document, o Options) {
	t.Helper()
	want := buildIndex(t, docs, o).Files()
	if !slices.EqualFunc(got, want, func(a, b File) bool { return a.Name == b.Name && bytes.Equal(a.Data, b.Data) }) {
		t.Fatalf("%s: other files than without the last build", what)
	}
}

// TestLast builds after a build of nearly the same documents. It reads what is
// new and gives what it gives alone.
func TestLast(t *testing.T) {
	for _, lang := range []string{"es", "ar", "ja"} {
		t.Run(lang, func(t *testing.T) {
			random := rand.New(rand.NewPCG(20261130, 3))
			docs, o := corpus(lang, 150, 60, 5), sample(lang)
			spare := corpus(lang, 40, 60, 6)
			var s shop
			files, read, known := s.build(t, docs, o)
			same(t, "first", files, docs, o)
			if read != len(docs) || known != 0 {
				t.Errorf("first: %d documents were read, %d files known", read, known)
			}
			files, read, known = s.build(t, docs, o)
			same(t, "second", files, docs, o)
			if read != 0 || known != len(files)-1 {
				t.Errorf("second: %d documents were read, %d of %d files known", read, known, len(files)-1)
			}
			for range 6 {
				before := sources(docs)
				for range 1 + random.IntN(3) {
					at := random.IntN(len(docs))
					switch random.IntN(4) {
					case 0:
						docs = slices.Delete(slices.Clone(docs), at, at+1)
					case 1:
						docs = slices.Insert(slices.Clone(docs), at, spare[random.IntN(len(spare))])
					default:
						docs = slices.Clone(docs)
						docs[at].Body += " " + spare[random.IntN(len(spare))].Title
					}
				}
				fresh := 0
				for source := range sources(docs) {
					if !before[source] {
						fresh++
					}
				}
				files, read, _ = s.build(t, docs, o)
				same(t, "an edit", files, docs, o)
				if read < fresh || read > fresh+3 { // two of one text may both be read
					t.Errorf("an edit: %d documents were read, %d are new", read, fresh)
				}
			}
			good := s
			for range 40 {
				s = good
				bad := []byte(good.words)
				for range 1 + random.IntN(3) {
					bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
				}
				readWords(&Words{Last: string(bad[:random.IntN(len(bad))])}, lang)
				s.words = good.words[:random.IntN(len(good.words))]
				s.files = map[string][]byte{}
				for source, data := range good.files {
					s.files[source] = data[:random.IntN(len(data))]
				}
				if random.IntN(8) > 0 {
					continue // reading alone is quick
				}
				files, _, _ = s.build(t, docs, o)
				same(t, "cut short", files, docs, o)
			}
		})
	}
}

func sources(docs []Document) map[string]bool {
	var read atomic.Int64
	all := map[string]bool{}
	for _, d := range told(docs, &read) {
		all[d.Source] = true
	}
	return all
}

// FuzzLastWords reads anything as the words of the last build.
func FuzzLastWords(f *testing.F) {
	o, read := sample("es"), &atomic.Int64{}
	o.Words = &Words{}
	if _, err := Build(context.Background(), told(corpus("es", 4, 20, 7), read), o); err != nil {
		f.Fatal(err)
	}
	f.Add(string(o.Words.Next))
	f.Add("\x02es\x01\x01a\x00\x01\x01b\x06\x01\x00\x00\x00\x00")
	f.Fuzz(func(t *testing.T, data string) {
		l := readWords(&Words{Last: data}, "es")
		for source := range l.docs {
			words, counts, known := l.of(source, nil)
			n := 0
			for _, count := range counts {
				n += int(count)
			}
			if known && n != len(words) || !known && len(words) > 0 {
				t.Errorf("%d words of %d", len(words), n)
			}
			for _, word := range words {
				if int(word) >= len(l.forms) {
					t.Errorf("word %d of %d", word, len(l.forms))
				}
			}
		}
	})
}
