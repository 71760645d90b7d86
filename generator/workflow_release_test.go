package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"acervo/generator/content"
)

// releaseGH answers as gh does where the workflows ask it about releases: those
// in $HELD are there, each with the list of what it holds. It notes in gh.txt
// what it is told to do.
const releaseGH = `#!/bin/bash
case "$1 $2" in
  "release view") [ -d "$HELD/$3" ] ;;
  "release list") ls "$HELD" ;;
  "release download")
    tag=$3 dir=.
    while [ $# -gt 0 ]; do if [ "$1" = --dir ]; then dir=$2; fi; shift; done
    cp "$HELD/$tag/records.json" "$dir/" ;;
  "release create" | "release delete") echo "$@" >> gh.txt ;;
  "api --method") ;;
  "api repos/"*) echo "$@" >> gh.txt; echo '{"html_url": "https://github.example/pull/9"}' ;;
esac
`

// A releasing runs the workflow release.yml in a clone whose origin is a bare
// repository.
type releasing struct {
	runner
	w      workflow
	origin string
	held   string
	output string
}

func newReleasing(t *testing.T) *releasing {
	clone, _ := freshClone(t)
	if _, err := exec.LookPath("jq"); err != nil {
		missing(t, "jq")
	}
	file := filepath.Join(clone, ".github", "workflows", "release.yml")
	if _, err := os.Stat(file); err != nil {
		missing(t, "commit with release.yml")
	}
	o := &releasing{
		w: readWorkflow(t, file), origin: filepath.Join(t.TempDir(), "acervo", "acervo"), held: t.TempDir(), output: filepath.Join(t.TempDir(), "output"),
	}
	git(t, clone, "clone", "--quiet", "--bare", ".", o.origin)
	git(t, clone, "remote", "set-url", "origin", o.origin)
	tools := t.TempDir()
	for name, text := range map[string]string{"gh": releaseGH, "epubcheck": "#!/bin/bash\ntest -f \"$2\"\n"} {
		if err := os.WriteFile(filepath.Join(tools, name), []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	o.runner = runner{folder: clone, values: map[string]string{
		"steps.pages.outputs.base_url": "https://acervo.example", "github.token": "none", "github.repository": "acervo/acervo",
		"github.server_url": "file://" + filepath.ToSlash(filepath.Dir(filepath.Dir(o.origin))), "github.event.repository.default_branch": "main",
		"github.sha": strings.TrimSpace(git(t, clone, "rev-parse", "HEAD")),
	}}
	o.env = []string{
		"PATH=" + tools + string(os.PathListSeparator) + os.Getenv("PATH"), "HELD=" + o.held, "GITHUB_OUTPUT=" + o.output,
		"GITHUB_STEP_SUMMARY=" + filepath.Join(t.TempDir(), "summary"),
	}
	return o
}

// job runs the steps of a job. The files are made in two kinds only, and
// nothing is installed.
func (o *releasing) job(t *testing.T, w workflow, name string) {
	t.Helper()
	ran := 0
	for _, s := range w.Jobs[name].Steps {
		if strings.Contains(s.Run, "apt-get") {
			continue
		}
		s.Run = strings.Replace(s.Run, "downloads --base-url", "downloads --kinds html,epub --base-url", 1)
		if out, err := o.run(t, s); err != nil {
			t.Fatalf("step %q: %v\n%s", s.Name, err, out)
		}
		if s.Run != "" {
			ran++
		}
		if data, err := os.ReadFile(o.output); err == nil {
			for _, line := range strings.Fields(string(data)) {
				if key, value, ok := strings.Cut(line, "="); ok {
					o.values["steps."+s.ID+".outputs."+key], o.values["needs."+name+".outputs."+key] = value, value
				}
			}
		}
	}
	if ran == 0 {
		t.Fatalf("no steps in %s", name)
	}
}

// told returns what gh was told since it was asked last.
func (o *releasing) told(t *testing.T) string {
	t.Helper()
	file := filepath.Join(o.folder, "gh.txt")
	data, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	os.Remove(file)
	return string(data)
}

// hold puts a release with records under a name.
func (o *releasing) hold(t *testing.T, tag string, records ...string) {
	t.Helper()
	data, err := json.Marshal(holds{"", records})
	if err == nil {
		err = os.MkdirAll(filepath.Join(o.held, tag), 0o777)
	}
	if err == nil && records != nil {
		err = os.WriteFile(filepath.Join(o.held, tag, recordsFile), data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestRelease runs what GitHub runs to publish the downloads, then what it runs
// when a record was withdrawn.
func TestRelease(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("makes the downloads")
	}
	o := newReleasing(t)
	o.job(t, o.w, "build")
	tag := o.values["needs.build.outputs.tag"]
	if !regexp.MustCompile(`^files-\d{4}-\d\d-\d\d-[0-9a-f]{10}$`).MatchString(tag) {
		t.Fatalf("the release is called %q", tag)
	}
	var h holds
	data, err := os.ReadFile(filepath.Join(o.folder, "downloads", recordsFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &h); err != nil || len(h.Records) < 100 {
		t.Fatalf("the files hold %d records: %v", len(h.Records), err)
	}
	o.job(t, o.w, "publish")
	told := o.told(t)
	for _, want := range []string{"release create " + tag + " ", "downloads/acervo-es.html", "downloads/records.json", "head=downloads "} {
		if !strings.Contains(told, want) {
			t.Errorf("gh was not told %q: %s", want, told)
		}
	}
	o.checkOffer(t, tag)

	o.hold(t, tag, h.Records...)
	o.hold(t, "files-2025-01-02-0123456789", append([]string{"z00000z"}, h.Records...)...)
	o.hold(t, "files-2025-02-02-0123456789")
	o.hold(t, "v1", "z00000z")
	o.job(t, o.w, "compare")
	if got, want := o.values["needs.compare.outputs.tags"], "files-2025-01-02-0123456789"; !strings.HasPrefix(got, want) {
		t.Errorf("stale: %q", got)
	}
	data, err = os.ReadFile(o.output)
	if err != nil {
		t.Fatal(err)
	}
	_, tags, _ := strings.Cut(string(data), "tags=")
	if got := strings.Fields(tags); !slices.Equal(got, []string{"files-2025-01-02-0123456789", "files-2025-02-02-0123456789"}) {
		t.Errorf("stale: %q", got)
	}
	o.values["needs.compare.outputs.tags"] = strings.TrimSpace(tags)
	o.job(t, o.w, "remove")
	if told := o.told(t); strings.Count(told, "release delete files-2025-") != 2 || strings.Contains(told, tag) || strings.Contains(told, "v1") {
		t.Errorf("deleted: %s", told)
	}

	// What the workflow withdraw does at once.
	o.values["inputs.id"] = h.Records[len(h.Records)-1]
	o.job(t, readWorkflow(t, filepath.Join(o.folder, ".github", "workflows", "withdraw.yml")), "files")
	if told := o.told(t); !strings.Contains(told, "release delete "+tag+" ") || !strings.Contains(told, "files-2025-02-02") || strings.Contains(told, "v1") {
		t.Errorf("deleted: %s", told)
	}
}

// checkOffer reads the list that the pull request brings.
func (o *releasing) checkOffer(t *testing.T, tag string) {
	t.Helper()
	if files := strings.Fields(git(t, o.origin, "diff", "--name-only", "HEAD", "downloads")); !slices.Equal(files, []string{content.DownloadsFile}) {
		t.Errorf("the pull request changes %q", files)
	}
	list := git(t, o.origin, "show", "downloads:"+content.DownloadsFile)
	if n := strings.Count(list, "/acervo/acervo/releases/download/"+tag+"/acervo-"); n != 8 || strings.Count(list, "- {file: ") != n {
		t.Errorf("the list has %d files:\n%s", n, list)
	}
}
