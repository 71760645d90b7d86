package search

import (
	"cmp"
	"math"
	"slices"
)

// Documents are alike that share terms which say much about both. Such a term
// is in no less than one of so many documents, and a document has so many.
const (
	alikeShare = 100
	alikeTerms = 4
)

// arrange numbers the documents, and returns which has each number. Those that
// are alike come one after the other, so that the best documents for a query
// have their records in few files; those of one file are in the order of their
// bodies' lengths, so that the differences of these are small. Fewer documents
// than few stay as they are.
func (b *build) arrange() []int {
	order := make([]int, len(b.docs))
	for i := range order {
		order[i] = i
	}
	if len(order) < few {
		return order
	}
	dfs := b.frequencies()
	signs, lengths := make([][]uint32, len(order)), make([]int, len(order))
	scratch := make([][]float64, b.workers)
	b.parallel(len(b.chunks), func(worker, i int) {
		if scratch[worker] == nil {
			scratch[worker] = make([]float64, len(b.terms))
		}
		b.eachDocument(i, func(doc int, w written) {
			signs[doc] = w.signs(dfs, len(order), scratch[worker])
			w.each(func(field, _ int, _ uint32) {
				if field == body {
					lengths[doc]++
				}
			})
		})
	})
	frequentFirst := func(x, y uint32) int { return cmp.Or(cmp.Compare(dfs[y], dfs[x]), cmp.Compare(x, y)) }
	for _, list := range signs {
		slices.SortFunc(list, frequentFirst)
	}
	slices.SortStableFunc(order, func(x, y int) int { return slices.CompareFunc(signs[x], signs[y], frequentFirst) })
	for file := range slices.Chunk(order, groupSize) {
		slices.SortStableFunc(file, func(x, y int) int { return cmp.Compare(lengths[x], lengths[y]) })
	}
	return order
}

// A written document is its words as terms.
type written struct {
	terms  []uint32 // by the numbers of its words
	words  []uint32
	counts [fields]uint32
}

// eachDocument visits the documents of a chunk.
func (b *build) eachDocument(chunk int, visit func(doc int, w written)) {
	c := b.chunks[chunk]
	words := c.words
	for i, counts := range c.counts {
		n := 0
		for _, count := range counts {
			n += int(count)
		}
		visit(chunk*chunkSize+i, written{b.readers[c.lexer].terms, words[:n], counts})
		words = words[n:]
	}
}

// each visits the words that have a term, in order. The first position of a
// field is 1.
func (w *written) each(visit func(field, position int, term uint32)) {
	words := w.words
	for f, n := range w.counts {
		for i, word := range words[:n] {
			if t := w.terms[word]; t != noTerm {
				visit(f, i+1, t)
			}
		}
		words = words[n:]
	}
}

// frequencies counts the documents of each term.
func (b *build) frequencies() []int {
	dfs, last := make([]int, len(b.terms)), make([]int, len(b.terms))
	for i := range b.chunks {
		b.eachDocument(i, func(doc int, w written) {
			w.each(func(_, _ int, term uint32) {
				if last[term] != doc+1 {
					last[term] = doc + 1
					dfs[term]++
				}
			})
		})
	}
	return dfs
}

// signs are the terms that say most about a document, by their number there and
// their frequency. The weights are 0 before and after.
func (w *written) signs(dfs []int, docs int, weights []float64) []uint32 {
	var terms []uint32
	w.each(func(f, _ int, term uint32) {
		if dfs[term]*alikeShare < docs {
			return
		}
		if weights[term] == 0 {
			terms = append(terms, term)
		}
		weights[term] += Boosts[f]
	})
	for _, t := range terms {
		// Rounded, since the last bits are not the same on all processors.
		weights[t] = float64(float32(math.Sqrt(weights[t]) * math.Log(float64(docs)/float64(dfs[t]))))
	}
	slices.SortFunc(terms, func(x, y uint32) int { return cmp.Or(cmp.Compare(weights[y], weights[x]), cmp.Compare(x, y)) })
	for _, t := range terms {
		weights[t] = 0
	}
	return slices.Clone(terms[:min(alikeTerms, len(terms))])
}
