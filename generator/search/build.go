package search

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/blevesearch/segment"
)

// Build makes the index of documents. The same documents and options make the
// same bytes, on any number of processors.
func Build(ctx context.Context, docs []Document, o Options) (*Index, error) {
	p, err := newPipeline(o.Lang)
	if err != nil {
		return nil, err
	}
	b := newBuild(ctx, docs, o, p)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	facets, err := encodeFacets(docs, b.order, o.Facets)
	if err != nil {
		return nil, err
	}
	d := b.dictionary(b.invert())
	shards, firsts := b.split(d)
	vocabulary, ends := b.vocabulary(d)
	group := b.half(groupSize)
	files := append(b.encode(shards), encodeLengths(b.lengths[body]), raw{"f", facets, nil})
	files = append(append(files, vocabulary...), encodeRecords(docs, b.order, group)...)
	parts := b.compress(files)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m := manifest{Format: Format, Lang: o.Lang, Hash: hash(parts), Docs: len(docs), CJK: p.cjk, Totals: b.totals(),
		Boosts: Boosts, Shards: firsts, Ends: ends, Least: b.least(), Group: group, Facets: []string{}, Rest: append([]Rest{}, o.Rest...), Ranges: d.ranges()}
	for _, f := range o.Facets {
		m.Facets = append(m.Facets, f.ID)
	}
	return &Index{dir: o.Dir, manifest: m, parts: parts, pipeline: p}, nil
}

// newBuild reads the documents and numbers them, unless it is stopped.
func newBuild(ctx context.Context, docs []Document, o Options, p *pipeline) *build {
	b := &build{ctx: ctx, workers: runtime.GOMAXPROCS(0), docs: docs, options: o, pipeline: p}
	b.lex()
	b.join()
	b.leaveWords()
	if ctx.Err() == nil {
		b.order = b.arrange()
	}
	return b
}

// A build is what the steps of Build hand on: lex cuts the documents into
// forms, join makes terms of the forms, arrange numbers the documents, invert
// turns documents with terms into terms with documents.
type build struct {
	ctx      context.Context
	workers  int
	docs     []Document
	options  Options
	pipeline *pipeline
	chunks   []chunk
	readers  []lexer

	forms   []formCount // of all documents, in order
	terms   []string    // in order
	order   []int       // the documents' places by their numbers in the index
	lengths [fields][]uint32
}

// texts are the fields of a document.
func (d *Document) texts() [fields]string {
	if d.Read != nil {
		d.Read(d)
		d.Read = nil
	}
	return [fields]string{d.Title, d.Summary, d.Headings, d.Body}
}

// A chunk is some documents in a row, as forms, which have the numbers that
// the lexer of the chunk gave them.
type chunk struct {
	lexer  int
	words  []uint32         // of all fields of all documents
	counts [][fields]uint32 // of the words of each document
}

// chunkSize is how many documents are in a chunk.
const chunkSize = 64

// A formCount is a form, how often it was seen, and its term, noTerm for a
// stop word.
type formCount struct {
	text, key string
	count     int
	term      uint32
}

const noTerm = ^uint32(0)

// A lexer numbers the forms that it meets. Words in capitals have an entry of
// their own in the table, so that most words need no lower case.
type lexer struct {
	pipeline *pipeline
	cutter   cutter
	text     []byte
	scratch  []uint32
	words    map[string]uint32
	forms    []formCount
	terms    []uint32 // of its forms, when they are known
	places   []uint32 // of its forms among those of all documents
}

// parallel does n things at once on all processors, and gives each the number
// of the worker that does it.
func (b *build) parallel(n int, do func(worker, i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for worker := range min(n, b.workers) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && b.ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(worker, i)
			}
		})
	}
	wait.Wait()
}

