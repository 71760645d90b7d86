package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

const record = `{"generator": "acervo", "version": "1"}`

func create(t testing.TB, dir, source string) *Dir {
	t.Helper()
	d, err := Create(dir, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Discard() })
	return d
}

func write(t testing.TB, d *Dir, files map[string]string) {
	t.Helper()
	for name, data := range files {
		if err := d.Write(name, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
}

func publish(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	d := create(t, dir, "")
	write(t, d, files)
	write(t, d, map[string]string{Record: record})
	if err := d.Publish(); err != nil {
		t.Fatal(err)
	}
}

// disk maps the files under a folder to their contents; a folder without any
// ends in a slash.
func disk(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		rel = filepath.ToSlash(rel)
		if e.IsDir() {
			if below, err := os.ReadDir(path); err != nil || len(below) > 0 {
				return err
			}
			files[rel+"/"] = ""
			return nil
		}
		data, err := os.ReadFile(path)
		files[rel] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

func expect(t testing.TB, dir string, want map[string]string) {
	t.Helper()
	if got := disk(t, dir); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s holds %q, want %q", dir, got, want)
	}
}

func TestPublish(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	publish(t, dir, map[string]string{"es/index.html": "uno", "old/page": "x"})
	expect(t, parent, map[string]string{"public/es/index.html": "uno", "public/old/page": "x", "public/build.json": record})
	publish(t, dir, map[string]string{"es/index.html": "dos"})
	expect(t, parent, map[string]string{"public/es/index.html": "dos", "public/build.json": record})
}

func TestPublishIntoEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	publish(t, dir, nil)
	expect(t, dir, map[string]string{"build.json": record})
}

func TestPublishByTwoRenames(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	publish(t, dir, map[string]string{"a": "old"})
	d := create(t, dir, "")
	write(t, d, map[string]string{"a": "new", Record: record})
	if err := d.renameBoth(filepath.Join(d.work, newName)); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, map[string]string{"a": "new", "build.json": record})
	if err := d.Discard(); err != nil {
		t.Fatal(err)
	}
	expect(t, parent, map[string]string{"public/a": "new", "public/build.json": record})
}

// abandon lets go of the lock as a killed process does, and cleans nothing.
func abandon(t testing.TB, d *Dir) {
	t.Helper()
	d.closed = true
	if err := d.lock.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestKilledBetweenTwoRenames(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	publish(t, dir, map[string]string{"a": "old"})
	d := create(t, dir, "")
	write(t, d, map[string]string{"a": "new", Record: record})
	if err := os.Rename(dir, filepath.Join(d.work, oldName)); err != nil {
		t.Fatal(err)
	}
	abandon(t, d)
	next := create(t, dir, "")
	expect(t, dir, map[string]string{"a": "old", "build.json": record})
	if err := next.Discard(); err != nil {
		t.Fatal(err)
	}
	expect(t, parent, map[string]string{"public/a": "old", "public/build.json": record})
}

func TestSweepSparesStrangers(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	strangers := map[string]string{
		".public.123.tmp/mine":           "no marker",
		".public.12x.tmp/acervo-build":   "not a number",
		".public.tmp/acervo-build":       "no number",
		".other.123.tmp/acervo-build":    "another folder's",
		"public.123.tmp/acervo-build":    "no dot",
		".public.456.tmp.old/precious":   "another end",
		".publicx123.tmp/acervo-build":   "no dot in the middle",
		".public.789.tmp/sub/other-file": "no marker",
	}
	for name, data := range strangers {
		file := filepath.Join(parent, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(data), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	// One killed while writing, one before its first file.
	killed := filepath.Join(parent, ".public.1.tmp")
	err := errors.Join(
		os.MkdirAll(filepath.Join(killed, "new", "es"), 0o777),
		os.WriteFile(filepath.Join(killed, "new", "es", "index.html"), nil, 0o666),
		os.WriteFile(filepath.Join(killed, "acervo-build"), nil, 0o666),
		os.Mkdir(filepath.Join(parent, ".public.2.tmp"), 0o777))
	if err != nil {
		t.Fatal(err)
	}
	if err := create(t, dir, "").Discard(); err != nil {
		t.Fatal(err)
	}
	expect(t, parent, strangers)
}

func TestDiscardLeavesNothing(t *testing.T) {
	parent := t.TempDir()
	d := create(t, filepath.Join(parent, "public"), "")
	write(t, d, map[string]string{"a/b/c": "1", "d": "2"})
	if err := d.Discard(); err != nil {
		t.Fatal(err)
	}
	expect(t, parent, map[string]string{"./": ""})
	if err := errors.Join(d.Discard(), d.Discard()); err != nil {
		t.Error(err)
	}
	if err := d.Write("e", nil); !errors.Is(err, errClosed) {
		t.Errorf("Write after Discard: %v", err)
	}
	if err := d.Publish(); !errors.Is(err, errClosed) {
		t.Errorf("Publish after Discard: %v", err)
	}
}

func TestDiscardAfterPublish(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	d := create(t, dir, "")
	write(t, d, map[string]string{Record: record})
	if err := errors.Join(d.Publish(), d.Discard()); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, map[string]string{"build.json": record})
}

func TestPublishIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(dir string, d *Dir) error{
		"no record":       func(_ string, d *Dir) error { return d.Write("a", nil) },
		"other record":    func(_ string, d *Dir) error { return d.Write(Record, []byte(`{"generator": "other"}`)) },
		"malformed":       func(_ string, d *Dir) error { return d.Write(Record, []byte(`acervo`)) },
		"a write refused": func(_ string, d *Dir) error { d.Write("../a", nil); return d.Write(Record, []byte(record)) },
		"a stranger came": func(dir string, d *Dir) error {
			return errors.Join(d.Write(Record, []byte(record)), os.Remove(filepath.Join(dir, Record)), os.WriteFile(filepath.Join(dir, "photo"), nil, 0o666))
		},
	} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "public")
		publish(t, dir, map[string]string{"a": "old"})
		d := create(t, dir, "")
		if err := spoil(dir, d); err != nil {
			t.Fatal(err)
		}
		before := disk(t, dir)
		if err := d.Publish(); err == nil {
			t.Errorf("%s: published", name)
		}
		expect(t, dir, before)
		if entries, _ := os.ReadDir(parent); len(entries) != 1 {
			t.Errorf("%s: left %v", name, entries)
		}
	}
}

