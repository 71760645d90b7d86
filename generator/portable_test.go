package main

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestZip holds an archive to the files of its folder, in order, with one time,
// and to the same bytes each time, whatever the folder's own times.
func TestZip(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "acervo-2026-11-24")
	files := map[string]string{
		"index.html": "<!doctype html>", "es/é/index.html": strings.Repeat("palabras ", 1000), "es-x.html": "x", "assets/photo.jpg": strings.Repeat("jpeg", 1000),
	}
	for name, text := range files {
		full := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	when := time.Date(2026, 11, 24, 23, 59, 59, 0, time.FixedZone("", -6*3600))
	pack := func(when time.Time) []byte {
		file := filepath.Join(t.TempDir(), "copy.zip")
		size, err := zipFolder(t.Context(), folder, file, when)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil || int64(len(data)) != size {
			t.Fatal(size, err)
		}
		return data
	}
	first := pack(when)
	if err := os.Chtimes(filepath.Join(folder, "index.html"), time.Now(), time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	if string(pack(when.UTC())) != string(first) {
		t.Error("other bytes the second time")
	}
	pack(time.Time{})

	archive, err := zip.NewReader(strings.NewReader(string(first)), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range archive.File {
		name := strings.TrimPrefix(entry.Name, "acervo-2026-11-24/")
		names = append(names, name)
		content, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(content)
		if err != nil || string(data) != files[name] || !entry.Modified.Equal(when) || entry.Mode() != 0o644 || entry.NonUTF8 {
			t.Errorf("%s: %v, %v, %v", entry.Name, entry.Modified, entry.Mode(), err)
		}
		if stored := entry.CompressedSize64 >= entry.UncompressedSize64; stored != (name == "assets/photo.jpg") && len(data) > 100 {
			t.Errorf("%s: %d bytes of %d", name, entry.CompressedSize64, entry.UncompressedSize64)
		}
	}
	if !slices.IsSorted(names) || len(names) != len(files) {
		t.Errorf("names %q", names)
	}
	if _, err := zipFolder(t.Context(), filepath.Join(folder, "nowhere"), filepath.Join(folder, "x.zip"), when); err == nil {
		t.Error("a folder that is not there")
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".copy-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
