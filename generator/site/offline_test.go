package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"acervo/generator/offline"
	"acervo/generator/output"
)

// A keptFile is a file of a copy as its listing tells it.
type keptFile struct{ hash, record, part string }

// A keptCopy is a copy as a browser gets it.
type keptCopy struct {
	Version, Date string
	Bytes         int64
	Records       string
	Parts         int
	Tables        []string
	parts         []string // their names
	files         map[string]keptFile
}

// written reads a file that a build wrote.
func written(tb testing.TB, dir *output.Dir, name string) []byte {
	tb.Helper()
	file, err := dir.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// readNamed reads a file of JSON that is named by its hash.
func readNamed(tb testing.TB, dir *output.Dir, folder, name string, value any) {
	tb.Helper()
	data := written(tb, dir, folder+name+".json")
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:])[:16] != name {
		tb.Errorf("%s%s.json has another hash", folder, name)
	}
	if err := json.Unmarshal(data, value); err != nil {
		tb.Fatal(err)
	}
}

// readCopy reads a copy of a built site and holds its bytes to those of the
// site and to its own hashes.
func readCopy(tb testing.TB, dir *output.Dir, lang string) keptCopy {
	tb.Helper()
	folder := offlineFolder + lang + "/"
	c := keptCopy{files: map[string]keptFile{}}
	if err := json.Unmarshal(written(tb, dir, folder+"manifest.json"), &c); err != nil {
		tb.Fatal(err)
	}
	readNamed(tb, dir, folder, c.Records, &c.Records)
	var rows [][2]any
	for _, table := range c.Tables {
		var more [][2]any
		readNamed(tb, dir, folder, table, &more)
		rows = append(rows, more...)
	}
	if len(rows) != c.Parts {
		tb.Errorf("%s: the tables tell of %d parts, the manifest of %d", folder, len(rows), c.Parts)
	}
	var total int64
	for _, row := range rows {
		name, size := row[0].(string), int64(row[1].(float64))
		c.parts = append(c.parts, name)
		pack := written(tb, dir, folder+name+".pack")
		sum := sha256.Sum256(pack)
		if total += size; size != int64(len(pack)) || hex.EncodeToString(sum[:])[:16] != name || size > 512<<10 {
			tb.Errorf("%s%s: %d bytes are not those of the manifest, or too many", folder, name, len(pack))
		}
		files, contents, err := offline.Unpack(pack)
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range files {
			c.files[f.Path] = keptFile{f.SHA256, f.Record, name}
			if !bytes.Equal(contents[f.Path], written(tb, dir, f.Path)) {
				tb.Errorf("%s: the copy in %s has other bytes", f.Path, lang)
			}
		}
	}
	if total != c.Bytes {
		tb.Errorf("%s: %d bytes, the manifest tells %d", folder, total, c.Bytes)
	}
	return c
}

// has reports whether a copy counts a record as published.
func (c keptCopy) has(id string) bool {
	sum := sha256.Sum256([]byte(id))
	return slices.ContainsFunc(slices.Collect(slices.Chunk([]byte(c.Records), 8)), func(known []byte) bool { return string(known) == hex.EncodeToString(sum[:4]) })
}

// TestCopies builds the repository's own content and looks at what is kept in
// each language, how large it is, and how large the pages say that it is.
func TestCopies(t *testing.T) {
	plan := ownPlan(t)
	dir := buildPlan(t, plan)
	if !bytes.Contains(written(t, dir, output.Record), []byte(`"offline/es/manifest.json"`)) {
		t.Error("build.json does not list the copies")
	}
	var names []string
	for _, f := range dir.Files() {
		names = append(names, f.Name)
	}
	for i, lang := range plan.langs {
		c := readCopy(t, dir, lang.Tag)
		for _, name := range names {
			if _, kept := c.files[name]; kept != keeps(plan, name, lang.Segment()) {
				t.Errorf("%s in the copy in %s: %t", name, lang.Tag, kept)
			}
		}
		for id, pl := range plan.places {
			for _, name := range []string{pl.paths[i] + "index.html", "p/" + id.ID + "/index.html"} {
				if c.files[name].record != id.ID {
					t.Errorf("%s: goes with %q, want %s", name, c.files[name].record, id.ID)
				}
			}
			if !c.has(id.ID) {
				t.Errorf("%s is not among the records", id.ID)
			}
		}
		estimate := plan.frames[i].OfflineSize
		t.Logf("%s: %d files in %d parts, %d bytes, said to be %d", lang.Tag, len(c.files), c.Parts, c.Bytes, estimate)
		if ratio := float64(estimate) / float64(c.Bytes); ratio < 0.6 || ratio > 1.4 {
			t.Errorf("%s: %d bytes are said to be %d", lang.Tag, c.Bytes, estimate)
		}
		if c.Bytes > 1_200_000 {
			t.Errorf("%s: %d bytes", lang.Tag, c.Bytes)
		}
	}
}

