package site

import (
	"acervo/generator/content"
	"acervo/generator/diag"
)

// A place is a thing that has a page in each language: an entry, a list, a
// term. Slices are by language, in the site's order.
type place struct {
	paths  []string // below the site's base: "es/practicas/x/"; "" where there is no page
	real   []bool   // false where the page only shows the source's text
	source int      // language of the original; the default for what the site makes itself
}

func (p *plan) newPlace() *place {
	return &place{paths: make([]string, len(p.langs)), real: make([]bool, len(p.langs)), source: p.lang(p.lib.Site.Default)}
}

// everywhere returns the place of a page that the site makes in every
// language, at a path below the language's segment.
func (p *plan) everywhere(path func(lang int) string) *place {
	pl := p.newPlace()
	for i, lang := range p.langs {
		pl.paths[i], pl.real[i] = lang.Segment()+"/"+path(i), true
	}
	return pl
}

// in returns the language in which a link from a page in lang shows the place:
// lang itself, or the source where lang has no page.
func (pl *place) in(lang int) int {
	if pl.paths[lang] != "" {
		return lang
	}
	return pl.source
}

// entryPlace plans the pages of an entry.
func (p *plan) entryPlace(e *content.Entry) *place {
	pl := p.newPlace()
	pl.source = p.lang(e.Source)
	for i, lang := range p.langs {
		page := e.Page(lang.Tag)
		if page == nil {
			if lang.Partial {
				continue
			}
			page = e.Original()
		} else {
			pl.real[i] = true
		}
		pl.paths[i] = lang.Segment() + "/" + p.word(e.Kind, i) + page.Slug + "/"
	}
	return pl
}

// word returns a kind's part of an address with its slash; static pages have
// none.
func (p *plan) word(k *content.Kind, lang int) string {
	if k == content.PageKind {
		return ""
	}
	return p.lib.Site.Word(k.Folder, p.langs[lang].Tag) + "/"
}

// reserved are the segments after the language that no record may take.
var reserved = map[string]bool{"page": true, "search": true, "keep": true, "translations": true, "downloads": true, "p": true, "assets": true}

// checkWord refuses a reserved word as that of a kind or a taxonomy.
func (p *plan) checkWord(key string) {
	for _, lang := range p.langs {
		if word := p.lib.Site.Word(key, lang.Tag); reserved[word] {
			p.faults.Add("reserved-address", "content/site.yaml", 0, 0, diag.Args{"value": word})
		}
	}
}

// claim notes that an owner takes an address, and refuses the second one.
func (p *plan) claim(path, owner, file string, line, col int) {
	if other, taken := p.owners[path]; taken {
		p.faults.Add("double-address", file, line, col, diag.Args{"address": "/" + path, "other": other})
		return
	}
	p.owners[path] = owner
}

// claimEntry claims the addresses of an entry's own pages.
func (p *plan) claimEntry(e *content.Entry, pl *place) {
	for i := range p.langs {
		if pl.paths[i] == "" {
			continue
		}
		page := e.Page(p.langs[i].Tag)
		if page == nil {
			page = e.Original()
		}
		at := page.SlugSpot
		if e.Kind == content.PageKind && reserved[page.Slug] {
			p.faults.Add("reserved-address", page.Path, at.Line, at.Col, diag.Args{"value": page.Slug})
		}
		p.claim(pl.paths[i], page.Path, page.Path, at.Line, at.Col)
	}
}

// claimPermanent claims the permanent addresses.
func (p *plan) claimPermanent() {
	for _, e := range p.lib.Entries {
		if address := "p/" + e.ID + "/"; !p.forgotten("/" + address) {
			p.claim(address, e.Folder, e.Folder, 0, 0)
		}
	}
}
