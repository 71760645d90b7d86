package site

import (
	"encoding/xml"
	"time"

	"acervo/generator/content"
)

// Sitemaps, https://www.sitemaps.org/protocol.html, with the alternates of
// https://developers.google.com/search/docs/specialty/international/localized-versions
type sitemapIndex struct {
	XMLName xml.Name       `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Maps    []sitemapEntry `xml:"sitemap"`
}

type sitemapEntry struct {
	Loc string `xml:"loc"`
}

type urlSet struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	XHTML   string       `xml:"xmlns:xhtml,attr"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Loc        string             `xml:"loc"`
	LastMod    string             `xml:"lastmod,omitempty"`
	Alternates []sitemapAlternate `xml:"xhtml:link"`
}

type sitemapAlternate struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

// sitemap returns the pages of a language that search engines may list: no
// fallback pages, no further pages of lists.
func (p *plan) sitemap(lang int) ([]byte, error) {
	set := urlSet{XHTML: "http://www.w3.org/1999/xhtml"}
	add := func(pl *place, changed time.Time) {
		if !pl.real[lang] {
			return
		}
		u := sitemapURL{Loc: p.url(pl, lang)}
		if !changed.IsZero() {
			u.LastMod = changed.Format(time.DateOnly)
		}
		for i, l := range p.langs {
			if pl.real[i] {
				u.Alternates = append(u.Alternates, sitemapAlternate{"alternate", l.Tag, p.url(pl, i)})
			}
		}
		u.Alternates = append(u.Alternates, sitemapAlternate{"alternate", "x-default", p.standard(pl)})
		set.URLs = append(set.URLs, u)
	}
	add(p.home, time.Time{})
	for _, k := range content.Kinds {
		if p.lists[k] != nil {
			add(p.lists[k], time.Time{})
		}
		for _, e := range p.sorted(p.byKind[k], lang) {
			add(p.places[e], p.changed(e, lang))
		}
	}
	for _, key := range content.Taxonomies {
		add(p.taxa[key].index, time.Time{})
		for _, code := range p.lib.Vocabularies[key].Codes {
			add(p.taxa[key].terms[code.Code], time.Time{})
		}
	}
	return marshalXML(set)
}

// machineUnits are the unit of the files for machines.
func (p *plan) machineUnits() []*unit {
	u := &unit{}
	index := sitemapIndex{}
	for i, lang := range p.langs {
		path := lang.Segment() + "/sitemap.xml"
		index.Maps = append(index.Maps, sitemapEntry{p.base + path})
		u.add(path, func() ([]byte, error) { return p.sitemap(i) })
		u.add(lang.Segment()+"/feed.xml", func() ([]byte, error) { return p.feed(i) })
	}
	u.add("sitemap.xml", func() ([]byte, error) { return marshalXML(index) })
	u.add("robots.txt", func() ([]byte, error) {
		return []byte("User-agent: *\nAllow: /\n\nSitemap: " + p.base + "sitemap.xml\n"), nil
	})
	for _, file := range append(p.bundle.All(), p.tabIcon()) {
		if !public(file.Name) {
			continue
		}
		u.add(file.Name, func() ([]byte, error) { return file.Data, nil })
	}
	return []*unit{u}
}
