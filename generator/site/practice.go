package site

import (
	"fmt"
	"strings"

	"acervo/generator/content"
	"acervo/generator/markdown"
)

// citeID is the id that package markdown gives the n-th citation of a source.
func citeID(source string, n int) string { return fmt.Sprintf("x-cite-%s-%d", source, n) }

// cites counts the citations of each source in a text.
func cites(doc *markdown.Doc) map[string]int {
	counts := map[string]int{}
	for _, link := range doc.Links {
		if link.Kind == markdown.Citation {
			counts[link.Dest]++
		}
	}
	return counts
}

// practiceView fills the layout "practice".
func (p *plan) practiceView(e *content.Entry, doc *markdown.Doc, lang int) PracticeView {
	r, page := e.Record.(*content.Practice), p.shown(e, lang)
	sources := p.sourceItems(e, cites(doc))
	v := PracticeView{
		Article:       p.article(e, doc, lang, "practice"),
		Heading:       p.text(page.Title, page.Lang, lang),
		Lead:          p.text(page.Summary, page.Lang, lang),
		Countries:     p.countryLinks(r.Countries, lang),
		Level:         p.term("levels", r.Level, lang),
		Dimensions:    p.terms("dimensions", r.Dimensions, lang),
		Label:         p.label(r, lang),
		Evidence:      p.term("evidence", r.Evidence, lang),
		State:         p.term("states", r.State, lang),
		Themes:        p.terms("themes", r.Themes, lang),
		Sectors:       p.terms("sectors", r.Sectors, lang),
		Populations:   p.terms("populations", r.Populations, lang),
		Exploitation:  p.terms("exploitation", r.Exploitation, lang),
		Settings:      p.terms("settings", r.Settings, lang),
		WorkLanguages: p.languageNames(r.Languages, lang),
		Since:         p.since(r.Since, lang),
		Until:         p.since(r.Until, lang),
		Sources:       sources,
		SDGs:          r.SDGs,
		Event:         p.idLink(r.Event, lang),
		Lessons:       p.group(content.LessonKind, p.links[e][content.LessonKind], lang),
		Messages:      p.group(content.MessageKind, p.links[e][content.MessageKind], lang),
		Related:       p.group(content.PracticeKind, p.links[e][content.PracticeKind], lang),
	}
	v.Intro, v.Sections = p.texts.rendered(doc, page, lang)
	for _, o := range r.Organizations {
		item := OrganizationItem{Link: p.idLink(o.ID, lang), Role: p.codeText("roles", o.Role, lang)}
		organization, shown := p.lib.Entry(o.ID).Record.(*content.Organization)
		if !shown {
			continue // withdrawn
		}
		item.Acronym = organization.Acronym
		v.Organizations = append(v.Organizations, item)
	}
	for _, result := range r.Results {
		v.Results = append(v.Results, ResultItem{
			Value: result.Value, Unit: p.local(result.Unit, lang), CountedBy: p.partyLink(result.CountedBy, lang),
			Period: result.Period, Note: p.local(result.Note, lang), Source: reference(result.Source, sources),
		})
	}
	for _, m := range r.Materials {
		item := MaterialItem{Title: m.Title, Kind: m.Kind, License: m.License, URL: m.URL}
		if m.Language != "" {
			item.Language, item.Lang = p.languageName(m.Language, lang), m.Language
		}
		v.Materials = append(v.Materials, item)
	}
	for _, law := range r.LegalBasis {
		v.Laws = append(v.Laws, LawItem{law.Title, law.Number, law.Year, law.URL, e.Source})
	}
	v.Adoptions = p.adoptions(r, v.Sections, sources, lang)
	v.JSONLD = p.practiceData(e, page, v)
	return v
}

// adoptions lists the adoptions of a practice with links to the blocks that
// they are about.
func (p *plan) adoptions(r *content.Practice, sections []Section, sources []SourceItem, lang int) []AdoptionItem {
	titles := map[string]string{}
	for _, s := range sections {
		for _, h := range s.Headings {
			titles[h.ID] = h.Title
		}
	}
	var items []AdoptionItem
	for _, a := range r.Adoptions {
		item := AdoptionItem{
			From: p.countryLink(a.From, lang), Country: p.countryLink(a.Country, lang), Organization: p.idLink(a.Organization, lang),
			Kind: a.Kind, KindText: p.codeText("adoption-kinds", a.Kind, lang), Year: a.Year,
			Changed: p.local(a.Changed, lang), Result: p.local(a.Result, lang), Source: reference(a.Source, sources),
		}
		for _, block := range a.Blocks {
			if title := titles[block]; title != "" {
				item.Blocks = append(item.Blocks, Link{Text: Text{Text: title}, Address: "#" + block})
			}
		}
		items = append(items, item)
	}
	return items
}

// since tells a year of beginning in words.
func (p *plan) since(value string, lang int) string {
	w := p.words[lang]
	precision, year, found := strings.Cut(value, " ")
	switch {
	case value == "":
		return ""
	case value == "unknown":
		return w.T("since.unknown")
	case !found:
		return value
	}
	return w.T("since."+precision, "year", year)
}
