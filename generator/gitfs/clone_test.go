package gitfs

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing/transport/client"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
)

// serve publishes a repository by https with git's own server.
func serve(t *testing.T, s *source) *httptest.Server {
	t.Helper()
	program, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{
		Path: program,
		Args: []string{"http-backend"},
		Env: append(gitEnv(0), "GIT_PROJECT_ROOT="+filepath.Dir(s.dir), "GIT_HTTP_EXPORT_ALL=1",
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"),
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); strings.HasPrefix(r.URL.Path, "/private/") && password != "open-sesame" {
			w.Header().Set("WWW-Authenticate", "Basic")
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/private")
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	known := client.Protocols["https"]
	client.InstallProtocol("https", githttp.NewClient(server.Client()))
	t.Cleanup(func() { client.InstallProtocol("https", known) })
	return server
}

func TestClone(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	s.git("branch", "old")
	s.git("update-ref", "refs/pull/1/head", "HEAD")
	server := serve(t, s)
	url := server.URL + "/" + filepath.Base(s.dir) + "/.git"
	cache := filepath.Join(t.TempDir(), "cache", "mirrors")

	var progress bytes.Buffer
	r, err := Clone(t.Context(), url, "HEAD", cache, &progress)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := tree(t, r, "HEAD").ReadFile("a"); string(data) != "1" || err != nil {
		t.Errorf("got %q, %v", data, err)
	}
	if _, err := r.Commit("refs/pull/1/head"); err == nil {
		t.Error("the mirror holds the refs of pull requests")
	}
	if progress.Len() == 0 {
		t.Error("no progress was written")
	}

	s.git("checkout", "-q", "-b", "next")
	want := s.put("a", "2")
	s.git("branch", "-q", "-D", "old")
	s.git("tag", "v1")
	open := r
	if r, err = Clone(t.Context(), url, "HEAD", cache, nil); err != nil {
		t.Fatal(err)
	}
	for _, rev := range []string{"HEAD", "next", "v1"} {
		for _, r := range []*Repo{r, open} {
			if c, err := r.Commit(rev); c.Hash != want || err != nil {
				t.Errorf("Commit(%q) = %v, %v, want %s", rev, c.Hash, err, want)
			}
		}
	}
	if _, err := r.Commit("old"); err == nil {
		t.Error("a branch that is gone is still there")
	}
	if span, _ := history(t, r).Of("a"); span.Count != 2 {
		t.Errorf("got %+v", span)
	}
	if _, err = Clone(t.Context(), url, "HEAD", cache, nil); err != nil {
		t.Errorf("nothing new: %v", err)
	}
	if mirrors, _ := os.ReadDir(cache); len(mirrors) != 1 {
		t.Errorf("%d folders in the cache, want 1", len(mirrors))
	}

	s.git("checkout", "-q", "--orphan", "rewritten")
	rewritten := s.put("a", "3")
	s.git("branch", "-q", "-f", "main", "rewritten")
	if r, err = Clone(t.Context(), url, "HEAD", cache, nil); err != nil {
		t.Fatal(err)
	}
	if c, err := r.Commit("main"); c.Hash != rewritten || err != nil {
		t.Errorf("a rewritten branch: %v, %v", c, err)
	}
}

func TestCloneKeepsSecrets(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	server := serve(t, s)
	address := func(user string) string {
		return strings.Replace(server.URL, "https://", "https://"+user+"@", 1) + "/private/" + filepath.Base(s.dir) + "/.git"
	}
	cache := t.TempDir()
	for _, user := range []string{"ghp_123secret", "who:wrong%2Bword"} {
		_, err := Clone(t.Context(), address(user), "HEAD", cache, nil)
		if err == nil {
			t.Fatal("cloned without the password")
		}
		for _, secret := range []string{"ghp_123secret", "wrong%2Bword", "wrong+word"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error tells the secret: %v", err)
			}
		}
	}
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("%d entries left in the cache", len(left))
	}
	if _, err := Clone(t.Context(), address("who:open-sesame"), "HEAD", cache, nil); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(cache, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte("sesame")) {
			t.Errorf("the password is stored in %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestClonePullRequest(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	s.git("checkout", "-q", "-b", "topic")
	want := s.put("a", "2")
	s.git("update-ref", "refs/pull/7/head", "topic")
	s.git("checkout", "-q", "main")
	s.git("branch", "-q", "-D", "topic")
	url := serve(t, s).URL + "/" + filepath.Base(s.dir) + "/.git"
	cache := t.TempDir()
	for _, rev := range []string{"pull/7", "refs/pull/7/head", "pull/7~0"} {
		r, err := Clone(t.Context(), url, rev, cache, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := r.Commit(rev); c.Hash != want || err != nil {
			t.Errorf("Commit(%q) = %v, %v, want %s", rev, c.Hash, err, want)
		}
	}
	_, err := Clone(t.Context(), url, "pull/8", cache, nil)
	hasProblem(t, err, "unknown-revision", "pull/8")
}

func TestCloneProblems(t *testing.T) {
	s := newSource(t)
	server := serve(t, s)
	empty := server.URL + "/" + filepath.Base(s.dir) + "/.git"
	_, err := Clone(t.Context(), empty, "HEAD", t.TempDir(), nil)
	hasProblem(t, err, "empty-repository", empty)

	s.put("a", "1")
	missing := server.URL + "/missing.git"
	_, err = Clone(t.Context(), missing, "HEAD", t.TempDir(), nil)
	hasProblem(t, err, "source-missing", missing)
	private := server.URL + "/private/" + filepath.Base(s.dir) + "/.git"
	_, err = Clone(t.Context(), private, "HEAD", t.TempDir(), nil)
	hasProblem(t, err, "source-access", private)
	_, err = Clone(t.Context(), strings.Replace(private, "https://", "https://who:secret@", 1), "HEAD", t.TempDir(), nil)
	hasProblem(t, err, "source-access", private)
	server.Close()
	cache := t.TempDir()
	_, err = Clone(t.Context(), empty, "HEAD", cache, nil)
	hasProblem(t, err, "source-unreachable", empty)
	if left, _ := os.ReadDir(cache); len(left) != 0 {
		t.Errorf("%d entries left in the cache", len(left))
	}

	t.Setenv("SSH_AUTH_SOCK", "")
	_, err = Clone(t.Context(), "git@127.0.0.1:x.git", "HEAD", t.TempDir(), nil)
	hasProblem(t, err, "source-access", "ssh://git@127.0.0.1/x.git")
	_, err = Clone(t.Context(), "http://who:secret@host/x", "HEAD", t.TempDir(), nil)
	hasProblem(t, err, "source-address", "http://host/x")
}

func TestCloneOfSHA256(t *testing.T) {
	s := newSource(t)
	s.dir = t.TempDir()
	s.git("init", "-q", "-b", "main", "--object-format=sha256", ".")
	s.put("a", "1")
	url := serve(t, s).URL + "/" + filepath.Base(s.dir) + "/.git"
	_, err := Clone(t.Context(), url, "HEAD", t.TempDir(), nil)
	hasProblem(t, err, "sha256-repository", url)
}

// A local path would make go-git run a git program.
func TestCloneRefusesOtherProtocols(t *testing.T) {
	s := newSource(t)
	s.put("a", "1")
	for _, url := range []string{s.dir, "file://" + s.dir, "git://localhost/x", "http://localhost/x", "ext::sh -c true", ""} {
		_, err := Clone(t.Context(), url, "HEAD", t.TempDir(), nil)
		if err == nil || errors.Is(err, ErrNoRepository) {
			t.Errorf("Clone(%q): %v", url, err)
		}
	}
}
