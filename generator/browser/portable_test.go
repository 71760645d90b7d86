package browser

import (
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"
)

// testPortable opens a portable copy of the repository's own site from a
// folder that can't be written to, as one is given away: without a server, and
// with a name that addresses have to quote.
func testPortable(t *testing.T, c *chromium, _ *published) {
	s := &published{dir: filepath.Join(t.TempDir(), "memoria USB ñ #1 100%")}
	generate(t, "build", "--source", "../..", "--worktree", "--portable", "--out", s.dir)
	s.dir = readOnly(t, s.dir)
	s.address = (&url.URL{Scheme: "file", Path: filepath.ToSlash(s.dir) + "/"}).String()
	t.Run("links", func(t *testing.T) { portableLinks(t, s) })
	t.Run("pages", func(t *testing.T) { portablePages(t, c, s) })
	start := time.Now()
	t.Run("every page", func(t *testing.T) { portableEvery(t, s) })
	t.Logf("every page: %v", time.Since(start).Round(10*time.Millisecond))
	t.Run("field", func(t *testing.T) { portableField(t, c, s) })
	t.Run("search", func(t *testing.T) { portableSearch(t, c, s) })
	t.Run("languages", func(t *testing.T) { portableLanguages(t, c, s) })
	t.Run("way out", func(t *testing.T) { portableWayOut(t, c, s) })
	t.Run("firefox", func(t *testing.T) { portableFirefox(t, s) })
}

