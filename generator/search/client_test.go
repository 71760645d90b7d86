package search

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/dop251/goja"
	"github.com/evanw/esbuild/pkg/api"
)

// The browser's engine, in an engine of scripts without a browser: its files
// come from an index, and zlib is Go's.

// bundleEngine bundles a script that stands in assets/search.
func bundleEngine(t testing.TB, source string, minify bool) []byte {
	t.Helper()
	result := api.Build(api.BuildOptions{
		Stdin:  &api.StdinOptions{Contents: source, ResolveDir: "../../assets/search", Loader: api.LoaderTS},
		Bundle: true, Format: api.FormatIIFE, GlobalName: "engine", Target: api.ES2018, Charset: api.CharsetUTF8,
		TsconfigRaw:      `{"compilerOptions": {"useDefineForClassFields": false}}`,
		MinifyWhitespace: minify, MinifyIdentifiers: minify, MinifySyntax: minify,
	})
	for _, e := range result.Errors {
		t.Error(e.Text)
	}
	if len(result.Errors) > 0 {
		t.FailNow()
	}
	return result.OutputFiles[0].Contents
}

// glue runs a call of the engine to its end, and gives its result as JSON. The
// other scripts are programs of their own, which the host runs.
const glue = `
import { SearchIndex } from "./index.ts";
import { runs, learn } from "./tokenize.ts";
import { lower, fold, slug } from "./form.ts";
import { Files } from "./files.ts";
export { learn, slug };
globalThis.window = globalThis;
const given = {};
window.acervoSearch = (id, content) => { given[id] = content };
async function other(id) {
  if (!given[id]) program(id);
  return given[id];
}
export async function words(text, cjk) {
  return new Files(undefined, "", {}, cjk ? (await other("phrase")).pairs : undefined).words(text);
}
export function open(dir) {
  const host = {
    other,
    load: async (id, path) => (path.startsWith(dir + "/manifest.js") ? JSON.parse(file(path)) : file(path)),
    inflate: async (data) => new Uint8Array(inflate(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength))),
  };
  return new SearchIndex(host, dir);
}
export async function answer(index, query, typing, filters) {
  const plan = await index.resolve(query, typing);
  const ranking = await index.rank(plan, filters);
  return { plan, total: ranking.total, more: ranking.more, hits: ranking.top(20), counts: ranking.counts };
}
`

// A client is the engine with an index's files.
type client struct {
	*goja.Runtime
	files    map[string]string
	loaded   []string // files
	programs []string // after the first
}

func newClient(t testing.TB, programs programs, x *Index) *client {
	t.Helper()
	c := &client{Runtime: goja.New(), files: map[string]string{}}
	if x != nil {
		for _, f := range x.Files() {
			_, content, _ := strings.Cut(string(f.Data), ",")
			c.files[f.Name] = strings.Trim(strings.TrimSuffix(content, ")"), `"`)
		}
	}
	c.Set("file", func(path string) string {
		path, _, _ = strings.Cut(path, "?")
		text, ok := c.files[path]
		if !ok {
			panic(c.NewGoError(fmt.Errorf("no file %q", path)))
		}
		c.loaded = append(c.loaded, path)
		return text
	})
	c.Set("atob", func(text string) string {
		data, err := decodeText(text)
		if err != nil {
			panic(c.NewGoError(err))
		}
		runes := make([]rune, len(data))
		for i, b := range data {
			runes[i] = rune(b)
		}
		return string(runes)
	})
	c.Set("inflate", func(data goja.ArrayBuffer) goja.ArrayBuffer {
		plain, err := inflate(data.Bytes())
		if err != nil {
			panic(c.NewGoError(err))
		}
		return c.NewArrayBuffer(plain)
	})
	c.Set("program", func(id string) {
		c.programs = append(c.programs, id)
		if _, err := c.RunProgram(programs[id]); err != nil {
			panic(c.NewGoError(err))
		}
	})
	if _, err := c.RunProgram(programs["search"]); err != nil {
		t.Fatal(err)
	}
	return c
}

// The programs of the scripts, by the names that they give what they bring.
type programs map[string]*goja.Program

func compileEngine(t testing.TB) programs {
	t.Helper()
	all := programs{}
	for id, source := range map[string]string{"search": glue, "correct": `import "../correct.ts"`, "phrase": `import "../phrase.ts"`, "page": `import "../search-page.ts"`} {
		text := string(bundleEngine(t, source, false))
		if id != "search" {
			text = "(() => {" + text + "})()"
		}
		program, err := goja.Compile(id+".js", text, false)
		if err != nil {
			t.Fatal(err)
		}
		all[id] = program
	}
	return all
}

