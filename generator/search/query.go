package search

import (
	"fmt"
	"slices"

	"github.com/blevesearch/bleve/v2/search/query"
)

// fieldNames are the names of the fields in a bleve index.
var fieldNames = [fields]string{"title", "summary", "headings", "body"}

// A translator makes bleve queries of plans. Its queries score with plain
// sums. bleve's disjunctions multiply by the share of clauses that match, and
// the clauses that a boolean query does not demand are lost when it is sent
// ahead to a document (BooleanSearcher.Advance in v2.6.3), so there are
// neither where they would count: see [sum].
type translator struct {
	term    func(form string) (string, error)
	spreads func(term string) (float64, error) // idf of a term in any field by that in the summary
	err     error                              // the first
}

// tiers makes the queries of the two tiers. The second is nil where the tier
// is empty.
func (t *translator) tiers(p Plan, filters []query.Query) (first, second query.Query, err error) {
	must, groups, matched := slices.Clone(filters), []query.Query{}, []query.Query{}
	for _, f := range p.Phrases {
		must = append(must, t.phrase(f))
	}
	for _, g := range p.Groups {
		groups = append(groups, t.group(g))
		matched = append(matched, t.matches(g))
	}
	var not []query.Query
	for _, g := range p.Exclude {
		not = append(not, t.matches(g))
	}
	if len(groups) > 1 {
		some := query.NewDisjunctionQuery(groups)
		second = query.NewBooleanQuery(append(slices.Clone(must), some), nil, append(slices.Clone(not), query.NewConjunctionQuery(matched)))
	}
	if must = append(must, groups...); len(must) == 0 {
		must = append(must, query.NewMatchAllQuery())
	}
	return query.NewBooleanQuery(must, nil, not), second, t.err
}

// sum matches what match matches, which is all that one of the parts does, and
// adds their scores. Each part is in a disjunction with match, of which both
// clauses match whenever the part has a score.
func sum(match query.Query, parts ...query.Query) query.Query {
	var all []query.Query
	for _, part := range parts {
		all = append(all, query.NewDisjunctionQuery([]query.Query{part, match}))
	}
	return query.NewConjunctionQuery(all)
}

// matches matches the documents of a group, without a score.
func (t *translator) matches(g Group) query.Query {
	var any []query.Query
	for _, a := range g.Alternatives {
		var all []query.Query
		for _, form := range a.Forms {
			all = append(all, t.anywhere(form))
		}
		any = append(any, query.NewConjunctionQuery(all))
	}
	return query.NewDisjunctionQuery(any)
}

// group matches the documents of a group and scores them.
func (t *translator) group(g Group) query.Query {
	var parts []query.Query
	for _, a := range g.Alternatives {
		var all []query.Query
		for _, form := range a.Forms {
			all = append(all, sum(t.anywhere(form), t.inFields(form, a.Weight)...))
		}
		parts = append(parts, query.NewConjunctionQuery(all))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return sum(t.matches(g), parts...)
}

// anywhere matches a term in any field, without a score.
func (t *translator) anywhere(form string) query.Query {
	return query.NewDisjunctionQuery(t.inFields(form, 0))
}

// inFields matches and scores a term in each field.
func (t *translator) inFields(form string, weight float64) []query.Query {
	var parts []query.Query
	for f, name := range fieldNames {
		q := query.NewTermQuery(t.of(form))
		q.SetField(name)
		if q.SetBoost(0); weight > 0 {
			q.SetBoost(weight * t.boost(form, f))
		}
		parts = append(parts, q)
	}
	return parts
}

// boost is what makes of bleve's score of a term in a field that of the
// package comment.
func (t *translator) boost(form string, f int) float64 {
	if f != summary {
		return Boosts[f]
	}
	spread, err := t.spreads(t.of(form))
	if err != nil && t.err == nil {
		t.err = err
	}
	return Boosts[f] * spread * spread
}

// phrase matches terms in a row in any field, and adds the scores of the
// fields where they are.
func (t *translator) phrase(forms []string) query.Query {
	terms := make([]string, len(forms))
	for i, form := range forms {
		if form != "" {
			terms[i] = t.of(form)
		}
	}
	var in, parts []query.Query
	for f, name := range fieldNames {
		q := query.NewPhraseQuery(terms, name)
		q.SetBoost(0)
		in = append(in, q)
		all := []query.Query{q}
		for _, form := range forms {
			if form != "" {
				q := query.NewTermQuery(t.of(form))
				q.SetField(name)
				q.SetBoost(t.boost(form, f))
				all = append(all, q)
			}
		}
		parts = append(parts, query.NewConjunctionQuery(all))
	}
	return sum(query.NewDisjunctionQuery(in), parts...)
}

// of is the term of a form.
func (t *translator) of(form string) string {
	term, err := t.term(form)
	if err != nil && t.err == nil {
		t.err = err
	}
	return term
}

// filterQueries makes a query of each filter: any of a facet's codes, without
// a score.
func filterQueries(filters map[string][]string, facets []Facet) ([]query.Query, error) {
	var all []query.Query
	for id, codes := range filters {
		if !slices.ContainsFunc(facets, func(f Facet) bool { return f.ID == id }) {
			return nil, fmt.Errorf("search: no facet %q", id)
		}
		var any []query.Query
		for _, code := range codes {
			q := query.NewTermQuery(code)
			q.SetField(facetField(id))
			q.SetBoost(0)
			any = append(any, q)
		}
		if len(any) > 0 {
			all = append(all, query.NewDisjunctionQuery(any))
		}
	}
	return all, nil
}

// facetField is the name of a facet's field in a bleve index.
func facetField(id string) string { return "facet-" + id }
