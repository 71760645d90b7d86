package site

import (
	"acervo/generator/content"
)

// permanentUnits are the pages that have no language of their own: the choice
// at the root, the permanent addresses, the page for missing ones, and the
// redirects that the source asks for.
func (p *plan) permanentUnits() []*unit {
	root := &unit{}
	standard := p.lang(p.lib.Site.Default)
	root.page(p, "", standard, "choose", func() any { return p.chooseView(p.home, "") })
	root.file(p, "404.html", standard, "notfound", func() any { return p.notFoundView() })
	units := []*unit{root}
	for _, e := range p.lib.Entries {
		if e.ID == "" || p.forgotten("/p/"+e.ID+"/") {
			continue
		}
		u := &unit{}
		if e.Withdrawn != nil {
			u.page(p, "p/"+e.ID+"/", standard, "tombstone", func() any { return p.tombstoneView(e) })
		} else {
			u.page(p, "p/"+e.ID+"/", standard, "permanent", func() any { return p.chooseView(p.places[e], e.ID) })
		}
		units = append(units, u)
	}
	for _, r := range p.lib.Redirects {
		if r.To != "" {
			u := &unit{}
			u.page(p, r.From[1:], standard, "redirect", func() any { return p.redirectView(r) })
			units = append(units, u)
		}
	}
	return units
}

func (p *plan) forgotten(address string) bool {
	for _, r := range p.lib.Redirects {
		if r.Forget && r.From == address {
			return true
		}
	}
	return false
}

// tombstone returns the path that a link to a withdrawn entry leads to: its
// permanent address, or the home page when that is forgotten.
func (p *plan) tombstone(e *content.Entry, lang int) string {
	if p.forgotten("/p/" + e.ID + "/") {
		return p.home.paths[lang]
	}
	return "p/" + e.ID + "/"
}

// neutral is the frame of a page without a language: in the default one, with
// no language to switch to.
func (p *plan) neutral(kind string) Frame {
	f := p.frames[p.lang(p.lib.Site.Default)].Frame
	f.Kind, f.NoIndex = kind, true
	f.Script = p.asset("choose.js")
	return f
}

// chooseView fills the layouts "choose" and "permanent" with the languages in
// which a place has a page.
func (p *plan) chooseView(pl *place, id string) ChooseView {
	v := ChooseView{Frame: p.neutral("choose"), ID: id, URL: p.base}
	if id != "" {
		v.Kind, v.URL = "permanent", p.base+"p/"+id+"/"
	} else {
		v.NoIndex = false
		for i, lang := range p.langs {
			v.Alternates = append(v.Alternates, Alternate{lang.Tag, p.base + pl.paths[i]})
		}
		v.Alternates = append(v.Alternates, Alternate{"x-default", p.base})
	}
	v.Canonical = v.URL
	for i := range p.langs {
		if pl.paths[i] != "" {
			v.Choices = append(v.Choices, p.choice(pl, i, id))
		}
	}
	return v
}

// choice is a language as an entry of a page that has none.
func (p *plan) choice(pl *place, lang int, id string) Choice {
	l, f := p.langs[lang], p.frames[lang]
	c := Choice{
		LanguageLink: LanguageLink{Tag: l.Tag, Name: l.Name, Dir: l.Dir, Address: p.href(pl, lang), Fallback: !pl.real[lang]},
		Title:        Text{Text: f.SiteTitle}, Help: f.Help, Words: p.words[lang],
	}
	if e := p.lib.Entry(id); e != nil && e.Withdrawn == nil {
		page := p.shown(e, lang)
		c.Title = p.text(page.Title, page.Lang, lang)
	}
	return c
}

// notFoundView fills the layout "notfound": every language, since the server
// has one such page.
func (p *plan) notFoundView() ChooseView {
	v := ChooseView{Frame: p.neutral("notfound"), URL: p.base}
	v.Script, v.Canonical = p.asset("main.js"), ""
	for i := range p.langs {
		v.Choices = append(v.Choices, p.choice(p.home, i, ""))
	}
	return v
}

// tombstoneView fills the layout "tombstone".
func (p *plan) tombstoneView(e *content.Entry) TombstoneView {
	v := TombstoneView{Frame: p.neutral("tombstone"), ID: e.ID, On: e.Withdrawn.On}
	v.Script, v.Canonical = p.asset("main.js"), p.base+"p/"+e.ID+"/"
	for i := range p.langs {
		c := p.choice(p.home, i, "")
		c.Reason = p.codeText("withdrawal-reasons", e.Withdrawn.Reason, i)
		v.Choices = append(v.Choices, c)
	}
	return v
}

func (p *plan) redirectView(r content.Redirect) RedirectView {
	v := RedirectView{Frame: p.neutral("redirect"), Target: p.base + r.To[1:]}
	v.Canonical, v.Title = v.Target, v.SiteTitle
	if page := p.lib.PageAt(p.owners[r.To[1:]]); page != nil {
		v.Title = page.Title
	}
	return v
}
