package gitfs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRevisionProblems(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	s.put("a", "2")
	blob := s.git("rev-parse", "HEAD:a")
	for rev, code := range map[string]string{
		"v9": "unknown-revision", "HEAD~2": "revision-parent", "HEAD^2": "revision-parent", blob: "unknown-revision",
		strings.Repeat("1", 40): "unknown-revision", "pull/7": "unknown-revision", "0000": "unknown-revision",
	} {
		hasProblem(t, commitError(s, rev), code, rev)
	}
}

func TestPullRequest(t *testing.T) {
	s := newSource(t)
	first := s.put("a", "1")
	s.git("checkout", "-q", "-b", "topic")
	want := s.put("a", "2")
	s.git("update-ref", "refs/pull/7/head", want)
	s.git("update-ref", "refs/merge-requests/8/head", want)
	s.git("checkout", "-q", "main")
	s.git("branch", "-q", "-D", "topic")
	for rev, want := range map[string]string{
		"pull/7": want, "pull/7/head": want, "refs/pull/7/head": want, "pull/7~1": first, "merge-requests/8": want,
	} {
		if c, err := s.open().Commit(rev); c.Hash != want || err != nil {
			t.Errorf("Commit(%q) = %v, %v, want %s", rev, c.Hash, err, want)
		}
	}
}

func TestDetachedHead(t *testing.T) {
	s := newSource(t)
	want := s.put("a", "1")
	s.put("a", "2")
	s.git("checkout", "-q", "--detach", want)
	r := s.open()
	if c := head(t, r); c.Hash != want {
		t.Errorf("HEAD is %s, want %s", c.Hash, want)
	}
	if span, _ := history(t, r).Of("a"); span.Count != 1 {
		t.Errorf("got %+v", span)
	}
}

// object is the file of a loose object.
func (s *source) object(rev string) (hash, file string) {
	s.Helper()
	hash = s.git("rev-parse", rev)
	return hash, filepath.Join(s.dir, ".git", "objects", hash[:2], hash[2:])
}

// Each kind of object of the newest commit is lost or damaged.
func TestLostObjects(t *testing.T) {
	for _, rev := range []string{"HEAD", "HEAD^{tree}", "HEAD:content", "HEAD:content/a", "HEAD~1", "HEAD~1^{tree}"} {
		for _, code := range []string{"missing-object", "damaged-repository"} {
			s := newSource(t)
			s.put("content/a", "1")
			s.put("content/a", "2")
			hash, file := s.object(rev)
			s.check(os.Remove(file))
			if code == "damaged-repository" {
				s.check(os.WriteFile(file, []byte("x\x9cno object"), 0o666))
			}
			hasProblem(t, readAll(t, s), code, hash)
		}
	}
}

// readAll reads all that a build reads and returns the first error.
func readAll(t *testing.T, s *source) error {
	r, err := Open(s.dir)
	if err != nil {
		return err
	}
	c, err := r.Commit("HEAD")
	if err != nil {
		return err
	}
	h, err := r.History(t.Context(), c, "")
	if err != nil {
		return err
	}
	var hashes []string
	for _, published := range h.Chain() {
		for _, change := range published.Changes {
			hashes = append(hashes, change.Blob)
		}
	}
	files, err := r.Tree(c)
	if err != nil {
		return err
	}
	if err := files.Load(t.Context(), nil); err != nil {
		return err
	}
	_, err = r.Blobs(t.Context(), hashes)
	return err
}

func TestDamagedFiles(t *testing.T) {
	for name, data := range map[string]string{
		".git/HEAD": "no reference\n", ".git/refs/heads/main": "no hash\n", ".git/packed-refs": "no reference\n",
		".git/config": "[core\n", ".git/objects/pack/pack-1.idx": "no index",
	} {
		s := newSource(t)
		s.put("content/a", "1")
		if strings.HasSuffix(name, ".idx") {
			s.write(".git/objects/pack/pack-1.pack", "PACK")
		}
		if strings.HasSuffix(name, "packed-refs") {
			s.check(os.Remove(filepath.Join(s.dir, ".git/refs/heads/main")))
		}
		s.write(name, data)
		var p Problem
		if err := readAll(t, s); !errors.As(err, &p) || p.Code != "damaged-repository" {
			t.Errorf("%s: %v: problem %q", name, err, p.Code)
		}
	}
}

