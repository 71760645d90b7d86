package search

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var errFile = errors.New("search: broken index file")

// A reader takes numbers and bytes off the front of a file. After the first
// fault it gives zeros, so that faults are asked for once.
type reader struct {
	data []byte
	bad  bool
}

func newReader(data []byte) *reader { return &reader{data: data} }

func (r *reader) fail() {
	r.data, r.bad = nil, true
}

func (r *reader) number() int {
	n := 0
	for i, b := range r.data {
		if i == 5 {
			break
		}
		n |= int(b&0x7F) << (7 * i)
		if b < 0x80 && n <= math.MaxUint32 {
			r.data = r.data[i+1:]
			return n
		}
	}
	r.fail()
	return 0
}

// count is the number of things that follow, each of at least so many bytes.
func (r *reader) count(each int) int {
	n := r.number()
	if n > len(r.data)/each {
		r.fail()
		return 0
	}
	return n
}

func (r *reader) take(n int) []byte {
	if n > len(r.data) {
		r.fail()
		return nil
	}
	b := r.data[:n:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) string() string {
	b := r.take(r.number())
	if !utf8.Valid(b) {
		r.fail()
	}
	return string(b)
}

// spelling reads how a form of a key is spelled; never empty unless it fails.
func (r *reader) spelling(key string) string {
	n := r.number()
	if n == 0 {
		return key
	}
	if n&1 != 0 {
		b := r.take(n >> 1)
		if len(b) == 0 || !utf8.Valid(b) {
			r.fail()
		}
		return string(b)
	}
	letters := []rune(key)
	var text []rune
	for ; n > 0; n -= 2 {
		at, mark := r.number(), firstMark+rune(r.number())
		if r.bad || at > len(letters) || !isMark(mark) {
			r.fail()
			return ""
		}
		text = append(append(text, letters[:at]...), mark)
		letters = letters[at:]
	}
	return norm.NFC.String(string(append(text, letters...)))
}

func (r *reader) column(n int) []int {
	if n > len(r.data) {
		r.fail()
	}
	if r.bad {
		return make([]int, 0)
	}
	c := make([]int, n)
	for i := range c {
		c[i] = r.number()
	}
	return c
}

// end is the verdict on a file that must have been read to its end.
func (r *reader) end() error {
	if r.bad || len(r.data) > 0 {
		return errFile
	}
	return nil
}

// A shard is a range of the dictionary.
type shard struct {
	entries  []entry
	terms    []term
	standing standing
}

// A standing tells which files have the positions of a shard's terms, which are
// in the order of the terms of all shards.
type standing struct {
	first  int   // file with those of the first term
	before int   // terms of other shards that are before it there
	cuts   []int // terms with which the next files begin
}

// place returns the file with the positions of a term, and the term's number
// there.
func (s *standing) place(term int) (file, number int) {
	at, _ := slices.BinarySearch(s.cuts, term+1)
	if at == 0 {
		return s.first, s.before + term
	}
	return s.first + at, term - s.cuts[at-1]
}

// An entry is a key with the forms that are written so.
type entry struct {
	key      string
	begins   bool // keys of several words begin with this one
	forms    []spelling
	synonyms [][]int // the terms of each, by number
}

// A spelling is a form and the number of its term in the shard, -1 for a stop
// word.
type spelling struct {
	text string
	term int
}

// A term has its postings here, or in a pack.
type term struct {
	name         string // the spelling that leads to it first
	number       int    // in the shard
	df           int
	pack, offset int       // pack is -1 when the postings are here
	postings     []posting // nil when they are in a pack
	placed       bool      // a form leads to it: it has positions
}

// decodeShard reads a dictionary shard.
func decodeShard(data []byte) (*shard, error) {
	r := newReader(data)
	s := &shard{}
	s.readTerms(r)
	keys := readKeys(r)
	heads := r.column(len(keys))
	if r.bad {
		return nil, errFile
	}
	s.entries = make([]entry, len(keys))
	named := 0
	for i := range s.entries {
		e := &s.entries[i]
		e.key, e.begins = keys[i], heads[i]&1 != 0
		s.readForms(r, e, heads[i]>>2, &named)
		if heads[i]&2 != 0 {
			s.readSynonyms(r, e, &named)
		}
	}
	if named != len(s.terms) {
		return nil, errFile
	}
	return s, r.end()
}

func (s *shard) readTerms(r *reader) {
	inline := r.column(r.number())
	s.terms = make([]term, len(inline))
	all := 0
	for i, n := range inline {
		t := &s.terms[i]
		t.number, t.df, t.pack = i, n, -1
		if n == 0 {
			t.df, t.pack, t.offset = r.number(), r.number(), r.number()
		}
		all += n
	}
	s.readStanding(r)
	list := readColumns(r, all)
	if r.bad {
		return
	}
	for i, n := range inline {
		if n > 0 {
			s.terms[i].postings = numbered(list[:n:n])
			list = list[n:]
		}
	}
}

func (s *shard) readStanding(r *reader) {
	s.standing = standing{r.number(), r.number(), r.column(r.number())}
	before := 0
	for _, cut := range s.standing.cuts {
		if cut <= before || cut >= len(s.terms) {
			r.fail()
		}
		before = cut
	}
}

// readColumns reads postings whose documents are gaps until they are numbered.
func readColumns(r *reader, n int) []posting {
	high, heads := r.column(n), r.column(n)
	list := readFreqs(r, heads)
	for i := range list {
		for f := range list[i].lengths {
			if list[i].freqs[f] == 0 {
				continue
			}
			if list[i].lengths[f] = r.number(); list[i].lengths[f] == 0 {
				r.fail()
			}
		}
	}
	low := r.take(n)
	if r.bad {
		return nil
	}
	for i := range list {
		list[i].doc = high[i]<<lowBits + int(low[i])
	}
	return list
}

// numbered makes the gaps of a term's postings documents.
func numbered(list []posting) []posting {
	doc := -1
	for i := range list {
		doc += list[i].doc + 1
		list[i].doc = doc
	}
	return list
}

// decodePack reads a pack.
func decodePack(data []byte) ([]posting, error) {
	r := newReader(data)
	list := readColumns(r, r.number())
	return list, r.end()
}

// readKeys reads the columns of keys. Keys are in strict order and have no more
// than the longest number of code points, so that little input cannot make
// much.
func readKeys(r *reader) []string {
	n := r.number()
	shared, rest := r.column(n), r.column(n)
	keys := make([]string, len(shared))
	var key []byte
	for i := range rest {
		if shared[i] > len(key) {
			r.fail()
			return nil
		}
		key = append(key[:shared[i]], r.take(rest[i])...)
		keys[i] = string(key)
		if !utf8.Valid(key) || !isKey(keys[i]) || i > 0 && compareKeys(keys[i-1], keys[i]) >= 0 {
			r.fail()
			return nil
		}
	}
	return keys
}

func (s *shard) readForms(r *reader, e *entry, n int, named *int) {
	if n > len(r.data)/2 {
		r.fail()
		return
	}
	if n > 0 {
		e.forms = make([]spelling, n)
	}
	for i := range e.forms {
		e.forms[i] = spelling{r.spelling(e.key), s.readTerm(r, named)}
		t := e.forms[i].term
		if t < 0 {
			continue
		}
		if s.terms[t].placed = true; s.terms[t].name == "" {
			s.terms[t].name = e.forms[i].text
		}
	}
}

func (s *shard) readSynonyms(r *reader, e *entry, named *int) {
	e.synonyms = make([][]int, r.count(2))
	for i := range e.synonyms {
		e.synonyms[i] = make([]int, r.count(1))
		for j := range e.synonyms[i] {
			t := s.readTerm(r, named)
			if t >= 0 && s.terms[t].name == "" {
				s.terms[t].name = r.string()
			}
			if t < 0 || s.terms[t].name == "" {
				r.fail()
			}
			e.synonyms[i][j] = t
		}
	}
}

// readTerm reads which term is led to. A new one gets its number here and its
// name from the caller.
func (s *shard) readTerm(r *reader, named *int) int {
	t := r.number()
	switch {
	case t == 1 && *named < len(s.terms):
		*named++
		return *named - 1
	case t > 1 && t <= *named+1:
		return *named + 1 - t
	case t != 0:
		r.fail()
	}
	return -1
}

// find returns where a key is, or where it would be.
func (s *shard) find(key string) (int, bool) {
	return slices.BinarySearchFunc(s.entries, key, func(e entry, key string) int { return compareKeys(e.key, key) })
}

// prefix returns the range of the keys that begin with p.
func (s *shard) prefix(p string) (from, to int) {
	from, _ = s.find(p)
	for to = from; to < len(s.entries) && strings.HasPrefix(s.entries[to].key, p); to++ {
	}
	return from, to
}

// A posting is a document with a term, how often each field has it, and how
// many terms the fields with it have. The body's length is elsewhere.
type posting struct {
	doc     int
	freqs   [fields]int
	lengths [body]int
}

// escape is the least head of a posting that is not of the body alone.
const escape = 240

// decodePostings reads the postings that encodePostings wrote at the beginning
// of data, of an index of so many documents, and returns what follows.
func decodePostings(data []byte, docs int) ([]posting, []byte, error) {
	r := newReader(data)
	n := r.count(2)
	deltas := r.column(n)
	list := readFreqs(r, r.column(n))
	doc := -1
	for i := range list {
		doc += deltas[i] + 1
		list[i].doc = doc
	}
	if r.bad || n == 0 || doc >= docs {
		return nil, nil, errFile
	}
	return list, r.data, nil
}

// readFreqs reads the freqs of postings whose heads were read, and makes the
// postings.
func readFreqs(r *reader, heads []int) []posting {
	list := make([]posting, len(heads))
	for i, head := range heads {
		freqs := &list[i].freqs
		switch {
		case head < escape:
			freqs[body] = head + 1
		case head == escape || head >= escape+1<<fields:
			r.fail()
		default:
			for f := range freqs {
				if (head-escape)>>f&1 == 0 {
					continue
				}
				if freqs[f] = r.number(); freqs[f] == 0 {
					r.fail()
				}
			}
		}
		if r.bad {
			return nil
		}
	}
	return list
}

// decodePositions reads, of a file, the positions of the term with a number
// there and these postings.
func decodePositions(data []byte, number int, list []posting) ([][fields][]int, error) {
	r := newReader(data)
	counts := r.column(r.number())
	first, n, total := 0, 0, 0
	for i, count := range counts {
		if i == number {
			first, n = total, count
		}
		total += count
	}
	high, low := r.column(total), r.take(total)
	if r.end() != nil || number >= len(counts) {
		return nil, errFile
	}
	high, low = high[first:first+n], low[first:first+n]
	all := make([][fields][]int, len(list))
	for i, p := range list {
		for f, freq := range p.freqs {
			if freq > len(low) {
				return nil, errFile
			}
			at := 0
			for j := range freq {
				at += high[j]<<lowBits + int(low[j]) + 1
				all[i][f] = append(all[i][f], at)
			}
			high, low = high[freq:], low[freq:]
		}
	}
	if len(low) > 0 {
		return nil, errFile
	}
	return all, nil
}

// decodeLengths reads the number of terms in each document's body.
func decodeLengths(data []byte, docs int) ([]int, error) {
	r := newReader(data)
	lengths := r.column(docs)
	before := 0
	for i, low := range r.take(len(lengths)) {
		d := lengths[i]<<lowBits + int(low)
		if d%2 == 0 {
			before += d / 2
		} else {
			before -= (d + 1) / 2
		}
		if lengths[i] = before; before < 0 || before > math.MaxUint32 {
			return nil, errFile
		}
	}
	return lengths, r.end()
}

// A candidate is a word that a typing error may have been meant for.
type candidate struct {
	key string
	df  int // at most mostDocuments
}

const mostDocuments = 255

// decodeVocabulary reads the candidates of a file, in the order of their
// endings.
func decodeVocabulary(data []byte) ([]candidate, error) {
	r := newReader(data)
	keys := readKeys(r)
	list := make([]candidate, len(keys))
	for i, df := range r.column(len(keys)) {
		list[i] = candidate{reversed(keys[i]), df}
	}
	return list, r.end()
}

// reversed writes a key from its end.
func reversed(key string) string {
	letters := []rune(key)
	slices.Reverse(letters)
	return string(letters)
}

// decodeRecords reads a file of records, each of them a list.
func decodeRecords(data []byte) ([]Record, error) {
	var lists [][]json.RawMessage
	if err := json.Unmarshal(data, &lists); err != nil {
		return nil, err
	}
	records := make([]Record, len(lists))
	for i, list := range lists {
		r := &records[i]
		to := []any{&r.Title, &r.Address, &r.Summary, &r.Lang, &r.Countries, &r.Labels}
		if len(list) != len(to) {
			return nil, errFile
		}
		for j := range to {
			if err := json.Unmarshal(list[j], to[j]); err != nil {
				return nil, err
			}
		}
		r.Address = strings.Replace(r.Address, "*", slugOf(r.Title), 1)
	}
	return records, nil
}

// facetTable is the file of facets.
type facetTable struct {
	Facets []facetColumn `json:"facets"`
	Dates  []int         `json:"dates"`
}

// A facetColumn is a facet and what each document has of it: runs of sets of
// values.
type facetColumn struct {
	ID     string      `json:"id"`
	Label  string      `json:"label"`
	Values [][2]string `json:"values"`
	Sets   [][]int     `json:"sets"`
	Docs   []int       `json:"docs"`
}

func decodeFacets(data []byte, docs int) (*facetTable, error) {
	t := &facetTable{}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, err
	}
	if !fill(t.Dates, docs) {
		return nil, errFile
	}
	for _, f := range t.Facets {
		if !f.whole(docs) {
			return nil, errFile
		}
	}
	return t, nil
}

// whole tells whether each document has a set, and each set only values that
// there are.
func (f facetColumn) whole(docs int) bool {
	for i := 0; i < len(f.Docs); i += 2 {
		if f.Docs[i] < 0 || f.Docs[i] >= len(f.Sets) {
			return false
		}
	}
	for _, set := range f.Sets {
		for _, v := range set {
			if v < 0 || v >= len(f.Values) {
				return false
			}
		}
	}
	return fill(f.Docs, docs)
}

// fill tells whether runs are of so many documents.
func fill(runs []int, docs int) bool {
	if len(runs)%2 != 0 {
		return false
	}
	for i := 1; i < len(runs); i += 2 {
		if runs[i] < 1 || runs[i] > docs {
			return false
		}
		docs -= runs[i]
	}
	return docs == 0
}

// inflate undoes the compression of a file.
func inflate(data []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	data, err = io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return data, nil
}
