package site

import (
	"bytes"
	"encoding/json"
	"fmt"

	"acervo/generator/content"
)

// permanentUnits are the pages that have no language of their own: the choice
// at the root, the permanent addresses and the page for missing ones; and the
// pages at old addresses.
func (p *plan) permanentUnits() []*unit {
	root := &unit{}
	standard := p.neutralLang()
	root.page(p, "", standard, "choose", func() any { return p.chooseView(p.home, "") })
	root.file(p, "404.html", standard, "notfound", func() any { return p.notFoundView() })
	units := []*unit{root}
	for _, e := range p.lib.Entries {
		if e.ID == "" || p.forgotten("/p/"+e.ID+"/") {
			continue
		}
		u := &unit{own: grounded}
		if e.Withdrawn != nil {
			u.page(p, "p/"+e.ID+"/", standard, "tombstone", func() any { return p.tombstoneView(e) })
		} else if p.readable(p.places[e]) {
			u.page(p, "p/"+e.ID+"/", standard, "permanent", func() any { return p.chooseView(p.places[e], e.ID) })
		}
		units = append(units, u)
	}
	return append(units, p.oldUnit())
}

// oldUnit is the unit of the pages at old addresses, and of what tells them to
// a server that can answer by itself.
func (p *plan) oldUnit() *unit {
	u := &unit{}
	for _, old := range p.old {
		if old.to == "" {
			u.page(p, old.path, p.neutralLang(), "tombstone", func() any { return p.goneView(old) })
		} else {
			u.page(p, old.path, old.lang, "redirect", func() any { return p.redirectView(old) })
		}
		if feed := p.oldFeed(old); feed {
			u.add(old.path+"feed.xml", func() ([]byte, error) { return p.feed(p.lang(p.lib.Site.Default)) })
		}
	}
	u.add("redirects.json", p.redirectList)
	u.add("_redirects", p.redirectRules)
	return u
}

// oldFeed reports whether an old address is the home of a language that is no
// longer there. Who reads its feed gets that of the default one.
func (p *plan) oldFeed(old oldAddress) bool {
	return p.memory.claims[old.path].owner == "home" && p.written[old.path] == nil
}

// redirectList is redirects.json: every old address with the one that it leads
// to, and those of what is gone.
func (p *plan) redirectList() ([]byte, error) {
	list := struct {
		Redirects map[string]string `json:"redirects"`
		Gone      []string          `json:"gone"`
	}{map[string]string{}, []string{}}
	for _, old := range p.old {
		if old.to == "" {
			list.Gone = append(list.Gone, p.root+old.path)
		} else {
			list.Redirects[p.root+old.path] = p.root + old.to
		}
	}
	data, err := json.MarshalIndent(list, "", " ")
	return append(data, '\n'), err
}

// redirectRules is the file _redirects of hosts that answer with a status.
// https://docs.netlify.com/routing/redirects/
// https://developers.cloudflare.com/pages/configuration/redirects/
func (p *plan) redirectRules() ([]byte, error) {
	var out bytes.Buffer
	for _, old := range p.old {
		if old.to != "" {
			fmt.Fprintf(&out, "%s%s %s%s 301\n", p.root, old.path, p.root, old.to)
		}
	}
	return out.Bytes(), nil
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
	f := p.frames[p.neutralLang()].Frame
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
		if pl.paths[i] != "" && p.included(i) {
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
		if !p.included(i) {
			continue
		}
		c := p.choice(p.home, i, "")
		c.Reason = p.codeText("withdrawal-reasons", e.Withdrawn.Reason, i)
		v.Choices = append(v.Choices, c)
	}
	return v
}

// goneView fills the layout "tombstone" for an old address of what is gone.
func (p *plan) goneView(old oldAddress) TombstoneView {
	if old.entry != nil {
		return p.tombstoneView(old.entry)
	}
	v := TombstoneView{Frame: p.neutral("tombstone"), ID: old.id, On: old.on}
	v.Script, v.Canonical = p.asset("main.js"), p.base+old.path
	if _, ok := p.owners["p/"+old.id+"/"]; ok {
		v.Canonical = p.base + "p/" + old.id + "/"
	}
	for i := range p.langs {
		if p.included(i) {
			v.Choices = append(v.Choices, p.choice(p.home, i, ""))
		}
	}
	return v
}

// redirectView fills the layout "redirect", in the language of the old
// address.
func (p *plan) redirectView(old oldAddress) RedirectView {
	v := RedirectView{Frame: p.frames[old.lang].Frame, Target: p.base + old.to}
	v.Kind, v.NoIndex = "redirect", true
	v.Canonical, v.Title = v.Target, old.title
	return v
}
