package site

import (
	"bytes"
	"cmp"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"acervo/generator/assets"
	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/layout"
	"acervo/generator/markdown"
)

// A Plan is a site that can be made. It is safe for concurrent use.
type Plan struct {
	*plan
	units   []*unit
	names   map[string]*unit
	shelves []shelf // by language
}

// plan is what outputs are made from. It does not change once planned, but for
// what it remembers of fragments.
type plan struct {
	src     Source
	options Options
	lib     *content.Library
	langs   []content.Lang
	set     *layout.Set
	words   []layout.Words
	bundle  *assets.Files
	texts   *texts
	base    string // URL with a slash at its end
	root    string // its path

	places  map[*content.Entry]*place
	lists   map[*content.Kind]*place
	taxa    map[string]*taxonomy
	home    *place
	search  *place
	offline *place // nil where readers keep no copies
	owners  map[string]string

	translations *place
	downloads    *place
	offered      []content.Download // those that hold nothing which was withdrawn since
	pages        map[owner]*place
	holders      map[string]claim             // by path: whose the site's addresses are
	memory       *memory                      // what history tells
	written      map[string]*content.Redirect // by path: what redirects.yaml tells
	old          []oldAddress
	discreet     map[owner]bool  // those that had an address which is to be forgotten
	unsaid       map[string]bool // slugs and folders that are to be forgotten
	pasts        sync.Map        // *content.Entry → func() *past

	links    map[*content.Entry]map[*content.Kind][]*content.Entry
	byKind   map[*content.Kind][]*content.Entry
	country  map[string]*content.Entry
	ranks    []map[*content.Entry]int
	pictures map[string]*picture
	shows    map[*content.Page][]string // the files of the images in its text
	frames   []frame

	// What is on many pages is made once for each language.
	cards      []sync.Map                   // *content.Entry → layout.Fragment
	entryLinks []sync.Map                   // *content.Entry → Link
	termsMade  []map[string]map[string]Term // by vocabulary and code
	faults     diag.List

	failure sync.Mutex
	err     error // the first one
}

// fail keeps the first error of a layout or of a text that is read late.
// Layouts are checked when they are loaded; what fails later is a mistake in
// them.
func (p *plan) fail(err error) {
	p.failure.Lock()
	defer p.failure.Unlock()
	if p.err == nil {
		p.err = err
	}
}

// failed returns the first error.
func (p *plan) failed() error {
	p.failure.Lock()
	defer p.failure.Unlock()
	return p.err
}

// body returns the text of a page.
func (p *plan) body(page *content.Page) []byte {
	body, err := page.Body()
	if err != nil {
		p.fail(err)
	}
	return body
}

// Read reads and plans the site of a source. A nil Plan has faults; a Plan has
// faults of its texts still to be found by Check or Build.
func Read(src Source, options Options, cache *Cache) (*Plan, diag.List) {
	p := &plan{src: src, options: options}
	var faults, foreign, unbundled diag.List
	var beside sync.WaitGroup
	beside.Go(func() {
		foreign = irregular(src.Files)
		p.bundle, unbundled = cache.bundle(p.program("assets"), p.own("assets")...)
	})
	lib, found := p.readContent(cache)
	beside.Wait()
	p.lib, p.langs = lib, lib.Site.Languages
	p.owners = make(map[string]string, len(lib.Entries)*(1+len(p.langs)))
	faults = append(append(append(faults, foreign...), found...), unbundled...)
	if len(unbundled) == 0 {
		faults = append(faults, p.load(cache)...)
	}
	if p.set == nil || lib.Vocabularies == nil {
		return nil, faults.Sorted()
	}
	p.base = cmp.Or(options.BaseURL, lib.Site.BaseURL)
	if !strings.HasSuffix(p.base, "/") {
		p.base += "/"
	}
	p.root = rootOf(p.base)
	p.relate()
	p.arrange()
	p.photos(cache)
	if faults = append(faults, p.faults...); len(faults) > 0 {
		return nil, append(faults, p.textFaults()...).Sorted()
	}
	p.frame()
	return p.outputs(), nil
}

