package offline

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A site is files by path.
type site map[string][]byte

func (s site) copy() Copy {
	c := Copy{Lang: "es", Date: time.Date(2026, 11, 29, 23, 30, 0, 0, time.FixedZone("", -6*3600)), Records: []string{"1000001", "2000002"}}
	for path, data := range s {
		c.Files = append(c.Files, File{Path: path, Size: int64(len(data)), SHA256: hash(data)})
	}
	return c
}

func (s site) open(path string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s[path])), nil
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// written is what Write wrote.
type written struct {
	files map[string][]byte
	manifest
	parts []row
}

// A row is a row of a table.
type row struct {
	name string
	size int
}

func write(tb testing.TB, s site, c Copy) written {
	tb.Helper()
	w := written{files: map[string][]byte{}}
	var mutex sync.Mutex
	err := c.Write(tb.Context(), s.open, func(name string, data []byte) error {
		mutex.Lock()
		defer mutex.Unlock()
		if w.files[name] != nil {
			tb.Errorf("%s: written twice", name)
		}
		w.files[name] = bytes.Clone(data)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	w.read(tb, "manifest", &w.manifest)
	for _, name := range w.Tables {
		var rows [][2]any
		w.read(tb, name, &rows)
		for _, r := range rows {
			w.parts = append(w.parts, row{r[0].(string), int(r[1].(float64))})
		}
	}
	return w
}

// read reads a file of JSON.
func (w written) read(tb testing.TB, name string, value any) {
	tb.Helper()
	if err := json.Unmarshal(w.files[name+".json"], value); err != nil {
		tb.Fatalf("%s.json: %v", name, err)
	}
}

// zipped is the size of data as GitHub Pages sends it.
func zipped(data []byte) int {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(data)
	w.Close()
	return out.Len()
}

// page is a page of made-up words of about n bytes.
func page(r *rand.Rand, n int) []byte {
	var text bytes.Buffer
	for text.Len() < n {
		fmt.Fprintf(&text, "<p>%s %d</p>\n", []string{"practica", "leccion", "mensaje", "pais"}[r.IntN(4)], r.IntN(1000))
	}
	return text.Bytes()
}

func noise(r *rand.Rand, n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

func someSite(pages, search int) site {
	r, s := rand.New(rand.NewPCG(7, 3)), site{}
	for i := range pages {
		s[fmt.Sprintf("es/practicas/p-%d/index.html", i)] = page(r, 9000+r.IntN(9000))
	}
	for i := range search {
		s[fmt.Sprintf("search/es/%d.js", i)] = noise(r, 7000)
	}
	return s
}

// TestFormat holds a small copy to the words of the package comment.
func TestFormat(t *testing.T) {
	s := site{"es/index.html": []byte("hola\n"), "search/es/a.js": []byte("a()"), "404.html": nil}
	c := s.copy()
	for i := range c.Files {
		if c.Files[i].Path == "es/index.html" {
			c.Files[i].Record = "1000001"
		}
	}
	w := write(t, s, c)
	pages := `[["404.html",0,"e3b0c44298fc1c14",""],["es/index.html",5,"` + hash([]byte("hola\n"))[:16] + `","1000001"]]` + "\n"
	search := `[["search/es/a.js",3,"` + hash([]byte("a()"))[:16] + `",""]]` + "\n"
	if len(w.parts) != 2 || len(w.files) != 7 {
		t.Fatalf("%d parts, %d files", len(w.parts), len(w.files))
	}
	hashes := ""
	for i, want := range []string{pages, search} {
		if got := string(w.files[w.parts[i].name+".json"]); got != want {
			t.Errorf("listing %d: %q, want %q", i, got, want)
		}
		pack := w.files[w.parts[i].name+".pack"]
		hashes += hash(pack)
		if w.parts[i].name != hash(pack)[:16] || w.parts[i].size != len(pack) {
			t.Errorf("part %d: %v does not fit its bytes", i, w.parts[i])
		}
		if flags, when := pack[3], pack[4:8]; flags != 0 || !bytes.Equal(when, []byte{0, 0, 0, 0}) {
			t.Errorf("part %d: a name or a time in % x", i, pack[:10])
		}
	}
	ids := []string{hash([]byte("1000001"))[:8], hash([]byte("2000002"))[:8]}
	slices.Sort(ids)
	records := `"` + strings.Join(ids, "") + `"` + "\n"
	table := fmt.Sprintf(`[["%s",%d],["%s",%d]]`+"\n", w.parts[0].name, w.parts[0].size, w.parts[1].name, w.parts[1].size)
	want := fmt.Sprintf(`{"format":2,"lang":"es","version":"%s","date":"2026-11-30","bytes":%d,"records":"%s","parts":2,"tables":["%s"]}`+"\n",
		hash([]byte(hashes))[:16], w.parts[0].size+w.parts[1].size, hash([]byte(records))[:16], hash([]byte(table))[:16])
	for name, want := range map[string]string{"manifest": want, w.Records: records, w.Tables[0]: table} {
		if got := string(w.files[name+".json"]); got != want {
			t.Errorf("%s.json: %s\nwant %s", name, got, want)
		}
	}
}

// TestLargeSite has two thousand parts: the manifest stays small, and an edit
// makes one other table.
func TestLargeSite(t *testing.T) {
	s, blank := site{}, make([]byte, partSize/2)
	for i := range 1100 {
		s[fmt.Sprintf("es/practicas/p-%d/index.html", i)] = blank
	}
	before := write(t, s, s.copy())
	if size := zipped(before.files["manifest.json"]); before.Parts < 1024 || before.Parts != len(before.parts) || size > 900 {
		t.Errorf("the manifest of %d parts, of which the tables have %d, has %d bytes", before.Parts, len(before.parts), size)
	}
	for _, name := range before.Tables {
		if size := zipped(before.files[name+".json"]); size > 500 {
			t.Errorf("a table of %d bytes", size)
		}
	}
	s["es/practicas/p-3/index.html"] = []byte("<p>nuevo</p>")
	after := write(t, s, s.copy())
	changed := 0
	for i, name := range after.Tables {
		if name != before.Tables[i] {
			changed++
		}
	}
	if changed != 1 || after.Records != before.Records || after.Version == before.Version {
		t.Errorf("%d tables changed; records %s after %s, version %s after %s", changed, after.Records, before.Records, after.Version, before.Version)
	}
}

// TestParts looks each file up as a reader does.
func TestParts(t *testing.T) {
	for _, size := range []struct{ pages, search int }{{0, 0}, {3, 1}, {40, 4}, {300, 90}, {20, 200}} {
		s := someSite(size.pages, size.search)
		w := write(t, s, s.copy())
		n, p := len(w.parts), 1
		for 2*p < n {
			p *= 2
		}
		if rest := n - p; rest < 1 || rest&(rest-1) != 0 {
			t.Errorf("%v: %d parts", size, n)
		}
		seen := 0
		for i, part := range w.parts {
			if part.size > partSize {
				t.Errorf("%v: part %d has %d bytes", size, i, part.size)
			}
			files, contents, err := Unpack(w.files[part.name+".pack"])
			if err != nil {
				t.Fatalf("%v: part %d: %v", size, i, err)
			}
			if listing, _ := listingOf(files); !bytes.Equal(listing, w.files[part.name+".json"]) {
				t.Errorf("%v: part %d: another listing", size, i)
			}
			for path, data := range contents {
				h := fnv.New32a()
				io.WriteString(h, path)
				want := int(h.Sum32() % uint32(p))
				if strings.HasPrefix(path, "search/") {
					want = p + int(h.Sum32()%uint32(n-p))
				}
				if seen++; i != want || !bytes.Equal(data, s[path]) {
					t.Errorf("%v: %s is in part %d, want %d with its bytes", size, path, i, want)
				}
			}
		}
		if seen != len(s) {
			t.Errorf("%v: %d files, want %d", size, seen, len(s))
		}
	}
}

// TestPictures has pictures that don't shrink: parts are halved until each
// fits, and a picture that is larger itself stays.
func TestPictures(t *testing.T) {
	r, s := rand.New(rand.NewPCG(7, 4)), someSite(10, 1)
	for i := range 12 {
		s[fmt.Sprintf("assets/foto-%d.jpg", i)] = noise(r, 200<<10)
	}
	for i, part := range write(t, s, s.copy()).parts {
		if part.size > partSize {
			t.Errorf("part %d has %d bytes", i, part.size)
		}
	}
	s["assets/grande.png"] = noise(r, partSize+1000)
	large := 0
	for _, part := range write(t, s, s.copy()).parts {
		if part.size > partSize {
			large++
		}
	}
	if large != 1 {
		t.Errorf("%d parts are too large, want that of the large picture", large)
	}
}

// TestSameBytes wants the same files from any number of processors and order.
func TestSameBytes(t *testing.T) {
	s := someSite(200, 20)
	c := s.copy()
	want := write(t, s, c).files
	for _, n := range []int{1, 2, 7} {
		before := runtime.GOMAXPROCS(n)
		slices.Reverse(c.Files)
		slices.Reverse(c.Records)
		got := write(t, s, c).files
		runtime.GOMAXPROCS(before)
		if len(got) != len(want) {
			t.Fatalf("%d processors: %d files, want %d", n, len(got), len(want))
		}
		for name, data := range want {
			if !bytes.Equal(got[name], data) {
				t.Errorf("%d processors: %s differs", n, name)
			}
		}
	}
}

// TestOneEdit changes one page: one part gets another name.
func TestOneEdit(t *testing.T) {
	s := someSite(200, 20)
	before := write(t, s, s.copy()).parts
	s["es/practicas/p-3/index.html"] = append([]byte("<p>nuevo</p>"), s["es/practicas/p-3/index.html"]...)
	changed := 0
	for i, part := range write(t, s, s.copy()).parts {
		if part != before[i] {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d parts changed", changed)
	}
}

func TestFailures(t *testing.T) {
	s := someSite(20, 2)
	c := s.copy()
	broken := errors.New("broken")
	keep := func(string, []byte) error { return nil }
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	longer := func(path string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("longer")), nil }
	for name, err := range map[string]error{
		"not opened":    c.Write(t.Context(), func(string) (io.ReadCloser, error) { return nil, broken }, keep),
		"not written":   c.Write(t.Context(), s.open, func(string, []byte) error { return broken }),
		"cancelled":     c.Write(cancelled, s.open, keep),
		"another size":  c.Write(t.Context(), longer, keep),
		"last unwilled": c.Write(t.Context(), s.open, func(name string, _ []byte) error { return map[string]error{"manifest.json": broken}[name] }),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if name != "another size" && !errors.Is(err, broken) && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnpackRefuses has parts that Write would not have written.
func TestUnpackRefuses(t *testing.T) {
	row := func(path, text string) string {
		return fmt.Sprintf(`["%s",%d,"%s",""]`, path, len(text), hash([]byte(text))[:16])
	}
	zip := func(content string) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		io.WriteString(w, content)
		w.Close()
		return out.Bytes()
	}
	good := "[" + row("a", "uno") + "," + row("b", "dos") + "]\nunodos"
	if _, _, err := Unpack(zip(good)); err != nil {
		t.Fatal(err)
	}
	damaged := zip(good)
	damaged[len(damaged)-6] ^= 1
	for name, pack := range map[string][]byte{
		"no gzip":       []byte(good),
		"damaged":       damaged,
		"cut":           zip(good)[:30],
		"no listing":    zip("unodos"),
		"other bytes":   zip(strings.Replace(good, "unodos", "dosuno", 1)),
		"too few":       zip(good[:len(good)-1]),
		"too many":      zip(good + "x"),
		"wrong order":   zip("[" + row("b", "dos") + "," + row("a", "uno") + "]\ndosuno"),
		"twice":         zip("[" + row("a", "uno") + "," + row("a", "uno") + "]\nunouno"),
		"outside":       zip("[" + row("../a", "uno") + "]\nuno"),
		"negative size": zip(`[["a",-1,"0123456789abcdef",""]]` + "\n"),
		"other form":    zip(strings.Replace(good, ",", ", ", 1)),
		"short row":     zip(`[["a",0,"e3b0c44298fc1c14"]]` + "\n"),
	} {
		if files, _, err := Unpack(pack); err == nil {
			t.Errorf("%s: %v was accepted", name, files)
		}
	}
}

// FuzzUnpack wants of whatever is accepted that packing it again gives the
// same files.
func FuzzUnpack(f *testing.F) {
	s := site{"404.html": nil, "es/index.html": []byte("hola\n"), "search/es/a.js": []byte("a()")}
	for name, data := range write(f, s, s.copy()).files {
		if strings.HasSuffix(name, ".pack") {
			f.Add(data)
			f.Add(data[:len(data)/2])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, contents, err := Unpack(data)
		if err != nil {
			return
		}
		s := site(contents)
		packer := newPacker(s.open)
		_, err = packer.write(files, func(name string, pack []byte) error {
			if strings.HasSuffix(name, ".pack") {
				again, _, err := Unpack(pack)
				if err != nil || !slices.Equal(files, again) {
					t.Errorf("%v, %v became %v", err, files, again)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
