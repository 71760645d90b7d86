package search

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// The sizes of files, in bytes before compression, found by measuring on text:
// compressed, a shard is 3 to 4 KB, a pack 3 KB, a file of positions 27 KB and
// one of the vocabulary 5 KB, where one key alone does not need more. Larger
// files cost each query bytes, smaller ones make many files.
const (
	shardSize     = 11000
	packSize      = 6500
	positionsSize = 18000 // of a shard
	endsSize      = 10000
	inlineSize    = 80 // of the postings that are in a shard
)

// few is the number of documents from which on the number of files matters. In
// a smaller index shards and groups of records are half as large.
const few = 1000

// half is a size, or half of it in an index of few documents.
func (b *build) half(size int) int {
	if len(b.docs) < few {
		return size / 2
	}
	return size
}

// split cuts the dictionary into shards, and returns where each begins. A key
// and the keys of several words that begin with it stay together.
func (b *build) split(d *dictionary) (shards []draft, firsts []string) {
	seen := make([]int, len(d.terms)) // the last shard with the term, from 1
	from, size, positions, most := 0, 0, 0, b.half(shardSize)
	for i := range d.keys {
		l := &d.keys[i]
		ownSize, ownPositions := d.sizes(l, seen, len(shards)+1)
		full := size+ownSize > most || positions+ownPositions > positionsSize
		if full && i > from && !strings.Contains(l.key, " ") {
			shards, firsts = append(shards, draft{d, d.keys[from:i]}), append(firsts, d.begin(from))
			from, size, positions = i, 0, 0
			ownSize, ownPositions = d.sizes(l, seen, len(shards)+1)
		}
		size, positions = size+ownSize, positions+ownPositions
	}
	return append(shards, draft{d, d.keys[from:]}), append(firsts, d.begin(from))
}

// begin is where a shard begins whose first key has this number.
func (d *dictionary) begin(key int) string {
	if key == 0 {
		return ""
	}
	return between(d.keys[key-1].key, d.keys[key].key)
}

// sizes is what a key adds to a shard and to its positions.
func (d *dictionary) sizes(l *lemma, seen []int, shard int) (size, positions int) {
	size = len(l.key)/2 + 3
	add := func(x lead) {
		if size++; x.text != l.key {
			size += len(x.text)
		}
		if x.term == noTerm || seen[x.term] == shard {
			return
		}
		seen[x.term] = shard
		t := d.terms[x.term]
		positions += len(t.positions)
		if size += 2; len(t.postings) <= inlineSize {
			size += len(t.postings)
		} else {
			size += 4
		}
	}
	for _, f := range l.forms {
		add(f)
	}
	for _, s := range l.synonyms {
		for _, x := range s {
			add(x)
		}
	}
	return size, positions
}

// A draft is a shard that is not written yet.
type draft struct {
	*dictionary
	keys []lemma
}

// leads visits all leads of a draft, in order.
func (s draft) leads(visit func(x lead)) {
	for i := range s.keys {
		l := &s.keys[i]
		for _, f := range l.forms {
			visit(f)
		}
		for _, list := range l.synonyms {
			for _, x := range list {
				visit(x)
			}
		}
	}
}

// columns are the postings of terms in a row.
type columns struct {
	size                    int // bytes before compression
	number                  int // of postings
	high, heads, freqs, low []byte
}

// add adds the postings of a term, as [encodePostings] wrote them.
func (c *columns) add(postings []byte) {
	list, _, err := decodePostings(postings, math.MaxInt)
	if err != nil {
		panic(err) // they were written in this run
	}
	before := -1
	for _, p := range list {
		gap := p.doc - before - 1
		before = p.doc
		c.high, c.low = appendNumber(c.high, gap>>lowBits), append(c.low, byte(gap&(1<<lowBits-1)))
		c.heads, c.freqs = appendNumber(c.heads, p.head()), p.appendFreqs(c.freqs)
	}
	c.number += len(list)
	c.size += len(postings)
}

// append appends the columns to a file.
func (c *columns) append(file *raw) {
	file.data = slices.Concat(file.data, c.high, c.heads, c.freqs)
	file.cut()
	file.data = append(file.data, c.low...)
}

// packs are the postings that are in no shard.
type packs struct {
	all    []*columns
	places map[uint32][2]int // pack and offset of terms
}

// add puts the postings of a term into the first pack that has room. Those
// that are longer than a pack have one of their own.
func (p *packs) add(term uint32, postings []byte) {
	if _, ok := p.places[term]; ok || len(postings) <= inlineSize {
		return
	}
	at := slices.IndexFunc(p.all, func(c *columns) bool { return c.size+len(postings) <= packSize })
	if at < 0 {
		at = len(p.all)
		p.all = append(p.all, &columns{})
	}
	p.places[term] = [2]int{at, p.all[at].number}
	p.all[at].add(postings)
}