// run evaluates a script and reads its result, of which a promise has to be
// kept by then. In the script a has the arguments.
func (c *client) run(t testing.TB, into any, script string, args ...any) {
	t.Helper()
	data, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	c.Set("json", string(data))
	v, err := c.RunString("var a = JSON.parse(json); " + script)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := v.Export().(*goja.Promise); ok {
		if v = p.Result(); p.State() != goja.PromiseStateFulfilled {
			t.Fatalf("%s %s: %v", script, data, v)
		}
	}
	c.Set("result", v)
	text, err := c.RunString("JSON.stringify(result)")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text.String()), into); err != nil {
		t.Fatal(err)
	}
}

// TestClientResolves gives the client the cases of Resolve.
func TestClientResolves(t *testing.T) {
	programs := compileEngine(t)
	for _, s := range readResolveSets(t) {
		_, _, x := s.build(t)
		c := newClient(t, programs, x)
		c.run(t, new(any), "var index = engine.open(a[0]); null", s.Lang)
		for _, k := range s.Cases {
			var got Plan
			c.run(t, &got, "index.resolve(a[0], a[1])", k.Query, k.Typing)
			if !reflect.DeepEqual(got, k.Plan) {
				t.Errorf("%s: %q (%s):\n got %s\nwant %s", s.Lang, k.Query, k.Why, compact(got), compact(k.Plan))
			}
		}
	}
}

// An answer is what the client finds.
type answer struct {
	Plan        Plan
	Total, More int
	Hits        []Hit
	Counts      map[string]map[string]int
}

// TestClientRanks holds the client to the referee: plan, totals, order, scores
// and counts of random queries, on an index of few words.
func TestClientRanks(t *testing.T) {
	const documents, queries = 150, 300
	programs := compileEngine(t)
	for lang := range rankWords {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			docs, o := rankCorpus(lang, documents)
			c := newContest(t, programs, docs, o)
			random := rand.New(rand.NewPCG(1, 2))
			for range queries {
				c.play(rankQuery(random, lang, docs, o))
			}
			t.Log(c.seen)
		})
	}
}

// TestClientRanksMany does so on an index of many words, in many files.
func TestClientRanksMany(t *testing.T) {
	const queries = 40
	programs := compileEngine(t)
	for lang := range tongues {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			documents := 500
			if lang == "es" {
				documents = few + 100 // which are arranged
			}
			docs, o := corpus(lang, documents, 150, 5), sample(lang)
			for i := range 20 {
				words := words(docs[i].Body)
				o.Synonyms = append(o.Synonyms, Synonym{words[2].form, words[3].form + " " + words[4].form}, Synonym{words[5].form + " " + words[6].form, words[7].form})
			}
			c := newContest(t, programs, docs, o)
			if n := len(c.x.manifest.Shards); n < 3 {
				t.Errorf("%d shards", n)
			}
			random := rand.New(rand.NewPCG(1, 2))
			for i := range queries {
				filters := map[string][]string{}
				if i%3 == 0 {
					filters["country"] = []string{"MX"}
				}
				c.play(tellerQuery(random, docs), random.IntN(4) == 0, filters)
			}
			t.Log(c.seen)
		})
	}
}

