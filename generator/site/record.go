package site

import (
	"strings"
	"time"

	"acervo/generator/content"
	"acervo/generator/markdown"
)

// recordView fills the layouts of the kinds other than practices and
// countries.
func (p *plan) recordView(e *content.Entry, doc *markdown.Doc, lang int) RecordView {
	page := p.shown(e, lang)
	v := RecordView{
		Article:        p.article(e, doc, lang, e.Kind.Name),
		Heading:        p.text(page.Title, page.Lang, lang),
		Lead:           p.text(page.Summary, page.Lang, lang),
		Sources:        p.sourceItems(e, cites(doc)),
		Synonyms:       page.Synonyms,
		TranslatedName: p.text(page.TranslatedName, page.Lang, lang),
	}
	v.Intro, v.Sections = p.texts.rendered(doc, page, lang)
	for _, avoid := range page.Avoid {
		v.Avoid = append(v.Avoid, AvoidItem{avoid.Term, avoid.Why})
	}
	switch r := e.Record.(type) {
	case *content.Lesson:
		v.Facts = p.lessonFacts(r, lang)
		v.Groups = p.groups(e, lang, content.PracticeKind, content.MessageKind)
	case *content.Message:
		v.Facts = p.messageFacts(r, lang)
		v.Groups = p.groups(e, lang, content.PracticeKind, content.LessonKind)
	case *content.Organization:
		v.Facts = p.organizationFacts(r, lang)
		v.Website = r.Website
		v.Heading = Text{Text: page.Title}
		v.Groups = p.groups(e, lang, content.PracticeKind, content.EventKind)
	case *content.Event:
		v.Facts = p.eventFacts(r, lang)
		v.Groups = p.groups(e, lang, content.PracticeKind, content.LessonKind, content.MessageKind, content.OrganizationKind)
		if source := reference(r.Source, nil); source.Title != "" {
			source.Number = 1
			v.Sources = []SourceItem{source}
		}
	case *content.Static:
		if e.ID == p.lib.Site.Help {
			v.Kind = "help"
			v.Lines = p.allLines(lang)
		}
	}
	v.JSONLD = p.recordData(e, page, v.Article)
	return v
}

// A sheet collects the facts that have a value.
type sheet []Fact

func (s *sheet) links(key string, links ...Link) {
	var kept []Link
	for _, link := range links {
		if link.Text.Text != "" {
			kept = append(kept, link)
		}
	}
	if len(kept) > 0 {
		*s = append(*s, Fact{Key: key, Links: kept})
	}
}

func (s *sheet) text(key, text string) {
	if text != "" {
		*s = append(*s, Fact{Key: key, Text: text})
	}
}

func (s *sheet) date(key string, date time.Time) {
	if !date.IsZero() {
		*s = append(*s, Fact{Key: key, Date: date})
	}
}

// termLinks returns codes as links.
func (p *plan) termLinks(vocabulary string, codes []string, lang int) []Link {
	terms := p.terms(vocabulary, codes, lang)
	links := make([]Link, len(terms))
	for i, term := range terms {
		links[i] = term.Link
	}
	return links
}

func (p *plan) lessonFacts(r *content.Lesson, lang int) []Fact {
	var s sheet
	s.links("types", p.termLinks("lesson-types", r.Types, lang)...)
	s.links("themes", p.termLinks("themes", r.Themes, lang)...)
	s.links("populations", p.termLinks("populations", r.Populations, lang)...)
	s.links("countries", p.countryLinks(r.Countries, lang)...)
	s.links("event", p.idLink(r.Event, lang))
	return s
}

func (p *plan) messageFacts(r *content.Message, lang int) []Fact {
	var s sheet
	s.links("audiences", p.termLinks("audiences", r.Audiences, lang)...)
	s.links("themes", p.termLinks("themes", r.Themes, lang)...)
	s.links("valid-in", p.countryLinks(r.Countries, lang)...)
	s.links("event", p.idLink(r.Event, lang))
	for _, use := range r.UsedBy {
		s.links("used-by", p.idLink(use.Organization, lang), p.countryLink(use.Country, lang), Link{Text: Text{Text: use.Year}})
	}
	return s
}

