package site

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"acervo/generator/content"
	"acervo/generator/markdown"
	"acervo/generator/output"
	"acervo/generator/search"
)

// searchFolder has the files of all indexes, below the site's base.
const searchFolder = "search/"

// prose is the plain text of a page.
type prose struct{ headings, body string }

// proseOf takes a page's text apart. The headings that all records of a kind
// have say nothing about one of them.
func proseOf(kind *content.Kind, doc *markdown.Doc) prose {
	var headings, body []string
	for i, s := range doc.Sections {
		fixed := slices.ContainsFunc(kind.Sections, func(known content.Section) bool { return known.ID == s.ID })
		if i > 0 && !fixed {
			headings = append(headings, s.Title)
		}
		for _, h := range s.Headings {
			headings = append(headings, h.Text)
		}
		body = append(body, s.Text)
	}
	return prose{strings.Join(headings, "\n"), strings.Join(body, "\n")}
}

// plainTexts are the plain texts of pages from when they are converted until
// their language is indexed.
type plainTexts struct {
	mutex sync.Mutex
	texts map[*content.Page]prose
}

func (c *plainTexts) keep(page *content.Page, doc *markdown.Doc) {
	text := proseOf(page.Entry.Kind, doc)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.texts[page] = text
}

// text returns the text of a page: what its unit has left, or, where that was
// taken over, what convert makes of it.
func (c *plainTexts) text(page *content.Page, convert func(*content.Page) prose) prose {
	c.mutex.Lock()
	text, kept := c.texts[page]
	c.mutex.Unlock()
	if !kept {
		return convert(page)
	}
	return text
}

// drop lets go of the texts of pages that are done with.
func (c *plainTexts) drop(isDone func(*content.Page) bool) {
	maps.DeleteFunc(c.texts, func(page *content.Page, _ prose) bool { return isDone(page) })
}

// plain converts a page for its plain text alone.
func (p *plan) plain(page *content.Page) prose {
	return proseOf(page.Entry.Kind, p.texts.doc(page).doc)
}

// An index is what one index of a language has: the records with a page in
// it, or those that only another language has, in that language.
type index struct {
	lang    int // of the reader
	written int // of the texts
	entries []*content.Entry
}

// indexes returns the index of a language and its rest indexes.
func (p *plan) indexes(lang int) []index {
	all := []index{{lang: lang, written: lang}}
	for i := range p.langs {
		if i != lang {
			all = append(all, index{lang: lang, written: i})
		}
	}
	for _, k := range content.Kinds {
		for _, e := range p.byFolder(k) {
			written := p.lang(p.shown(e, lang).Lang)
			at := slices.IndexFunc(all, func(x index) bool { return x.written == written })
			all[at].entries = append(all[at].entries, e)
		}
	}
	return slices.DeleteFunc(all, func(x index) bool { return len(x.entries) == 0 && x.written != lang })
}

// byFolder returns a kind's entries in an order that the reading of the source
// does not change.
func (p *plan) byFolder(k *content.Kind) []*content.Entry {
	return slices.SortedFunc(slices.Values(p.byKind[k]), func(a, b *content.Entry) int { return cmp.Compare(a.Folder, b.Folder) })
}

// dir returns the folder of an index below that of all.
func (p *plan) dir(x index) string {
	if x.written == x.lang {
		return p.langs[x.lang].Segment()
	}
	return p.langs[x.lang].Segment() + "-" + p.langs[x.written].Segment()
}

// documents returns what can be found in an index. Their texts are read when
// they are needed.
func (p *plan) documents(x index, text func(*content.Page) prose) []search.Document {
	docs := make([]search.Document, len(x.entries))
	for i, e := range x.entries {
		page := p.shown(e, x.lang)
		_, changed := p.dates(e, page)
		docs[i] = search.Document{
			Title: join([]string{page.Title}, p.otherTitles(e, x.written)), Summary: join([]string{page.Summary}, p.typed(e, x.written)),
			Headings: join(p.otherHeadings(e, x.written)), Body: join(p.facts(e, x.written)),
			Facets: p.facetCodes(e), Date: changed, Record: p.found(e, x.lang),
		}
		docs[i].Source = p.textSource(page, &docs[i])
		docs[i].Read = func(d *search.Document) {
			t := text(page)
			d.Headings, d.Body = join([]string{t.headings, d.Headings}), join([]string{t.body, d.Body})
		}
	}
	return docs
}