// tellerQuery makes a query of a document's words.
func tellerQuery(random *rand.Rand, docs []Document) string {
	var parts []string
	for range 1 + random.IntN(4) {
		list := words(docs[random.IntN(len(docs))].Body)
		at := random.IntN(len(list))
		w := list[at].form
		switch random.IntN(8) {
		case 0:
			w = list[at].key
		case 1:
			if r := []rune(w); len(r) > 4 {
				w = string(append(r[:2], r[3:]...))
			}
		case 2:
			w = "\"" + joined(list[at:min(len(list), at+3)], func(w word) string { return w.form }) + "\""
		case 3:
			w = "-" + w
		case 4:
			w = joined(list[at:min(len(list), at+2)], func(w word) string { return w.form })
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, " ")
}

// A contest is between the client and the referee.
type contest struct {
	*client
	t    *testing.T
	x    *Index
	r    *Referee
	o    Options
	seen map[string]int
}

func newContest(t *testing.T, programs programs, docs []Document, o Options) *contest {
	t.Helper()
	x := buildIndex(t, docs, o)
	r, err := NewReferee(docs, o, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	c := newClient(t, programs, x)
	c.run(t, new(any), "var index = engine.open(a[0]); null", o.Dir)
	return &contest{client: c, t: t, x: x, r: r, o: o, seen: map[string]int{}}
}

func (c *contest) play(query string, typing bool, filters map[string][]string) {
	t := c.t
	t.Helper()
	name := fmt.Sprintf("%s %v %v", query, typing, filters)
	var got answer
	c.run(t, &got, "engine.answer(index, a[0], a[1], a[2])", query, typing, filters)
	p, err := c.x.Resolve(query, typing)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Plan, p) {
		t.Fatalf("%s: got the plan %s, want %s", name, compact(got.Plan), compact(p))
	}
	want, err := c.r.Search(p, filters, 20)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got.Hits {
		got.Hits[i].Doc = c.r.order[got.Hits[i].Doc]
	}
	sameRanking(t, name, Result{Total: got.Total, More: got.More, Hits: got.Hits}, want)
	if c.seen["plays"]++; c.seen["plays"]%20 == 0 {
		checkCounts(t, c.r, p, filters, c.o, got)
	}
	count(c.seen, p, want)
}

// checkCounts asks the referee for each code, where the other facets' filters
// apply.
func checkCounts(t *testing.T, r *Referee, p Plan, filters map[string][]string, o Options, got answer) {
	t.Helper()
	for _, f := range o.Facets {
		for _, v := range f.Values {
			others := map[string][]string{f.ID: {v.Code}}
			for id, codes := range filters {
				if id != f.ID {
					others[id] = codes
				}
			}
			want, err := r.Search(p, others, 1)
			if err != nil {
				t.Fatal(err)
			}
			if n := got.Counts[f.ID][v.Code]; n != want.Total+want.More {
				t.Fatalf("%s %v: %d documents with %s %s, want %d", compact(p), filters, n, f.ID, v.Code, want.Total+want.More)
			}
		}
	}
}

// contentTexts are all texts of the content.
func contentTexts(t *testing.T) []string {
	var texts []string
	root := os.DirFS("../../content")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".md") && !strings.HasSuffix(path, ".yaml") {
			return err
		}
		data, err := fs.ReadFile(root, path)
		texts = append(texts, string(data))
		return err
	})
	if err != nil || len(texts) == 0 {
		t.Fatal(len(texts), "texts", err)
	}
	return texts
}

// shortTexts are random texts of all classes of characters.
func shortTexts() []string {
	var texts []string
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		var b strings.Builder
		for range 1 + random.IntN(8) {
			b.WriteRune(classes[random.IntN(len(classes))].sample)
		}
		texts = append(texts, b.String(), strings.ReplaceAll(b.String(), " ", "—"), strings.ReplaceAll(b.String(), " ", "🇬🇹"))
	}
	return texts
}

// TestClientShows compares what the client shows with the documents' records,
// and what it makes of titles in addresses with all characters.
func TestClientShows(t *testing.T) {
	docs := corpus("es", 30, 20, 5)
	docs[7].Record = Record{Title: "¡Niñas, niños: «¿quién?»!", Address: "https://acervo.example/es/ninas-ninos-quien/a*b/", Summary: "Año", Lang: "es", Countries: []string{"GT"}, Labels: []string{"b"}}
	docs[8].Record = Record{Title: "道", Address: "ja/道/", Labels: []string{"a", "b"}}
	c := newClient(t, compileEngine(t), buildIndex(t, docs, sample("es")))
	var got []Record
	c.run(t, &got, "engine.open(a[0]).records([...Array(a[1]).keys()])", "es", len(docs))
	for i, r := range got {
		want := docs[i].Record
		want.Address = strings.ReplaceAll(want.Address, "*", "%2A")
		want.Labels, want.Countries = append([]string{}, want.Labels...), append([]string{}, want.Countries...)
		if !reflect.DeepEqual(r, want) {
			t.Errorf("record %d: got %v, want %v", i, r, want)
		}
	}
	var titles []string
	for r := rune(1); r < 0x20000; r++ {
		if utf8.ValidRune(r) {
			titles = append(titles, "A"+string(r)+"b")
		}
	}
	var slugs []string
	c.run(t, &slugs, "a[0].map(engine.slug)", titles)
	for i, title := range titles {
		if want := slugOf(title); slugs[i] != want {
			t.Errorf("%q: got %q, want %q", title, slugs[i], want)
		}
	}
}

