package main

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"acervo/generator/content"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"generator": main})
}

// TestScripts runs the command in a folder that holds the site of
// testdata/site.txtar under the script's own files.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: func(env *testscript.Env) error { return layOut(env.WorkDir) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"codes": codes, "sub": substitute, "status": exitStatus, "git": inGit, "web": web,
		},
	})
}

// layOut writes the shared site into a folder, except for files that are there,
// and takes its translations as current.
func layOut(dir string) error {
	archive, err := txtar.ParseFile(filepath.Join("testdata", "site.txtar"))
	if err != nil {
		return err
	}
	for _, f := range archive.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if _, err := os.Stat(name); err == nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			return err
		}
	}
	library, _ := content.Read(os.DirFS(dir), nil)
	for _, f := range archive.Files {
		page := library.PageAt(f.Name)
		if page == nil || page.Translation == nil {
			continue
		}
		data, ok := content.Accept(f.Data, page.Entry.Original().Hash)
		if !ok {
			return fs.ErrInvalid
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(f.Name)), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// codes compares the codes of the faults in the last output, which is JSON,
// each once, with its arguments.
func codes(ts *testscript.TestScript, neg bool, want []string) {
	var faults []struct{ Code string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &faults))
	var got []string
	for _, f := range faults {
		got = append(got, f.Code)
	}
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		ts.Fatalf("codes %q, want %q", got, want)
	}
}

// substitute replaces a text in a file: sub <file> <old> <new>.
func substitute(ts *testscript.TestScript, neg bool, args []string) {
	old := ts.ReadFile(args[0])
	if !strings.Contains(old, args[1]) {
		ts.Fatalf("%s: no %q in\n%s", args[0], args[1], old)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(old, args[1], args[2])), 0o666))
}

// exitStatus runs the command and compares its exit status: status <n> <args>.
func exitStatus(ts *testscript.TestScript, neg bool, args []string) {
	script := `generator "$@"; code=$?; test $code = ` + args[0] + ` || { echo "exit status $code" >&2; exit 1; }`
	ts.Check(ts.Exec("sh", append([]string{"-c", script, "sh"}, args[1:]...)...))
}

// inGit runs git in the script's folder, without any configuration of the
// machine.
func inGit(ts *testscript.TestScript, neg bool, args []string) {
	for _, key := range []string{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"} {
		ts.Setenv(key, os.DevNull)
	}
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		ts.Setenv("GIT_"+who+"_NAME", "Editor")
		ts.Setenv("GIT_"+who+"_EMAIL", "editor@acervo.example")
		ts.Setenv("GIT_"+who+"_DATE", "2026-01-02T03:04:05Z")
	}
	ts.Check(ts.Exec("git", args...))
}

// web serves a folder until the script ends: web <folder>. $SITE is its
// address.
func web(ts *testscript.TestScript, neg bool, args []string) {
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(server.Close)
	ts.Setenv("SITE", server.URL+"/")
}