func TestWriteRefusesNames(t *testing.T) {
	d := create(t, filepath.Join(t.TempDir(), "public"), "")
	write(t, d, map[string]string{
		"es/practicas/index.html": "1", "es/índice.html": "2", "Straße": "3", "file": "4", "σας": "5",
	})
	before := d.Files()
	for _, name := range []string{
		"", ".", "..", "/", "/etc/passwd", "../a", "a/../b", "a/..", "a/./b", "a//b", "a/", `a\b`, `..\a`, "a\x00b", "a\nb", "a\x7f", "\xff",
		"file",                            // twice
		"FILE",                            // case
		"es/i\u0301ndice.html",            // normalisation
		"es/I\u0301NDICE.html",            // both
		"STRASSE",                         // full folding
		"ΣΑΣ",                             // final sigma
		"Es/other.html",                   // case of a folder
		"es/Practicas/other.html",         // case of a folder below
		"es/practicas",                    // a file where a folder is
		"es",                              // likewise
		"file/below",                      // a folder where a file is
		"es/practicas/index.html/in/deep", // likewise
	} {
		if err := d.Write(name, nil); err == nil {
			t.Errorf("Write(%q) succeeds", name)
		}
	}
	if after := d.Files(); !slices.Equal(after, before) {
		t.Errorf("got %v, want %v", after, before)
	}
	if err := d.Write("es/practicas/other.html", nil); err != nil {
		t.Errorf("a good name after bad ones: %v", err)
	}
}

