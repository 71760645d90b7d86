package site

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"acervo/generator/content"
	"acervo/generator/layout"
	"acervo/generator/markdown"
)

// text returns a text with its language where that is not the page's.
func (p *plan) text(text, tag string, lang int) Text {
	if tag == "" || tag == p.langs[lang].Tag {
		return Text{Text: text}
	}
	dir := "ltr"
	if l := p.lib.Site.Lang(tag); l != nil {
		dir = l.Dir
	}
	return Text{text, tag, dir}
}

// local returns a text by language as a page in lang shows it: in that
// language, else in the default one, else in any.
func (p *plan) local(l content.Local, lang int) Text {
	text, tag := l.In(append([]string{p.langs[lang].Tag, p.lib.Site.Default}, p.lib.Site.Tags()...)...)
	return p.text(text, tag, lang)
}

// entryLink returns the link to an entry on a page in a language, made once.
func (p *plan) entryLink(e *content.Entry, lang int) Link {
	if made, ok := p.entryLinks[lang].Load(e); ok {
		return made.(Link)
	}
	link := p.newEntryLink(e, lang)
	link.Markup = p.fragment("partials/link", lang, link)
	p.entryLinks[lang].Store(e, link)
	return link
}

func (p *plan) newEntryLink(e *content.Entry, lang int) Link {
	page := p.shown(e, lang)
	if p.places[e].paths[lang] == "" {
		page = e.Original()
	}
	if e.Kind == content.OrganizationKind && page.TranslatedName != "" {
		return Link{Text: p.text(page.TranslatedName, page.Lang, lang), Address: p.href(p.places[e], lang)}
	}
	return Link{Text: p.text(page.Title, page.Lang, lang), Address: p.href(p.places[e], lang)}
}

// idLink returns the link to the entry of an id; none for no id.
func (p *plan) idLink(id string, lang int) Link {
	if e := p.lib.Entry(id); e != nil && p.places[e] != nil {
		return p.entryLink(e, lang)
	}
	return Link{}
}

// partyLink returns who counted or answers.
func (p *plan) partyLink(party content.Party, lang int) Link {
	if party.Organization != "" {
		return p.idLink(party.Organization, lang)
	}
	return Link{Text: p.local(party.Text, lang)}
}

// countryLink returns a country by its code: a link where it has a record,
// else its name.
func (p *plan) countryLink(code string, lang int) Link {
	if e := p.country[code]; e != nil {
		return p.entryLink(e, lang)
	}
	if code == "" {
		return Link{}
	}
	return Link{Text: Text{Text: content.CountryName(code, p.langs[lang].Tag)}}
}

func (p *plan) countryLinks(codes []string, lang int) []Link {
	links := make([]Link, len(codes))
	for i, code := range codes {
		links[i] = p.countryLink(code, lang)
	}
	return links
}

// codeText returns the label of a code of a vocabulary.
func (p *plan) codeText(vocabulary, code string, lang int) string {
	if v := p.lib.Vocabularies[vocabulary]; v != nil {
		if c := v.Code(code); c != nil {
			return p.local(c.Label, lang).Text
		}
	}
	return code
}

// languageName returns the name of a language: the vocabulary's, which knows
// those of the region, else Unicode's.
func (p *plan) languageName(tag string, lang int) string {
	if c := p.lib.Vocabularies["languages"].Code(tag); c != nil {
		return p.local(c.Label, lang).Text
	}
	return content.LanguageName(tag, p.langs[lang].Tag)
}

func (p *plan) languageNames(tags []string, lang int) []string {
	names := make([]string, len(tags))
	for i, tag := range tags {
		names[i] = p.languageName(tag, lang)
	}
	return names
}

// article fills what all records show.
func (p *plan) article(e *content.Entry, doc *markdown.Doc, lang int, kind string) Article {
	page, pl := p.shown(e, lang), p.places[e]
	a := Article{
		Frame:     p.framed(pl, lang, kind, page.Title, page.Summary),
		Text:      p.text("", page.Lang, lang),
		Permanent: p.base + "p/" + e.ID + "/",
		License:   p.license(e),
		State:     p.state(e, lang),
	}
	a.Published, a.Changed = p.dates(e, page)
	if !e.Review.Pending {
		a.Reviewed, a.Due = e.Review.On, e.Review.Due
	}
	a.Unreviewed = e.Review.Pending && reviewed(e.Kind)
	a.History, a.HistoryURL = p.historyItems(e, doc, lang)
	a.Notices = p.notices(e, lang, a.State)
	a.Edit = p.editURL(page)
	a.Report = p.reportURL(e, lang)
	a.Citation = p.citation(e, page, lang, a)
	return a
}

