package search

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/single"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleve "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/collector"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// A Referee answers plans from a bleve index. Its order and its totals are
// what a browser must find in the files.
type Referee struct {
	docs    []Document
	order   []int // the documents' places by their numbers in the index
	options Options
	terms   *pipeline
	index   index.Index
	workers *index.AnalysisQueue
	stats   *bleve.BM25Stats
}

// A Result is the answer to a plan: how many documents are in the first and in
// the second tier, and the best of them.
type Result struct {
	Total, More int
	Hits        []Hit
}

// A Hit is a document that was found. Scores compare within a tier. Fragments
// are HTML with the matches in <mark> elements.
type Hit struct {
	Doc       int
	Score     float64
	Tier      int // 1 or 2
	Fragments []string
}

// NewReferee makes the bleve index of documents: in memory when dir is empty,
// otherwise in a folder. An index that is in the folder already is used as it
// is, so that the folder's name must tell documents and options apart.
func NewReferee(docs []Document, o Options, dir string) (*Referee, error) {
	r := &Referee{docs: docs, options: o}
	var err error
	if r.terms, err = newPipeline(o.Lang); err != nil {
		return nil, err
	}
	r.order = newBuild(context.Background(), docs, o, r.terms).order
	if dir == "" {
		err = r.make("")
	} else {
		err = r.find(dir)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// find opens the index in a folder, which it makes when there is none.
func (r *Referee) find(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := r.write(dir); err != nil {
			return err
		}
	}
	if err := r.open(dir); err != nil {
		return err
	}
	if err := r.readTotals(); err != nil {
		r.Close()
		return err
	}
	return nil
}

// write makes the index in a folder beside dir and renames it, so that a run
// that is cut short leaves no half index.
func (r *Referee) write(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	made := filepath.Join(temporary, "index")
	if err := r.make(made); err != nil {
		return err
	}
	if err := r.Close(); err != nil {
		return err
	}
	return os.Rename(made, dir)
}

// open opens bleve's index. The package bleve itself is not used, since it
// brings all languages with their data; this is what is beneath it.
func (r *Referee) open(dir string) (err error) {
	r.workers = index.NewAnalysisQueue(runtime.GOMAXPROCS(0))
	if r.index, err = scorch.NewScorch(scorch.Name, map[string]any{"path": dir}, r.workers); err == nil {
		err = r.index.Open()
	}
	if err != nil {
		r.workers.Close()
	}
	return err
}

// batch is how many documents are indexed at once.
const batch = 1000

// make makes the index.
func (r *Referee) make(dir string) error {
	if err := r.open(dir); err != nil {
		return err
	}
	if err := r.fill(); err != nil {
		r.Close()
		return err
	}
	return nil
}

// fill indexes the documents and counts the terms of each field. bleve's own
// averages count distinct terms and depend on how an index is cut into
// segments; the true ones are given to each search.
func (r *Referee) fill() error {
	var terms [fields]int
	for first := 0; first < len(r.docs); first += batch {
		made := index.NewBatch()
		for i := first; i < min(first+batch, len(r.docs)); i++ {
			made.Update(r.document(i))
		}
		if err := r.index.Batch(made); err != nil {
			return err
		}
		for _, doc := range made.IndexOps {
			doc.VisitFields(func(f index.Field) {
				if at := slices.Index(fieldNames[:], f.Name()); at >= 0 {
					terms[at] += f.AnalyzedLength()
				}
			})
		}
	}
	var totals []byte
	for _, n := range terms {
		totals = binary.AppendUvarint(totals, uint64(n))
	}
	if err := r.index.SetInternal(totalsKey, totals); err != nil {
		return err
	}
	return r.readTotals()
}

var totalsKey = []byte("totals")

// readTotals reads the numbers of terms that fill counted.
func (r *Referee) readTotals() error {
	reader, err := r.index.Reader()
	if err != nil {
		return err
	}
	defer reader.Close()
	data, err := reader.GetInternal(totalsKey)
	if err != nil {
		return err
	}
	r.stats = &bleve.BM25Stats{DocCount: float64(len(r.docs)), FieldCardinality: map[string]int{}}
	for _, name := range fieldNames {
		n, size := binary.Uvarint(data)
		if size <= 0 {
			return errors.New("search: index without totals")
		}
		r.stats.FieldCardinality[name], data = int(n), data[size:]
	}
	for _, f := range r.options.Facets {
		r.stats.FieldCardinality[facetField(f.ID)] = len(r.docs) // any number: filters don't score
	}
	return nil
}

// wholeCode is the analyzer of facets: a code is a term.
var wholeCode = &analysis.DefaultAnalyzer{Tokenizer: single.NewSingleTokenTokenizer()}

// document makes a document of bleve of that with a number, with the fields'
// text for this index only: nothing is stored.
func (r *Referee) document(number int) *document.Document {
	doc := document.NewDocument(documentName(number))
	i := r.order[number]
	for f, text := range r.docs[i].texts() {
		doc.AddField(document.NewTextFieldCustom(fieldNames[f], nil, []byte(text), index.IndexField|index.IncludeTermVectors, r.terms))
	}
	for _, f := range r.options.Facets {
		for n, c := range r.docs[i].Facets[f.ID] {
			doc.AddField(document.NewTextFieldCustom(facetField(f.ID), []uint64{uint64(n)}, []byte(c), index.IndexField, wholeCode))
		}
	}
	return doc
}

// documentName names a document so that names are in the order of numbers.
func documentName(i int) string { return fmt.Sprintf("%08d", i) }

// term is the term of a form.
func (r *Referee) term(form string) (string, error) {
	tokens := r.terms.Analyze([]byte(form))
	if len(tokens) != 1 {
		return "", fmt.Errorf("search: the form %q leads to %d terms", form, len(tokens))
	}
	return string(tokens[0].Term), nil
}

// spread is the idf of a term by the documents that have it in any field, in
// units of its idf by those that have it in the summary.
func (r *Referee) spread(term string) (float64, error) {
	reader, err := r.index.Reader()
	if err != nil {
		return 0, err
	}
	defer reader.Close()
	any, own := map[string]bool{}, 0
	for f, name := range fieldNames {
		list, err := reader.TermFieldReader(context.Background(), []byte(term), name, false, false, false)
		if err != nil {
			return 0, err
		}
		defer list.Close()
		doc, err := list.Next(nil)
		for ; doc != nil && err == nil; doc, err = list.Next(doc.Reset()) {
			if any[string(doc.ID)] = true; f == summary {
				own++
			}
		}
		if err != nil {
			return 0, err
		}
	}
	idf := func(df int) float64 {
		return math.Log(1 + (float64(len(r.docs)-df)+0.5)/(float64(df)+0.5))
	}
	return idf(len(any)) / idf(own), nil
}

// isLost tells that all words are unknown or stop words, of which nothing is
// found. What is without certain words is everything else.
func (p Plan) isLost() bool {
	return len(p.Groups)+len(p.Phrases) == 0 && (len(p.Unknown) > 0 || len(p.Exclude) == 0)
}

// Search answers a plan with at most limit hits. A document must have one of
// the codes of each facet that filters name.
func (r *Referee) Search(p Plan, filters map[string][]string, limit int) (Result, error) {
	var result Result
	only, err := filterQueries(filters, r.options.Facets)
	if err != nil || p.isLost() {
		return result, err
	}
	first, second, err := (&translator{term: r.term, spreads: r.spread}).tiers(p, only)
	if err != nil {
		return result, err
	}
	if result.Total, err = r.tier(&result, 1, first, limit); err != nil || second == nil {
		return result, err
	}
	result.More, err = r.tier(&result, 2, second, limit-len(result.Hits))
	return result, err
}

// tier adds the hits of a tier to a result and returns their total.
func (r *Referee) tier(result *Result, number int, q query.Query, limit int) (int, error) {
	reader, err := r.index.Reader()
	if err != nil {
		return 0, err
	}
	defer reader.Close()
	ctx := context.WithValue(context.Background(), bleve.GetScoringModelCallbackKey,
		bleve.GetScoringModelCallbackFn(func() string { return index.BM25Scoring }))
	ctx = context.WithValue(ctx, bleve.BM25StatsKey, r.stats)
	searcher, err := q.Searcher(ctx, reader, nil, bleve.SearcherOptions{IncludeTermVectors: limit > 0})
	if err != nil {
		return 0, err
	}
	defer searcher.Close()
	best := collector.NewTopNCollector(limit, 0, bleve.ParseSortOrderStrings([]string{"-_score", "_id"}))
	if err := best.Collect(ctx, searcher, reader); err != nil {
		return 0, err
	}
	for _, match := range best.Results() {
		n, err := strconv.Atoi(match.ID)
		if err != nil || n >= len(r.docs) {
			return 0, fmt.Errorf("search: the index has the document %q", match.ID)
		}
		doc := r.order[n]
		result.Hits = append(result.Hits, Hit{Doc: doc, Score: match.Score, Tier: number, Fragments: fragments(&r.docs[doc], match)})
	}
	return int(best.Total()), nil
}

// Close closes the index.
func (r *Referee) Close() error {
	r.workers.Close()
	return r.index.Close()
}
