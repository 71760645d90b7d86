package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"acervo/generator/assets"
	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
	"acervo/generator/layout"
	"acervo/generator/markdown"
	"acervo/generator/output"
)

// An unit is outputs that are made together, since they share a converted
// text.
type unit struct {
	outputs []out
	own     func(io.Writer)   // writes what the outputs follow from besides the ground; nil where that is not told
	answers func() []answer   // what the texts were told of others; may be nil
	input   string            // the hash of what the outputs are made from, when they are; "" where that is not told
	check   func() diag.List  // finds what is wrong in the unit's texts; may be nil
	keep    func(*plainTexts) // leaves the plain texts to be indexed; may be nil
	release func()            // lets go of the converted texts; may be nil
	empty   func()            // lets go of the sources, which no other unit needs; may be nil
}

// An out is one file of the site. It may be made in the empty buffer that make
// is given, and then stands only until that is used again.
type out struct {
	name string
	make func(page *bytes.Buffer) ([]byte, error)
}

func (u *unit) add(name string, make func() ([]byte, error)) {
	u.outputs = append(u.outputs, out{name, func(*bytes.Buffer) ([]byte, error) { return make() }})
}

// page adds the page of a path: index.html in its folder.
func (u *unit) page(p *plan, path string, lang int, name string, view func() any) {
	u.file(p, path+"index.html", lang, name, view)
}

func (u *unit) file(p *plan, file string, lang int, name string, view func() any) {
	u.outputs = append(u.outputs, out{file, func(page *bytes.Buffer) ([]byte, error) {
		err := p.set.Execute(page, name, p.langs[lang].Tag, view())
		return page.Bytes(), err
	}})
}

// outputs lists all units.
func (p *plan) outputs() *Plan {
	made := &Plan{plan: p, shelves: p.newShelves()}
	for _, k := range content.Kinds {
		for _, e := range p.byKind[k] {
			made.units = append(made.units, p.entryUnit(e))
		}
	}
	made.units = append(made.units, p.listUnits()...)
	made.units = append(made.units, p.searchUnits()...)
	made.units = append(made.units, p.offlineUnits()...)
	made.units = append(made.units, p.translationsUnits()...)
	made.units = append(made.units, p.downloadsUnits()...)
	made.units = append(made.units, p.permanentUnits()...)
	made.units = append(made.units, p.machineUnits()...)
	made.units = append(made.units, p.pictureUnit())
	if p.options.Portable {
		made.units = p.portable(made.units)
	}
	made.names = make(map[string]*unit, len(p.owners))
	for _, u := range made.units {
		for _, o := range u.outputs {
			made.names[o.name] = u
		}
	}
	return made
}

// entryUnit is the unit of an entry's pages.
func (p *plan) entryUnit(e *content.Entry) *unit {
	u := &unit{}
	if e.Kind != content.PageKind { // the page with help tells of all countries
		u.own = func(w io.Writer) { p.tellOwn(w, e) }
		u.answers = func() []answer { return p.answers(e) }
	}
	var mutex sync.Mutex
	docs := map[*content.Page]converted{}
	doc := func(page *content.Page) converted {
		mutex.Lock()
		defer mutex.Unlock()
		c, ok := docs[page]
		if !ok {
			c = p.texts.convert(page)
			docs[page] = c
		}
		return c
	}
	u.check = func() diag.List {
		var faults diag.List
		for _, page := range e.Pages {
			faults = append(faults, doc(page).faults...)
		}
		return append(faults, p.dropped(e, func(page *content.Page) headings { return doc(page).headings })...)
	}
	u.keep = func(texts *plainTexts) {
		for _, page := range e.Pages {
			texts.keep(page, doc(page).doc)
		}
	}
	u.release = func() {
		mutex.Lock()
		defer mutex.Unlock()
		clear(docs)
		p.pasts.Delete(e)
	}
	u.empty = func() {
		if p.texts.cache != nil {
			return // another reading has the same pages
		}
		files, loaded := p.src.Files.(*gitfs.Tree)
		for _, page := range e.Pages {
			page.Forget()
			if loaded {
				files.Forget(page.Path)
			}
		}
	}
	pl := p.places[e]
	for lang := range p.langs {
		if pl.paths[lang] == "" {
			continue
		}
		page := p.shown(e, lang)
		u.page(p, pl.paths[lang], lang, p.layoutOf(e), func() any { return p.entryView(e, doc(page).doc, lang) })
	}
	return u
}

func (p *plan) layoutOf(e *content.Entry) string {
	if e.ID == p.lib.Site.Help {
		return "help"
	}
	return e.Kind.Name
}

