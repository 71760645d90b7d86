package search

import (
	"fmt"
	"math"
	"math/rand/v2"

	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A target is a document that is looked for.
type target struct {
	address     string
	title, body []string // different words, no stop words
	shown       string   // the beginning of the title, as it is written
	row         string   // words of the body that stand in a row
	seed        uint64   // of its typing errors
}

var spanish, _ = newPipeline("es")

func newTarget(d Document) target {
	t := target{address: d.Record.Address, seed: uint64(len(d.Body))}
	random := rand.New(rand.NewPCG(1, t.seed))
	t.title, t.body = meaningful(d.Title), meaningful(d.Body)
	for _, list := range [][]string{t.title, t.body} {
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	title := strings.Fields(d.Title)
	t.shown = strings.Join(title[:min(5, len(title))], " ")
	row := strings.Fields(d.Body)[26:30]
	t.row = `"` + strings.Trim(strings.Join(row, " "), ".,;") + `"`
	return t
}

// meaningful are a text's words without stop words, each once.
func meaningful(text string) []string {
	var list []string
	for _, w := range words(text) {
		if _, ok := spanish.term(w.form); ok && len(w.form) > 3 && !slices.Contains(list, w.form) {
			list = append(list, w.form)
		}
	}
	return list
}

func some(list []string, n int) string { return strings.Join(list[:min(n, len(list))], " ") }

// A question is what is typed; typing: its last word may go on; page: it is
// asked on a search page.
type question struct {
	words        string
	typing, page bool
}

// A kind is a way to look for a document.
type kind struct {
	name string
	ask  func(t target) question
	aim  float64 // how many times Pagefind's figure ours must be
}

func asked(words func(t target) string) func(t target) question {
	return func(t target) question { return question{words: words(t)} }
}

var kinds = []kind{
	{"3 words of the title", asked(func(t target) string { return some(t.title, 3) }), 1},
	{"the same without accents", asked(func(t target) string { return key(some(t.title, 3)) }), 1},
	{"the same with a typing error", asked(func(t target) string { return mistype(some(t.title, 3), t.seed) }), 3},
	{"4 words of the body", asked(func(t target) string { return some(t.body, 4) }), 1},
}

// coldKinds have an aim where it is 1.
var coldKinds = []kind{
	{"1 to 3 words", nil, 1},
	{"1 to 3 words, search page", nil, 1},
	{"a word with a typing error", asked(func(t target) string { return mistype(t.title[0], t.seed) }), 0},
	{"4 words in quotes", asked(func(t target) string { return t.row }), 0},
	{"2 words, while typing", func(t target) question {
		first, last := t.title[0], []rune(t.title[1])
		return question{first + " " + string(last[:min(4, len(last))]), true, false}
	}, 0},
}

// mixed asks the i-th cold question: one, two or three words of the title, or
// its beginning as it is written, stop words included.
func mixed(t target, i int) question {
	if i%4 == 3 {
		return question{words: t.shown}
	}
	return question{words: some(t.title, 1+i%4)}
}

// mistype does one of four errors to one of the longer words.
func mistype(text string, seed uint64) string {
	random := rand.New(rand.NewPCG(2, seed))
	list := strings.Fields(text)
	order := random.Perm(len(list))
	n := order[0]
	for _, i := range order {
		if len([]rune(list[i])) >= 5 {
			n = i
		}
	}
	r := []rune(list[n])
	letter := []rune("abcdefghijlmnopqrstuvz")[random.IntN(22)]
	switch at := random.IntN(len(r) - 1); random.IntN(4) {
	case 0:
		r = slices.Delete(r, at, at+1)
	case 1:
		r = slices.Insert(r, at+1, letter)
	case 2:
		r[at] = letter
	case 3:
		r[at], r[at+1] = r[at+1], r[at]
	}
	list[n] = string(r)
	return strings.Join(list, " ")
}

// measures are the rows of the table.
type measures struct {
	docs  int
	notes []string
	rows  []line
}

// A line has a figure of each, and whether an aim is met: nil where there is none.
type line struct {
	name    string
	figures [both]float64
	unit    string
	aim     string
	met     *bool
}

func newMeasures(docs int) *measures { return &measures{docs: docs} }

// few tells whether the aims of 3,000 documents apply.
func (m *measures) few() bool { return m.docs < 10000 }

// add adds a row whose aim is a share of Pagefind's figure; 0 for none.
func (m *measures) add(name, unit string, figures [both]float64, share float64) {
	r := line{name: name, figures: figures, unit: unit}
	if share > 0 {
		met := figures[ours] <= share*figures[theirs]
		r.aim, r.met = fmt.Sprintf("≤ 1/%.0f", 1/share), &met
	}
	m.rows = append(m.rows, r)
}

// addLimit adds a row with a limit of its own.
func (m *measures) addLimit(name, unit string, figures [both]float64, limit float64) {
	met := figures[ours] <= limit
	m.rows = append(m.rows, line{name: name, figures: figures, unit: unit, aim: fmt.Sprintf("≤ %g %s", limit, unit), met: &met})
}

func (m *measures) cost(costs [both]cost) {
	var seconds, megabytes [both]float64
	for i, c := range costs {
		seconds[i], megabytes[i] = c.processor.Seconds(), float64(c.memory)/1e6
	}
	if m.few() {
		m.add("building: processor time", "s", seconds, 1./2)
		m.add("building: memory", "MB", megabytes, 1./4)
	} else {
		m.addLimit("building: processor time", "s", seconds, 40)
		m.addLimit("building: memory", "MB", megabytes, 1000)
	}
}

// weigh compares what lies on the disk, of Pagefind's without its interfaces.
func (m *measures) weigh(t *testing.T, dir string, scripts []int) {
	t.Helper()
	var files, sizes [both]int
	files[ours], sizes[ours] = sizeOf(t, filepath.Join(dir, "ours"), func(string) bool { return true })
	for _, size := range scripts {
		files[ours], sizes[ours] = files[ours]+1, sizes[ours]+size
	}
	files[theirs], sizes[theirs] = sizeOf(t, filepath.Join(dir, "site", "pagefind"), func(name string) bool {
		return !strings.Contains(name, "ui.") && !strings.Contains(name, "highlight") && !strings.Contains(name, "unknown")
	})
	shares := [2]float64{1. / 3, 1. / 5}
	if !m.few() {
		shares = [2]float64{}
	}
	m.add("search files: bytes on disk", "KB", [both]float64{float64(sizes[ours]) / 1000, float64(sizes[theirs]) / 1000}, shares[0])
	m.add("search files: number", "", [both]float64{float64(files[ours]), float64(files[theirs])}, shares[1])
}

// askCold asks each question in two browsers that have nothing yet.
func (m *measures) askCold(b *tester, s *served, k kind, targets []target) {
	b.Helper()
	s.slow.Store(true)
	defer s.slow.Store(false)
	var all [both][]traffic
	var ratios []float64
	for i, t := range targets {
		q := mixed(t, i)
		if k.ask != nil {
			q = k.ask(t)
		}
		q.page = strings.HasSuffix(k.name, "page")
		var got [both]traffic
		for which := range both {
			b.visit(s, which)
			b.ask(q)
			got[which] = s.take()
			all[which] = append(all[which], got[which])
		}
		ratios = append(ratios, float64(got[ours].bytes)/float64(got[theirs].bytes))
	}
	column := func(value func(traffic) float64, q float64) (figures [both]float64) {
		for which, list := range all {
			values := make([]float64, len(list))
			for i, t := range list {
				values[i] = value(t)
			}
			figures[which] = quantile(values, q)
		}
		return figures
	}
	name := "cold, " + k.name + ": "
	size := func(t traffic) float64 { return float64(t.bytes) / 1000 }
	m.add(name+"bytes, median", "KB", column(size, 0.5), 0)
	m.add(name+"bytes, most", "KB", column(size, 1), 0)
	m.share(name+"ratio, median", quantile(ratios, 0.5), 1./4, k.aim > 0)
	m.share(name+"ratio, worst", quantile(ratios, 1), 1./3, k.aim > 0 && m.few())
	m.addParts(k.name, all[ours])
	m.add(name+"requests, median", "", column(func(t traffic) float64 { return float64(t.requests) }, 0.5), 0)
	m.add(name+"round trips, median", "", column(func(t traffic) float64 { return float64(t.trips) }, 0.5), 0)
}

// addParts notes which of our files the bytes are.
func (m *measures) addParts(name string, list []traffic) {
	sums := map[string]int{}
	for _, t := range list {
		for part, n := range t.parts {
			sums[part] += n
		}
	}
	note := "our cold bytes, " + name + ", mean:"
	for _, p := range []struct{ letter, name string }{{"search", "script"}, {"correct", "script for errors"}, {"phrase", "script for phrases"}, {"search-page", "page's script"}, {"m", "manifest"}, {"n", "lengths"}, {"f", "facets"}, {"d", "shards"}, {"k", "packs"}, {"v", "vocabulary"}, {"p", "positions"}, {"r", "records"}} {
		if sums[p.letter] > 0 {
			note += fmt.Sprintf(" %s %.1f KB,", p.name, float64(sums[p.letter])/float64(len(list))/1000)
		}
	}
	m.notes = append(m.notes, strings.Trim(note, ","))
}

// share adds a row of a ratio only.
func (m *measures) share(name string, ratio, limit float64, aimed bool) {
	r := line{name: name, figures: [both]float64{ratio, 1}}
	if met := ratio <= limit; aimed {
		r.aim, r.met = fmt.Sprintf("≤ 1/%.0f", 1/limit), &met
	}
	m.rows = append(m.rows, r)
}

// place finds in which places the documents are that are looked for: MRR@10,
// and whether the difference may be chance.
func (m *measures) place(b *tester, s *served, k kind, targets []target) {
	b.Helper()
	var sums [both]float64
	differences := make([]float64, len(targets))
	for which, sign := range [both]float64{ours: 1, theirs: -1} {
		b.visit(s, which)
		var questions []string
		for _, t := range targets {
			questions = append(questions, k.ask(t).words)
		}
		answers := call[[][]string](b, "const all = []; for (const words of a[0]) all.push(await engine.ask(words, false, false)); return all", questions)
		for i, list := range answers {
			for at, address := range list {
				if strings.HasSuffix("/"+address, "/"+targets[i].address) {
					sums[which] += 1 / float64(at+1)
					differences[i] += sign / float64(at+1)
				}
			}
		}
		sums[which] /= float64(len(targets))
	}
	mean, deviation := sums[ours]-sums[theirs], 0.0
	for _, d := range differences {
		deviation += (d - mean) * (d - mean)
	}
	n := float64(len(targets))
	m.notes = append(m.notes, fmt.Sprintf("MRR@10, %s: ours is %+.4f from Pagefind's, with a standard error of %.4f", k.name, mean, math.Sqrt(deviation/n/(n-1))))
	r := line{name: "MRR@10, " + k.name, figures: sums}
	if met := sums[ours] >= k.aim*sums[theirs]; m.few() {
		r.aim, r.met = fmt.Sprintf("≥ %g×", k.aim), &met
	}
	m.rows = append(m.rows, r)
}

// warm asks everything twice in one page each, and takes the second time.
func (m *measures) warm(b *tester, s *served, targets []target) {
	b.Helper()
	var figures [2][both]float64
	for which := range both {
		b.visit(s, which)
		var questions []string
		for i, t := range targets {
			questions = append(questions, mixed(t, i).words)
		}
		times := call[[]float64](b, `
			for (const words of a[0]) await engine.ask(words, false, false);
			const all = [];
			for (const words of a[0]) {
				const begin = performance.now();
				await engine.ask(words, false, false);
				all.push(performance.now() - begin);
			}
			return all`, questions)
		figures[0][which], figures[1][which] = quantile(times, 0.5), quantile(times, 0.95)
	}
	m.add("warm query, median", "ms", figures[0], 0)
	if m.few() {
		m.addLimit("warm query, p95", "ms", figures[1], 5)
	} else {
		m.add("warm query, p95", "ms", figures[1], 0)
	}
}

func quantile(values []float64, q float64) float64 {
	list := slices.Sorted(slices.Values(values))
	return list[int(q*float64(len(list)-1)+0.5)]
}

// report prints the table, and is a failure where an aim is missed.
func (m *measures) report(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "%d documents against Pagefind 1.6.0\n", m.docs)
	for _, r := range m.rows {
		mark := ""
		if r.met != nil {
			mark = "✓"
			if !*r.met {
				mark = "✗"
				t.Errorf("%s: missed %s", r.name, r.aim)
			}
		}
		fmt.Fprintf(&b, "%-52s %10.4g %10.4g %-3s %7.3f  %-8s %s\n", r.name, r.figures[ours], r.figures[theirs], r.unit, r.figures[ours]/r.figures[theirs], r.aim, mark)
	}
	fmt.Println(b.String() + strings.Join(m.notes, "\n"))
}
