package search

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	rivalDocs    = flag.Int("pagefind", 0, "compare with Pagefind on so many documents")
	rivalQueries = flag.Int("pagefind-queries", 1000, "queries of a kind, for the places of what was looked for")
	rivalCold    = flag.Int("pagefind-cold", 60, "queries of a kind in a browser that has nothing yet")
	rivalBuild   = flag.String("pagefind-build", "", "only build the index of the documents in this folder")
)

// TestPagefind compares this search with Pagefind 1.6.0 on documents of about
// 600 words, and fails where an aim is missed. It needs npm (which installs
// what testdata/pagefind/package-lock.json pins), a Chromium and Linux, for
// 3,000 documents a quarter of an hour and for 30,000 an hour:
//
//	go test ./generator/search -run TestPagefind -v -pagefind 3000 -timeout 1h
//	go test ./generator/search -run TestPagefind -v -pagefind 30000 -timeout 3h -pagefind-queries 50 -pagefind-cold 20
//
// No other test rests on it, and nothing but its own output claims its figures,
// so it is skipped unless it is asked for.
//
// Both get the same texts and facets. The place of what was looked for is a
// matter of chance too: the standard error that is told is that of the mean of
// the differences, query by query. Bytes are those of the responses' bodies,
// with gzip where it makes them smaller. Ours include the published scripts with
// their interface; Pagefind's have an interface, its own pagefind-ui, on the
// search page only. A cold query is the first in a browser without a cache, from
// the first request to ten results. A warm query is one whose files are there:
// its time is what the engine takes from the words to the records of ten
// results. A reader waits longer for what the page does before and after: 120 ms
// after a key, since the next one may follow (see assets/search/ui/turn.ts), and
// the time to put the list into the page. Round trips are responses that had to
// be waited for one after the other. Processor time and memory are the kernel's,
// of one process each: ours reads the documents from a gob file, Pagefind from
// the pages. The memory is at least that of the test, some 100 MB, which the
// kernel counts for its children too.
func TestPagefind(t *testing.T) {
	if *rivalBuild != "" {
		buildFolder(t, *rivalBuild)
		return
	}
	if *rivalDocs == 0 {
		t.Skip("asked for with -pagefind and a number of documents")
	}
	dir := t.TempDir()
	started := time.Now()
	step := func(what string) { t.Log(time.Since(started).Round(time.Second), what) }
	targets := tellSite(t, dir, *rivalDocs, max(*rivalQueries, *rivalCold))
	step("documents")
	m := newMeasures(*rivalDocs)
	var costs [both]cost
	costs[ours] = measure(t, exec.Command(os.Args[0], "-test.run=^TestPagefind$", "-pagefind-build="+dir))
	step("our index")
	costs[theirs] = measure(t, exec.Command(installPagefind(t), "--site", filepath.Join(dir, "site")))
	step("Pagefind's index")
	m.cost(costs)
	s := serveBoth(t, dir)
	m.weigh(t, dir, s.scripts)
	browser := startBrowser(t)
	for _, kind := range kinds {
		m.place(browser, s, kind, targets[:*rivalQueries])
		step("places: " + kind.name)
	}
	if *rivalCold > 0 {
		m.warm(browser, s, targets[:*rivalCold])
		for _, kind := range coldKinds {
			m.askCold(browser, s, kind, targets[:*rivalCold])
			step("cold: " + kind.name)
		}
	}
	m.report(t)
}

// tellSite writes a library as pages and as a gob file, and returns some of
// its documents. No more are kept, so that this process stays small.
func tellSite(t *testing.T, dir string, docs, targets int) []target {
	t.Helper()
	file, err := os.Create(filepath.Join(dir, "docs.gob"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	e := gob.NewEncoder(w)
	l := newLibrary(docs)
	var list []target
	for i := range docs {
		d := l.document(i, docs)
		page := filepath.Join(dir, "site", filepath.FromSlash(d.Record.Address), "index.html")
		err := errors.Join(e.Encode(d), os.MkdirAll(filepath.Dir(page), 0o755), os.WriteFile(page, pageOf(d), 0o644))
		if err != nil {
			t.Fatal(err)
		}
		if i*targets/docs == len(list) {
			list = append(list, newTarget(d))
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return list
}

// pageOf writes a document as a page: its headings stand between parts of its
// body.
func pageOf(d Document) []byte {
	var b strings.Builder
	var filters []string
	for id, codes := range d.Facets {
		for _, c := range codes {
			filters = append(filters, id+":"+c)
		}
	}
	slices.Sort(filters)
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"es\">\n<head><meta charset=\"utf-8\"><title>%s</title></head>\n<body>\n", html.EscapeString(d.Title))
	fmt.Fprintf(&b, "<main data-pagefind-body data-pagefind-filter=\"%s\">\n", strings.Join(filters, ", "))
	fmt.Fprintf(&b, "<h1>%s</h1>\n<p>%s</p>\n", html.EscapeString(d.Title), html.EscapeString(d.Summary))
	headings, body := strings.Split(d.Headings, "\n"), strings.Fields(d.Body)
	for i, h := range headings {
		part := body[i*len(body)/len(headings) : (i+1)*len(body)/len(headings)]
		fmt.Fprintf(&b, "<h2>%s</h2>\n<p>%s</p>\n", html.EscapeString(h), html.EscapeString(strings.Join(part, " ")))
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	return []byte(b.String())
}

// buildFolder is what the child process does: it reads the documents and
// writes the index.
func buildFolder(t *testing.T, dir string) {
	file, err := os.Open(filepath.Join(dir, "docs.gob"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var docs []Document
	for decoder := gob.NewDecoder(bufio.NewReader(file)); ; {
		var d Document
		if err := decoder.Decode(&d); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	for _, f := range buildIndex(t, docs, libraryOptions()).Files() {
		name := filepath.Join(dir, "ours", "search", filepath.FromSlash(f.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// A cost is what a process took.
type cost struct {
	processor time.Duration
	memory    int64 // the most bytes at once
}

func measure(t *testing.T, cmd *exec.Cmd) cost {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("memory is counted in other units elsewhere")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), usage.Maxrss * 1024}
}

// installPagefind installs the pinned Pagefind and returns its program.
func installPagefind(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/pagefind")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm: %v\n%s", err, out)
	}
	programs, err := filepath.Glob(filepath.Join(dir, "node_modules", "@pagefind", "*", "bin", "pagefind_extended"))
	if err != nil || len(programs) != 1 {
		t.Fatal("the program of Pagefind: ", programs, err)
	}
	return programs[0]
}

// sizeOf is how many files a folder has, and their bytes.
func sizeOf(t *testing.T, dir string, want func(name string) bool) (files, size int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !want(d.Name()) {
			return err
		}
		info, err := d.Info()
		if err == nil {
			files, size = files+1, size+int(info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, size
}
