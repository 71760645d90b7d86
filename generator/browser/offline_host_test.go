package browser

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"

	"acervo/generator/content"
)

// A host serves a site as GitHub Pages does, compressed and from a folder of
// its origin. What it serves can be exchanged, altered, and cut off, for pages
// and workers alike.
type host struct {
	address string // of the site
	origin  string

	mutex sync.Mutex
	dir   string
	down  bool
	alter func(w http.ResponseWriter, name string) bool // answers itself, or not
	asked []request
}

// A request is one that was answered in whole.
type request struct {
	name string
	size int // bytes of the body, as sent
}

var packed = regexp.MustCompile(`\.(?:html|css|js|json|svg|webmanifest)$`)

func newHost(t *testing.T, dir string) *host {
	t.Helper()
	h := &host{dir: dir}
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	h.origin, h.address = server.URL, server.URL+basePath
	return h
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, basePath)
	h.mutex.Lock()
	dir, down, alter := h.dir, h.down, h.alter
	h.mutex.Unlock()
	if down {
		panic(http.ErrAbortHandler)
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if alter != nil && alter(w, name) {
		return
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path.Clean(name))))
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "max-age=600")
	if packed.MatchString(name) && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var small bytes.Buffer
		z := gzip.NewWriter(&small)
		z.Write(data)
		z.Close()
		data = small.Bytes()
		w.Header().Set("Content-Encoding", "gzip")
	}
	h.mutex.Lock()
	h.asked = append(h.asked, request{name, len(data)})
	h.mutex.Unlock()
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

// set changes the host while nothing is asked of it.
func (h *host) set(change func()) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	change()
}

// cut takes the network away, or gives it back.
func (h *host) cut(down bool) { h.set(func() { h.down = down }) }

// heard returns what was asked since it was asked last, and matches.
func (h *host) heard(pattern string) []request {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var found []request
	for _, r := range h.asked {
		if regexp.MustCompile(pattern).MatchString(r.name) {
			found = append(found, r)
		}
	}
	h.asked = nil
	return found
}

// A draft is a small site of which versions can be published.
type draft struct{ source string }

// newDraft lays out the site of testdata/site.txtar.
func newDraft(t *testing.T) *draft {
	t.Helper()
	d := &draft{t.TempDir()}
	layOut(t, d.source)
	return d
}

