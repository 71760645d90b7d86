// Package browser holds the tests that open what the command makes in real
// browsers. It is apart from the command so that each has its own ten minutes,
// which go test gives a package.
package browser

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// command is the program that the tests run.
var command string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "browser")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	command = filepath.Join(dir, "generator")
	if out, err := exec.Command("go", "build", "-o", command, "acervo/generator").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// generate runs the command, which must do what it is asked for.
func generate(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), command, append(args, "--ui", "en")...).CombinedOutput(); err != nil {
		t.Fatalf("generator %q: %v\n%s", args, err, out)
	}
}

// layOut writes the site of the command's own tests into a folder, and takes
// its translations as current.
func layOut(t testing.TB, dir string) {
	t.Helper()
	archive, err := txtar.ParseFile("../testdata/site.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	generate(t, "status", "--accept-all", "--source", dir)
}

// missing skips a test for want of a tool, or fails it where all are required.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("ACERVO_CI") != "" {
		t.Fatalf("no %s", what)
	}
	t.Skipf("no %s", what)
}

// compressed returns the size of data as a server sends it.
func compressed(t testing.TB, data []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