func TestPartialClone(t *testing.T) {
	for filter, code := range map[string]string{"blob:none": "partial-clone", "tree:0": "partial-clone"} {
		s := newSource(t)
		s.put("content/a", "1")
		s.put("content/a", "2")
		s.git("config", "uploadpack.allowFilter", "true")
		dir := filepath.Join(t.TempDir(), "partial")
		s.git("clone", "-q", "--filter", filter, "file://"+s.dir, dir)
		var p Problem
		if err := readAll(t, &source{t, dir, s.when}); !errors.As(err, &p) || p.Code != code {
			t.Errorf("%s: %v", filter, err)
		}
	}
}

func TestShallowRevision(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	s.put("a", "2")
	dir := filepath.Join(t.TempDir(), "shallow")
	s.git("clone", "-q", "--depth", "1", "file://"+s.dir, dir)
	if err := commitError(&source{t, dir, s.when}, "HEAD~1"); !errors.Is(err, ErrShallow) {
		t.Errorf("got %v", err)
	}
}

// TestNothingRuns gives a source hooks, filters and a configuration that each
// would leave a file.
func TestNothingRuns(t *testing.T) {
	s := newSource(t)
	traces := t.TempDir()
	s.write(".gitattributes", "* filter=trap diff=trap merge=trap\n*.md text eol=crlf ident\n")
	s.put("content/a.md", "$Id$ one\n")
	script := filepath.Join(t.TempDir(), "trap")
	s.check(os.WriteFile(script, []byte("#!/bin/sh\ntouch "+traces+"/$$\ncat\n"), 0o777))
	for _, key := range []string{
		"core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy",
		"diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.clean", "filter.trap.smudge",
		"filter.trap.process", "merge.trap.driver", "credential.helper", "uploadpack.packObjectsHook", "gpg.program",
	} {
		s.git("config", key, script)
	}
	s.git("config", "filter.trap.required", "true")
	s.git("config", "include.path", script)
	for _, hook := range []string{"post-checkout", "post-index-change", "pre-auto-gc", "reference-transaction", "post-merge", "fsmonitor-watchman"} {
		s.check(os.MkdirAll(filepath.Join(s.dir, ".git/hooks"), 0o777))
		s.check(os.WriteFile(filepath.Join(s.dir, ".git/hooks", hook), []byte("#!/bin/sh\ntouch "+traces+"/$$\n"), 0o777))
	}
	s.write("content/a.md", "$Id$ two\n")
	if err := readAll(t, s); err != nil {
		t.Fatal(err)
	}
	r := s.open()
	if changed, err := r.Changed(); !changed || err != nil {
		t.Errorf("Changed() = %v, %v", changed, err)
	}
	if data, err := tree(t, r, "HEAD").ReadFile("content/a.md"); string(data) != "$Id$ one\n" || err != nil {
		t.Errorf("got %q, %v: not the bytes of the commit", data, err)
	}
	if left, _ := os.ReadDir(traces); len(left) != 0 {
		t.Errorf("%d programs of the source ran", len(left))
	}
}

func TestBlobs(t *testing.T) {
	s := sample(t)
	for name, s := range map[string]*source{"loose": s, "packed": s.bare()} {
		large, empty := s.git("rev-parse", "HEAD:large"), s.git("rev-parse", "HEAD:empty")
		got, err := s.open().Blobs(t.Context(), []string{large, empty, large})
		if err != nil || len(got) != 2 || len(got[large]) != 640_000 || len(got[empty]) != 0 {
			t.Errorf("%s: %d blobs, %v", name, len(got), err)
		}
		missing := strings.Repeat("1", 40)
		_, err = s.open().Blobs(t.Context(), []string{large, missing})
		hasProblem(t, err, "missing-object", missing)
		_, err = s.open().Blobs(t.Context(), []string{s.git("rev-parse", "HEAD")})
		hasProblem(t, err, "damaged-repository", s.git("rev-parse", "HEAD"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.open().Blobs(ctx, []string{s.git("rev-parse", "HEAD:large")}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
