package browser

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"acervo/generator/assets"
)

// keeperBudget is the limit of what a reader loads to keep a copy: the script
// of the page and the worker.
const keeperBudget = 6 << 10

// TestOffline keeps copies of sites in a real Chromium. Each part has a store of
// its own.
func TestOffline(t *testing.T) {
	t.Parallel()
	c := startChromium(t)
	whole := publishSite(t, "../..")
	small := newDraft(t).build(t)
	for _, part := range []struct {
		name string
		test func(*testing.T, *chromium, *host)
		dir  string
	}{
		{"no trace before the press", testUnasked, whole.dir},
		{"every page", testKeptPages, whole.dir},
		{"search", testKeptSearch, whole.dir},
		{"broken off", testBrokenOff, whole.dir},
		{"full disk", testFullDisk, whole.dir},
		{"stopped", testStopped, whole.dir},
		{"two tabs", testTwoTabs, whole.dir},
		{"another network", testCaptive, small},
		{"erase", testErase, whole.dir},
		{"damage", testDamage, whole.dir},
		{"deploys", testDeploys, small},
		{"catalogue", testCatalogue, whole.dir},
		{"withdrawal", testWithdrawal, small},
		{"another format", testOtherFormat, small},
		{"worker", testWorker, small},
		{"worker that ends", testWorkerOff, small},
		{"siblings", testSiblings, small},
		{"page", testOfflinePage, small},
		{"memory", testKeepMemory, small},
	} {
		start := time.Now()
		t.Run(part.name, func(t *testing.T) { part.test(t, c, newHost(t, part.dir)) })
		t.Logf("%s: %v", part.name, time.Since(start).Round(10*time.Millisecond))
	}
}

// TestOfflineBudget weighs what keeping takes.
func TestOfflineBudget(t *testing.T) {
	bundle, faults := assets.Bundle(os.DirFS("../../assets"))
	if bundle == nil {
		t.Fatal(faults)
	}
	sizes := map[string]int{}
	for _, file := range bundle.All() {
		if name := path.Base(file.Name); strings.HasPrefix(name, "offline.") || strings.HasPrefix(name, "worker.") {
			sizes[name] = compressed(t, file.Data)
		}
	}
	total := 0
	for _, size := range sizes {
		total += size
	}
	t.Log(total, sizes)
	if len(sizes) != 2 || total > keeperBudget {
		t.Errorf("%d bytes of %v; allowed are %d", total, slices.Sorted(maps.Keys(sizes)), keeperBudget)
	}
}

