package browser

import (
	"bytes"
	"context"
	"image"
	"image/color"
	_ "image/png"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// What is done with a tab. Each of these ends the test when it fails.

func (tab *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	tab.Helper()
	if err := chromedp.Do(tab.ctx, actions...); err != nil {
		tab.Fatal(err)
	}
}

func (tab *tab) visit(address string) {
	tab.Helper()
	tab.do(chromedp.Navigate(address))
}

// leadTo begins to load a page and does not wait, since the page may lead away.
func (tab *tab) leadTo(address string) {
	tab.Helper()
	call(tab, page.Navigate, page.NavigateParams{URL: address})
}

// call sends a command of the DevTools protocol.
func call[P, R any](tab *tab, command cdp.Command[P, R], params P) R {
	tab.Helper()
	result, err := chromedp.Call(tab.ctx, command, params)
	if err != nil {
		tab.Fatal(err)
	}
	return result
}

func evaluate[T any](tab *tab, script string, options ...chromedp.EvaluateOption) T {
	tab.Helper()
	value, err := chromedp.Run(tab.ctx, chromedp.Evaluate[T](script, options...))
	if err != nil {
		tab.Fatalf("%s: %v", script, err)
	}
	return value
}

// until waits for a condition in JavaScript, whatever pages come and go.
func (tab *tab) until(condition string) {
	tab.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		// A page that is being left does not answer.
		ctx, cancel := context.WithTimeout(tab.ctx, time.Second)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](condition))
		cancel()
		if err == nil && ok {
			return
		}
	}
	tab.Fatalf("never: %s\nin %q", condition, tab.history())
}

// at waits until the browser shows an address, and all of the page.
func (tab *tab) at(address string) {
	tab.Helper()
	tab.until(`document.readyState === "complete" && location.href === "` + address + `"`)
}

func (tab *tab) size(width, height int64) {
	tab.Helper()
	tab.do(chromedp.EmulateViewport(width, height))
}

// scheme sets the reader's preference, light or dark.
func (tab *tab) scheme(name string) {
	tab.Helper()
	call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
}

// withoutScript forbids the pages' scripts.
func (tab *tab) withoutScript() {
	tab.Helper()
	call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// click clicks on what a selector finds.
func (tab *tab) click(selector string) {
	tab.Helper()
	tab.do(chromedp.Click(chromedp.CSS(selector)))
}

// press presses a key of the keyboard and lets it go.
func (tab *tab) press(key string) {
	tab.Helper()
	k := map[string]input.DispatchKeyEventParams{
		"Tab":       {Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9},
		"Enter":     {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"},
		"Shift":     {Key: "Shift", Code: "ShiftLeft", WindowsVirtualKeyCode: 16, Modifiers: 8},
		"/":         {Key: "/", Code: "Slash", WindowsVirtualKeyCode: 191, Text: "/"},
		"Ctrl+K":    {Key: "k", Code: "KeyK", WindowsVirtualKeyCode: 75, Modifiers: 2},
		"ArrowDown": {Key: "ArrowDown", Code: "ArrowDown", WindowsVirtualKeyCode: 40},
		"ArrowUp":   {Key: "ArrowUp", Code: "ArrowUp", WindowsVirtualKeyCode: 38},
		"Escape":    {Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27},
		"A":         {Key: "A", Code: "KeyA", WindowsVirtualKeyCode: 65, Modifiers: 8, Text: "A"},
	}[key]
	k.Type = input.DispatchKeyEventTypeRawKeyDown
	if k.Text != "" {
		k.Type = input.DispatchKeyEventTypeKeyDown
	}
	call(tab, input.DispatchKeyEvent, k)
	k.Type, k.Text, k.Modifiers = input.DispatchKeyEventTypeKeyUp, "", 0
	call(tab, input.DispatchKeyEvent, k)
}

// history returns the addresses that Back and Forward lead to, with the page's
// own; none while one page takes the place of another.
func (tab *tab) history() []string {
	tab.Helper()
	history, _ := chromedp.Call(tab.ctx, page.GetNavigationHistory, cdp.Empty{})
	var addresses []string
	for _, entry := range history.Entries {
		addresses = append(addresses, entry.URL)
	}
	return addresses
}

// forgets waits until no address of the tab's history has a part.
func (tab *tab) forgets(part string) {
	tab.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if all := strings.Join(tab.history(), " "); all != "" && !strings.Contains(all, part) {
			return
		}
	}
	tab.Errorf("never without %s: %q", part, tab.history())
}

// unseen checks that the reader sees nothing but one colour, and no title or
// address of the site. It asks the browser and not the page, which does not
// answer while another one is on its way.
func (tab *tab) unseen() {
	tab.Helper()
	data, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tab.Fatal(err)
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		tab.Fatal(err)
	}
	colours := map[color.Color]bool{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			colours[picture.At(x, y)] = true
		}
	}
	if len(colours) != 1 {
		tab.Errorf("the page is seen: %d colours", len(colours))
	}
	history := call(tab, page.GetNavigationHistory, cdp.Empty{})
	now := history.Entries[history.CurrentIndex]
	if strings.Contains(now.URL, basePath) || strings.Contains(now.Title, "Acervo") {
		tab.Errorf("the browser shows the title %q and the address %s", now.Title, now.URL)
	}
}

// takeScreenshot makes the picture of the README.
func takeScreenshot(t *testing.T, c *chromium, s *published) {
	tab := c.open(t, "es")
	tab.scheme("light")
	tab.visit(s.address + "es/")
	data, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*screenshot, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// traces lists what the site has left in the browser.
func (tab *tab) traces() []string {
	tab.Helper()
	return evaluate[[]string](tab, `(async () => {
		const left = [];
		if (document.cookie) left.push("cookie " + document.cookie);
		for (const key of Object.keys(localStorage)) left.push("localStorage " + key);
		for (const key of Object.keys(sessionStorage)) left.push("sessionStorage " + key);
		for (const key of await caches.keys()) left.push("cache " + key);
		for (const { name } of await indexedDB.databases()) left.push("database " + name);
		for (const { scope } of await navigator.serviceWorker.getRegistrations()) left.push("service worker " + scope);
		if (window.name) left.push("name " + window.name);
		return left;
	})()`, chromedp.EvalAwaitPromise)
}

// active is the suggestion that the keyboard is on.
const active = `document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))`

// suggested goes down to the first record among the suggestions and returns its
// address.
func (tab *tab) suggested() string {
	tab.Helper()
	for range 12 {
		tab.press("ArrowDown")
		if evaluate[bool](tab, active+` !== null && `+active+`.matches(".suggested")`) {
			break
		}
	}
	return evaluate[string](tab, active+`.href`)
}
