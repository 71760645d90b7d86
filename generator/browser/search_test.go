package browser

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// fieldSeen finds the one search field that the page shows.
const fieldSeen = `[...document.querySelectorAll("form[data-find] input")].filter((e) => e.checkVisibility())`

// write puts words into the field that has the focus.
func (tab *tab) write(words string) {
	tab.Helper()
	call(tab, input.InsertText, input.InsertTextParams{Text: words})
}

// findOn opens a page and writes words into its search field. The page that is
// already open would remember its words.
func (tab *tab) findOn(address, words string) {
	tab.Helper()
	tab.visit("about:blank")
	tab.visit(address)
	tab.do(chromedp.Evaluate[chromedp.Void](fieldSeen + `[0].focus()`))
	tab.write(words)
}

// testSearchField uses the field in the head of every page.
func testSearchField(t *testing.T, c *chromium, s *published) {
	practice, _ := s.aPractice(t)
	for _, name := range []string{"es/", practice, "es/practicas/", "es/search/", "404.html"} {
		t.Run(name, func(t *testing.T) {
			tab := c.open(t, "es")
			for _, width := range []int64{320, 800, 1280} {
				tab.size(width, 640)
				for _, key := range []string{"/", "Ctrl+K"} {
					tab.visit("about:blank")
					tab.visit(s.address + name)
					if n := evaluate[int](tab, fieldSeen+`.length`); n != 1 {
						t.Errorf("%d fields at %d pixels", n, width)
					}
					tab.press(key)
					tab.until(fieldSeen + `[0] === document.activeElement && document.activeElement.value === ""`)
				}
				tab.press("/")
				tab.until(`document.activeElement.value === "/"`)
			}
		})
	}
	t.Run("loaded on demand", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.visit(s.address + practice)
		_, requests := tab.heard()
		if all := strings.Join(requests, " "); strings.Contains(all, "/search") {
			t.Errorf("loaded before it is needed: %s", all)
		}
		tab.press("/")
		tab.until(`document.querySelector("[role=combobox]") !== null`)
	})
	t.Run("suggestions", func(t *testing.T) { suggestions(t, c.open(t, "es"), s, practice) })
}

// suggestions walks through the list with the keys.
func suggestions(t *testing.T, tab *tab, s *published, practice string) {
	tab.findOn(s.address+practice, "refug")
	tab.until(`document.activeElement.getAttribute("aria-expanded") === "true"`)
	tab.until(`/\d/.test(document.querySelector(".bar .find [role=status]").textContent)`)
	tab.accessible(axeScript(t))
	tab.size(1280, 800)
	tab.press("ArrowUp")
	tab.until(active + `.matches(".suggested-all")`)
	tab.press("ArrowDown")
	tab.until(`!document.activeElement.hasAttribute("aria-activedescendant")`)
	tab.press("Escape")
	tab.until(`document.activeElement.getAttribute("aria-expanded") === "false" && document.activeElement.value === "refug"`)
	tab.press("Escape")
	tab.until(`document.activeElement.value === ""`)
	tab.write("refugio")
	tab.until(`document.querySelector(".suggested mark") !== null`)
	target := tab.suggested()
	tab.press("Enter")
	tab.at(target)
	tab.quiet(s.address)
}

