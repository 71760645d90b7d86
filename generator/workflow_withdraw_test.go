package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestWithdrawReasons holds the choices of the workflow to the vocabulary.
func TestWithdrawReasons(t *testing.T) {
	var choices struct {
		On struct {
			Dispatch struct {
				Inputs struct{ Reason struct{ Options []string } }
			} `yaml:"workflow_dispatch"`
		} `yaml:"on"`
	}
	var codes []struct{ Code string }
	for path, into := range map[string]any{"../.github/workflows/withdraw.yml": &choices, "../content/vocabularies/withdrawal-reasons.yaml": &codes} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for _, c := range codes {
		want = append(want, c.Code)
	}
	got := choices.On.Dispatch.Inputs.Reason.Options
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("reasons %q, want %q", got, want)
	}
}

// gh answers as the tool of that name does where the workflow asks it: with the
// last commit that pages.yml published. It notes what else it is told.
const gh = `#!/bin/bash
case "$*" in
  *workflows/pages.yml/runs*) printf '%s\n' "$BUILT" ;;
  *pulls*) echo "$@" > pull.txt; echo '{"html_url": "https://github.example/pull/9"}' ;;
esac
`

// A withdrawing runs the workflow withdraw.yml in a clone whose origin is a
// bare repository.
type withdrawing struct {
	runner
	w      workflow
	origin string
	live   string
}

func newWithdrawing(t *testing.T) *withdrawing {
	clone, pages := freshClone(t)
	for _, tool := range []string{"jq", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, tool)
		}
	}
	file := filepath.Join(clone, ".github", "workflows", "withdraw.yml")
	if _, err := os.Stat(file); err != nil {
		missing(t, "commit with withdraw.yml")
	}
	o := &withdrawing{w: readWorkflow(t, file), live: filepath.Join(t.TempDir(), "live"), origin: filepath.Join(t.TempDir(), "acervo", "acervo")}
	git(t, clone, "clone", "--quiet", "--bare", ".", o.origin)
	git(t, clone, "remote", "set-url", "origin", o.origin)
	server := httptest.NewServer(http.StripPrefix("/acervo/", http.FileServer(http.Dir(o.live))))
	t.Cleanup(server.Close)
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, "gh"), []byte(gh), 0o777); err != nil {
		t.Fatal(err)
	}
	o.runner = runner{folder: clone, values: map[string]string{
		"steps.pages.outputs.base_url": server.URL + "/acervo", "github.token": "none", "github.run_id": "7",
		"github.repository": "acervo/acervo", "github.server_url": filepath.Dir(filepath.Dir(o.origin)),
		"github.event.repository.default_branch": "main", "inputs.reason": "safety", "inputs.forget": "false",
	}}
	o.env = []string{"PATH=" + tools + string(os.PathListSeparator) + os.Getenv("PATH"), "GITHUB_STEP_SUMMARY=" + filepath.Join(t.TempDir(), "summary")}
	o.publish(t, pages)
	o.deploy(t)
	return o
}

// deploy publishes what was built.
func (o *withdrawing) deploy(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(o.live); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(o.live, os.DirFS(filepath.Join(o.folder, "public"))); err != nil {
		t.Fatal(err)
	}
}

// push makes the clone's commit main's.
func (o *withdrawing) push(t *testing.T) {
	t.Helper()
	git(t, o.folder, "push", "--quiet", "origin", "HEAD:refs/heads/main")
}

// dispatch runs the jobs for a record, each in a checkout of main.
func (o *withdrawing) dispatch(t *testing.T, id string) {
	t.Helper()
	o.values["inputs.id"] = id
	o.checkout(t)
	o.publish(t, o.w)
	withdrawal := filepath.Join(t.TempDir(), "withdrawal")
	if err := os.Rename(filepath.Join(o.folder, "withdrawal"), withdrawal); err != nil {
		t.Fatal(err)
	}
	o.deploy(t)
	o.checkout(t)
	git(t, o.folder, "tag", "-d", "withdraw-main", "withdraw-site", "withdraw-base")
	if err := os.Rename(withdrawal, filepath.Join(o.folder, "withdrawal")); err != nil {
		t.Fatal(err)
	}
	for _, s := range o.w.Jobs["propose"].Steps {
		if out, err := o.run(t, s); err != nil {
			t.Fatalf("step %q: %v\n%s", s.Name, err, out)
		}
	}
	if err := os.RemoveAll(filepath.Join(o.folder, "withdrawal")); err != nil {
		t.Fatal(err)
	}
}

