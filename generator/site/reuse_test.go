package site

import (
	"context"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"acervo/generator/memo"
	"acervo/generator/output"
)

// publishedTo builds a source into a folder that is there already or not, and
// returns its files.
func publishedTo(tb testing.TB, src Source, out string) map[string]string {
	tb.Helper()
	plan, faults := Read(src, Options{}, nil)
	if plan == nil {
		tb.Fatal(faults)
	}
	dir, err := output.Create(out, "")
	if err != nil {
		tb.Fatal(err)
	}
	defer dir.Discard()
	if _, faults, err := plan.Build(context.Background(), dir); err != nil || len(faults) > 0 {
		tb.Fatal(err, faults)
	}
	sums := map[string]string{}
	for _, f := range dir.Files() {
		sums[f.Name] = f.SHA256
	}
	if err := dir.Publish(); err != nil {
		tb.Fatal(err)
	}
	return sums
}

// stats are the files below a folder.
func stats(tb testing.TB, dir string) map[string]fs.FileInfo {
	tb.Helper()
	all := map[string]fs.FileInfo{}
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, file)
			all[filepath.ToSlash(name)], err = d.Info()
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// TestReuse builds again and again into one folder. Each build gives what one
// into an empty folder without a cache gives, and takes over what it can.
func TestReuse(t *testing.T) {
	t.Parallel()
	repo := newRepository(t)
	out, cache := filepath.Join(t.TempDir(), "public"), t.TempDir()
	var wanted string // a commit
	var want map[string]string
	// again builds and counts the files that are those of the last build.
	again := func(what string) (indexes, packs, pages int) {
		t.Helper()
		src := openedWith(t, repo.dir, cache)
		if wanted != src.Commit.Hash {
			wanted, want = src.Commit.Hash, built(t, opened(t, repo.dir), nil)
		}
		var before map[string]fs.FileInfo
		if _, err := os.Stat(out); err == nil {
			before = stats(t, out)
		}
		compare(t, publishedTo(t, src, out), want)
		if t.Failed() {
			t.Fatal(what)
		}
		for name, now := range stats(t, out) {
			if old := before[name]; old == nil || !os.SameFile(old, now) {
				continue
			}
			switch {
			case strings.HasPrefix(name, searchFolder) && strings.HasSuffix(name, "/manifest.js"):
				indexes++
			case strings.HasSuffix(name, ".pack"):
				packs++
			case strings.HasSuffix(name, ".html"):
				pages++
			}
		}
		return indexes, packs, pages
	}
	again("first")
	all, allPages := 0, 0
	for name := range stats(t, out) {
		switch {
		case strings.HasSuffix(name, ".pack"):
			all++
		case strings.HasSuffix(name, ".html"):
			allPages++
		}
	}
	indexes, packs, pages := again("second")
	if indexes < 3 || packs != all || pages < allPages*9/10 {
		t.Errorf("nothing has changed: %d indexes, %d of %d packs and %d of %d pages were taken over", indexes, packs, all, pages, allPages)
	}

	name := "content/practices/practica-7/index.es.md"
	text, err := os.ReadFile(filepath.Join(repo.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	write(t, repo.dir, name, string(text)+"\nAlgo nuevo.\n")
	commitAll(t, repo.dir)
	// Its page in each language tells of the change.
	if now, some, rest := again("an edit"); now != indexes-1 || some == 0 || some >= packs || rest != pages-3 {
		t.Errorf("a text was changed: %d of %d indexes, %d of %d packs and %d of %d pages were taken over", now, indexes, some, packs, rest, pages)
	}
	write(t, repo.dir, name, strings.Replace(string(text), "title: ", "title: Otro ", 1))
	commitAll(t, repo.dir)
	if _, _, rest := again("another title"); rest != 0 {
		t.Errorf("a title was changed: %d pages were taken over", rest)
	}

	random := rand.New(rand.NewPCG(20261130, 1))
	names := slices.Sorted(maps.Keys(stats(t, out)))
	for _, name := range names {
		if random.IntN(8) == 0 && name != output.Record {
			damage(t, random, filepath.Join(out, name))
		}
	}
	again("damaged files")
	again("whole files")
	for range 3 {
		damage(t, random, filepath.Join(cache, outputsFile))
		if now, _, rest := again("a damaged memory"); now+rest != 0 {
			t.Errorf("%d indexes and %d pages were taken over by a damaged memory", now, rest)
		}
	}

	r := readLast(cache, nil)
	data, ok := memo.Read(cache, outputsFile, r.form)
	if !ok {
		t.Fatal("nothing is left to the next build")
	}
	for range 2000 { // behind a right checksum anything may stand
		bad := []byte(data)
		for range 1 + random.IntN(3) {
			bad[random.IntN(len(bad))] = byte(random.IntN(256))
		}
		memo.Write(cache, outputsFile, r.form, bad[:random.IntN(len(bad))])
		readLast(cache, nil)
	}
	for range 3 {
		bad := []byte(data)
		bad[random.IntN(len(bad))]++
		memo.Write(cache, outputsFile, r.form, bad)
		again("a wrong memory")
	}
}

// damage changes a bit of a file.
func damage(tb testing.TB, random *rand.Rand, file string) {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	if len(data) == 0 {
		return
	}
	data[random.IntN(len(data))] ^= 1 << random.IntN(8)
	if err := os.WriteFile(file, data, 0o666); err != nil {
		tb.Fatal(err)
	}
}