// dates returns when an entry was published and when a page of it changed
// last, as history tells.
func (p *plan) dates(e *content.Entry, page *content.Page) (published, changed time.Time) {
	published = e.Date
	if p.src.History == nil {
		return published, time.Time{}
	}
	if known := p.memory.records[e.ID]; known != nil && published.IsZero() {
		published = day(known.born)
	}
	if span, ok := p.src.History.Of(e.Original().Path); ok && published.IsZero() {
		published = day(span.First.When)
	}
	if span, ok := p.src.History.Of(page.Path); ok {
		changed = day(span.Last.When)
	}
	return published, changed
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// state returns how the text of a page stands to its original.
func (p *plan) state(e *content.Entry, lang int) Translation {
	source := p.lang(e.Source)
	s := Translation{Code: "original", Source: Link{Address: p.href(p.places[e], source), Text: Text{Text: p.langs[source].Name}}}
	page := e.Page(p.langs[lang].Tag)
	switch {
	case page == nil:
		s.Code = "missing"
		return s
	case page.Translation == nil:
		return s
	}
	s.Code, s.By = "current", page.Translation.By
	if reviewed := page.Translation.Reviewed; !reviewed.Pending {
		s.Reviewed, s.Reviewer = reviewed.On, reviewed.By
	}
	if !page.Current() {
		s.Code = "outdated"
		if p.changedAfter(page, e.Original()) {
			s.Code = "confirm"
		}
	}
	return s
}

// changedAfter reports whether history saw a page change after another.
func (p *plan) changedAfter(page, other *content.Page) bool {
	if p.src.History == nil {
		return false
	}
	a, ok := p.src.History.Of(page.Path)
	b, known := p.src.History.Of(other.Path)
	return ok && known && a.Last.When.After(b.Last.When)
}

// notices are the calm lines above a text, the gravest first.
func (p *plan) notices(e *content.Entry, lang int, state Translation) []Notice {
	var notices []Notice
	w := p.words[lang]
	add := func(kind string, args ...any) {
		notices = append(notices, Notice{Kind: kind, Text: w.T("notice."+kind, args...)})
	}
	translation := func(kind string, args ...any) {
		add(kind, args...)
		last := &notices[len(notices)-1]
		last.Link, last.LinkText = state.Source.Address, w.T("notice.see-original")
	}
	switch state.Code {
	case "missing":
		translation("fallback", "language", p.languageName(e.Source, lang))
	case "outdated":
		translation(state.Code)
		notices[len(notices)-1].Changes = p.sourceChanges(e, e.Page(p.langs[lang].Tag), lang)
	case "confirm":
		translation(state.Code)
	}
	if state.By != "" && state.Reviewed.IsZero() {
		translation("unreviewed-" + state.By)
	}
	if practice, ok := e.Record.(*content.Practice); ok {
		if practice.State == content.Unconfirmed {
			add("unconfirmed")
		}
		if e.Consent.Pending {
			add("pending-consent")
		}
	}
	if reviewed(e.Kind) {
		if e.Safety.Pending {
			add("pending-safety")
		}
		if e.Review.Pending {
			add("pending-review")
		}
	}
	return notices
}

// reviewed reports whether the records of a kind are reviewed and signed.
func reviewed(k *content.Kind) bool {
	return k == content.PracticeKind || k == content.LessonKind || k == content.MessageKind
}

// license returns the licence of an entry.
func (p *plan) license(e *content.Entry) Link {
	id := e.License
	if id == "" {
		id = p.lib.Site.License
	}
	return Link{Text: Text{Text: id}, Address: "https://spdx.org/licenses/" + id + ".html"}
}

// editURL returns the address of GitHub's editor for a page's file.
func (p *plan) editURL(page *content.Page) string {
	site := &p.lib.Site
	if site.Repository == "" {
		return ""
	}
	return strings.TrimSuffix(site.Repository, "/") + "/edit/" + site.Branch + "/" + page.Path
}

// reportURL returns a mail to the contact with the permanent id.
func (p *plan) reportURL(e *content.Entry, lang int) string {
	w := p.words[lang]
	query := url.Values{"subject": {w.T("report.subject", "id", e.ID)}, "body": {w.T("report.body", "address", p.base+"p/"+e.ID+"/")}}
	return "mailto:" + p.lib.Site.Contact + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// citation returns a reference in the manner of ISO 690, with the record's own
// last commit.
func (p *plan) citation(e *content.Entry, page *content.Page, lang int, a Article) string {
	w := p.words[lang]
	date, commit := "", ""
	if p.src.History != nil {
		if span, ok := p.src.History.Of(page.Path); ok {
			date, commit = w.Date(span.Last.When), span.Last.Commit
		}
	}
	if date == "" {
		return w.T("cite.undated", "title", page.Title, "site", a.SiteTitle, "address", a.Permanent)
	}
	return w.T("cite.dated", "title", page.Title, "site", a.SiteTitle, "date", date, "version", commit[:min(10, len(commit))], "address", a.Permanent)
}

// sourceItems numbers an entry's sources and says where the text cites them.
func (p *plan) sourceItems(e *content.Entry, cites map[string]int) []SourceItem {
	var items []SourceItem
	for i, s := range sourcesOf(e) {
		item := SourceItem{Number: i + 1, ID: s.ID, Title: s.Title, Lang: s.Language, Publisher: s.Publisher, Year: s.Year, URL: s.URL, Unlinked: !s.Link}
		if s.Year == "n.d." {
			item.Year = ""
		}
		for n := range cites[s.ID] {
			item.Cites = append(item.Cites, citeID(s.ID, n+1))
		}
		items = append(items, item)
	}
	return items
}

// reference returns the source of a fact: one of the record's, or the one in
// place.
func reference(r content.Reference, items []SourceItem) SourceItem {
	if r.Citation != nil {
		item := SourceItem{Title: r.Citation.Title, Publisher: r.Citation.Publisher, Year: r.Citation.Year, URL: r.Citation.URL}
		if item.Year == "n.d." {
			item.Year = ""
		}
		return item
	}
	if i := slices.IndexFunc(items, func(item SourceItem) bool { return item.ID == r.ID }); i >= 0 {
		return items[i]
	}
	return SourceItem{}
}

// card returns an entry as an item of a list, rendered once for each language.
func (p *plan) card(e *content.Entry, lang int) layout.Fragment {
	if made, ok := p.cards[lang].Load(e); ok {
		return made.(layout.Fragment)
	}
	page := p.shown(e, lang)
	c := Card{Link: p.entryLink(e, lang), Kind: e.Kind.Name, Summary: p.text(page.Summary, page.Lang, lang)}
	c.Date, _ = p.dates(e, page)
	if practice, ok := e.Record.(*content.Practice); ok {
		for _, link := range p.countryLinks(practice.Countries, lang) {
			c.Countries = append(c.Countries, link.Text.Text)
		}
		c.Level = p.codeText("levels", practice.Level, lang)
		c.Dimensions = p.terms("dimensions", practice.Dimensions, lang)
		c.Label = p.label(practice, lang)
	}
	made := p.fragment("card", lang, c)
	p.cards[lang].Store(e, made)
	return made
}

func (p *plan) cardsOf(entries []*content.Entry, lang int) []layout.Fragment {
	cards := make([]layout.Fragment, len(entries))
	for i, e := range entries {
		cards[i] = p.card(e, lang)
	}
	return cards
}

// groupSize is the number of cards in a group on a record's page. What is more
// follows as plain links, so that a page with hundreds stays light.
const groupSize = 24

// group returns entries of a kind as cards, in the language's order.
func (p *plan) group(k *content.Kind, entries []*content.Entry, lang int) CardGroup {
	entries = p.sorted(entries, lang)
	shown := min(len(entries), groupSize)
	g := CardGroup{Key: k.Folder, Cards: p.cardsOf(entries[:shown], lang)}
	for _, e := range entries[shown:] {
		g.More = append(g.More, p.entryLink(e, lang))
	}
	return g
}

// groups returns the entries that an entry is linked with, by kind.
func (p *plan) groups(e *content.Entry, lang int, kinds ...*content.Kind) []CardGroup {
	var groups []CardGroup
	for _, k := range kinds {
		if list := p.links[e][k]; len(list) > 0 {
			groups = append(groups, p.group(k, list, lang))
		}
	}
	return groups
}

func (p *plan) label(practice *content.Practice, lang int) Label {
	code := practice.Label()
	return Label{code, p.words[lang].T("label." + code), p.words[lang].T("label." + code + ".meaning")}
}
