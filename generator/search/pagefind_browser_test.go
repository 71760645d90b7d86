package search

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"acervo/generator/assets"
)

// The two that are compared, as places in arrays.
const (
	ours = iota
	theirs
	both
)

// A page of each has a function ask, which gives the addresses of the first
// ten results, as asked from a search field or, with its interface and facets,
// from a search page. It loads everything with the first question. Each is
// served below any folder, /<n>/0 and /<n>/1, so that a folder that is new
// makes a browser without a cache.
var pages = [both]string{
	`<!doctype html><script src="ask.js"></script>`,
	`<!doctype html><script>
const engine = { ask: async (words, typing, page) => {
  if (!engine.index) {
    const begun = import("./pagefind/pagefind.js");
    if (page) await Promise.all(["js", "css"].map((kind) => fetch("pagefind/pagefind-ui." + kind)));
    engine.index = await begun;
  }
  if (page) await engine.index.filters();
  const found = await engine.index.search(words);
  const shown = await Promise.all(found.results.slice(0, 10).map((result) => result.data()));
  return shown.map((result) => result.url);
} };
</script>`,
}

// askOurs does what the published scripts do, elements/search-loader.ts too:
// what the script is going to ask for comes together with it. The scripts are
// loaded for their bytes; their engine is the same, but has no door to the
// outside.
const askOurs = `
import { SearchIndex } from "./index.ts";
import { browserHost } from "./host.ts";
let index: SearchIndex | undefined;
function preload(address: string): void {
  const link = document.createElement("link");
  link.rel = "preload";
  link.as = "script";
  link.href = address;
  document.head.append(link);
}
export async function ask(words: string, typing: boolean, page: boolean): Promise<string[]> {
  if (!index) {
    preload("search/es/manifest.js");
    if (page) preload("PAGE");
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.onload = resolve;
      script.onerror = reject;
      script.src = "SCRIPT";
      document.head.append(script);
    });
    const host = browserHost("search/", { correct: "CORRECT", phrase: "PHRASE", page: "PAGE" });
    index = new SearchIndex(host, "es");
    if (page) host.other("page").catch(() => undefined);
  }
  const plan = await index.resolve(words, typing);
  const ranking = await index.rank(plan, page ? {} : undefined);
  const [shown] = await Promise.all([index.records(ranking.top(10).map((hit) => hit.doc)), page && index.facets()]);
  return shown.map((result) => result.address);
}
`

// A served is a server of both, which notes what it sends of either.
type served struct {
	address string
	scripts []int // bytes of our scripts
	files   map[string]sent
	mutex   sync.Mutex
	log     []request
	visits  int
	slow    atomic.Bool // see latency
}

// A sent is a file as it is sent.
type sent struct {
	data   []byte
	zipped bool
}

// A request is one for a file of a search.
type request struct {
	name       string
	bytes      int
	begin, end time.Time
}

// latency is what each answer to a cold query waits, so that requests that
// follow one another can be told from those at once.
const latency = 80 * time.Millisecond

func serveBoth(t *testing.T, dir string) *served {
	t.Helper()
	bundle, faults := assets.Bundle(os.DirFS("../../assets"))
	if bundle == nil {
		t.Fatal(faults)
	}
	s := &served{files: map[string]sent{}}
	scripts := []string{bundle.Name("search.js"), bundle.Name("correct.js"), bundle.Name("phrase.js"), bundle.Name("search-page.js")}
	for _, f := range bundle.All() {
		if slices.Contains(scripts, f.Name) {
			s.files["/"+f.Name] = zip(f.Data)
			s.scripts = append(s.scripts, len(f.Data))
		}
	}
	roots := [both]http.Dir{http.Dir(filepath.Join(dir, "ours")), http.Dir(filepath.Join(dir, "site"))}
	engine := bundleEngine(t, strings.NewReplacer("SCRIPT", scripts[0], "CORRECT", scripts[1], "PHRASE", scripts[2], "PAGE", scripts[3]).Replace(askOurs), true)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, name, _ := strings.Cut(path.Clean(r.URL.Path)[1:], "/")
		switch name = "/" + name; {
		case name == "/ask.js":
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			w.Write(engine)
		case name == "/0" || name == "/1":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, pages[name[1]-'0'])
		case strings.HasPrefix(name, "/pagefind/"):
			s.send(w, name, string(roots[theirs]))
		case strings.HasPrefix(name, "/search/") || strings.HasPrefix(name, "/assets/"):
			s.send(w, name, string(roots[ours]))
		default:
			http.NotFound(w, r)
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	s.address = server.URL + "/"
	return s
}

