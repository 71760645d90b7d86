package browser

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// handbookShots names a folder for pictures of the handbook:
//
//	go test ./generator/browser -run TestBrowser/handbook -handbook-shots shots
var handbookShots = flag.String("handbook-shots", "", "write pictures of the handbook to this folder")

// handbookAlone makes the handbook of a language in a folder that has nothing
// else, and returns its address.
func handbookAlone(t *testing.T, lang string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "acervo.html")
	generate(t, "book", "--as", "html", "--source", "../..", "--worktree", "--lang", lang, "--out", file)
	return "file://" + filepath.ToSlash(file)
}

// testHandbook opens the one file alone, as a file manager does.
func testHandbook(t *testing.T, c *chromium, _ *published) {
	address := handbookAlone(t, "es")
	alone := func(tab *tab) {
		t.Helper()
		console, requests := tab.heard()
		for _, message := range console {
			t.Errorf("console: %s", message)
		}
		for _, request := range requests {
			if request, _, _ := strings.Cut(request, "#"); request != address && !strings.HasPrefix(request, "data:") {
				t.Errorf("request: %s", request)
			}
		}
	}
	t.Run("page", func(t *testing.T) {
		axe := axeScript(t)
		tab := c.open(t, "es")
		tab.size(360, 740)
		tab.visit(address)
		alone(tab)
		t.Logf("%.0f ms to be read", evaluate[float64](tab, `performance.timing.loadEventEnd - performance.timing.navigationStart`))
		tab.narrow()
		if broken := evaluate[int](tab, `[...document.images].filter((i) => !i.complete || !i.naturalWidth).length`); broken > 0 {
			t.Errorf("%d pictures are not shown", broken)
		}
		// axe takes minutes for the whole: the title page, a record with figures and
		// one with lines are left.
		tab.do(chromedp.Evaluate[chromedp.Void](`(() => {
			const left = [".titlepage", ".figures", ".lines"].map((look) => document.querySelector(".chapter" + look) || document.querySelector(".chapter " + look).closest(".chapter"));
			for (const c of document.querySelectorAll(".chapter")) if (!left.includes(c)) c.remove();
			for (const e of document.querySelectorAll(".lines > :nth-child(n + 4), .contents ol ol > :nth-child(n + 3)")) e.remove();
		})()`))
		tab.accessible(axe)
		alone(tab)
		tab.guarded()
	})
	t.Run("find", func(t *testing.T) { findInHandbook(t, c.open(t, "es"), address) })
	t.Run("keyboard", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.visit(address)
		tab.press("Tab")
		if !evaluate[bool](tab, `document.activeElement.matches("[data-exit]")`) {
			t.Error("the way out is not the first stop")
		}
		for range 3 {
			tab.press("Tab")
		}
		if !evaluate[bool](tab, `document.activeElement.matches(".find input")`) {
			t.Error("the field is not the fourth stop")
		}
	})
	t.Run("without script", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.withoutScript()
		tab.visit(address)
		alone(tab)
		if evaluate[bool](tab, `document.querySelector(".find").checkVisibility() || !document.querySelector("main").innerText.includes("Contenido")`) {
			t.Error("a field that does nothing is shown, or no contents")
		}
	})
	t.Run("way out", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.visit(address)
		tab.click("[data-exit]")
		tab.until(`location.href === "about:blank" && document.body.innerText === ""`)
		tab.forgets("acervo.html")
	})
	if *handbookShots != "" {
		shootHandbook(t, c, address)
	}
}

// findInHandbook types words as readers do.
func findInHandbook(t *testing.T, tab *tab, address string) {
	tab.visit(address)
	tab.do(chromedp.Focus(chromedp.CSS(".find input")))
	tab.write("PROTECCION")
	tab.until(`/^\d+ de \d+ · ./.test(document.querySelector(".find [role=status]").textContent)`)
	all := evaluate[int](tab, `Number(document.querySelector(".find [role=status]").textContent.match(/de (\d+)/)[1])`)
	accented := strings.Count(strings.ToLower(evaluate[string](tab, `[...document.querySelectorAll(".chapter")].map((e) => e.textContent).join("\n")`)), "protección")
	if all < accented || accented < 100 {
		t.Errorf("%d matches for %d words", all, accented)
	}
	seen := `(() => { const box = document.querySelector("div.found").getBoundingClientRect(); return box.width > 20 && box.top > 50 && box.bottom < innerHeight })()`
	tab.until(seen)
	at := func() string {
		return evaluate[string](tab, `document.querySelector(".find [role=status]").textContent.split(" ")[0]`)
	}
	first := at()
	tab.press("Enter")
	if second := at(); second == first {
		t.Errorf("Enter stays at match %s", second)
	}
	tab.until(seen)
	tab.click(`[data-step="-1"]`)
	if again := at(); again != first {
		t.Errorf("back at match %s, want %s", again, first)
	}
	tab.do(chromedp.Focus(chromedp.CSS(".find input")))
	tab.press("Escape")
	tab.until(`document.querySelector(".find input").value === "" && !document.querySelector("div.found")`)
	tab.write("no está en ninguna parte")
	tab.until(`document.querySelector(".find [role=status]").textContent === "Nada coincide con esta búsqueda."`)
	if got := evaluate[int](tab, `(() => { try { return localStorage.length + sessionStorage.length } catch { return 0 } })()`); got > 0 {
		t.Errorf("%d things are stored", got)
	}
}

// shootHandbook takes the pictures that a person looks at.
func shootHandbook(t *testing.T, c *chromium, address string) {
	t.Helper()
	for name, of := range map[string]struct {
		width      int64
		scheme, at string
	}{
		"top-360-light": {360, "light", ""}, "top-1280-dark": {1280, "dark", ""},
		"practice-360-dark": {360, "dark", "#0mkz14v"}, "practice-1280-light": {1280, "light", "#0mkz14v"},
		"results-360-light": {360, "light", "#0mkz14v/results"}, "help-360-light": {360, "light", "#72vhc7c"}, "glossary-360-light": {360, "light", "#glossary"},
	} {
		tab := c.open(t, "es")
		tab.size(of.width, 1100)
		tab.scheme(of.scheme)
		tab.visit(address + of.at)
		if of.at == "" && of.width == 360 {
			tab.click("details summary")
			tab.do(chromedp.Focus(chromedp.CSS(".find input")))
			tab.write("albergue")
			tab.until(`document.querySelector("div.found") !== null`)
		}
		picture, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*handbookShots, name+".png"), picture, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
