// Package content reads the records of a source and holds them to their rules.
//
// A record is a folder, content/<kind>/<slug>/, with one file a language,
// index.<tag>.md, and its images beside them. The file in the record's source
// language has the shared fields, which no language changes; a translation has
// translated fields only, the hash of the source text that it was made from,
// and who made and read it. The rules of every kind stand in one table, the
// struct tags of [Practice], [Lesson] and their like (see [Field]).
//
// [Read] takes a file tree, wherever it comes from, and returns a [Library]:
// the site's settings, the vocabularies and all entries in a fixed order,
// read-only from then on. What is wrong is collected with its place; a library
// with faults is only fit for more checking. Files that are not part of a
// record are faults and are never opened, except that an image is looked into:
// what it is, its content says and not its name.
//
// The package knows nothing of Markdown, addresses or history: bodies are
// bytes with the line on which they begin.
package content

import (
	"io/fs"
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"acervo/generator/diag"
)

// A Library is everything that a source says. It is not changed after [Read].
type Library struct {
	Site         Site
	Vocabularies map[string]*Vocabulary
	Entries      []*Entry // by kind, then by folder
	Redirects    []Redirect
	Downloads    []Download
	byID         map[string]*Entry
	byPath       map[string]*Page
}

// An Entry is a record: what no language changes, and its pages.
type Entry struct {
	Kind      *Kind
	ID        string
	Folder    string    // content/practices/hotline
	Source    string    // the language that it was written in
	Pages     []*Page   // in the order of the site's languages; the source's page is among them
	Images    []string  // paths, sorted
	Date      time.Time // zero where history says it
	License   string    // empty for the site's
	Review    Signature
	Safety    Signature
	Consent   Signature
	Withdrawn *Withdrawal
	Anchors   []Anchor
	Record    any // *Practice, *Lesson, … by kind

	AnchorSpot spot // of the list of anchors
	spots      map[string]spot
}

// A Page is one language of an entry.
type Page struct {
	Entry          *Entry
	Lang           string
	Path           string
	Title          string
	Summary        string
	Slug           string
	TranslatedName string
	Synonyms       []string
	Avoid          []Avoid
	BodyLine       int          // of the body's first line in the file
	Hash           string       // of a source: what a translation made now would store
	SourceHash     string       // of a translation
	Translation    *Translation // nil for the source
	SlugSpot       spot         // of the slug, or of the file's first line
	body           *body
}

// Name returns the entry's folder name.
func (e *Entry) Name() string { return path.Base(e.Folder) }

// Page returns the entry's page in a language, or nil.
func (e *Entry) Page(lang string) *Page {
	for _, p := range e.Pages {
		if p.Lang == lang {
			return p
		}
	}
	return nil
}

// Original returns the page in the source language. It is nil only for a
// withdrawn entry.
func (e *Entry) Original() *Page { return e.Page(e.Source) }

// Current reports whether a translation was made from the source's text of
// now. The original is current.
func (p *Page) Current() bool {
	return p.Translation == nil || p.SourceHash == p.Entry.Original().Hash
}

// Entry returns the entry with that id, or nil.
func (l *Library) Entry(id string) *Entry { return l.byID[id] }

// PageAt returns the page that a file is, or nil.
func (l *Library) PageAt(file string) *Page { return l.byPath[file] }

// A reader holds what is read so far.
type reader struct {
	files    fs.FS
	cache    *Cache       // may be nil
	memory   *remembering // nil for none; then there is no cache
	library  *Library
	faults   diag.List
	mentions []mentionsOf
}

// mentionsOf are the references of one file, with the sources that the record
// lists.
type mentionsOf struct {
	path     string
	sources  []Source
	mentions []mention
}

// Read reads content/ of a source. The library is whole only when there are no
// faults; it is never nil.
//
// A cache, which may be nil, keeps records between two readings.
func Read(files fs.FS, cache *Cache) (*Library, diag.List) {
	r := newReader(files)
	r.cache = cache
	r.read()
	return r.library, r.faults
}

func newReader(files fs.FS) *reader {
	return &reader{files: files, library: &Library{byID: map[string]*Entry{}, byPath: map[string]*Page{}}}
}

func (r *reader) read() {
	if !r.readSite() {
		return
	}
	context := r.cache.context(r.files)
	r.cache.vocabularies(r, context)
	r.readRedirects()
	r.readDownloads()
	r.readEntries(r.folders(), context)
	r.index()
	r.checkMentions()
	r.checkHelp()
}

func (r *reader) decoder(file string) *decoder {
	return &decoder{path: file, languages: r.library.Site.Tags(), vocabularies: r.library.Vocabularies, spots: map[string]spot{}}
}

func (r *reader) keep(d *decoder) { r.faults = append(r.faults, d.faults...) }

func (r *reader) unknownFile(file string, known []string) {
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	r.faults.Add("unknown-file", file, 0, 0, diag.Args{"file": path.Base(file), "near": diag.Near(name, known)})
}