func TestFiles(t *testing.T) {
	d := create(t, filepath.Join(t.TempDir(), "public"), "")
	write(t, d, map[string]string{"b": "abc", "a/z": "", "a.b": "x"})
	want := []File{
		{"a.b", 1, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
		{"a/z", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"b", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	}
	if got := d.Files(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestOpen reads back what was written, and nothing else that lies there.
func TestOpen(t *testing.T) {
	d := create(t, filepath.Join(t.TempDir(), "public"), "")
	write(t, d, map[string]string{"a/b": "abc"})
	file, err := d.Open("a/b")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if data, err := io.ReadAll(file); string(data) != "abc" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	for _, name := range []string{"a", "b", "", "../" + markerName, "a/../a/b"} {
		if _, err := d.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := d.Discard(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open("a/b"); !errors.Is(err, errClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestConcurrentWrites(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	d := create(t, dir, "")
	var wait sync.WaitGroup
	var twice sync.Map
	for w := range 8 {
		wait.Go(func() {
			for i := range 100 {
				if err := d.Write(fmt.Sprintf("%d/%d/page", i%7, w*100+i), []byte("x")); err != nil {
					t.Error(err)
				}
				if err := d.Write(fmt.Sprintf("shared/%d", i), nil); err == nil {
					if _, loaded := twice.LoadOrStore(i, true); loaded {
						t.Errorf("shared/%d was written twice", i)
					}
				}
			}
		})
	}
	wait.Wait()
	if got := len(d.Files()); got != 900 {
		t.Errorf("%d files, want 900", got)
	}
	if got := len(disk(t, filepath.Join(d.work, newName))); got != 900 {
		t.Errorf("%d files on disk, want 900", got)
	}
}

func TestTwoBuildsAtOnce(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	first := create(t, dir, "")
	write(t, first, map[string]string{Record: record, "a": "first"})
	for range 3 {
		if _, err := Create(dir, ""); !errors.Is(err, ErrRefused) {
			t.Fatalf("second build: %v, want ErrRefused", err)
		}
	}
	other := create(t, filepath.Join(parent, "other"), "")
	if err := errors.Join(other.Discard(), first.Publish()); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, map[string]string{"a": "first", "build.json": record})
	publish(t, dir, map[string]string{"a": "second"})
	expect(t, parent, map[string]string{"public/a": "second", "public/build.json": record})
}

// One wins each round, whatever the moment: the lock's file comes and goes.
func TestRaceForTheLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	var wait sync.WaitGroup
	var mu sync.Mutex
	holders := 0
	for range 4 {
		wait.Go(func() {
			for range 100 {
				d, err := Create(dir, "")
				if errors.Is(err, ErrRefused) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				holders++
				if holders > 1 {
					t.Error("two builds hold the lock")
				}
				mu.Unlock()
				mu.Lock()
				holders--
				mu.Unlock()
				if err := d.Discard(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

func TestCreateRefusesStrangers(t *testing.T) {
	parent := t.TempDir()
	path := func(name string) string { return filepath.Join(parent, name) }
	for name, data := range map[string]string{
		"stranger/photo.jpg":     "x",
		"other-tool/build.json":  `{"name": "webpack"}`,
		"broken/build.json":      "{",
		"list/build.json":        `["acervo"]`,
		"repository/.git/HEAD":   "ref: refs/heads/main",
		"repository/build.json":  record,
		"file":                   "x",
		"real/build.json":        record,
		"folder-record/ours":     "x",
		"foreign-lock/new/x":     "x",
		".foreign.lock":          "not empty",
		"ours/with/strangers/in": "x",
		"ours/build.json":        record,
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path(name)), 0o777), os.WriteFile(path(name), []byte(data), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS != "windows" {
		if err := errors.Join(os.Symlink("real", path("link")), os.Symlink("nowhere", path("dangling"))); err != nil {
			t.Fatal(err)
		}
	}
	before := fmt.Sprint(disk(t, parent))
	for _, name := range []string{
		"stranger", "other-tool", "broken", "list", "repository", "file", "link", "dangling", "folder-record", "foreign", "missing/public",
	} {
		if runtime.GOOS == "windows" && (name == "link" || name == "dangling") {
			continue
		}
		if _, err := Create(path(name), ""); !errors.Is(err, ErrRefused) {
			t.Errorf("Create(%q): %v, want ErrRefused", name, err)
		}
	}
	if _, err := Create("", ""); !errors.Is(err, ErrRefused) {
		t.Errorf(`Create(""): %v`, err)
	}
	if after := fmt.Sprint(disk(t, parent)); after != before {
		t.Errorf("left %s, want %s", after, before)
	}
	if err := create(t, path("ours"), "").Discard(); err != nil {
		t.Error(err)
	}
}

func TestCreateRefusesTheSource(t *testing.T) {
	parent := t.TempDir()
	source := filepath.Join(parent, "network", "source")
	for _, name := range []string{"content/practices", "layouts", "assets", "generator", ".git", "build"} {
		if err := os.MkdirAll(filepath.Join(source, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	sources := []string{source}
	if runtime.GOOS != "windows" {
		link := filepath.Join(parent, "link")
		if err := os.Symlink(source, link); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, link)
	}
	if err := os.WriteFile(filepath.Join(parent, "network", Record), []byte(record), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		for _, as := range sources {
			for _, name := range []string{".", "content", "content/new", "content/practices/new", "layouts/x", "assets/x", "generator/x", ".git/x", ".", "../source", "../../network"} {
				dir := as + "/" + name
				if as != sources[0] && strings.HasPrefix(name, "..") {
					continue // leads elsewhere from the link
				}
				if _, err := Create(dir, source); !errors.Is(err, ErrRefused) {
					t.Errorf("Create(%q, %q): %v, want ErrRefused", dir, source, err)
				}
			}
			for _, name := range []string{"public", "build", "build/public", "contents"} {
				d, err := Create(filepath.Join(as, name), source)
				if err != nil {
					t.Errorf("Create(%q, %q): %v", name, source, err)
					continue
				}
				if err := d.Discard(); err != nil {
					t.Error(err)
				}
			}
		}
	}
	if _, err := Create(filepath.Join(source, "Content", "x"), source); err == nil {
		t.Error("another case of content was accepted")
	}
	bare := filepath.Join(parent, "bare.git")
	if err := errors.Join(os.MkdirAll(filepath.Join(bare, "objects"), 0o777), os.WriteFile(filepath.Join(bare, "HEAD"), nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(bare, "public"), bare); !errors.Is(err, ErrRefused) {
		t.Errorf("in a bare repository: %v", err)
	}
	if _, err := Create(filepath.Join(parent, "public"), filepath.Join(parent, "no-source")); err == nil {
		t.Error("a missing source was accepted")
	}
}

func TestWriteReportsTheDisk(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "public")
	publish(t, dir, map[string]string{"a": "old"})
	d := create(t, dir, "")
	// A folder where the file is to be: stands for any failure of the disk.
	if err := os.MkdirAll(filepath.Join(d.work, newName, "a"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := d.Write("a", []byte("new")); err == nil {
		t.Fatal("written")
	}
	if err := d.Write(Record, []byte(record)); err != nil {
		t.Fatal(err)
	}
	if err := d.Publish(); err == nil {
		t.Error("a version with a hole was published")
	}
	expect(t, parent, map[string]string{"public/a": "old", "public/build.json": record})
}

func BenchmarkWrite(b *testing.B) {
	d := create(b, filepath.Join(b.TempDir(), "public"), "")
	page := []byte(strings.Repeat("<p>página</p>\n", 600))
	i := 0
	for b.Loop() {
		if err := d.Write(fmt.Sprintf("es/practicas/practica-%d/index.html", i), page); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// TestReuse takes files over from the published version, all or none, and only
// those that are what they were.
func TestReuse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	d := create(t, dir, "")
	write(t, d, map[string]string{"a/x": "one", "a/y": "two", Record: record})
	files := d.Files()[:2]
	if err := d.Publish(); err != nil {
		t.Fatal(err)
	}
	d = create(t, dir, "")
	other, longer, away := files[1], files[1], files[1]
	other.SHA256, longer.Size, away.Name = files[0].SHA256, 4, "a/z"
	for what, f := range map[string]File{"another hash": other, "another size": longer, "a missing file": away, "a folder": {Name: "a", Size: files[1].Size}} {
		if d.Reuse(files[0], f) || len(d.Files()) > 0 {
			t.Errorf("%s was taken over: %v", what, d.Files())
		}
		if data, ok := d.Published(f); ok || data != nil {
			t.Errorf("%s has %q", what, data)
		}
	}
	if data, ok := d.Published(files[0]); !ok || string(data) != "one" {
		t.Errorf("%v has %q", files[0], data)
	}
	write(t, d, map[string]string{"a/y": "new"})
	if d.Reuse(files...) || len(d.Files()) != 1 {
		t.Errorf("a file was taken over for one that was written: %v", d.Files())
	}
	if !d.Reuse(files[0]) || d.Write("a/x", nil) == nil {
		t.Error("a file was not taken over, or then written")
	}
	d.Discard()
	expect(t, dir, map[string]string{"a/x": "one", "a/y": "two", Record: record})

	d = create(t, dir, "")
	if !d.Reuse(files...) || !slices.Equal(d.Files(), files) {
		t.Errorf("%v was taken over", d.Files())
	}
	file, err := d.Open("a/y")
	if err != nil {
		t.Fatal(err)
	}
	data, _ := io.ReadAll(file)
	if file.Close(); string(data) != "two" {
		t.Errorf("the new version has %q", data)
	}
	write(t, d, map[string]string{Record: record})
	if err := d.Publish(); err != nil {
		t.Fatal(err)
	}
	expect(t, dir, map[string]string{"a/x": "one", "a/y": "two", Record: record})
}
