package gitfs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// gitEnv keeps the configuration of the machine out of the tests.
func gitEnv(when int64) []string {
	date := fmt.Sprintf("@%d +0000", when)
	return append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Autora", "GIT_AUTHOR_EMAIL=autora@example.org", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME=Editora", "GIT_COMMITTER_EMAIL=editora@example.org", "GIT_COMMITTER_DATE="+date,
	)
}

// source is a repository made by the git program.
type source struct {
	testing.TB
	dir  string
	when int64 // time of the next commit
}

const firstCommit = 1_700_000_000

func newSource(t testing.TB) *source {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	s := &source{t, t.TempDir(), firstCommit}
	s.git("init", "-q", "-b", "main")
	return s
}

// git runs the git program and returns what it prints.
func (s *source) git(args ...string) string {
	s.Helper()
	return s.run("", args...)
}

// fastImport makes many commits at once, in a pack.
func (s *source) fastImport(stream string) {
	s.Helper()
	s.run(stream, "fast-import", "--quiet")
}

func (s *source) run(input string, args ...string) string {
	s.Helper()
	cmd := exec.Command("git", append([]string{"-c", "gc.auto=0", "-c", "core.fsync=none", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir, cmd.Env = s.dir, gitEnv(s.when)
	cmd.Stdin = strings.NewReader(input)
	var failure strings.Builder
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, failure.String())
	}
	return strings.TrimSpace(string(out))
}

func (s *source) write(name, data string) {
	s.Helper()
	file := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(data), 0o666); err != nil {
		s.Fatal(err)
	}
}

func (s *source) symlink(target, name string) {
	s.Helper()
	if runtime.GOOS == "windows" {
		s.Skip("symbolic links need a privilege here")
	}
	if err := os.Symlink(target, filepath.Join(s.dir, name)); err != nil {
		s.Fatal(err)
	}
}

// commit commits everything, an hour after the last time.
func (s *source) commit() string {
	s.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "--allow-empty", "-m", "change")
	s.when += 3600
	return s.git("rev-parse", "HEAD")
}

// put writes one file and commits.
func (s *source) put(name, data string) string {
	s.Helper()
	s.write(name, data)
	return s.commit()
}

func (s *source) open() *Repo {
	s.Helper()
	r, err := Open(s.dir)
	if err != nil {
		s.Fatal(err)
	}
	return r
}

// bare returns a bare clone with one pack.
func (s *source) bare() *source {
	s.Helper()
	dir := filepath.Join(s.TempDir(), "bare.git")
	s.git("clone", "-q", "--bare", "--no-local", s.dir, dir)
	return &source{s.TB, dir, s.when}
}