// lex cuts all documents into words. One more lexer has those that the last
// build has left.
func (b *build) lex() {
	b.chunks = make([]chunk, (len(b.docs)+chunkSize-1)/chunkSize)
	b.readers = make([]lexer, b.workers+1)
	for i := range b.readers {
		b.readers[i] = lexer{pipeline: b.pipeline, words: map[string]uint32{}}
	}
	last := readWords(b.options.Words, b.options.Lang)
	known := &b.readers[b.workers]
	known.forms = slices.Clone(last.forms)
	b.parallel(len(b.chunks), func(worker, i int) {
		docs := b.docs[i*chunkSize : min(len(b.docs), (i+1)*chunkSize)]
		if c, all := last.chunk(docs); all {
			c.lexer = b.workers
			b.chunks[i] = c
			return
		}
		b.chunks[i] = b.readers[worker].read(docs, &last)
		b.chunks[i].lexer = worker
	})
	for i := range b.chunks {
		if b.chunks[i].lexer == b.workers {
			for _, word := range b.chunks[i].words {
				known.forms[word].count++
			}
		}
	}
}

// read cuts documents into words, but those whose words are known.
func (l *lexer) read(docs []Document, last *lastWords) chunk {
	c := chunk{counts: make([][fields]uint32, len(docs))}
	words := l.scratch[:0]
	for i := range docs {
		before := len(words)
		var known bool
		if words, c.counts[i], known = last.of(docs[i].Source, words); known {
			l.adopt(words[before:], last.forms)
			continue
		}
		for f, text := range docs[i].texts() {
			before := len(words)
			words = l.readText(words, text)
			c.counts[i][f] = uint32(len(words) - before)
		}
	}
	c.words, l.scratch = slices.Clone(words), words
	return c
}

// adopt gives words the numbers that their forms have with this lexer.
func (l *lexer) adopt(words []uint32, forms []formCount) {
	for i, word := range words {
		n := l.number(forms[word].text)
		l.forms[n].key = forms[word].key
		l.forms[n].count++
		words[i] = n
	}
}

// readText appends the numbers of a text's forms.
func (l *lexer) readText(to []uint32, text string) []uint32 {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if l.pipeline.cjk {
		for _, w := range l.pipeline.words(text) {
			n := l.number(w.form)
			l.forms[n].key = w.key
			l.forms[n].count++
			to = append(to, n)
		}
		return to
	}
	l.text = append(l.text[:0], text...)
	for i, part := range l.cutter.parts(l.text) {
		if l.cutter.types[i] == segment.None {
			continue
		}
		n, ok := l.words[string(part)]
		if !ok {
			n = l.number(form(string(part)))
			l.words[string(part)] = n
		}
		l.forms[n].count++
		to = append(to, n)
	}
	return to
}

// number returns the number of a form.
func (l *lexer) number(form string) uint32 {
	n, ok := l.words[form]
	if !ok {
		n = uint32(len(l.forms))
		l.words[form] = n
		l.forms = append(l.forms, formCount{text: form})
	}
	return n
}

// join makes one table of all lexers' forms and the language's stop words, and
// finds the terms.
func (b *build) join() {
	for _, l := range b.readers {
		for _, f := range l.forms {
			if f.count > 0 { // documents that are gone had others
				b.forms = append(b.forms, f)
			}
		}
	}
	for _, s := range b.pipeline.stops {
		if list := b.pipeline.words(s); len(list) == 1 && list[0].end == len(s) {
			b.forms = append(b.forms, formCount{text: list[0].form})
		}
	}
	b.forms = append(b.forms, b.unwritten()...)
	slices.SortFunc(b.forms, func(x, y formCount) int { return strings.Compare(x.text, y.text) })
	all := b.forms[:0]
	for _, f := range b.forms {
		if n := len(all); n > 0 && all[n-1].text == f.text {
			all[n-1].count += f.count
			continue
		}
		all = append(all, f)
	}
	b.forms = all
	b.analyze()
	b.parallel(len(b.readers), func(_, i int) {
		l := &b.readers[i]
		l.terms, l.places = make([]uint32, len(l.forms)), make([]uint32, len(l.forms))
		for j, f := range l.forms {
			if f.count == 0 {
				continue
			}
			at, _ := slices.BinarySearchFunc(b.forms, f.text, func(f formCount, text string) int { return strings.Compare(f.text, text) })
			l.terms[j], l.places[j] = b.forms[at].term, uint32(at)
		}
		l.words, l.forms, l.scratch = nil, nil, nil
	})
}