// keeps tells of a file of the repository's own site, which has neither old
// addresses nor pictures, whether it belongs to a copy.
func keeps(plan *Plan, name, segment string) bool {
	for _, other := range []string{segment, "p"} {
		if strings.HasPrefix(name, other+"/") {
			return strings.HasSuffix(name, ".html")
		}
	}
	if name == "index.html" || name == "404.html" {
		return true
	}
	return strings.HasPrefix(name, "assets/") || strings.HasPrefix(name, "search/"+segment+"/") || strings.HasPrefix(name, "search/"+segment+"-")
}

// budget is what a client may fetch to bring a copy up to date after one text
// was edited, besides the files of the search.
const updateBudget = 30 << 10

// TestUpdateBytes edits the text of a practice, and counts what a copy in that
// language and one in another must fetch.
func TestUpdateBytes(t *testing.T) {
	b := &branch{TB: t, dir: t.TempDir(), when: 1790000000}
	copyTree(t, "../../content", filepath.Join(b.dir, "content"))
	b.git("init", "-q", "-b", "main")
	b.commit()
	before := buildPlan(t, b.plan())
	const name = "content/practices/equipo-de-respuesta-inmediata-honduras/index.es.md"
	text, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	write(t, b.dir, name, string(text)+"\nEl equipo revisa cada caso una vez al mes.\n")
	b.commit()
	after := buildPlan(t, b.plan())
	for _, lang := range []string{"es", "en"} {
		size := updateBytes(t, before, after, lang)
		if size > updateBudget {
			t.Errorf("%s: an update after an edit takes %d bytes, allowed are %d", lang, size, updateBudget)
		}
	}
}

// updateBytes counts manifest, tables and listings of changed parts and changed
// files of an update, packed as GitHub Pages packs.
func updateBytes(t *testing.T, before, after *output.Dir, lang string) int {
	t.Helper()
	old, c := readCopy(t, before, lang), readCopy(t, after, lang)
	if old.Version == c.Version || old.Parts != c.Parts || old.Records != c.Records {
		t.Fatalf("%s: version %s after %s, %d parts after %d, other records %t", lang, c.Version, old.Version, c.Parts, old.Parts, old.Records != c.Records)
	}
	folder := offlineFolder + lang + "/"
	total := packed(t, written(t, after, folder+"manifest.json"))
	t.Logf("%s: manifest %d bytes", lang, total)
	for i, name := range c.Tables {
		if name != old.Tables[i] {
			size := packed(t, written(t, after, folder+name+".json"))
			total += size
			t.Logf("%s: table %d, %d bytes", lang, i, size)
		}
	}
	for i, name := range c.parts {
		if name != old.parts[i] {
			size := packed(t, written(t, after, folder+name+".json"))
			total += size
			t.Logf("%s: listing of part %d, %d bytes", lang, i, size)
		}
	}
	search := 0
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		if old.files[name].hash == c.files[name].hash {
			continue
		}
		size := packed(t, written(t, after, name))
		if strings.HasPrefix(name, searchFolder) {
			search += size
			continue
		}
		total += size
		t.Logf("%s: %s, %d bytes", lang, name, size)
	}
	t.Logf("%s: %d bytes, and %d of the search", lang, total, search)
	return total
}

func packed(tb testing.TB, data []byte) int {
	tb.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(data)
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Len()
}

// plan reads the last commit of a branch.
func (b *branch) plan() *Plan {
	b.Helper()
	plan, faults := Read(opened(b, b.dir), Options{}, shared)
	if plan == nil {
		b.Fatal(faults)
	}
	return plan
}

