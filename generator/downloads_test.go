package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestDownloadsOfTools makes the files for which other programs are needed.
// The ZIM file is checked where it is made.
func TestDownloadsOfTools(t *testing.T) {
	for _, tool := range []string{"git", "zimwriterfs", "zimcheck", "pdfinfo", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, tool)
		}
	}
	if _, err := new(program).tool(browsers...); err != nil {
		missing(t, strings.Join(browsers, ", "))
	}
	source := t.TempDir()
	if err := layOut(source); err != nil {
		t.Fatal(err)
	}
	git(t, source, "init", "--quiet")
	git(t, source, "add", "content")
	git(t, source, "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message", "one")
	out := filepath.Join(t.TempDir(), "files")
	var said, told bytes.Buffer
	if status := run([]string{"downloads", "--ui", "en", "--source", source, "--kinds", "pdf,zim", "--out", out}, &told, &said); status != exitDone {
		t.Fatalf("status %d: %s", status, said.String())
	}
	info, err := exec.Command("pdfinfo", filepath.Join(out, "acervo-es.pdf")).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(info), "Pages:")
	if pages, err := strconv.Atoi(strings.Fields(rest)[0]); err != nil || pages < 8 || !strings.Contains(string(info), "(A4)") || !strings.Contains(string(info), "Acervo") {
		t.Errorf("%d pages: %s", pages, info)
	}
	text, err := exec.Command("pdftotext", "-layout", filepath.Join(out, "acervo-es.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"https://acervo.example/es/", "Índices", "Temas"} { // what was closed is open
		if !strings.Contains(string(text), want) {
			t.Errorf("the PDF has no %q:\n%s", want, text)
		}
	}
	if zim, err := os.ReadFile(filepath.Join(out, "acervo-en.zim")); err != nil || !bytes.HasPrefix(zim, []byte("ZIM\x04")) {
		t.Errorf("the ZIM file: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	said.Reset()
	if status := run([]string{"downloads", "--ui", "en", "--source", source, "--kinds", "zim", "--out", out + "-2"}, &told, &said); status != exitIO ||
		!strings.Contains(said.String(), "zimwriterfs") {
		t.Errorf("without the tool: status %d: %s", status, said.String())
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(out), ".downloads-*")); err != nil || len(left) > 0 {
		t.Errorf("what was begun is still there: %q", left)
	}
}

func TestShortened(t *testing.T) {
	for text, want := range map[string]string{
		"Acervo": "Acervo", "Un catálogo de buenas prácticas, con fuentes": "Un catálogo de buenas…", "Donaudampfschifffahrtsgesellschaft": "Donaudampfschifffahrtsgesel…",
	} {
		got := shortened(text, 28)
		if got != want || utf8.RuneCountInString(got) > 28 {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
