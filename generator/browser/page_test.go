package browser

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"acervo/generator/content"
)

// A sample is a page of a site that stands for its kind.
type sample struct {
	kind, path string
	site       *published
}

// samples finds a page of each kind in the site: the largest of its kind, and
// of the practices the smallest too.
func (s *published) samples(t *testing.T) []sample {
	t.Helper()
	largest, smallest := map[string]string{}, ""
	size := map[string]int{}
	walk := func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "index.html" {
			return err
		}
		name, _ := filepath.Rel(s.dir, filepath.Dir(file))
		name = filepath.ToSlash(name) + "/"
		text := s.read(t, name+"index.html")
		size[name] = len(text)
		kind := kindOf(text, name)
		if size[name] > size[largest[kind]] {
			largest[kind] = name
		}
		if kind == "practice" && (smallest == "" || size[name] < size[smallest]) {
			smallest = name
		}
		return nil
	}
	if err := filepath.WalkDir(s.dir, walk); err != nil {
		t.Fatal(err)
	}
	delete(largest, "")
	all := []sample{{"emptiest practice", smallest, s}, {"missing", "404.html", s}, {"root", "", s}, {"contribute", "es/contribuir/", s}}
	for kind, name := range largest {
		all = append(all, sample{kind, name, s})
	}
	return all
}

// copied are pages of a copy of the catalogue that differs: one with the text of
// another language, of which the catalogue has none since no record lacks a
// translation, and one that offers files to download.
func copied(t *testing.T) []sample {
	t.Helper()
	source := t.TempDir()
	if err := os.CopyFS(filepath.Join(source, "content"), os.DirFS("../../content")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(source, "content/practices/empodera-mis-derechos/index.fr.md")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(source, content.DownloadsFile), content.WriteDownloads(offered), 0o666); err != nil {
		t.Fatal(err)
	}
	s, path := publishSite(t, source), "fr/pratiques/empodera-mis-derechos/"
	if !strings.Contains(s.read(t, path+"index.html"), "notice-fallback") {
		t.Fatalf("%s is in French", path)
	}
	return []sample{{"fallback", path, s}, {"downloads of files", "es/downloads/", s}}
}

// offered are files that a site offers.
var offered = []content.Download{
	{File: "acervo-es.html", Kind: "html", Lang: "es", Bytes: 1046510, SHA256: strings.Repeat("0a", 32), Date: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
		Commit: strings.Repeat("0a", 20), Address: "https://archivos.example/acervo-es.html"},
	{File: "acervo-es.zim", Kind: "zim", Lang: "es", Bytes: 884069, SHA256: strings.Repeat("1b", 32), Date: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
		Commit: strings.Repeat("0a", 20), Address: "https://archivos.example/acervo-es.zim"},
	{File: "acervo-fr.epub", Kind: "epub", Lang: "fr", Bytes: 350173, SHA256: strings.Repeat("2c", 32), Date: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
		Commit: strings.Repeat("0a", 20), Address: "https://archivos.example/acervo-fr.epub"},
}

// kindOf returns what kind of page a page is, if it may stand for it: pages in
// Spanish, and permanent addresses.
func kindOf(text, name string) string {
	_, class, _ := strings.Cut(text, `<body class="is-`)
	kind, _, _ := strings.Cut(class, `"`)
	switch {
	case kind == "list" && strings.Count(name, "/") > 2:
		kind = "term list"
	}
	if strings.HasPrefix(name, "es/") || kind == "permanent" {
		return kind
	}
	return ""
}

// kinds are the kinds of pages of which there must be a sample.
var kinds = []string{"contribute", "country", "downloads", "downloads of files", "emptiest practice", "event", "fallback", "glossary", "help", "home", "lesson", "list",
	"message", "missing", "offline", "organization", "page", "permanent", "practice", "root", "search", "taxonomy", "term", "term list", "translations"}

// testPages looks at a page of each kind, light and dark, on a telephone and
// on a desk. Its reader's languages are none of the site's, so that the pages
// without a language stay.
func testPages(t *testing.T, c *chromium, s *published) {
	axe := axeScript(t)
	samples := append(s.samples(t), copied(t)...)
	slices.SortFunc(samples, func(a, b sample) int { return strings.Compare(a.kind, b.kind) })
	var found []string
	for _, sample := range samples {
		found = append(found, sample.kind)
	}
	if !slices.Equal(found, kinds) {
		t.Errorf("kinds of pages: got %q, want %q", found, kinds)
	}
	for _, sample := range samples {
		t.Run(sample.kind, func(t *testing.T) {
			tab := c.open(t, "de")
			tab.size(360, 740)
			tab.scheme("light")
			tab.visit(sample.site.address + sample.path)
			tab.quiet(sample.site.address)
			tab.narrow()
			tab.accessible(axe)
			tab.quiet(sample.site.address)
			tab.guarded()
		})
	}
}

// quiet checks that the page had nothing to complain of, and that it asked
// nobody else for anything.
func (tab *tab) quiet(address string) {
	tab.Helper()
	console, requests := tab.heard()
	for _, message := range console {
		tab.Errorf("console: %s", message)
	}
	origin := strings.TrimSuffix(address, basePath)
	for _, request := range requests {
		if !strings.HasPrefix(request, origin+"/") {
			tab.Errorf("request outside of the site: %s", request)
		}
	}
}

