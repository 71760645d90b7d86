package site

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"acervo/generator/content"
	"acervo/generator/epub"
)

// A book is the catalogue in one language, a chapter for each record. Where
// the site has another page for a thing, the book has a chapter or a place in
// one: a list of a kind is a part, a term is in the index of its taxonomy.
type book struct {
	*plan
	lang     int
	chapters map[string]chapter // by the path of the page on the site
	absent   map[string]string  // ids of records that are not in the book, by their pages' paths
	images   map[string]string  // files in the book, by the path on the site
}

// A chapter is where something is in the book.
type chapter struct {
	file  string         // with the fragment for what shares a file
	entry *content.Entry // nil for what is no record
}

// Book returns the catalogue in a language as a book. Its texts must have been
// checked; they are converted while the book is written.
func (p *Plan) Book(lang string) (epub.Book, error) {
	l := p.lib.Site.Lang(lang)
	if l == nil {
		return epub.Book{}, fmt.Errorf("site: book in %q: the site has no such language", lang)
	}
	b := &book{
		plan: p.plan, lang: p.plan.lang(lang), chapters: map[string]chapter{}, absent: map[string]string{}, images: map[string]string{},
	}
	style, err := b.style()
	if err != nil {
		return epub.Book{}, err
	}
	b.arrange()
	address := p.url(p.home, b.lang)
	summary, _ := p.lib.Site.Summary.In(lang, p.lib.Site.Default)
	license := p.siteLicense()
	return epub.Book{
		Lang: l.Tag, Dir: l.Dir, Title: p.frames[b.lang].SiteTitle, Description: summary, Identifier: urn(address),
		Modified: p.src.now(), Publisher: p.frames[b.lang].SiteTitle, Source: address,
		Rights: license.Text.Text + " " + license.Address, Style: style, Contents: b.t("book.contents"),
		Chapters: b.tree(), Images: b.pictures(), Resolve: b.resolve,
	}, nil
}

// urn returns the name of a book that lives at an address: a UUID of version 5
// in the name space of URLs. https://www.rfc-editor.org/rfc/rfc9562
func urn(address string) string {
	const urls = "\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8"
	sum := sha1.Sum([]byte(urls + address))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// siteLicense is the licence of what has none of its own.
func (p *plan) siteLicense() Link { return p.license(&content.Entry{}) }

// style returns the book's style sheet, the source's own where it counts.
func (b *book) style() (string, error) {
	const file = "assets/styles/book.css"
	if b.src.Own {
		if data, err := fs.ReadFile(b.src.Files, file); err == nil {
			return string(data), nil
		}
	}
	data, err := fs.ReadFile(b.src.Program, file)
	return string(data), err
}

// parts are the kinds in the order of the book. Static pages come last, under
// a heading of their own.
var parts = []*content.Kind{
	content.PracticeKind, content.LessonKind, content.MessageKind, content.CountryKind, content.TermKind,
	content.OrganizationKind, content.EventKind,
}

// arrange says where in the book everything is.
func (b *book) arrange() {
	b.chapters[b.home.paths[b.lang]] = chapter{file: "title.xhtml"}
	for k, list := range b.byKind {
		for _, e := range list {
			b.place(k, e)
		}
	}
	for _, k := range parts {
		if len(b.entries(k)) > 0 {
			b.chapters[b.lists[k].paths[b.lang]] = chapter{file: k.Folder + ".xhtml"}
		}
	}
	for _, key := range content.Taxonomies {
		t, file := b.taxa[key], key+".xhtml"
		for code, pl := range t.terms {
			if len(b.kept(t.has[code])) > 0 {
				b.chapters[t.index.paths[b.lang]] = chapter{file: file}
				b.chapters[pl.paths[b.lang]] = chapter{file: file + "#" + code}
			}
		}
	}
}

// place says where a record and its pictures are.
func (b *book) place(k *content.Kind, e *content.Entry) {
	pl := b.places[e]
	if pl.paths[b.lang] == "" {
		for _, path := range pl.paths {
			b.absent[path] = e.ID
		}
		return
	}
	file := e.ID + ".xhtml"
	if b.short(e) {
		file = k.Folder + ".xhtml#" + e.ID
	}
	b.chapters[pl.paths[b.lang]] = chapter{file, e}
	for _, image := range e.Images {
		if made := b.plan.pictures[image]; made != nil {
			b.images[made.name] = "images/" + path.Base(made.name)
		}
	}
}

// short reports whether a record has so little text that it stands with others
// in the chapter of its kind.
func (b *book) short(e *content.Entry) bool {
	return (e.Kind == content.TermKind || e.Kind == content.OrganizationKind) &&
		len(bytes.TrimSpace(b.body(b.shown(e, b.lang)))) == 0 && len(e.Anchors) == 0
}

// kept returns the entries that are in the book, in the order of the language.
func (b *book) kept(entries []*content.Entry) []*content.Entry {
	return slices.DeleteFunc(b.sorted(entries, b.lang), func(e *content.Entry) bool { return b.places[e].paths[b.lang] == "" })
}

func (b *book) entries(k *content.Kind) []*content.Entry { return b.kept(b.byKind[k]) }

// pictures returns the pictures of all records of the book, each once. Those
// that no chapter shows are left out when it is written.
func (b *book) pictures() []epub.Image {
	var images []epub.Image
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(b.plan.pictures)) {
		made := b.plan.pictures[name]
		if file := b.images[made.name]; file != "" && !seen[file] {
			seen[file] = true
			images = append(images, epub.Image{File: file, Data: made.Data})
		}
	}
	return images
}