func (p *plan) entryView(e *content.Entry, doc *markdown.Doc, lang int) any {
	switch e.Kind {
	case content.PracticeKind:
		return p.practiceView(e, doc, lang)
	case content.CountryKind:
		return p.countryView(e, doc, lang)
	}
	return p.recordView(e, doc, lang)
}

// Check finds everything that is wrong in the texts.
func (p *Plan) Check(ctx context.Context) (diag.List, error) {
	return p.run(ctx, nil, func(*unit, *bytes.Buffer) error { return nil })
}

// textFaults finds what is wrong in the texts of a plan that has faults
// already, so that all are shown together.
func (p *plan) textFaults() diag.List {
	made := &Plan{plan: p}
	for _, k := range content.Kinds {
		for _, e := range p.byKind[k] {
			made.units = append(made.units, p.entryUnit(e))
		}
	}
	faults, _ := made.Check(context.Background()) // no work is done that could fail
	return faults
}

// run lets workers go through all units but those that are done: each checks
// its texts, does the work with a buffer of its own and lets go.
func (p *Plan) run(ctx context.Context, done func(*unit) bool, work func(*unit, *bytes.Buffer) error) (diag.List, error) {
	found := make([]diag.List, len(p.units))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var page bytes.Buffer
			for i := int(next.Add(1)) - 1; i < len(p.units) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				u := p.units[i]
				if done != nil && done(u) {
					continue
				}
				if u.check != nil {
					found[i] = u.check()
				}
				if err := work(u, &page); err != nil {
					p.fail(err)
				}
				if u.release != nil {
					u.release()
				}
			}
		})
	}
	workers.Wait()
	var faults diag.List
	for _, list := range found {
		faults = append(faults, list...)
	}
	faults = append(faults, p.texts.broken()...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return faults.Sorted(), p.err
}

// A Report tells what a build made.
type Report struct {
	Records, Languages, Pages int
	Files                     int
	Bytes                     int64
	Indexing                  time.Duration // the part of the time that the search took
	Packing                   time.Duration // the part that the copies for offline reading took
}

// Build makes all outputs into a folder that the caller then publishes or
// discards. With faults, what was written is incomplete and must be discarded.
// The plan can make nothing afterwards: it has let go of the texts.
func (p *Plan) Build(ctx context.Context, dir *output.Dir) (Report, diag.List, error) {
	last, err := p.readLast(dir)
	if err != nil {
		return Report{}, nil, err
	}
	texts := &plainTexts{texts: map[*content.Page]prose{}}
	faults, err := p.writeUnits(ctx, dir, last, texts)
	if err != nil || len(faults) > 0 {
		return Report{}, faults, err
	}
	p.cards, p.entryLinks = nil, nil
	p.texts.anchors, p.texts.pending, p.texts.asked = nil, nil, nil
	indexing, err := p.writeIndexes(ctx, dir, last, texts)
	if err != nil {
		return Report{}, nil, err
	}
	packing, err := p.writeCopies(ctx, dir, last)
	if err != nil {
		return Report{}, nil, err
	}
	if err := p.failed(); err != nil {
		return Report{}, nil, err
	}
	files := dir.Files()
	record, err := p.buildRecord(files)
	if err != nil {
		return Report{}, nil, err
	}
	if err := dir.Write("build.json", record); err != nil {
		return Report{}, nil, err
	}
	if last != nil {
		last.leave()
	}
	report := p.report(files, len(record))
	report.Indexing, report.Packing = indexing, packing
	return report, nil, nil
}

// writeUnits writes the outputs of all units, or takes over those of the last
// build, and leaves the texts of what it writes to be indexed, if any are.
func (p *Plan) writeUnits(ctx context.Context, dir *output.Dir, last *lastBuild, texts *plainTexts) (diag.List, error) {
	return p.run(ctx, func(u *unit) bool { return last.takeOver(p.plan, u) }, func(u *unit, page *bytes.Buffer) error {
		if u.keep != nil && texts != nil {
			u.keep(texts)
		}
		for _, o := range u.outputs {
			page.Reset()
			data, err := o.make(page)
			if err != nil {
				return fmt.Errorf("site: %s: %w", o.name, err)
			}
			if err := dir.Write(o.name, data); err != nil {
				return err
			}
		}
		last.keepUnit(u)
		if u.empty != nil {
			u.empty()
		}
		return nil
	})
}

func (p *Plan) report(files []output.File, record int) Report {
	r := Report{Records: len(p.lib.Entries), Languages: p.languages(), Files: len(files) + 1, Bytes: int64(record)}
	for _, f := range files {
		r.Bytes += f.Size
		if strings.HasSuffix(f.Name, ".html") {
			r.Pages++
		}
	}
	return r
}

