package gitfs

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"acervo/generator/memo"
)

// story tells a history for comparison.
type story struct {
	Spans map[string]Span
	Chain []Published
}

func storyOf(t testing.TB, r *Repo, c Commit, cache string) story {
	t.Helper()
	h, err := r.History(t.Context(), c, cache)
	if err != nil {
		t.Fatal(err)
	}
	spans := map[string]Span{}
	for path, span := range h.spans {
		spans[path] = *span
	}
	return story{spans, h.Chain()}
}

// changesOf tells what the commits of a chain did: "+path" and "-path".
func changesOf(chain []Published) []string {
	var list []string
	for _, p := range chain {
		var words []string
		for _, c := range p.Changes {
			sign := "+"
			if c.Blob == "" {
				sign = "-"
			}
			words = append(words, sign+strings.TrimPrefix(c.Path, published))
		}
		list = append(list, strings.Join(words, " "))
	}
	return list
}

// merge merges a branch without a fast forward.
func (s *source) merge(branch string, flags ...string) string {
	s.Helper()
	s.git(slices.Concat([]string{"merge", "-q", "--no-ff", "-m", "merge"}, flags, []string{branch})...)
	s.when += 3600
	return s.git("rev-parse", "HEAD")
}

func (s *source) move(from, to string) {
	s.Helper()
	s.check(os.MkdirAll(filepath.Dir(filepath.Join(s.dir, to)), 0o777))
	s.git("mv", from, to)
}

func TestChain(t *testing.T) {
	for name, test := range map[string]struct {
		build func(s *source)
		want  []string
	}{
		"renamed": {func(s *source) {
			s.put("content/a/x", "1")
			s.move("content/a", "content/b")
			s.commit()
		}, []string{"+a/x", "-a/x +b/x"}},
		"two renames in one commit": {func(s *source) {
			s.write("content/a/x", "1")
			s.put("content/b/x", "2")
			s.move("content/a", "content/c")
			s.move("content/b", "content/d")
			s.commit()
		}, []string{"+a/x +b/x", "-a/x -b/x +c/x +d/x"}},
		"swapped": {func(s *source) {
			s.write("content/a/x", "1")
			s.put("content/b/x", "2")
			s.move("content/a", "content/t")
			s.move("content/b", "content/a")
			s.move("content/t", "content/b")
			s.commit()
		}, []string{"+a/x +b/x", "+a/x +b/x"}},
		"case": {func(s *source) {
			s.put("content/a", "1")
			s.move("content/a", "content/A")
			s.commit()
		}, []string{"+a", "+A -a"}},
		"deleted and made again": {func(s *source) {
			s.put("content/a", "1")
			s.git("rm", "-q", "content/a")
			s.commit()
			s.put("content/a", "1")
		}, []string{"+a", "-a", "+a"}},
		"elsewhere": {func(s *source) {
			s.put("content/a", "1")
			s.put("contents/a", "1")
			s.put("README", "1")
			s.commit()
		}, []string{"+a"}},
		"a link instead": {func(s *source) {
			s.put("content/a", "1")
			s.check(os.Remove(filepath.Join(s.dir, "content/a")))
			s.symlink("b", "content/a")
			s.commit()
			s.check(os.Remove(filepath.Join(s.dir, "content/a")))
			s.put("content/a", "1")
		}, []string{"+a", "-a", "+a"}},
		"executable": {func(s *source) {
			s.put("content/a", "1")
			s.check(os.Chmod(filepath.Join(s.dir, "content/a"), 0o777))
			s.commit()
		}, []string{"+a"}},
		"content is a file, then a folder": {func(s *source) {
			s.put("content", "1")
			s.check(os.Remove(filepath.Join(s.dir, "content")))
			s.put("content/a", "1")
			s.git("rm", "-q", "content/a")
			s.put("content", "1")
		}, []string{"+a", "-a"}},
		"merged": {func(s *source) {
			s.put("content/a", "1")
			s.git("checkout", "-q", "-b", "side")
			s.put("content/typo", "1")
			s.move("content/typo", "content/b")
			s.commit()
			s.git("checkout", "-q", "main")
			s.put("content/c", "1")
			s.merge("side")
		}, []string{"+a", "+c", "+b"}},
		"merged without its changes": {func(s *source) {
			s.put("content/a", "1")
			s.git("checkout", "-q", "-b", "side")
			s.put("content/b", "1")
			s.git("checkout", "-q", "main")
			s.merge("side", "-s", "ours")
		}, []string{"+a"}},
		"merged from the other side": {func(s *source) {
			s.put("content/a", "1")
			s.git("checkout", "-q", "-b", "side")
			s.put("content/b", "1")
			s.git("checkout", "-q", "main")
			s.put("content/c", "1")
			s.git("checkout", "-q", "side")
			s.merge("main")
			s.git("branch", "-q", "-f", "main", "side")
		}, []string{"+a", "+b", "+c"}},
		"criss-cross": {func(s *source) {
			s.put("content/a", "1")
			s.git("checkout", "-q", "-b", "side")
			s.put("content/b", "1")
			s.git("branch", "side1")
			s.git("checkout", "-q", "main")
			s.put("content/c", "1")
			s.git("branch", "main1")
			s.merge("side1")
			s.put("content/a", "2")
			s.git("checkout", "-q", "side")
			s.merge("main1")
			s.put("content/b", "2")
			s.git("checkout", "-q", "main")
			s.merge("side")
		}, []string{"+a", "+c", "+b", "+a", "+b"}},
		"unrelated": {func(s *source) {
			s.put("content/a", "1")
			s.git("checkout", "-q", "--orphan", "other")
			s.git("rm", "-q", "-r", "-f", ".")
			s.put("content/b", "1")
			s.git("checkout", "-q", "main")
			s.merge("other", "--allow-unrelated-histories")
		}, []string{"+a", "+b"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t)
			test.build(s)
			r := s.open()
			got := storyOf(t, r, head(t, r), "")
			if told := changesOf(got.Chain); !slices.Equal(told, test.want) {
				t.Errorf("got %q, want %q", told, test.want)
			}
			sameEverywhere(t, s, got)
		})
	}
}