// TestWithdrawnFromCopy withdraws one record and forgets another: neither is
// among the records, and what a copy held of them went with their ids.
func TestWithdrawnFromCopy(t *testing.T) {
	b := newBranch(t, "es\nen partial")
	b.term("sale", idA, "Retirada")
	b.term("olvidada", idB, "Olvidada")
	b.term("queda", idC, "Queda")
	b.commit()
	dir := buildPlan(t, b.plan())
	before := readCopy(t, dir, "es")
	pages := map[string]string{"es/glosario/sale/index.html": idA, "p/" + idA + "/index.html": idA, "es/glosario/olvidada/index.html": idB, "p/" + idB + "/index.html": idB, "es/glosario/queda/index.html": idC}
	for name, id := range pages {
		if before.files[name].record != id || !before.has(id) {
			t.Errorf("before: %s goes with %q, published %t", name, before.files[name].record, before.has(id))
		}
	}
	if en := readCopy(t, dir, "en"); !en.has(idA) || en.files["p/"+idA+"/index.html"].record != idA {
		t.Error("before: a record without a page in a language counts as withdrawn there")
	}

	write(t, b.dir, "content/glossary/sale/index.es.md", "---\nid: \""+idA+"\"\nwithdrawn: {on: 2026-10-01, reason: safety}\n---\n")
	b.remove("glossary/olvidada")
	write(t, b.dir, "content/redirects.yaml", "- from: /p/"+idB+"/\n  forget: true\n- from: /es/glosario/olvidada/\n  forget: true\n")
	b.commit()
	dir = buildPlan(t, b.plan())
	after := readCopy(t, dir, "es")
	if after.has(idA) || after.has(idB) || !after.has(idC) {
		t.Errorf("after: published %t, %t, %t", after.has(idA), after.has(idB), after.has(idC))
	}
	for name, f := range after.files {
		if f.record == idA || f.record == idB {
			t.Errorf("after: %s goes with %s", name, f.record)
		}
		for _, word := range []string{"Olvidada", "olvidada", idB} {
			if strings.Contains(name, word) || bytes.Contains(written(t, dir, name), []byte(word)) {
				t.Errorf("after: %s tells of what is forgotten", name)
			}
		}
	}
	if f, kept := after.files["p/"+idA+"/index.html"]; !kept || f.record != "" {
		t.Errorf("after: the tombstone is kept: %t, and goes with %q", kept, f.record)
	}
	for name := range maps.Keys(before.files) {
		if _, stays := after.files[name]; !stays && before.files[name].record == "" && !strings.HasPrefix(name, searchFolder) {
			t.Errorf("%s is gone and went with no record", name)
		}
	}
}

// TestRedirectsNotKept keeps no page that only leads to another, and keeps the
// pictures of the language's texts.
func TestRedirectsNotKept(t *testing.T) {
	b := newBranch(t, "es\nen")
	b.term("vieja", idA, "Vieja")
	write(t, b.dir, "content/glossary/foto/index.es.md", "---\nid: \""+idB+"\"\ntitle: Foto\nsummary: Con foto.\n---\n\n![Una foto](foto.jpg)\n")
	write(t, b.dir, "content/glossary/foto/foto.jpg", string(photo(t, "jpeg")))
	write(t, b.dir, "content/glossary/foto/sobra.jpg", string(photo(t, "jpeg")))
	b.commit()
	b.move("glossary/vieja", "glossary/nueva")
	b.commit()
	dir := buildPlan(t, b.plan())
	c := readCopy(t, dir, "es")
	if _, kept := c.files["es/glosario/vieja/index.html"]; kept || len(written(t, dir, "es/glosario/vieja/index.html")) == 0 {
		t.Error("a page that leads to another is kept")
	}
	if c.files["es/glosario/nueva/index.html"].record != idA {
		t.Error("the page at the new address is not kept")
	}
	pictures := 0
	for name, f := range c.files {
		if strings.HasSuffix(name, ".jpg") {
			if pictures++; f.record != idB {
				t.Errorf("%s goes with %q", name, f.record)
			}
		}
	}
	if pictures != 1 {
		t.Errorf("%d pictures", pictures)
	}
}

