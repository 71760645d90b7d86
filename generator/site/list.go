package site

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"acervo/generator/content"
)

// pageSize is the number of records on one page of a list.
const pageSize = 100

// A listing is a list of records under headings by kind, before it is paged.
type listing struct {
	place   *place
	heading string
	eyebrow Link
	lead    Text
	symbol  string
	order   []*content.Kind
	byKind  map[*content.Kind][]*content.Entry // in the language's order
	narrow  []TermGroup
}

// count returns the number of records.
func (l *listing) count() int {
	n := 0
	for _, list := range l.byKind {
		n += len(list)
	}
	return n
}

// pages returns the number of pages, at least one.
func (l *listing) pages() int { return max(1, (l.count()+pageSize-1)/pageSize) }

// pagePath returns the path of the n-th page, from 1.
func pagePath(first string, n int) string {
	if n == 1 {
		return first
	}
	return fmt.Sprintf("%spage/%d/", first, n)
}

// listView fills the layout "list" with the n-th page of a listing.
func (p *plan) listView(l *listing, lang, n int) ListView {
	v := ListView{
		Frame: p.framed(l.place, lang, "list", l.heading, l.lead.Text), Heading: l.heading, Eyebrow: l.eyebrow, Lead: l.lead,
		Symbol: l.symbol, Count: l.count(), Page: n, Pages: l.pages(),
	}
	if n == 1 {
		v.Narrow = l.narrow
	} else {
		v.NoIndex, v.Alternates = true, nil
		v.Canonical += strings.TrimPrefix(pagePath("", n), "/")
	}
	first := p.root + l.place.paths[lang]
	if n > 1 {
		v.Previous = pagePath(first, n-1)
	}
	if n < v.Pages {
		v.Next = pagePath(first, n+1)
	}
	from, to := (n-1)*pageSize, n*pageSize
	for _, k := range l.order {
		list := l.byKind[k]
		cut := list[min(from, len(list)):min(max(to, 0), len(list))]
		if len(cut) > 0 {
			v.Groups = append(v.Groups, CardGroup{Key: k.Folder, Cards: p.cardsOf(cut, lang)})
		}
		from, to = max(0, from-len(list)), max(0, to-len(list))
	}
	return v
}

// kindListing is the list of all records of a kind.
func (p *plan) kindListing(k *content.Kind, lang int) *listing {
	l := &listing{
		place: p.lists[k], heading: p.words[lang].T("kinds." + k.Name), lead: Text{Text: p.words[lang].T("lead." + k.Name)},
		order: []*content.Kind{k}, byKind: map[*content.Kind][]*content.Entry{k: p.sorted(p.byKind[k], lang)},
	}
	if k == content.PracticeKind {
		l.narrow = p.narrow(lang, content.Taxonomies...)
	}
	return l
}

// termListing is the list of the records of a term.
func (p *plan) termListing(t *taxonomy, code string, lang int) *listing {
	term := p.term(t.key, code, lang)
	l := &listing{
		place: t.terms[code], heading: term.Text.Text, lead: term.Description, symbol: symbol(t.key, code),
		eyebrow: Link{Text: Text{Text: p.words[lang].T("taxonomy." + t.key)}, Address: p.href(t.index, lang)},
		order:   []*content.Kind{content.PracticeKind, content.LessonKind, content.MessageKind, content.EventKind},
		byKind:  map[*content.Kind][]*content.Entry{},
	}
	for _, e := range p.sorted(t.has[code], lang) {
		l.byKind[e.Kind] = append(l.byKind[e.Kind], e)
	}
	return l
}

// glossaryView fills the layout "glossary".
func (p *plan) glossaryView(lang int) GlossaryView {
	heading := p.words[lang].T("kinds.term")
	v := GlossaryView{Frame: p.framed(p.lists[content.TermKind], lang, "glossary", heading, p.words[lang].T("lead.term")), Heading: heading}
	for _, e := range p.sorted(p.byKind[content.TermKind], lang) {
		page := p.shown(e, lang)
		letter := first(page.Title)
		at := slices.IndexFunc(v.Letters, func(l Letter) bool { return l.Letter == letter })
		if at < 0 { // a language may sort an accented letter elsewhere
			at = len(v.Letters)
			v.Letters = append(v.Letters, Letter{Letter: letter})
		}
		v.Letters[at].Terms = append(v.Letters[at].Terms, GlossaryItem{p.entryLink(e, lang), p.text(page.Summary, page.Lang, lang), page.Synonyms})
	}
	return v
}