func (p *packs) files() []raw {
	files := make([]raw, len(p.all))
	for i, c := range p.all {
		files[i] = raw{name: fmt.Sprint("k", i), data: appendNumber(nil, c.number)}
		c.append(&files[i])
	}
	return files
}

// encode makes the files of shards, positions and packs.
func (b *build) encode(shards []draft) []raw {
	p := &packs{places: map[uint32][2]int{}}
	for _, s := range shards {
		s.leads(func(x lead) {
			if x.term != noTerm {
				p.add(x.term, s.terms[x.term].postings)
			}
		})
	}
	files, positions := make([]raw, len(shards)), make([]standing, len(shards)+len(shards)%2)
	b.parallel(len(shards), func(_, i int) {
		files[i], positions[i] = shards[i].encode(fmt.Sprint("d", i), p.places)
	})
	for pair := range slices.Chunk(positions, 2) {
		file := raw{name: fmt.Sprint("p", len(files)-len(shards))}
		for _, s := range pair {
			file.data = appendNumber(file.data, len(s.sizes))
			for _, size := range s.sizes {
				file.data = appendNumber(file.data, size)
			}
		}
		file.cut()
		for _, s := range pair {
			file.data = append(file.data, s.data...)
		}
		files = append(files, file)
	}
	return append(files, p.files()...)
}

// standing are the positions of a shard's terms, and how many bytes each has.
type standing struct {
	sizes []int
	data  []byte
}

// A numbering gives the terms of a shard their numbers.
type numbering struct {
	numbers map[uint32]int
	terms   []uint32
	placed  []bool // terms that need their positions
}

// next appends how a lead is written in a shard, and tells whether its term is
// new.
func (n *numbering) next(to []byte, term uint32, positions bool) ([]byte, bool) {
	if term == noTerm {
		return appendNumber(to, 0), false
	}
	at, known := n.numbers[term]
	if !known {
		at = len(n.terms)
		n.numbers[term] = at
		n.terms, n.placed = append(n.terms, term), append(n.placed, false)
		to = appendNumber(to, 1)
	} else {
		to = appendNumber(to, 1+len(n.terms)-at)
	}
	n.placed[at] = n.placed[at] || positions
	return to, !known
}

// encode writes a shard and its positions. The terms that only synonyms lead
// to have no positions: no phrase has them.
func (s draft) encode(name string, places map[uint32][2]int) (file raw, positions standing) {
	n := &numbering{numbers: map[uint32]int{}}
	leads := s.encodeLeads(n)
	file.name = name
	s.encodeTerms(&file, n, places)
	file.cut()
	for i, t := range n.terms {
		size := len(positions.data)
		if n.placed[i] {
			positions.data = append(positions.data, s.terms[t].positions...)
		}
		positions.sizes = append(positions.sizes, len(positions.data)-size)
	}
	keys := make([]string, len(s.keys))
	for i := range keys {
		keys[i] = s.keys[i].key
	}
	data, bytes := appendKeys(file.data, keys)
	file.cuts = append(file.cuts, bytes, len(data))
	for i := range s.keys {
		data = appendNumber(data, s.keys[i].head())
	}
	file.data = append(data, leads...)
	return file, positions
}

// encodeTerms writes the first part of a shard.
func (s draft) encodeTerms(file *raw, n *numbering, places map[uint32][2]int) {
	var here columns
	file.data = appendNumber(nil, len(n.terms))
	for _, t := range n.terms {
		df := 0
		if _, ok := places[t]; !ok {
			df = s.terms[t].df
			here.add(s.terms[t].postings)
		}
		file.data = appendNumber(file.data, df)
	}
	for _, t := range n.terms {
		if place, ok := places[t]; ok {
			file.data = appendNumber(appendNumber(appendNumber(file.data, s.terms[t].df), place[0]), place[1])
		}
	}
	here.append(file)
}

func (l *lemma) head() int {
	head := len(l.forms) << 2
	if len(l.synonyms) > 0 {
		head |= 2
	}
	if l.begins {
		head |= 1
	}
	return head
}

// encodeLeads writes where the keys of a shard lead.
func (s draft) encodeLeads(n *numbering) []byte {
	var data []byte
	for i := range s.keys {
		l := &s.keys[i]
		for _, f := range l.forms {
			data, _ = n.next(appendSpelling(data, f.text, l.key), f.term, true)
		}
		if len(l.synonyms) > 0 {
			data = appendNumber(data, len(l.synonyms))
		}
		for _, list := range l.synonyms {
			data = appendNumber(data, len(list))
			for _, x := range list {
				var isNew bool
				if data, isNew = n.next(data, x.term, false); isNew {
					data = appendString(data, x.text)
				}
			}
		}
	}
	return data
}
