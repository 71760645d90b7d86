package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hashed names a file as assets does.
func hashed(stem, ext, data string) string {
	sum := sha256.Sum256([]byte(data))
	return fmt.Sprintf("assets/%s.%x.%s", stem, sum[:4], ext)
}

// publish writes a site with its build.json into a new folder.
func publish(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	built := listing{Generator: "acervo"}
	for name, data := range files {
		write(t, folder, name, data)
		sum := sha256.Sum256([]byte(data))
		built.Files = append(built.Files, carriedFile{Name: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])})
	}
	record, err := json.Marshal(built)
	if err != nil {
		t.Fatal(err)
	}
	write(t, folder, "build.json", string(record))
	return folder
}

func write(t *testing.T, folder, name, data string) {
	t.Helper()
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
}

// carryAt runs the verb at a moment and returns what carried.json then lists
// and what was told.
func carryAt(t *testing.T, live, folder string, now time.Time) (listing, string) {
	t.Helper()
	var told bytes.Buffer
	p := &program{ui: "en", stdout: &told, stderr: &told}
	if err := p.carry(context.Background(), live, folder, now); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(folder, "carried.json"))
	if err != nil {
		t.Fatal(err)
	}
	var carried listing
	if err := json.Unmarshal(data, &carried); err != nil {
		t.Fatal(err)
	}
	for _, f := range carried.Files {
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(f.Name)))
		if sum := sha256.Sum256(data); err != nil || hex.EncodeToString(sum[:]) != f.SHA256 {
			t.Errorf("%s is listed and not there: %v", f.Name, err)
		}
	}
	return carried, told.String()
}

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestCarry(t *testing.T) {
	css, js, same := hashed("main", "css", "old"), hashed("main", "js", "old()"), hashed("exit", "js", "exit()")
	picture := hashed("photo", "jpg", "withdrawn")
	live := publish(t, map[string]string{
		css: "old", js: "old()", same: "exit()", picture: "withdrawn",
		"es/index.html": "page", "assets/unhashed.js": "x", strings.Replace(js, "assets", "es", 1): "old()",
	})
	folder := publish(t, map[string]string{hashed("main", "css", "new"): "new", same: "exit()"})
	carried, _ := carryAt(t, live, folder, monday)
	if names := carried.names(); len(carried.Files) != 2 || !names[css] || !names[js] {
		t.Errorf("carried %+v", carried.Files)
	}
	for _, f := range carried.Files {
		if !f.Since.Equal(monday) || f.Builds != 1 {
			t.Errorf("%s: since %v, builds %d", f.Name, f.Since, f.Builds)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, filepath.FromSlash(picture))); err == nil {
		t.Error("a picture was carried")
	}
}

// A file leaves after three publications, or later when they follow each other
// so fast that a browser may still hold the page that asks for it.
func TestCarryEnds(t *testing.T) {
	old := hashed("main", "css", "old")
	for _, test := range []struct {
		between time.Duration
		want    int
	}{
		{24 * time.Hour, 3},
		{7 * 24 * time.Hour, 3},
		{20 * 24 * time.Hour, 2},
		{10 * time.Minute, 7},
		{-time.Hour, 10}, // a clock put back
	} {
		live, now, times := publish(t, map[string]string{old: "old"}), monday, 0
		for range 10 {
			folder := publish(t, map[string]string{hashed("main", "css", "new"): "new"})
			carried, _ := carryAt(t, live, folder, now)
			times += len(carried.Files)
			live, now = folder, now.Add(test.between)
		}
		if times != test.want {
			t.Errorf("every %v: carried %d times, want %d", test.between, times, test.want)
		}
	}
}

func TestCarryOverHTTP(t *testing.T) {
	old := hashed("main", "css", "old")
	live := publish(t, map[string]string{old: "old"})
	server := httptest.NewServer(http.StripPrefix("/acervo", http.FileServer(http.Dir(live))))
	defer server.Close()
	for address, want := range map[string]int{server.URL + "/acervo": 1, server.URL + "/acervo/": 1, server.URL + "/other/": 0} {
		carried, told := carryAt(t, address, publish(t, nil), monday)
		if len(carried.Files) != want || want == 0 && !strings.Contains(told, "no published site") {
			t.Errorf("%s: %+v\n%s", address, carried.Files, told)
		}
	}
}

