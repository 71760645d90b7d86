package search

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/analysis/lang/ckb"
	"github.com/blevesearch/bleve/v2/analysis/lang/da"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fa"
	"github.com/blevesearch/bleve/v2/analysis/lang/fi"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hi"
	"github.com/blevesearch/bleve/v2/analysis/lang/hr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hu"
	"github.com/blevesearch/bleve/v2/analysis/lang/it"
	"github.com/blevesearch/bleve/v2/analysis/lang/nl"
	"github.com/blevesearch/bleve/v2/analysis/lang/no"
	"github.com/blevesearch/bleve/v2/analysis/lang/pl"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/lang/ro"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
	"github.com/blevesearch/bleve/v2/analysis/lang/sv"
	"github.com/blevesearch/bleve/v2/analysis/lang/tr"
	"github.com/blevesearch/bleve/v2/analysis/token/stop"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/registry"
)

// A language is how bleve analyzes one, and the name of its stop words.
type language struct {
	analyzer registry.AnalyzerConstructor
	stops    string
}

// languages are those that bleve has an analyzer for.
var languages = map[string]language{
	"ar":  {ar.AnalyzerConstructor, ar.StopName},
	"ckb": {ckb.AnalyzerConstructor, ckb.StopName},
	"da":  {da.AnalyzerConstructor, da.StopName},
	"de":  {de.AnalyzerConstructor, de.StopName},
	"en":  {en.AnalyzerConstructor, en.StopName},
	"es":  {es.AnalyzerConstructor, es.StopName},
	"fa":  {fa.AnalyzerConstructor, fa.StopName},
	"fi":  {fi.AnalyzerConstructor, fi.StopName},
	"fr":  {fr.AnalyzerConstructor, fr.StopName},
	"hi":  {hi.AnalyzerConstructor, hi.StopName},
	"hr":  {hr.AnalyzerConstructor, hr.StopName},
	"hu":  {hu.AnalyzerConstructor, hu.StopName},
	"it":  {it.AnalyzerConstructor, it.StopName},
	"ja":  {analyzer: cjk.AnalyzerConstructor},
	"ko":  {analyzer: cjk.AnalyzerConstructor},
	"nb":  {no.AnalyzerConstructor, no.StopName},
	"nl":  {nl.AnalyzerConstructor, nl.StopName},
	"nn":  {no.AnalyzerConstructor, no.StopName},
	"no":  {no.AnalyzerConstructor, no.StopName},
	"pt":  {pt.AnalyzerConstructor, pt.StopName},
	"ro":  {ro.AnalyzerConstructor, ro.StopName},
	"ru":  {ru.AnalyzerConstructor, ru.StopName},
	"pl":  {pl.AnalyzerConstructor, pl.StopName},
	"sv":  {sv.AnalyzerConstructor, sv.StopName},
	"tr":  {tr.AnalyzerConstructor, tr.StopName},
	"zh":  {analyzer: cjk.AnalyzerConstructor},
}

// questions are the words that people ask with and that bleve's lists of stop
// words lack: a reader who asks in a sentence does not look for them.
var questions = map[string][]string{
	"en": {"can", "need", "want", "whose"},
	"es": {"cómo", "cuál", "cuáles", "cuándo", "cuánta", "cuántas", "cuanto", "cuánto", "cuántos", "debo", "dónde", "adónde", "hago", "puedo", "quién", "quiénes", "quiero", "si"},
	"fr": {"où", "combien", "comment", "dois", "laquelle", "lequel", "peut", "peux", "pourquoi", "puis", "quand", "quoi", "si"},
	"pt": {"é", "onde", "aonde", "devo", "porque", "posso", "quais", "quando", "quanta", "quantas", "quanto", "quantos", "quê"},
}

// A pipeline makes terms of one language's words. It is an analyzer of bleve:
// the tokenizer, then [form], then the filters of bleve's analyzer. It is safe
// for concurrent use.
//
// form goes first since bleve's own lower case breaks words with letters that
// become shorter (İ, K), and leaves two forms of sigma. Filters of whole texts
// (fa has one) are left out: a term is a function of a form.
type pipeline struct {
	filters []analysis.TokenFilter
	cjk     bool
	stops   []string // the language's stop words, in order
}

// newPipeline returns the pipeline of a language tag, of which only the first
// part counts.
func newPipeline(lang string) (*pipeline, error) {
	code, _, _ := strings.Cut(strings.ToLower(lang), "-")
	l, ok := languages[code]
	if !ok {
		return &pipeline{}, nil
	}
	cache := registry.NewCache()
	a, err := l.analyzer(nil, cache)
	if err != nil {
		return nil, fmt.Errorf("search: analyzer of %q: %w", lang, err)
	}
	p := &pipeline{filters: a.(*analysis.DefaultAnalyzer).TokenFilters, cjk: l.stops == ""}
	if p.cjk {
		return p, nil
	}
	stops, err := cache.TokenMapNamed(l.stops)
	if err != nil {
		return nil, fmt.Errorf("search: stop words of %q: %w", lang, err)
	}
	asked := analysis.NewTokenMap()
	for _, w := range questions[code] {
		asked.AddToken(w)
		stops.AddToken(w)
	}
	at := slices.IndexFunc(p.filters, func(f analysis.TokenFilter) bool { _, ok := f.(*stop.StopTokensFilter); return ok })
	p.filters = slices.Insert(p.filters, max(0, at), analysis.TokenFilter(stop.NewStopTokensFilter(asked)))
	p.stops = slices.Sorted(maps.Keys(stops))
	return p, nil
}

// Analyze is bleve's door to the pipeline.
func (p *pipeline) Analyze(text []byte) analysis.TokenStream {
	tokens := unicode.NewUnicodeTokenizer().Tokenize(text)
	for _, t := range tokens {
		t.Term = []byte(form(string(t.Term)))
	}
	return p.filter(tokens)
}

func (p *pipeline) filter(tokens analysis.TokenStream) analysis.TokenStream {
	for _, f := range p.filters {
		tokens = f.Filter(tokens)
	}
	return tokens
}

// term makes a term of a form; false for a stop word.
func (p *pipeline) term(form string) (string, bool) {
	if p.cjk {
		return form, true
	}
	tokens := p.filter(analysis.TokenStream{{Term: []byte(form), End: len(form), Position: 1}})
	if len(tokens) == 0 {
		return "", false
	}
	return string(tokens[0].Term), true
}

// words cuts a text into the words that the index knows.
func (p *pipeline) words(text string) []word {
	if !p.cjk {
		return words(text)
	}
	tokens := p.Analyze([]byte(text))
	list := make([]word, len(tokens))
	for i, t := range tokens {
		w := word{form: string(t.Term), start: t.Start, end: t.End}
		w.key = w.form
		if t.Type != analysis.Single && t.Type != analysis.Double {
			w.key = key(w.form)
		}
		list[i] = w
	}
	return list
}
