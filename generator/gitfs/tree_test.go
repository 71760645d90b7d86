package gitfs

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// sample is a source with folders, an executable, empty and large files.
func sample(t testing.TB) *source {
	s := newSource(t)
	s.write("content/site.yaml", "title: Acervo\n")
	s.write("content/practices/a/index.es.md", "uno\n")
	s.write("content/practices/a/index.en.md", "one\n")
	s.write("content/practices/a.b/índice.md", "ñ\n")
	s.write("empty", "")
	s.write("large", strings.Repeat("0123456789abcdef", 40_000))
	s.write("run.sh", "#!/bin/sh\n")
	if err := os.Chmod(filepath.Join(s.dir, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.commit()
	return s
}

var sampleFiles = []string{
	"content/practices/a.b/índice.md", "content/practices/a/index.en.md", "content/practices/a/index.es.md",
	"content/site.yaml", "empty", "large", "run.sh",
}

func TestTreeIsFS(t *testing.T) {
	s := sample(t)
	for name, s := range map[string]*source{"loose": s, "packed": s.bare()} {
		if err := fstest.TestFS(tree(t, s.open(), "HEAD"), sampleFiles...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFolderIsFS(t *testing.T) {
	dir := t.TempDir()
	s := sample(t)
	s.git("--work-tree="+dir, "checkout", "-q", "HEAD", "--", ".")
	files, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(files, sampleFiles...); err != nil {
		t.Error(err)
	}
}

// contents maps the path of every regular file to its bytes, and of everything
// else to its type.
func contents(t testing.TB, files fs.FS) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(files, ".", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == ".git":
			return fs.SkipDir
		case e.IsDir():
			return nil
		case !e.Type().IsRegular():
			all[path] = e.Type().String()
			return nil
		}
		data, err := fs.ReadFile(files, path)
		all[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sameContents(t testing.TB, name string, got, want map[string]string) {
	t.Helper()
	for path := range want {
		if _, ok := got[path]; !ok {
			t.Errorf("%s: %s is missing", name, path)
		}
	}
	for path := range got {
		if w, ok := want[path]; !ok || got[path] != w {
			t.Errorf("%s: %s differs", name, path)
		}
	}
}

func TestCleanWorkTreeEqualsCommit(t *testing.T) {
	s := sample(t)
	s.symlink("large", "link")
	s.commit()
	worktree, err := Folder(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	want := contents(t, worktree)
	if want["link"] != "L---------" || len(want) != len(sampleFiles)+1 {
		t.Fatalf("work tree has %d files, link is %q", len(want), want["link"])
	}
	sameContents(t, "loose", contents(t, tree(t, s.open(), "HEAD")), want)
	sameContents(t, "bare", contents(t, tree(t, s.bare().open(), "HEAD")), want)
	s.git("repack", "-q", "-a", "-d")
	sameContents(t, "repacked", contents(t, tree(t, s.open(), "HEAD")), want)
}

func TestTreeInfo(t *testing.T) {
	files := tree(t, sample(t).open(), "HEAD")
	when := time.Unix(firstCommit, 0).UTC()
	for name, want := range map[string]string{
		"run.sh":  "-r--r--r-- 10",
		"content": "dr-xr-xr-x 0",
		".":       "dr-xr-xr-x 0",
		"large":   "-r--r--r-- 640000",
	} {
		info, err := fs.Stat(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%s %d", info.Mode(), info.Size()); got != want || !info.ModTime().Equal(when) {
			t.Errorf("%s: got %s, %s, want %s, %s", name, got, info.ModTime(), want, when)
		}
	}
}

func TestTreeHash(t *testing.T) {
	s := sample(t)
	files := tree(t, s.open(), "HEAD")
	want := strings.TrimSpace(s.git("rev-parse", "HEAD:large"))
	if got := files.Hash("large"); got != want {
		t.Errorf("large: %q, want %q", got, want)
	}
	for _, name := range []string{"content", "nowhere"} {
		if got := files.Hash(name); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSymlinksAndSubmodules(t *testing.T) {
	s := newSource(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	s.write("real/file", "real")
	s.symlink("real", "folder-link")
	s.symlink("real/file", "file-link")
	s.symlink(secret, "out-link")
	s.symlink(filepath.Dir(secret), "out-folder")
	commit := s.commit()
	s.git("update-index", "--add", "--cacheinfo", "160000,"+commit+",module")
	s.git("commit", "-q", "-m", "module")
	if err := os.Mkdir(filepath.Join(s.dir, "module"), 0o777); err != nil {
		t.Fatal(err)
	}

	commitFiles := tree(t, s.open(), "HEAD")
	folderFiles, err := Folder(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for where, files := range map[string]fs.FS{"tree": commitFiles, "folder": folderFiles} {
		for _, name := range []string{"folder-link", "file-link", "out-link", "out-folder"} {
			info, err := fs.Stat(files, name)
			if err != nil || info.Mode().Type() != fs.ModeSymlink {
				t.Errorf("%s: Stat(%q) = %v, %v, want a link", where, name, info, err)
			}
			refuses(t, where, files, name)
			for _, below := range []string{"/file", "/secret", "/../real/file"} {
				refuses(t, where, files, name+below)
			}
		}
		if data, err := fs.ReadFile(files, "real/file"); string(data) != "real" || err != nil {
			t.Errorf("%s: got %q, %v", where, data, err)
		}
	}
	info, err := fs.Stat(commitFiles, "module")
	if err != nil || info.Mode().Type() != fs.ModeIrregular {
		t.Errorf("Stat(module) = %v, %v", info, err)
	}
	refuses(t, "tree", commitFiles, "module")
	if err := commitFiles.Load(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func refuses(t *testing.T, where string, files fs.FS, name string) {
	t.Helper()
	if f, err := files.Open(name); err == nil {
		f.Close()
		t.Errorf("%s: Open(%q) succeeds", where, name)
	}
	if _, err := fs.ReadFile(files, name); err == nil {
		t.Errorf("%s: ReadFile(%q) succeeds", where, name)
	}
	if _, err := fs.ReadDir(files, name); err == nil {
		t.Errorf("%s: ReadDir(%q) succeeds", where, name)
	}
}

func TestMissingFiles(t *testing.T) {
	s := sample(t)
	folder, err := Folder(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for where, files := range map[string]fs.FS{"tree": tree(t, s.open(), "HEAD"), "folder": folder} {
		for _, name := range []string{"missing", "content/missing", "contents", "missing/file"} {
			if _, err := fs.ReadFile(files, name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: ReadFile(%q): %v", where, name, err)
			}
			if _, err := fs.Stat(files, name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: Stat(%q): %v", where, name, err)
			}
		}
		for _, name := range []string{"", "/empty", "../x", "content/", "content/../empty"} {
			if _, err := fs.ReadFile(files, name); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s: ReadFile(%q): %v", where, name, err)
			}
		}
	}
}

// A hostile tree is made by hand: git itself refuses such names.
func TestHostileNames(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	blob := s.git("rev-parse", "HEAD:a")
	raw := func(name string) string { return "100644 " + name + "\x00" + unhex(blob) }
	for name, data := range map[string]string{
		"parent":    raw(".."),
		"self":      raw("."),
		"slash":     raw("a/b"),
		"empty":     raw(""),
		"latin-1":   raw("a\xf1o"),
		"twice":     raw("a") + raw("a"),
		"cut hash":  raw("a")[:20],
		"no zero":   "100644 a",
		"no space":  "100644a\x00" + unhex(blob),
		"long mode": strings.Repeat("1", 100) + " a\x00" + unhex(blob),
	} {
		file := filepath.Join(t.TempDir(), "tree")
		if err := os.WriteFile(file, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		hash := s.git("hash-object", "-t", "tree", "-w", "--literally", file)
		if _, err := s.open().Tree(Commit{Hash: "x", Tree: hash}); err == nil {
			t.Errorf("%s: the tree was read", name)
		}
	}
}

func unhex(hash string) string {
	raw, err := hex.DecodeString(hash)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestConcurrentReads(t *testing.T) {
	s := sample(t)
	for range 5 {
		s.write("large", strings.Repeat(fmt.Sprintln("line", s.when), 3000))
		s.commit()
	}
	for name, s := range map[string]*source{"loose": s, "packed": s.bare()} {
		r := s.open()
		files := tree(t, r, "HEAD")
		want := contents(t, tree(t, r, "HEAD"))
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				if i == 3 {
					if err := files.Load(t.Context(), nil); err != nil {
						t.Error(err)
					}
				}
				got := map[string]string{}
				for _, path := range sampleFiles {
					data, err := files.ReadFile(path)
					if err != nil {
						t.Error(err)
					}
					got[path] = string(data)
				}
				sameContents(t, name, got, want)
				if _, err := r.Commit("HEAD~2"); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
}

func TestOpenFile(t *testing.T) {
	files := tree(t, sample(t).open(), "HEAD")
	f, err := files.Open("content/site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if string(data) != "title: Acervo\n" || err != nil {
		t.Errorf("got %q, %v", data, err)
	}
	list, err := files.ReadDir("content/practices")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	// git stores "a.b" before "a", which it sorts as "a/".
	if want := []string{"a", "a.b"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}
