package content

import (
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// An entryReader reads the record of one folder.
type entryReader struct {
	*reader
	folder   string
	faults   diag.List
	mentions []mentionsOf
}

// entry returns the entry, or nil when it has no readable source file.
func (r *entryReader) entry() *Entry {
	e := &Entry{Folder: r.folder, Kind: kindOfFolder(path.Base(path.Dir(r.folder)))}
	files := r.list(e)
	e.Source = r.sourceOf(e.Kind, files)
	file, ok := files[e.Source]
	if !ok {
		r.faults.Add("no-source-file", e.sourceFile(), 0, 0, diag.Args{"lang": e.Source, "folder": r.folder})
		return nil
	}
	source := r.readSource(e, file)
	if source == nil {
		return nil
	}
	for _, lang := range r.library.Site.Languages {
		file, ok := files[lang.Tag]
		switch {
		case lang.Tag == e.Source && e.Withdrawn == nil:
			e.Pages = append(e.Pages, source.page)
		case ok && lang.Tag != e.Source:
			if page := r.readTranslation(e, lang.Tag, file, source); page != nil {
				e.Pages = append(e.Pages, page)
			}
		}
	}
	return e
}

// list returns the record's files by language, and notes its images. Every
// other file is refused.
func (r *entryReader) list(e *Entry) map[string]string {
	files := map[string]string{}
	items, err := fs.ReadDir(r.files, r.folder)
	if err != nil {
		r.faults.Add("unreadable", r.folder, 0, 0, diag.Args{"cause": err.Error()})
	}
	for _, item := range items {
		file := path.Join(r.folder, item.Name())
		switch tag, ok := languageOfFile(item.Name()); {
		case hidden(item.Name()) || !item.IsDir() && item.Type() != 0:
		case item.IsDir():
			r.faults.Add("unknown-file", file, 0, 0, diag.Args{"file": item.Name()})
		case ok && r.library.Site.Lang(tag) == nil:
			r.faults.Add("unknown-language", file, 0, 0, diag.Args{"lang": tag, "known": strings.Join(r.library.Site.Tags(), ", "), "near": diag.Near(tag, r.library.Site.Tags())})
		case ok:
			files[tag] = file
		case isImageName(item.Name()):
			if r.checkImage(file) {
				e.Images = append(e.Images, file)
			}
		default:
			r.faults.Add("unknown-file", file, 0, 0, diag.Args{"file": item.Name()})
		}
	}
	return files
}

// languageOfFile returns the tag in index.<tag>.md.
func languageOfFile(name string) (string, bool) {
	tag, ok := strings.CutPrefix(name, "index.")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(tag, ".md")
}

func isImageName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".jpg", ".jpeg", ".png":
		return true
	}
	return false
}

// checkImage looks at what a file beside a record is, whatever its name says.
func (r *entryReader) checkImage(file string) bool {
	data, err := fs.ReadFile(r.files, file)
	if err != nil {
		r.faults.Add("unreadable", file, 0, 0, diag.Args{"cause": err.Error()})
		return false
	}
	if strings.HasPrefix(string(data), lfsPointer) {
		r.faults.Add("lfs-pointer", file, 0, 0, nil)
		return false
	}
	jpeg := strings.HasPrefix(string(data), "\xff\xd8\xff")
	png := strings.HasPrefix(string(data), "\x89PNG\r\n\x1a\n")
	named := strings.ToLower(path.Ext(file)) == ".png"
	if jpeg && !named || png && named {
		return true
	}
	r.faults.Add("not-an-image", file, 0, 0, diag.Args{"file": path.Base(file)})
	return false
}

// sourceOf finds the source language: the one that a file of the record names
// as its own, else the site's default. Withdrawn records need no other.
func (r *entryReader) sourceOf(k *Kind, files map[string]string) string {
	standard := r.library.Site.Default
	if _, ok := files[standard]; ok || k.shape.byName["source"] == nil || k == EventKind {
		return standard
	}
	tags := make([]string, 0, len(files))
	for tag := range files {
		tags = append(tags, tag)
	}
	slices.Sort(tags) // files is a map
	for _, tag := range tags {
		data, _ := fs.ReadFile(r.files, files[tag])
		for row := range strings.Lines(string(data[:min(len(data), 2048)])) {
			if strings.TrimSpace(row) == "source: "+tag {
				return tag
			}
		}
	}
	return standard
}

// A source is a record's source file as read.
type sourceFile struct {
	page   *Page
	node   *yaml.Node
	record reflect.Value
}

