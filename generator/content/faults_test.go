package content

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"acervo/generator/diag"
)

var update = flag.Bool("update", false, "write the golden files anew")

// tinySite returns the site of the script tests, which has no faults but for
// the hashes of its translations; those are filled in.
func tinySite(t testing.TB) fstest.MapFS {
	t.Helper()
	archive, err := txtar.ParseFile("../testdata/site.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, f := range archive.Files {
		files[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	library, _ := Read(files, nil)
	for _, e := range library.Entries {
		for _, page := range e.Pages {
			if page.Translation != nil {
				files[page.Path].Data, _ = Accept(files[page.Path].Data, e.Original().Hash)
			}
		}
	}
	return files
}

var repeats = regexp.MustCompile(`@(\d+)x(.)@`)

// change applies the directives of a golden file's comment to the tiny site:
//
//	sub <file> | <old> | <new>
//	remove <file>
//
// and lays the archive's files over it. @100xa@ stands for 100 times a, \n in a
// directive for a line end.
func change(t *testing.T, files fstest.MapFS, archive *txtar.Archive) {
	t.Helper()
	for row := range strings.Lines(string(archive.Comment)) {
		verb, rest, _ := strings.Cut(strings.TrimSuffix(row, "\n"), " ")
		switch verb {
		case "sub":
			part := strings.Split(strings.ReplaceAll(rest, `\n`, "\n"), " | ")
			old := string(files[part[0]].Data)
			if strings.Count(old, part[1]) != 1 {
				t.Fatalf("%s: %q is not there once", part[0], part[1])
			}
			files[part[0]] = &fstest.MapFile{Data: expand(strings.Replace(old, part[1], part[2], 1))}
		case "remove":
			delete(files, rest)
		}
	}
	for _, f := range archive.Files {
		if f.Name != "faults" {
			files[f.Name] = &fstest.MapFile{Data: expand(string(f.Data))}
		}
	}
}

func expand(text string) []byte {
	return []byte(repeats.ReplaceAllStringFunc(text, func(s string) string {
		part := repeats.FindStringSubmatch(s)
		n, _ := strconv.Atoi(part[1])
		return strings.Repeat(part[2], n)
	}))
}

// TestFaults holds the faults of each golden file to the exact lines, whether
// it is read for the first time or what it changes was read before.
func TestFaults(t *testing.T) {
	names, _ := filepath.Glob("testdata/faults/*.txtar")
	told := map[string]bool{}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := tinySite(t)
			change(t, files, archive)
			_, faults := Read(files, nil)
			cache := &Cache{}
			Read(tinySite(t), cache)
			for range 2 {
				if _, again := Read(files, cache); !reflect.DeepEqual(again, faults) {
					t.Errorf("with a cache %v, without %v", again, faults)
				}
			}
			memory := t.TempDir()
			NewMemory(committed{MapFS: tinySite(t)}, memory, "").Read()
			for range 2 {
				if _, again := NewMemory(committed{MapFS: files}, memory, "").Read(); !reflect.DeepEqual(again, faults) {
					t.Errorf("with a memory %v, without %v", again, faults)
				}
			}
			for _, f := range faults {
				told[f.Code] = true
			}
			var got bytes.Buffer
			diag.Write(&got, faults, diag.Text, "en")
			golden(t, name, archive, got.Bytes())
		})
	}
	for _, code := range codesOfPackage(t) {
		if !told[code] && code != "unreadable" {
			t.Errorf("no golden file has the fault %q", code)
		}
	}
}

// golden compares with, or writes, the section "faults" of a golden file.
func golden(t *testing.T, name string, archive *txtar.Archive, got []byte) {
	t.Helper()
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "faults" })
	if i < 0 {
		archive.Files = append(archive.Files, txtar.File{Name: "faults"})
		i = len(archive.Files) - 1
	}
	if *update {
		archive.Files[i].Data = got
		if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if want := archive.Files[i].Data; !bytes.Equal(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// codesOfPackage finds the codes that this package gives: the words in quotes
// of its source that the message file has, but for those of the scaffold.
func codesOfPackage(t *testing.T) []string {
	t.Helper()
	sources, _ := filepath.Glob("*.go")
	quoted := regexp.MustCompile(`"([a-z]+(?:-[a-z]+)+)"`)
	var codes []string
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") || source == "scaffold.go" {
			continue
		}
		data, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(data), -1) {
			if code := m[1]; diag.Sentence("en", code, nil) != code && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	if len(codes) < 70 {
		t.Fatalf("found %d codes only", len(codes))
	}
	return codes
}

// TestNoFaults shows that what the golden files begin with has none.
func TestNoFaults(t *testing.T) {
	if _, faults := Read(tinySite(t), nil); len(faults) > 0 {
		var told bytes.Buffer
		diag.Write(&told, faults, diag.Text, "en")
		t.Error(told.String())
	}
}

// A failing file tree cannot read one of its files.
type failing struct {
	fstest.MapFS
	name string
}

func (f failing) ReadFile(name string) ([]byte, error) {
	if name == f.name {
		return nil, fmt.Errorf("disk is gone")
	}
	return f.MapFS.ReadFile(name)
}

// TestUnreadable tells a file that cannot be read, and reads the others.
func TestUnreadable(t *testing.T) {
	const name = "content/practices/radio/index.es.md"
	library, faults := Read(failing{tinySite(t), name}, nil)
	want := diag.Fault{Code: "unreadable", Path: name, Args: diag.Args{"cause": "disk is gone"}}
	if len(faults) != 1 || faults[0].Code != want.Code || faults[0].Path != want.Path || faults[0].Args["cause"] != want.Args["cause"] {
		t.Errorf("faults %v, want %v", faults, want)
	}
	if library.Entry("1ghc9d3") == nil {
		t.Error("the other records were not read")
	}
}

// TestNotUTF8 shows that any bytes are told as faults.
func TestNotUTF8(t *testing.T) {
	files := tinySite(t)
	const name = "content/practices/radio/index.es.md"
	files[name].Data = bytes.Replace(files[name].Data, []byte("Una radio"), []byte("Una \xff radio"), 1)
	if _, faults := Read(files, nil); len(faults) == 0 {
		t.Error("no faults")
	}
}

var _ fs.ReadFileFS = failing{}
