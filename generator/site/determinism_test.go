package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"acervo/generator/gitfs"
	"acervo/generator/output"
)

// A repository is a corpus committed with the git program, beside a bare copy.
type repository struct{ dir, bare string }

func newRepository(tb testing.TB) repository {
	tb.Helper()
	dir := writeCorpus(tb, 12, "en", "fr")
	write(tb, dir, "content/glossary/foto/index.es.md", "---\nid: \"3000003\"\ntitle: Foto\nsummary: Con foto.\n---\n\n![Una foto](foto.jpg)\n")
	write(tb, dir, "content/glossary/foto/foto.jpg", string(photo(tb, "jpeg")))
	git(tb, dir, "init", "-q", "-b", "main")
	commitAll(tb, dir)
	bare := filepath.Join(tb.TempDir(), "bare.git")
	git(tb, dir, "clone", "-q", "--bare", ".", bare)
	return repository{dir, bare}
}

// git runs the git program without the settings of the machine.
func git(tb testing.TB, dir string, args ...string) {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), "git", append([]string{"-c", "core.fsync=none", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Autora", "GIT_AUTHOR_EMAIL=autora@example.org", "GIT_AUTHOR_DATE=@1790000000 +0000",
		"GIT_COMMITTER_NAME=Editora", "GIT_COMMITTER_EMAIL=editora@example.org", "GIT_COMMITTER_DATE=@1790000000 +0000")
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func commitAll(tb testing.TB, dir string) {
	tb.Helper()
	git(tb, dir, "add", "-A")
	git(tb, dir, "commit", "-q", "-m", "content: add records")
}

// opened returns the source of a repository's last commit.
func opened(tb testing.TB, dir string) Source {
	tb.Helper()
	return openedWith(tb, dir, "")
}

// openedWith is the last commit of a folder with a cache, as the program opens it.
func openedWith(tb testing.TB, dir, cache string) Source {
	tb.Helper()
	repo, err := gitfs.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	commit, err := repo.Commit("HEAD")
	if err != nil {
		tb.Fatal(err)
	}
	history, err := repo.History(tb.Context(), commit, cache)
	if err != nil {
		tb.Fatal(err)
	}
	tree, err := repo.Tree(commit)
	if err != nil {
		tb.Fatal(err)
	}
	src := Source{Files: tree, Commit: commit, History: history, Repo: repo, Program: programFiles(), Cache: cache}
	if err := src.Load(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return src
}

// built builds a source into a folder and returns the hash of every file.
func built(tb testing.TB, src Source, cache *Cache) map[string]string {
	tb.Helper()
	plan, faults := Read(src, Options{}, cache)
	if plan == nil {
		tb.Fatal(faults[:min(3, len(faults))])
	}
	dir, err := output.Create(filepath.Join(tb.TempDir(), "public"), "")
	if err != nil {
		tb.Fatal(err)
	}
	defer dir.Discard()
	if _, faults, err = plan.Build(context.Background(), dir); err != nil || len(faults) > 0 {
		tb.Fatal(err, faults)
	}
	sums := map[string]string{}
	for _, file := range dir.Files() {
		sums[file.Name] = file.SHA256
	}
	return sums
}

// TestSameBytes builds one commit in many ways. All give the same files.
func TestSameBytes(t *testing.T) {
	repo := newRepository(t)
	src := opened(t, repo.dir)
	want := built(t, src, nil)
	if len(want) < 100 || want["build.json"] == "" {
		t.Fatalf("%d files", len(want))
	}
	folder, err := gitfs.Folder(repo.dir)
	if err != nil {
		t.Fatal(err)
	}
	with := func(files fs.FS) Source {
		other := src
		other.Files = files
		return other
	}
	cache := &Cache{}
	built(t, src, cache)
	ways := map[string]func() map[string]string{
		"one processor":     func() map[string]string { return processors(t, 1, src) },
		"two processors":    func() map[string]string { return processors(t, 2, src) },
		"shuffled folders":  func() map[string]string { return built(t, with(shuffled{src.Files}), nil) },
		"a clean work tree": func() map[string]string { return built(t, with(folder), nil) },
		"a bare repository": func() map[string]string { return built(t, opened(t, repo.bare), nil) },
		"a warm cache":      func() map[string]string { return built(t, src, cache) },
	}
	for _, name := range sortedNames(ways) {
		t.Run(name, func(t *testing.T) { compare(t, ways[name](), want) })
	}
}

func processors(tb testing.TB, n int, src Source) map[string]string {
	tb.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	return built(tb, src, nil)
}

func compare(t *testing.T, got, want map[string]string) {
	t.Helper()
	for _, name := range slices.Compact(slices.Sorted(maps.Keys(merged(got, want)))) {
		if got[name] != want[name] {
			t.Errorf("%s: %.10q, want %.10q", name, got[name], want[name])
		}
	}
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// shuffled lists folders in another order at each reading.
type shuffled struct{ fs.FS }

func (s shuffled) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(s.FS, name)
	list = slices.Clone(list)
	rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list, err
}

// TestSameBytesElsewhere builds in processes with another time zone, language
// and locale.
func TestSameBytesElsewhere(t *testing.T) {
	if dir := os.Getenv("ACERVO_TEST_BUILD"); dir != "" {
		fmt.Println("sum", sumOf(built(t, opened(t, dir), nil)))
		return
	}
	repo := newRepository(t)
	want := sumOf(built(t, opened(t, repo.dir), nil))
	for _, env := range [][]string{
		{"TZ=Pacific/Kiritimati", "LANG=ar_EG.UTF-8", "LC_ALL=ar_EG.UTF-8"},
		{"TZ=America/Tegucigalpa", "LANG=tr_TR.UTF-8", "LC_ALL=tr_TR.UTF-8"},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSameBytesElsewhere$")
		cmd.Env = append(append(os.Environ(), "ACERVO_TEST_BUILD="+repo.dir), env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", env, err, out)
		}
		if !strings.Contains(string(out), "sum "+want+"\n") {
			t.Errorf("%v: other bytes\n%s", env, out)
		}
	}
}

func sumOf(files map[string]string) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%s %s\n", files[name], name)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// TestMake holds that each output made alone, in any order, has the bytes that
// the build writes.
func TestMake(t *testing.T) {
	src := opened(t, newRepository(t).dir)
	want := built(t, src, nil)
	plan, faults := Read(src, Options{}, nil)
	if plan == nil {
		t.Fatal(faults)
	}
	names := plan.Names()
	rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	got := map[string]string{}
	for name, sum := range want { // made by the build only
		if name == "build.json" || strings.HasPrefix(name, offlineFolder) && !slices.Contains(names, name) {
			got[name] = sum
		}
	}
	if len(got) < 10 {
		t.Errorf("only %d files are made by the build alone", len(got))
	}
	for _, name := range names {
		data, found, err := plan.Make(name)
		if err != nil || !found {
			t.Fatalf("%s: %v, found %v", name, err, found)
		}
		sum := sha256.Sum256(data)
		got[name] = hex.EncodeToString(sum[:])
	}
	compare(t, got, want)
	for _, name := range []string{"es/nada/index.html", "offline/es/manifest.json"} {
		if _, found, err := plan.Make(name); found || err != nil {
			t.Errorf("%s, which a preview does not have: found %v, %v", name, found, err)
		}
	}
}

// TestIrregular refuses symbolic links and submodules in a commit, wherever
// they lead, and links in a work tree.
func TestIrregular(t *testing.T) {
	dir := writeCorpus(t, 1, "en", "fr")
	inner := t.TempDir()
	git(t, inner, "init", "-q", "-b", "main")
	write(t, inner, "index.es.md", "---\nid: \"3000003\"\n---\n")
	commitAll(t, inner)
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "submodule", "add", "-q", inner, "content/glossary/ajeno")
	for link, target := range map[string]string{
		"content/practices/enlace":                "../practices/practica-0",
		"content/practices/practica-0/foto.jpg":   "/etc/hostname",
		"content/practices/practica-0/secreto.md": "../../site.yaml",
		"layouts/otro.html":                       "../content/site.yaml",
		"fuera":                                   "/etc",
	} {
		os.MkdirAll(filepath.Join(dir, filepath.Dir(link)), 0o755)
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	commitAll(t, dir)
	links := []string{
		"content/practices/enlace symbolic-link", "content/practices/practica-0/foto.jpg symbolic-link",
		"content/practices/practica-0/secreto.md symbolic-link", "layouts/otro.html symbolic-link",
	}
	checkPlaces(t, "commit", opened(t, dir), append([]string{"content/glossary/ajeno submodule"}, links...))
	folder, err := gitfs.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "content/glossary")); err != nil {
		t.Fatal(err)
	}
	checkPlaces(t, "work tree", Source{Files: folder, Program: programFiles()}, links)
}

func checkPlaces(t *testing.T, name string, src Source, want []string) {
	t.Helper()
	plan, faults := Read(src, Options{}, shared)
	if plan != nil {
		t.Fatalf("%s: no faults", name)
	}
	var got []string
	for _, fault := range faults {
		got = append(got, fault.Path+" "+fault.Code)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q\nwant %q", name, got, want)
	}
}
