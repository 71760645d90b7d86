package content

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"sync"
	"time"

	"acervo/generator/diag"
	"acervo/generator/memo"
)

// A Memory keeps the records of a source in a file, without their texts, for the
// next reading of another commit: only those are read then of which a file, the
// settings or a vocabulary is another. A nil Memory keeps nothing. It is not
// safe for concurrent use.
type Memory struct {
	files     hashed
	dir, form string
	records   map[[32]byte]string // by the hash of what they were read from; nil until they are wanted
	context   [32]byte            // the hash of what every record is read with

	folder string // the last one that was asked about
	known  bool
}

// hashed are files whose hashes need not be made: those of a commit.
type hashed interface {
	fs.FS
	Hash(name string) string
}

// memoryFile is the name of a memory's file.
const memoryFile = "records"

// NewMemory returns what a folder ("": none) keeps of records for the files of a
// source; nil where these have no hashes. The form names what reads them.
func NewMemory(files fs.FS, dir, form string) *Memory {
	if files, ok := files.(hashed); ok && dir != "" {
		return &Memory{files: files, dir: dir, form: memoryFile + " " + form}
	}
	return nil
}

// Needs reports whether the records cannot be told without a file: it is none of
// a record that is known, or more of it is wanted than its front matter.
func (m *Memory) Needs(file string) bool {
	if m == nil || path.Ext(file) != ".md" {
		return true
	}
	m.recall()
	if folder := path.Dir(file); folder != m.folder {
		_, m.known = m.records[m.key(folder)]
		m.folder = folder
	}
	return !m.known
}

// Read reads content/ like the function [Read], and keeps the records that have
// no faults. With any fault all is read anew, since no place in a file is kept.
func (m *Memory) Read() (*Library, diag.List) {
	m.recall()
	r := newReader(m.files)
	r.memory = &remembering{Memory: m}
	r.read()
	if r.memory.fresh {
		memo.Write(m.dir, memoryFile, m.form, r.memory.kept.Data)
	}
	remembered := len(m.records) > 0
	m.records, m.folder = nil, ""
	if remembered && len(r.faults) > 0 {
		return Read(m.files, nil)
	}
	return r.library, r.faults
}

// recall reads the file.
func (m *Memory) recall() {
	if m.records != nil {
		return
	}
	m.records = map[[32]byte]string{}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n", m.files.Hash(siteFile))
	m.tell(sum, "content/vocabularies")
	m.context = [32]byte(sum.Sum(nil))
	data, ok := memo.Read(m.dir, memoryFile, m.form)
	if !ok {
		return
	}
	in := memo.NewReader(data)
	records := map[[32]byte]string{}
	for in.More() {
		var key [32]byte
		copy(key[:], in.Bytes(sha256.Size))
		records[key] = in.Text()
	}
	if in.Whole() {
		m.records = records
	}
}

// key is the hash of what the record of a folder is read from.
func (m *Memory) key(folder string) [32]byte {
	sum := sha256.New()
	sum.Write(m.context[:])
	m.tell(sum, folder)
	return [32]byte(sum.Sum(nil))
}

// tell writes what is in a folder.
func (m *Memory) tell(w io.Writer, folder string) {
	fmt.Fprintf(w, "%s\n", folder)
	items, _ := fs.ReadDir(m.files, folder) // without any there is no record
	for _, item := range items {
		fmt.Fprintf(w, "%s\x00%s %s\n", item.Name(), item.Type(), m.files.Hash(path.Join(folder, item.Name())))
	}
}

// remembering is a reading with a memory. It is safe for concurrent use.
type remembering struct {
	*Memory
	mutex sync.Mutex
	kept  memo.Writer // for the next one: keys and records
	fresh bool        // whether any record was not known
}

