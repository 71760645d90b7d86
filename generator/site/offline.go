package site

import (
	"context"
	"encoding/json"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"acervo/generator/offline"
	"acervo/generator/output"
)

// offlineFolder has, below the site's base, a folder for the copy of each
// language, and keepFolder is the page about copies below a language's segment.
const (
	offlineFolder = "offline/"
	keepFolder    = "keep/"
)

// The service worker has a fixed name: browsers know it by its address. Where
// a site has no copies it is one that deletes what was kept and itself.
const (
	workerName   = "worker.js"
	workerEntry  = "worker.js"
	removerEntry = "worker-off.js"
)

// keepable reports whether readers can keep a copy of the site.
func (p *plan) keepable() bool { return p.lib.Site.Offline && !p.options.Portable }

// arrangeOffline gives the pages about copies their addresses.
func (p *plan) arrangeOffline() {
	if !p.keepable() {
		return
	}
	p.offline = p.everywhere(func(int) string { return keepFolder })
	for _, path := range p.offline.paths {
		if _, taken := p.owners[path]; !taken {
			p.claim(path, "keep", "content/site.yaml", 0, 0)
		}
	}
}

// offlineUnits are the unit of the worker, and for each language that of the
// page about copies and of what makes the site installable.
func (p *plan) offlineUnits() []*unit {
	if p.options.Portable {
		return nil
	}
	worker := &unit{}
	entry := removerEntry
	if p.keepable() {
		entry = workerEntry
	}
	worker.add(workerName, func() ([]byte, error) { return p.script(entry), nil })
	units := []*unit{worker}
	if !p.keepable() {
		return units
	}
	for _, icon := range appIcons {
		worker.add(icon.name(), func() ([]byte, error) { return icon.draw(), nil })
	}
	for lang := range p.langs {
		u := &unit{}
		u.page(p, p.offline.paths[lang], lang, "offline", func() any { return p.offlineView(lang) })
		u.add(p.appName(lang), func() ([]byte, error) { return p.app(lang) })
		units = append(units, u)
	}
	return units
}

// script returns the bytes of an entry.
func (p *plan) script(entry string) []byte {
	name := p.bundle.Name(entry)
	for _, file := range p.bundle.All() {
		if file.Name == name {
			return file.Data
		}
	}
	return nil
}

// offlineView fills the layout "offline". The page's own language comes first.
func (p *plan) offlineView(lang int) OfflineView {
	heading := p.words[lang].T("offline.title")
	v := OfflineView{Frame: p.framed(p.offline, lang, "offline", heading, ""), Heading: heading}
	v.NoIndex, v.Alternates = true, nil
	for i := range p.langs {
		l := p.langs[i]
		c := OfflineCopy{
			Tag: l.Tag, Name: l.Name, Dir: l.Dir, Segment: l.Segment(), Size: p.frames[i].OfflineSize,
			Home: p.href(p.home, i), App: p.root + p.appName(i), Current: i == lang,
		}
		if i == lang {
			v.Copies = slices.Insert(v.Copies, 0, c)
		} else {
			v.Copies = append(v.Copies, c)
		}
	}
	return v
}

// writeCopies writes the copies of all languages from what was written, and
// tells how long it took. A copy holds the bytes of the finished site, so a
// preview, which makes files one by one, has none: its manifest is not found.
func (p *plan) writeCopies(ctx context.Context, dir *output.Dir, last *lastBuild) (time.Duration, error) {
	if !p.keepable() {
		return 0, nil
	}
	start := time.Now()
	err := p.copies(ctx, dir.Files(), last, func(name string) (io.ReadCloser, error) { return dir.Open(name) }, dir.Write)
	return time.Since(start), err
}

// copies makes the copies of all languages, one after the other, from files.
func (p *plan) copies(ctx context.Context, files []output.File, last *lastBuild, open func(string) (io.ReadCloser, error), write func(string, []byte) error) error {
	var records []string
	for _, list := range p.byKind {
		for _, e := range list {
			records = append(records, e.ID)
		}
	}
	for lang := range p.langs {
		folder := p.copyFolder(lang)
		c := offline.Copy{Lang: p.langs[lang].Tag, Date: p.src.now(), Records: records, Files: p.copied(files, lang)}
		if last != nil {
			c.Last = lastParts{last, folder}
		}
		below := func(name string, data []byte) error { return write(folder+name, data) }
		if err := c.Write(ctx, open, below); err != nil {
			return err
		}
	}
	return nil
}

// lastParts are the parts that the last build left in a folder.
type lastParts struct {
	*lastBuild
	folder string
}

func (l lastParts) Reuse(input string) (sum string, size int, ok bool) {
	made, ok := l.reuse(l.folder + input)
	if !ok {
		return "", 0, false
	}
	return made.files[0].SHA256, int(made.files[0].Size), true
}

func (l lastParts) Keep(input string, names ...string) {
	for i := range names {
		names[i] = l.folder + names[i]
	}
	l.keep(l.folder+input, names...)
}

// copyFolder is the folder of a language's copy.
func (p *plan) copyFolder(lang int) string { return offlineFolder + p.langs[lang].Segment() + "/" }

