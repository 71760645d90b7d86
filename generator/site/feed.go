package site

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"slices"
	"time"

	"acervo/generator/content"
)

// Atom, https://www.rfc-editor.org/rfc/rfc4287
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  atomAuthor  `xml:"author"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
	Lang string `xml:"hreflang,attr,omitempty"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     atomText   `xml:"title"`
	Updated   string     `xml:"updated"`
	Published string     `xml:"published,omitempty"`
	Links     []atomLink `xml:"link"`
	Summary   atomText   `xml:"summary"`
}

type atomText struct {
	Lang string `xml:"xml:lang,attr,omitempty"`
	Text string `xml:",chardata"`
}

// feedSize is the number of records in a feed.
const feedSize = 50

// changed is when an entry changed last in a language, or was withdrawn.
func (p *plan) changed(e *content.Entry, lang int) time.Time {
	if e.Withdrawn != nil {
		return e.Withdrawn.On
	}
	published, changed := p.dates(e, p.shown(e, lang))
	if changed.IsZero() {
		return published
	}
	return changed
}

// newest returns the n entries that were published last.
func (p *plan) newest(entries []*content.Entry, n int) []*content.Entry {
	list := latest(entries, func(e *content.Entry) time.Time {
		published, _ := p.dates(e, e.Original())
		return published
	})
	return list[:min(n, len(list))]
}

// latest sorts entries by a date, the latest first.
func latest(entries []*content.Entry, date func(*content.Entry) time.Time) []*content.Entry {
	dates := make(map[*content.Entry]time.Time, len(entries))
	for _, e := range entries {
		dates[e] = date(e)
	}
	return slices.SortedStableFunc(slices.Values(entries), func(a, b *content.Entry) int {
		return cmp.Or(dates[b].Compare(dates[a]), cmp.Compare(a.ID, b.ID))
	})
}

// feed returns the Atom feed of a language: records that are new, changed or
// withdrawn, with a date.
func (p *plan) feed(lang int) ([]byte, error) {
	w, f := p.words[lang], p.frames[lang]
	var entries []*content.Entry
	for _, e := range p.lib.Entries {
		if p.forgotten("/p/"+e.ID+"/") || p.changed(e, lang).IsZero() {
			continue
		}
		if e.Kind == content.PracticeKind || e.Kind == content.LessonKind || e.Kind == content.MessageKind {
			entries = append(entries, e)
		}
	}
	entries = latest(entries, func(e *content.Entry) time.Time { return p.changed(e, lang) })
	self := p.base + p.langs[lang].Segment() + "/feed.xml"
	feed := atomFeed{
		Lang: p.langs[lang].Tag, ID: self, Title: f.SiteTitle, Author: atomAuthor{f.SiteTitle},
		Updated: stamp(p.updated(entries, lang)), Links: []atomLink{{Rel: "self", Href: self}, {Href: p.url(p.home, lang), Lang: p.langs[lang].Tag}},
	}
	for _, e := range entries[:min(feedSize, len(entries))] {
		permanent := p.base + "p/" + e.ID + "/"
		entry := atomEntry{ID: permanent, Updated: stamp(p.changed(e, lang))}
		if e.Withdrawn != nil {
			entry.Title.Text = w.T("feed.withdrawn")
			entry.Summary.Text = p.codeText("withdrawal-reasons", e.Withdrawn.Reason, lang)
			entry.Links = []atomLink{{Href: permanent}}
		} else {
			page := p.shown(e, lang)
			if published, _ := p.dates(e, page); !published.IsZero() {
				entry.Published = stamp(published)
			}
			entry.Title, entry.Summary = atomText{page.Lang, page.Title}, atomText{page.Lang, page.Summary}
			entry.Links = []atomLink{{Href: p.url(p.places[e], lang), Lang: page.Lang}}
		}
		feed.Entries = append(feed.Entries, entry)
	}
	return marshalXML(feed)
}

// updated is when a feed of entries, the latest first, changed last.
func (p *plan) updated(entries []*content.Entry, lang int) time.Time {
	switch now := p.src.now(); {
	case !now.IsZero():
		return now
	case len(entries) > 0:
		return p.changed(entries[0], lang)
	}
	return time.Unix(0, 0)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func marshalXML(v any) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	err := xml.NewEncoder(&out).Encode(v)
	out.WriteByte('\n')
	return out.Bytes(), err
}