// testUnasked visits pages and presses nothing.
func testUnasked(t *testing.T, c *chromium, h *host) {
	tab := c.open(t, "es", chromedp.WithNewBrowserContext())
	for _, name := range []string{"", "es/", "es/practicas/", "es/search/", "es/keep/", "es/keep/#keep"} {
		tab.visit("about:blank")
		tab.visit(h.address + name)
		if strings.HasPrefix(name, "es/keep/") {
			tab.row("es", "none")
			tab.until(`location.hash === ""`)
		}
	}
	tab.until(`document.activeElement.dataset.do === "keep"`) // a link from elsewhere is no press
	time.Sleep(200 * time.Millisecond)
	if left := tab.traces(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if asked := h.heard(`^offline/|^worker`); len(asked) > 0 {
		t.Errorf("loaded: %v", asked)
	}
	tab.quiet(h.address)
}

// testKeptPages reads a page of each kind without a network.
func testKeptPages(t *testing.T, c *chromium, h *host) {
	tab := c.kept(t, h)
	h.heard("")
	h.cut(true)
	s := &published{dir: h.dir, address: h.address}
	samples := append(s.samples(t), sample{"keep", "es/keep/", s}, sample{"slash", "es/practicas", s})
	for _, sample := range samples {
		t.Run(sample.kind, func(t *testing.T) {
			tab.TB = t
			tab.heard()
			tab.visit(h.address + sample.path)
			tab.until(`document.readyState === "complete" && document.querySelector(".keep-absent:not([hidden])") === null`)
			got := evaluate[[]string](tab, `[document.title, document.querySelector("h1").textContent, getComputedStyle(document.body).margin,
				String([...document.images].filter((i) => i.loading !== "lazy" && !i.naturalWidth).length), typeof document.querySelector("main")]`)
			file := sample.path
			if sample.kind == "slash" {
				file += "/"
			}
			if file == "" || strings.HasSuffix(file, "/") {
				file += "index.html"
			}
			if text := s.read(t, file); file != "index.html" && sample.kind != "permanent" && !strings.Contains(text, "<title>"+got[0]+"</title>") {
				t.Errorf("title %q", got[0])
			}
			if got[2] != "0px" || got[3] != "0" {
				t.Errorf("style or pictures are missing: %q", got)
			}
			tab.quiet(h.address)
		})
	}
	tab.TB = t
	t.Run("missing", func(t *testing.T) {
		tab.TB = t
		for _, name := range []string{"es/practicas/ninguna/", "en/", "p/nada/"} {
			tab.visit(h.address + name)
			tab.until(`document.querySelector(".keep-absent").checkVisibility()`)
			if lang := evaluate[string](tab, `document.documentElement.lang`); lang != "es" {
				t.Errorf("%s: in %s", name, lang)
			}
		}
	})
	tab.TB = t
	h.cut(false)
	if asked := h.heard(""); len(asked) > 0 {
		t.Errorf("asked for without a network: %v", asked)
	}
	t.Run("another language", func(t *testing.T) {
		tab.TB = t
		tab.visit(h.address + "es/keep/")
		tab.deed("en", "keep")
		tab.says("done")
		h.cut(true)
		tab.visit(h.address + "en/practices/")
		tab.until(`document.documentElement.lang === "en" && document.querySelector(".cards") !== null`)
		h.cut(false)
		tab.visit(h.address + "es/keep/")
		tab.deed("es", "remove")
		tab.says("removed")
		h.cut(true)
		tab.visit(h.address + "en/practices/")
		tab.until(`document.querySelector(".cards") !== null`)
		tab.visit(h.address + "es/practicas/")
		tab.until(`document.querySelector(".keep-absent").checkVisibility() && document.documentElement.lang === "en"`)
	})
}

// testKeptSearch compares the results with and without a network.
func testKeptSearch(t *testing.T, c *chromium, h *host) {
	results := func(tab *tab, words, filters string) string {
		tab.visit("about:blank")
		tab.visit(h.address + "es/search/" + filters)
		tab.do(chromedp.Evaluate[chromedp.Void](fieldSeen + `[0].focus()`))
		tab.write(words)
		tab.until(`/\d/.test(document.querySelector(".find-count").textContent) || document.querySelector(".find-empty").checkVisibility()`)
		time.Sleep(300 * time.Millisecond) // what is shown before the last letter
		return evaluate[string](tab, `document.querySelector("main").innerText`)
	}
	searches := [][2]string{
		{"refugio", ""}, {"niñas indígenas", ""}, {"lineas de ayuda", "#country=GT"}, {"", "#dimension=prevention"},
		{"", "#kind=practice&country=HN"}, {"capasitacion", ""}, {`"equipo de respuesta inmediata"`, "#order=date"}, {"xqzwvkjh", ""},
	}
	online, kept := c.open(t, "es", chromedp.WithNewBrowserContext()), c.kept(t, h)
	var want []string
	for _, s := range searches {
		want = append(want, results(online, s[0], s[1]))
	}
	h.cut(true)
	for i, s := range searches {
		if got := results(kept, s[0], s[1]); got != want[i] || !strings.Contains(got, "\n") {
			t.Errorf("%q: got\n%s\nwant\n%s", s, got, want[i])
		}
	}
}

// breakOff lets the host fall silent once a share of the packs' bytes was sent.
func (h *host) breakOff(t *testing.T, share float64) {
	t.Helper()
	sent, most := 0, int(share*float64(h.bytes(t, "es")))
	h.set(func() {
		h.alter = func(w http.ResponseWriter, name string) bool {
			if !strings.HasSuffix(name, ".pack") {
				return false
			}
			h.mutex.Lock()
			defer h.mutex.Unlock()
			data := h.file(name)
			if sent += len(data); sent <= most {
				return false
			}
			h.down = true
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			w.Write(data[:len(data)/2])
			panic(http.ErrAbortHandler)
		}
	})
}

// testBrokenOff breaks downloads off and goes on with them.
func testBrokenOff(t *testing.T, c *chromium, h *host) {
	for _, share := range []float64{0.1, 0.5, 0.9} {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			tab := c.open(t, "es", chromedp.WithNewBrowserContext())
			h.breakOff(t, share)
			h.heard("")
			tab.keep(h)
			tab.says("broken")
			tab.row("es", "part")
			first := h.heard(`\.pack$`)
			if left := strings.Join(tab.traces(), " ") + tab.contents(); strings.Contains(left, "/offline/state.json\n") || strings.Contains(left, "service worker http") {
				t.Errorf("half a copy counts: %s", left)
			}
			h.set(func() { h.down, h.alter = false, nil })
			tab.deed("es", "keep")
			tab.says("done")
			second := h.heard(`\.pack$`)
			twice := 0
			for _, r := range second {
				if slices.Contains(first, r) {
					twice++
				}
			}
			// Two other parts may have been on their way.
			t.Logf("%d parts, then %d, of which %d again", len(first), len(second), twice)
			if parts := h.manifest(t, "es").Parts; len(first)+len(second)-twice != parts || twice > 2 || len(first) == 0 {
				t.Errorf("%d parts, then %d, of which %d again; there are %d", len(first), len(second), twice, parts)
			}
			h.cut(true)
			tab.visit(h.address + "es/practicas/")
			tab.until(`document.querySelector(".cards") !== null`)
			h.cut(false)
		})
	}
}

