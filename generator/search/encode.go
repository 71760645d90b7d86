package search

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

func appendNumber(to []byte, n int) []byte { return binary.AppendUvarint(to, uint64(n)) }

// encodePostings appends the postings of a term as they are kept until the
// files are made: their number, then the columns that a file has.
func encodePostings(to []byte, list []posting) []byte {
	to = appendNumber(to, len(list))
	before := -1
	for _, p := range list {
		to = appendNumber(to, p.doc-before-1)
		before = p.doc
	}
	for _, p := range list {
		to = appendNumber(to, p.head())
	}
	for _, p := range list {
		to = p.appendFreqs(to)
	}
	return to
}

// appendFreqs appends the freqs that the head of a posting does not tell.
func (p *posting) appendFreqs(to []byte) []byte {
	if p.head() < escape {
		return to
	}
	for _, freq := range p.freqs {
		if freq > 0 {
			to = appendNumber(to, freq)
		}
	}
	return to
}

// appendLengths appends the lengths of the fields before the body that have the
// term.
func (p *posting) appendLengths(to []byte, lengths *[fields][]uint32) []byte {
	for f, freq := range p.freqs[:body] {
		if freq > 0 {
			to = appendNumber(to, int(lengths[f][p.doc]))
		}
	}
	return to
}

// head is the number that tells a posting's fields, and its freq where it is a
// small one in the body.
func (p *posting) head() int {
	mask := 0
	for f, freq := range p.freqs {
		if freq > 0 {
			mask |= 1 << f
		}
	}
	if mask == 1<<body && p.freqs[body] <= escape {
		return p.freqs[body] - 1
	}
	return escape + mask
}

// appendKeys appends the columns of keys, and tells where their bytes begin.
func appendKeys(to []byte, keys []string) (data []byte, bytes int) {
	shared := make([]int, len(keys))
	for i := 1; i < len(keys); i++ {
		shared[i] = sharedBytes(keys[i-1], keys[i])
	}
	to = appendNumber(to, len(keys))
	for _, n := range shared {
		to = appendNumber(to, n)
	}
	for i, k := range keys {
		to = appendNumber(to, len(k)-shared[i])
	}
	bytes = len(to)
	for i, k := range keys {
		to = append(to, k[shared[i]:]...)
	}
	return to, bytes
}

func sharedBytes(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func appendString(to []byte, s string) []byte {
	return append(appendNumber(to, len(s)), s...)
}

// mostMarks is how many marks a spelling is written with; one with more is
// written out.
const mostMarks = 16

// appendSpelling appends how a form of a key is spelled.
func appendSpelling(to []byte, form, key string) []byte {
	if form == key {
		return appendNumber(to, 0)
	}
	var marks []byte
	n, letters := 0, 0
	for _, r := range norm.NFD.String(form) {
		if !isMark(r) {
			letters++
			continue
		}
		marks = appendNumber(appendNumber(marks, letters), int(r-firstMark))
		n, letters = n+1, 0
	}
	if n > 0 && n <= mostMarks {
		accents := append(appendNumber(nil, 2*n), marks...)
		if newReader(accents).spelling(key) == form {
			return append(to, accents...)
		}
	}
	return append(appendNumber(to, 2*len(form)+1), form...)
}

// lowBits are the bits of a number that have a column of their own: they are
// like chance, the others are not.
const lowBits = 7

// encodeLengths makes the file of the bodies' lengths.
func encodeLengths(lengths []uint32) raw {
	file := raw{name: "n"}
	var low []byte
	before := 0
	for _, n := range lengths {
		d := 2 * (int(n) - before)
		if d < 0 {
			d = -d - 1
		}
		file.data, low = appendNumber(file.data, d>>lowBits), append(low, byte(d&(1<<lowBits-1)))
		before = int(n)
	}
	file.cut()
	file.data = append(file.data, low...)
	return file
}

// groupSize is how many records are in a file, at most.
const groupSize = 14

// encodeRecords makes the files of records, so many in each.
func encodeRecords(docs []Document, order []int, group int) []raw {
	var files []raw
	var buffer bytes.Buffer
	for n := 0; n*group < len(docs); n++ {
		list := [][6]any{}
		for _, doc := range order[n*group : min(len(docs), (n+1)*group)] {
			r := docs[doc].Record
			list = append(list, [6]any{r.Title, r.shortAddress(), r.Summary, r.Lang,
				append([]string{}, r.Countries...), append([]string{}, r.Labels...)})
		}
		buffer.Reset()
		encodeJSON(&buffer, list)
		files = append(files, raw{fmt.Sprint("r", n), bytes.Clone(buffer.Bytes()), nil})
	}
	return files
}

// shortAddress is the address with * for what the title tells.
func (r *Record) shortAddress() string {
	address := strings.ReplaceAll(r.Address, "*", "%2A")
	if slug := slugOf(r.Title); slug != "" {
		return strings.Replace(address, slug, "*", 1)
	}
	return address
}

// slugOf is the part of an address that is made from a title.
func slugOf(title string) string {
	others := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	return strings.Join(strings.FieldsFunc(key(form(title)), others), "-")
}

// encodeJSON writes plain values, which JSON can always write, with < and & as
// they are.
func encodeJSON(to *bytes.Buffer, v any) {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	to.Truncate(to.Len() - 1) // the encoder's newline
}

// encodeFacets makes the file of facets. A code that its facet does not have is
// an error.
func encodeFacets(docs []Document, order []int, facets []Facet) ([]byte, error) {
	table := facetTable{Facets: []facetColumn{}, Dates: []int{}}
	for _, f := range facets {
		c, err := newFacetColumn(docs, order, f)
		if err != nil {
			return nil, err
		}
		table.Facets = append(table.Facets, c)
	}
	for _, doc := range order {
		table.Dates = appendRun(table.Dates, days(docs[doc].Date))
	}
	var buffer bytes.Buffer
	encodeJSON(&buffer, table)
	return buffer.Bytes(), nil
}

func newFacetColumn(docs []Document, order []int, f Facet) (facetColumn, error) {
	c := facetColumn{ID: f.ID, Label: f.Label, Values: [][2]string{}, Sets: [][]int{}, Docs: []int{}}
	number := map[string]int{}
	for i, v := range f.Values {
		c.Values = append(c.Values, [2]string{v.Code, v.Label})
		number[v.Code] = i
	}
	sets := map[string]int{}
	for _, doc := range order {
		set := []int{}
		for _, code := range docs[doc].Facets[f.ID] {
			n, ok := number[code]
			if !ok {
				return c, fmt.Errorf("search: document %d: facet %q has no value %q", doc, f.ID, code)
			}
			set = append(set, n)
		}
		slices.Sort(set)
		set = slices.Compact(set)
		name := strings.Trim(fmt.Sprint(set), "[]")
		n, ok := sets[name]
		if !ok {
			n = len(c.Sets)
			sets[name] = n
			c.Sets = append(c.Sets, set)
		}
		c.Docs = appendRun(c.Docs, n)
	}
	return c, nil
}

// appendRun adds one more value to runs of values.
func appendRun(runs []int, value int) []int {
	if n := len(runs); n > 0 && runs[n-2] == value {
		runs[n-1]++
		return runs
	}
	return append(runs, value, 1)
}

// days counts the days from 1970-01-01 to a date, 0 for an unknown one.
func days(date time.Time) int {
	if date.IsZero() {
		return 0
	}
	y, m, d := date.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}