// readSource reads the file with the shared fields.
func (r *entryReader) readSource(e *Entry, file string) *sourceFile {
	d := r.decoder(file)
	defer r.keep(d, e)
	node, body, line := r.open(d, file)
	if node == nil {
		return nil
	}
	if withdrawn := valueOf(node, "withdrawn"); withdrawn.Kind != 0 {
		r.readWithdrawn(d, e, node, file)
		return &sourceFile{}
	}
	record := reflect.New(e.Kind.record)
	d.object(e.Kind.shape, node, record.Elem(), nil)
	e.Record = record.Interface()
	e.share(record.Elem())
	e.spots = map[string]spot{"id": d.spot(valueOf(node, "id"))}
	e.AnchorSpot = d.spot(valueOf(node, "anchors"))
	r.checkRecord(d, e, node)
	page := newPage(e, e.Source, file, record.Elem(), d.slugSpot(node))
	page.body, page.BodyLine = newBody(r.files, body), line
	page.Hash = sourceHash(e.Kind, record.Elem(), body)
	return &sourceFile{page, node, record.Elem()}
}

// open reads a file and parses its front matter.
func (r *entryReader) open(d *decoder, file string) (node *yaml.Node, body []byte, line int) {
	data, err := fs.ReadFile(r.files, file)
	if err != nil {
		d.faults.Add("unreadable", file, 0, 0, diag.Args{"cause": err.Error()})
		return nil, nil, 0
	}
	block, body, line, ok := d.split(normalize(data))
	if !ok {
		return nil, nil, 0
	}
	node = d.parse(block, 0)
	if node != nil && !d.isMapping(node) {
		node = nil
	}
	return node, body, line
}

func (r *entryReader) keep(d *decoder, e *Entry) {
	r.faults = append(r.faults, d.faults...)
	if len(d.mentions) > 0 {
		r.mentions = append(r.mentions, mentionsOf{d.path, sourcesOf(e), d.mentions})
	}
}

func sourcesOf(e *Entry) []Source {
	switch record := e.Record.(type) {
	case *Practice:
		return record.Sources
	case *Lesson:
		return record.Sources
	}
	return nil
}

// readWithdrawn reads a tombstone: nothing but the id and the withdrawal may
// remain.
func (r *entryReader) readWithdrawn(d *decoder, e *Entry, node *yaml.Node, file string) {
	tombstone := struct {
		ID        string      `field:"id" rule:"required id"`
		Source    string      `field:"source" rule:"tag"`
		Withdrawn *Withdrawal `field:"withdrawn" rule:"required"`
	}{}
	v := reflect.ValueOf(&tombstone).Elem()
	sh := shapeOf(v.Type())
	left := &yaml.Node{Kind: yaml.MappingNode, Line: node.Line, Column: node.Column}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if key := node.Content[i]; sh.byName[key.Value] == nil {
			d.fault(key, "withdrawn-key", diag.Args{"key": key.Value})
			continue
		}
		left.Content = append(left.Content, node.Content[i:i+2]...)
	}
	d.object(sh, left, v, nil)
	e.ID, e.Withdrawn = tombstone.ID, tombstone.Withdrawn
	e.spots = map[string]spot{"id": d.spot(valueOf(node, "id"))}
}

// share copies what kinds have in common out of the record.
func (e *Entry) share(record reflect.Value) {
	set := func(key string, target any) {
		if v, ok := fieldByKey(record, key); ok {
			reflect.ValueOf(target).Elem().Set(v)
		}
	}
	set("id", &e.ID)
	set("date", &e.Date)
	set("license", &e.License)
	set("review", &e.Review)
	set("safety", &e.Safety)
	set("consent", &e.Consent)
	set("anchors", &e.Anchors)
}

// newPage makes a page of the translated fields of a record's struct.
func newPage(e *Entry, lang, file string, record reflect.Value, slug spot) *Page {
	p := &Page{Entry: e, Lang: lang, Path: file, SlugSpot: slug}
	set := func(key string, target any) {
		if v, ok := fieldByKey(record, key); ok {
			reflect.ValueOf(target).Elem().Set(v)
		}
	}
	set("title", &p.Title)
	set("summary", &p.Summary)
	set("slug", &p.Slug)
	set("translated_name", &p.TranslatedName)
	set("synonyms", &p.Synonyms)
	set("avoid", &p.Avoid)
	if p.Slug == "" {
		p.Slug = e.Name()
	}
	return p
}

