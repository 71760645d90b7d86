package site

import (
	"time"

	"acervo/generator/content"
)

// JSON-LD of https://schema.org. Each value is what encoding/json makes an
// object of; maps are written in the order of their keys.
type thing map[string]any

// common is what every page tells machines about its record.
func (p *plan) common(e *content.Entry, page *content.Page, a Article, kind string) thing {
	t := thing{
		"@context": "https://schema.org", "@type": kind, "@id": a.Permanent, "url": a.Canonical, "name": page.Title,
		"description": page.Summary, "inLanguage": page.Lang, "identifier": e.ID,
		"isPartOf": thing{"@type": "WebSite", "name": a.SiteTitle, "url": p.base},
		"license":  a.License.Address,
	}
	if !a.Published.IsZero() {
		t["datePublished"] = a.Published.Format(time.DateOnly)
	}
	if !a.Changed.IsZero() {
		t["dateModified"] = a.Changed.Format(time.DateOnly)
	}
	return t
}

// practiceData describes a practice as a learning resource.
func (p *plan) practiceData(e *content.Entry, page *content.Page, v PracticeView) any {
	t := p.common(e, page, v.Article, "LearningResource")
	t["learningResourceType"] = "good practice"
	var about, places, publishers []thing
	for _, term := range append(v.Themes, v.Dimensions...) {
		about = append(about, thing{"@type": "DefinedTerm", "name": term.Text.Text, "termCode": term.Code})
	}
	for _, country := range v.Countries {
		places = append(places, thing{"@type": "Country", "name": country.Text.Text})
	}
	for _, o := range v.Organizations {
		publishers = append(publishers, thing{"@type": "Organization", "name": o.Text.Text})
	}
	t["about"], t["spatialCoverage"], t["contributor"] = about, places, publishers
	if page != e.Original() {
		t["translationOfWork"] = thing{"@type": "LearningResource", "@id": p.url(p.places[e], p.lang(e.Source))}
	}
	return t
}

// recordData describes the records of the other kinds.
func (p *plan) recordData(e *content.Entry, page *content.Page, a Article) any {
	switch r := e.Record.(type) {
	case *content.Organization:
		return thing{"@context": "https://schema.org", "@type": "Organization", "@id": a.Permanent, "url": a.Canonical, "name": page.Title, "description": page.Summary}
	case *content.Event:
		t := thing{"@context": "https://schema.org", "@type": "Event", "@id": a.Permanent, "url": a.Canonical, "name": page.Title,
			"description": page.Summary, "inLanguage": page.Lang, "startDate": r.Start.Format(time.DateOnly)}
		if !r.End.IsZero() {
			t["endDate"] = r.End.Format(time.DateOnly)
		}
		if r.City != "" {
			t["location"] = thing{"@type": "Place", "name": r.City, "address": thing{"@type": "PostalAddress", "addressCountry": r.Country}}
		}
		return t
	case *content.Term:
		return thing{"@context": "https://schema.org", "@type": "DefinedTerm", "@id": a.Permanent, "url": a.Canonical, "name": page.Title,
			"description": page.Summary, "inLanguage": page.Lang}
	}
	return p.common(e, page, a, "CreativeWork")
}

// siteData describes the site on its home page.
func (p *plan) siteData(lang int) any {
	return thing{"@context": "https://schema.org", "@type": "WebSite", "name": p.frames[lang].SiteTitle, "url": p.url(p.home, lang), "inLanguage": p.langs[lang].Tag}
}