// testFullDisk runs out of space, before a download and in the middle of it.
func testFullDisk(t *testing.T, c *chromium, h *host) {
	quota := func(tab *tab, size float64) {
		call(tab, storage.OverrideQuotaForOrigin, storage.OverrideQuotaForOriginParams{Origin: h.origin, QuotaSize: &size})
	}
	// What counts for the quota is more than what is stored.
	for _, test := range []struct {
		name string
		lang string
		size float64
	}{{"before", "fr", 900_000}, {"1 MB", "fr", 1_000_000}, {"in between", "es", 1 << 30}} {
		t.Run(test.name, func(t *testing.T) {
			tab := c.open(t, "es", chromedp.WithNewBrowserContext())
			tab.visit(h.address + "es/keep/")
			tab.row("es", "none")
			quota(tab, test.size)
			if test.name == "in between" {
				count := 0
				h.set(func() {
					h.alter = func(_ http.ResponseWriter, name string) bool {
						if strings.HasSuffix(name, ".pack") {
							if count++; count == 6 {
								quota(tab, 300_000)
							}
						}
						return false
					}
				})
			}
			tab.deed(test.lang, "keep")
			tab.says("full")
			tab.row(test.lang, "none")
			h.set(func() { h.alter = nil })
			if all := tab.contents(); all != "" {
				t.Errorf("half kept: %.100s", all)
			}
			if left := strings.Join(tab.traces(), " ") + tab.contents(); strings.Contains(left, "/offline/state.json\n") || strings.Contains(left, "service worker http") {
				t.Errorf("left: %s", left)
			}
			quota(tab, 1<<30)
			tab.deed("es", "keep")
			tab.says("done")
		})
	}
}

