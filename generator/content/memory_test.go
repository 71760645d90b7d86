package content

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"acervo/generator/memo"
)

// committed are files that know their hashes, like those of a commit.
type committed struct {
	fstest.MapFS
	reads *sync.Map // the names of the files that were read; nil where nobody wants to know
}

func (c committed) Hash(name string) string {
	file := c.MapFS[name]
	if file == nil {
		return ""
	}
	sum := sha1.Sum(file.Data)
	return hex.EncodeToString(sum[:])
}

func (c committed) ReadFile(name string) ([]byte, error) {
	if c.reads != nil {
		c.reads.Store(name, true)
	}
	return c.MapFS.ReadFile(name)
}

// wantSame wants the same library and the same faults of a reading with a memory
// as of one without, which may have a cache. It reports whether there are none.
func wantSame(t *testing.T, files fstest.MapFS, cache *Cache, dir string) (faultless bool) {
	t.Helper()
	want, faults := Read(files, cache)
	got, found := NewMemory(committed{MapFS: files}, dir, "form").Read()
	if !reflect.DeepEqual(found, faults) {
		t.Errorf("faults %v, want %v", found, faults)
	}
	if !reflect.DeepEqual(told(t, got), told(t, want)) {
		t.Error("the libraries differ")
	}
	return len(faults) == 0
}

// told returns what a library says in a form that [reflect.DeepEqual] can
// compare: without places for faults, and with the bytes of the texts.
func told(t *testing.T, l *Library) []any {
	t.Helper()
	all := []any{l.Site, l.Vocabularies, l.Redirects, l.Downloads, slices.Sorted(maps.Keys(l.byID)), slices.Sorted(maps.Keys(l.byPath))}
	for _, e := range l.Entries {
		plain := *e
		plain.spots, plain.Pages = nil, nil
		all = append(all, plain)
		for _, p := range e.Pages {
			body, err := p.Body()
			if err != nil || len(body) != p.Size() {
				t.Errorf("%s: a body of %d bytes, want %d (%v)", p.Path, len(body), p.Size(), err)
			}
			if p.Entry != e || l.byPath[p.Path] != p {
				t.Errorf("%s is another page", p.Path)
			}
			page := *p
			page.Entry, page.body = nil, nil
			all = append(all, page, string(body))
		}
	}
	return all
}

// ownContent returns the repository's own content.
func ownContent(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS("../.."), "content", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var data []byte
			data, err = os.ReadFile(filepath.Join("../..", name))
			files[name] = &fstest.MapFile{Data: data}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestMemory edits the repository's own content at random. Each state is read
// with what the states before left.
func TestMemory(t *testing.T) {
	t.Parallel()
	files, dir, random := ownContent(t), t.TempDir(), rand.New(rand.NewPCG(20261130, 3))
	cache := &Cache{}
	wantSame(t, files, cache, dir)
	whole, steps := 0, 25
	for range steps {
		name, before := editAny(random, files)
		if wantSame(t, files, cache, dir) {
			whole++
		}
		if t.Failed() {
			t.Fatalf("%s was edited:\n%s", name, files[name].Data)
		}
		if random.IntN(2) == 0 {
			files[name] = before
		}
	}
	if whole == 0 || whole == steps {
		t.Errorf("%d of %d states had no faults", whole, steps)
	}
}

// editAny changes, doubles or deletes a line of any file. It returns the file's
// name and what it was.
func editAny(random *rand.Rand, files fstest.MapFS) (string, *fstest.MapFile) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(files)), func(name string) bool {
		return !slices.Contains([]string{".md", ".yaml"}, path.Ext(name)) || name == siteFile
	})
	name := names[random.IntN(len(names))]
	before := files[name]
	lines := strings.SplitAfter(string(before.Data), "\n")
	at := random.IntN(min(len(lines), 60))
	switch words := strings.Fields(lines[at]); {
	case random.IntN(4) == 0:
		lines = slices.Delete(lines, at, at+1)
	case random.IntN(4) == 0 || len(words) == 0:
		lines = slices.Insert(lines, at, lines[at])
	default:
		word := words[random.IntN(len(words))]
		lines[at] = strings.Replace(lines[at], word, word+[]string{"", "s", " más", "\n"}[random.IntN(4)], 1)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Join(lines, ""))}
	return name, before
}

