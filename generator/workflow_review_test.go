package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReviewSummary runs what GitHub runs for a proposal: its summary tells what
// changes, also where there are faults.
func TestReviewSummary(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program and reads the content four times")
	}
	clone, _ := freshClone(t)
	var tell step
	for _, s := range readWorkflow(t, filepath.Join(clone, ".github", "workflows", "check.yml")).Jobs["content"].Steps {
		if strings.Contains(s.Run, "review") {
			tell = s
		}
	}
	if tell.Run == "" {
		missing(t, "commit with review in check.yml")
	}
	if err := exec.Command("git", "-C", clone, "config", "user.name", "test").Run(); err != nil {
		t.Fatal(err)
	}
	summary := filepath.Join(t.TempDir(), "summary.md")
	r := runner{
		folder: clone, values: map[string]string{"github.event.pull_request.base.sha": strings.TrimSpace(git(t, clone, "rev-parse", "HEAD"))},
		env: []string{"RUNNER_TEMP=" + t.TempDir(), "GITHUB_STEP_SUMMARY=" + summary},
	}
	practices, err := filepath.Glob(filepath.Join(clone, "content", "practices", "*", "index.es.md"))
	if err != nil || len(practices) == 0 {
		t.Fatalf("no practices: %v", err)
	}
	name, _ := filepath.Rel(clone, practices[0])
	change(t, clone, filepath.ToSlash(name), "\nOtra palabra.\n\n[@todos](javascript:`@todos`)\n")
	if out, err := r.run(t, tell); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"### Fichas: 1", "### Records: 1", "### Traducciones que quedan atrasadas: ", "[link-scheme]"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the summary lacks %q:\n%s", want, text)
		}
	}
	for _, file := range []string{"review.es.html", "review.en.html"} {
		if page, err := os.ReadFile(filepath.Join(clone, file)); err != nil || !strings.Contains(string(page), "<ins>") {
			t.Errorf("%s: %v", file, err)
		}
	}
}