// A live site that is not what it says must not stop a publication, and
// nothing of it is published again.
func TestCarryDoubts(t *testing.T) {
	old := hashed("main", "css", "old")
	good := publish(t, map[string]string{old: "old"})
	forged := publish(t, map[string]string{old: "old"})
	write(t, forged, old, "0ld")
	longer := publish(t, map[string]string{old: "old"})
	write(t, longer, old, "old, and more")
	misnamed := publish(t, map[string]string{"assets/main.00000000.css": "old"})
	gone := publish(t, map[string]string{old: "old"})
	if err := os.Remove(filepath.Join(gone, filepath.FromSlash(old))); err != nil {
		t.Fatal(err)
	}
	foreign, page, unlisted := t.TempDir(), t.TempDir(), publish(t, nil)
	write(t, foreign, "build.json", `{"generator": "other", "files": [{"name": "`+old+`"}]}`)
	write(t, page, "build.json", "<!doctype html>")
	write(t, unlisted, "carried.json", "[")
	outside := publish(t, nil)
	write(t, outside, "carried.json", `{"files": [{"name": "assets/../../x.00000000.js", "sha256": "00000000"}, {"name": "/etc/x.00000000.js", "sha256": "00000000"}]}`)
	turned := httptest.NewServer(http.RedirectHandler("https://elsewhere.example/", http.StatusFound))
	defer turned.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer broken.Close()
	for live, want := range map[string]string{
		forged: "not the file", longer: "more than 3 bytes", gone: "is not carried", misnamed: "", outside: "",
		foreign: "not of this program", page: "invalid character", unlisted: "not carried again",
		filepath.Join(good, "missing"): "no published site",
		turned.URL:                     "redirected",
		broken.URL:                     "502",
		"http://acervo.invalid/":       "not https",
	} {
		carried, told := carryAt(t, live, publish(t, nil), monday)
		if len(carried.Files) != 0 || !strings.Contains(told, want) {
			t.Errorf("%s: %+v, told:\n%swant %q", live, carried.Files, told, want)
		}
	}
}

func TestCarryLimits(t *testing.T) {
	files := map[string]string{hashed("large", "js", strings.Repeat("x", carryFile+1)): strings.Repeat("x", carryFile+1)}
	for i := range carryFiles + 5 {
		data := fmt.Sprint(i)
		files[hashed("main", "js", data)] = data
	}
	carried, told := carryAt(t, publish(t, files), publish(t, nil), monday)
	if len(carried.Files) != carryFiles || strings.Count(told, "too many") != 5 {
		t.Errorf("carried %d files:\n%s", len(carried.Files), told)
	}
}

func TestCarryUse(t *testing.T) {
	site, empty := publish(t, nil), t.TempDir()
	for _, args := range [][]string{
		{"carry"},
		{"carry", site},
		{"carry", site, site, site},
		{"carry", site, empty},
		{"carry", site, filepath.Join(empty, "missing")},
		{"carry", "ftp://example.org/", site},
		{"carry", "https:///acervo", site},
		{"carry", "https://user@example.org/", site},
		{"carry", "https://example.org/?a", site},
	} {
		var told bytes.Buffer
		if status := run(args, &told, &told); status != exitUsage {
			t.Errorf("%q: exit %d, want %d\n%s", args, status, exitUsage, told.String())
		}
	}
}

// What is called assets/*.js or *.css in a site is code and style, so carrying
// it publishes no content again.
func TestCarriableIsCode(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "public")
	var told bytes.Buffer
	if status := run([]string{"build", "--worktree", "--source", "..", "--out", folder}, &told, &told); status != exitDone {
		t.Fatalf("build: exit %d\n%s", status, told.String())
	}
	_, built, err := new(program).openBuilt(folder)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range built.Files {
		match := carriable.FindStringSubmatch(f.Name)
		if match == nil {
			continue
		}
		found++
		stem := strings.Split(strings.TrimPrefix(f.Name, "assets/"), ".")[0]
		script, style := filepath.Join("..", "assets", stem+".ts"), filepath.Join("..", "assets", stem+".css")
		if !exists(script) && !exists(style) {
			t.Errorf("%s is made from neither %s nor %s", f.Name, script, style)
		}
	}
	if found == 0 {
		t.Error("the site has no scripts and styles")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