// textSource is the hash of what the text of a document follows from, which has
// all of it but the page's own; "" in a work tree.
func (p *plan) textSource(page *content.Page, d *search.Document) string {
	blob := p.blob(page)
	if blob == "" {
		return ""
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %q %q %q %q", blob, d.Title, d.Summary, d.Headings, d.Body)
	return string(sum.Sum(nil))
}

// read reads the texts of documents.
func read(docs []search.Document) []search.Document {
	for i := range docs {
		docs[i].Read(&docs[i])
		docs[i].Read = nil
	}
	return docs
}

func join(lists ...[]string) string {
	return strings.Join(slices.DeleteFunc(slices.Concat(lists...), func(s string) bool { return s == "" }), "\n")
}

// summarySize is the number of characters that a result shows of a summary.
const summarySize = 180

// found returns what a result shows of an entry on a page in a language.
func (p *plan) found(e *content.Entry, lang int) search.Record {
	page, pl := p.shown(e, lang), p.places[e]
	r := search.Record{
		Title: page.Title, Address: p.foundAt(pl, lang), Summary: shorten(page.Summary, summarySize), Lang: page.Lang,
		Labels: []string{p.words[lang].T("kind." + e.Kind.Name)},
	}
	if e.Kind != content.CountryKind {
		for _, code := range countriesOf(e) {
			r.Countries = append(r.Countries, p.countryName(code, lang))
		}
	}
	switch record := e.Record.(type) {
	case *content.Practice:
		r.Labels = append(r.Labels, p.label(record, lang).Text)
	case *content.Organization:
		if record.Acronym != "" && !strings.Contains(page.Title, record.Acronym) {
			r.Labels = append(r.Labels, record.Acronym)
		}
	}
	return r
}

// shorten cuts a text after a word, at about n characters.
func shorten(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n+20 {
		return text
	}
	cut := string(runes[:n])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.–—(«“") + "…"
}

// countriesOf returns the codes of an entry's countries.
func countriesOf(e *content.Entry) []string {
	var codes []string
	switch r := e.Record.(type) {
	case *content.Practice:
		codes = r.Countries
	case *content.Lesson:
		codes = r.Countries
	case *content.Message:
		codes = r.Countries
	case *content.Event:
		codes = append([]string{r.Country}, r.Countries...)
	case *content.Organization:
		codes = []string{r.Country}
	case *content.Country:
		codes = []string{strings.ToUpper(r.ID)}
	}
	var unique []string
	for _, code := range codes {
		if code != "" && !slices.Contains(unique, code) {
			unique = append(unique, code)
		}
	}
	return unique
}

// Search returns the documents of a language's index and what it is made
// with. Records that are missing in the language are not among them.
func (p *Plan) Search(lang string) ([]search.Document, search.Options, error) {
	if p.lib.Site.Lang(lang) == nil {
		return nil, search.Options{}, fmt.Errorf("site: no language %q", lang)
	}
	all := p.indexes(p.lang(lang))
	docs := read(p.documents(all[0], p.plain))
	return docs, p.indexOptions(all[0], all[1:], docs), nil
}

// indexOptions say how an index is made.
func (p *plan) indexOptions(x index, rest []index, docs []search.Document) search.Options {
	o := search.Options{
		Dir: p.dir(x), Lang: p.langs[x.written].Tag, Facets: p.facetsOf(docs, x.lang), Synonyms: p.synonyms(p.langs[x.written].Tag),
	}
	for _, other := range rest {
		o.Rest = append(o.Rest, search.Rest{Dir: p.dir(other), Lang: p.langs[other.written].Tag, Docs: len(other.entries)})
	}
	return o
}

// eachIndex calls made with a language's index and with its rest indexes, which
// have none of their own.
func (p *plan) eachIndex(lang int, made func(x index, rest []index) error) error {
	if !p.included(lang) {
		return nil
	}
	all := p.indexes(lang)
	for i, x := range all {
		rest := all[1:]
		if i > 0 {
			rest = nil
		}
		if err := made(x, rest); err != nil {
			return fmt.Errorf("site: search in %s: %w", p.dir(x), err)
		}
	}
	return nil
}

// writeIndexes makes the indexes of all languages, one after the other to keep
// memory low (each is made in parallel), from the texts that the
// pages' units have left, and tells how long it took.
func (p *plan) writeIndexes(ctx context.Context, dir *output.Dir, last *lastBuild, texts *plainTexts) (time.Duration, error) {
	start := time.Now()
	for lang := range p.langs {
		err := p.eachIndex(lang, func(x index, rest []index) error { return p.writeIndex(ctx, dir, last, texts, x, rest) })
		if err != nil {
			return 0, err
		}
		texts.drop(func(page *content.Page) bool {
			for later := lang + 1; later < len(p.langs); later++ {
				if p.shown(page.Entry, later) == page {
					return false
				}
			}
			return true
		})
	}
	return time.Since(start), nil
}

// writeIndex makes an index, or takes over that of the last build.
func (p *plan) writeIndex(ctx context.Context, dir *output.Dir, last *lastBuild, texts *plainTexts, x index, rest []index) error {
	source := p.indexSource(last, x)
	if source != "" {
		if _, taken := last.reuse(source); taken {
			return nil
		}
	}
	docs := p.documents(x, func(page *content.Page) prose { return texts.text(page, p.plain) })
	options := p.indexOptions(x, rest, docs)
	input := ""
	if last != nil {
		var err error
		if input, err = indexInput(docs, options); err != nil {
			return err
		}
		if made, taken := last.reuse(input); taken {
			last.note(source, made)
			return nil
		}
		options.Last, options.Words = last.file, last.words(p.dir(x))
	}
	made, err := search.Build(ctx, docs, options)
	if err != nil {
		return err
	}
	files := made.Files()
	for _, f := range files {
		if err := dir.Write(searchFolder+f.Name, f.Data); err != nil {
			return err
		}
	}
	if last != nil {
		last.keepIndex(files, input, source)
		last.leaveWords(p.dir(x), options.Words)
	}
	return nil
}

// A shelf makes the index files of a language once, when one is asked for.
type shelf = func() ([]search.File, error)

// shelves are those of all languages of a plan.
func (p *plan) newShelves() []shelf {
	shelves := make([]shelf, len(p.langs))
	for lang := range p.langs {
		shelves[lang] = sync.OnceValues(func() (files []search.File, err error) {
			err = p.eachIndex(lang, func(x index, rest []index) error {
				docs := p.documents(x, p.plain)
				made, err := search.Build(context.Background(), docs, p.indexOptions(x, rest, docs))
				if err == nil {
					files = append(files, made.Files()...)
				}
				return err
			})
			return files, err
		})
	}
	return shelves
}

// indexFile makes one file below the folder of all indexes.
func (p *Plan) indexFile(name string) (data []byte, found bool, err error) {
	dir, _, _ := strings.Cut(name, "/")
	for lang := range p.langs {
		if !slices.ContainsFunc(p.indexes(lang), func(x index) bool { return p.dir(x) == dir }) {
			continue
		}
		files, err := p.shelves[lang]()
		if err != nil {
			return nil, false, err
		}
		for _, f := range files {
			if f.Name == name {
				return f.Data, true, nil
			}
		}
	}
	return nil, false, nil
}

// arrangeSearch gives the search pages their addresses. Their word is reserved:
// who took it has been told so.
func (p *plan) arrangeSearch() {
	p.search = p.everywhere(func(int) string { return searchFolder })
	for _, path := range p.search.paths {
		if _, taken := p.owners[path]; !taken {
			p.claim(path, "search", "content/site.yaml", 0, 0)
		}
	}
}

// searchView fills the layout "search".
func (p *plan) searchView(lang int) SearchView {
	heading := p.words[lang].T("search.title")
	v := SearchView{
		Frame: p.framed(p.search, lang, "search", heading, ""), Heading: heading, Ways: p.narrow(lang, content.Taxonomies...),
	}
	v.NoIndex, v.Alternates = true, nil
	for _, k := range content.Kinds {
		if p.lists[k] != nil && len(p.byKind[k]) > 0 {
			v.Lists = append(v.Lists, p.listLink(k, lang))
		}
	}
	return v
}

// searchUnits are the units of the search pages.
func (p *plan) searchUnits() []*unit {
	var units []*unit
	for lang := range p.langs {
		u := &unit{}
		u.page(p, p.search.paths[lang], lang, "search", func() any { return p.searchView(lang) })
		units = append(units, u)
	}
	return units
}