// narrow checks that the narrowest screens need no scrolling to the side.
// https://www.w3.org/TR/WCAG22/#reflow
func (tab *tab) narrow() {
	tab.Helper()
	tab.size(320, 568)
	wide := evaluate[[]string](tab, `(() => {
		scrollTo(1000, 0);
		if (scrollX === 0 && document.documentElement.scrollWidth <= innerWidth) return [];
		return [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest(".table"))
			.map((e) => e.tagName + "." + e.className).slice(0, 5);
	})()`)
	if len(wide) > 0 {
		tab.Errorf("wider than 320 pixels: %q", wide)
	}
	tab.do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0)`))
}

// accessible lets axe look at the page. What is not a matter of colour is the
// same in the dark.
func (tab *tab) accessible(axe string) {
	tab.Helper()
	tab.do(chromedp.Evaluate[chromedp.Void](axe))
	for _, width := range []int64{360, 1280} {
		tab.size(width, 800)
		tab.scheme("light")
		tab.axe(fmt.Sprintf("light, %d pixels", width), `{}`)
		tab.scheme("dark")
		tab.axe(fmt.Sprintf("dark, %d pixels", width), `{runOnly: ["color-contrast", "link-in-text-block"]}`)
	}
}

// axeScript reads axe-core, which "npm ci" in assets/ brings.
// https://github.com/dequelabs/axe-core/blob/develop/doc/API.md
func axeScript(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		missing(t, "axe-core: run npm ci in assets/")
	}
	return string(data)
}

func (tab *tab) axe(where, options string) {
	tab.Helper()
	violations := evaluate[[]string](tab, `axe.run(document, Object.assign({preload: false, resultTypes: ["violations"]}, `+options+`)).then((r) =>
		r.violations.map((v) => v.id + ": " + v.help + v.nodes.slice(0, 5).map((n) => "\n  " + n.html.slice(0, 200) + " " + n.any.concat(n.all, n.none).map((c) => c.message).join("; ")).join("")))`,
		chromedp.EvalAwaitPromise)
	for _, violation := range violations {
		tab.Errorf("%s: %s", where, violation)
	}
}

// guarded checks that the page's policy stands.
func (tab *tab) guarded() {
	tab.Helper()
	asPage := func(p *runtime.EvaluateParams) { p.AllowUnsafeEvalBlockedByCSP = new(bool) }
	if got := evaluate[string](tab, `try { eval("1"); "ran" } catch (e) { e.name }`, asPage); got != "EvalError" {
		tab.Errorf("eval: %s", got)
	}
	got := evaluate[bool](tab, `(() => { const s = document.createElement("script"); s.textContent = "window.ran = true"; document.head.append(s); return window.ran === true })()`)
	if got {
		tab.Error("an inline script ran")
	}
}

// intrusions are what a hostile record would try, by the directive that the
// policy names when it refuses.
var intrusions = map[string]string{
	"script-src-elem": `<script>document.body.dataset.intruded = 1</script>`,
	"script-src-attr": `<details open ontoggle="document.body.dataset.intruded = 1"></details>`,
	"script-src":      `<script src="` + basePath + `eval.js"></script>`,
	"style-src-attr":  `<p style="position: fixed">x</p>`,
	"style-src-elem":  `<style>.exit { display: none }</style>`,
	"img-src":         `<img src="https://acervo.invalid/x.png" alt="">`,
	"frame-src":       `<iframe src="https://acervo.invalid/" title="x"></iframe>`,
	"font-src":        `<link rel="preload" as="font" href="https://acervo.invalid/x.woff2" crossorigin>`,
	"object-src":      `<object data="https://acervo.invalid/x"></object>`,
	"media-src":       `<audio src="https://acervo.invalid/x.mp3"></audio>`,
	"base-uri":        `<base href="https://acervo.invalid/">`,
}

// testPolicy puts into a page what the policy must refuse.
func testPolicy(t *testing.T, c *chromium, s *published) {
	all := ""
	for _, intrusion := range intrusions {
		all += intrusion
	}
	if err := os.WriteFile(filepath.Join(s.dir, "eval.js"), []byte(`eval("document.body.dataset.intruded = 1")`), 0o644); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(filepath.Join(s.dir, "eval.js"))
	address := s.altered(t, func(_, page string) string { return strings.Replace(page, "</main>", all+"</main>", 1) })
	tab := c.open(t, "es")
	call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.refused = new Set(); addEventListener("securitypolicyviolation", (e) => refused.add(e.effectiveDirective))`,
	})
	tab.visit(address + "es/")
	for directive := range intrusions {
		tab.until(`refused.has("` + directive + `")`)
	}
	if evaluate[bool](tab, `"intruded" in document.body.dataset || !document.querySelector(".exit").getClientRects().length`) {
		t.Error("something of it took effect")
	}
	everyPageHasThePolicy(t, s)
}

// everyPageHasThePolicy looks at the bytes: the policy is valid for what
// follows it.
func everyPageHasThePolicy(t *testing.T, s *published) {
	t.Helper()
	var build struct{ Files []struct{ Name string } }
	if err := json.Unmarshal([]byte(s.read(t, "build.json")), &build); err != nil {
		t.Fatal(err)
	}
	for _, file := range build.Files {
		if !strings.HasSuffix(file.Name, ".html") {
			continue
		}
		before, _, found := strings.Cut(s.read(t, file.Name), `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;self&#39;; style-src &#39;self&#39;;`)
		if !found || strings.Contains(before, "<script") || strings.Contains(before, "<link") {
			t.Errorf("%s: no policy before its first script or style", file.Name)
		}
	}
}
