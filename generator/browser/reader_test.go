package browser

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// aPractice returns the path of a practice's page, and its permanent path.
func (s *published) aPractice(t *testing.T) (path, permanent string) {
	t.Helper()
	for _, sample := range s.samples(t) {
		if sample.kind == "practice" {
			id := regexp.MustCompile(`/(p/[0-9a-z]{7}/)"`).FindStringSubmatch(s.read(t, sample.path+"index.html"))
			return sample.path, id[1]
		}
	}
	t.Fatal("no practice")
	return "", ""
}

// testKeyboard walks through pages with the Tab key alone.
func testKeyboard(t *testing.T, c *chromium, s *published) {
	practice, _ := s.aPractice(t)
	for _, at := range []struct {
		name  string
		width int64
	}{{"es/", 320}, {"es/", 1280}, {"es/ayuda/", 320}, {practice, 320}, {practice, 1280}, {"404.html", 320}} {
		t.Run(fmt.Sprintf("%s at %d", at.name, at.width), func(t *testing.T) {
			tab := c.open(t, "es")
			tab.size(at.width, 640)
			tab.visit(s.address + at.name)
			tab.walk()
		})
	}
	t.Run("skip link", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.visit(s.address + "es/")
		tab.press("Tab")
		tab.press("Tab")
		tab.press("Enter")
		tab.press("Tab")
		tab.until(`document.activeElement.closest("main") !== null`)
	})
	t.Run("languages", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.visit(s.address + "es/")
		tab.do(chromedp.Focus(chromedp.CSS("summary")))
		tab.press("Enter")
		tab.press("Tab")
		tab.press("Tab")
		tab.press("Enter")
		tab.at(s.address + "en/")
	})
}

// stopped describes the element that has the focus.
const stopped = `(() => {
	const e = document.activeElement;
	if (e === document.body) return null;
	const style = getComputedStyle(e);
	const seen = [...e.getClientRects()].some((r) => {
		for (const [x, y] of [[r.left + r.width / 2, r.top + r.height / 2], [r.left + 2, r.top + 2], [r.right - 2, r.bottom - 2], [r.left + 2, r.bottom - 2], [r.right - 2, r.top + 2]]) {
			const hit = document.elementFromPoint(x, y);
			if (hit && (e.contains(hit) || hit.contains(e))) return true;
		}
		return false;
	});
	return { Name: e.outerHTML.slice(0, 100), Exit: e.matches("[data-exit]"), Skip: e.matches(".skip"), Seen: seen,
		Outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
})()`

type stop struct {
	Name                       string
	Exit, Skip, Seen, Outlined bool
}

// walk presses Tab until the page has no further stop. It checks that each is
// seen and outlined, the way out first and the skip link second.
func (tab *tab) walk() {
	tab.Helper()
	stops := 0
	for ; stops < 500; stops++ {
		tab.press("Tab")
		at := evaluate[*stop](tab, stopped)
		if at == nil {
			break
		}
		if !at.Seen || !at.Outlined {
			tab.Errorf("stop %d: seen %t, outlined %t: %s", stops+1, at.Seen, at.Outlined, at.Name)
		}
		if at.Exit != (stops == 0) || at.Skip != (stops == 1) {
			tab.Errorf("stop %d: %s", stops+1, at.Name)
		}
	}
	all := evaluate[int](tab, `[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter((e) => e.checkVisibility()).length`)
	if stops != all {
		tab.Errorf("%d stops for %d elements", stops, all)
	}
}

// testLanguage changes the language inside a section.
func testLanguage(t *testing.T, c *chromium, s *published) {
	practice, _ := s.aPractice(t)
	tab := c.open(t, "es")
	tab.visit(s.address + practice + "#limits")
	for _, lang := range []string{"en", "fr", "es"} {
		tab.click("summary")
		tab.click(`[data-languages] a[hreflang="` + lang + `"]`)
		tab.until(`document.readyState === "complete" && document.documentElement.lang === "` + lang + `" && location.hash === "#limits"`)
		tab.until(`(() => { const top = document.getElementById("limits").getBoundingClientRect().top; return top >= 0 && top < innerHeight })()`)
	}
}

