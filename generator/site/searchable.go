package site

import (
	"slices"
	"strings"

	"acervo/generator/content"
	"acervo/generator/search"
)

// What of a record can be found besides its texts. Lines of help are left out
// as a whole: a number is only ever shown beside who answers it and who
// checked it.

// otherNames are the names that an entry has besides its title.
func (p *plan) otherNames(e *content.Entry, lang int) []string {
	organization, ok := e.Record.(*content.Organization)
	if !ok {
		return nil
	}
	return []string{organization.Acronym, p.shown(e, lang).TranslatedName}
}

// otherTitles are what finds an entry as its title does: the other names of an
// organization, the words of the links to the page with help, and where a
// practice or a meeting is, since readers ask for a thing and a place.
func (p *plan) otherTitles(e *content.Entry, lang int) []string {
	switch r := e.Record.(type) {
	case *content.Practice:
		if len(r.Countries) == 1 {
			return []string{p.countryName(r.Countries[0], lang)}
		}
	case *content.Event:
		return []string{r.City}
	case *content.Static:
		return p.linksToHelp(e, lang)
	}
	return p.otherNames(e, lang)
}

// otherHeadings are what weighs more than a label: the synonyms of a term; the
// name of a country, which practices have in their titles too; and the words
// for the page with help, which must come before all that speaks of help.
func (p *plan) otherHeadings(e *content.Entry, lang int) []string {
	page := p.shown(e, lang)
	switch e.Record.(type) {
	case *content.Term:
		return page.Synonyms
	case *content.Country:
		return []string{page.Title}
	}
	if words := p.linksToHelp(e, lang); len(words) > 0 {
		return append(words, page.Title)
	}
	return nil
}

// linksToHelp are the words of the links to the page with help, of which e may
// be the one.
func (p *plan) linksToHelp(e *content.Entry, lang int) []string {
	if e.ID != p.lib.Site.Help {
		return nil
	}
	return []string{p.words[lang].T("nav.help"), p.words[lang].T("footer.help")}
}

// names are all names of an entry that another mentions by its id.
func (p *plan) names(id string, lang int) []string {
	e := p.lib.Entry(id)
	if e == nil || e.Withdrawn != nil {
		return nil
	}
	return append([]string{p.shown(e, lang).Title}, p.otherNames(e, lang)...)
}

// typed are the labels that a reader would type to find an entry.
func (p *plan) typed(e *content.Entry, lang int) []string {
	var labels []string
	for _, code := range countriesOf(e) {
		labels = append(labels, p.countryName(code, lang))
	}
	for _, key := range content.Taxonomies {
		labels = append(labels, p.labels(key, p.withGroups(key, codesOf(e)[key]), lang)...)
	}
	return append(labels, p.typedOf(e, lang)...)
}

// typedOf are those that only entries of a kind have.
func (p *plan) typedOf(e *content.Entry, lang int) []string {
	var labels []string
	add := func(lists ...[]string) { labels = append(labels, slices.Concat(lists...)...) }
	switch r := e.Record.(type) {
	case *content.Practice:
		add(p.labels("exploitation", r.Exploitation, lang), p.labels("settings", r.Settings, lang), p.languageNames(r.Languages, lang))
		for _, o := range r.Organizations {
			add(p.names(o.ID, lang))
		}
		add(p.names(r.Event, lang))
	case *content.Lesson:
		add(p.labels("lesson-types", r.Types, lang), p.names(r.Event, lang))
	case *content.Message:
		add(p.labels("audiences", r.Audiences, lang), p.names(r.Event, lang))
	case *content.Organization:
		add(p.labels("organization-kinds", []string{r.Kind}, lang))
	case *content.Event:
		add([]string{r.City}, p.labels("event-kinds", []string{r.Kind}, lang))
		for _, id := range r.Organizers {
			add(p.names(id, lang))
		}
	case *content.Country:
		add(p.languageNames(r.Languages, lang), p.names(r.LeadBody, lang))
		if r.Law != nil {
			add([]string{r.Law.Title, r.Law.Number})
		}
	case *content.Term:
		for _, avoid := range p.shown(e, lang).Avoid {
			add([]string{avoid.Term})
		}
	}
	return labels
}

func (p *plan) labels(vocabulary string, codes []string, lang int) []string {
	labels := make([]string, len(codes))
	for i, code := range codes {
		labels[i] = p.codeText(vocabulary, code, lang)
	}
	return labels
}

// facts are the texts of a practice that its page shows beside the body.
func (p *plan) facts(e *content.Entry, lang int) []string {
	r, ok := e.Record.(*content.Practice)
	if !ok {
		return nil
	}
	var texts []string
	for _, result := range r.Results {
		texts = append(texts, p.local(result.Unit, lang).Text, p.local(result.Note, lang).Text)
	}
	for _, adoption := range r.Adoptions {
		texts = append(texts, p.local(adoption.Changed, lang).Text, p.local(adoption.Result, lang).Text)
	}
	for _, material := range r.Materials {
		texts = append(texts, material.Title)
	}
	for _, law := range r.LegalBasis {
		texts = append(texts, law.Title, law.Number)
	}
	return texts
}

// synonyms returns what may be typed for the words of texts in a language:
// terms in all languages and other names of organizations.
func (p *plan) synonyms(tag string) []search.Synonym {
	var all []search.Synonym
	add := func(from, to string) {
		s := search.Synonym{From: from, To: to}
		if from != "" && to != "" && from != to && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	for _, e := range p.byFolder(content.TermKind) {
		own := e.Page(tag)
		if own == nil {
			continue
		}
		for _, page := range e.Pages {
			for _, word := range append([]string{page.Title}, page.Synonyms...) {
				add(word, own.Title)
			}
		}
		for _, word := range own.Synonyms {
			add(own.Title, word)
		}
	}
	for _, e := range p.byFolder(content.OrganizationKind) {
		acronym := e.Record.(*content.Organization).Acronym
		names := []string{e.Original().Title}
		for _, page := range e.Pages {
			names = append(names, page.TranslatedName)
		}
		for _, name := range names {
			if _, short, ok := strings.Cut(strings.TrimSuffix(name, ")"), " ("); ok {
				add(short, acronym) // as in United Nations Children's Fund (UNICEF)
			}
			add(name, acronym)
			add(acronym, name)
		}
	}
	return all
}

// countryName returns a country's name in a language: that of its record, else
// Unicode's.
func (p *plan) countryName(code string, lang int) string {
	tag := p.langs[lang].Tag
	if e := p.country[code]; e != nil && e.Page(tag) != nil {
		return e.Page(tag).Title
	}
	return content.CountryName(code, tag)
}
