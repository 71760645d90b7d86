package site

import (
	"acervo/generator/content"
	"acervo/generator/markdown"
)

// doc converts a record's text: a book goes through the records once, so it is
// not kept.
func (b *book) doc(e *content.Entry) *markdown.Doc {
	return b.texts.convert(b.shown(e, b.lang)).doc
}

// titleView fills the layout "book-title".
func (b *book) titleView() any {
	v := BookTitleView{
		Title: b.frames[b.lang].SiteTitle, Date: b.src.now(), License: b.siteLicense(), Address: b.url(b.home, b.lang),
	}
	v.Summary, _ = b.lib.Site.Summary.In(b.langs[b.lang].Tag, b.lib.Site.Default)
	if hash := b.src.Commit.Hash; hash != "" {
		v.Version = hash[:min(10, len(hash))]
	}
	return v
}

// practicePage fills the layout "book-practice".
func (b *book) practicePage(e *content.Entry) BookPracticeView {
	defer b.pasts.Delete(e)
	return BookPracticeView{
		PracticeView: b.practiceView(e, b.doc(e), b.lang),
		Links: b.related(e, map[*content.Kind]string{
			content.MessageKind: "practice.messages", content.LessonKind: "practice.lessons", content.PracticeKind: "practice.related",
		}, content.MessageKind, content.LessonKind, content.PracticeKind),
	}
}

// countryPage fills the layout "book-country".
func (b *book) countryPage(e *content.Entry) BookCountryView {
	defer b.pasts.Delete(e)
	return BookCountryView{b.countryView(e, b.doc(e), b.lang), b.related(e, nil, linked...)}
}

// recordPage fills the layout "book-record".
func (b *book) recordPage(e *content.Entry) BookRecordView {
	defer b.pasts.Delete(e)
	v := BookRecordView{RecordView: b.recordView(e, b.doc(e), b.lang)}
	switch {
	case e.ID == b.lib.Site.Help:
		v.Date = b.src.now()
	case e.Kind != content.PageKind:
		v.Eyebrow = b.t("kind." + e.Kind.Name)
		v.Links = b.related(e, nil, linked...)
	}
	return v
}

// linked are the kinds to which a record's chapter leads.
var linked = []*content.Kind{content.PracticeKind, content.LessonKind, content.MessageKind, content.OrganizationKind, content.EventKind}

// related are the links to the records that a record is linked with, by kind.
// The headings are message keys; without one it is the kind's.
func (b *book) related(e *content.Entry, headings map[*content.Kind]string, kinds ...*content.Kind) []BookGroup {
	var groups []BookGroup
	for _, k := range kinds {
		list := b.sorted(b.links[e][k], b.lang)
		if len(list) == 0 {
			continue
		}
		key := headings[k]
		if key == "" {
			key = "group." + k.Folder
		}
		groups = append(groups, BookGroup{Heading: Link{Text: Text{Text: b.t(key)}}, Items: b.items(list, false)})
	}
	return groups
}

// items are links to records: a practice with its countries and its label,
// another record with its kind.
func (b *book) items(entries []*content.Entry, summaries bool) []BookItem {
	items := make([]BookItem, len(entries))
	for i, e := range entries {
		item := BookItem{Link: b.entryLink(e, b.lang), Notes: []string{b.t("kind." + e.Kind.Name)}}
		if practice, ok := e.Record.(*content.Practice); ok {
			item.Notes = nil
			for _, link := range b.countryLinks(practice.Countries, b.lang) {
				item.Notes = append(item.Notes, link.Text.Text)
			}
			item.Notes = append(item.Notes, b.label(practice, b.lang).Text)
		}
		if summaries {
			page := b.shown(e, b.lang)
			item.Summary = b.text(page.Summary, page.Lang, b.lang)
			if _, ok := e.Record.(*content.Practice); !ok {
				item.Notes = nil
			}
		}
		items[i] = item
	}
	return items
}