type clientWord struct {
	Form string
	Key  string
}

// TestClientTokenizes compares the words of the content and of hostile texts
// with bleve's, and those of the cjk analyzer.
func TestClientTokenizes(t *testing.T) {
	c := newClient(t, compileEngine(t), nil)
	japanese, err := newPipeline("ja")
	if err != nil {
		t.Fatal(err)
	}
	c.run(t, new(any), "engine.learn(a[0]); null", rareRanges)
	tokens := 0
	for i, text := range slices.Concat(hostileTexts, shortTexts(), contentTexts(t)) {
		var want, wantPairs []clientWord
		for _, token := range unicode.NewUnicodeTokenizer().Tokenize([]byte(text)) {
			f := form(string(token.Term))
			want = append(want, clientWord{f, key(f)})
		}
		for _, w := range japanese.words(text) {
			wantPairs = append(wantPairs, clientWord{w.form, w.key})
		}
		tokens += len(want)
		var got, gotPairs []clientWord
		const script = "engine.words(a[0], a[1])"
		c.run(t, &got, script, text, false)
		sameWords(t, text, got, want)
		if i%10 == 0 {
			c.run(t, &gotPairs, script, text, true)
			sameWords(t, text, gotPairs, wantPairs)
		}
	}
	t.Log(tokens, "words")
}

func sameWords(t *testing.T, text string, got, want []clientWord) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%.60q: word %d: got %q, want %q", text, i, got[min(i, len(got)):min(i+3, len(got))], want[min(i, len(want)):min(i+3, len(want))])
			return
		}
	}
}

// TestClientCorrects changes random words at one or two places. Where a look at
// all words finds one that is one error away, the few files that are read must
// lead to one too, and the client must find the same as Resolve.
func TestClientCorrects(t *testing.T) {
	const documents, errors = 400, 120
	l := newLibrary(documents)
	var docs []Document
	for i := range documents {
		docs = append(docs, l.document(i, documents))
	}
	x := buildIndex(t, docs, libraryOptions())
	if n := len(x.manifest.Ends); n < 3 {
		t.Errorf("the vocabulary is in %d files", n)
	}
	list := vocabulary(t, x)
	programs := compileEngine(t)
	c := newClient(t, programs, x)
	c.run(t, new(any), "var index = engine.open(a[0]); null", "es")
	random := rand.New(rand.NewPCG(7, 8))
	corrected, single, words, files := 0, 0, 0, 0
	for i := range errors {
		typed := list[random.IntN(len(list))].key
		for range 1 + i%3/2 {
			typed = mistype(typed, random.Uint64())
		}
		if i%10 == 0 {
			c = newClient(t, programs, x)
			c.run(t, new(any), "var index = engine.open(a[0]); null", "es")
		}
		var got Plan
		c.run(t, &got, "index.resolve(a[0], false)", typed)
		want, err := x.Resolve(typed, false)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %s, want %s", typed, compact(got), compact(want))
		}
		corrected += len(want.Corrected)
		if best := oneErrorAway(x, list, typed); best != "" {
			found := (&resolver{x: x}).mistyped(typed)
			if found.entry == nil || found.key != best {
				t.Errorf("%q: %+v is nearest, not %s", typed, found.entry, best)
			}
			single++
		}
		if i%10 == 0 && i%3 < 2 {
			words++
			for _, name := range c.loaded {
				if strings.Contains(name, "/v") {
					files++
				}
			}
		}
	}
	if corrected < errors/2 || single < errors/2 {
		t.Errorf("only %d corrected, %d with one error", corrected, single)
	}
	t.Log(corrected, "corrected;", files, "files of the vocabulary for", words, "words with one error, of", len(x.manifest.Ends))
}

// TestClientLoadsScripts asks for the scripts that queries need, no others.
func TestClientLoadsScripts(t *testing.T) {
	docs := corpus("es", 40, 60, 3)
	x, programs := buildIndex(t, docs, sample("es")), compileEngine(t)
	known := meaningful(docs[0].Body)[0]
	for query, want := range map[string][]string{
		known: nil, known + "xx": {"correct"}, `"` + known + " " + known + `"`: {"phrase"}, "-" + known: nil,
	} {
		for filters, want := range map[string][]string{"undefined": want, "{}": append([]string{"page"}, want...)} {
			c := newClient(t, programs, x)
			c.run(t, new(any), "engine.answer(engine.open(a[0]), a[1], false, "+filters+").then(() => null)", "es", query)
			if slices.Sort(c.programs); !slices.Equal(c.programs, slices.Sorted(slices.Values(want))) {
				t.Errorf("%s with the filters %s: loads %q, want %q", query, filters, c.programs, want)
			}
		}
	}
}

