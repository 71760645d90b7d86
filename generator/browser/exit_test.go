package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// A neutral is the harmless site that the way out leads to.
type neutral struct {
	address string
	arrived chan string  // what each request says about where it comes from
	gate    sync.RWMutex // while it is locked, the site does not answer
}

func newNeutral(t *testing.T) *neutral {
	n := &neutral{arrived: make(chan string, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		n.arrived <- r.Referer()
		n.gate.RLock()
		defer n.gate.RUnlock()
		w.Write([]byte("<!doctype html><title>weather</title><p>rain"))
	}))
	t.Cleanup(server.Close)
	n.address = server.URL + "/"
	return n
}

// hold lets the site answer nobody until the returned function is called.
func (n *neutral) hold(t *testing.T) (release func()) {
	n.gate.Lock()
	release = sync.OnceFunc(n.gate.Unlock)
	t.Cleanup(release)
	return release
}

// reached waits until a browser asks for the site, and checks that it does not
// tell where the reader was.
func (n *neutral) reached(t *testing.T) {
	t.Helper()
	select {
	case referrer := <-n.arrived:
		if referrer != "" {
			t.Errorf("the neutral site is told where the reader was: %s", referrer)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nobody asks for the neutral site")
	}
}

var exitHref = regexp.MustCompile(`data-exit href="[^"]*"`)

// leavingFor serves the site with another way out.
func (s *published) leavingFor(t *testing.T, n *neutral) string {
	return s.altered(t, func(_, page string) string {
		return exitHref.ReplaceAllLiteralString(page, `data-exit href="`+n.address+`"`)
	})
}

// testWayOut leaves by the button and by the keyboard, and goes back.
func testWayOut(t *testing.T, c *chromium, s *published) {
	n := newNeutral(t)
	address := s.leavingFor(t, n)

	t.Run("click", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.size(320, 568)
		tab.visit(address + "es/")
		release := n.hold(t)
		tab.click("[data-exit]")
		n.reached(t)
		tab.unseen()
		release()
		tab.at(n.address)
		tab.forgets(basePath)
	})

	t.Run("back", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.visit(address + "es/")
		tab.visit(address + "es/ayuda/")
		tab.click("[data-exit]")
		n.reached(t)
		tab.at(n.address)
		release := n.hold(t)
		tab.do(later(`history.back()`))
		n.reached(t)
		tab.unseen()
		release()
		tab.at(n.address)
		tab.forgets(basePath)
		tab.mutex.Lock()
		defer tab.mutex.Unlock()
		if tab.restored == 0 {
			t.Error("the page came from the network and not from the back/forward cache, which is the harder case")
		}
	})

	t.Run("another page in the tab", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.visit(address + "es/")
		tab.click("[data-exit]")
		n.reached(t)
		tab.at(n.address)
		tab.leadTo(address + "es/ayuda/")
		n.reached(t)
		tab.at(n.address)
	})

	t.Run("Shift three times", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.visit(address + "es/")
		for _, key := range []string{"Shift", "A", "Shift", "Shift", "A", "Shift", "Shift"} {
			tab.press(key)
		}
		if !evaluate[bool](tab, `document.title !== "" && document.body.offsetHeight > 0`) {
			t.Fatal("writing capitals leaves")
		}
		release := n.hold(t)
		tab.press("Shift")
		n.reached(t)
		tab.unseen()
		release()
		tab.at(n.address)
	})

	t.Run("pages without a language", func(t *testing.T) {
		for _, name := range []string{"", "404.html"} {
			tab := c.open(t, "de")
			tab.visit(address + name)
			tab.click("[data-exit]")
			n.reached(t)
			tab.at(n.address)
		}
	})
}

// later runs a script after its evaluation has returned: it leads to another
// page.
func later(script string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`setTimeout(() => { ` + script + ` }, 10)`)
}

// emulateNetwork takes the network away. Chromium 148 asks for that beside the
// rules, later ones in them.
var emulateNetwork = cdp.Command[noNetwork, struct{}]{Method: network.CommandEmulateNetworkConditionsByRule}

type noNetwork struct {
	Offline bool                  `json:"offline"`
	Rules   []*network.Conditions `json:"matchedNetworkConditions"`
}

// testWayOutAlone leaves where there is no neutral page to go to, or no script
// to help.
func testWayOutAlone(t *testing.T, c *chromium, s *published) {
	n := newNeutral(t)
	address := s.leavingFor(t, n)

	t.Run("offline", func(t *testing.T) {
		tab := c.open(t, "es")
		// Chromium 148 forgets with each page that it is to say so.
		call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `Object.defineProperty(navigator, "onLine", { get: () => false })`,
		})
		tab.visit(address + "es/")
		tab.visit(address + "es/ayuda/")
		call(tab, emulateNetwork, noNetwork{Offline: true, Rules: []*network.Conditions{{Offline: true}}})
		tab.click("[data-exit]")
		tab.at("about:blank")
		tab.do(later(`history.back()`))
		tab.forgets(basePath)
		tab.at("about:blank")
		tab.unseen()
		if len(n.arrived) > 0 {
			t.Error("the neutral site was asked for")
		}
	})

	t.Run("from a file", func(t *testing.T) {
		tab := c.open(t, "es")
		name := filepath.Join(s.dir, "es", "file.html")
		relative := strings.ReplaceAll(s.read(t, "es/index.html"), `="`+basePath, `="../`)
		if err := os.WriteFile(name, []byte(relative), 0o644); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(name)
		tab.visit("file://" + filepath.ToSlash(name))
		tab.click("[data-exit]")
		tab.at("about:blank")
		tab.forgets("file:")
	})

	t.Run("without script", func(t *testing.T) {
		tab := c.open(t, "es")
		tab.withoutScript()
		tab.visit(address + "es/ayuda/")
		tab.click("[data-exit]")
		n.reached(t)
		tab.at(n.address)
	})
}

// testTraces visits the site as a reader does and looks at what is left of it.
func testTraces(t *testing.T, c *chromium, s *published) {
	tab := c.open(t, "es", chromedp.WithNewBrowserContext())
	for _, name := range []string{"", "es/ayuda/", "es/practicas/"} {
		tab.visit(s.address + name)
	}
	tab.click(".card a")
	tab.until(`document.readyState === "complete" && document.querySelector("[data-copy]:not([hidden])") !== null`)
	tab.click("[data-copy]")
	tab.click("summary")
	tab.click(`[data-languages] a[hreflang="en"]`)
	tab.until(`document.documentElement.lang === "en" && document.readyState === "complete"`)
	left := tab.traces()
	if len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	id := chromedp.FromContext(tab.ctx).BrowserContextID
	cookies, err := chromedp.CallBrowser(tab.ctx, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: id})
	if err != nil || len(cookies.Cookies) > 0 {
		t.Errorf("cookies: %v, %v", cookies.Cookies, err)
	}
	tab.quiet(s.address)
}
