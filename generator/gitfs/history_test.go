package gitfs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func history(t testing.TB, r *Repo) *History {
	t.Helper()
	h, err := r.History(t.Context(), head(t, r), "")
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHistory(t *testing.T) {
	s := newSource(t)
	s.write("dir/kept", "1")
	first := s.put("changed", "1")
	second := s.put("changed", "2")
	s.put("gone", "1")
	s.git("rm", "-q", "gone")
	s.commit()
	again := s.put("gone", "2")

	h := history(t, s.open())
	stamp := func(commit string, hours int64) Stamp {
		return Stamp{commit, time.Unix(firstCommit+3600*hours, 0).UTC()}
	}
	for path, want := range map[string]Span{
		"dir/kept": {stamp(first, 0), stamp(first, 0), 1},
		"changed":  {stamp(first, 0), stamp(second, 1), 2},
		"gone":     {stamp(s.git("rev-parse", "HEAD~2"), 2), stamp(again, 4), 2},
	} {
		if got, ok := h.Of(path); !ok || got != want {
			t.Errorf("Of(%q) = %+v, %v, want %+v", path, got, ok, want)
		}
	}
	for _, path := range []string{"dir", "missing", ""} {
		if span, ok := h.Of(path); ok {
			t.Errorf("Of(%q) = %+v, want none", path, span)
		}
	}
}

// What came by a merge was changed where it was written, not in the merge.
func TestHistoryOfMerge(t *testing.T) {
	s := newSource(t)
	s.write("both", "1\n")
	base := s.put("old", "1\n")
	s.git("checkout", "-q", "-b", "side")
	side := s.put("side", "1\n")
	s.write("both", "side\n")
	s.commit()
	s.git("checkout", "-q", "main")
	main := s.put("main", "1\n")
	s.put("both", "main\n")
	s.git("merge", "-q", "--no-commit", "--no-ff", "-s", "ours", "side")
	s.git("checkout", "side", "--", "side")
	s.write("both", "main and side\n")
	merge := s.commit()

	h := history(t, s.open())
	for path, want := range map[string][3]any{
		"old": {base, base, 1}, "side": {side, side, 1}, "main": {main, main, 1}, "both": {base, merge, 4},
	} {
		span, _ := h.Of(path)
		if got := [3]any{span.First.Commit, span.Last.Commit, span.Count}; got != want {
			t.Errorf("Of(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestHistoryOfShallowClone(t *testing.T) {
	s := newSource(t)
	for i := range 4 {
		s.put("a", fmt.Sprint(i))
	}
	dir := filepath.Join(t.TempDir(), "shallow")
	s.git("clone", "-q", "--depth", "2", "file://"+s.dir, dir)
	shallow := &source{t, dir, s.when}
	r := shallow.open()
	if _, err := r.History(t.Context(), head(t, r), ""); !errors.Is(err, ErrShallow) {
		t.Errorf("got %v, want ErrShallow", err)
	}
	if data, err := tree(t, r, "HEAD").ReadFile("a"); string(data) != "3" || err != nil {
		t.Errorf("got %q, %v", data, err)
	}
	shallow.git("fetch", "-q", "--unshallow")
	if span, _ := history(t, r).Of("a"); span.Count != 4 {
		t.Errorf("got %+v after --unshallow", span)
	}
}

func TestHistoryStops(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	r := s.open()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.History(ctx, head(t, r), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestHistoryEqualsGit compares random histories, with merges of up to three
// parents, clocks that go wrong and files that become folders, with "git log".
func TestHistoryEqualsGit(t *testing.T) {
	for seed := range uint64(8) {
		s := newSource(t)
		s.fastImport(randomHistory(rand.New(rand.NewPCG(seed, 1)), 60))
		r := s.open()
		want := s.logged()
		got := map[string]Span{}
		h := history(t, r)
		for path, span := range h.spans {
			got[path] = *span
		}
		if !maps.Equal(got, want) {
			for path := range want {
				t.Logf("%s: got %+v, want %+v", path, got[path], want[path])
			}
			t.Errorf("seed %d: %d paths, want %d", seed, len(got), len(want))
		}
		if got, want := lines(h.Chain()), s.loggedChain(); !slices.Equal(got, want) {
			t.Errorf("seed %d: chain\n%s\nwant\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func randomHistory(r *rand.Rand, commits int) string {
	var stream strings.Builder
	paths := []string{"a", "a.b", "a/b", "a/c", "a0", "d/e/f", "d/e", "d-e/f",
		"content/a", "content/a.b", "content/a/b", "content/a/c", "content", "contents"}
	times := r.Perm(commits)
	for i := range commits {
		branch := "main"
		if i < commits-1 {
			branch = fmt.Sprint("b", i)
		}
		when := firstCommit + 1000*i // true clocks, but for one in five
		if r.IntN(5) == 0 {
			when = firstCommit + 1000*times[i] + 1 + i%10
		}
		fmt.Fprintf(&stream, "commit refs/heads/%s\nmark :%d\ncommitter E <e@example.org> %d +0000\ndata 0\n\n", branch, i+1, when)
		word := "from"
		for range min(i, []int{0, 1, 1, 1, 2, 3}[r.IntN(6)]) {
			fmt.Fprintf(&stream, "%s :%d\n", word, i-r.IntN(min(i, 6)))
			word = "merge"
		}
		for range r.IntN(6) {
			path := paths[r.IntN(len(paths))]
			mode := []string{"100644", "100644", "100644", "100755", "120000"}[r.IntN(5)]
			if word != "from" && r.IntN(5) == 0 {
				fmt.Fprintf(&stream, "D %s\n", path)
			} else {
				fmt.Fprintf(&stream, "M %s inline %s\ndata 1\n%d\n", mode, path, r.IntN(3))
			}
		}
	}
	return stream.String()
}

// logged reads the spans from "git log". Its combined diff lists what differs
// from every parent.
func (s *source) logged() map[string]Span {
	spans := map[string]Span{}
	var stamp Stamp
	log := s.git("log", "--date-order", "-c", "--raw", "--no-renames", "--root", "--no-abbrev", "--format=%H %ct", "main")
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if line[0] != ':' {
			var seconds int64
			if _, err := fmt.Sscanf(line, "%s %d", &stamp.Commit, &seconds); err != nil {
				s.Fatal(err)
			}
			stamp.When = time.Unix(seconds, 0).UTC()
			continue
		}
		fields, path, _ := strings.Cut(line, "\t")
		words := strings.Fields(fields)
		if strings.Trim(words[len(words)-2], "0") == "" {
			continue // removed
		}
		span, ok := spans[path]
		if !ok {
			span.Last = stamp
		}
		span.First = stamp
		span.Count++
		spans[path] = span
	}
	return spans
}

// loggedChain reads the chain from "git log".
func (s *source) loggedChain() []string {
	var list []string
	commit := ""
	log := s.git("log", "--reverse", "--first-parent", "--diff-merges=first-parent", "--raw", "--no-renames", "--root",
		"--no-abbrev", "--format=%H", "main")
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if line[0] != ':' {
			commit = line
			continue
		}
		fields, path, _ := strings.Cut(line[1:], "\t")
		words := strings.Fields(fields)
		was, is := strings.HasPrefix(words[0], "100"), strings.HasPrefix(words[1], "100")
		switch {
		case !strings.HasPrefix(path, "content/"):
		case is && !(was && words[2] == words[3]):
			list = append(list, fmt.Sprint(commit, " ", path, " ", words[3]))
		case was && !is:
			list = append(list, fmt.Sprint(commit, " ", path, " "))
		}
	}
	return sortedWithin(list)
}

func lines(chain []Published) []string {
	var list []string
	for _, p := range chain {
		for _, c := range p.Changes {
			list = append(list, fmt.Sprint(p.Commit, " ", c.Path, " ", c.Blob))
		}
	}
	return sortedWithin(list)
}

// sortedWithin sorts the lines of each commit: git sorts a diff by paths, a
// tree by names.
func sortedWithin(list []string) []string {
	slices.SortStableFunc(list, func(a, b string) int {
		if a[:40] != b[:40] {
			return 0
		}
		return strings.Compare(a, b)
	})
	return list
}

func TestSeconds(t *testing.T) {
	for line, want := range map[string]int64{
		"E <e@example.org> 1700000000 +0100":  1700000000,
		"E <> 5 -0000":                        5,
		"E <a> b> 7 +0000":                    7,
		"E <e@example.org>":                   0,
		"E <e@example.org> soon +0000":        0,
		"E <e@example.org> -5 +0000":          0,
		"E <e@example.org> 99999999999999 +0": 0,
		"":                                    0,
	} {
		if got := seconds([]byte(line)); got != want {
			t.Errorf("seconds(%q) = %d, want %d", line, got, want)
		}
	}
}

// TestBrokenRepository flips every byte of a small repository's pack, of its
// index and of a loose object, one at a time: reading may fail, not panic, and
// never gives other contents without an error.
func TestBrokenRepository(t *testing.T) {
	s := newSource(t)
	s.put("a", strings.Repeat("one line\n", 40))
	s.put("a", strings.Repeat("one line\n", 39)+"another\n")
	s.git("repack", "-q", "-a", "-d")
	s.git("unpack-file", "HEAD:a") // not tracked: HEAD stays packed
	want, _ := tree(t, s.open(), "HEAD").ReadFile("a")
	c := head(t, s.open())
	packs, err := filepath.Glob(filepath.Join(s.dir, ".git/objects/pack/*"))
	if err != nil || len(packs) < 2 {
		t.Fatal(packs, err)
	}
	for _, name := range packs {
		if ext := filepath.Ext(name); ext != ".pack" && ext != ".idx" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, 0o666); err != nil {
			t.Fatal(err)
		}
		for i := range data {
			data[i] ^= 0x81
			if err := os.WriteFile(name, data, 0o666); err != nil {
				t.Fatal(err)
			}
			data[i] ^= 0x81
			got, err := readA(s.dir, c)
			if err == nil && string(got) != string(want) {
				t.Errorf("%s: byte %d flipped: other contents without an error", filepath.Ext(name), i)
			}
		}
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func readA(dir string, c Commit) ([]byte, error) {
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if _, err := r.History(context.Background(), c, ""); err != nil {
		return nil, err
	}
	files, err := r.Tree(c)
	if err != nil {
		return nil, err
	}
	return files.ReadFile("a")
}

func FuzzPatch(f *testing.F) {
	base := []byte(strings.Repeat("base", 50))
	f.Add([]byte("\xc8\x01\x04\x90\x04"))
	f.Add([]byte("\xc8\x01\x03\x03abc"))
	f.Fuzz(func(t *testing.T, delta []byte) {
		if out, err := patch(base, delta); err == nil && len(out) > maxObject {
			t.Error("too large")
		}
	})
}
