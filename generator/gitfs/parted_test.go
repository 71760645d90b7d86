package gitfs

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMergeBase compares with git, in a history with a criss-cross merge.
func TestMergeBase(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@example.org"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q", "-b", "main")
	git("commit", "-q", "--allow-empty", "-m", "0")
	git("branch", "b")
	git("commit", "-q", "--allow-empty", "-m", "1")
	git("branch", "one")
	git("checkout", "-q", "b")
	git("commit", "-q", "--allow-empty", "-m", "2")
	git("branch", "two")
	git("merge", "-q", "--no-edit", "-s", "ours", "one")
	git("checkout", "-q", "main")
	git("merge", "-q", "--no-edit", "-s", "ours", "two")
	git("commit", "-q", "--allow-empty", "-m", "3")
	git("checkout", "-q", "--orphan", "other")
	git("commit", "-q", "--allow-empty", "-m", "4")
	repo, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	commit := func(rev string) Commit {
		t.Helper()
		c, err := repo.Commit(rev)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, pair := range [][2]string{{"main", "main"}, {"main", "b"}, {"one", "two"}, {"main", "one"}, {"main~1", "main"}, {"two", "main"}} {
		got, err := repo.MergeBase(t.Context(), commit(pair[0]), commit(pair[1]))
		if want := git("merge-base", "--all", pair[0], pair[1]); err != nil || !strings.Contains(want, got.Hash) {
			t.Errorf("%v: %s, %v, want %s", pair, got.Hash, err, want)
		}
	}
	if got, err := repo.MergeBase(t.Context(), commit("main"), commit("other")); err == nil {
		t.Errorf("histories apart: %s", got.Hash)
	}
}
