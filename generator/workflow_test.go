package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// A workflow is what these tests read of a workflow file.
type workflow struct {
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Permissions map[string]string `yaml:"permissions"`
		Steps       []step            `yaml:"steps"`
	} `yaml:"jobs"`
}

type step struct {
	ID   string            `yaml:"id"`
	Name string            `yaml:"name"`
	If   string            `yaml:"if"`
	Uses string            `yaml:"uses"`
	With map[string]any    `yaml:"with"`
	Env  map[string]string `yaml:"env"`
	Run  string            `yaml:"run"`
}

func readWorkflow(t *testing.T, path string) workflow {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var w workflow
	if err := yaml.Unmarshal(data, &w); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return w
}

// workflows returns the workflow files of the repository by name.
func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	paths, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	all := map[string]workflow{}
	for _, path := range paths {
		all[filepath.Base(path)] = readWorkflow(t, path)
	}
	return all
}

// actionlint is run and not linked: it needs another yaml/v4 than the program.
const actionlint = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"

func TestWorkflowsLint(t *testing.T) {
	if out, err := exec.Command("go", "run", actionlint, "-version").CombinedOutput(); err != nil {
		t.Logf("%s", out)
		missing(t, "actionlint")
	}
	for name := range workflows(t) {
		lint := exec.Command("go", "run", actionlint, "-no-color", "-shellcheck=", "-pyflakes=", filepath.Join(".github", "workflows", name))
		lint.Dir = ".."
		if out, err := lint.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// An action is named by its commit, since a tag can be moved, with its version
// for the reader and for Dependabot.
var pinned = regexp.MustCompile(`^\s*(?:- )?uses: [a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+(?:\.\d+\.\d+)?$`)

func TestWorkflowsPinActions(t *testing.T) {
	for name := range workflows(t) {
		data, err := os.ReadFile("../.github/workflows/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(data), "\n") {
			if strings.Contains(line, "uses:") && !pinned.MatchString(line) {
				t.Errorf("%s:%d: not pinned: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// What each job may do. A job that writes runs nothing of the repository.
var allowed = map[string]string{
	"check.yml/content":    "map[contents:read]",
	"check.yml/program":    "map[contents:read]",
	"pages.yml/build":      "map[contents:read]",
	"pages.yml/deploy":     "map[id-token:write pages:write]",
	"pages.yml/attest":     "map[attestations:write id-token:write]",
	"pages.yml/report":     "map[issues:write]",
	"release.yml/build":    "map[contents:read]",
	"release.yml/attest":   "map[attestations:write id-token:write]",
	"release.yml/publish":  "map[contents:write pull-requests:write]",
	"release.yml/compare":  "map[contents:read]",
	"release.yml/remove":   "map[contents:write]",
	"withdraw.yml/build":   "map[actions:read contents:read]",
	"withdraw.yml/files":   "map[contents:write]",
	"withdraw.yml/propose": "map[contents:write pull-requests:write]",
	"withdraw.yml/deploy":  "map[id-token:write pages:write]",
	"withdraw.yml/attest":  "map[attestations:write id-token:write]",
}

func TestWorkflowsPermissions(t *testing.T) {
	jobs := 0
	for name, w := range workflows(t) {
		if w.Permissions == nil || len(w.Permissions) > 0 {
			t.Errorf("%s: permissions of the whole workflow: %v, want {}", name, w.Permissions)
		}
		for job, j := range w.Jobs {
			jobs++
			if got := fmt.Sprint(j.Permissions); got != allowed[name+"/"+job] {
				t.Errorf("%s: job %s: permissions %s, want %q", name, job, got, allowed[name+"/"+job])
			}
			for _, s := range j.Steps {
				if strings.Contains(s.Run, "${{") {
					t.Errorf("%s: job %s: an expression in run: %s", name, job, s.Name)
				}
				if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
					t.Errorf("%s: job %s: checkout keeps the credentials", name, job)
				}
			}
		}
	}
	if jobs != len(allowed) {
		t.Errorf("%d jobs, want %d", jobs, len(allowed))
	}
}

// missing skips a test whose tool is not here. Where .ci/run runs it, that is a
// failure.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("ACERVO_CI") != "" {
		t.Fatalf("no %s", what)
	}
	t.Skipf("no %s", what)
}

// freshClone clones the commit at HEAD, with its whole history, and returns
// the clone and its workflow pages.yml.
func freshClone(t *testing.T) (string, workflow) {
	t.Helper()
	for _, tool := range []string{"git", "bash", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, tool)
		}
	}
	if exec.Command("git", "-C", "..", "cat-file", "-e", "HEAD:.github/workflows/pages.yml").Run() != nil {
		missing(t, "commit with .github/workflows/pages.yml")
	}
	clone := filepath.Join(t.TempDir(), "acervo")
	if out, err := exec.Command("git", "clone", "--quiet", "--no-hardlinks", "..", clone).CombinedOutput(); err != nil {
		t.Fatalf("git clone: %v\n%s", err, out)
	}
	return clone, readWorkflow(t, filepath.Join(clone, ".github", "workflows", "pages.yml"))
}

// A runner runs the run steps of a job as GitHub does on Linux.
type runner struct {
	folder string
	values map[string]string // by expression
	env    []string
}

var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)

// run runs a step and returns what it wrote. A step that uses an action does
// nothing here.
func (r runner) run(t *testing.T, s step) (string, error) {
	t.Helper()
	if s.Run == "" {
		return "", nil
	}
	script := filepath.Join(t.TempDir(), "step.sh")
	if err := os.WriteFile(script, []byte(s.Run), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir = r.folder
	cmd.Env = append(os.Environ(), r.env...)
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+expression.ReplaceAllStringFunc(value, func(e string) string {
			known, ok := r.values[expression.FindStringSubmatch(e)[1]]
			if !ok {
				t.Fatalf("step %q: no value for %s", s.Name, e)
			}
			return known
		}))
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestPublication runs what GitHub runs, from a clone of HEAD: a first
// publication, then a second one after a change of the style, then one of a
// content with a fault.
func TestPublication(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs the publication three times")
	}
	clone, w := freshClone(t)
	live := filepath.Join(t.TempDir(), "live") // what is published
	server := httptest.NewServer(http.StripPrefix("/acervo/", http.FileServer(http.Dir(live))))
	defer server.Close()
	r := runner{folder: clone, values: map[string]string{"steps.pages.outputs.base_url": server.URL + "/acervo"}}

	r.publish(t, w)
	first := checkPublic(t, clone, server.URL+"/acervo/")
	if carried := carriedNames(t, clone); len(carried) != 0 {
		t.Errorf("the first publication carried %v", carried)
	}
	if err := os.CopyFS(live, os.DirFS(filepath.Join(clone, "public"))); err != nil {
		t.Fatal(err)
	}

	change(t, clone, "assets/main.css", "body { --of-the-second-publication: 1 }\n")
	r.publish(t, w)
	second := checkPublic(t, clone, server.URL+"/acervo/")
	carried := carriedNames(t, clone)
	if len(carried) != 1 || !first.names()[carried[0]] || second.names()[carried[0]] {
		t.Errorf("the second publication carried %v", carried)
	}

	practices, err := filepath.Glob(filepath.Join(clone, "content", "practices", "*", "index.es.md"))
	if err != nil || len(practices) == 0 {
		t.Fatalf("no practices: %v", err)
	}
	name, _ := filepath.Rel(clone, practices[0])
	change(t, clone, filepath.ToSlash(name), "\n[@todos](javascript:`@todos`)\n\n<b>x</b>\n")
	r.reportsFaults(t, w, filepath.ToSlash(name))
}

// reportsFaults runs what follows a fault: the build stops, and the job report
// tells why.
func (r runner) reportsFaults(t *testing.T, w workflow, path string) {
	t.Helper()
	for _, s := range w.Jobs["build"].Steps {
		if out, err := r.run(t, s); s.ID == "site" && (err == nil || !strings.Contains(out, "::error file="+path)) {
			t.Fatalf("step %q: %v\n%s", s.Name, err, out)
		} else if s.ID == "faults" && err != nil {
			t.Fatalf("step %q: %v\n%s", s.Name, err, out)
		}
	}
	r.values["github.token"] = "none"
	r.values["github.server_url"] = "https://github.example"
	r.values["github.repository"] = "acervo/acervo"
	r.values["github.run_id"] = "7"
	issue, body := r.report(t, w, `[{"title": "other", "number": 2}]`)
	if !strings.Contains(issue, "repos/acervo/acervo/issues --raw-field title=La publicación está detenida") {
		t.Errorf("no issue was opened: %s", issue)
	}
	checkReport(t, body, path)
	issue, _ = r.report(t, w, `[{"title": "other", "number": 2}, {"title": "La publicación está detenida · Publication is stopped", "number": 3}]`)
	if !strings.Contains(issue, "repos/acervo/acervo/issues/3/comments") {
		t.Errorf("the open issue got no comment: %s", issue)
	}
	if err := os.RemoveAll(filepath.Join(r.folder, "faults")); err != nil {
		t.Fatal(err)
	}
	if _, body = r.report(t, w, "[]"); !strings.Contains(body, "see the log") {
		t.Errorf("a build that stopped without faults: %s", body)
	}
}

// checkReport expects the faults in both languages, all of them as code.
func checkReport(t *testing.T, body, path string) {
	t.Helper()
	faults, hostile := 0, 0
	for _, line := range strings.Split(body, "\n") {
		if strings.Contains(line, path) {
			faults++
		}
		if strings.Contains(line, "@todos") {
			hostile++
		}
		if strings.Contains(line, "@todos") && !strings.HasPrefix(line, "    ") {
			t.Errorf("not set as code: %q", line)
		}
	}
	if faults < 4 || hostile < 2 || !strings.Contains(body, "/actions/runs/7)") {
		t.Errorf("the report:\n%s", body)
	}
}

// report runs the job report with a gh that answers with the given open issues.
// It returns how the issue was written and its text.
func (r runner) report(t *testing.T, w workflow, open string) (issue, body string) {
	t.Helper()
	if _, err := exec.LookPath("jq"); err != nil {
		missing(t, "jq")
	}
	tools := t.TempDir()
	gh := "#!/bin/bash\nif [ \"$2\" = --method ]; then printf '%s' \"$OPEN\"; else echo \"$@\" > issue.txt; echo '{\"html_url\": \"https://github.example\"}'; fi\n"
	if err := os.WriteFile(filepath.Join(tools, "gh"), []byte(gh), 0o777); err != nil {
		t.Fatal(err)
	}
	r.env = []string{"PATH=" + tools + string(os.PathListSeparator) + os.Getenv("PATH"), "OPEN=" + open, "GITHUB_REPOSITORY=acervo/acervo"}
	for _, s := range w.Jobs["report"].Steps {
		if out, err := r.run(t, s); err != nil {
			t.Fatalf("step %q: %v\n%s", s.Name, err, out)
		}
	}
	var text [2]string
	for i, name := range []string{"issue.txt", "body.md"} {
		data, err := os.ReadFile(filepath.Join(r.folder, name))
		if err != nil {
			t.Fatal(err)
		}
		text[i] = string(data)
	}
	return text[0], text[1]
}

// publish runs the run steps of the job build that need no failure.
func (r runner) publish(t *testing.T, w workflow) {
	t.Helper()
	ran := 0
	for _, s := range w.Jobs["build"].Steps {
		if s.Run == "" || s.If != "" {
			continue
		}
		ran++
		if out, err := r.run(t, s); err != nil {
			t.Fatalf("step %q: %v\n%s", s.Name, err, out)
		}
	}
	if ran < 2 {
		t.Fatalf("ran %d steps, want the build and what is carried", ran)
	}
}

// checkPublic looks at the built folder as Pages would serve it.
func checkPublic(t *testing.T, clone, base string) listing {
	t.Helper()
	public := filepath.Join(clone, "public")
	_, built, err := new(program).openBuilt(public)
	if err != nil {
		t.Fatal(err)
	}
	var record struct {
		Commit  string
		Dirty   bool
		Options map[string]string
	}
	data, err := os.ReadFile(filepath.Join(public, "build.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &record); err != nil {
		t.Fatal(err)
	}
	head := strings.TrimSpace(git(t, clone, "rev-parse", "HEAD"))
	if record.Commit != head || record.Dirty || record.Options["base-url"] != base {
		t.Errorf("build.json: %+v, want commit %s, base %s", record, head, base)
	}
	names := built.names()
	for _, name := range []string{"index.html", "404.html", "es/index.html"} {
		page, err := os.ReadFile(filepath.Join(public, name))
		if err != nil || !names[name] {
			t.Errorf("%s is not published: %v", name, err)
			continue
		}
		checkAddresses(t, name, string(page), names)
	}
	return built
}

var absolutePath = regexp.MustCompile(`(?:href|src)="(/[^"#?]*)`)

// checkAddresses looks for every absolute path of a page in the site.
func checkAddresses(t *testing.T, page, text string, names map[string]bool) {
	t.Helper()
	for _, match := range absolutePath.FindAllStringSubmatch(text, -1) {
		name, below := strings.CutPrefix(match[1], "/acervo/")
		if name == "" || strings.HasSuffix(name, "/") {
			name += "index.html"
		}
		if !below || !names[name] {
			t.Errorf("%s leads to %s, which is not in the site", page, match[1])
		}
	}
}

func carriedNames(t *testing.T, clone string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(clone, "public", "carried.json"))
	if err != nil {
		t.Fatal(err)
	}
	var carried listing
	if err := json.Unmarshal(data, &carried); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range carried.Files {
		names = append(names, f.Name)
	}
	return names
}

// change adds text to a file of the clone and commits it.
func change(t *testing.T, clone, name, text string) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(clone, filepath.FromSlash(name)), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	git(t, clone, "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--all", "--message", "change "+name)
}

func git(t *testing.T, folder string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", folder}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}