// TestOfflineOff switches copies off: the worker is the one that deletes, and
// nothing else is left.
func TestOfflineOff(t *testing.T) {
	g := readGolden(t, "testdata/whole.txtar")
	on := g.make(t)
	site := g.files["content/site.yaml"]
	site.Data = append(bytes.Clone(site.Data), "\noffline: false\n"...)
	off := g.make(t)
	if len(on.faults)+len(off.faults) > 0 {
		t.Fatal(on.faults, off.faults)
	}
	for name, data := range off.files {
		if strings.HasPrefix(name, offlineFolder) || strings.HasSuffix(name, "/"+keepFolder+"index.html") || strings.Contains(name, "worker") && name != workerName {
			t.Errorf("%s is there", name)
		}
		if bytes.Contains(data, []byte("/"+keepFolder)) && strings.HasSuffix(name, ".html") {
			t.Errorf("%s leads to the page about copies", name)
		}
	}
	if bytes.Equal(off.files[workerName], on.files[workerName]) || len(off.files[workerName]) == 0 {
		t.Error("the worker does not delete itself")
	}
	if on.files["es/"+keepFolder+"index.html"] == nil || !bytes.Contains(on.files["es/index.html"], []byte("/es/"+keepFolder)) {
		t.Error("with copies: no page about them, or no way to it")
	}
}

// TestOfflineOffLater switches copies off after they were published: the
// address of the page about them leads to the home page.
func TestOfflineOffLater(t *testing.T) {
	b := newBranch(t, "es\nen")
	b.edit("site.yaml", "default: es", "default: es\noffline: false")
	b.commit()
	dir := buildPlan(t, b.plan())
	for _, lang := range []string{"es", "en"} {
		if page := written(t, dir, lang+"/keep/index.html"); !bytes.Contains(page, []byte(`content="0; url=https://acervo.example/`+lang+`/"`)) {
			t.Errorf("%s/keep/ does not lead to the home page: %s", lang, page)
		}
	}
	for _, f := range dir.Files() {
		if strings.HasPrefix(f.Name, offlineFolder) {
			t.Errorf("%s is there", f.Name)
		}
	}
}

// TestApp holds the manifest of an installed copy and its icons to what
// browsers ask for. https://www.w3.org/TR/appmanifest/
func TestApp(t *testing.T) {
	plan := ownPlan(t)
	make := func(name string) []byte {
		t.Helper()
		data, found, err := plan.Make(name)
		if err != nil || !found {
			t.Fatalf("%s: found %t, %v", name, found, err)
		}
		return data
	}
	var a app
	if err := json.Unmarshal(make("offline/en/app.webmanifest"), &a); err != nil {
		t.Fatal(err)
	}
	if a.Start != "/en/" || a.Scope != "/" || a.ID != "/en/" || a.Name != "Acervo" || a.Lang != "en" || a.Dir != "ltr" {
		t.Errorf("%+v", a)
	}
	if want := []appShortcut{{"Search", "/en/search/"}, {"Help", "/en/help/"}}; !slices.Equal(a.Shortcuts, want) {
		t.Errorf("shortcuts %v, want %v", a.Shortcuts, want)
	}
	var sizes []string
	for _, icon := range a.Icons {
		data := make(strings.TrimPrefix(icon.Source, "/"))
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, icon.Sizes+" "+icon.Purpose)
		if side := strings.Split(icon.Sizes, "x")[0]; side != "192" && side != "512" || img.Bounds().Dx() != img.Bounds().Dy() || len(data) > 4096 {
			t.Errorf("%s: %v, %d bytes", icon.Source, img.Bounds(), len(data))
		}
	}
	if want := []string{"192x192 any", "512x512 any", "512x512 maskable"}; !slices.Equal(sizes, want) {
		t.Errorf("icons %v", sizes)
	}
	if tab, _ := fs.ReadFile(programFiles(), "assets/icons/tab.svg"); !bytes.Contains(tab, []byte(`"M5 6h14M5 12h14M5 18h9"`)) || !bytes.Contains(tab, []byte("#5b7f86")) {
		t.Error("the mark of the tab is drawn otherwise than the icons")
	}
	if tokens, _ := fs.ReadFile(programFiles(), "assets/styles/tokens.css"); !bytes.Contains(tokens, []byte("--paper: "+paper)) {
		t.Error("paper has another colour than the icons")
	}
}

func TestRoughly(t *testing.T) {
	for n, want := range map[int64]int64{10: 10, 1000: 1000, 1240: 1000, 1260: 1500, 1740: 1500, 1760: 2000, 890_000: 800_000, 910_000: 1_000_000, 7_300_000: 8_000_000} {
		if got := roughly(n); got != want {
			t.Errorf("%d is roughly %d, want %d", n, got, want)
		}
	}
	for n := int64(1000); n < 1e9; n += n/100 + 1 {
		if ratio := float64(roughly(n)) / float64(n); ratio < 0.8 || ratio > 1.26 {
			t.Fatalf("%d is roughly %d", n, roughly(n))
		}
	}
}