// hidden reports whether a name is one that tools leave behind and that is
// neither read nor refused.
func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// folders lists the folders of all records and refuses what is no record.
func (r *reader) folders() []string {
	var folders []string
	known := []string{"site", "redirects", "downloads", "vocabularies"}
	for _, k := range Kinds {
		known = append(known, k.Folder)
		items, _ := fs.ReadDir(r.files, "content/"+k.Folder)
		folded := map[string]string{}
		for _, item := range items {
			folder := path.Join("content", k.Folder, item.Name())
			switch other, taken := folded[strings.ToLower(item.Name())]; {
			case hidden(item.Name()) || !item.IsDir() && item.Type() != 0:
				continue // links and submodules are the source's faults
			case !item.IsDir():
				r.unknownFile(folder, nil)
				continue
			case taken:
				r.faults.Add("case-collision", folder, 0, 0, diag.Args{"file": item.Name(), "other": other})
			case !IsSlug(item.Name()):
				r.faults.Add("bad-folder", folder, 0, 0, diag.Args{"value": item.Name(), "near": Slug(item.Name())})
			}
			folded[strings.ToLower(item.Name())] = item.Name()
			folders = append(folders, folder)
		}
	}
	items, _ := fs.ReadDir(r.files, "content")
	for _, item := range items {
		name := strings.TrimSuffix(item.Name(), ".yaml")
		if !hidden(item.Name()) && !slices.Contains(known, name) {
			r.unknownFile(path.Join("content", item.Name()), known)
		}
	}
	return folders
}

// readEntries reads all records, each worker into slots of its own, and joins
// them in the order of the folders.
func (r *reader) readEntries(folders []string, context [32]byte) {
	entries := make([]*Entry, len(folders))
	readers := make([]entryReader, len(folders))
	var workers sync.WaitGroup
	next := make(chan int, len(folders))
	for i := range folders {
		next <- i
	}
	close(next)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				readers[i] = entryReader{reader: r, folder: folders[i]}
				if r.memory != nil {
					entries[i] = r.memory.read(&readers[i])
				} else {
					entries[i] = r.cache.read(&readers[i], context)
				}
			}
		})
	}
	workers.Wait()
	for i, entry := range entries {
		r.faults = append(r.faults, readers[i].faults...)
		r.mentions = append(r.mentions, readers[i].mentions...)
		if entry != nil {
			r.library.Entries = append(r.library.Entries, entry)
		}
	}
}

// index fills the look-ups and refuses two records with one id.
func (r *reader) index() {
	for _, e := range r.library.Entries {
		for _, p := range e.Pages {
			r.library.byPath[p.Path] = p
		}
		if e.ID == "" {
			continue
		}
		if other := r.library.byID[e.ID]; other != nil {
			at := e.spots["id"]
			r.faults.Add("double-id", e.sourceFile(), at.Line, at.Col, diag.Args{"id": e.ID, "other": other.sourceFile()})
			continue
		}
		r.library.byID[e.ID] = e
	}
}

func (e *Entry) sourceFile() string { return e.file(e.Source) }

// file is the path of the entry's file in a language.
func (e *Entry) file(lang string) string { return e.Folder + "/index." + lang + ".md" }

// checkMentions looks up every reference to another record or to a source.
func (r *reader) checkMentions() {
	var ids = map[string][]string{}
	for id, e := range r.library.byID {
		ids[e.Kind.Name] = append(ids[e.Kind.Name], id)
	}
	for _, list := range ids {
		slices.Sort(list) // byID is a map
	}
	for _, of := range r.mentions {
		for _, m := range of.mentions {
			if m.kind == "source" {
				r.checkSourceMention(of, m)
				continue
			}
			if code, found := r.wrong(m); code != "" {
				r.faults.Add(code, of.path, m.Line, m.Col, diag.Args{
					"key": m.field, "id": m.id, "kind": m.kind, "found": found, "near": diag.Near(m.id, ids[m.kind]),
				})
			}
		}
	}
}

// wrong returns the code of what is wrong with a reference to a record, and
// the kind of record that was found. A reference to a withdrawn record is not
// wrong: a withdrawal must not wait for other records to be edited.
func (r *reader) wrong(m mention) (code, found string) {
	switch e := r.library.byID[m.id]; {
	case e == nil:
		return "unknown-id", ""
	case e.Kind.Name != m.kind:
		return "wrong-kind", e.Kind.Name
	}
	return "", ""
}

func (r *reader) checkSourceMention(of mentionsOf, m mention) {
	known := make([]string, len(of.sources))
	for i, s := range of.sources {
		known[i] = s.ID
	}
	if !slices.Contains(known, m.id) {
		r.faults.Add("unknown-source", of.path, m.Line, m.Col, diag.Args{"id": m.id, "near": diag.Near(m.id, known), "known": strings.Join(known, ", ")})
	}
}

// checkHelp requires the help page in every language: nobody looks for help in
// a language of the site and is shown another.
func (r *reader) checkHelp() {
	e := r.library.byID[r.library.Site.Help]
	if e == nil || e.Kind != PageKind {
		return
	}
	for _, tag := range r.library.Site.Tags() {
		if e.Page(tag) == nil {
			r.faults.Add("help-missing", e.file(tag), 0, 0, diag.Args{"lang": tag})
		}
	}
}

// fieldByKey returns a record's struct field by its key in the front matter.
func fieldByKey(record reflect.Value, key string) (reflect.Value, bool) {
	f, ok := shapeOf(record.Type()).byName[key]
	if !ok {
		return reflect.Value{}, false
	}
	return record.Field(f.index), true
}
