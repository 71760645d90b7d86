package site

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"acervo/generator/content"
	"acervo/generator/gitfs"
)

// BenchmarkMemory reads all that history tells of a site: the walk, the front
// matter of every old version and the replay of the addresses. It does so
// without a cache, with that of ten commits before, and with that of the commit
// itself, each time from a repository opened anew, in proportion to one "git
// log --name-status" in the same run: by the clock, and by processor time, which tells
// more on a machine that has other work. Of several runs the quickest counts.
//
//	go test -run xxx -bench Memory -benchtime 5x ./generator/site
func BenchmarkMemory(b *testing.B) {
	b.Run("commits=5466,paths=1400", func(b *testing.B) { benchmarkMemory(b, 5466, 467, "es", "en", "fr") })
	b.Run("commits=2000,folders=10000", func(b *testing.B) { benchmarkMemory(b, 2000, 10_000, "es") })
}

func benchmarkMemory(b *testing.B, commits, folders int, languages ...string) {
	dir := writePast(b, commits, folders, languages...)
	last := opened(b, dir)
	lib, _ := content.Read(last.Files, nil)
	former, err := last.Repo.Commit("HEAD~10")
	if err != nil {
		b.Fatal(err)
	}
	var memory float64
	spent, gitSpent := 3600.0, 3600.0
	cold, next, warm, git := time.Hour, time.Hour, time.Hour, time.Hour
	for b.Loop() {
		cache := b.TempDir()
		resetPeak()
		before, begun := peak(), processorTime()
		cold = min(cold, recalled(b, last, dir, "", lib))
		spent = min(spent, processorTime()-begun)
		memory = max(memory, peak()-before)
		recalled(b, Source{Commit: former}, dir, cache, lib)
		next = min(next, recalled(b, last, dir, cache, lib))
		warm = min(warm, recalled(b, last, dir, cache, lib))
		start := time.Now()
		used := runGit(b, dir, "", "log", "--name-status", "--format=%H %ct")
		git, gitSpent = min(git, time.Since(start)), min(gitSpent, (used.UserTime()+used.SystemTime()).Seconds())
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(each(cold), "cold-ms")
	b.ReportMetric(each(next), "10-new-ms")
	b.ReportMetric(each(warm), "warm-ms")
	b.ReportMetric(each(git), "git-log-ms")
	b.ReportMetric(cold.Seconds()/git.Seconds(), "×git-log")
	b.ReportMetric(spent/gitSpent, "×git-log-cpu")
	b.ReportMetric(memory, "peak-MB")
	b.ReportMetric(0, "ns/op")
}

// recalled returns how long it takes to open a repository and to find out what its
// history tells.
func recalled(b *testing.B, src Source, dir, cache string, lib *content.Library) time.Duration {
	b.Helper()
	start := time.Now()
	var err error
	if src.Repo, err = gitfs.Open(dir); err != nil {
		b.Fatal(err)
	}
	if src.History, err = src.Repo.History(b.Context(), src.Commit, cache); err != nil {
		b.Fatal(err)
	}
	src.Cache = cache
	p := &plan{src: src, lib: lib, texts: &texts{}}
	if m := p.recall(); len(p.faults) > 0 || len(m.claims) == 0 {
		b.Fatal(p.faults)
	}
	return time.Since(start)
}

// A pastWriter writes the stream of a history for "git fast-import".
type pastWriter struct {
	strings.Builder
	random    *rand.Rand
	languages []string
	ids       []string
	slugs     []int // how often each practice got another slug
	words     string
}

// writePast makes a repository of practices, all in the first commit, and lets
// years of editing go over them: their texts mostly, now and then a slug. One
// commit in ten is of a branch that is merged at once.
func writePast(tb testing.TB, commits, practices int, languages ...string) string {
	tb.Helper()
	w := &pastWriter{random: rand.New(rand.NewPCG(20261124, 7)), languages: languages, slugs: make([]int, practices)}
	for range practices {
		w.ids = append(w.ids, content.MintID(w.random.IntN))
	}
	var words strings.Builder
	for range 3000 {
		fmt.Fprintf(&words, "%x ", w.random.IntN(1<<24))
	}
	w.words = words.String()
	w.commit(1, "main")
	w.file("content/site.yaml", corpusSite)
	vocabularies := os.DirFS("../..")
	names, err := fs.Glob(vocabularies, "content/vocabularies/*.yaml")
	if err != nil || len(names) == 0 {
		tb.Fatal(names, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(vocabularies, name)
		if err != nil {
			tb.Fatal(err)
		}
		w.file(name, string(data))
	}
	for i := range practices {
		for _, lang := range languages {
			w.practice(i, lang)
		}
	}
	for mark := 2; mark <= commits; mark++ {
		if mark%10 == 9 && mark < commits {
			w.commit(mark, "side", mark-1)
			w.edit()
			mark++
			w.commit(mark, "main", mark-2, mark-1)
			w.edit()
			continue
		}
		w.commit(mark, "main", mark-1)
		for range 1 + w.random.IntN(3) {
			w.edit()
		}
	}
	dir := tb.TempDir()
	runGit(tb, dir, "", "init", "-q", "-b", "main")
	runGit(tb, dir, w.String(), "fast-import", "--quiet")
	return dir
}

func (w *pastWriter) commit(mark int, branch string, parents ...int) {
	fmt.Fprintf(w, "commit refs/heads/%s\nmark :%d\ncommitter E <e@example.org> %d +0000\ndata 0\n\n", branch, mark, 1_700_000_000+3600*mark)
	for i, parent := range parents {
		fmt.Fprintf(w, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], parent)
	}
}

func (w *pastWriter) edit() {
	i := w.random.IntN(len(w.ids))
	if w.random.IntN(20) == 0 {
		w.slugs[i]++
	}
	w.practice(i, w.languages[w.random.IntN(len(w.languages))])
}

func (w *pastWriter) practice(i int, lang string) {
	at := w.random.IntN(len(w.words) / 2)
	head := translationHead("1:" + strings.Repeat("0", 64))
	if lang == "es" {
		head = fmt.Sprintf("id: %s\ncountries: [HN, GT]\nlevel: national\ndimensions: [identification]\nthemes: [care]\nevidence: monitored\nsince: by 2018\nreview: pending\n", w.ids[i])
	}
	slug := fmt.Sprintf("slug: practice-%d-%d\n", i, w.slugs[i])
	w.file(fmt.Sprintf("content/practices/practica-%d/index.%s.md", i, lang),
		"---\ntitle: "+w.words[at:at+40]+"\n"+slug+"summary: >\n  "+w.words[at:at+160]+"\n"+head+"---\n\n## X {#context}\n\n"+w.words[at:at+2000]+"\n")
}

func (w *pastWriter) file(name, text string) {
	fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n%s\n", name, len(text), text)
}

func runGit(tb testing.TB, dir, input string, args ...string) *os.ProcessState {
	tb.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "gc.auto=0", "-c", "core.fsync=none"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.Output(); err != nil {
		tb.Fatalf("git %s: %v\n%s", args, err, out)
	}
	return cmd.ProcessState
}