// recorded are the options as build.json tells them.
func (p *plan) recorded() map[string]string {
	options := map[string]string{"base-url": p.base}
	if p.options.Portable {
		options["portable"] = "true"
	}
	if p.options.Lang != "" {
		options["lang"] = p.options.Lang
	}
	return options
}

// buildRecord says what the site was made from and what it consists of.
func (p *Plan) buildRecord(files []output.File) ([]byte, error) {
	type file struct {
		Name   string `json:"name"`
		Size   int64  `json:"size"`
		SHA256 string `json:"sha256"`
	}
	record := struct {
		Generator string `json:"generator"`
		Version   string `json:"version"`
		Commit    string `json:"commit"`
		Tree      string `json:"tree"`
		Dirty     bool   `json:"dirty"`
		Options   any    `json:"options"`
		Files     []file `json:"files"`
	}{Generator: "acervo", Version: Version, Commit: p.src.Commit.Hash, Tree: p.src.Commit.Tree, Dirty: p.options.Dirty,
		Options: p.recorded()}
	for _, f := range files {
		record.Files = append(record.Files, file{f.Name, f.Size, f.SHA256})
	}
	data, err := json.MarshalIndent(record, "", " ")
	return append(data, '\n'), err
}

// Names lists the files of the site, without build.json and the copies for
// offline reading, which are made from all others. The names in an index carry
// hashes, so the indexes are made; one that cannot be made has no files here,
// and Build tells why.
func (p *Plan) Names() []string {
	var names []string
	for _, files := range p.shelves {
		made, _ := files()
		for _, f := range made {
			names = append(names, searchFolder+f.Name)
		}
	}
	for _, u := range p.units {
		for _, o := range u.outputs {
			names = append(names, o.name)
		}
	}
	return names
}

// Make makes one file of the site. It reports whether the site has it.
func (p *Plan) Make(name string) (data []byte, found bool, err error) {
	if file, ok := strings.CutPrefix(name, searchFolder); ok {
		return p.indexFile(file)
	}
	u := p.names[name]
	if u == nil {
		return nil, false, nil
	}
	for _, o := range u.outputs {
		if o.name == name {
			data, err = o.make(&bytes.Buffer{})
			if u.release != nil {
				u.release()
			}
			return data, true, err
		}
	}
	return nil, false, nil
}

// Languages lists the languages of the site.
func (p *Plan) Languages() []string { return p.lib.Site.Tags() }

// Root returns the path of the site on its host, with slashes at both ends.
func (p *Plan) Root() string { return p.root }

// bundle bundles assets once for each content they have.
func (c *Cache) bundle(program fs.FS, own ...fs.FS) (*assets.Files, diag.List) {
	if c == nil {
		return assets.Bundle(program, own...)
	}
	sum := treeSum(append([]fs.FS{program}, own...))
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if known := c.bundled[sum]; known != nil {
		return known, nil
	}
	files, faults := assets.Bundle(program, own...)
	if len(faults) == 0 {
		c.bundled = map[[32]byte]*assets.Files{sum: files}
	}
	return files, faults
}

// layouts loads layouts once for each content, languages and icons they have.
func (c *Cache) layouts(program fs.FS, langs []string, icons map[string]string, own ...fs.FS) (*layout.Set, diag.List) {
	if c == nil {
		return layout.Load(program, langs, icons, own...)
	}
	sum := treeSum(append([]fs.FS{program}, own...))
	names := slices.Sorted(maps.Keys(icons))
	for _, name := range names {
		sum = sha256.Sum256([]byte(string(sum[:]) + name + icons[name]))
	}
	sum = sha256.Sum256([]byte(string(sum[:]) + strings.Join(langs, " ")))
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if known := c.sets[sum]; known != nil {
		return known, nil
	}
	set, faults := layout.Load(program, langs, icons, own...)
	if len(faults) == 0 {
		c.sets = map[[32]byte]*layout.Set{sum: set}
	}
	return set, faults
}

// records returns the cache of records.
func (c *Cache) records() *content.Cache {
	if c == nil {
		return nil
	}
	return &c.content
}

// treeSum is the hash of all files of some trees.
func treeSum(trees []fs.FS) [32]byte {
	sum := sha256.New()
	for _, tree := range trees {
		fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil
			case d.IsDir() && d.Name() == "node_modules":
				return fs.SkipDir
			case d.Type().IsRegular():
				data, _ := fs.ReadFile(tree, path)
				fmt.Fprintf(sum, "%s\x00%d\x00", path, len(data))
				sum.Write(data)
			}
			return nil
		})
	}
	return [32]byte(sum.Sum(nil))
}
