package site

import (
	"cmp"
	"slices"
	"strings"

	"acervo/generator/content"
	"acervo/generator/diag"
)

// A taxonomy is a vocabulary whose codes have pages.
type taxonomy struct {
	key    string
	index  *place
	terms  map[string]*place           // by code
	counts map[string]int              // practices by code
	has    map[string][]*content.Entry // by code: practices, lessons, messages, events
}

// arrangeTaxonomies gives every term its address and its records.
func (p *plan) arrangeTaxonomies() {
	p.taxa = map[string]*taxonomy{}
	for _, key := range content.Taxonomies {
		v := p.lib.Vocabularies[key]
		t := &taxonomy{key: key, terms: map[string]*place{}, counts: map[string]int{}, has: map[string][]*content.Entry{}}
		word := func(lang int) string { return p.lib.Site.Word(key, p.langs[lang].Tag) + "/" }
		t.index = p.everywhere(word)
		p.claimWord(t.index, key)
		p.checkWord(key)
		for i := range v.Codes {
			code := &v.Codes[i]
			t.terms[code.Code] = p.everywhere(func(lang int) string {
				return word(lang) + termSlug(code, p.langs[lang].Tag, p.lib.Site.Default) + "/"
			})
			p.claimWord(t.terms[code.Code], key+"/"+code.Code)
		}
		p.taxa[key] = t
	}
	p.classify()
}

// termSlug returns a code's part of an address in a language.
func termSlug(code *content.Code, lang, standard string) string {
	slug, _ := code.Slug.In(lang, standard)
	return cmp.Or(slug, code.Code)
}

// checkShapes requires a drawing of every dimension: they are shown by shape,
// colour and word together.
func (p *plan) checkShapes() {
	icons := p.bundle.Icons()
	for _, c := range p.lib.Vocabularies["dimensions"].Codes {
		if _, ok := icons[c.Code]; !ok {
			p.faults.Add("dimension-shape", "content/vocabularies/dimensions.yaml", 0, 0, diag.Args{"value": c.Code})
		}
	}
}

func (p *plan) claimWord(pl *place, owner string) {
	for i := range p.langs {
		p.claim(pl.paths[i], owner, "content/site.yaml", 0, 0)
	}
}

// classify notes the records of each term; those of a group are its members'.
func (p *plan) classify() {
	for _, k := range []*content.Kind{content.PracticeKind, content.LessonKind, content.MessageKind, content.EventKind} {
		for _, e := range p.byKind[k] {
			for key, codes := range codesOf(e) {
				t := p.taxa[key]
				for _, code := range codes {
					t.add(code, e)
				}
				for _, group := range p.lib.Vocabularies[key].Codes {
					if slices.ContainsFunc(group.Members, func(m string) bool { return slices.Contains(codes, m) }) {
						t.add(group.Code, e)
					}
				}
			}
		}
	}
}

func (t *taxonomy) add(code string, e *content.Entry) {
	t.has[code] = append(t.has[code], e)
	if e.Kind == content.PracticeKind {
		t.counts[code]++
	}
}

// codesOf returns an entry's codes by taxonomy.
func codesOf(e *content.Entry) map[string][]string {
	switch r := e.Record.(type) {
	case *content.Practice:
		return map[string][]string{
			"dimensions": r.Dimensions, "themes": r.Themes, "populations": r.Populations, "sectors": r.Sectors,
			"levels": {r.Level}, "evidence": {r.Evidence},
		}
	case *content.Lesson:
		return map[string][]string{"themes": r.Themes, "populations": r.Populations}
	case *content.Message:
		return map[string][]string{"themes": r.Themes}
	case *content.Event:
		return map[string][]string{"themes": r.Themes, "sectors": r.Sectors}
	}
	return nil
}

// makeTerms makes all codes as they are shown, for all languages.
func (p *plan) makeTerms() {
	p.termsMade = make([]map[string]map[string]Term, len(p.langs))
	for lang := range p.langs {
		p.termsMade[lang] = map[string]map[string]Term{}
		for name, v := range p.lib.Vocabularies {
			made := map[string]Term{}
			for _, c := range v.Codes {
				term := p.newTerm(name, c.Code, lang)
				term.Markup = p.fragment("partials/link", lang, term.Link)
				made[c.Code] = term
			}
			p.termsMade[lang][name] = made
		}
	}
}

// term returns a code as it is shown, with a link where it has a page.
func (p *plan) term(vocabulary, code string, lang int) Term {
	return p.termsMade[lang][vocabulary][code]
}

func (p *plan) newTerm(vocabulary, code string, lang int) Term {
	c := p.lib.Vocabularies[vocabulary].Code(code)
	term := Term{Link: Link{Text: p.local(c.Label, lang)}, Code: code, Description: p.local(c.Description, lang)}
	if t := p.taxa[vocabulary]; t != nil {
		term.Address, term.Count = p.href(t.terms[code], lang), t.counts[code]
	}
	for _, member := range c.Members {
		term.Members = append(term.Members, p.newTerm(vocabulary, member, lang))
	}
	return term
}

func (p *plan) terms(vocabulary string, codes []string, lang int) []Term {
	terms := make([]Term, len(codes))
	for i, code := range codes {
		terms[i] = p.term(vocabulary, code, lang)
	}
	return terms
}

// allTerms returns the terms of a taxonomy, and its groups.
func (p *plan) allTerms(key string, lang int) (terms, groups []Term) {
	for _, code := range p.lib.Vocabularies[key].Codes {
		term := p.term(key, code.Code, lang)
		if len(code.Members) > 0 {
			groups = append(groups, term)
		} else {
			terms = append(terms, term)
		}
	}
	return terms, groups
}

// taxonomyView fills the layout "taxonomy".
func (p *plan) taxonomyView(t *taxonomy, lang int) TaxonomyView {
	heading := p.words[lang].T("taxonomy." + t.key)
	v := TaxonomyView{Frame: p.framed(t.index, lang, "taxonomy", heading, ""), Heading: heading, Key: t.key}
	v.Terms, v.Groups = p.allTerms(t.key, lang)
	return v
}

// narrow returns the ways from a list of practices to its parts.
func (p *plan) narrow(lang int, keys ...string) []TermGroup {
	var groups []TermGroup
	for _, key := range keys {
		terms, members := p.allTerms(key, lang)
		terms = append(members, terms...)
		terms = slices.DeleteFunc(terms, func(t Term) bool { return t.Count == 0 })
		groups = append(groups, TermGroup{Key: key, Address: p.href(p.taxa[key].index, lang), Terms: terms})
	}
	return groups
}

// symbol returns the code of a dimension, for its shape.
func symbol(key, code string) string {
	if key == "dimensions" {
		return code
	}
	return ""
}

// first returns the first letter of a title as an index shows it: without
// accents, in upper case.
func first(title string) string {
	slug := content.Slug(title)
	if slug == "" {
		for _, r := range title {
			return string(r)
		}
		return ""
	}
	return strings.ToUpper(slug[:1])
}
