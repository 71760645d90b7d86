package browser

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What becomes of a copy later: erased, damaged, updated, withdrawn from.

// testErase erases while another tab downloads.
func testErase(t *testing.T, c *chromium, h *host) {
	tab := c.kept(t, h)
	h.set(func() {
		h.alter = func(_ http.ResponseWriter, name string) bool {
			if strings.HasSuffix(name, ".pack") {
				time.Sleep(100 * time.Millisecond)
			}
			return false
		}
	})
	other := c.beside(t, tab)
	other.visit(h.address + "es/keep/")
	other.row("en", "none")
	other.deed("en", "keep")
	other.until(`document.querySelector("progress").value > 0.1`)
	tab.erase()
	proof := evaluate[[]string](tab, `[...document.querySelectorAll(".keep-proof td")].map((e) => e.textContent)`)
	if len(proof) != 7 || proof[1] != "1" || proof[5] != "1" || proof[2]+proof[4]+proof[6] != "000" {
		t.Errorf("proof: %q", proof)
	}
	other.says("stopped")
	time.Sleep(500 * time.Millisecond)
	if left := append(tab.traces(), other.traces()...); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	tab.row("es", "none")
	h.cut(true)
	if err := chromedp.Do(tab.ctx, chromedp.Navigate(h.address+"es/practicas/")); err == nil {
		t.Error("a page is there after everything was erased")
	}
}

// testDamage harms a part.
func testDamage(t *testing.T, c *chromium, h *host) {
	for name, harm := range map[string]string{
		"changed": `bytes[bytes.length >> 1] ^= 255`, "cut": `bytes = bytes.slice(0, -9)`, "empty": `bytes = new Uint8Array(0)`, "gone": `bytes = null`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, h.dir)
			tab := c.kept(t, h)
			// The part that has the list of practices, and not the page about copies.
			part := evaluate[string](tab, `(async () => {
				const cache = await caches.open("acervo:`+basePath+`:2:store");
				for (const key of await cache.keys()) {
					const response = await cache.match(key);
					const text = await new Response(response.clone().body.pipeThrough(new DecompressionStream("gzip"))).text();
					const listing = text.slice(0, text.indexOf("\n"));
					if (!listing.includes('"es/practicas/index.html"') || listing.includes('"es/keep/index.html"')) continue;
					let bytes = new Uint8Array(await response.arrayBuffer());
					`+harm+`;
					if (bytes) await cache.put(key, new Response(bytes)); else await cache.delete(key);
					return new URL(key.url).pathname.slice(`+strconv.Itoa(len(basePath))+`);
				}
				return "";
			})()`, chromedp.EvalAwaitPromise)
			if part == "" {
				t.Fatal("no such part")
			}
			tab.forgetful()
			h.cut(true)
			tab.visit(h.address + "es/practicas/")
			tab.until(`document.querySelector(".keep-absent").checkVisibility()`)
			h.cut(false)
			h.heard("")
			tab.visit(h.address + "es/practicas/")
			tab.until(`document.querySelector(".cards") !== null`)
			if len(h.heard(`^es/practicas/index.html`)) != 1 {
				t.Error("the page is not from the network")
			}
			tab.visit(h.address + "es/keep/")
			tab.row("es", "damaged")
			h.heard("")
			tab.deed("es", "keep")
			tab.says("done")
			tab.row("es", "kept")
			if asked := h.heard(`\.pack$`); len(asked) != 1 || asked[0].name != part {
				t.Errorf("loads %v, not only %s", asked, part)
			}
			h.cut(true)
			tab.visit(h.address + "es/practicas/")
			tab.until(`document.querySelector(".cards") !== null`)
			h.cut(false)
		})
	}
}

const radio = "content/practices/radio/index.es.md"

