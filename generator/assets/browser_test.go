package assets

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is one browser for all tests of the package; it ends with them.
var chromium, endChromium = context.WithTimeout(context.Background(), 2*time.Minute)

func TestMain(m *testing.M) {
	code := m.Run()
	endChromium()
	os.Exit(code)
}

var start = sync.OnceValue(func() context.Context {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("accept-lang", "es-HN,en"))
		ctx, _ := chromedp.NewExecAllocator(chromium, options...)
		ctx, _ = chromedp.NewContext(ctx)
		if err := chromedp.Do(ctx); err != nil {
			panic(err)
		}
		return ctx
	}
	return nil
})

// browser returns a context of a real Chromium, which CI requires.
func browser(t *testing.T) context.Context {
	t.Helper()
	ctx := start()
	if ctx == nil && os.Getenv("CI") != "" {
		t.Fatal("no Chromium")
	}
	if ctx == nil {
		t.Skip("no Chromium")
	}
	return ctx
}

// tab returns a context of a new tab, with a session storage of its own.
func tab(t *testing.T, ctx context.Context) context.Context {
	t.Helper()
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	do(t, ctx)
	return ctx
}

// site serves pages and the bundled scripts under their entries' names.
func site(t *testing.T, pages map[string]string) *httptest.Server {
	t.Helper()
	files := bundle(t, repository)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		switch {
		case ok:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, page)
		case strings.HasSuffix(r.URL.Path, ".js"):
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, content(t, files, r.URL.Path[1:]))
		case r.URL.Path == "/events":
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, "event: faults\ndata: [{\"place\": \"a.md:1:2\", \"message\": \"<b>m</b>\", \"hint\": \"h\"}]\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.CloseClientConnections)
	return server
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return value
}

// wait waits until a JavaScript condition holds.
func wait(t *testing.T, ctx context.Context, condition string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingTimeout(10*time.Second))); err != nil {
		t.Fatalf("%s: %v\n%s", condition, err, evaluate[string](t, ctx, `location.href + "\n" + document.documentElement.outerHTML`))
	}
}