// readContent reads the records, with what is remembered of them.
func (p *plan) readContent(cache *Cache) (*content.Library, diag.List) {
	if known := p.src.records(); known != nil && cache == nil {
		return known.Read()
	}
	return content.Read(p.src.Files, cache.records())
}

// own are the folders of that name in the source, where they count.
func (p *plan) own(dir string) []fs.FS {
	if !p.src.Own {
		return nil
	}
	if sub, err := fs.Sub(p.src.Files, dir); err == nil {
		return []fs.FS{sub}
	}
	return nil
}

// program is a folder of what the program carries.
func (p *plan) program(dir string) fs.FS {
	sub, err := fs.Sub(p.src.Program, dir)
	if err != nil {
		panic(err) // the name is a constant
	}
	return sub
}

// load loads the layouts: the program's, under the source's own.
func (p *plan) load(cache *Cache) diag.List {
	if len(p.langs) == 0 {
		return nil
	}
	set, faults := cache.layouts(p.program("layouts"), p.lib.Site.Tags(), p.bundle.Icons(), p.own("layouts")...)
	p.set = set
	p.texts = newTexts(p, cache)
	if set != nil {
		for _, lang := range p.langs {
			p.words = append(p.words, set.Words(lang.Tag))
		}
	}
	return faults
}

// lang returns the index of a language.
func (p *plan) lang(tag string) int {
	for i, lang := range p.langs {
		if lang.Tag == tag {
			return i
		}
	}
	return 0
}

// relate finds what links to what, so that a link is written once and shown
// from both ends.
func (p *plan) relate() {
	p.links = map[*content.Entry]map[*content.Kind][]*content.Entry{}
	p.byKind = map[*content.Kind][]*content.Entry{}
	p.country = map[string]*content.Entry{}
	for _, e := range p.lib.Entries {
		if e.Withdrawn != nil {
			continue
		}
		p.byKind[e.Kind] = append(p.byKind[e.Kind], e)
		if country, ok := e.Record.(*content.Country); ok {
			p.country[strings.ToUpper(country.ID)] = e
		}
	}
	for _, k := range content.Kinds {
		for _, e := range p.byKind[k] {
			for _, id := range references(e) {
				if other := p.lib.Entry(id); other != nil && other != e && other.Withdrawn == nil {
					p.link(e, other)
					p.link(other, e)
				}
			}
		}
	}
}

func (p *plan) link(from, to *content.Entry) {
	if p.links[from] == nil {
		p.links[from] = map[*content.Kind][]*content.Entry{}
	}
	if list := p.links[from][to.Kind]; !slices.Contains(list, to) {
		p.links[from][to.Kind] = append(list, to)
	}
}

// references returns the ids that an entry's fields name, and its countries.
func references(e *content.Entry) []string {
	var ids []string
	add := func(lists ...[]string) { ids = append(ids, slices.Concat(lists...)...) }
	countries := func(codes []string) {
		for _, code := range codes {
			ids = append(ids, strings.ToLower(code))
		}
	}
	switch r := e.Record.(type) {
	case *content.Practice:
		add(r.Lessons, r.Messages, r.Related, []string{r.Event})
		countries(r.Countries)
		for _, o := range r.Organizations {
			add([]string{o.ID})
		}
	case *content.Lesson:
		add(r.Practices, []string{r.Event})
		countries(r.Countries)
	case *content.Message:
		add(r.Practices, r.Lessons, []string{r.Event})
		countries(r.Countries)
	case *content.Organization:
		countries([]string{r.Country})
	case *content.Event:
		add(r.Organizers)
		countries(r.Countries)
	case *content.Country:
		add([]string{r.LeadBody})
	}
	return ids
}

