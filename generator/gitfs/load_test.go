package gitfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// library is a source of practices in three languages, made from a seed: each
// commit after the first changes some of them, as editing does.
func library(t testing.TB, practices, commits int) *source {
	s := newSource(t)
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, 3*practices)
	var stream strings.Builder
	for c := range commits {
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter E <e@example.org> %d +0000\ndata 0\n\n", s.when)
		s.when += 3600
		for i := range texts {
			switch {
			case c == 0:
				texts[i] = words(r, 400)
			case r.IntN(20) == 0:
				cut := r.IntN(len(texts[i]))
				texts[i] = texts[i][:cut] + words(r, 12) + texts[i][cut:]
			default:
				continue
			}
			path := fmt.Sprintf("content/practices/practice-%d/index.%s.md", i/3, []string{"es", "en", "fr"}[i%3])
			fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", path, len(texts[i]), texts[i])
		}
	}
	s.fastImport(stream.String())
	s.git("repack", "-q", "-a", "-d", "-f")
	return s
}

// words returns n words with the frequencies of a language, more or less.
func words(r *rand.Rand, n int) string {
	var text strings.Builder
	for i := range n {
		w := int(r.ExpFloat64() * 300)
		fmt.Fprintf(&text, "%s%c", []string{"trata", "víctima", "refugio", "frontera", "ley"}[w%5]+fmt.Sprintf("%x", w), " \n"[min(i%12/11, 1)])
	}
	return text.String()
}

func TestLoadEqualsReading(t *testing.T) {
	s := library(t, 40, 12)
	s.git("checkout", "-q", "main")
	s.put("loose", "not packed")
	s.put("copy", "not packed")
	r := s.open()
	want := contents(t, tree(t, r, "HEAD"))
	files := tree(t, s.open(), "HEAD")
	if err := files.Load(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	sameContents(t, "loaded", contents(t, files), want)
	if len(want) != 122 {
		t.Errorf("%d files, want 122", len(want))
	}
	for path := range want {
		info, err := files.Stat(path)
		unloaded, err2 := tree(t, r, "HEAD").Stat(path)
		if err != nil || err2 != nil || info.Size() != int64(len(want[path])) || info.Size() != unloaded.Size() {
			t.Errorf("%s: size %d and %d, want %d (%v, %v)", path, info.Size(), unloaded.Size(), len(want[path]), err, err2)
		}
	}
}

// Old versions are deltas of newer ones; git names a delta's base by offset or
// by hash.
func TestDeltas(t *testing.T) {
	s := library(t, 10, 12)
	for _, byOffset := range []string{"true", "false"} {
		s.git("-c", "repack.useDeltaBaseOffset="+byOffset, "repack", "-q", "-a", "-d", "-f")
		r := s.open()
		deltas := 0
		for _, rev := range []string{"HEAD", "HEAD~6", "HEAD~11"} {
			files := tree(t, r, rev)
			err := files.walk(t.Context(), func(path string, n *node) {
				at, _ := r.objects.find(n.hash)
				e, err := r.objects.inflater().seek(at)
				if err == nil && e.base != 0 {
					deltas++
				}
				info, err := tree(t, s.open(), rev).Stat(path)
				data, err2 := files.ReadFile(path)
				if err != nil || err2 != nil || info.Size() != int64(len(data)) {
					t.Fatal(path, info, len(data), err, err2)
				}
				if plumbing.ComputeHash(plumbing.BlobObject, data) != n.hash {
					t.Errorf("%s: other contents in %s", path, rev)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if deltas == 0 {
			t.Error("the pack has no deltas")
		}
	}
}

func TestLoadWanted(t *testing.T) {
	s := sample(t)
	files := tree(t, s.open(), "HEAD")
	err := files.Load(t.Context(), func(path string) bool { return strings.HasPrefix(path, "content/") })
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sampleFiles {
		n, err := files.find("test", path)
		if err != nil {
			t.Fatal(err)
		}
		if inMemory := n.data.Load() != nil; inMemory != strings.HasPrefix(path, "content/") {
			t.Errorf("%s: in memory %v", path, inMemory)
		}
	}
}

func TestLoadStops(t *testing.T) {
	files := tree(t, sample(t).open(), "HEAD")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := files.Load(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLoadMissingObject(t *testing.T) {
	files := tree(t, sample(t).bare().open(), "HEAD")
	n, err := files.find("test", "content/site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n.hash[0] ^= 0xff
	if err := files.Load(t.Context(), nil); !errors.Is(err, errMissing) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkLoad reports how long Load takes in proportion to git's own
// "cat-file --batch" over the same blobs, with and without its --buffer.
// Opening the repository and reading its folders is part of our time, starting
// the process is part of git's. The gain over reading file by file comes last.
func BenchmarkLoad(b *testing.B) {
	s := library(b, 1500, 6)
	hashes := blobs(b, tree(b, s.open(), "HEAD"))
	var ours, flushed, buffered, single time.Duration
	for b.Loop() {
		start := time.Now()
		files := tree(b, s.open(), "HEAD")
		if err := files.Load(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		flushed += catFile(b, s.dir, hashes)
		buffered += catFile(b, s.dir, hashes, "--buffer")
		start = time.Now()
		contents(b, tree(b, s.open(), "HEAD"))
		single += time.Since(start)
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "load-ms")
	b.ReportMetric(ours.Seconds()/flushed.Seconds(), "×cat-file")
	b.ReportMetric(ours.Seconds()/buffered.Seconds(), "×cat-file-buffer")
	b.ReportMetric(ours.Seconds()/single.Seconds(), "×one-by-one")
	b.ReportMetric(0, "ns/op") // the sum of all four
}

func blobs(t testing.TB, files *Tree) string {
	var hashes strings.Builder
	err := files.walk(t.Context(), func(_ string, n *node) { fmt.Fprintln(&hashes, n.hash) })
	if err != nil {
		t.Fatal(err)
	}
	return hashes.String()
}

func catFile(t testing.TB, dir, hashes string, flags ...string) time.Duration {
	cmd := exec.Command("git", append([]string{"cat-file", "--batch"}, flags...)...)
	cmd.Dir, cmd.Env = dir, gitEnv(0)
	cmd.Stdin = strings.NewReader(hashes)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return time.Since(start)
}
