package browser

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"

	"acervo/generator/gitfs"
	"acervo/generator/search"
	"acervo/generator/site"
)

// A librarian answers from bleve what the search page of a language must show.
type librarian struct {
	docs    []search.Document
	index   *search.Index
	referee *search.Referee
}

// readLibrary reads the source of the published site once more.
func readLibrary(t *testing.T, s *published) *site.Plan {
	t.Helper()
	folder, err := gitfs.Folder("../..")
	if err != nil {
		t.Fatal(err)
	}
	src := site.Source{Files: folder, Program: os.DirFS("../.."), Own: true}
	plan, faults := site.Read(src, site.Options{BaseURL: s.address, Dirty: true}, nil)
	if plan == nil {
		t.Fatal(faults)
	}
	return plan
}

func newLibrarian(t *testing.T, plan *site.Plan, lang string) *librarian {
	t.Helper()
	docs, o, err := plan.Search(lang)
	if err != nil {
		t.Fatal(err)
	}
	l := &librarian{docs: docs}
	if l.index, err = search.Build(t.Context(), docs, o); err != nil {
		t.Fatal(err)
	}
	if l.referee, err = search.NewReferee(docs, o, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.referee.Close() })
	return l
}

// words are those of a document's title, in lower case.
func (l *librarian) words(doc int) []string {
	return strings.FieldsFunc(strings.ToLower(l.docs[doc].Title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

// query makes one of the words of titles: alone, as a phrase, excluded or with
// a letter too few.
func (l *librarian) query(random *rand.Rand) string {
	var parts []string
	for range 1 + random.IntN(3) {
		list := l.words(random.IntN(len(l.docs)))
		if len(list) == 0 {
			continue
		}
		at := random.IntN(len(list))
		word := list[at]
		switch letters := []rune(word); random.IntN(8) {
		case 0:
			word = `"` + strings.Join(list[at:min(at+2, len(list))], " ") + `"`
		case 1:
			if len(parts) > 0 {
				word = "-" + word
			}
		case 2:
			if len(letters) > 5 {
				word = string(slices.Delete(letters, 3, 4))
			}
		}
		parts = append(parts, word)
	}
	return strings.Join(parts, " ")
}

// A sight is what the search page shows: the first results, and the number at
// their head and at the line before those with some of the words, 0 where
// there is none.
type sight struct {
	Addresses   []string
	Count, Some int
}

// want is what the page must show.
func (l *librarian) want(t *testing.T, s *published, query string) sight {
	t.Helper()
	p, err := l.index.Resolve(query, false)
	if err != nil {
		t.Fatal(err)
	}
	result, err := l.referee.Search(p, nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := sight{Addresses: []string{}, Count: result.Total}
	for _, hit := range result.Hits {
		want.Addresses = append(want.Addresses, s.address+l.docs[hit.Doc].Record.Address)
	}
	if result.Total == 0 {
		want.Count = result.More
	} else if result.Total < len(result.Hits) {
		want.Some = result.More
	}
	return want
}

// lookUp asks the search page for one query after the other, each by a link.
const lookUp = `(async (queries) => {
  const number = (selector) => Number((document.querySelector(selector) || document.body.appendChild(document.createElement("i"))).textContent.replace(/\D/g, ""));
  const sights = [];
  for (const query of queries) {
    location.hash = "#q=" + encodeURIComponent(query);
    while (location.hash || !history.state || history.state.words !== query) await new Promise((next) => setTimeout(next, 2));
    const empty = document.querySelector(".find-empty").checkVisibility();
    sights.push({
      Addresses: [...document.querySelector("ol.cards").querySelectorAll("a")].map((a) => a.href),
      Count: empty ? 0 : number(".find-count"), Some: number(".find-some"),
    });
  }
  return sights;
})(%s)`

// testSearchOrder holds the search page to bleve's order and totals on the
// content.
func testSearchOrder(t *testing.T, c *chromium, s *published) {
	const queries = 50
	plan := readLibrary(t, s)
	for _, lang := range []string{"es", "en", "fr", "pt"} {
		t.Run(lang, func(t *testing.T) {
			l := newLibrarian(t, plan, lang)
			random := rand.New(rand.NewPCG(1, 2))
			var asked []string
			for len(asked) < queries {
				if q := l.query(random); q != "" && !slices.Contains(asked, q) {
					asked = append(asked, q)
				}
			}
			tab := c.open(t, lang)
			tab.visit(s.address + lang + "/search/")
			list, err := json.Marshal(asked)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for i, got := range evaluate[[]sight](tab, fmt.Sprintf(lookUp, list), chromedp.EvalAwaitPromise) {
				want := l.want(t, s, asked[i])
				if got.Count != want.Count && len(want.Addresses)+got.Count > 0 || got.Some != want.Some || !slices.Equal(got.Addresses, want.Addresses) {
					t.Errorf("%s:\ngot  %v\nwant %v", asked[i], got, want)
				}
				found += len(want.Addresses)
			}
			if found < queries {
				t.Errorf("%d queries find %d records", queries, found)
			}
		})
	}
}

// A scale is a server of the site that notes what it sends for a search, and
// waits so long before each answer that requests that follow one another can
// be told from those at once.
type scale struct {
	address string
	mutex   sync.Mutex
	log     []weighed
}

type weighed struct {
	name       string
	bytes      int
	begin, end time.Time
}

const slowness = 120 * time.Millisecond

// searched are the files of a search, below the site's base.
var searched = regexp.MustCompile(`^(?:search/|assets/(?:search|find)\.)`)

func newScale(t *testing.T, s *published) *scale {
	w := &scale{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		name := strings.TrimPrefix(path.Clean(r.URL.Path), basePath)
		file := filepath.Join(s.dir, filepath.FromSlash(name))
		if path.Ext(name) == "" {
			file = filepath.Join(file, "index.html")
		}
		out.Header().Set("Cache-Control", "no-store") // each query is a reader's first
		if searched.MatchString(name) {
			data, err := os.ReadFile(file)
			time.Sleep(slowness - time.Since(begin))
			w.mutex.Lock()
			w.log = append(w.log, weighed{name, compressed(t, data), begin, time.Now()})
			w.mutex.Unlock()
			if err != nil {
				http.NotFound(out, r)
				return
			}
		}
		data, err := os.ReadFile(file)
		if err != nil {
			http.NotFound(out, r)
			return
		}
		http.ServeContent(out, r, filepath.Base(file), time.Time{}, strings.NewReader(string(data)))
	}))
	server.EnableHTTP2 = true // as GitHub Pages: more than six requests at once
	server.StartTLS()
	t.Cleanup(server.Close)
	w.address = server.URL + basePath
	return w
}

// take returns the bytes and the longest row of requests that waited for one
// another since the last call.
func (w *scale) take() (bytes, trips int, names []string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	log := w.log
	w.log = nil
	slices.SortFunc(log, func(a, b weighed) int { return a.begin.Compare(b.begin) })
	row := make([]int, len(log))
	for i, r := range log {
		row[i] = 1
		for j := range i {
			if log[j].end.Before(r.begin) && path.Base(log[j].name) != "n.js" { // the lengths are loaded ahead
				row[i] = max(row[i], row[j]+1)
			}
		}
		bytes, trips, names = bytes+r.bytes, max(trips, row[i]), append(names, strconv.Itoa(row[i])+" "+path.Base(r.name))
	}
	return bytes, trips, names
}

// testSearchWeight weighs what a reader's first query loads, script included:
// in the field of a page's head, with five records, and on the search page,
// with ten and the filters.
func testSearchWeight(t *testing.T, c *chromium, s *published) {
	const most = 4 // round trips
	w := newScale(t, s)
	queries := []string{"refugio", "línea de ayuda", "niñas migrantes", "fiscalía", "redes sociales", "tribunales", "frontera"}
	for _, part := range []struct {
		name, found string
		limit       int
		ask         func(tab *tab, query string)
	}{
		{"field", `document.querySelector(".suggested") !== null`, 30 << 10, func(tab *tab, query string) {
			tab.visit(w.address + "es/")
			tab.do(chromedp.Evaluate[chromedp.Void](fieldSeen + `[0].focus()`))
			tab.write(query)
		}},
		{"page", `!location.hash && document.querySelector("ol.cards a") !== null`, 40 << 10, func(tab *tab, query string) {
			tab.visit(w.address + "es/search/#q=" + query)
		}},
	} {
		t.Run(part.name, func(t *testing.T) {
			tab := c.open(t, "es")
			call(tab, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
			var sizes []int
			for _, query := range queries {
				var size, trips int
				for range 3 { // on a busy machine what is asked for at once may come one after the other
					tab.visit("about:blank")
					part.ask(tab, query)
					tab.until(part.found)
					var names []string
					size, trips, names = w.take()
					t.Logf("%s: %d bytes, %d round trips: %s", query, size, trips, strings.Join(names, ", "))
					if trips <= most {
						break
					}
				}
				if sizes = append(sizes, size); trips > most {
					t.Errorf("%s: %d round trips", query, trips)
				}
			}
			slices.Sort(sizes)
			if median := sizes[len(sizes)/2]; median > part.limit {
				t.Errorf("median of %d bytes, more than %d", median, part.limit)
			}
		})
	}
}