// slugSpot is the place of the slug, or of the title that stands for it.
func (d *decoder) slugSpot(node *yaml.Node) spot {
	for _, key := range []string{"slug", "title"} {
		if n := valueOf(node, key); n.Kind != 0 {
			return d.spot(n)
		}
	}
	return spot{d.shift + 1, 1}
}

// readTranslation reads a file with translated fields only. A shared field that
// it repeats must be equal to the source's.
func (r *entryReader) readTranslation(e *Entry, lang, file string, source *sourceFile) *Page {
	d := r.decoder(file)
	defer r.keep(d, e)
	if e.Withdrawn != nil {
		d.faults.Add("withdrawn-translation", file, 0, 0, nil)
		return nil
	}
	node, body, line := r.open(d, file)
	if node == nil {
		return nil
	}
	record := reflect.New(e.Kind.record).Elem()
	own := translated{}
	texts, about := d.divide(e.Kind, node, source.node)
	d.object(e.Kind.shape, texts, record, func(f *Field) bool { return !f.Translated })
	d.object(translationShape, about, reflect.ValueOf(&own).Elem(), nil)
	page := newPage(e, lang, file, record, d.slugSpot(node))
	page.body, page.BodyLine = newBody(r.files, body), line
	page.SourceHash, page.Translation = own.SourceHash, &own.Translation
	if f := e.Kind.shape.byName["title"]; !f.Translated {
		page.Title = source.page.Title
	}
	return page
}

var translationShape = shapeOf(reflect.TypeFor[translated]())

// divide parts the keys of a translation: those of its texts, and those about
// the translation. Shared keys are compared with the source's and left out.
func (d *decoder) divide(k *Kind, node, source *yaml.Node) (texts, about *yaml.Node) {
	texts, about = &yaml.Node{Kind: yaml.MappingNode, Line: node.Line, Column: node.Column}, &yaml.Node{Kind: yaml.MappingNode, Line: node.Line, Column: node.Column}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		f := k.shape.byName[key.Value]
		switch {
		case translationShape.byName[key.Value] != nil:
			about.Content = append(about.Content, key, value)
		case f == nil || f.Translated:
			texts.Content = append(texts.Content, key, value)
		case !sameNode(value, valueOf(source, key.Value)):
			d.fault(key, "shared-differs", diag.Args{"key": key.Value})
		}
	}
	return texts, about
}

// sameNode reports whether two values are equal.
func sameNode(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !sameNode(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// checkRecord holds a record to the rules that span several fields.
func (r *entryReader) checkRecord(d *decoder, e *Entry, node *yaml.Node) {
	if r.library.Site.RequireSafety && e.Safety.Pending && e.Kind.shape.byName["safety"] != nil {
		d.fault(valueOf(node, "safety"), "safety-pending", nil)
	}
	switch record := e.Record.(type) {
	case *Practice:
		d.checkSources(record.Sources, valueOf(node, "sources"))
		d.checkAdoptions(record, valueOf(node, "adoptions"))
	case *Lesson:
		d.checkSources(record.Sources, valueOf(node, "sources"))
	case *Country:
		if record.ID != "" && record.ID != e.Name() {
			d.fault(valueOf(node, "id"), "country-folder", diag.Args{"id": record.ID, "folder": e.Name()})
		}
	case *Event:
		if !record.End.IsZero() && record.End.Before(record.Start) {
			d.fault(valueOf(node, "end"), "end-before-start", diag.Args{"value": record.End.Format(time.DateOnly), "start": record.Start.Format(time.DateOnly)})
		}
	}
}

// checkSources refuses two sources with one id, and the address of a source
// that must not be linked: the repository is public.
func (d *decoder) checkSources(sources []Source, node *yaml.Node) {
	seen := map[string]bool{}
	for i, s := range sources {
		item := node.Content[i]
		if seen[s.ID] && s.ID != "" {
			d.fault(valueOf(item, "id"), "double-source", diag.Args{"id": s.ID})
		}
		seen[s.ID] = true
		if !s.Link && valueOf(item, "url").Kind != 0 {
			d.fault(valueOf(item, "url"), "unlinked-url", diag.Args{"id": s.ID})
		}
	}
}

// checkAdoptions requires a reason of those that only are an idea or were
// declined.
func (d *decoder) checkAdoptions(p *Practice, node *yaml.Node) {
	for i, a := range p.Adoptions {
		if (a.Kind == "proposed" || a.Kind == "declined") && len(a.Changed) == 0 {
			d.fault(node.Content[i], "adoption-reason", diag.Args{"kind": a.Kind})
		}
	}
}