// testStopped ends downloads by the button and by the way out.
func testStopped(t *testing.T, c *chromium, h *host) {
	slow := func(w http.ResponseWriter, name string) bool {
		if strings.HasSuffix(name, ".pack") {
			time.Sleep(150 * time.Millisecond)
		}
		return false
	}
	t.Run("button", func(t *testing.T) {
		tab := c.open(t, "es", chromedp.WithNewBrowserContext())
		h.set(func() { h.alter = slow })
		tab.keep(h)
		tab.until(`document.querySelector("progress").value > 0.4 && document.activeElement.dataset.do === "cancel"`)
		tab.press("Enter")
		tab.says("stopped")
		tab.row("es", "part")
		tab.until(`document.activeElement.dataset.when === "part"`)
		tab.deed("es", "remove")
		tab.says("removed")
		if left := tab.traces(); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
	})
	t.Run("way out", func(t *testing.T) {
		n := newNeutral(t)
		tab := c.open(t, "es", chromedp.WithNewBrowserContext())
		h.set(func() { h.alter = slow })
		tab.keep(h)
		tab.until(`document.querySelector("progress").value > 0.4`)
		tab.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[data-exit]").href = "` + n.address + `"`))
		release := n.hold(t)
		tab.click("[data-exit]")
		n.reached(t)
		time.Sleep(400 * time.Millisecond) // those on their way
		h.heard("")
		time.Sleep(600 * time.Millisecond)
		if asked := h.heard(""); len(asked) > 0 {
			t.Errorf("still loads %v", asked)
		}
		release()
		tab.at(n.address)
	})
	h.set(func() { h.alter = nil })
}

// testTwoTabs keeps in two tabs at once.
func testTwoTabs(t *testing.T, c *chromium, h *host) {
	h.set(func() {
		h.alter = func(_ http.ResponseWriter, name string) bool {
			if strings.HasSuffix(name, ".pack") {
				time.Sleep(100 * time.Millisecond)
			}
			return false
		}
	})
	tab := c.open(t, "es", chromedp.WithNewBrowserContext())
	tab.keep(h)
	tab.until(`document.querySelector("progress").value > 0.1`)
	other := c.beside(t, tab)
	other.visit(h.address + "es/keep/")
	other.row("es", "part")
	other.deed("es", "keep")
	other.says("busy")
	tab.says("done")
	h.heard("")
	other.deed("es", "keep")
	other.says("done")
	if asked := h.heard(`\.pack$`); len(asked) > 0 {
		t.Errorf("loads again %v", asked)
	}
}

// testCaptive keeps where another page takes the place of every file.
func testCaptive(t *testing.T, c *chromium, h *host) {
	const wifi = "<!doctype html><title>wifi</title>"
	m := h.manifest(t, "es")
	for _, other := range []struct{ what, end, page string }{
		{"manifest", "manifest.json", wifi}, {"records", m.Records + ".json", `"wifi"`}, {"table", m.Tables[0] + ".json", wifi}, {"part", ".pack", wifi},
	} {
		t.Run(other.what, func(t *testing.T) {
			tab := c.open(t, "es", chromedp.WithNewBrowserContext())
			h.set(func() {
				h.alter = func(w http.ResponseWriter, name string) bool {
					if !strings.HasSuffix(name, other.end) {
						return false
					}
					w.Write([]byte(other.page))
					return true
				}
			})
			tab.keep(h)
			tab.says("broken")
			if left := strings.Join(tab.traces(), " ") + tab.contents(); strings.Contains(left, "/offline/state.json\n") || strings.Contains(left, "wifi") {
				t.Errorf("kept: %s", left)
			}
			// The same with a type that says nothing true.
			h.set(func() {
				h.alter = func(w http.ResponseWriter, name string) bool {
					if strings.HasSuffix(name, other.end) {
						w.Header().Set("Content-Type", "text/html")
					}
					return false
				}
			})
			tab.row("es", "none")
			tab.deed("es", "keep")
			tab.says("done")
		})
	}
	t.Run("none", func(t *testing.T) {
		tab := c.open(t, "es", chromedp.WithNewBrowserContext())
		h.set(func() {
			h.alter = func(w http.ResponseWriter, name string) bool {
				if strings.HasPrefix(name, "offline/") {
					http.NotFound(w, nil)
				}
				return strings.HasPrefix(name, "offline/")
			}
		})
		tab.keep(h)
		tab.says("none")
	})
}