// sameEverywhere reads the history of clones of other kinds.
func sameEverywhere(t *testing.T, s *source, want story) {
	t.Helper()
	clone := &source{t, filepath.Join(t.TempDir(), "clone"), s.when}
	s.git("clone", "-q", "--no-local", "-b", s.git("branch", "--show-current"), s.dir, clone.dir)
	kinds := map[string]*source{"bare": s.bare(), "clone": clone}
	for name, other := range kinds {
		r := other.open()
		if got := storyOf(t, r, head(t, r), ""); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	s.git("repack", "-q", "-a", "-d", "-f")
	r := s.open()
	if got := storyOf(t, r, head(t, r), ""); !reflect.DeepEqual(got, want) {
		t.Errorf("repacked: got %+v, want %+v", got, want)
	}
}

// The times of commits say nothing of the chain, and a child counts as newer
// than its parent.
func TestClockSkew(t *testing.T) {
	s := newSource(t)
	first := s.put("content/a", "1")
	s.when -= 100_000
	second := s.put("content/a", "2")
	s.when = 0
	third := s.put("content/a", "3")
	r := s.open()
	got := storyOf(t, r, head(t, r), "")
	if span := got.Spans["content/a"]; span.First.Commit != first || span.Last.Commit != third || span.Count != 3 {
		t.Errorf("got %+v", span)
	}
	for i, want := range []string{first, second, third} {
		if got.Chain[i].Commit != want {
			t.Errorf("commit %d of the chain is %s, want %s", i, got.Chain[i].Commit, want)
		}
	}
}

// TestMemory reads random histories with a memory of one of their commits, or
// of a branch that is in no history of theirs.
func TestMemory(t *testing.T) {
	for seed := range uint64(4) {
		s := newSource(t)
		const commits = 40
		s.fastImport(randomHistory(rand.New(rand.NewPCG(seed, 2)), commits))
		s.git("update-ref", "refs/heads/loose", s.git("commit-tree", "-m", "other", "b3^{tree}"))
		r := s.open()
		last, err := r.Commit("main")
		s.check(err)
		want := storyOf(t, r, last, "")
		for _, rev := range []string{"main", "main~1", "b2", "b20", "b30", "b38", "loose"} {
			before, err := r.Commit(rev)
			if err != nil {
				continue // the chain is shorter
			}
			cache := filepath.Join(t.TempDir(), "new", "cache")
			early := storyOf(t, r, before, cache)
			for range 2 {
				if got := storyOf(t, r, last, cache); !reflect.DeepEqual(got, want) {
					t.Errorf("seed %d: another history with a memory of %s", seed, rev)
				}
			}
			if got := storyOf(t, r, before, cache); !reflect.DeepEqual(got, early) {
				t.Errorf("seed %d: another history of %s with a later memory", seed, rev)
			}
			if files, _ := os.ReadDir(cache); len(files) != 1 {
				t.Errorf("%d files in the cache, want 1", len(files))
			}
		}
	}
}

// The memory is used: without the trees of old commits there is a history only
// with it.
func TestMemoryIsUsed(t *testing.T) {
	s := newSource(t)
	s.put("content/a", "1")
	s.put("content/a", "2")
	r, cache := s.open(), t.TempDir()
	want := storyOf(t, r, head(t, r), cache)
	for _, rev := range []string{"HEAD~1:content", "HEAD~1^{tree}", "HEAD~1"} {
		_, file := s.object(rev)
		s.check(os.Remove(file))
	}
	if got := storyOf(t, s.open(), head(t, r), cache); !reflect.DeepEqual(got, want) {
		t.Error("another history")
	}
	if _, err := s.open().History(t.Context(), head(t, r), ""); err == nil {
		t.Error("the objects are still there")
	}
}

// A branch that is rewritten, by a rebase or by force, has its own history.
func TestMemoryOfRewrittenBranch(t *testing.T) {
	s := newSource(t)
	s.put("content/a", "1")
	base := s.git("rev-parse", "HEAD")
	s.put("content/secret", "1")
	s.put("content/b", "1")
	r, cache := s.open(), t.TempDir()
	storyOf(t, r, head(t, r), cache)

	s.git("checkout", "-q", "-B", "main", base)
	s.put("content/c", "1")
	s.git("checkout", "-q", "-b", "topic", base)
	s.put("content/d", "1")
	s.git("rebase", "-q", "main")
	s.git("checkout", "-q", "-B", "main", "topic")
	r = s.open()
	got, want := storyOf(t, r, head(t, r), cache), storyOf(t, r, head(t, r), "")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if told := changesOf(got.Chain); !slices.Equal(told, []string{"+a", "+c", "+d"}) {
		t.Errorf("got %q", told)
	}
	if data, err := os.ReadFile(filepath.Join(cache, memoryFile)); err != nil || strings.Contains(string(data), "secret") {
		t.Errorf("the memory still has what is in no history (%v)", err)
	}
}

// TestDamagedMemory changes each byte of a memory file, and cuts it at each.
func TestDamagedMemory(t *testing.T) {
	s := newSource(t)
	s.put("content/a", "1")
	s.put("content/b", "2")
	r, cache := s.open(), t.TempDir()
	c := head(t, r)
	want := storyOf(t, r, c, cache)
	file := filepath.Join(cache, memoryFile)
	good, err := os.ReadFile(file)
	s.check(err)
	try := func(what string, data []byte) {
		t.Helper()
		s.check(os.WriteFile(file, data, 0o666))
		if len(recall(cache)) != 0 {
			t.Errorf("%s: the memory is believed", what)
		}
		if got := storyOf(t, r, c, cache); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: another history", what)
		}
		if now, err := os.ReadFile(file); err != nil || string(now) != string(good) {
			t.Errorf("%s: the memory was not written anew (%v)", what, err)
		}
	}
	for i := range good {
		for _, bit := range []byte{0x01, 0x80} {
			bad := slices.Clone(good)
			bad[i] ^= bit
			try(fmt.Sprintf("byte %d", i), bad)
		}
		try(fmt.Sprintf("cut at %d", i), good[:i])
	}
	try("longer", append(slices.Clone(good), 0))
	try("doubled", append(slices.Clone(good), good...))
}