// read returns the entry of a reader's folder, with its faults and mentions,
// from the memory or from the files.
func (m *remembering) read(r *entryReader) *Entry {
	key := m.key(r.folder)
	kept, known := m.records[key]
	var e *Entry
	if known {
		e, known = r.recall(kept)
	}
	if !known {
		// With a fault in the settings or a vocabulary more may pass than later.
		if e = r.entry(); e == nil || len(r.faults)+len(r.reader.faults) > 0 {
			return e
		}
		kept = r.keepable(e)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.kept.Bytes(key[:])
	m.kept.Text(kept)
	m.fresh = m.fresh || !known
	return e
}

// What is kept of a record, in its order: of the entry, its record where it was
// not withdrawn, its pages, its mentions. All else follows from the folder.

func (e *Entry) kept() []any { return []any{&e.ID, &e.Source, &e.Images, &e.Withdrawn, &e.AnchorSpot} }

func (p *Page) kept() []any {
	return []any{
		&p.Lang, &p.Title, &p.Summary, &p.Slug, &p.TranslatedName, &p.Synonyms, &p.Avoid, &p.body.size, &p.BodyLine, &p.Hash,
		&p.SourceHash, &p.Translation, &p.SlugSpot,
	}
}

// keepable returns an entry as it is kept.
func (r *entryReader) keepable(e *Entry) string {
	var w memo.Writer
	write := func(kept []any) {
		for _, field := range kept {
			writeValue(&w, reflect.ValueOf(field).Elem())
		}
	}
	write(e.kept())
	if e.Withdrawn == nil {
		write([]any{e.Record})
	}
	w.Count(len(e.Pages))
	for _, p := range e.Pages {
		write(p.kept())
	}
	var mentions []mention
	for _, of := range r.mentions {
		mentions = append(mentions, of.mentions...)
	}
	w.Count(len(mentions))
	for _, m := range mentions {
		w.Text(m.kind)
		w.Text(m.id)
	}
	return string(w.Data)
}

// recall reads an entry as it was kept, with its mentions. It reports whether it
// could.
func (r *entryReader) recall(kept string) (*Entry, bool) {
	in := memo.NewReader(kept)
	read := func(kept []any) {
		for _, field := range kept {
			readValue(&in, reflect.ValueOf(field).Elem())
		}
	}
	e := &Entry{Folder: r.folder, Kind: kindOfFolder(path.Base(path.Dir(r.folder)))}
	read(e.kept())
	if e.Withdrawn == nil {
		record := reflect.New(e.Kind.record)
		e.Record = record.Interface()
		read([]any{e.Record})
		e.share(record.Elem())
	}
	for range in.Count(1) {
		p := &Page{Entry: e, body: &body{files: r.files}}
		read(p.kept())
		p.Path = e.file(p.Lang)
		e.Pages = append(e.Pages, p)
	}
	of := mentionsOf{e.sourceFile(), sourcesOf(e), make([]mention, in.Count(2))}
	for i := range of.mentions {
		of.mentions[i].kind, of.mentions[i].id = in.Text(), in.Text()
	}
	if !in.Whole() || e.Withdrawn == nil && e.Original() == nil {
		return nil, false
	}
	r.mentions = append(r.mentions, of)
	return e, true
}

// writeValue writes what a field of a record can hold. A list that is empty is
// another than one that is not there.
func writeValue(w *memo.Writer, v reflect.Value) {
	switch field := v.Addr().Interface().(type) {
	case *time.Time:
		w.Number(uint64(field.Unix() - time.Time{}.Unix()))
		return
	case *Local:
		if !writeFlag(w, *field != nil) {
			return
		}
		w.Count(len(*field))
		for _, lang := range slices.Sorted(maps.Keys(*field)) {
			w.Text(lang)
			w.Text((*field)[lang])
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		w.Text(v.String())
	case reflect.Bool:
		writeFlag(w, v.Bool())
	case reflect.Int:
		w.Number(uint64(v.Int()))
	case reflect.Struct:
		for i := range v.NumField() {
			writeValue(w, v.Field(i))
		}
	case reflect.Pointer:
		if writeFlag(w, !v.IsNil()) {
			writeValue(w, v.Elem())
		}
	case reflect.Slice:
		if !writeFlag(w, !v.IsNil()) {
			return
		}
		w.Count(v.Len())
		for i := range v.Len() {
			writeValue(w, v.Index(i))
		}
	default:
		panic("content: what is a " + v.Type().String() + " cannot be kept")
	}
}

func writeFlag(w *memo.Writer, flag bool) bool {
	if flag {
		w.Number(1)
	} else {
		w.Number(0)
	}
	return flag
}

// readValue reads what writeValue wrote.
func readValue(r *memo.Reader, v reflect.Value) {
	switch field := v.Addr().Interface().(type) {
	case *time.Time:
		*field = time.Unix(int64(r.Number())+time.Time{}.Unix(), 0).UTC()
		return
	case *Local:
		if !readFlag(r) {
			return
		}
		*field = Local{}
		for range r.Count(2) {
			lang := r.Text()
			(*field)[lang] = r.Text()
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(r.Text())
	case reflect.Bool:
		v.SetBool(readFlag(r))
	case reflect.Int:
		v.SetInt(int64(r.Number()))
	case reflect.Struct:
		for i := range v.NumField() {
			readValue(r, v.Field(i))
		}
	case reflect.Pointer:
		if readFlag(r) {
			v.Set(reflect.New(v.Type().Elem()))
			readValue(r, v.Elem())
		}
	case reflect.Slice:
		if !readFlag(r) {
			return
		}
		n := r.Count(1)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			readValue(r, v.Index(i))
		}
	}
}

func readFlag(r *memo.Reader) bool { return r.Below(2) == 1 }
