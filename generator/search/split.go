package search

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The sizes of files, in bytes before compression, found by measuring on text:
// compressed, a shard is 4 KB, a pack 3 KB, a file of positions 9 KB and one of
// the vocabulary 2 KB, where one term alone does not need more. Larger files
// cost each query bytes, smaller ones make many files. Most postings are in
// their shards, which are more for it: a second file for a word would have
// those of other words too.
const (
	shardSize     = 8900
	packSize      = 9000
	positionsSize = 11400
	endsSize      = 3500
	inlineSize    = 2500 // of the postings that are in a shard
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
	from, size, most := 0, 0, b.half(shardSize)
	for i := range d.keys {
		l := &d.keys[i]
		own := d.size(l, seen, len(shards)+1)
		if size+own > most && i > from && !strings.Contains(l.key, " ") {
			shards, firsts = append(shards, draft{d, d.keys[from:i]}), append(firsts, d.begin(from))
			from, size = i, 0
			own = d.size(l, seen, len(shards)+1)
		}
		size += own
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

// size is what a key adds to a shard.
func (d *dictionary) size(l *lemma, seen []int, shard int) int {
	size := len(l.key)/2 + 3
	add := func(x lead) {
		if size++; x.text != l.key {
			size += len(x.text)
		}
		if x.term == noTerm || seen[x.term] == shard {
			return
		}
		seen[x.term] = shard
		if size += 2; len(d.terms[x.term].postings) <= inlineSize {
			size += len(d.terms[x.term].postings)
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
	return size
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
	size                             int // bytes before compression
	number                           int // of postings
	high, heads, freqs, lengths, low []byte
}

// add adds the postings of a term, as [encodePostings] wrote them, with the
// lengths of their documents' fields.
func (c *columns) add(postings []byte, lengths *[fields][]uint32) {
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
		c.lengths = p.appendLengths(c.lengths, lengths)
	}
	c.number += len(list)
	c.size += len(postings)
}

// append appends the columns to a file.
func (c *columns) append(file *raw) {
	file.data = slices.Concat(file.data, c.high, c.heads, c.freqs)
	file.cut()
	file.data = append(file.data, c.lengths...)
	file.cut()
	file.data = append(file.data, c.low...)
}

// packs are the postings that are in no shard.
type packs struct {
	lengths *[fields][]uint32
	all     []*columns
	places  map[uint32][2]int // pack and offset of terms
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
	p.all[at].add(postings, p.lengths)
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
	p := &packs{lengths: &b.lengths, places: map[uint32][2]int{}}
	for _, s := range shards {
		s.leads(func(x lead) {
			if x.term != noTerm {
				p.add(x.term, s.terms[x.term].postings)
			}
		})
	}
	numbered, leads := make([]numbering, len(shards)), make([][]byte, len(shards))
	b.parallel(len(shards), func(_, i int) {
		numbered[i].numbers = map[uint32]int{}
		leads[i] = shards[i].encodeLeads(&numbered[i])
	})
	var places placements
	standings := make([]standing, len(shards))
	for i, s := range shards {
		standings[i] = places.add(s.dictionary, &numbered[i])
	}
	files := make([]raw, len(shards))
	b.parallel(len(shards), func(_, i int) {
		files[i] = shards[i].encode(fmt.Sprint("d", i), leads[i], &numbered[i], &standings[i], p)
	})
	return append(append(files, places.files()...), p.files()...)
}

// placements are the positions of all shards' terms, cut into files.
type placements []placement

// A placement is the positions of terms in a row.
type placement struct {
	size              int // bytes before compression
	terms             int
	counts, high, low []byte
}

// add adds the positions of a term, as numbers after one another.
func (p *placement) add(positions []byte) {
	count := 0
	for at := 0; at < len(positions); count++ {
		gap, n := binary.Uvarint(positions[at:])
		at += n
		p.high, p.low = appendNumber(p.high, int(gap>>lowBits)), append(p.low, byte(gap&(1<<lowBits-1)))
	}
	p.counts = appendNumber(p.counts, count)
	p.terms++
	p.size += len(positions)
}

// add adds those of a shard's terms, and tells where they are. The terms that
// only synonyms lead to have none: no phrase has them.
func (p *placements) add(d *dictionary, n *numbering) (s standing) {
	for i, t := range n.terms {
		var positions []byte
		if n.placed[i] {
			positions = d.terms[t].positions
		}
		at := len(*p) - 1
		isFull := at < 0 || (*p)[at].size > 0 && (*p)[at].size+len(positions) > positionsSize
		if isFull {
			*p, at = append(*p, placement{}), at+1
		}
		switch {
		case i == 0:
			s.first, s.before = at, (*p)[at].terms
		case isFull:
			s.cuts = append(s.cuts, i)
		}
		(*p)[at].add(positions)
	}
	return s
}

func (p placements) files() []raw {
	files := make([]raw, len(p))
	for i, own := range p {
		file := raw{name: fmt.Sprint("p", i), data: append(appendNumber(nil, own.terms), own.counts...)}
		file.data = append(file.data, own.high...)
		file.cut()
		file.data = append(file.data, own.low...)
		files[i] = file
	}
	return files
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

// encode writes a shard.
func (s draft) encode(name string, leads []byte, n *numbering, places *standing, p *packs) raw {
	file := raw{name: name}
	s.encodeTerms(&file, n, places, p)
	file.cut()
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
	return file
}

// encodeTerms writes the first part of a shard.
func (s draft) encodeTerms(file *raw, n *numbering, places *standing, p *packs) {
	var here columns
	file.data = appendNumber(nil, len(n.terms))
	for _, t := range n.terms {
		df := 0
		if _, ok := p.places[t]; !ok {
			df = s.terms[t].df
			here.add(s.terms[t].postings, p.lengths)
		}
		file.data = appendNumber(file.data, df)
	}
	for _, t := range n.terms {
		if place, ok := p.places[t]; ok {
			file.data = appendNumber(appendNumber(appendNumber(file.data, s.terms[t].df), place[0]), place[1])
		}
	}
	for _, v := range append([]int{places.first, places.before, len(places.cuts)}, places.cuts...) {
		file.data = appendNumber(file.data, v)
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