// checkout is what actions/checkout does.
func (o *withdrawing) checkout(t *testing.T) {
	t.Helper()
	git(t, o.folder, "fetch", "--quiet", "--prune", "origin", "+refs/heads/*:refs/remotes/origin/*")
	git(t, o.folder, "checkout", "--quiet", "--force", "--detach", "origin/main")
	o.values["github.sha"] = strings.TrimSpace(git(t, o.folder, "rev-parse", "HEAD"))
}

// records returns the folders and ids of the practices of the clone.
func (o *withdrawing) records(t *testing.T) (folders, ids []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(o.folder, "content", "practices", "*", "index.es.md"))
	if err != nil || len(files) < 2 {
		t.Fatalf("practices %q, %v", files, err)
	}
	id := regexp.MustCompile(`(?m)^id: "?([0-9a-z]{7})"?$`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := id.FindSubmatch(data); m != nil {
			name, _ := filepath.Rel(o.folder, filepath.Dir(file))
			folders, ids = append(folders, filepath.ToSlash(name)), append(ids, string(m[1]))
		}
	}
	return folders, ids
}

// checkWithdrawn looks for a record in the published site and on its branch.
func (o *withdrawing) checkWithdrawn(t *testing.T, id, folder string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(o.live, "es", "practicas", filepath.Base(folder), "index.html"))
	if err != nil || !strings.Contains(string(page), `class="is-tombstone"`) {
		t.Errorf("%s is published: %v", folder, err)
	}
	branch := "refs/heads/withdraw/" + id
	if text := git(t, o.origin, "show", branch+":"+folder+"/index.es.md"); !strings.Contains(text, "withdrawn: {on: ") {
		t.Errorf("on its branch: %s", text)
	}
	var record struct{ Commit string }
	data, err := os.ReadFile(filepath.Join(o.live, "build.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &record); err != nil {
		t.Fatal(err)
	}
	git(t, o.origin, "cat-file", "-e", record.Commit)
}

// TestWithdrawal runs what GitHub runs to withdraw two records while main is
// red, one after the other, then publishes main when they are merged.
func TestWithdrawal(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs four publications")
	}
	o := newWithdrawing(t)
	folders, ids := o.records(t)
	o.env = append(o.env, "BUILT="+strings.TrimSpace(git(t, o.folder, "rev-parse", "HEAD")))
	change(t, o.folder, folders[2]+"/index.es.md", "\n<b>x</b>\n")
	change(t, o.folder, folders[0]+"/index.es.md", "\nOtra palabra.\n")
	o.push(t)

	o.dispatch(t, ids[0])
	o.checkWithdrawn(t, ids[0], folders[0])
	pull, err := os.ReadFile(filepath.Join(o.folder, "pull.txt"))
	if err != nil || !strings.Contains(string(pull), "head=withdraw/"+ids[0]+" ") {
		t.Errorf("pull request: %s, %v", pull, err)
	}
	o.dispatch(t, ids[1])
	o.checkWithdrawn(t, ids[1], folders[1])
	o.checkWithdrawn(t, ids[0], folders[0])

	o.mergeBoth(t, ids[:2])
}

// mergeBoth shows that main is not published before both are merged.
func (o *withdrawing) mergeBoth(t *testing.T, ids []string) {
	t.Helper()
	var wait step
	for _, s := range readWorkflow(t, filepath.Join(o.folder, ".github", "workflows", "pages.yml")).Jobs["build"].Steps {
		if s.Name == "Wait for withdrawals" {
			wait = s
		}
	}
	if wait.Run == "" {
		t.Fatal("pages.yml does not wait for withdrawals")
	}
	for _, id := range ids {
		o.checkout(t)
		if out, err := o.run(t, wait); err == nil || !strings.Contains(out, "withdraw/") {
			t.Errorf("main is published without the withdrawal of %s: %v\n%s", id, err, out)
		}
		// A squash, which leaves no trace of the branch in main's history.
		git(t, o.folder, "merge", "--quiet", "--squash", "origin/withdraw/"+id)
		git(t, o.folder, "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message", "content: withdraw "+id)
		o.push(t)
	}
	o.checkout(t)
	if out, err := o.run(t, wait); err != nil {
		t.Errorf("after both were merged: %v\n%s", err, out)
	}
}