// testSearchPage uses the page with results and filters.
func testSearchPage(t *testing.T, c *chromium, s *published) {
	const ready = `document.querySelector(".finds").checkVisibility() && /\d/.test(document.querySelector(".find-count").textContent)`
	const first = `document.querySelector("ol.cards a").href`
	tab := c.open(t, "es")
	tab.findOn(s.address+"es/search/", "refugio")
	tab.until(ready + ` && document.querySelector("ol.cards mark") !== null`)
	tab.narrow()
	tab.accessible(axeScript(t))
	tab.size(1280, 800)

	t.Run("filters", func(t *testing.T) {
		tab.click(`.facet:nth-child(1) li:not([hidden]) input`)
		tab.until(`location.hash.startsWith("#kind=") && document.querySelectorAll(".chip").length === 1`)
		tab.click(`.facet:nth-child(2) li:not([hidden]) input`)
		tab.until(`location.hash.includes("&country=") && document.querySelectorAll(".chip").length === 2`)
		tab.until(`[...document.querySelectorAll("[data-languages] a")].every((a) => a.hash === location.hash)`)
		tab.accessible(axeScript(t))
		tab.size(1280, 800)
		tab.click(`.chip`)
		tab.until(`location.hash.startsWith("#country=") && document.activeElement.matches(".chip")`)
		tab.click(`.chip`)
		tab.until(`location.hash === "" && document.querySelectorAll(".chip").length === 0`)
	})
	t.Run("order", func(t *testing.T) {
		tab.do(chromedp.Evaluate[chromedp.Void](`(() => { const s = document.querySelector(".find-tools select"); s.value = "date"; s.dispatchEvent(new Event("change")) })()`))
		tab.until(`location.hash === "#order=date"`)
	})
	t.Run("link", func(t *testing.T) {
		link := evaluate[string](tab, `document.querySelector("[data-copy]").dataset.value`)
		other := c.open(t, "es")
		other.visit(link)
		other.until(ready + ` && !location.href.includes("refugio") && document.querySelector("main .find input").value === "refugio"`)
		if got, want := evaluate[string](other, first), evaluate[string](tab, first); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		tab.findOn(s.address+"es/search/", "xqzwvkjh")
		tab.until(`document.querySelector(".find-empty").checkVisibility() && document.querySelector(".find-ways").checkVisibility()`)
		tab.until(`document.querySelector(".find-notes").innerText.includes("xqzwvkjh")`)
		tab.narrow()
		tab.accessible(axeScript(t))
	})
	t.Run("a typing error", func(t *testing.T) {
		tab.size(1280, 800)
		tab.findOn(s.address+"es/search/", "refujio ")
		tab.until(`document.querySelector(".find-notes button") !== null`)
		tab.click(".find-notes button")
		tab.until(`document.querySelector("main .find input").value.includes('"refujio"')`)
	})
	tab.quiet(s.address)
}

// testSearchTraces looks for the words wherever a browser keeps something.
func testSearchTraces(t *testing.T, c *chromium, s *published) {
	practice, _ := s.aPractice(t)
	const word = "refugio"
	tab := c.open(t, "es")
	tab.findOn(s.address+practice, word)
	tab.press("Enter")
	tab.at(s.address + "es/search/")
	tab.until(`document.querySelector("ol.cards a") !== null && document.querySelector("main .find input").value === "` + word + `"`)
	traces := func() {
		t.Helper()
		kept := evaluate[string](tab, `name + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage}) + document.cookie + document.title`)
		if all := kept + strings.Join(tab.history(), " "); strings.Contains(all, word) {
			t.Errorf("the word is kept: %s", all)
		}
		_, requests := tab.heard()
		for _, request := range requests {
			if strings.Contains(request, word) && !strings.Contains(request, "/organizaciones/") {
				t.Errorf("the word is asked for: %s", request)
			}
		}
	}
	traces()
	target := evaluate[string](tab, `[...document.querySelectorAll("ol.cards a")].map((a) => a.href).find((a) => !a.includes("`+word+`"))`)
	tab.leadTo(target)
	tab.at(target)
	tab.do(later(`history.back()`))
	tab.until(`location.pathname.endsWith("/es/search/") && document.querySelector("ol.cards a") !== null && document.querySelector("main .find input").value === "` + word + `"`)
	traces()
	tab.do(later(`document.querySelector("[data-languages] a[hreflang='en']").click()`)) // DevTools has lost the nodes of a page that came back
	tab.at(s.address + "en/search/")
	tab.until(`document.querySelector("main .find input").value === "` + word + `" && name === ""`)
	traces()
}

var refused = regexp.MustCompile(`(?:search|correct|phrase|search-page)\.[0-9a-f]{8}\.js$`)

// testSearchPlain opens the search page without script and in a browser that
// cannot unpack the index.
func testSearchPlain(t *testing.T, c *chromium, s *published) {
	for _, name := range []string{"without script", "in an old browser"} {
		t.Run(name, func(t *testing.T) {
			tab := c.open(t, "es")
			if name == "without script" {
				tab.withoutScript()
			} else {
				call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `delete window.DecompressionStream`})
			}
			tab.visit(s.address + "es/search/")
			seen := evaluate[[]bool](tab, `[".find-plain", ".find-ways", "main .find", ".finds", ".find-empty"].map((e) => document.querySelector(e).checkVisibility())`)
			if want := []bool{true, true, false, false, false}; !slices.Equal(seen, want) {
				t.Errorf("seen: %v, want %v", seen, want)
			}
			if n := evaluate[int](tab, `document.querySelectorAll(".find-ways a").length`); n < 20 {
				t.Errorf("%d links", n)
			}
			_, requests := tab.heard()
			for _, request := range requests {
				if refused.MatchString(request) {
					t.Errorf("loads %s", request)
				}
			}
		})
	}
}
