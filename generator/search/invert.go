package search

import "encoding/binary"

// An inverted term is ready for the files.
type inverted struct {
	df                  int
	postings, positions []byte
}

// Occurrences of all terms, those of a term in a row, in the order of
// documents, fields and positions.
type occurrences struct {
	starts []int    // of each term, and the end
	docs   []uint32 // document
	places []uint32 // field and position
}

// A place has the field above the position.
const fieldShift = 30

// invert turns documents with terms into terms with documents.
func (b *build) invert() []inverted {
	o := b.occurrences()
	b.chunks, b.readers = nil, nil
	const step = 500
	list := make([]inverted, len(b.terms))
	scratch := make([][]posting, b.workers)
	b.parallel((len(list)+step-1)/step, func(worker, i int) {
		first, last := i*step, min(len(list), (i+1)*step)
		size := o.starts[last] - o.starts[first]
		postings, positions := make([]byte, 0, 2*size), make([]byte, 0, size+size/4)
		own := scratch[worker]
		for t := first; t < last; t++ {
			from, at := len(postings), len(positions)
			own, positions = o.encode(own[:0], positions, t)
			postings = encodePostings(postings, own)
			list[t] = inverted{len(own), postings[from:len(postings):len(postings)], positions[at:len(positions):len(positions)]}
		}
		scratch[worker] = own
	})
	return list
}

// occurrences sorts all words by their terms, and counts the lengths.
func (b *build) occurrences() *occurrences {
	o := &occurrences{starts: make([]int, len(b.terms)+1)}
	for f := range b.lengths {
		b.lengths[f] = make([]uint32, len(b.docs))
	}
	all := b.written()
	for doc := range all {
		all[doc].each(func(field, _ int, term uint32) {
			o.starts[term+1]++
			b.lengths[field][doc]++
		})
	}
	for t := range b.terms {
		o.starts[t+1] += o.starts[t]
	}
	total := o.starts[len(b.terms)]
	o.docs, o.places = make([]uint32, total), make([]uint32, total)
	next := append([]int(nil), o.starts...)
	for doc := range all {
		all[doc].each(func(field, position int, term uint32) {
			at := next[term]
			next[term]++
			o.docs[at], o.places[at] = uint32(doc), uint32(field<<fieldShift|position)
		})
	}
	return o
}

// written are the documents in the order of their numbers.
func (b *build) written() []written {
	told := make([]written, len(b.docs))
	for i := range b.chunks {
		b.eachDocument(i, func(doc int, w written) { told[doc] = w })
	}
	all := make([]written, len(b.docs))
	for i, doc := range b.order {
		all[i] = told[doc]
	}
	return all
}

// encode appends the postings of a term and the bytes of its positions.
func (o *occurrences) encode(list []posting, positions []byte, term int) ([]posting, []byte) {
	field, before := -1, 0
	for i := o.starts[term]; i < o.starts[term+1]; i++ {
		doc, f, position := int(o.docs[i]), int(o.places[i]>>fieldShift), int(o.places[i]&(1<<fieldShift-1))
		if n := len(list); n == 0 || list[n-1].doc != doc {
			list = append(list, posting{doc: doc})
			field = -1
		}
		if f != field {
			field, before = f, 0
		}
		list[len(list)-1].freqs[f]++
		positions = binary.AppendUvarint(positions, uint64(position-before-1))
		before = position
	}
	return list, positions
}