// testDeploys publishes twice while a tab is open.
func testDeploys(t *testing.T, c *chromium, h *host) {
	d := newDraft(t)
	d.publish(t, h)
	tab := c.kept(t, h)
	old := c.beside(t, tab) // shows the first version to the end
	old.visit(h.address + "es/practicas/radio/")
	fresh := c.beside(t, tab)
	fresh.visit(h.address + "es/")
	for i, word := range []string{"segunda", "tercera"} {
		before := map[string]string{"segunda": "Se oye en diez", "tercera": "segunda: se oye en once"}[word]
		d.edit(t, radio, before, word+": se oye en once")
		d.publish(t, h)
		fresh.overdue()
		fresh.visit(h.address + "es/practicas/radio/")
		fresh.until(`document.querySelector("main > .keep-offer") !== null`)
		if text := evaluate[string](fresh, `document.body.innerText`); strings.Contains(text, word+": ") {
			t.Fatal("a new version is forced")
		}
		if words := evaluate[string](fresh, `document.querySelector(".keep-offer").textContent`); !strings.Contains(words, "kB") {
			t.Errorf("offered: %s", words)
		}
		if i == 0 {
			fresh.accessible(axeScript(t))
			fresh.narrow()
			fresh.size(1280, 800)
		}
		// Asked once, then not for ten minutes.
		h.heard("")
		fresh.visit(h.address + "es/")
		fresh.until(`document.querySelector("main > .keep-offer") !== null`)
		if asked := h.heard("manifest"); len(asked) > 0 {
			t.Errorf("asks again: %v", asked)
		}
		fresh.click(".keep-offer a")
		fresh.says("done")
		fresh.row("es", "kept")
		h.cut(true)
		fresh.visit(h.address + "es/practicas/radio/")
		fresh.until(`document.body.innerText.includes("` + word + `: se oye") && document.querySelector(".keep-offer") === null`)
		fresh.findOn(h.address+"es/", "radio")
		fresh.until(`document.querySelector(".suggested mark") !== null`)
		if i == 0 {
			// What the old tab loads now is of its own version.
			old.press("/")
			old.write("radio")
			old.until(`document.querySelector(".suggested mark") !== null`)
			if text := evaluate[string](old, `document.body.innerText`); !strings.Contains(text, "Se oye en diez") {
				t.Error("the old tab has changed")
			}
		}
		h.cut(false)
	}
	if console, _ := old.heard(); len(console) > 0 {
		t.Errorf("the old tab complains: %q", console)
	}
}

// testCatalogue edits one practice of the catalogue.
func testCatalogue(t *testing.T, c *chromium, h *host) {
	const folder = "content/practices/empodera-mis-derechos"
	d := &draft{t.TempDir()}
	if err := os.CopyFS(filepath.Join(d.source, "content"), os.DirFS("../../content")); err != nil {
		t.Fatal(err)
	}
	first := d.build(t)
	d.edit(t, folder+"/index.es.md", "\n## ", "\nUna frase nueva sobre otra cosa.\n\n## ")
	d.accept(t, folder)
	second := d.build(t)
	t.Run("no news", func(t *testing.T) { testNoNews(t, c, newHost(t, first), second) })
	t.Run("update", func(t *testing.T) { testSmallUpdate(t, c, newHost(t, first), second) })
	t.Run("deploy in between", func(t *testing.T) { testDeployBetween(t, c, newHost(t, first), second) })
}

// testDeployBetween publishes while a copy is loading.
func testDeployBetween(t *testing.T, c *chromium, h *host, second string) {
	first := h.manifest(t, "es")
	count := 0
	h.set(func() {
		h.alter = func(_ http.ResponseWriter, name string) bool {
			if strings.HasSuffix(name, ".pack") {
				h.mutex.Lock()
				defer h.mutex.Unlock()
				if count++; count == first.Parts/2 {
					h.dir = second
				}
			}
			return false
		}
	})
	tab := c.open(t, "es", chromedp.WithNewBrowserContext())
	h.heard("")
	tab.keep(h)
	tab.says("done")
	asked := map[string]int{}
	for _, r := range h.heard(`\.pack$`) {
		asked[r.name]++
	}
	last := h.manifest(t, "es")
	for name, times := range asked {
		if times > 1 {
			t.Errorf("%s loaded %d times", name, times)
		}
	}
	if len(asked) > last.Parts+3 {
		t.Errorf("%d parts loaded for %d", len(asked), last.Parts)
	}
	if last.Version == first.Version {
		t.Fatal("nothing was published in between")
	}
	kept := evaluate[[]string](tab, stateOf+`[s.version, ...s.parts])`, chromedp.EvalAwaitPromise)
	stored := evaluate[[]string](tab, `caches.open("acervo:`+basePath+`:2:store").then((c) => c.keys()).then((k) => k.map((r) => (r.url.match(/([0-9a-f]+)\.pack/) || [])[1]).filter(Boolean))`, chromedp.EvalAwaitPromise)
	slices.Sort(stored)
	want := slices.Sorted(slices.Values(kept[1:]))
	if kept[0] != last.Version || !slices.Equal(stored, slices.Compact(want)) {
		t.Errorf("version %s, not %s; parts %v, not %v", kept[0], last.Version, stored, want)
	}
}