// pack compresses what gets smaller by it.
func zip(data []byte) sent {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	if b.Len() < len(data) {
		return sent{b.Bytes(), true}
	}
	return sent{data, false}
}

// send sends a file below a folder.
func (s *served) send(w http.ResponseWriter, name, dir string) {
	begin := time.Now()
	s.mutex.Lock()
	file, ok := s.files[name]
	s.mutex.Unlock()
	if !ok {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		file = zip(data)
		s.mutex.Lock()
		s.files[name] = file
		s.mutex.Unlock()
	}
	if s.slow.Load() {
		time.Sleep(latency - time.Since(begin))
	}
	if file.zipped {
		w.Header().Set("Content-Encoding", "gzip")
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", fmt.Sprint(len(file.data)))
	s.mutex.Lock()
	s.log = append(s.log, request{name, len(file.data), begin, time.Now()})
	s.mutex.Unlock()
	w.Write(file.data)
}

// A traffic is what a query made the server send.
type traffic struct {
	bytes, requests, trips int
	parts                  map[string]int // bytes of our kinds of files
}

// take returns what was sent since the last call.
func (s *served) take() traffic {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	log := s.log
	s.log = nil
	slices.SortFunc(log, func(a, b request) int { return a.begin.Compare(b.begin) })
	sum := traffic{requests: len(log), parts: map[string]int{}}
	trips := make([]int, len(log))
	for i, r := range log {
		sum.bytes += r.bytes
		part, _, _ := strings.Cut(path.Base(r.name), ".")
		if path.Dir(r.name) != "/assets" {
			part = part[:1]
		}
		sum.parts[part] += r.bytes
		trips[i] = 1
		for j := range i {
			if log[j].end.Before(r.begin) {
				trips[i] = max(trips[i], trips[j]+1)
			}
		}
		sum.trips = max(sum.trips, trips[i])
	}
	return sum
}

// startBrowser starts a Chromium that reaches this machine only.
func startBrowser(t *testing.T) *tester {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		program, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
			chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.IgnoreCertErrors,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
		ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
		t.Cleanup(end)
		ctx, closeBrowser := chromedp.NewContext(ctx)
		t.Cleanup(closeBrowser)
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](`navigator.userAgent`)); err != nil {
			t.Fatal(err)
		}
		return &tester{t, ctx}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no Chromium")
	}
	t.Skip("no Chromium")
	return nil
}

// A tester has the browser's tab.
type tester struct {
	*testing.T
	ctx context.Context
}

// visit opens the page of one of both as if for the first time.
func (b *tester) visit(s *served, which int) {
	b.Helper()
	s.visits++
	if err := chromedp.Do(b.ctx, chromedp.Navigate(fmt.Sprintf("%s%d/%d", s.address, s.visits, which))); err != nil {
		b.Fatal(err)
	}
	s.take()
}

func call[T any](b *tester, script string, args ...any) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Minute)
	defer cancel()
	data, err := json.Marshal(args)
	if err != nil {
		b.Fatal(err)
	}
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T]("(async (a) => {"+script+"})("+string(data)+")", chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", script, err)
	}
	return value
}

// ask gives the addresses of the first results.
func (b *tester) ask(q question) []string {
	b.Helper()
	return call[[]string](b, "return engine.ask(a[0], a[1], a[2])", q.words, q.typing, q.page)
}