// unwritten are forms that may be in no document though their terms are: what
// follows an apostrophe (l'accueil), and the words of synonyms.
func (b *build) unwritten() []formCount {
	var list []formCount
	for _, f := range b.forms {
		at := strings.LastIndexAny(f.text, "'’")
		if at < 0 {
			continue
		}
		_, size := utf8.DecodeRuneInString(f.text[at:])
		if part := f.text[at+size:]; utf8.RuneCountInString(part) > 1 {
			list = append(list, formCount{text: part})
		}
	}
	for _, s := range b.options.Synonyms {
		for _, w := range b.pipeline.words(s.From) {
			list = append(list, formCount{text: w.form, key: w.key})
		}
	}
	return list
}

// analyze runs the pipeline once over each form.
func (b *build) analyze() {
	const step = 1000
	texts := make([]string, len(b.forms))
	b.parallel((len(texts)+step-1)/step, func(_, i int) {
		for j := i * step; j < min(len(texts), (i+1)*step); j++ {
			f := &b.forms[j]
			text, ok := b.pipeline.term(f.text)
			if texts[j] = text; !ok {
				f.term = noTerm
			}
			if !b.pipeline.cjk {
				f.key = key(f.text)
			}
		}
	})
	for j, text := range texts {
		if b.forms[j].term != noTerm {
			b.terms = append(b.terms, text)
		}
	}
	slices.Sort(b.terms)
	b.terms = slices.Compact(b.terms)
	for j, text := range texts {
		if b.forms[j].term != noTerm {
			at, _ := slices.BinarySearch(b.terms, text)
			b.forms[j].term = uint32(at)
		}
	}
}

// totals is how many terms all documents have in each field.
func (b *build) totals() (totals [fields]int) {
	for f, column := range b.lengths {
		for _, n := range column {
			totals[f] += int(n)
		}
	}
	return totals
}

// raw is a file before it is compressed. At the cuts begins data of another
// kind, which is compressed better by a code of its own.
type raw struct {
	name string
	data []byte
	cuts []int
}

// cut says that data of another kind follows.
func (r *raw) cut() { r.cuts = append(r.cuts, len(r.data)) }

// least is how much data is worth a code of its own.
const least = 500

// compress compresses files, in the order of their names.
func (b *build) compress(files []raw) []part {
	slices.SortFunc(files, func(x, y raw) int {
		return cmp.Or(cmp.Compare(len(x.name), len(y.name)), cmp.Compare(x.name, y.name))
	})
	parts := make([]part, len(files))
	workers := make([]press, b.workers)
	b.parallel(len(files), func(worker, i int) {
		source, known := b.last(&files[i])
		if known == nil {
			known = workers[worker].compress(&files[i])
		}
		parts[i] = part{files[i].name, known, source}
	})
	return parts
}

// last returns the hash of a file before it is compressed, and its compressed
// data where the last build has left them.
func (b *build) last(file *raw) (source string, data []byte) {
	if b.options.Last == nil {
		return "", nil
	}
	sum := sha256.New()
	sum.Write(file.data)
	for _, cut := range file.cuts {
		fmt.Fprintf(sum, " %d", cut)
	}
	source = string(sum.Sum(nil))
	if left := b.options.Last(source); left != nil {
		data, _ = unwrap(left)
	}
	return source, data
}

// A press compresses one file after the other.
type press struct {
	buffer bytes.Buffer
	writer *zlib.Writer
}

func (p *press) compress(file *raw) []byte {
	if p.buffer.Reset(); p.writer == nil {
		p.writer, _ = zlib.NewWriterLevel(&p.buffer, zlib.BestCompression)
	} else {
		p.writer.Reset(&p.buffer)
	}
	from := 0
	for _, cut := range file.cuts {
		if cut-from < least || len(file.data)-cut < least {
			continue
		}
		p.writer.Write(file.data[from:cut])
		p.writer.Flush()
		from = cut
	}
	p.writer.Write(file.data[from:])
	p.writer.Close()
	return bytes.Clone(p.buffer.Bytes())
}

// hash names what is in the files.
func hash(parts []part) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%s %d\n", p.name, len(p.data))
		h.Write(p.data)
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}
