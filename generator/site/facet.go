package site

import (
	"cmp"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"acervo/generator/content"
	"acervo/generator/search"
)

// facets are the filters of the search, in the order in which they are shown:
// their ids and the message keys of their names. Those with a vocabulary have
// its codes as values, groups included.
var facets = []struct{ id, label, vocabulary string }{
	{"kind", "search.kind", ""},
	{"country", "kinds.country", ""},
	{"dimension", "taxonomy.dimensions", "dimensions"},
	{"theme", "taxonomy.themes", "themes"},
	{"population", "taxonomy.populations", "populations"},
	{"sector", "taxonomy.sectors", "sectors"},
	{"level", "taxonomy.levels", "levels"},
	{"evidence", "taxonomy.evidence", "evidence"},
	{"language", "sheet.languages", ""},
}

// facetCodes returns an entry's codes by facet.
func (p *plan) facetCodes(e *content.Entry) map[string][]string {
	codes := map[string][]string{"kind": {e.Kind.Name}, "country": countriesOf(e)}
	if practice, ok := e.Record.(*content.Practice); ok {
		codes["language"] = practice.Languages
	}
	terms := codesOf(e)
	for _, facet := range facets {
		if own := terms[facet.vocabulary]; len(own) > 0 {
			codes[facet.id] = p.withGroups(facet.vocabulary, own)
		}
	}
	return codes
}

// withGroups returns codes and the groups that they belong to, in the
// vocabulary's order.
func (p *plan) withGroups(vocabulary string, codes []string) []string {
	var all []string
	for _, c := range p.lib.Vocabularies[vocabulary].Codes {
		member := func(code string) bool { return slices.Contains(codes, code) }
		if member(c.Code) || slices.ContainsFunc(c.Members, member) {
			all = append(all, c.Code)
		}
	}
	return all
}

// facetsOf returns the facets with the values that some document has, in the
// words of a language.
func (p *plan) facetsOf(docs []search.Document, lang int) []search.Facet {
	used := map[string]map[string]bool{}
	for _, facet := range facets {
		used[facet.id] = map[string]bool{}
	}
	for _, doc := range docs {
		for id, codes := range doc.Facets {
			for _, code := range codes {
				used[id][code] = true
			}
		}
	}
	var all []search.Facet
	for _, facet := range facets {
		f := search.Facet{ID: facet.id, Label: p.words[lang].T(facet.label)}
		for _, v := range p.facetValues(facet.id, facet.vocabulary, used[facet.id], lang) {
			if used[facet.id][v.Code] {
				f.Values = append(f.Values, v)
			}
		}
		all = append(all, f)
	}
	return all
}

// facetValues returns all values that a facet may have: kinds and codes in
// their own order, countries and languages in that of their names.
func (p *plan) facetValues(id, vocabulary string, used map[string]bool, lang int) []search.Value {
	var values []search.Value
	switch id {
	case "kind":
		for _, k := range content.Kinds {
			values = append(values, search.Value{Code: k.Name, Label: p.words[lang].T("kinds." + k.Name)})
		}
		return values
	case "country":
		for code := range used {
			values = append(values, search.Value{Code: code, Label: p.countryName(code, lang)})
		}
	case "language":
		for tag := range used {
			values = append(values, search.Value{Code: tag, Label: p.languageName(tag, lang)})
		}
	default:
		for _, c := range p.lib.Vocabularies[vocabulary].Codes {
			values = append(values, search.Value{Code: c.Code, Label: p.local(c.Label, lang).Text})
		}
		return values
	}
	collator := collate.New(language.Make(p.langs[lang].Tag), collate.Numeric)
	slices.SortFunc(values, func(a, b search.Value) int { // used is a map
		if order := collator.CompareString(a.Label, b.Label); order != 0 {
			return order
		}
		return cmp.Compare(a.Code, b.Code)
	})
	return values
}
