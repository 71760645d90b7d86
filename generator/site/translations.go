package site

import (
	"slices"
	"strings"
	"sync"

	"acervo/generator/content"
)

// translationsFolder is the word of the page of all translations: a reserved
// one, below each language.
const translationsFolder = "translations/"

// translationsSize is the number of records on one page of it. A page changes
// with each text of its records, and kept copies fetch it again; so the counts
// of all records stand on the first page only.
const translationsSize = 50

// urgency are the kinds in the order in which readers need them in their
// language. The help page comes before all.
var urgency = []*content.Kind{
	content.MessageKind, content.PracticeKind, content.LessonKind, content.CountryKind,
	content.PageKind, content.TermKind, content.EventKind, content.OrganizationKind,
}

// Urgency compares two entries by which of them readers need first in their
// language, given the id of the help page. Entries of one kind are equal.
func Urgency(help string, a, b *content.Entry) int {
	rank := func(e *content.Entry) int {
		if e.ID == help {
			return -1
		}
		return slices.Index(urgency, e.Kind)
	}
	return rank(a) - rank(b)
}

// arrangeTranslations gives the pages of translations their addresses. Their
// word is reserved: who took it has been told so.
func (p *plan) arrangeTranslations() {
	p.translations = p.everywhere(func(int) string { return translationsFolder })
	for _, path := range p.translations.paths {
		if _, taken := p.owners[path]; !taken {
			p.claim(path, "translations", "content/site.yaml", 0, 0)
		}
	}
}

// byUrgency returns all entries in the order in which readers need them, in a
// language's order within a kind.
func (p *plan) byUrgency(lang int) []*content.Entry {
	var all []*content.Entry
	for _, k := range urgency {
		all = append(all, p.sorted(p.byKind[k], lang)...)
	}
	slices.SortStableFunc(all, func(a, b *content.Entry) int { return Urgency(p.lib.Site.Help, a, b) })
	return all
}

// translationsView fills the layout "translations" with the n-th page of the
// table of all entries.
func (p *plan) translationsView(all []*content.Entry, columns []TranslationColumn, lang, n int) TranslationsView {
	w := p.words[lang]
	pages := max(1, (len(all)+translationsSize-1)/translationsSize)
	v := TranslationsView{
		Frame:   p.framed(p.translations, lang, "translations", w.T("translations.title"), w.T("translations.lead")),
		Heading: w.T("translations.title"), Columns: columns, Page: n, Pages: pages,
	}
	v.NoIndex, v.Alternates = true, nil
	v.Canonical += strings.TrimPrefix(pagePath("", n), "/")
	first := p.root + p.translations.paths[lang]
	if n > 1 {
		v.Previous = pagePath(first, n-1)
	}
	if n < pages {
		v.Next = pagePath(first, n+1)
	}
	for _, e := range all[(n-1)*translationsSize : min(n*translationsSize, len(all))] {
		if last := len(v.Groups) - 1; last < 0 || v.Groups[last].Key != e.Kind.Name {
			v.Groups = append(v.Groups, TranslationGroup{Key: e.Kind.Name})
		}
		group := &v.Groups[len(v.Groups)-1]
		group.Rows = append(group.Rows, p.translationRow(e, lang))
	}
	return v
}

// translationColumns counts the texts of each language.
func (p *plan) translationColumns(all []*content.Entry) []TranslationColumn {
	columns := make([]TranslationColumn, len(p.langs))
	for i, l := range p.langs {
		columns[i] = TranslationColumn{Tag: l.Tag, Name: l.Name, Dir: l.Dir, All: len(all)}
		for _, e := range all {
			if page := e.Page(l.Tag); page != nil && page.Current() {
				columns[i].Current++
			}
		}
	}
	return columns
}

func (p *plan) translationRow(e *content.Entry, lang int) TranslationRow {
	row := TranslationRow{Record: p.entryLink(e, lang)}
	pl := p.places[e]
	for i, l := range p.langs {
		cell := TranslationCell{Translation: p.state(e, i), Language: l.Name}
		if pl.real[i] {
			cell.Address = p.href(pl, i)
		}
		if page := e.Page(l.Tag); page != nil {
			cell.Edit = p.editURL(page)
		} else {
			cell.Edit = p.newURL(e, l.Tag)
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// newURL returns the address of GitHub's editor for a translation that is not
// there yet.
func (p *plan) newURL(e *content.Entry, tag string) string {
	site := &p.lib.Site
	if site.Repository == "" {
		return ""
	}
	return strings.TrimSuffix(site.Repository, "/") + "/new/" + site.Branch + "/" + e.Folder + "?filename=index." + tag + ".md"
}

// translationsUnits are the units of the pages of translations.
func (p *plan) translationsUnits() []*unit {
	var units []*unit
	for lang := range p.langs {
		u := &unit{}
		all := p.byUrgency(lang)
		columns := sync.OnceValue(func() []TranslationColumn { return p.translationColumns(all) })
		for n := range max(1, (len(all)+translationsSize-1)/translationsSize) {
			u.page(p, pagePath(p.translations.paths[lang], n+1), lang, "translations", func() any { return p.translationsView(all, columns(), lang, n+1) })
		}
		units = append(units, u)
	}
	return units
}