// TestMemoryReadsLess wants nothing to be read of a record that is known, and
// all that is read to be told before.
func TestMemoryReadsLess(t *testing.T) {
	files, dir := tinySite(t), t.TempDir()
	// read returns the records' files that a reading reads.
	read := func() []string {
		t.Helper()
		var reads sync.Map
		source := committed{files, &reads}
		needed := NewMemory(source, dir, "form")
		for name := range files {
			if needed.Needs(name) {
				continue
			}
			reads.Store(name, false)
		}
		if _, faults := NewMemory(source, dir, "form").Read(); len(faults) > 0 {
			t.Fatal(faults)
		}
		var names []string
		for name, was := range reads.Range {
			switch wanted := needed.Needs(name.(string)); {
			case wanted != was.(bool):
				t.Errorf("%s: read %t, told %t", name, was, wanted)
			case was.(bool) && path.Ext(name.(string)) == ".md":
				names = append(names, name.(string))
			}
		}
		slices.Sort(names)
		return names
	}
	all := read()
	if len(all) != 6 || len(read()) != 0 {
		t.Errorf("of %d files %v are read again", len(all), read())
	}
	const name = "content/practices/radio/index.es.md"
	old := files[name]
	files[name] = &fstest.MapFile{Data: append(slices.Clone(old.Data), "\nMás.\n"...)}
	if got := read(); len(got) == 0 || slices.ContainsFunc(got, func(file string) bool { return path.Dir(file) != path.Dir(name) }) {
		t.Errorf("after an edit of %s %v are read", name, got)
	}
	const vocabulary = "content/vocabularies/themes.yaml"
	files[vocabulary] = &fstest.MapFile{Data: append(slices.Clone(files[vocabulary].Data), "# Fin.\n"...)}
	if got := read(); !slices.Equal(got, all) {
		t.Errorf("after an edit of a vocabulary %v are read, want %v", got, all)
	}
}

// TestMemoryDamaged changes and cuts what was kept.
func TestMemoryDamaged(t *testing.T) {
	files, dir, random := tinySite(t), t.TempDir(), rand.New(rand.NewPCG(20261130, 4))
	wantSame(t, files, nil, dir)
	file := filepath.Join(dir, memoryFile)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		bad := slices.Clone(good)
		bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
		for _, data := range [][]byte{bad, good[:random.IntN(len(good))]} {
			if err := os.WriteFile(file, data, 0o666); err != nil {
				t.Fatal(err)
			}
			wantSame(t, files, nil, dir)
		}
		if now, err := os.ReadFile(file); err != nil || len(now) != len(good) {
			t.Fatalf("it was not written anew (%v)", err)
		}
	}
	if !NewMemory(committed{MapFS: files}, dir, "another form").Needs("content/practices/radio/index.es.md") {
		t.Error("what another form tells is believed")
	}
	data, ok := memo.Read(dir, memoryFile, memoryFile+" form")
	if !ok {
		t.Fatal("nothing was kept")
	}
	for range 300 { // behind a right checksum anything may stand
		bad := []byte(data)
		for range 1 + random.IntN(3) {
			bad[random.IntN(len(bad))] = byte(random.IntN(256))
		}
		memo.Write(dir, memoryFile, memoryFile+" form", bad[:len(bad)-random.IntN(2)*random.IntN(len(bad))])
		l, _ := NewMemory(committed{MapFS: files}, dir, "form").Read()
		for _, e := range l.Entries {
			for _, p := range e.Pages {
				p.Body()
			}
		}
	}
}

// lost are files of which one cannot be read for now.
type lost struct {
	committed
	name string
}

func (l lost) ReadFile(name string) ([]byte, error) {
	if name == l.name {
		return nil, fs.ErrNotExist
	}
	return l.committed.ReadFile(name)
}

// TestMemoryOfUnread reads a record with a code that its vocabulary has not got,
// first while that cannot be read.
func TestMemoryOfUnread(t *testing.T) {
	files, dir := tinySite(t), t.TempDir()
	const name = "content/practices/radio/index.es.md"
	wrong := bytes.Replace(files[name].Data, []byte("state: "), []byte("state: un"), 1)
	if bytes.Equal(wrong, files[name].Data) {
		t.Fatal("the record has no state")
	}
	files[name] = &fstest.MapFile{Data: wrong}
	NewMemory(lost{committed{MapFS: files}, "content/vocabularies/states.yaml"}, dir, "form").Read()
	if wantSame(t, files, nil, dir) {
		t.Error("no fault is told of the code")
	}
}

