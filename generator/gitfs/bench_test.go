package gitfs

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkHistory walks histories like those that years of editing leave, in
// proportion to one "git log --name-status" of the same repository. The memory
// is what the walk takes beside what the process had.
func BenchmarkHistory(b *testing.B) {
	b.Run("commits=5466,paths=1400", func(b *testing.B) { benchmarkHistory(b, 5466, 1400, 3) })
	b.Run("commits=2000,folders=10000", func(b *testing.B) { benchmarkHistory(b, 2000, 10_000, 1) })
}

func benchmarkHistory(b *testing.B, commits, paths, languages int) {
	s := newSource(b)
	s.fastImport(edits(rand.New(rand.NewPCG(5, 7)), commits, paths, languages))
	cache := b.TempDir()
	var cold, warm, next, blobs, git time.Duration
	var memory uint64
	for b.Loop() {
		r := s.open()
		last := head(b, r)
		before, err := r.Commit("HEAD~10")
		if err != nil {
			b.Fatal(err)
		}
		memory = max(memory, peak(func() { cold += walked(b, s, last, "") }))
		blobs += versions(b, r, last)
		walked(b, s, before, cache)
		next += walked(b, s, last, cache)
		warm += walked(b, s, last, cache)
		start := time.Now()
		s.git("log", "--name-status", "--format=%H %ct")
		git += time.Since(start)
	}
	b.ReportMetric(float64(cold.Milliseconds())/float64(b.N), "cold-ms")
	b.ReportMetric(float64(next.Milliseconds())/float64(b.N), "10-new-ms")
	b.ReportMetric(float64(warm.Microseconds())/1000/float64(b.N), "warm-ms")
	b.ReportMetric(float64(git.Milliseconds())/float64(b.N), "git-log-ms")
	b.ReportMetric(float64(blobs.Milliseconds())/float64(b.N), "versions-ms")
	b.ReportMetric(cold.Seconds()/git.Seconds(), "×git-log")
	b.ReportMetric((cold+blobs).Seconds()/git.Seconds(), "×git-log-with-versions")
	b.ReportMetric(float64(memory>>20), "peak-MB")
	b.ReportMetric(0, "ns/op")
}

// walked opens the repository anew and returns how long that and the walk take.
func walked(b *testing.B, s *source, c Commit, cache string) time.Duration {
	start := time.Now()
	if _, err := s.open().History(b.Context(), c, cache); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// versions returns how long it takes to read every version of every file.
func versions(b *testing.B, r *Repo, c Commit) time.Duration {
	h, err := r.History(b.Context(), c, "")
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	var hashes []string
	for _, p := range h.Chain() {
		for _, change := range p.Changes {
			hashes = append(hashes, change.Blob)
		}
	}
	for some := range slices.Chunk(hashes, 4096) {
		if _, err := r.Blobs(b.Context(), some); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// edits is the stream of a history that begins with all its files and goes on
// with small edits; one commit in ten is of a branch that is merged at once.
// Folders are named for slugs, of one file per language.
func edits(r *rand.Rand, commits, paths, languages int) string {
	var stream strings.Builder
	versions, body := make([]int, paths), words(r, 1000)
	file := func(i int) {
		versions[i]++
		text := fmt.Sprintf("---\nid: p%05d\nslug: practice-%d\n---\nversion %d\n%s\n",
			i/languages, i/languages, versions[i], body[i%5000:][:2500])
		fmt.Fprintf(&stream, "M 100644 inline content/practices/practice-%d-of-%x/index.%s.md\ndata %d\n%s\n",
			i/languages, i/languages*2654435761%65521, []string{"es", "en", "fr"}[i%languages], len(text), text)
	}
	begin := func(mark int, branch string) {
		fmt.Fprintf(&stream, "commit refs/heads/%s\nmark :%d\ncommitter E <e@example.org> %d +0000\ndata 0\n\n",
			branch, mark, firstCommit+3600*mark)
	}
	begin(1, "main")
	for i := range paths {
		file(i)
	}
	for mark := 2; mark <= commits; mark++ {
		if mark%10 == 9 && mark < commits {
			begin(mark, "side")
			fmt.Fprintf(&stream, "from :%d\n", mark-2)
			file(r.IntN(paths))
			mark++
			begin(mark, "main")
			fmt.Fprintf(&stream, "from :%d\nmerge :%d\n", mark-2, mark-1)
			file(r.IntN(paths))
			continue
		}
		begin(mark, "main")
		for range 1 + r.IntN(3) {
			file(r.IntN(paths))
		}
	}
	return stream.String()
}

// peak returns the most memory, beyond what there was before, that do held.
func peak(do func()) uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	held := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64() - sample[1].Value.Uint64()
	}
	debug.FreeOSMemory() // so that nothing free is held
	before, most := held(), uint64(0)
	done := make(chan bool)
	stopped := make(chan bool)
	go func() {
		defer close(stopped)
		for {
			most = max(most, held())
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	<-stopped
	return most - min(before, most)
}