func (p *plan) organizationFacts(r *content.Organization, lang int) []Fact {
	var s sheet
	s.text("acronym", r.Acronym)
	s.links("organization-kind", p.termLinks("organization-kinds", []string{r.Kind}, lang)...)
	s.links("country", p.countryLink(r.Country, lang))
	return s
}

func (p *plan) eventFacts(r *content.Event, lang int) []Fact {
	var s sheet
	s.links("event-kind", p.termLinks("event-kinds", []string{r.Kind}, lang)...)
	s.date("start", r.Start)
	s.date("end", r.End)
	city := []Link{{Text: Text{Text: r.City}}, p.countryLink(r.Country, lang)}
	s.links("place", city...)
	var organizers []Link
	for _, id := range r.Organizers {
		organizers = append(organizers, p.idLink(id, lang))
	}
	s.links("organizers", organizers...)
	s.links("countries", p.countryLinks(r.Countries, lang)...)
	s.links("sectors", p.termLinks("sectors", r.Sectors, lang)...)
	s.links("round-tables", p.termLinks("themes", r.Themes, lang)...)
	if r.Participants != nil {
		s.text("participants", p.words[lang].T("participants."+r.Participants.Bound, "number", p.words[lang].Number(r.Participants.Number)))
	}
	return s
}

// countryView fills the layout "country".
func (p *plan) countryView(e *content.Entry, doc *markdown.Doc, lang int) CountryView {
	r, page := e.Record.(*content.Country), p.shown(e, lang)
	v := CountryView{
		Article:       p.article(e, doc, lang, "country"),
		Heading:       p.text(page.Title, page.Lang, lang),
		Lead:          p.text(page.Summary, page.Lang, lang),
		LeadBody:      p.idLink(r.LeadBody, lang),
		WorkLanguages: p.languageNames(r.Languages, lang),
		Lines:         p.countryLines(e, lang),
		Groups: p.groups(e, lang, content.PracticeKind, content.LessonKind, content.MessageKind,
			content.OrganizationKind, content.EventKind),
	}
	v.Intro, v.Sections = p.texts.rendered(doc, page, lang)
	if r.Law != nil {
		v.Law = &LawItem{r.Law.Title, r.Law.Number, r.Law.Year, r.Law.URL, e.Source}
	}
	v.JSONLD = p.recordData(e, page, v.Article)
	return v
}

// countryLines returns the help lines of a country that may be published.
func (p *plan) countryLines(e *content.Entry, lang int) CountryLines {
	r := e.Record.(*content.Country)
	lines := CountryLines{Country: p.entryLink(e, lang)}
	if r.Emergency != nil && r.Emergency.Publish {
		item := p.lineItem(*r.Emergency, lang)
		lines.Emergency = &item
	}
	for _, line := range r.HelpLines {
		if line.Publish {
			lines.Lines = append(lines.Lines, p.lineItem(line, lang))
		}
	}
	return lines
}

func (p *plan) lineItem(line content.HelpLine, lang int) LineItem {
	return LineItem{
		Number: line.Number, Dial: dial(line.Number), Label: p.local(line.Label, lang), Channels: line.Channels,
		Free: line.Free, Hours: p.local(line.Hours, lang), Languages: p.languageNames(line.Languages, lang),
		Operator: p.partyLink(line.Operator, lang), Source: reference(line.Source, nil), Verified: line.VerifiedOn,
		Callable: !line.VerifiedOn.IsZero() && !p.options.Portable,
	}
}

// dial returns a number as a telephone takes it.
func dial(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
}

// allLines returns the lines of all countries in order of their names.
func (p *plan) allLines(lang int) []CountryLines {
	var all []CountryLines
	for _, e := range p.sorted(p.byKind[content.CountryKind], lang) {
		if lines := p.countryLines(e, lang); lines.Emergency != nil || len(lines.Lines) > 0 {
			all = append(all, lines)
		}
	}
	return all
}