// TestMemoryHasAll keeps entries of each kind with every field filled in, with
// lists that are empty, and with nothing.
func TestMemoryHasAll(t *testing.T) {
	for _, k := range Kinds {
		for _, items := range []int{-1, 0, 2} {
			want := &Entry{Folder: "content/" + k.Folder + "/x", Kind: k, Source: "es"}
			record := reflect.New(k.record)
			fill(t, record.Elem(), items)
			if f, ok := fieldByKey(record.Elem(), "withdrawn"); ok {
				f.SetZero()
			}
			want.Record = record.Interface()
			want.share(record.Elem())
			fill(t, reflect.ValueOf(&want.Images).Elem(), items)
			fill(t, reflect.ValueOf(&want.AnchorSpot).Elem(), items)
			for _, lang := range []string{"es", "en"} {
				p := &Page{}
				fill(t, reflect.ValueOf(p).Elem(), items)
				p.Entry, p.Lang, p.Path, p.body = want, lang, want.file(lang), &body{size: 7}
				want.Pages = append(want.Pages, p)
			}
			wantKept(t, want)
			withdrawn := &Entry{Folder: want.Folder, Kind: k, Source: "es", ID: "1234567", Withdrawn: &Withdrawal{}, Images: want.Images}
			fill(t, reflect.ValueOf(withdrawn.Withdrawn).Elem(), items)
			wantKept(t, withdrawn)
		}
	}
}

func wantKept(t *testing.T, want *Entry) {
	t.Helper()
	r := &entryReader{reader: &reader{}, folder: want.Folder, mentions: []mentionsOf{{mentions: []mention{{kind: "event", id: "1234567"}}}}}
	kept := r.keepable(want)
	again := &entryReader{reader: &reader{}, folder: want.Folder}
	got, ok := again.recall(kept)
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v, want %+v", want.Kind.Name, got, want)
	}
	if m := again.mentions; len(m) != 1 || !reflect.DeepEqual(m[0].mentions, r.mentions[0].mentions) || !reflect.DeepEqual(m[0].sources, sourcesOf(want)) {
		t.Errorf("%s: mentions %v", want.Kind.Name, m)
	}
	for i := range kept {
		if _, ok := again.recall(kept[:i]); ok {
			t.Fatalf("%s: a part is taken for a whole", want.Kind.Name)
		}
	}
}

// fill gives all fields that others can set values of their own: lists have some
// items, or none, or with -1 are not there.
func fill(t *testing.T, v reflect.Value, items int) {
	t.Helper()
	switch field := v.Addr().Interface().(type) {
	case *time.Time:
		if items > 0 {
			*field = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
		}
		return
	case *Local:
		if items >= 0 {
			*field = Local{}
		}
		for i := range items {
			(*field)[strings.Repeat("e", i+1)] = "texto"
		}
		return
	case **Entry:
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Repeat("ñ", max(items, 0)))
	case reflect.Int:
		v.SetInt(int64(items))
	case reflect.Bool:
		v.SetBool(items > 0)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i), items)
			}
		}
	case reflect.Pointer:
		if items >= 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), items)
		}
	case reflect.Slice:
		if items >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), items, items))
		}
		for i := range v.Len() {
			fill(t, v.Index(i), items)
		}
	default:
		t.Errorf("what is a %s cannot be filled in", v.Type())
	}
}

// TestForgottenBody reads a text again that was let go of.
func TestForgottenBody(t *testing.T) {
	files := tinySite(t)
	const name = "content/practices/radio/index.es.md"
	files[name].Data = bytes.ReplaceAll(files[name].Data, []byte("\n"), []byte("\r\n"))
	library, _ := Read(files, nil)
	page := library.PageAt(name)
	want, err := page.Body()
	if err != nil || len(want) == 0 {
		t.Fatal(want, err)
	}
	page.Forget()
	if got, err := page.Body(); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%q, want %q (%v)", got, want, err)
	}
	files[name] = &fstest.MapFile{Data: []byte("---")}
	if _, err := page.Body(); err == nil {
		t.Error("another file is taken for the same")
	}
	page.body.size = -1 // from a memory with anything in it
	if _, err := page.Body(); err == nil {
		t.Error("a text of less than nothing is there")
	}
	delete(files, name)
	if _, err := page.Body(); err == nil {
		t.Error("a file that is not there has a text")
	}
}
