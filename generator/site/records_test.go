package site

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"acervo/generator/epub"
	"acervo/generator/gitfs"
)

// TestUnreadText removes the text of a record that the cache knows from the
// repository. It is not missed before it is wanted, and then is an error.
func TestUnreadText(t *testing.T) {
	t.Parallel()
	repo := newRepository(t)
	src := opened(t, repo.dir)
	src.Cache = t.TempDir()
	unread := func() Source {
		t.Helper()
		other, err := gitfs.Open(repo.dir)
		must(t, err)
		fresh := src
		fresh.Files, err = other.Tree(src.Commit)
		must(t, err)
		return fresh
	}
	read := func(src Source) *Plan {
		t.Helper()
		must(t, src.Load(t.Context()))
		plan, faults := Read(src, Options{}, nil)
		if plan == nil {
			t.Fatal(faults)
		}
		return plan
	}
	read(unread())
	const name = "content/practices/practica-7/index.es.md"
	blob := src.Files.(*gitfs.Tree).Hash(name)
	must(t, os.Remove(filepath.Join(repo.dir, ".git/objects", blob[:2], blob[2:])))
	plan := read(unread())
	if faults, err := plan.Check(t.Context()); err == nil {
		t.Errorf("no error, and the faults %v", faults)
	}
	if book, err := read(unread()).Book("es"); err != nil {
		t.Error(err)
	} else if err := epub.Write(io.Discard, book); err == nil {
		t.Error("a book was written without one of its texts")
	}
	src.Cache = ""
	if err := unread().Load(t.Context()); err == nil {
		t.Error("nothing is missed without a cache")
	}
}