// resolve returns where an address of the site is in the book. A page that the
// book has not got is on the web: a record that is not in the book under its
// permanent address, another page, or another language's, under its own.
func (b *book) resolve(address string) string {
	below, own := strings.CutPrefix(address, b.root)
	if !own {
		return address
	}
	path, fragment, _ := strings.Cut(below, "#")
	if file, ok := b.images[path]; ok {
		return file
	}
	if c, ok := b.chapters[path]; ok {
		none := fragment == "" || c.entry == nil || fragment == "sources" && len(sourcesOf(c.entry)) == 0
		if none || strings.Contains(c.file, "#") {
			return c.file
		}
		return c.file + "#" + fragment
	}
	if id, ok := b.absent[path]; ok && !b.forgotten("/p/"+id+"/") {
		return b.base + "p/" + id + "/"
	}
	return b.base + below
}

// t returns words in the language of the book.
func (b *book) t(key string) string { return b.words[b.lang].T(key) }

// tree returns the chapters in the order of reading.
func (b *book) tree() []epub.Chapter {
	chapters := []epub.Chapter{{File: "title.xhtml", Title: b.t("book.title-page"), Type: "titlepage", HTML: b.html("book-title", b.titleView)}}
	if help := b.lib.Entry(b.lib.Site.Help); help != nil {
		chapters = append(chapters, b.chapter(help))
	}
	if len(b.entries(content.PracticeKind)) > 0 {
		chapters = append(chapters, b.list("contents.xhtml", b.t("book.by-country"), "", b.countryGroups))
	}
	if indexes := b.indexes(); len(indexes) > 0 {
		chapters = append(chapters, epub.Chapter{Title: b.t("book.indexes"), Chapters: indexes})
	}
	for _, k := range parts {
		if len(b.entries(k)) > 0 {
			chapters = append(chapters, b.part(k))
		}
	}
	about := epub.Chapter{Title: b.t("nav.about")}
	for _, e := range b.staticPages() {
		about.Chapters = append(about.Chapters, b.chapter(e))
	}
	if len(about.Chapters) > 0 {
		chapters = append(chapters, about)
	}
	return chapters
}

// staticPages are the site's own pages but the help page, in their order.
func (b *book) staticPages() []*content.Entry {
	pages := slices.DeleteFunc(b.entries(content.PageKind), func(e *content.Entry) bool { return e.ID == b.lib.Site.Help })
	slices.SortStableFunc(pages, func(a, b *content.Entry) int {
		return cmp.Compare(a.Record.(*content.Static).Order, b.Record.(*content.Static).Order)
	})
	return pages
}

// html returns what makes the text of a chapter.
func (b *book) html(layout string, view func() any) func() (string, error) {
	return func() (string, error) {
		var out bytes.Buffer
		err := b.set.Execute(&out, layout, b.langs[b.lang].Tag, view())
		return out.String(), cmp.Or(err, b.failed())
	}
}