// testNoNews asks where there is nothing new, or nothing that is not offered
// yet.
func testNoNews(t *testing.T, c *chromium, h *host, second string) {
	tab := c.kept(t, h)
	asks := func(where string) {
		t.Helper()
		call(tab, network.ClearBrowserCache, cdp.Empty{}) // as after ten minutes
		h.heard("")
		tab.overdue()
		tab.visit(h.address + "es/")
		tab.becomes(stateOf + `s.checked > 0)`)
		if asked := h.heard(`\.(?:json|pack)$`); len(asked) != 1 || asked[0].name != "offline/es/manifest.json" || asked[0].size > 1000 {
			t.Errorf("%s: loads %v", where, asked)
		}
	}
	asks("no news")
	tab.visit(h.address + "es/keep/")
	tab.row("es", "kept")
	h.heard("")
	tab.deed("es", "keep")
	tab.says("done")
	if asked := h.heard(`^offline/`); len(asked) != 1 {
		t.Errorf("keeping the same again loads %v", asked)
	}
	h.set(func() { h.dir = second })
	tab.overdue()
	tab.visit(h.address + "es/")
	tab.until(`document.querySelector("main > .keep-offer") !== null`)
	asks("offered already")
	tab.until(`document.querySelector("main > .keep-offer") !== null`)
}

// testSmallUpdate weighs an update after an edit of one practice.
func testSmallUpdate(t *testing.T, c *chromium, h *host, second string) {
	tab := c.kept(t, h)
	h.set(func() { h.dir = second })
	h.heard("")
	tab.overdue()
	tab.visit(h.address + "es/")
	tab.until(`document.querySelector("main > .keep-offer") !== null`)
	offered := evaluate[string](tab, `document.querySelector(".keep-offer").textContent`)
	tab.click(".keep-offer a")
	tab.says("done")
	m := h.manifest(t, "es")
	pages := 1
	for 2*pages < m.Parts {
		pages *= 2
	}
	ofSearch := func(name string) bool {
		return strings.HasPrefix(name, "search/") || slices.ContainsFunc(m.names[pages:], func(part string) bool { return strings.Contains(name, part) })
	}
	search, rest, names := 0, 0, ""
	for _, r := range h.heard("") {
		names += fmt.Sprintf("\n%s %d", r.name, r.size)
		if ofSearch(r.name) {
			search += r.size
		} else {
			rest += r.size
		}
	}
	t.Logf("%d bytes of pages and manifest, %d of the search; offered: %s%s", rest, search, offered, names)
	if rest > 30<<10 {
		t.Errorf("%d bytes of pages and manifest", rest)
	}
}