// Whatever the bytes behind a right checksum are, they are taken apart without
// a panic.
func FuzzMemory(f *testing.F) {
	a := &ancestor{fact: &fact{changes: []change{{path: "content/a", kind: counted | placed}}}}
	f.Add(encode([]*ancestor{a}))
	f.Add([]byte{1, 1, 'a', 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := decoder{memo.NewReader(string(data))}
		d.facts()
	})
}

// A cache that cannot be written to or read is none.
func TestMemoryWithoutFolder(t *testing.T) {
	s := newSource(t)
	s.put("content/a", "1")
	r := s.open()
	want := storyOf(t, r, head(t, r), "")
	file := filepath.Join(t.TempDir(), "file")
	s.check(os.WriteFile(file, nil, 0o666))
	taken := t.TempDir()
	s.check(os.MkdirAll(filepath.Join(taken, memoryFile, "x"), 0o777))
	for _, cache := range []string{file, filepath.Join(file, "below"), taken} {
		if got := storyOf(t, r, head(t, r), cache); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: another history", cache)
		}
	}
	if left, _ := os.ReadDir(taken); len(left) != 1 {
		t.Error("a temporary file is left")
	}
}

// The chain ends in the tree of its commit: replayed, it gives all the files
// below content/ that are there.
func TestChainGivesTree(t *testing.T) {
	for seed := range uint64(6) {
		s := newSource(t)
		s.fastImport(randomHistory(rand.New(rand.NewPCG(seed, 3)), 50))
		r := s.open()
		c, err := r.Commit("main")
		s.check(err)
		got := map[string]string{}
		for _, p := range storyOf(t, r, c, "").Chain {
			for _, change := range p.Changes {
				if change.Blob == "" {
					delete(got, change.Path)
				} else {
					got[change.Path] = change.Blob
				}
			}
		}
		want := map[string]string{}
		for line := range strings.Lines(s.git("ls-tree", "-r", "main", "content/")) {
			fields, path, _ := strings.Cut(strings.TrimSpace(line), "\t")
			if words := strings.Fields(fields); strings.HasPrefix(words[0], "100") {
				want[path] = words[2]
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}