// homeView fills the layout "home".
func (p *plan) homeView(lang int) HomeView {
	summary, tag := p.lib.Site.Summary.In(p.langs[lang].Tag, p.lib.Site.Default)
	v := HomeView{
		Frame:   p.framed(p.home, lang, "home", "", summary),
		Heading: p.text(summary, tag, lang).Text,
	}
	v.Dimensions, _ = p.allTerms("dimensions", lang)
	v.Themes, _ = p.allTerms("themes", lang)
	v.Populations, _ = p.allTerms("populations", lang)
	for _, k := range []*content.Kind{content.PracticeKind, content.LessonKind, content.MessageKind, content.OrganizationKind, content.TermKind} {
		v.Kinds = append(v.Kinds, Term{Link: p.listLink(k, lang), Code: k.Folder, Count: len(p.byKind[k])})
	}
	v.Matrix = p.matrix(v.Dimensions, lang)
	v.Newest = p.cardsOf(p.newest(p.byKind[content.PracticeKind], 5), lang)
	if messages := p.byKind[content.MessageKind]; len(messages) > 0 {
		e := p.newest(messages, 1)[0]
		v.Message = p.entryLink(e, lang)
		for _, practice := range p.sorted(p.links[e][content.PracticeKind], lang) {
			v.MessagePractices = append(v.MessagePractices, p.entryLink(practice, lang))
		}
	}
	v.JSONLD = p.siteData(lang)
	return v
}

// matrix counts the practices of each country by dimension.
func (p *plan) matrix(dimensions []Term, lang int) []MatrixRow {
	var rows []MatrixRow
	for _, e := range p.sorted(p.byKind[content.CountryKind], lang) {
		counts := map[string]int{}
		for _, practice := range p.links[e][content.PracticeKind] {
			for _, code := range practice.Record.(*content.Practice).Dimensions {
				counts[code]++
			}
		}
		row := MatrixRow{Country: p.entryLink(e, lang)}
		for _, dimension := range dimensions {
			dimension.Count = counts[dimension.Code]
			row.Cells = append(row.Cells, dimension)
		}
		rows = append(rows, row)
	}
	return rows
}

// listUnits are the units of home, of the lists, of the glossary and of the
// taxonomies in all languages.
func (p *plan) listUnits() []*unit {
	var units []*unit
	for lang := range p.langs {
		home := &unit{own: grounded}
		home.page(p, p.home.paths[lang], lang, "home", func() any { return p.homeView(lang) })
		units = append(units, home)
		for _, k := range content.Kinds {
			switch k {
			case content.PageKind:
			case content.TermKind:
				u := &unit{own: grounded}
				u.page(p, p.lists[k].paths[lang], lang, "glossary", func() any { return p.glossaryView(lang) })
				units = append(units, u)
			default:
				units = append(units, p.listUnit(lang, len(p.byKind[k]), p.lists[k], func() *listing { return p.kindListing(k, lang) }))
			}
		}
		for _, key := range content.Taxonomies {
			t := p.taxa[key]
			u := &unit{own: grounded}
			u.page(p, t.index.paths[lang], lang, "taxonomy", func() any { return p.taxonomyView(t, lang) })
			units = append(units, u)
			for _, code := range p.lib.Vocabularies[key].Codes {
				units = append(units, p.listUnit(lang, len(t.has[code.Code]), t.terms[code.Code], func() *listing { return p.termListing(t, code.Code, lang) }))
			}
		}
	}
	return units
}

// listUnit is the unit of a list's pages in a language.
func (p *plan) listUnit(lang, count int, pl *place, list func() *listing) *unit {
	u := &unit{own: grounded}
	list = sync.OnceValue(list) // its pages share it
	for n := range max(1, (count+pageSize-1)/pageSize) {
		u.page(p, pagePath(pl.paths[lang], n+1), lang, "list", func() any { return p.listView(list(), lang, n+1) })
	}
	return u
}
