package site

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"acervo/generator/gitfs"
	"acervo/generator/memo"
)

// wantKept wants the same of a branch whether it is replayed or what was kept
// of it in a folder is read: of this commit, or of any other.
func wantKept(tb testing.TB, dir, cache string) {
	tb.Helper()
	src := opened(tb, dir)
	want, err := src.replayed()
	if err != nil {
		tb.Fatal(err)
	}
	folder, err := gitfs.Folder(dir)
	if err != nil {
		tb.Fatal(err)
	}
	src.Cache = cache
	same := func(what string) {
		tb.Helper()
		if m, err := src.remembered(); err != nil || !reflect.DeepEqual(m, want.memory) {
			tb.Errorf("%s: another memory (%v)", what, err)
		}
	}
	same("with what was kept")
	if kept := rememberMemory(cache, src.Commit.Hash); kept == nil || rememberMemory(cache, src.Commit.Tree) != nil {
		tb.Errorf("of this commit %v", kept)
	}
	same("again")
	src.Files = folder
	same("of a folder")
	if err := os.Remove(filepath.Join(cache, memoryFile)); err != nil {
		tb.Fatal(err)
	}
	same("with the versions only")
}

// TestDamagedMemory changes and cuts the files that are kept.
func TestDamagedMemory(t *testing.T) {
	b := newBranch(t, "es\nen")
	histories["swapped-and-moved-on"](b)
	cache, random := t.TempDir(), rand.New(rand.NewPCG(20261124, 9))
	wantKept(t, b.dir, cache)
	for _, name := range []string{memoryFile, versionsFile} {
		file := filepath.Join(cache, name)
		good, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			bad := slices.Clone(good)
			bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
			for _, data := range [][]byte{bad, good[:random.IntN(len(good))]} {
				if err := os.WriteFile(file, data, 0o666); err != nil {
					t.Fatal(err)
				}
				wantKept(t, b.dir, cache)
			}
		}
		if now, err := os.ReadFile(file); err != nil || !slices.Equal(now, good) {
			t.Errorf("%s was not written anew (%v)", name, err)
		}
	}
	form := memoryForm + opened(t, b.dir).Commit.Hash
	data, _ := memo.Read(cache, memoryFile, form)
	for range 20_000 { // behind a right checksum anything may stand
		bad := []byte(data)
		for range 1 + random.IntN(3) {
			bad[random.IntN(len(bad))] = byte(random.IntN(256))
		}
		d := memoryReader{Reader: memo.NewReader(string(bad[:random.IntN(len(bad))]))}
		d.memory()
	}
}
