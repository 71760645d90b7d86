package site

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"acervo/generator/assets"
	"acervo/generator/content"
	"acervo/generator/layout"
)

// policy allows what the site itself has and nothing else.
// https://www.w3.org/TR/CSP3/
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'"

// frame is what the pages of a language share.
type frame struct{ Frame }

// menu returns the links of a menu: for the main one the lists of records,
// then the static pages that ask to be in it.
func (p *plan) menu(lang int, menu string) []Link {
	var links []Link
	if menu == "main" {
		for _, k := range []*content.Kind{content.PracticeKind, content.LessonKind, content.MessageKind, content.CountryKind} {
			links = append(links, p.listLink(k, lang))
		}
	}
	pages := slices.Clone(p.byKind[content.PageKind])
	slices.SortStableFunc(pages, func(a, b *content.Entry) int {
		return cmp.Compare(a.Record.(*content.Static).Order, b.Record.(*content.Static).Order)
	})
	for _, e := range pages {
		if e.Record.(*content.Static).Menu == menu {
			links = append(links, p.entryLink(e, lang))
		}
	}
	if menu == "footer" {
		for _, k := range []*content.Kind{content.OrganizationKind, content.EventKind, content.TermKind} {
			links = append(links, p.listLink(k, lang))
		}
	}
	return links
}

// listLink returns the link to the list of a kind.
func (p *plan) listLink(k *content.Kind, lang int) Link {
	return Link{Text: Text{Text: p.words[lang].T("kinds." + k.Name)}, Address: p.href(p.lists[k], lang)}
}

// frame makes the frames of all languages.
func (p *plan) frame() {
	p.cards, p.entryLinks = make([]sync.Map, len(p.langs)), make([]sync.Map, len(p.langs))
	p.makeTerms()
	for i, lang := range p.langs {
		site := &p.lib.Site
		title, _ := site.Title.In(lang.Tag, site.Default)
		exit, _ := site.Exit.In(lang.Tag, site.Default)
		f := Frame{
			Lang: lang.Tag, Dir: lang.Dir, SiteTitle: title, Root: p.root, Home: p.href(p.home, i),
			Feed: p.root + lang.Segment() + "/feed.xml", Exit: exit, Policy: policy,
			Icon: p.root + p.tabIcon().Name, Styles: p.asset("main.css"), ExitScript: p.asset("exit.js"), Script: p.asset("main.js"),
			Search: p.href(p.search, i), Finder: p.asset("search.js"), FinderErrors: p.asset("correct.js"), FinderPhrase: p.asset("phrase.js"), FinderPage: p.asset("search-page.js"), Index: lang.Segment(),
			Translations: p.href(p.translations, i), Downloads: p.href(p.downloads, i),
		}
		if p.offline != nil {
			f.Offline, f.Keeper, f.OfflineSize = p.href(p.offline, i), p.asset("offline.js"), p.estimate(i)
		}
		if p.options.Portable {
			f.Feed, f.Policy, f.Copy = "", folderPolicy, &Copy{p.src.now(), p.base}
		}
		if help := p.lib.Entry(site.Help); help != nil {
			f.Help = p.href(p.places[help], i)
		}
		f.Menu = p.menu(i, "main")
		f.FooterMenu = p.menu(i, "footer")
		p.frames = append(p.frames, frame{Frame: f})
	}
	for i := range p.frames {
		f := &p.frames[i].Frame
		f.Header = p.fragment("header", i, *f)
		f.Footer = p.fragment("footer", i, *f)
	}
}

// fragment executes a layout whose error can only be a mistake in the layouts,
// which Read has checked.
func (p *plan) fragment(name string, lang int, view any) layout.Fragment {
	made, err := p.set.Fragment(name, p.langs[lang].Tag, view)
	if err != nil {
		p.fail(err)
	}
	return made
}

// tabIcon is what a browser shows in its tab: a sign that says nothing of the
// site. Without one, browsers ask for a file that is not there.
func (p *plan) tabIcon() assets.File {
	svg := strings.Replace(p.bundle.Icons()["tab"], "<svg ", `<svg xmlns="http://www.w3.org/2000/svg" `, 1)
	sum := sha256.Sum256([]byte(svg))
	return assets.File{Name: "assets/tab." + hex.EncodeToString(sum[:4]) + ".svg", Data: []byte(svg)}
}

func (p *plan) asset(entry string) string { return p.root + p.bundle.Name(entry) }

// href returns the address of a place for a link on a page in lang.
func (p *plan) href(pl *place, lang int) string { return p.root + pl.paths[pl.in(lang)] }

// url returns a place's absolute address in a language.
func (p *plan) url(pl *place, lang int) string { return p.base + pl.paths[pl.in(lang)] }

// standard returns the absolute address for readers of all other languages: the
// original, and for the home page the choice at the root.
func (p *plan) standard(pl *place) string {
	if pl == p.home {
		return p.base
	}
	return p.url(pl, pl.source)
}

// framed returns the frame of a page of a place.
func (p *plan) framed(pl *place, lang int, kind, title, summary string) Frame {
	f := p.frames[lang].Frame
	f.Kind, f.Title, f.Summary = kind, title, summary
	f.Canonical = p.url(pl, lang)
	if !pl.real[lang] {
		f.NoIndex, f.Canonical = true, p.url(pl, pl.source)
	}
	for i, l := range p.langs {
		if pl.paths[i] == "" {
			continue
		}
		f.Languages = append(f.Languages, LanguageLink{
			Tag: l.Tag, Name: l.Name, Dir: l.Dir, Address: p.root + pl.paths[i], Current: i == lang, Fallback: !pl.real[i],
		})
		if pl.real[i] && !f.NoIndex {
			f.Alternates = append(f.Alternates, Alternate{l.Tag, p.base + pl.paths[i]})
		}
	}
	if len(f.Alternates) > 0 {
		f.Alternates = append(f.Alternates, Alternate{"x-default", p.standard(pl)})
	}
	return f
}