// arrange gives everything its address and its order.
func (p *plan) arrange() {
	p.places = make(map[*content.Entry]*place, len(p.lib.Entries))
	p.lists = map[*content.Kind]*place{}
	p.home = p.everywhere(func(int) string { return "" })
	for i := range p.langs {
		p.claim(p.home.paths[i], "home", "content/site.yaml", 0, 0)
	}
	for _, k := range content.Kinds {
		if k == content.PageKind {
			continue
		}
		p.lists[k] = p.everywhere(func(lang int) string { return p.word(k, lang) })
		for i := range p.langs {
			p.claim(p.lists[k].paths[i], k.Folder, "content/site.yaml", 0, 0)
		}
		p.checkWord(k.Folder)
	}
	p.arrangeTaxonomies()
	p.checkShapes()
	for _, k := range content.Kinds {
		for _, e := range p.byKind[k] {
			p.places[e] = p.entryPlace(e)
			p.claimEntry(e, p.places[e])
		}
	}
	p.arrangeSearch()
	p.arrangeOffline()
	p.arrangeTranslations()
	p.arrangeDownloads()
	p.claimPermanent()
	p.arrangeOld()
	p.rank()
}

// rank orders the entries by their title, by each language's own rules.
func (p *plan) rank() {
	p.ranks = make([]map[*content.Entry]int, len(p.langs))
	var workers sync.WaitGroup
	for lang := range p.langs {
		workers.Go(func() { p.ranks[lang] = p.ranked(lang) })
	}
	workers.Wait()
}

// ranked returns the place of each entry in a language's order.
func (p *plan) ranked(lang int) map[*content.Entry]int {
	type key struct {
		e   *content.Entry
		key []byte
	}
	order := p.texts.cache.order(p.langs[lang].Tag)
	var keys []key
	for _, k := range content.Kinds {
		for _, e := range p.byKind[k] {
			keys = append(keys, key{e, order(strings.TrimLeftFunc(p.shown(e, lang).Title, unicode.IsPunct))})
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if c := bytes.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Compare(a.e.ID, b.e.ID)
	})
	ranks := make(map[*content.Entry]int, len(keys))
	for i, k := range keys {
		ranks[k.e] = i
	}
	return ranks
}

// order returns what makes the sort key of a title in a language.
func (c *Cache) order(lang string) func(title string) []byte {
	collator, buffer := collate.New(language.Make(lang), collate.Numeric), &collate.Buffer{}
	fresh := func(title string) []byte {
		defer buffer.Reset()
		return slices.Clone(collator.KeyFromString(buffer, title))
	}
	if c == nil {
		return fresh
	}
	return func(title string) []byte {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		key, ok := c.keys[titleKey{lang, title}]
		if !ok {
			if c.keys == nil {
				c.keys = map[titleKey][]byte{}
			}
			key = fresh(title)
			c.keys[titleKey{lang, title}] = key
		}
		return key
	}
}

// sorted returns the entries in a language's order.
func (p *plan) sorted(entries []*content.Entry, lang int) []*content.Entry {
	list := slices.Clone(entries)
	slices.SortFunc(list, func(a, b *content.Entry) int { return cmp.Compare(p.ranks[lang][a], p.ranks[lang][b]) })
	return list
}

// shown returns the page whose text is shown in a language.
func (p *plan) shown(e *content.Entry, lang int) *content.Page {
	if page := e.Page(p.langs[lang].Tag); page != nil {
		return page
	}
	return e.Original()
}

// A Cache keeps between two readings of a source what depends on its input
// only. The zero Cache is empty; a nil one keeps nothing.
type Cache struct {
	mutex    sync.Mutex
	docs     map[*content.Page]*converted // of this reading
	before   map[*content.Page]*converted // of the reading before
	keys     map[titleKey][]byte
	pictures map[pictureKey]*picture
	bundled  map[[32]byte]*assets.Files
	sets     map[[32]byte]*layout.Set
	content  content.Cache

	ids map[string][]string // of the records that commits published

	remembered   *memory
	rememberedOf string // the commit
}

// A titleKey is a title in a language; its sort key takes long to make.
type titleKey struct{ lang, title string }

// A converted text with what was wrong in it.
type converted struct {
	doc      *markdown.Doc
	faults   diag.List
	headings headings
}