// list is a chapter of links.
func (b *book) list(file, title, kind string, groups func() []BookGroup) epub.Chapter {
	return epub.Chapter{File: file, Title: title, Type: kind, HTML: b.html("book-list", func() any {
		return BookListView{Heading: title, Groups: groups()}
	})}
}

// chapter is the chapter of a record.
func (b *book) chapter(e *content.Entry) epub.Chapter {
	page := b.shown(e, b.lang)
	title := b.text(page.Title, page.Lang, b.lang)
	c := epub.Chapter{File: e.ID + ".xhtml", Title: title.Text, Lang: title.Lang, Type: "chapter"}
	layout, view := "book-record", func() any { return b.recordPage(e) }
	switch e.Kind {
	case content.PracticeKind:
		layout, view = "book-practice", func() any { return b.practicePage(e) }
	case content.CountryKind:
		layout, view = "book-country", func() any { return b.countryPage(e) }
	}
	c.HTML = b.html(layout, view)
	return c
}

// part is the chapter of a kind: links to those of its records, and the short
// records themselves.
func (b *book) part(k *content.Kind) epub.Chapter {
	c := epub.Chapter{File: k.Folder + ".xhtml", Title: b.t("kinds." + k.Name), Type: "part"}
	if k == content.TermKind {
		c.Type = "glossary"
	}
	var long, short []*content.Entry
	for _, e := range b.entries(k) {
		if b.short(e) {
			short = append(short, e)
		} else {
			long = append(long, e)
			c.Chapters = append(c.Chapters, b.chapter(e))
		}
	}
	c.HTML = b.html("book-list", func() any {
		v := BookListView{Heading: c.Title, Lead: b.t("lead." + k.Name)}
		if len(long) > 0 {
			v.Groups = []BookGroup{{Items: b.items(long, true)}}
		}
		for _, e := range short {
			record := b.recordPage(e)
			record.ID = e.ID
			v.Records = append(v.Records, record)
		}
		return v
	})
	return c
}

// countryGroups are the practices of each country, by the countries' names.
func (b *book) countryGroups() []BookGroup {
	practices := map[string][]*content.Entry{}
	for _, e := range b.entries(content.PracticeKind) {
		for _, code := range e.Record.(*content.Practice).Countries {
			practices[code] = append(practices[code], e)
		}
	}
	collator := collate.New(language.Make(b.langs[b.lang].Tag))
	codes := slices.SortedFunc(maps.Keys(practices), func(x, y string) int {
		return cmp.Or(collator.CompareString(b.countryName(x, b.lang), b.countryName(y, b.lang)), cmp.Compare(x, y))
	})
	var groups []BookGroup
	for _, code := range codes {
		group := BookGroup{ID: strings.ToLower(code), Heading: b.countryLink(code, b.lang), Items: b.items(practices[code], false)}
		for i := range group.Items { // the heading says it
			notes := &group.Items[i].Notes
			*notes = slices.DeleteFunc(*notes, func(note string) bool { return note == group.Heading.Text.Text })
		}
		groups = append(groups, group)
	}
	return groups
}

// indexes are a chapter for each taxonomy that has records, the dimensions
// first.
func (b *book) indexes() []epub.Chapter {
	var chapters []epub.Chapter
	for _, key := range content.Taxonomies {
		if _, ok := b.chapters[b.taxa[key].index.paths[b.lang]]; ok {
			chapters = append(chapters, b.list(key+".xhtml", b.t("taxonomy."+key), "index", func() []BookGroup { return b.index(key) }))
		}
	}
	return chapters
}

// index lists the records of each term of a taxonomy, by kind and title.
func (b *book) index(key string) []BookGroup {
	var groups []BookGroup
	for _, code := range b.lib.Vocabularies[key].Codes {
		var items []BookItem
		for _, k := range content.Kinds {
			of := slices.DeleteFunc(b.kept(b.taxa[key].has[code.Code]), func(e *content.Entry) bool { return e.Kind != k })
			items = append(items, b.items(of, false)...)
		}
		if len(items) > 0 {
			groups = append(groups, BookGroup{ID: code.Code, Heading: Link{Text: b.term(key, code.Code, b.lang).Text}, Items: items})
		}
	}
	return groups
}
