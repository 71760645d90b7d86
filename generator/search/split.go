package search

import (
	"fmt"
	"slices"
	"strings"
)

// The sizes of files, in bytes before compression, found by measuring on text:
// compressed, a shard is about 8 KB, a pack 4 to 5 KB, and a file of positions
// at most 24 KB where one key alone does not need more. Larger files cost each
// query bytes, smaller ones make many files.
const (
	shardSize     = 16500
	packSize      = 11500
	positionsSize = 29000
	inlineSize    = 160 // of the postings that are in a shard
)

// split cuts the dictionary into shards, and returns the first key of each. A
// key and the keys of several words that begin with it stay together.
func (b *build) split(d *dictionary) (shards []draft, firsts []string) {
	seen := make([]int, len(d.terms)) // the last shard with the term, from 1
	from, size, positions := 0, 0, 0
	for i := range d.keys {
		l := &d.keys[i]
		ownSize, ownPositions := d.sizes(l, seen, len(shards)+1)
		full := size+ownSize > shardSize || positions+ownPositions > positionsSize
		if full && i > from && !strings.Contains(l.key, " ") {
			shards, firsts = append(shards, draft{d, d.keys[from:i]}), append(firsts, d.keys[from].key)
			from, size, positions = i, 0, 0
			ownSize, ownPositions = d.sizes(l, seen, len(shards)+1)
		}
		size, positions = size+ownSize, positions+ownPositions
	}
	if from == len(d.keys) {
		return append(shards, draft{d, nil}), append(firsts, "")
	}
	return append(shards, draft{d, d.keys[from:]}), append(firsts, d.keys[from].key)
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

// packs are the postings that are in no shard.
type packs struct {
	data   [][]byte
	places map[uint32][2]int // pack and offset of terms
}

// add puts the postings of a term into the first pack that has room. Those
// that are longer than a pack have one of their own.
func (p *packs) add(term uint32, postings []byte) {
	if _, ok := p.places[term]; ok || len(postings) <= inlineSize {
		return
	}
	at := slices.IndexFunc(p.data, func(pack []byte) bool { return len(pack)+len(postings) <= packSize })
	if at < 0 {
		at = len(p.data)
		p.data = append(p.data, nil)
	}
	p.places[term] = [2]int{at, len(p.data[at])}
	p.data[at] = append(p.data[at], postings...)
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
	files := make([]raw, 2*len(shards))
	b.parallel(len(shards), func(_, i int) {
		data, cuts, positions := shards[i].encode(p.places)
		files[2*i] = raw{fmt.Sprint("d", i), data, cuts}
		files[2*i+1] = raw{fmt.Sprint("p", i), positions, nil}
	})
	for i, data := range p.data {
		files = append(files, raw{fmt.Sprint("k", i), data, nil})
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

// encode writes a shard and its positions. The terms that only synonyms lead
// to have no positions: no phrase has them.
func (s draft) encode(places map[uint32][2]int) (data []byte, cuts []int, positions []byte) {
	n := &numbering{numbers: map[uint32]int{}}
	leads := s.encodeLeads(n)
	data = s.encodeTerms(n, places)
	cuts = append(cuts, len(data))
	for i, t := range n.terms {
		if n.placed[i] {
			positions = append(positions, s.terms[t].positions...)
		}
	}
	keys := make([]string, len(s.keys))
	for i := range keys {
		keys[i] = s.keys[i].key
	}
	data = appendKeys(data, keys)
	for i := range s.keys {
		data = appendNumber(data, s.keys[i].head())
	}
	return append(data, leads...), cuts, positions
}

func (s draft) encodeTerms(n *numbering, places map[uint32][2]int) []byte {
	data := appendNumber(nil, len(n.terms))
	for _, t := range n.terms {
		size := len(s.terms[t].postings)
		if size > inlineSize {
			size = 0
		}
		data = appendNumber(data, size)
	}
	for _, t := range n.terms {
		if place, ok := places[t]; ok {
			data = appendNumber(appendNumber(appendNumber(data, s.terms[t].df), place[0]), place[1])
		}
	}
	for i, t := range n.terms {
		size := 0
		if n.placed[i] {
			size = len(s.terms[t].positions)
		}
		data = appendNumber(data, size)
	}
	for _, t := range n.terms {
		if _, ok := places[t]; !ok {
			data = append(data, s.terms[t].postings...)
		}
	}
	return data
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
			text := f.text
			if text == l.key {
				text = ""
			}
			data, _ = n.next(appendString(data, text), f.term, true)
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