// at waits until the browser shows an address.
func at(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	got := ""
	for range 100 {
		var err error
		if got, err = chromedp.Run(ctx, chromedp.Location()); err == nil && got == address {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("got %s, want %s", got, address)
}

const stored = `sessionStorage.length + localStorage.length + document.cookie.length`

// later runs a script after its evaluation has returned: it leads to another page.
func later(script string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](`setTimeout(() => {` + script + `}, 10)`)
}

const click = `document.getElementById("b").click();`

const exitPage = `<!doctype html><html><head><meta charset="utf-8"><script src="/exit.js"></script><title>Secret</title></head>
<body><a class="exit" data-exit href="%s"><b id="b">x</b></a><p id="p">text</p><input id="i"></body></html>`

func TestExit(t *testing.T) {
	neutral := site(t, map[string]string{"/": "<title>n</title>neutral"})
	home := neutral.URL + "/"
	page := fmt.Sprintf(exitPage, home)
	server := site(t, map[string]string{"/start": "<title>s</title>start", "/one": page, "/two": page})

	main := browser(t)

	t.Run("click, then another page and back", func(t *testing.T) {
		ctx := tab(t, main)
		do(t, ctx, chromedp.Navigate(server.URL+"/start"), chromedp.Navigate(server.URL+"/one"))
		if evaluate[int](t, ctx, stored) != 0 {
			t.Error("something is stored before the reader leaves")
		}
		before := evaluate[int](t, ctx, `history.length`)
		do(t, ctx, chromedp.Click("#b"))
		at(t, ctx, home)
		if after := evaluate[int](t, ctx, `history.length`); after != before {
			t.Errorf("got %d history entries, want %d", after, before)
		}
		_ = chromedp.Do(ctx, chromedp.Navigate(server.URL+"/two")) // it leaves before it is loaded
		at(t, ctx, home)
	})

	t.Run("back to a page that was left by a link", func(t *testing.T) {
		ctx := tab(t, main)
		do(t, ctx, chromedp.Navigate(server.URL+"/one"), chromedp.Navigate(server.URL+"/two"), later(click))
		at(t, ctx, home)
		do(t, ctx, later(`history.back()`))
		time.Sleep(200 * time.Millisecond)
		at(t, ctx, home)
	})

	t.Run("Shift three times, but not with letters between", func(t *testing.T) {
		ctx := tab(t, main)
		press := func(key string) string { return `dispatchEvent(new KeyboardEvent("keydown", {key: "` + key + `"}));` }
		do(t, ctx, chromedp.Navigate(server.URL+"/one"),
			chromedp.Evaluate[chromedp.Void](press("Shift")+press("Shift")+press("A")+press("Shift")+press("Shift")))
		wait(t, ctx, `document.title === "Secret" && document.body.offsetHeight > 0`)
		do(t, ctx, later(press("Shift")))
		at(t, ctx, home)
	})

	t.Run("the page is blank while the neutral one loads", func(t *testing.T) {
		ctx := tab(t, main)
		release := make(chan struct{})
		slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		t.Cleanup(slow.Close)
		t.Cleanup(func() { close(release) })
		waiting := site(t, map[string]string{"/one": fmt.Sprintf(exitPage, slow.URL+"/")})
		do(t, ctx, chromedp.Navigate(waiting.URL+"/one"))
		seen := evaluate[string](t, ctx, click+`
			[getComputedStyle(document.documentElement).display, document.title, location.pathname, sessionStorage.x].join(" ")`)
		if want := "none  / " + slow.URL + "/"; seen != want {
			t.Errorf("got %q, want %q", seen, want)
		}
	})

	t.Run("without storage", func(t *testing.T) {
		ctx := tab(t, main)
		broken := `<script>Object.defineProperty(window, "sessionStorage", {get() { throw new Error() }})</script>`
		forbidden := site(t, map[string]string{"/one": strings.Replace(page, "<script", broken+"<script", 1)})
		do(t, ctx, chromedp.Navigate(forbidden.URL+"/one"), later(click))
		at(t, ctx, home)
	})

	t.Run("without a network", func(t *testing.T) {
		ctx := tab(t, main)
		do(t, ctx, chromedp.Navigate(server.URL+"/one"),
			later(`Object.defineProperty(navigator, "onLine", {get: () => false});`+click))
		at(t, ctx, "about:blank")
	})

	t.Run("from a file", func(t *testing.T) {
		ctx := tab(t, main)
		dir := t.TempDir()
		script := content(t, bundle(t, repository), "exit.js")
		for name, text := range map[string]string{"exit.js": script, "one.html": strings.Replace(page, "/exit.js", "exit.js", 1)} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		do(t, ctx, chromedp.Navigate("file://"+dir+"/one.html"), later(click))
		at(t, ctx, "about:blank")
	})
}

func TestElements(t *testing.T) {
	day := func(months, days int) string { return time.Now().AddDate(0, months, days).Format(time.DateOnly) }
	page := `<!doctype html><meta charset="utf-8"><title>x</title><script defer src="/main.js"></script><style>.table{width:100px;overflow:auto}</style>
<div id="help"><span data-verified-on="` + day(-5, 0) + `" data-label="Call 114">114</span><span data-verified-on="` + day(-7, 0) + `" data-label="Call">115</span>` +
		`<span data-verified-on="` + day(0, 3) + `" data-label="Call">116</span><span data-verified-on="" data-label="Call">117</span>` +
		`<span data-verified-on="` + day(0, 0) + `" data-number="+504 22-33 #1" data-label="Call">text</span></div>
<p><time datetime="` + day(0, -2) + `" data-due>past</time><b id="past" data-overdue hidden>!</b></p>
<p><time datetime="` + day(0, 2) + `" data-due>future</time><b id="future" data-overdue hidden>!</b></p>
<nav data-languages><a id="en" href="/en/">English</a></nav>
<div class="table" id="wide"><div style="width:300px">x</div></div><div class="table" id="narrow">x</div>
<button id="copy" type="button" hidden data-copy="cite" data-copied="Copied">Copy</button><p id="cite">cited <b>text</b></p>`
	server := site(t, map[string]string{"/": page})
	ctx := tab(t, browser(t))
	do(t, ctx, chromedp.Navigate(server.URL+"/#limits"))

	help := evaluate[string](t, ctx, `document.getElementById("help").innerHTML.replace(/<span[^>]*>/g, "<span>")`)
	want := `<a class="call" href="tel:114">Call 114</a><span>115</span><span>116</span><span>117</span><a class="call" href="tel:+5042233%231">Call</a>`
	if help != want {
		t.Errorf("help lines:\ngot  %s\nwant %s", help, want)
	}
	wait(t, ctx, `!document.getElementById("past").hidden && document.getElementById("future").hidden`)
	wait(t, ctx, `document.getElementById("en").href.endsWith("/en/#limits")`)
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`location.hash = "results"`))
	wait(t, ctx, `document.getElementById("en").href.endsWith("/en/#results")`)
	wait(t, ctx, `document.getElementById("wide").hasAttribute("data-scrolls") && !document.getElementById("narrow").hasAttribute("data-scrolls")`)
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`document.getElementById("wide").scrollLeft = 1000`))
	wait(t, ctx, `!document.getElementById("wide").hasAttribute("data-scrolls")`)
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = (c) => { window.taken = document.activeElement.value; return true }`),
		chromedp.Click("#copy"))
	wait(t, ctx, `document.querySelector("[role=status]").textContent === "Copied" && window.taken === "cited text"`)
}

func TestChoose(t *testing.T) {
	page := `<!doctype html><title>x</title><script src="/exit.js"></script>%s<a id="en" data-lang="en" href="/en/">English</a>%s<script src="/choose.js"></script>`
	server := site(t, map[string]string{
		"/both":  fmt.Sprintf(page, "", `<a data-lang="es" href="/es/">español</a>`),
		"/exact": fmt.Sprintf(page, `<a data-lang="es" href="/es/">español</a>`, `<a data-lang="es-HN" href="/hn/">español</a>`),
		"/none":  `<!doctype html><title>x</title><a data-lang="fr" href="/fr/">français</a><a data-lang="pt" href="/pt/">português</a><script src="/choose.js"></script>`,
		"/one":   `<!doctype html><title>x</title><a data-lang="fr" href="/fr/">français</a><script src="/choose.js"></script>`,
		"/es/":   "es", "/en/": "en", "/hn/": "hn", "/fr/": "fr",
	})
	main := browser(t)
	for from, to := range map[string]string{"/both#a": "/es/#a", "/exact": "/hn/", "/none": "/none", "/one": "/fr/"} {
		ctx := tab(t, main)
		do(t, ctx, chromedp.Navigate(server.URL+from))
		at(t, ctx, server.URL+to)
		if evaluate[int](t, ctx, stored) != 0 {
			t.Errorf("%s: something is stored", from)
		}
	}
}

func TestServeOverlay(t *testing.T) {
	server := site(t, map[string]string{"/": `<!doctype html><title>x</title><body><script src="/serve.js" data-style="/serve.css" data-events="/events"></script>`})
	ctx := tab(t, browser(t))
	do(t, ctx, chromedp.Navigate(server.URL+"/"))
	wait(t, ctx, `document.querySelector("link[href='/serve.css']") && document.querySelector(".faults") && document.querySelector(".faults").innerText.includes("<b>m</b>")`)
}
