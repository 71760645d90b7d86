package search

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"acervo/generator/memo"
)

// Words are documents cut into words. To read texts and to cut them takes long,
// and most documents are those of the last build.
type Words struct {
	Last string // what that has left; nothing, or anything else, is as good as ""
	Next []byte // what Build leaves, of documents that have a source
}

// lastWords are the words that the last build has left.
type lastWords struct {
	forms []formCount       // texts and keys, the frequent ones first
	docs  map[string]string // numbers of forms, by source
}

// The data are a language tag, the forms and the documents. A document is how
// many words each field has, and the numbers of their forms.
func readWords(words *Words, lang string) lastWords {
	var l lastWords
	if words == nil {
		return l
	}
	in := memo.NewReader(words.Last)
	if in.Text() != lang {
		return l
	}
	l.forms = make([]formCount, in.Count(2))
	for i := range l.forms {
		l.forms[i].text, l.forms[i].key = in.Text(), in.Text()
	}
	n := in.Count(sha256.Size)
	l.docs = make(map[string]string, n)
	for range n {
		source := in.Text()
		l.docs[source] = in.Text()
	}
	if !in.Whole() {
		return lastWords{}
	}
	return l
}

// of appends the words of a document, and reports whether they are known.
func (l *lastWords) of(source string, to []uint32) (words []uint32, counts [fields]uint32, known bool) {
	data, known := l.docs[source]
	if source == "" || !known {
		return to, counts, false
	}
	in, n, before := memo.NewReader(data), 0, len(to)
	for f := range counts {
		count := in.Count(1)
		counts[f] = uint32(count)
		n += count
	}
	for range n {
		to = append(to, uint32(in.Below(len(l.forms))))
	}
	if !in.Whole() {
		return to[:before], counts, false
	}
	return to, counts, true
}

// chunk returns documents of which all words are known.
func (l *lastWords) chunk(docs []Document) (c chunk, known bool) {
	c.counts = make([][fields]uint32, len(docs))
	for i := range docs {
		if c.words, c.counts[i], known = l.of(docs[i].Source, c.words); !known {
			return chunk{}, false
		}
	}
	return c, true
}

// leaveWords leaves the words of all documents that have a source.
func (b *build) leaveWords() {
	if b.options.Words == nil {
		return
	}
	byCount := make([]int, len(b.forms)) // numbers in b.forms
	for i := range byCount {
		byCount[i] = i
	}
	slices.SortFunc(byCount, func(x, y int) int {
		return cmp.Or(cmp.Compare(b.forms[y].count, b.forms[x].count), strings.Compare(b.forms[x].text, b.forms[y].text))
	})
	var w memo.Writer
	w.Text(b.options.Lang)
	w.Count(len(byCount))
	numbers := make([]uint32, len(byCount))
	for number, i := range byCount {
		numbers[i] = uint32(number)
		w.Text(b.forms[i].text)
		w.Text(b.forms[i].key)
	}
	known := 0
	for i := range b.docs {
		if b.docs[i].Source != "" {
			known++
		}
	}
	w.Count(known)
	var own memo.Writer
	for i := range b.chunks {
		places := b.readers[b.chunks[i].lexer].places
		b.eachDocument(i, func(doc int, d written) {
			if b.docs[doc].Source == "" {
				return
			}
			own.Data = own.Data[:0]
			for _, n := range d.counts {
				own.Count(int(n))
			}
			for _, word := range d.words {
				own.Number(uint64(numbers[places[word]]))
			}
			w.Text(b.docs[doc].Source)
			w.Text(string(own.Data))
		})
	}
	b.options.Words.Next = w.Data
}
