package search

import (
	"bytes"

	"github.com/blevesearch/bleve/v2/document"
	bleve "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/highlight"
	"github.com/blevesearch/bleve/v2/search/highlight/format/html"
	fragmenter "github.com/blevesearch/bleve/v2/search/highlight/fragmenter/simple"
	highlighter "github.com/blevesearch/bleve/v2/search/highlight/highlighter/simple"
)

// Fragments of a hit: how many, and how many characters each has.
const (
	fragmentCount = 2
	fragmentSize  = 160
)

// fragments are the passages of a document with most matches, from its body
// or, without any there, from its summary.
func fragments(d *Document, match *bleve.DocumentMatch) []string {
	marks := highlighter.NewHighlighter(wholeWords{fragmenter.NewFragmenter(fragmentSize)}, html.NewFragmentFormatter("<mark>", "</mark>"), "…")
	texts := d.texts()
	for _, f := range []int{body, summary} {
		if len(match.Locations[fieldNames[f]]) == 0 {
			continue
		}
		stored := document.NewDocument(match.ID)
		stored.AddField(document.NewTextField(fieldNames[f], nil, []byte(texts[f])))
		return marks.BestFragmentsInField(match, stored, fieldNames[f], fragmentCount)
	}
	return nil
}

// wholeWords cuts the fragments of a fragmenter at spaces.
type wholeWords struct{ highlight.Fragmenter }

// Fragment moves the ends of each fragment to the nearest spaces within it
// that leave its matches whole.
func (w wholeWords) Fragment(text []byte, matches highlight.TermLocations) []*highlight.Fragment {
	const space = " \n\t"
	all := w.Fragmenter.Fragment(text, matches)
	for _, f := range all {
		first, last := f.End, f.Start
		for _, m := range matches {
			if m.Start >= f.Start && m.End <= f.End {
				first, last = min(first, m.Start), max(last, m.End)
			}
		}
		if f.Start > 0 && first > f.Start {
			if at := bytes.IndexAny(text[f.Start:first], space); at >= 0 {
				f.Start += at + 1
			}
		}
		if f.End < len(text) && last < f.End {
			if at := bytes.LastIndexAny(text[last:f.End], space); at >= 0 {
				f.End = last + at
			}
		}
	}
	return all
}