// testWithdrawal withdraws a record that a reader has kept and reads.
func testWithdrawal(t *testing.T, c *chromium, h *host) {
	d := newDraft(t)
	d.publish(t, h)
	words := []string{"Radio: en lenguas", "Una radio avisa", "Se oye en", "Guion en dos", "practicas/radio", "Se emite"}
	lacks := func(t *testing.T, tab *tab, words ...string) {
		t.Helper()
		all := tab.contents()
		for _, word := range words {
			if i := strings.Index(all, word); i >= 0 {
				t.Errorf("still kept: %s", all[max(0, i-200):i+100])
			}
		}
	}
	tab := c.kept(t, h)
	// A version before, and parts made here.
	d.edit(t, radio, "Se oye en diez", "Ahora: se oye en doce")
	d.publish(t, h)
	second := h.dir
	tab.overdue()
	tab.visit(h.address + "es/keep/")
	tab.row("es", "old")
	tab.deed("es", "keep")
	tab.says("done")
	if all := tab.contents(); !strings.Contains(all, "Ahora: se oye") || !strings.Contains(all, "Se oye en diez") {
		t.Fatal("not both versions are kept")
	}
	d.withdraw(t, "practices/radio", "w5q01qx")
	d.publish(t, h)
	third, records := h.dir, h.manifest(t, "es").Records
	tab.overdue()

	// The deploy is not complete: the pages of the record go all the same.
	h.set(func() {
		h.alter = func(w http.ResponseWriter, name string) bool {
			if strings.HasSuffix(name, ".pack") || strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, "manifest.json") && !strings.HasSuffix(name, records+".json") {
				http.NotFound(w, nil)
				return true
			}
			return false
		}
	})
	tab.visit(h.address + "es/")
	tab.becomes(stateOf + `!s.previous)`)
	time.Sleep(300 * time.Millisecond)
	lacks(t, tab, "Se oye en", "Guion en dos", "Se emite")

	// The version before is published again, and what was taken out comes back.
	h.set(func() { h.alter, h.dir = nil, second })
	tab.visit(h.address + "es/keep/")
	tab.row("es", "kept")
	tab.deed("es", "keep")
	tab.says("done")
	if all := tab.contents(); !strings.Contains(all, "Ahora: se oye") {
		t.Error("a page that was published again is not kept")
	}
	h.set(func() { h.dir = third })
	tab.overdue()

	// The next page asks again, without being told to.
	tab.visit(h.address + "es/")
	tab.becomes(stateOf + `s.version === "` + h.manifest(t, "es").Version + `")`)
	time.Sleep(300 * time.Millisecond)
	lacks(t, tab, words...)
	h.cut(true)
	tab.visit(h.address + "es/practicas/radio/")
	tab.until(`document.querySelector(".keep-absent").checkVisibility()`)
	tab.visit(h.address + "p/w5q01qx/")
	tab.until(`document.body.className === "is-tombstone"`)
	h.cut(false)

	t.Run("while it is read", func(t *testing.T) {
		d := newDraft(t)
		d.publish(t, h)
		tab := c.kept(t, h)
		d.withdraw(t, "practices/radio", "w5q01qx")
		d.publish(t, h)
		tab.overdue()
		tab.visit(h.address + "es/practicas/radio/")
		tab.until(`document.querySelector(".is-practice") === null && document.readyState === "complete"`)
		lacks(t, tab, "Se oye en", "Guion en dos", "Se emite")
		tab.visit(h.address + "es/")
		tab.becomes(stateOf + `s.version === "` + h.manifest(t, "es").Version + `")`)
		time.Sleep(300 * time.Millisecond)
		lacks(t, tab, words...)
	})
}

