package memo

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestRead wants back what was written, and nothing of a file that is damaged,
// cut, longer or of another form.
func TestRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	if _, ok := Read(dir, "a", "form 1"); ok {
		t.Error("read what is not there")
	}
	for _, want := range []string{"", "one", "two\x00lines\n"} {
		Write(dir, "a", "form 1", []byte(want))
		if got, ok := Read(dir, "a", "form 1"); got != want || !ok {
			t.Errorf("read %q, %v, want %q", got, ok, want)
		}
	}
	for _, form := range []string{"form 2", "form", "form 1 "} {
		if _, ok := Read(dir, "a", form); ok {
			t.Errorf("read as %q", form)
		}
	}
	file := filepath.Join(dir, "a")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	try := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(file, data, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, ok := Read(dir, "a", "form 1"); ok {
			t.Errorf("read %q", data)
		}
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		try(bad)
		try(good[:i])
	}
	try(append(good, 0))
	if left, err := os.ReadDir(dir); len(left) != 1 || err != nil {
		t.Errorf("%d files, %v", len(left), err)
	}
}

// TestWithoutFolder wants a folder that is none to keep nothing.
func TestWithoutFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	if err := os.MkdirAll(filepath.Join(taken, "a", "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", file, filepath.Join(file, "below"), taken} {
		Write(dir, "a", "form", []byte("text"))
		if _, ok := Read(dir, "a", "form"); ok {
			t.Errorf("%q kept something", dir)
		}
	}
	if left, _ := os.ReadDir(taken); len(left) != 1 {
		t.Error("a temporary file is left")
	}
}

// TestReader takes apart what a Writer put together.
func TestReader(t *testing.T) {
	var w Writer
	w.Number(1<<64 - 1)
	w.Count(2)
	w.Bytes([]byte("\x01\xab\xff\x00"))
	w.Text("texto")
	w.Number(3)
	read := func(r *Reader) bool {
		n, names := r.Number(), r.Hex(r.Count(2), 2)
		text, below := r.Text(), r.Below(4)
		return n == 1<<64-1 && len(names) == 2 && names[0] == "01ab" && names[1] == "ff00" && text == "texto" && below == 3
	}
	if r := NewReader(string(w.Data)); !read(&r) || !r.Whole() {
		t.Error("something else was read")
	}
	for n := range w.Data {
		if r := NewReader(string(w.Data[:n])); read(&r) || r.Whole() {
			t.Errorf("%d bytes are whole", n)
		}
	}
	for what, do := range map[string]func(*Reader){
		"an endless number": func(r *Reader) { r.Number() },
		"too many":          func(r *Reader) { r.Bytes(1); r.Count(2) },
		"not below":         func(r *Reader) { r.Below(1) },
		"too long":          func(r *Reader) { r.Bytes(100) },
		"too many names":    func(r *Reader) { r.Hex(100, 20) },
	} {
		r := NewReader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
		if do(&r); r.Whole() {
			t.Errorf("%s is whole", what)
		}
	}
}