func head(t testing.TB, r *Repo) Commit {
	t.Helper()
	c, err := r.Commit("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tree(t testing.TB, r *Repo, rev string) *Tree {
	t.Helper()
	c, err := r.Commit(rev)
	if err != nil {
		t.Fatal(err)
	}
	files, err := r.Tree(c)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestOpenNoRepository(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		_, err := Open(dir)
		if !errors.Is(err, ErrNoRepository) {
			t.Errorf("Open(%q) = %v, want ErrNoRepository", dir, err)
		}
		hasProblem(t, err, "no-repository", dir)
	}
}

func TestOpenRefusesSHA256(t *testing.T) {
	s := newSource(t)
	dir := t.TempDir()
	s.git("init", "-q", "--object-format=sha256", dir)
	_, err := Open(dir)
	hasProblem(t, err, "sha256-repository", dir)
}

func TestCommit(t *testing.T) {
	s := newSource(t)
	first := s.put("a", "1")
	s.git("tag", "-a", "-m", "note", "v1")
	s.git("tag", "-a", "-m", "tag of a tag", "v1-again", "v1")
	second := s.put("a", "2")
	s.git("tag", "light")
	s.git("branch", "with/slash", first)
	s.git("checkout", "-q", "-b", "side", first)
	side := s.put("b", "1")
	s.git("checkout", "-q", "main")
	s.git("merge", "-q", "--no-ff", "-m", "merge", "side")
	merge := s.git("rev-parse", "HEAD")
	s.git("update-ref", "refs/remotes/origin/topic", side)
	// A reference that reads as the beginning of another commit's hash.
	s.git("tag", second[:6], first)

	for name, s := range map[string]*source{"loose": s, "packed": s.bare()} {
		if name == "packed" {
			s.git("update-ref", "refs/remotes/origin/topic", side)
		}
		r := s.open()
		for rev, want := range map[string]string{
			"HEAD": merge, "@": merge, "main": merge, "refs/heads/main": merge, "heads/main": merge,
			"v1": first, "v1-again": first, "light": second, "with/slash": first,
			"origin/topic": side, second: second, second[:8]: second, strings.ToUpper(side[:7]): side,
			"HEAD~": second, "HEAD~1": second, "HEAD~2": first, "HEAD^2": side, "HEAD^": second,
			"HEAD^2~1": first, "HEAD^^": first, "HEAD^0": merge, "v1^0": first, second[:6]: first,
		} {
			c, err := r.Commit(rev)
			if err != nil || c.Hash != want {
				t.Errorf("%s: Commit(%q) = %s, %v, want %s", name, rev, c.Hash, err, want)
			}
		}
		for _, rev := range []string{
			"", "v9", "HEAD~9", "HEAD^3", "HEAD:a", "..", "../HEAD", "config", "index", "0000000", "abc",
			strings.Repeat("0", 40), "HEAD~99999999999999999999", "-h", "a b", "HEAD@{1}", "~", "^",
		} {
			if c, err := r.Commit(rev); err == nil {
				t.Errorf("%s: Commit(%q) = %s, want an error", name, rev, c.Hash)
			}
		}
		_, err := r.Commit("v9")
		if got, want := fmt.Sprint(err), `gitfs: resolve "v9": no such revision`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	c, err := s.open().Commit(second)
	want := Commit{Hash: second, Tree: s.git("rev-parse", second+"^{tree}"), When: time.Unix(firstCommit+3600, 0).UTC()}
	if err != nil || c != want {
		t.Errorf("got %+v, %v, want %+v", c, err, want)
	}
}

func TestCommitAmbiguous(t *testing.T) {
	s := newSource(t)
	var stream strings.Builder
	for i := range 1000 { // two of n commits share four digits after about 300
		fmt.Fprintf(&stream, "commit refs/heads/b%d\ncommitter E <e@example.org> %d +0000\ndata 0\n\n", i, firstCommit+i)
	}
	s.fastImport(stream.String())
	seen := map[string]bool{}
	for hash := range strings.FieldsSeq(s.git("for-each-ref", "--format=%(objectname)")) {
		if !seen[hash[:4]] {
			seen[hash[:4]] = true
			continue
		}
		if _, err := s.open().Commit(hash[:4]); !errors.Is(err, errAmbiguous) {
			t.Errorf("Commit(%q): %v, want %v", hash[:4], err, errAmbiguous)
		}
		return
	}
	t.Fatal("no two commits share four digits")
}

func TestUnbornBranch(t *testing.T) {
	s := newSource(t)
	hasProblem(t, commitError(s, "HEAD"), "empty-repository", s.dir)
	s.put("a", "1")
	s.git("checkout", "-q", "--orphan", "new")
	err := commitError(s, "HEAD")
	if got, want := fmt.Sprint(err), `gitfs: resolve "HEAD": the branch has no commit yet`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	hasProblem(t, err, "unborn-branch", "HEAD")
	hasProblem(t, commitError(s, "new"), "unknown-revision", "new")
	if err := commitError(s, "main"); err != nil {
		t.Error(err)
	}
}

func commitError(s *source, rev string) error {
	_, err := s.open().Commit(rev)
	return err
}

func hasProblem(t *testing.T, err error, code, value string) {
	t.Helper()
	var p Problem
	if !errors.As(err, &p) || p.Code != code || p.Value != value {
		t.Errorf("%v: problem %q, %q, want %q, %q", err, p.Code, p.Value, code, value)
	}
}

func TestLinkedWorkTree(t *testing.T) {
	s := newSource(t)
	s.put("a", "main")
	linked := &source{t, filepath.Join(t.TempDir(), "linked"), s.when}
	s.git("worktree", "add", "-q", "-b", "topic", linked.dir)
	want := linked.put("a", "topic")
	r := linked.open()
	if c := head(t, r); c.Hash != want {
		t.Errorf("HEAD of the linked work tree is %s, want %s", c.Hash, want)
	}
	if data, err := tree(t, r, "HEAD").ReadFile("a"); string(data) != "topic" || err != nil {
		t.Errorf("got %q, %v", data, err)
	}
	if data, err := tree(t, r, "main").ReadFile("a"); string(data) != "main" || err != nil {
		t.Errorf("got %q, %v", data, err)
	}
	if h, err := r.History(t.Context(), head(t, r), ""); err != nil {
		t.Error(err)
	} else if span, _ := h.Of("a"); span.Count != 2 {
		t.Errorf("got %+v", span)
	}
	if changed, err := r.Changed(); changed || err != nil {
		t.Errorf("Changed() = %v, %v", changed, err)
	}
	linked.write("a", "edited")
	if changed, err := r.Changed(); !changed || err != nil {
		t.Errorf("Changed() = %v, %v after an edit", changed, err)
	}
}

func TestRepackWhileOpen(t *testing.T) {
	s := newSource(t)
	for i := range 20 {
		s.write(fmt.Sprintf("f%d", i), strings.Repeat("line\n", i))
	}
	s.commit()
	r := s.open()
	files := tree(t, r, "HEAD")
	s.git("repack", "-q", "-a", "-d")
	s.git("prune-packed")
	for i := range 20 {
		if data, err := files.ReadFile(fmt.Sprintf("f%d", i)); err != nil || len(data) != 5*i {
			t.Errorf("f%d: %d bytes, %v", i, len(data), err)
		}
	}
	want := s.put("new", "1")
	s.git("repack", "-q", "-a", "-d")
	if c := head(t, r); c.Hash != want {
		t.Errorf("got %s, want the new commit %s", c.Hash, want)
	}
}

func TestAlternates(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	s.git("repack", "-q", "-a", "-d")
	dir := filepath.Join(t.TempDir(), "borrower")
	s.git("clone", "-q", "--shared", s.dir, dir)
	r := (&source{t, dir, s.when}).open()
	if data, err := tree(t, r, "HEAD").ReadFile("a"); string(data) != "1" || err != nil {
		t.Errorf("got %q, %v", data, err)
	}
}
