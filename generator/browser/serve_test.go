package browser

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A voice is what a running program says, to be read meanwhile.
type voice struct {
	mutex sync.Mutex
	said  bytes.Buffer
}

func (v *voice) Write(p []byte) (int, error) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.said.Write(p)
}

func (v *voice) String() string {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return v.said.String()
}

var loopback = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)

// startServe runs the verb serve over a folder until the test ends, and
// returns the address that it tells.
func startServe(t testing.TB, source string) string {
	t.Helper()
	out, errs := &voice{}, &voice{}
	server := exec.Command(command, "serve", "--source", source, "--port", "0", "--ui", "es")
	server.Stdout, server.Stderr = out, errs
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(os.Interrupt)
		if err := server.Wait(); err != nil {
			t.Errorf("serve ends with %v\n%s", err, errs)
		}
	})
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if address := loopback.FindString(out.String()); address != "" {
			return address
		}
	}
	t.Fatalf("serve tells no address\n%s\n%s", out, errs)
	return ""
}

// testServe is an author's hour: a page is open while files change.
func testServe(t *testing.T, c *chromium, _ *published) {
	source := t.TempDir()
	if err := os.CopyFS(filepath.Join(source, "content"), os.DirFS("../../content")); err != nil {
		t.Fatal(err)
	}
	address := startServe(t, source)
	t.Run("the same bytes", func(t *testing.T) { sameBytes(t, source, address) })

	file := filepath.Join(source, "content/pages/contribuir/index.es.md")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tab := c.open(t, "es")
	tab.visit(address + "es/contribuir/")
	title := evaluate[string](tab, `document.querySelector("h1").innerText`)

	evaluate[bool](tab, `(scrollTo(0, 200), addEventListener("keydown", () => document.title = "x"), true)`)
	start := time.Now()
	save(t, file, string(good)+"\nUna línea nueva.\n")
	tab.until(`document.body.innerText.includes("Una línea nueva.") && performance.getEntriesByName("renewed").length > 0`)
	t.Logf("from the edit to the page: %v", time.Since(start).Round(time.Millisecond))
	if height := evaluate[float64](tab, `scrollY`); height != 200 {
		t.Errorf("the page has moved from 200 to %v", height)
	}
	tab.press("/")
	if !evaluate[bool](tab, `document.activeElement.matches("form[data-find] input")`) {
		t.Error("the scripts of the new state have not run")
	}
	if evaluate[string](tab, `document.title`) == "x" {
		t.Error("a listener of the old state is left")
	}

	save(t, file, strings.Replace(string(good), "\ntitle:", "\ntitulo:", 1))
	tab.until(`document.querySelector("[role=alert]") !== null`)
	overlay := evaluate[string](tab, `document.querySelector("[role=alert]").innerText`)
	for _, part := range []string{"content/pages/contribuir/index.es.md:", "titulo", "title"} {
		if !strings.Contains(overlay, part) {
			t.Errorf("the overlay has no %q: %s", part, overlay)
		}
	}
	tab.until(`getComputedStyle(document.querySelector("[role=alert]")).position === "fixed"`)
	if evaluate[string](tab, `document.querySelector("h1").innerText`) != title || !evaluate[bool](tab, `document.body.innerText.includes("Una línea nueva.")`) {
		t.Error("the last good page is not there beneath the overlay")
	}
	if other := fetch(t, address+"es/"); !strings.Contains(other, "<h1") {
		t.Error("the other pages are gone")
	}

	save(t, file, string(good))
	tab.until(`document.querySelector("[role=alert]") === null && !document.body.innerText.includes("Una línea nueva.")`)

	// A page that comes while its reader has not begun to listen.
	old := fetch(t, address+"es/glosario/")
	tab.visit(address + "es/glosario/")
	folder := filepath.Join(source, "content/glossary/palabra-nueva")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(folder, "index.es.md"), "---\nid: 0000000\ntitle: \"Palabra nueva\"\nsummary: \"Lo que quiere decir.\"\n---\n")
	tab.until(`document.querySelector("main").innerText.includes("Palabra nueva")`)
	response, err := http.Get(address[:len(address)-1] + regexp.MustCompile(`data-events="([^"]+)"`).FindStringSubmatch(old)[1])
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if said, _ := bufio.NewReader(response.Body).ReadString('\n'); said != "event: reload\n" {
		t.Errorf("a page of an older version is told %q", said)
	}
	tab.visit(address + "es/glosario/palabra-nueva/")
	tab.until(`document.querySelector("h1").innerText === "Palabra nueva"`)
	tab.quiet(address[:len(address)-1] + basePath)
}

func save(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var injected = regexp.MustCompile(`<script src="/-/assets/serve\.[0-9a-f]{8}\.js" data-style="/-/assets/serve\.[0-9a-f]{8}\.css" data-events="/-/events\?\d+" defer></script>\n`)

// ofBuild are the files that tell of all others; only a build makes them.
var ofBuild = regexp.MustCompile(`^(?:build\.json|offline/[a-z-]+/(?:manifest\.json|[0-9a-f]{16}\.(?:json|pack)))$`)

// sameBytes compares what is served with what is built, but for what serve
// adds to pages.
func sameBytes(t *testing.T, source, address string) {
	out := filepath.Join(t.TempDir(), "public")
	generate(t, "build", "--source", source, "--worktree", "--out", out)
	var different []string
	for _, name := range filesOf(t, os.DirFS(out)) {
		built, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		served := fetch(t, address+name)
		if strings.HasSuffix(name, ".html") {
			served = injected.ReplaceAllLiteralString(served, "")
		}
		if !ofBuild.MatchString(name) && served != string(built) {
			different = append(different, name)
		}
	}
	if len(different) > 0 {
		t.Errorf("%d files differ: %q", len(different), different)
	}
}

// filesOf lists the files of a tree.
func filesOf(t *testing.T, tree fs.FS) []string {
	t.Helper()
	var names []string
	if err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return names
}