// testOtherFormat finds a store that another version of the program has left.
func testOtherFormat(t *testing.T, c *chromium, h *host) {
	d := newDraft(t)
	d.publish(t, h)
	tab := c.kept(t, h)
	tab.do(chromedp.Evaluate[chromedp.Void](`(async () => {
		for (const name of await caches.keys()) {
			const from = await caches.open(name), to = await caches.open(name.replace(":2:", ":1:"));
			for (const key of await from.keys()) await to.put(key, await from.match(key));
			await caches.delete(name);
		}
	})()`, chromedp.EvalAwaitPromise))
	d.edit(t, radio, "Se oye en diez", "De la red: se oye en diez")
	d.publish(t, h)
	tab.visit(h.address + "es/practicas/radio/")
	tab.until(`document.body.innerText.includes("De la red:")`)
	tab.visit(h.address + "es/keep/")
	tab.row("es", "none")
	if left := strings.Join(tab.traces(), " "); !strings.Contains(left, ":1:store") || strings.Contains(left, ":2:") {
		t.Errorf("kept: %s", left)
	}
	tab.erase()
	if left := tab.traces(); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// testWorker publishes a new worker while a tab is open.
func testWorker(t *testing.T, c *chromium, h *host) {
	tab := c.kept(t, h)
	answers := func() string {
		return evaluate[string](tab, `new Promise((resolve) => {
			const channel = new MessageChannel();
			channel.port1.onmessage = ({ data }) => resolve(data);
			setTimeout(() => resolve("old"), 300);
			navigator.serviceWorker.controller.postMessage("who", [channel.port2]);
		})`, chromedp.EvalAwaitPromise)
	}
	h.set(func() {
		h.alter = func(w http.ResponseWriter, name string) bool {
			if name != "worker.js" {
				return false
			}
			w.Header().Set("Content-Type", "text/javascript")
			w.Write(append(h.file(name), `;addEventListener("message", (e) => e.data === "who" && e.ports[0].postMessage("new"))`...))
			return true
		}
	})
	tab.visit(h.address + "es/practicas/")
	tab.becomes(`navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null)`)
	if got := answers(); got != "old" {
		t.Errorf("the %s worker has the open tab", got)
	}
	h.cut(true)
	tab.visit(h.address + "es/")
	tab.until(`document.body.className === "is-home"`)
	h.cut(false)
	tab.visit("about:blank")
	time.Sleep(300 * time.Millisecond)
	h.cut(true)
	tab.visit(h.address + "es/")
	tab.until(`document.body.className === "is-home"`)
	if got := answers(); got != "new" {
		t.Errorf("the %s worker answers after all tabs were left", got)
	}
}

// testWorkerOff publishes a site that offers no copies any more.
func testWorkerOff(t *testing.T, c *chromium, h *host) {
	d := newDraft(t)
	d.publish(t, h)
	tab := c.kept(t, h)
	other := c.beside(t, tab)
	other.visit(h.address + "es/practicas/")
	other.do(chromedp.Evaluate[chromedp.Void](`caches.open("acervo:/otro/:2:store")`, chromedp.EvalAwaitPromise))
	d.edit(t, "content/site.yaml", "help: 72vhc7c", "help: 72vhc7c\noffline: false")
	d.edit(t, radio, "Se oye en diez", "De la red: se oye en diez")
	d.publish(t, h)
	tab.visit(h.address + "es/practicas/radio/")
	tab.becomes(`caches.keys().then(async (names) => names.join() === "acervo:/otro/:2:store" && (await navigator.serviceWorker.getRegistrations()).length === 0)`)
	other.visit(h.address + "es/practicas/radio/")
	other.until(`document.body.innerText.includes("De la red:") && document.querySelector("[data-keep]") === null`)
	if left := tab.traces(); len(left) != 1 {
		t.Errorf("left: %q", left)
	}
}

// testSiblings keeps beside another site of the same origin.
func testSiblings(t *testing.T, c *chromium, h *host) {
	tab := c.open(t, "es", chromedp.WithNewBrowserContext())
	tab.visit(h.address + "es/")
	tab.do(chromedp.Evaluate[chromedp.Void](`(async () => {
		for (const name of ["acervo:/:2:store", "acervo:/otro/:2:store", "acervo:/acervo/otro/:2:state", "otro"]) {
			await (await caches.open(name)).put("`+basePath+`es/", new Response("sibling"));
		}
	})()`, chromedp.EvalAwaitPromise))
	tab.keep(h)
	tab.says("done")
	if scope := evaluate[string](tab, `navigator.serviceWorker.getRegistrations().then((all) => all.map((r) => r.scope).join())`, chromedp.EvalAwaitPromise); scope != h.address {
		t.Errorf("scope %s", scope)
	}
	h.cut(true)
	tab.visit(h.address + "es/")
	tab.until(`document.body.className === "is-home"`)
	for _, request := range []string{`"/otro/es/"`, `"./", {method: "HEAD", cache: "no-store"}`, `"./", {headers: {Range: "bytes=0-9"}, cache: "no-cache"}`, `"../offline/es/manifest.json", {cache: "no-cache"}`} {
		if got := evaluate[string](tab, `fetch(`+request+`).then((r) => r.text(), () => "none")`, chromedp.EvalAwaitPromise); got != "none" {
			t.Errorf("fetch(%s) is answered: %s", request, got)
		}
	}
	tab.visit(h.address + "es/keep/")
	tab.row("es", "kept")
	tab.erase()
	left := evaluate[string](tab, `caches.keys().then((names) => names.join(" "))`, chromedp.EvalAwaitPromise)
	if left != "acervo:/:2:store acervo:/otro/:2:store acervo:/acervo/otro/:2:state otro" {
		t.Errorf("left: %s", left)
	}
}