// edit replaces a text in a file of the source.
func (d *draft) edit(t *testing.T, name, old, new string) {
	t.Helper()
	name = filepath.Join(d.source, filepath.FromSlash(name))
	data, err := os.ReadFile(name)
	if err != nil || !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%s: no %q (%v)", name, old, err)
	}
	if err := os.WriteFile(name, bytes.ReplaceAll(data, []byte(old), []byte(new)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// accept takes the translations of a record as current.
func (d *draft) accept(t *testing.T, folder string) {
	t.Helper()
	library, _ := content.Read(os.DirFS(d.source), nil)
	names, err := filepath.Glob(filepath.Join(d.source, folder, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		page := library.PageAt(folder + "/" + filepath.Base(name))
		if page == nil || page.Translation == nil {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := content.Accept(data, page.Entry.Original().Hash); !ok || os.WriteFile(name, data, 0o644) != nil {
			t.Fatalf("%s can't be accepted", name)
		}
	}
}

// withdraw leaves of a record of the source that it was withdrawn.
func (d *draft) withdraw(t *testing.T, folder, id string) {
	t.Helper()
	folder = filepath.Join(d.source, "content", filepath.FromSlash(folder))
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	text := "---\nid: " + id + "\nwithdrawn: {on: 2026-05-01, reason: safety}\n---\n"
	if err := os.WriteFile(filepath.Join(folder, "index.es.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// build makes the version that the source has now, and returns its folder.
func (d *draft) build(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "acervo")
	generate(t, "build", "--source", d.source, "--worktree", "--base-url", "https://acervo.example"+basePath, "--out", dir)
	return dir
}

// publish puts the version that the source has now in place of the one before.
func (d *draft) publish(t *testing.T, h *host) {
	t.Helper()
	dir := d.build(t)
	h.set(func() { h.dir = dir })
}

// kept opens a tab that shares nothing with others, and keeps a copy of the
// site in Spanish by the line in the foot of its home page.
func (c *chromium) kept(t *testing.T, h *host) *tab {
	t.Helper()
	tab := c.open(t, "es", chromedp.WithNewBrowserContext())
	tab.keep(h)
	tab.says("done")
	return tab
}

// beside opens another tab that shares everything with this one.
func (c *chromium) beside(t *testing.T, first *tab) *tab {
	t.Helper()
	id := chromedp.FromContext(first.ctx).BrowserContextID
	return c.open(t, "es", chromedp.WithExistingBrowserContext(id))
}

// keep presses the line in the foot of the home page.
func (tab *tab) keep(h *host) {
	tab.Helper()
	tab.visit(h.address + "es/")
	tab.click(".keep a")
	tab.until(`location.pathname.endsWith("/es/keep/") && document.querySelector("main.offline .keep-here") !== null`)
}

// says waits until the page about copies tells how something ended.
func (tab *tab) says(what string) {
	tab.Helper()
	said := `document.querySelector(".keep-said").textContent === document.querySelector("main").dataset.` + what
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) { // much is loaded
		// An error tells that a press leads to another page, which is not there yet.
		if is, err := chromedp.Run(tab.ctx, chromedp.Evaluate[bool](said)); err == nil && is {
			return
		}
	}
	tab.Fatalf("says %q, not %s", evaluate[string](tab, `document.querySelector(".keep-said").textContent`), what)
}

// deed presses a button of a language's row.
func (tab *tab) deed(lang, what string) {
	tab.Helper()
	tab.click(`[data-segment="` + lang + `"] button[data-do="` + what + `"]:not([hidden])`)
}

// erase erases everything from the device, and waits for the proof.
func (tab *tab) erase() {
	tab.Helper()
	tab.until(`document.querySelector(".keep-space").textContent !== ""`) // the button has its place
	tab.click(`[data-do="erase"]`)
	tab.until(`document.querySelector(".keep-proof").checkVisibility() &&
		document.querySelector(".keep-erased").textContent === document.querySelector("main").dataset.erased`)
}

// row waits until a language's row is in a state.
func (tab *tab) row(lang, state string) {
	tab.Helper()
	tab.until(`document.querySelector('[data-segment="` + lang + `"] [data-do=keep]:not([hidden])')?.dataset.when === "` + state + `"`)
}

// contents gives all that is kept, unpacked, as one text.
func (tab *tab) contents() string {
	tab.Helper()
	return evaluate[string](tab, `(async () => {
		let all = "";
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const key of await cache.keys()) {
				const response = await cache.match(key);
				const body = key.url.endsWith(".pack") ? response.body.pipeThrough(new DecompressionStream("gzip")) : response.body;
				all += key.url + "\n" + await new Response(body).text() + "\n";
			}
		}
		return all;
	})()`, chromedp.EvalAwaitPromise)
}

// overdue makes the next page ask the site about the copies.
func (tab *tab) overdue() {
	tab.Helper()
	tab.do(chromedp.Evaluate[chromedp.Void](`(async () => {
		const cache = await caches.open("acervo:`+basePath+`:2:store"), key = "`+basePath+`offline/state.json";
		const states = await (await cache.match(key)).json();
		for (const state of states) state.checked = 0;
		await cache.put(key, new Response(JSON.stringify(states)));
	})()`, chromedp.EvalAwaitPromise))
}

// stateOf begins a promise of the one state that is kept.
const stateOf = `caches.match("` + basePath + `offline/state.json").then((r) => r.json()).then(([s]) => `

// forgetful ends the worker, so that it starts anew with what is kept.
func (tab *tab) forgetful() {
	tab.Helper()
	call(tab, serviceworker.Enable, cdp.Empty{})
	call(tab, serviceworker.StopAllWorkers, cdp.Empty{})
}

// file returns what is published under a name.
func (h *host) file(name string) []byte {
	data, _ := os.ReadFile(filepath.Join(h.dir, filepath.FromSlash(name)))
	return data
}

// A copyManifest is a manifest of a copy, as far as tests ask.
type copyManifest struct {
	Version string
	Date    string
	Bytes   int
	Records string
	Parts   int
	Tables  []string
	names   []string // of the parts
}

func (h *host) manifest(t *testing.T, lang string) (m copyManifest) {
	t.Helper()
	read := func(name string, value any) {
		if err := json.Unmarshal(h.file("offline/"+lang+"/"+name+".json"), value); err != nil {
			t.Fatal(err)
		}
	}
	read("manifest", &m)
	for _, table := range m.Tables {
		var rows [][2]any
		read(table, &rows)
		for _, row := range rows {
			m.names = append(m.names, row[0].(string))
		}
	}
	return m
}

func (h *host) bytes(t *testing.T, lang string) int { return h.manifest(t, lang).Bytes }

// lacking lets the browser of a tab be one that has not got something.
func (tab *tab) lacking(name string) {
	tab.Helper()
	call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `delete window.` + name})
}

// becomes waits until a promise gives true.
func (tab *tab) becomes(promise string) {
	tab.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ok, err := chromedp.Run(tab.ctx, chromedp.Evaluate[bool](promise, chromedp.EvalAwaitPromise))
		if err == nil && ok {
			return
		}
	}
	tab.Fatalf("never: %s", promise)
}