// readOnly returns a folder with the same files that nobody can write to: a
// mount where this process may mount, else the folder itself.
func readOnly(t *testing.T, dir string) string {
	t.Helper()
	mounted := filepath.Join(t.TempDir(), filepath.Base(dir))
	if err := os.Mkdir(mounted, 0o755); err != nil {
		t.Fatal(err)
	}
	if exec.Command("mount", "--bind", "-o", "ro", dir, mounted).Run() == nil {
		t.Cleanup(func() {
			for range 50 { // until browsers have closed its files
				if exec.Command("umount", mounted).Run() == nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Error("still mounted: " + mounted)
		})
		if os.WriteFile(filepath.Join(mounted, "x"), nil, 0o666) != nil {
			return mounted
		}
	}
	permit := func(mode fs.FileMode) {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				err = os.Chmod(name, mode)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	permit(0o555)
	t.Cleanup(func() { permit(0o755) })
	return dir
}

// portableLinks follows every address of every page to a file, or for a link
// to the web.
func portableLinks(t *testing.T, s *published) {
	for _, name := range s.pages(t) {
		page, err := html.Parse(strings.NewReader(s.read(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		for n := range page.Descendants() {
			for _, a := range n.Attr {
				if n.Type == html.ElementNode && slices.Contains([]string{"href", "src", "action", "data-find", "data-correct", "data-phrase", "data-page"}, a.Key) {
					s.follow(t, name, n.Data, a.Val)
				}
			}
		}
	}
}

// pages are the names of all pages.
func (s *published) pages(t *testing.T) []string {
	t.Helper()
	pages := slices.DeleteFunc(filesOf(t, os.DirFS(s.dir)), func(name string) bool { return !strings.HasSuffix(name, ".html") })
	if len(pages) < 1000 {
		t.Fatalf("%d pages", len(pages))
	}
	return pages
}

func (s *published) follow(t *testing.T, from, tag, address string) {
	t.Helper()
	u, err := url.Parse(address)
	switch {
	case err != nil:
		t.Errorf("%s: %v", from, err)
	case u.Scheme == "" && u.Path == "" && u.Fragment != "":
	case u.Scheme != "":
		if tag != "a" && tag != "link" || !slices.Contains([]string{"https", "http", "mailto"}, u.Scheme) {
			t.Errorf("%s: <%s> leads to %s", from, tag, address)
		}
	default:
		info, err := os.Stat(filepath.Join(s.dir, filepath.FromSlash(path.Join(path.Dir(from), u.Path))))
		if err != nil || info.IsDir() {
			t.Errorf("%s: <%s> leads to %s: no file", from, tag, address)
		}
	}
}

// portablePages opens a page of each kind. Its reader's languages are none of
// the copy's, so that the pages without a language stay.
func portablePages(t *testing.T, c *chromium, s *published) {
	tab := c.open(t, "de")
	opened := 0
	for _, sample := range s.samples(t) {
		if sample.kind == "missing" {
			continue
		}
		opened++
		tab.visit(s.address + sample.path + "index.html")
		tab.folder(s, sample.kind)
		if !evaluate[bool](tab, `document.querySelector(".copy").checkVisibility() && document.querySelector("main").checkVisibility() && getComputedStyle(document.querySelector(".exit")).position === "fixed"`) {
			t.Errorf("%s: not as it should look", sample.kind)
		}
		tab.guarded()
		tab.heard() // what the guard refused
	}
	if opened < 20 {
		t.Errorf("%d pages", opened)
	}
	tab.visit(s.address + "es/index.html")
	tab.narrow()
	tab.accessible(axeScript(t))
}

// portableEvery opens every page once, several at a time; where not all must be
// tried, which takes a minute or two, one in twelve. Keeping pages to go back
// to, and the processes that they are in, would double the time.
func portableEvery(t *testing.T, s *published) {
	c := startChromium(t, chromedp.Flag("disable-features", "BackForwardCache,ProactivelySwapBrowsingInstance"))
	pages := s.pages(t)
	if os.Getenv("ACERVO_CI") == "" {
		n := 0
		pages = slices.DeleteFunc(pages, func(string) bool { n++; return n%12 != 0 })
	}
	for some := range slices.Chunk(pages, 50) { // a tab has a minute
		t.Run(some[0], func(t *testing.T) {
			t.Parallel()
			tab := c.open(t, "de")
			for _, name := range some {
				address := s.address + name
				tab.visit(address)
				seen := evaluate[[]string](tab, `[location.href, getComputedStyle(document.body).margin,
					String([...document.images].filter((i) => i.loading !== "lazy" && !i.naturalWidth).length)]`)
				if want := []string{address, "0px", "0"}; !slices.Equal(seen, want) {
					t.Errorf("%s: address, margin and missing pictures are %q", name, seen)
				}
				tab.folder(s, name)
			}
		})
	}
}

// folder checks that a page complained of nothing and asked for nothing but
// files of the copy, all of which are there.
func (tab *tab) folder(s *published, where string) {
	tab.Helper()
	console, requests := tab.heard()
	for _, message := range console {
		tab.Errorf("%s: console: %s", where, message)
	}
	for _, request := range requests {
		if !strings.HasPrefix(request, s.address) {
			tab.Errorf("%s: asks for %s", where, request)
		}
	}
}

// portableField finds a record from the field in a page's head.
func portableField(t *testing.T, c *chromium, s *published) {
	tab := c.open(t, "es")
	practice, _ := s.aPractice(t)
	tab.visit(s.address + practice + "index.html")
	tab.press("/")
	tab.until(`document.querySelector("[role=combobox]") !== null`)
	tab.write("refujio")
	tab.until(`document.querySelector(".suggested mark") !== null`)
	target := tab.suggested()
	if !strings.HasPrefix(target, s.address+"es/") || !strings.HasSuffix(target, "/index.html") {
		t.Errorf("a result leads to %s", target)
	}
	tab.press("Enter")
	tab.at(target)
	tab.folder(s, "field")
}

// portableSearch takes words from a page's head to the search page, filters,
// opens a result and goes back.
func portableSearch(t *testing.T, c *chromium, s *published) {
	const count = `Number(document.querySelector(".find-count").textContent.replace(/\D/g, ""))`
	tab := c.open(t, "es")
	tab.visit(s.address + "es/paises/index.html")
	tab.do(chromedp.Evaluate[chromedp.Void](fieldSeen + `[0].focus()`))
	tab.write(`"trata de personas"`)
	tab.press("Enter")
	tab.until(`location.pathname.endsWith("/es/search/index.html") && document.querySelector("ol.cards mark") !== null`)
	if name := evaluate[string](tab, `window.name`); name != "" {
		t.Errorf("the words stay behind: %q", name)
	}
	all := evaluate[int](tab, count)
	tab.click(`.facet:nth-child(1) li:not([hidden]) input`)
	tab.until(`document.querySelectorAll(".chip").length === 1 && location.hash.startsWith("#kind=")`)
	if some := evaluate[int](tab, count); all == 0 || some == 0 || some >= all {
		t.Errorf("%d results, filtered %d", all, some)
	}
	target := evaluate[string](tab, `document.querySelector("ol.cards a").href`)
	tab.click("ol.cards a")
	tab.at(target)
	tab.do(chromedp.NavigateBack())
	tab.until(`document.querySelectorAll(".chip").length === 1 && document.querySelector("ol.cards mark") !== null && document.querySelector(".find-here input").value.startsWith("\"trata")`)
	tab.forgets("trata%20de")
	tab.folder(s, "search")
}

// portableLanguages comes from the root to the reader's language, and changes
// it on the search page with the words.
func portableLanguages(t *testing.T, c *chromium, s *published) {
	tab := c.open(t, "fr-CA,en")
	tab.leadTo(s.address + "index.html")
	tab.at(s.address + "fr/index.html")
	_, permanent := s.aPractice(t)
	tab.leadTo(s.address + permanent + "index.html#limits")
	tab.until(`document.documentElement.lang === "fr" && location.pathname.endsWith("/index.html") && location.hash === "#limits"`)
	tab.findOn(s.address+"es/search/index.html", "refugio")
	tab.until(`document.querySelector("ol.cards mark") !== null`)
	tab.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[data-languages]").open = true`))
	tab.click(`[data-languages] [lang="en"]`)
	tab.until(`location.pathname.endsWith("/en/search/index.html") && document.querySelector(".find-here input").value === "refugio"`)
	tab.folder(s, "languages")
}

// portableWayOut leaves and goes back: nothing is shown, whatever the network.
func portableWayOut(t *testing.T, c *chromium, s *published) {
	tab := c.open(t, "es")
	tab.visit(s.address + "es/index.html")
	tab.visit(s.address + "es/ayuda/index.html")
	tab.click(".exit")
	tab.until(`location.href === "about:blank"`)
	tab.unseen()
	tab.do(chromedp.NavigateBack())
	tab.until(`location.href === "about:blank"`)
	tab.unseen()
}