// testChoice opens addresses that have no language.
func testChoice(t *testing.T, c *chromium, s *published) {
	practice, permanent := s.aPractice(t)
	for _, test := range []struct{ languages, from, to string }{
		{"fr-CA,es", "", "fr/"},
		{"pt-BR", "", "pt/"},
		{"de,en-US,es", "", "en/"},
		{"es-HN", permanent, practice},
		{"es-HN", permanent + "#limits", practice + "#limits"},
	} {
		t.Run(test.languages+" "+test.to, func(t *testing.T) {
			tab := c.open(t, test.languages)
			tab.leadTo(s.address + test.from)
			tab.at(s.address + test.to)
			if got := tab.history(); slices.Contains(got, s.address+test.from) {
				t.Errorf("going back leads to %q again: %q", test.from, got)
			}
		})
	}
	for _, name := range []string{"", permanent} {
		for _, script := range []bool{true, false} {
			t.Run(fmt.Sprintf("%q, script %t", name, script), func(t *testing.T) {
				tab := c.open(t, map[bool]string{true: "de", false: "fr"}[script])
				if !script {
					tab.withoutScript()
				}
				tab.visit(s.address + name)
				tab.at(s.address + name)
				listed := evaluate[string](tab, `[...document.querySelectorAll("main [data-lang]")].filter((a) => a.checkVisibility() && a.innerText.trim()).map((a) => a.dataset.lang).join(" ")`)
				if listed != "es en fr pt" {
					t.Errorf("lists %q", listed)
				}
			})
		}
	}
}

// testHelpLines gives lines of the help page a day of their last call. The
// script judges it by the clock of this machine, which is the reader's.
func testHelpLines(t *testing.T, c *chromium, s *published) {
	const number = `<span class="number">`
	verified := func(id string, months int) string {
		day := time.Now().UTC().AddDate(0, months, 0).Format(time.DateOnly)
		return fmt.Sprintf(`<span class="number" id="%s" data-label="Llamar" data-verified-on="%s">`, id, day)
	}
	address := s.altered(t, func(_, page string) string {
		page = strings.Replace(page, number, verified("fresh", -1), 1)
		return strings.Replace(page, number, verified("old", -7), 1)
	})
	tab := c.open(t, "es")
	tab.visit(address + "es/ayuda/")
	calls := evaluate[[]string](tab, `[...document.querySelectorAll("[href^='tel:']")].map((a) => a.innerText + " " + a.href)`)
	if len(calls) != 1 || !regexp.MustCompile(`^Llamar tel:\+?\d+$`).MatchString(calls[0]) {
		t.Errorf("one line was verified lately; calls: %q", calls)
	}
	tab.until(`document.getElementById("old") !== null && document.getElementById("fresh") === null`)

	for _, name := range []string{"es/ayuda/", "es/paises/honduras/"} {
		tab.visit(s.address + name)
		calls := evaluate[int](tab, `document.querySelectorAll("[href^='tel:']").length`)
		if days := strings.Count(s.read(t, name+"index.html"), "data-verified-on"); calls > days {
			t.Errorf("%s: %d buttons to call, %d verified lines", name, calls, days)
		}
	}
}

// testCopy copies the citation of a practice and reads the clipboard.
func testCopy(t *testing.T, c *chromium, s *published) {
	practice, _ := s.aPractice(t)
	tab := c.open(t, "es")
	id := chromedp.FromContext(tab.ctx).BrowserContextID
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		if _, err := chromedp.CallBrowser(tab.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted, BrowserContextID: id,
		}); err != nil {
			t.Fatal(err)
		}
	}
	tab.visit(s.address + practice)
	tab.click(`[data-copy="x-citation"]`)
	tab.until(`document.querySelector("[data-copy='x-citation'] + [role=status]").innerText !== ""`)
	copied := evaluate[string](tab, `navigator.clipboard.readText()`, chromedp.EvalAwaitPromise)
	if shown := evaluate[string](tab, `document.getElementById("x-citation").innerText`); copied != shown || copied == "" {
		t.Errorf("got %q, want %q", copied, shown)
	}

	tab = c.open(t, "es")
	tab.withoutScript()
	tab.visit(s.address + practice)
	if evaluate[bool](tab, `document.querySelector("[data-copy]").checkVisibility()`) {
		t.Error("a button that does nothing is shown without script")
	}
}
