package browser

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// screenshot makes the picture of the README:
//
//	go test ./generator/browser -run TestBrowser -screenshot ../../.github/screenshot.png
var screenshot = flag.String("screenshot", "", "write a picture of the home page to this file and test nothing")

// TestBrowser opens the repository's own site in a real Chromium. The parts
// are in the other files of this package.
func TestBrowser(t *testing.T) {
	t.Parallel()
	c := startChromium(t)
	s := publishSite(t, "../..")
	if *screenshot != "" {
		takeScreenshot(t, c, s)
		return
	}
	for _, part := range []struct {
		name string
		test func(*testing.T, *chromium, *published)
	}{
		{"pages", testPages},
		{"policy", testPolicy},
		{"keyboard", testKeyboard},
		{"traces", testTraces},
		{"way out", testWayOut},
		{"way out without a page", testWayOutAlone},
		{"language", testLanguage},
		{"choice", testChoice},
		{"help lines", testHelpLines},
		{"copy", testCopy},
		{"search field", testSearchField},
		{"search page", testSearchPage},
		{"search without a trace", testSearchTraces},
		{"search without script", testSearchPlain},
		{"search order", testSearchOrder},
		{"search weight", testSearchWeight},
		{"portable copy", testPortable},
		{"handbook", testHandbook},
		{"serve", testServe},
	} {
		start := time.Now()
		t.Run(part.name, func(t *testing.T) { part.test(t, c, s) })
		t.Logf("%s: %v", part.name, time.Since(start).Round(10*time.Millisecond))
	}
}

// A chromium is the one browser of all tests.
type chromium struct {
	ctx   context.Context
	agent string // its name as it tells it to servers
}

// startChromium starts a browser that reaches this machine only.
func startChromium(t testing.TB, more ...chromedp.ExecAllocatorOption) *chromium {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		program, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
			chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
		ctx, end := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
		t.Cleanup(end)
		ctx, closeBrowser := chromedp.NewContext(ctx)
		t.Cleanup(closeBrowser)
		agent, err := chromedp.Run(ctx, chromedp.Evaluate[string](`navigator.userAgent`))
		if err != nil {
			t.Fatal(err)
		}
		return &chromium{ctx, agent}
	}
	missing(t, "chromium, chromium-browser or google-chrome on the path")
	return nil
}

// A published is a site that was built into a folder and is served from a
// folder of a host, as GitHub Pages serves it.
type published struct {
	dir     string
	address string // of the site, with a slash at its end
}

const basePath = "/acervo/"

// publishSite builds the work tree of a folder and serves it.
func publishSite(t *testing.T, source string) *published {
	t.Helper()
	s := &published{dir: filepath.Join(t.TempDir(), "acervo")}
	s.address = s.altered(t, nil)
	generate(t, "build", "--source", source, "--worktree", "--base-url", s.address, "--out", s.dir)
	return s
}

// altered serves the site with pages that are changed on their way, and
// returns its address.
func (s *published) altered(t *testing.T, alter func(name, page string) string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, basePath)
		if name == "" || strings.HasSuffix(name, "/") {
			name += "index.html"
		}
		data, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(path.Clean(name))))
		if !ok || err != nil {
			http.NotFound(w, r)
			return
		}
		if alter != nil && strings.HasSuffix(name, ".html") {
			data = []byte(alter(name, string(data)))
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
	}))
	t.Cleanup(server.Close)
	return server.URL + basePath
}

// read returns a file of the site.
func (s *published) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A tab is a tab of the browser, and what was heard of it.
type tab struct {
	testing.TB
	ctx context.Context

	mutex    sync.Mutex
	console  []string // errors and warnings
	requests []string
	restored int // pages shown again from the back/forward cache
}

// open opens a tab whose reader prefers the languages. It is in the window of
// the others, which is much faster than one of its own, and ends with the test.
func (c *chromium) open(t testing.TB, languages string, options ...chromedp.ContextOption) *tab {
	t.Helper()
	tab := &tab{TB: t}
	options = append(options, chromedp.WithNewWindow(false), chromedp.WithListener(tab.hear))
	ctx, end := chromedp.NewContext(c.ctx, options...)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	var endNow context.CancelFunc
	tab.ctx, endNow = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(endNow)
	call(tab, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: c.agent, AcceptLanguage: languages})
	tab.size(1280, 800)
	return tab
}

// hear keeps what the browser tells about the page.
func (tab *tab) hear(event any) {
	tab.mutex.Lock()
	defer tab.mutex.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeDebug {
			tab.console = append(tab.console, fmt.Sprintf("console.%s", e.Type))
		}
	case *runtime.EventExceptionThrown:
		tab.console = append(tab.console, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelWarning || e.Entry.Level == log.EntryLevelError {
			tab.console = append(tab.console, e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		tab.requests = append(tab.requests, e.Request.URL)
	case *page.EventFrameNavigated:
		if e.Type == page.NavigationTypeBackForwardCacheRestore {
			tab.restored++
		}
	}
}

// heard returns what was heard since it was asked last.
func (tab *tab) heard() (console, requests []string) {
	tab.mutex.Lock()
	defer tab.mutex.Unlock()
	console, requests = tab.console, tab.requests
	tab.console, tab.requests = nil, nil
	return console, requests
}
