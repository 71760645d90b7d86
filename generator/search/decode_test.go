package search

import (
	"bytes"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// bytesOf writes numbers and strings as a file has them.
func bytesOf(list ...any) []byte {
	var data []byte
	for _, v := range list {
		switch v := v.(type) {
		case int:
			data = appendNumber(data, v)
		case string:
			data = append(data, v...)
		}
	}
	return data
}

const huge = 1<<32 - 1

func TestDecodeShard(t *testing.T) {
	// three terms, the second in a pack; the keys a, ab and "ab c"
	good := bytesOf(3, 1, 0, 2, 7, 1, 40, // documents; df, pack and offset
		4, 3, 2, 1, 2, // the first file of positions, terms before; two more files
		0, 0, 1, 4, 241, 0, 3, 30, 6, 2, 5, // high gaps, heads, freqs, lengths, low gaps
		3, 0, 1, 2, 1, 1, 2, "ab c", 8, 9, 2,
		0, 1, 2, 1, 1, 0, // a: a → term 0; á → stop
		0, 2, 3, "x", 1, // ab → term 0; x → term 1
		1, 2, 3, 1, 1, "z") // ab c: a synonym of terms 0 and 2
	s, err := decodeShard(good)
	if err != nil {
		t.Fatal(err)
	}
	want := &shard{
		entries: []entry{
			{key: "a", forms: []spelling{{"a", 0}, {"á", -1}}},
			{key: "ab", begins: true, forms: []spelling{{"ab", 0}, {"x", 1}}},
			{key: "ab c", synonyms: [][]int{{0, 2}}},
		},
		terms: []term{
			{name: "a", df: 1, pack: -1, postings: []posting{{doc: 6, freqs: [fields]int{0, 0, 0, 5}}}, placed: true},
			{name: "x", number: 1, df: 7, pack: 1, offset: 40, placed: true},
			{name: "z", number: 2, df: 2, pack: -1, postings: []posting{{2, [fields]int{3, 0, 0, 0}, [body]int{30, 0, 0}}, {doc: 136, freqs: [fields]int{0, 0, 0, 1}}}},
		},
		standing: standing{4, 3, []int{1, 2}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v, want %+v", s, want)
	}
	for term, want := range [][2]int{{4, 3}, {5, 0}, {6, 0}} {
		if file, number := s.standing.place(term); file != want[0] || number != want[1] {
			t.Errorf("the positions of term %d are in file %d, %d", term, file, number)
		}
	}
	if from, to := s.prefix("ab"); from != 1 || to != 3 {
		t.Errorf("ab is the prefix of %d to %d", from, to)
	}
	if _, err := decodeShard(bytesOf(0, 0, 0, 0, 0)); err != nil {
		t.Error("an empty shard:", err)
	}
	testCuts(t, good, func(data []byte) error { _, err := decodeShard(data); return err })
}

func TestDecodeShardRefuses(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing":                  nil,
		"terms without an end":     bytesOf(huge),
		"keys without an end":      bytesOf(0, 0, 0, 0, huge),
		"a term that no key has":   bytesOf(1, 1, 0, 0, 0, 0, 0, 0, 0),
		"a term not yet numbered":  bytesOf(1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, "a", 4, 0, 2),
		"more terms than counted":  bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 4, 0, 1),
		"keys out of order":        bytesOf(0, 0, 0, 0, 2, 0, 0, 1, 1, "ba", 4, 4, 0, 0, 0, 0),
		"a key twice":              bytesOf(0, 0, 0, 0, 2, 0, 1, 1, 0, "a", 4, 4, 0, 0, 0, 0),
		"an empty key":             bytesOf(0, 0, 0, 0, 1, 0, 0, 4, 0, 0),
		"a key of 65 letters":      bytesOf(0, 0, 0, 0, 1, 0, 65, strings.Repeat("a", 65), 4, 0, 0),
		"more shared than there":   bytesOf(0, 0, 0, 0, 2, 0, 2, 1, 1, "ab", 4, 4, 0, 0, 0, 0),
		"a key that is not UTF-8":  bytesOf(0, 0, 0, 0, 1, 0, 1, "\xff", 4, 0, 0),
		"a form that is not UTF-8": bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 4, 3, "\xff", 0),
		"forms without an end":     bytesOf(0, 0, 0, 0, 1, 0, 1, "a", huge),
		"a form too long":          bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 4, huge, 0),
		"an empty form":            bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 4, 1, 0),
		"a mark past the key":      bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 4, 2, 2, 1, 0),
		"a mark that is none":      bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 4, 2, 1, 0x70, 0),
		"marks without an end":     bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 4, huge-1, 0),
		"synonyms without an end":  bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 2, huge),
		"terms of a synonym":       bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 2, 1, huge),
		"a stop word for synonym":  bytesOf(0, 0, 0, 0, 1, 0, 1, "a", 2, 1, 1, 0),
		"a term without a name":    bytesOf(1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, "a", 2, 1, 1, 1, 0),
		"postings too long":        bytesOf(1, huge, 0, 0, 0, 0, 0, 0, 1, 0, 1, "a", 4, 0, 1),
		"a head of no field":       bytesOf(1, 1, 0, 0, 0, 0, 240, 1, 0, 1, 0, 1, "a", 4, 0, 1),
		"no length":                bytesOf(1, 1, 0, 0, 0, 0, 241, 1, 0, 0, 1, 0, 1, "a", 4, 0, 1),
		"a file before the first":  bytesOf(1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, "a", 4, 0, 1),
		"a file after the last":    bytesOf(1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, "a", 4, 0, 1),
		"files out of order":       bytesOf(3, 1, 1, 1, 0, 0, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, "a", 12, 0, 1, 0, 1, 0, 1),
		"files without an end":     bytesOf(1, 1, 0, 0, huge),
		"a number of six bytes":    []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0},
		"a number over 2³²":        []byte{0x80, 0x80, 0x80, 0x80, 0x10, 0},
	} {
		if s, err := decodeShard(data); err == nil {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// testCuts cuts a file short, adds to it and changes each byte: the first two
// must be refused, and nothing may panic or need much memory.
func testCuts(t *testing.T, good []byte, decode func([]byte) error) {
	t.Helper()
	if err := decode(good); err != nil {
		t.Error(err)
	}
	for i := range good {
		if decode(good[:i]) == nil {
			t.Errorf("cut at %d", i)
		}
		for _, b := range []byte{0, 1, 0x7F, 0x80, 0xFF, good[i] ^ 1} {
			bad := bytes.Clone(good)
			bad[i] = b
			spends(t, bad, decode)
		}
	}
	if decode(append(bytes.Clone(good), 0)) == nil {
		t.Error("one more byte")
	}
}

// spends decodes data, which must not need much more memory than it is long.
func spends(t *testing.T, data []byte, decode func([]byte) error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	decode(data)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > uint64(300*len(data)+200_000) {
		t.Errorf("%d bytes of memory for %d bytes of %q", n, len(data), data)
	}
}

func TestPostings(t *testing.T) {
	list := []posting{
		{doc: 0, freqs: [fields]int{0, 0, 0, 1}},
		{doc: 1, freqs: [fields]int{0, 0, 0, 240}},
		{doc: 2, freqs: [fields]int{0, 0, 0, 241}},
		{doc: 9, freqs: [fields]int{1, 0, 0, 0}},
		{doc: 300, freqs: [fields]int{1, 2, 3, 4}},
		{doc: 70000, freqs: [fields]int{0, 0, 500, 0}},
	}
	data := encodePostings(nil, list)
	got, rest, err := decodePostings(append(data, "rest"...), 70001)
	if err != nil || !reflect.DeepEqual(got, list) || string(rest) != "rest" {
		t.Errorf("got %v, %q, %v", got, rest, err)
	}
	if _, _, err := decodePostings(data, 70000); err == nil {
		t.Error("a document beyond the last")
	}
	testCuts(t, data, func(data []byte) error {
		_, rest, err := decodePostings(data, 1e6)
		if len(rest) > 0 {
			return errFile
		}
		return err
	})
	for name, data := range map[string][]byte{
		"no document":         bytesOf(0),
		"without an end":      bytesOf(huge, 0, 0),
		"a head of no field":  bytesOf(1, 0, 240, 1),
		"a head of 5 fields":  bytesOf(1, 0, 256, 1),
		"a freq of 0":         bytesOf(1, 0, 241, 0),
		"documents without e": bytesOf(2, huge, huge, 0, 0),
	} {
		if got, _, err := decodePostings(data, 1000); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPositions(t *testing.T) {
	list := []posting{{doc: 0, freqs: [fields]int{0, 0, 0, 3}}, {doc: 5, freqs: [fields]int{1, 0, 2, 0}}}
	data := bytesOf(3, 2, 6, 1, // terms, positions of each
		0, 0, 0, 0, 1, 0, 0, 0, 0, // high
		4, 4, 0, 0, 71, 6, 0, 8, 5) // low
	got, err := decodePositions(data, 1, list)
	want := [][fields][]int{{body: {1, 2, 202}}, {title: {7}, headings: {1, 10}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	testCuts(t, data, func(data []byte) error { _, err := decodePositions(data, 1, list); return err })
	for number, freq := range map[int]int{0: 1, 1: huge, 2: 2, 3: 0} {
		if _, err := decodePositions(data, number, []posting{{doc: 0, freqs: [fields]int{0, 0, 0, freq}}}); err == nil {
			t.Errorf("term %d has %d positions", number, freq)
		}
	}
}

func TestLengths(t *testing.T) {
	data := encodeLengths([]uint32{300, 0, 70000}).data
	if want := bytesOf(4, 4, 1093, 88, 87, 96); !slices.Equal(data, want) {
		t.Errorf("%d, not %d", data, want)
	}
	got, err := decodeLengths(data, 3)
	if want := []int{300, 0, 70000}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	testCuts(t, data, func(data []byte) error { _, err := decodeLengths(data, 3); return err })
	if _, err := decodeLengths(data, huge); err == nil {
		t.Error("too many documents")
	}
	for _, data := range [][]byte{bytesOf(0, 0, 0, 4, 5, 0), bytesOf(math.MaxUint32, 0, 0, 0, 0, 0)} {
		if got, err := decodeLengths(data, 3); err == nil {
			t.Errorf("%d has the lengths %d", data, got)
		}
	}
}

func TestDecodeVocabulary(t *testing.T) {
	data := encodeVocabulary("v0", []candidate{{"asac", 3}, {"osac", 4}, {"uñ", 255}}).data
	got, err := decodeVocabulary(data)
	if want := []candidate{{"casa", 3}, {"caso", 4}, {"ñu", 255}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	testCuts(t, data, func(data []byte) error { _, err := decodeVocabulary(data); return err })
}

func TestDecodeFacetsRefuses(t *testing.T) {
	const good = `{"facets":[{"id":"a","label":"A","values":[["x","X"]],"sets":[[],[0]],"docs":[0,1,1,2]}],"dates":[0,3]}`
	if _, err := decodeFacets([]byte(good), 3); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`[0,1,1,2]`, `[0,1,1,1]`}, {`[0,1,1,2]`, `[0,1,1,3]`}, {`[0,1,1,2]`, `[0,1,2,2]`}, {`[0,1,1,2]`, `[0,1,-1,2]`},
		{`[0,1,1,2]`, `[0,1,1]`}, {`[0,1,1,2]`, `[0,4,1,-1]`}, {`[0,1,1,2]`, `[0,9223372036854775807,1,2]`},
		{`[[],[0]]`, `[[],[1]]`}, {`[[],[0]]`, `[[],[-1]]`}, {`[0,3]`, `[0,4]`}, {`[0,3]`, `null`}, {`}`, ``},
	} {
		if _, err := decodeFacets([]byte(strings.Replace(good, change[0], change[1], 1)), 3); err == nil {
			t.Errorf("%s for %s", change[1], change[0])
		}
	}
	for _, text := range []string{``, `[["a"]]`, `[[1,"","","",[],[]]]`, `[["","","","",[],[],[]]]`, `[{}]`} {
		if list, err := decodeRecords([]byte(text)); err == nil {
			t.Errorf("%s: %v", text, list)
		}
	}
}

func TestText(t *testing.T) {
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	for n := range 40 {
		data := bytes.Repeat([]byte{0, 0x0A, 0x5C, 0xFF}, 10)[:n]
		for _, data := range [][]byte{data, all[:n], all[200 : 200+n]} {
			text := coding.EncodeToString(data)
			if got, err := decodeText(text); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%x: %q, %x, %v", data, text, got, err)
			}
		}
	}
	if got := coding.EncodeToString([]byte{0, 0xFB, 0xFF, 1}); got != "APv/AQ" {
		t.Errorf("got %q", got)
	}
	for _, text := range []string{"A", "AP-_", "APv/\n", "AP\rv/", "AQ==", "AR", "Å", "\x00", "\xff"} {
		if got, err := decodeText(text); err == nil {
			t.Errorf("%q: %x", text, got)
		}
	}
}

// seed adds the files of a small index whose names begin with letter.
func seed(f *testing.F, letter string) *Index {
	x := buildIndex(f, corpus("es", 8, 6, 2), Options{Dir: "eo", Lang: "eo", Synonyms: []Synonym{{"a b", "la de"}, {"c", "de"}}})
	for _, p := range x.parts {
		if strings.HasPrefix(p.name, letter) {
			data, err := inflate(p.data)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	return x
}

func FuzzShard(f *testing.F) {
	seed(f, "d")
	f.Fuzz(func(t *testing.T, data []byte) {
		spends(t, data, func(data []byte) error {
			s, err := decodeShard(data)
			if err != nil {
				return err
			}
			for _, e := range s.entries {
				for _, l := range e.forms {
					if l.term >= len(s.terms) || l.text == "" {
						t.Error(e)
					}
				}
			}
			for _, own := range s.terms {
				if own.name == "" || own.pack < 0 && len(own.postings) != own.df {
					t.Error(own)
				}
			}
			return nil
		})
	})
}

func FuzzPostings(f *testing.F) {
	x := seed(f, "k")
	s, err := x.shard(0)
	if err != nil {
		f.Fatal(err)
	}
	for _, own := range s.terms {
		f.Add(encodePostings(nil, own.postings))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		spends(t, data, func(data []byte) error {
			list, rest, err := decodePostings(data, 8)
			if err == nil && (len(list) > 8 || list[len(list)-1].doc >= 8) {
				t.Error(list)
			}
			if err == nil {
				_, err = decodePositions(rest, 0, list)
			}
			return err
		})
	})
}

func FuzzPack(f *testing.F) {
	seed(f, "k")
	f.Add(bytesOf(2, 0, 1, 4, 241, 3, 30, 6, 2))
	f.Fuzz(func(t *testing.T, data []byte) {
		spends(t, data, func(data []byte) error {
			list, err := decodePack(data)
			for _, p := range list {
				if err == nil && p.freqs == [fields]int{} {
					t.Error(p)
				}
			}
			return err
		})
	})
}

func FuzzVocabulary(f *testing.F) {
	seed(f, "v")
	f.Fuzz(func(t *testing.T, data []byte) {
		spends(t, data, func(data []byte) error {
			list, err := decodeVocabulary(data)
			if err == nil && !slices.IsSortedFunc(list, func(a, b candidate) int { return compareKeys(reversed(a.key), reversed(b.key)) }) {
				t.Error(list)
			}
			return err
		})
	})
}

func FuzzLengths(f *testing.F) {
	seed(f, "n")
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, docs := range []int{0, 8, huge} {
			spends(t, data, func(data []byte) error { _, err := decodeLengths(data, docs); return err })
		}
	})
}

func FuzzFacets(f *testing.F) {
	seed(f, "f")
	seed(f, "r")
	f.Fuzz(func(t *testing.T, data []byte) {
		spends(t, data, func(data []byte) error { _, err := decodeFacets(data, 8); return err })
		spends(t, data, func(data []byte) error { _, err := decodeRecords(data); return err })
	})
}

func FuzzText(f *testing.F) {
	f.Add([]byte("text"), "APv/AQ")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		if got, err := decodeText(coding.EncodeToString(data)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%x: %x, %v", data, got, err)
		}
		if got, err := decodeText(text); err == nil && coding.EncodeToString(got) != text {
			t.Errorf("%q is also %q", text, coding.EncodeToString(got))
		}
	})
}

func FuzzWords(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\ufffd")
		x := buildIndex(t, []Document{{Title: text, Body: text}}, Options{Dir: "es", Lang: "es"})
		for _, w := range words(text) {
			s, err := x.shard(x.shardOf(w.key))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := s.find(w.key); ok != isKey(w.key) {
				t.Errorf("%q: %q is there: %v", text, w.key, ok)
			}
		}
	})
}
