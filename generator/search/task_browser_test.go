package search

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// askOnce asks one query of a new index.
const askOnce = `
import { SearchIndex } from "./index.ts";
import { browserHost } from "./host.ts";
export async function ask(query: string, typing: boolean) {
  const index = new SearchIndex(browserHost("search/", { correct: "correct.js", phrase: "phrase.js", page: "page.js" }), "es");
  const plan = await index.resolve(query, typing);
  const ranking = await index.rank(plan, {});
  const shown = await index.records(ranking.top(10).map((hit) => hit.doc));
  return shown.map((record) => index.mark(plan, record.title)).length;
}
`

// A traced is an event of the browser's trace. A task's times are in
// microseconds; CPU is what its thread had of the processor.
type traced struct {
	Name     string
	PID, TID int
	CPU      int `json:"tdur"`
	Args     struct{ Name string }
}

// trace runs an action and returns the tasks of the page's thread.
func trace(b *tester, action func()) (tasks []time.Duration) {
	b.Helper()
	events := make(chan any, 10000)
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	if err := chromedp.Listen(ctx, func(event any) {
		switch event.(type) {
		case *tracing.EventDataCollected, *tracing.EventTracingComplete:
			events <- event
		}
	}); err != nil {
		b.Fatal(err)
	}
	config := &tracing.TraceConfig{IncludedCategories: []string{"disabled-by-default-devtools.timeline", "__metadata"}, ExcludedCategories: []string{"*"}}
	if _, err := chromedp.Call(b.ctx, tracing.Start, tracing.StartParams{TraceConfig: config}); err != nil {
		b.Fatal(err)
	}
	action()
	if _, err := chromedp.Call(b.ctx, tracing.End, cdp.Empty{}); err != nil {
		b.Fatal(err)
	}
	var all []traced
	for event := range events {
		data, ok := event.(*tracing.EventDataCollected)
		if !ok {
			break
		}
		for _, value := range data.Value {
			var e traced
			if err := json.Unmarshal(value, &e); err == nil {
				all = append(all, e)
			}
		}
	}
	pages := map[[2]int]bool{}
	for _, e := range all {
		if e.Name == "thread_name" && e.Args.Name == "CrRendererMain" {
			pages[[2]int{e.PID, e.TID}] = true
		}
	}
	for _, e := range all {
		if e.Name == "RunTask" && pages[[2]int{e.PID, e.TID}] {
			tasks = append(tasks, time.Duration(e.CPU)*time.Microsecond)
		}
	}
	return tasks
}

// TestClientTasks asks an index of 3,000 documents in a browser: on a device
// that has a quarter of this processor's speed, no task may hold the page up for
// more than 50 ms. The time is the processor's, which is the same however busy
// this machine is.
func TestClientTasks(t *testing.T) {
	const documents, length = 3000, 300
	const times = 3 // that a query is asked until it is quick: a browser has work of its own
	const slowdown, limit = 4, 50 * time.Millisecond
	browser := startBrowser(t)
	docs := corpus("es", documents, length, 5)
	files := map[string][]byte{"/": []byte(`<!doctype html><meta charset="utf-8"><script src="ask.js"></script>`)}
	for _, f := range buildIndex(t, docs, sample("es")).Files() {
		files["/search/"+f.Name] = f.Data
	}
	files["/ask.js"] = bundleEngine(t, askOnce, true)
	for name, entry := range map[string]string{"correct": "correct", "phrase": "phrase", "page": "search-page"} {
		files["/"+name+".js"] = bundleEngine(t, `import "../`+entry+`.ts"`, true)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
		} else if r.URL.Path != "/" {
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		}
		w.Write(data)
	}))
	t.Cleanup(server.Close)
	visit := func() {
		if err := chromedp.Do(browser.ctx, chromedp.Navigate(server.URL)); err != nil {
			t.Fatal(err)
		}
	}
	visit()
	trace(browser, func() { call[int](browser, "return 0") }) // what a browser does once is not ours
	list := words(docs[7].Body)
	long := slices.IndexFunc(list, func(w word) bool { return len(w.key) > 8 })
	typed := list[long].key
	for _, q := range []question{
		{words: list[3].form},
		{words: list[3].form + " " + list[40].form + " " + list[80].form},
		{words: "\"" + list[3].form + " " + list[4].form + " " + list[5].form + "\""},
		{words: typed[:4] + "xq" + typed[4:]},
		{words: typed[:3], typing: true},
	} {
		var longest time.Duration
		for range times {
			visit()
			shown := 0
			tasks := trace(browser, func() { shown = call[int](browser, "return engine.ask(a[0], a[1])", q.words, q.typing) })
			if len(tasks) < 10 || shown == 0 {
				t.Fatalf("%q: %d tasks, %d results", q.words, len(tasks), shown)
			}
			longest = slowdown * slices.Max(tasks)
			t.Logf("%q: the longest of %d tasks takes %v", q.words, len(tasks), longest.Round(time.Millisecond))
			if longest <= limit {
				break
			}
		}
		if longest > limit {
			t.Errorf("%q: a task of %v", q.words, longest)
		}
	}
}