// oneErrorAway is the best word that is one error away from one that is long
// enough and none itself, first of those in its shard; empty when there is none.
func oneErrorAway(x *Index, list []candidate, typed string) string {
	var best [2]candidate
	for _, c := range list {
		at := 1
		if x.shardOf(c.key) == x.shardOf(typed) {
			at = 0
		}
		switch d := distance([]rune(typed), []rune(c.key), 1); {
		case d == 0 || len([]rune(typed)) < oneError:
			return ""
		case d == 1 && (c.df > best[at].df || c.df == best[at].df && compareKeys(c.key, best[at].key) < 0):
			best[at] = c
		}
	}
	return cmp.Or(best[0].key, best[1].key)
}

// slow makes a host whose files come only when the test lets them.
const slow = `
var query = a[1], waiting = [];
var slow = engine.open(a[0]);
var load = slow.host.load;
slow.host.load = (id, path) => new Promise((resolve) => waiting.push(resolve)).then(() => load(id, path));
var others = {}, other = slow.host.other;
slow.host.other = (id) => others[id] || (others[id] = new Promise((resolve) => waiting.push(resolve)).then(() => other(id)));
var done = false;
// The search page has its script from its beginning.
Promise.all([slow.open(), slow.host.other("page")]).then(async () => {
  const plan = await slow.resolve(query, false);
  const ranking = await slow.rank(plan, {country: ["MX"]});
  await slow.records(ranking.top(10).map((hit) => hit.doc));
  done = true;
}).catch((error) => { done = String(error); });
null`

// TestClientRoundTrips counts how often a cold query waits for files.
func TestClientRoundTrips(t *testing.T) {
	docs, o := corpus("es", 500, 150, 5), sample("es")
	x := buildIndex(t, docs, o)
	programs := compileEngine(t)
	list := words(docs[0].Body)
	for query, limit := range map[string]int{
		list[3].form + " " + list[30].form + " " + list[50].form:         4,
		"\"" + list[3].form + " " + list[4].form + "\" " + list[40].form: 4,
	} {
		c := newClient(t, programs, x)
		c.run(t, new(any), slow, "es", query)
		trips := 0
		for ; trips < 20; trips++ {
			var waiting int
			if c.run(t, &waiting, "waiting.length"); waiting == 0 {
				break
			}
			c.run(t, new(any), "waiting.splice(0).forEach((resolve) => resolve()); null")
		}
		var done any
		if c.run(t, &done, "done"); done != true || trips > limit {
			t.Errorf("%s: %d round trips, %v; %v", query, trips, done, c.loaded)
		}
		t.Log(query, trips, "round trips", len(c.loaded), "files")
	}
}

// TestClientRefuses gives the client files that were tampered with: it must
// refuse them or go on, and always come to an end.
func TestClientRefuses(t *testing.T) {
	docs, o := corpus("es", 60, 80, 5), sample("es")
	x := buildIndex(t, docs, o)
	programs := compileEngine(t)
	random := rand.New(rand.NewPCG(5, 6))
	list := words(docs[0].Body)
	query := list[1].form + " \"" + list[3].form + " " + list[4].form + "\" xyzzyxx"
	refused := 0
	for range 40 {
		c := newClient(t, programs, x)
		c.Set("inflate", func(data goja.ArrayBuffer) goja.ArrayBuffer {
			plain, err := inflate(data.Bytes())
			if err != nil {
				panic(c.NewGoError(err))
			}
			if len(plain) > 0 && random.IntN(2) == 0 {
				plain[random.IntN(len(plain))] = byte(random.IntN(256))
			}
			return c.NewArrayBuffer(plain[:len(plain)-min(len(plain), random.IntN(2)*random.IntN(3))])
		})
		var kept string
		c.run(t, new(any), `var state = "waits"; engine.answer(engine.open(a[0]), a[1], true, {country: ["MX"]}).then(() => (state = "found"), () => (state = "refused")); null`, "es", query)
		if c.run(t, &kept, "state"); kept == "waits" {
			t.Error("no end")
		} else if kept == "refused" {
			refused++
		}
	}
	if t.Log(refused, "refused"); refused < 20 {
		t.Errorf("only %d refused", refused)
	}
}