// copied chooses the files of a language's copy: its pages and its search, the
// pages that have no language, scripts, styles and icons, and the pictures
// that its pages show. Pages that only lead from an old address to a new one
// are not among them.
func (p *plan) copied(files []output.File, lang int) []offline.File {
	own, leads := p.ownFiles(lang), map[string]bool{}
	for _, old := range p.old {
		leads[old.path+"index.html"] = old.to != ""
	}
	pages := p.langs[lang].Segment() + "/"
	indexes := map[string]bool{}
	for _, x := range p.indexes(lang) {
		indexes[p.dir(x)] = true
	}
	shared := map[string]bool{"index.html": true, "404.html": true, p.tabIcon().Name: true}
	for _, file := range p.bundle.All() {
		shared[file.Name] = public(file.Name)
	}
	kept := func(name string) bool {
		first, rest, _ := strings.Cut(name, "/")
		second, _, _ := strings.Cut(rest, "/")
		_, ownFile := own[name]
		switch {
		case ownFile, shared[name]:
			return true
		case first == "search":
			return indexes[second]
		case strings.HasPrefix(name, pages), first == "p":
			return path.Ext(name) == ".html" && !leads[name]
		}
		return false
	}
	var list []offline.File
	for _, f := range files {
		if kept(f.Name) {
			list = append(list, offline.File{Path: f.Name, Size: f.Size, SHA256: f.SHA256, Record: own[f.Name]})
		}
	}
	return list
}

// ownFiles are the files of a language's copy that go when their record goes,
// with its id: its pages, and the pictures of no other record. A picture of
// several records has no id.
func (p *plan) ownFiles(lang int) map[string]string {
	own := map[string]string{}
	for e, pl := range p.places {
		own["p/"+e.ID+"/index.html"] = e.ID
		if pl.paths[lang] != "" {
			own[pl.paths[lang]+"index.html"] = e.ID
		}
		if pl.paths[lang] == "" {
			continue
		}
		for _, file := range p.shows[p.shown(e, lang)] {
			name := p.pictures[file].name
			if other, taken := own[name]; taken && other != e.ID {
				own[name] = ""
			} else {
				own[name] = e.ID
			}
		}
	}
	return own
}

// estimate tells about how large a language's copy is, in bytes. It is on
// every page, so it is made from the sizes of the sources and rounded: an edit
// must not change all pages. The three figures are those that fit the
// repository's own content and the made-up one of the tests, ten times as large.
func (p *plan) estimate(lang int) int64 {
	size := int64(120_000)
	for _, list := range p.byKind {
		for _, e := range list {
			if p.places[e].paths[lang] == "" {
				continue
			}
			page := p.shown(e, lang)
			size += 3600 + int64(page.Size())*54/100
			for _, file := range p.shows[page] {
				size += int64(len(p.pictures[file].Data))
			}
		}
	}
	return roughly(size)
}

// roughly rounds a number from ten on to the nearest of 10, 15, 20, 30, 40, 60
// and 80, with zeros.
func roughly(n int64) int64 {
	steps := []int64{10, 15, 20, 30, 40, 60, 80, 100}
	for unit := int64(1); ; unit *= 10 {
		for i, step := range steps[:len(steps)-1] {
			if 2*n <= unit*(step+steps[i+1]) {
				return unit * step
			}
		}
	}
}

// An app is a web application manifest. https://www.w3.org/TR/appmanifest/
// Its name is that of the site, and its icon the neutral one of the tab: a
// home screen is seen by others. It has a bar with the address and the way
// back, so that the way out leaves it as it leaves a tab.
type app struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	ShortName  string        `json:"short_name"`
	Lang       string        `json:"lang"`
	Dir        string        `json:"dir"`
	Start      string        `json:"start_url"`
	Scope      string        `json:"scope"`
	Display    string        `json:"display"`
	Theme      string        `json:"theme_color"`
	Background string        `json:"background_color"`
	Icons      []appIcon     `json:"icons"`
	Shortcuts  []appShortcut `json:"shortcuts"`
}

type appIcon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type appShortcut struct {
	Name    string `json:"name"`
	Address string `json:"url"`
}

func (p *plan) appName(lang int) string { return p.copyFolder(lang) + "app.webmanifest" }

// app is the manifest by which a language's copy can be installed.
func (p *plan) app(lang int) ([]byte, error) {
	f, l := p.frames[lang].Frame, p.langs[lang]
	a := app{
		ID: f.Home, Name: f.SiteTitle, ShortName: f.SiteTitle, Lang: l.Tag, Dir: l.Dir, Start: f.Home, Scope: p.root,
		Display: "minimal-ui", Theme: paper, Background: paper,
		Shortcuts: []appShortcut{{p.words[lang].T("search.title"), f.Search}, {p.words[lang].T("nav.help"), f.Help}},
	}
	for _, icon := range appIcons {
		a.Icons = append(a.Icons, icon.listed(p.root))
	}
	data, err := json.MarshalIndent(a, "", " ")
	return append(data, '\n'), err
}
