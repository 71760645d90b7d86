package site

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v4"
	"golang.org/x/tools/txtar"

	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
)

// A golden is a site in an archive of package txtar. The archive's comment
// says what it shows. Its files:
//
//	content/…, layouts/…   the source. site.yaml, vocabularies and a help page
//	                       are added unless they are there
//	languages              the languages of that site.yaml, by default es and
//	                       en: "ar rtl", "fr partial"
//	with                   folders of testdata/default/records.txtar
//	pictures               "content/…/foto.jpg jpeg": a picture (jpeg, png),
//	                       with a place (gps), or something else (svg)
//	copies                 "content/terms/t-N/index.es.md 3": the file three
//	                       times, with N and ID replaced
//	base-url               instead of the one in site.yaml
//	want                   what holds of the site; see claims
//	want/…                 whole files
//
// A file layouts/messages/<lang>.yaml has only a few words: the others are
// taken from English.
type golden struct {
	about   string
	files   fstest.MapFS
	parts   map[string]string // the files that are no source
	options Options
}

// helpID is the id of the help page that is added.
const helpID = "z00000z"

func readGolden(tb testing.TB, file string) *golden {
	tb.Helper()
	g := &golden{files: fstest.MapFS{}, parts: map[string]string{}}
	archive := parseArchive(tb, file)
	g.about = strings.TrimSpace(string(archive.Comment))
	for _, f := range archive.Files {
		if dir, _, deep := strings.Cut(f.Name, "/"); deep && (dir == "content" || dir == "layouts" || dir == "assets") {
			g.files[f.Name] = &fstest.MapFile{Data: f.Data}
		} else {
			g.parts[f.Name] = string(f.Data)
		}
	}
	g.options.BaseURL = strings.TrimSpace(g.parts["base-url"])
	g.fill(tb)
	return g
}

func parseArchive(tb testing.TB, file string) *txtar.Archive {
	tb.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return archive
}

// fill adds what an archive leaves to the test.
func (g *golden) fill(tb testing.TB) {
	tb.Helper()
	for _, f := range parseArchive(tb, "testdata/default/vocabularies.txtar").Files {
		g.lay(f.Name, f.Data)
	}
	for _, f := range parseArchive(tb, "testdata/default/records.txtar").Files {
		if slices.Contains(strings.Fields(g.parts["with"]), path.Dir(f.Name)) {
			g.lay(f.Name, f.Data)
		}
	}
	g.fillSite()
	for _, line := range fields(g.parts["pictures"]) {
		g.lay(line[0], photo(tb, line[1]))
	}
	for _, line := range fields(g.parts["copies"]) {
		g.copies(tb, line[0], line[1])
	}
	for name, file := range g.files {
		if lang, ok := strings.CutPrefix(name, "layouts/messages/"); ok {
			file.Data = words(tb, strings.TrimSuffix(lang, ".yaml"), file.Data)
		}
	}
	g.fillHashes(tb)
}

// lay adds a file unless the archive has it.
func (g *golden) lay(name string, data []byte) {
	if g.files[name] == nil {
		g.files[name] = &fstest.MapFile{Data: data}
	}
}

func fields(text string) [][]string {
	var lines [][]string
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 0 {
			lines = append(lines, f)
		}
	}
	return lines
}

// addressWords are the address words of a golden site: Spanish ones, and the
// keys in every other language.
var addressWords = map[string]string{
	"practices": "practicas", "lessons": "lecciones", "messages": "mensajes", "organizations": "organizaciones",
	"events": "encuentros", "countries": "paises", "glossary": "glosario", "themes": "temas",
	"populations": "poblaciones", "sectors": "sectores", "levels": "alcances", "dimensions": "dimensiones",
	"evidence": "evidencia",
}

// fillSite adds site.yaml and the help page in all languages.
func (g *golden) fillSite() {
	languages := fields(cmp.Or(g.parts["languages"], "es\nen"))
	local := func(text string) map[string]string {
		texts := map[string]string{}
		for _, lang := range languages {
			texts[lang[0]] = text
		}
		return texts
	}
	var list []map[string]string
	for _, lang := range languages {
		l := map[string]string{"tag": lang[0], "name": "Lengua " + lang[0]}
		switch {
		case slices.Contains(lang, "rtl"):
			l["dir"] = "rtl"
		case slices.Contains(lang, "partial"):
			l["partial"] = "true"
		}
		list = append(list, l)
	}
	addresses := map[string]map[string]string{}
	for key, word := range addressWords {
		addresses[key] = local(key)
		addresses[key]["es"] = word
	}
	data, err := yaml.Dump(map[string]any{
		"title": local("Acervo"), "summary": local("Un catálogo."), "base_url": "https://acervo.example/", "languages": list,
		"default": "es", "addresses": addresses, "contact": "contacto@acervo.example", "license": "CC-BY-SA-4.0",
		"exit": local("https://salida.example/"), "help": helpID,
	})
	if err != nil {
		panic(err)
	}
	g.lay("content/site.yaml", data)
	for _, lang := range languages {
		head := "id: " + helpID + "\n"
		if lang[0] != "es" {
			head = "source_hash: HASH\ntranslation: {by: human, reviewed: {on: 2026-05-02, by: translator}}\n"
		}
		g.lay("content/pages/ayuda/index."+lang[0]+".md", []byte("---\ntitle: Ayuda\nsummary: Qué hacer.\n"+head+"---\n"))
	}
}

// copies multiplies a file. Ids are 0000nn with their check character.
func (g *golden) copies(tb testing.TB, name, times string) {
	tb.Helper()
	n, err := strconv.Atoi(times)
	if err != nil || g.files[name] == nil {
		tb.Fatalf("copies: %s %s", name, times)
	}
	template := string(g.files[name].Data)
	delete(g.files, name)
	for i := range n {
		digits := []int{0, 0, 0, i / (29 * 29), i / 29 % 29, i % 29}
		id := content.MintID(func(int) int { d := digits[0]; digits = digits[1:]; return d })
		number := fmt.Sprintf("%03d", i+1)
		text := strings.NewReplacer("N", number, "ID", id).Replace(template)
		g.lay(strings.ReplaceAll(name, "N", number), []byte(text))
	}
}

// fillHashes replaces HASH in a translation by the hash of its source, and
// leaves any other alone.
func (g *golden) fillHashes(tb testing.TB) {
	tb.Helper()
	var waiting []string
	for name, file := range g.files {
		if strings.HasSuffix(name, ".md") && bytes.Contains(file.Data, []byte("source_hash: ")) {
			g.files[name] = &fstest.MapFile{Data: regexp.MustCompile(`source_hash: "?HASH"?`).ReplaceAll(file.Data, []byte(`source_hash: "1:`+strings.Repeat("0", 64)+`"`))}
			if !bytes.Equal(g.files[name].Data, file.Data) {
				waiting = append(waiting, name)
			}
		}
	}
	lib, _ := content.Read(g.files, nil)
	for _, name := range waiting {
		page := lib.PageAt(name)
		if page == nil {
			continue // a fault that the archive wants
		}
		data := bytes.ReplaceAll(g.files[name].Data, []byte("1:"+strings.Repeat("0", 64)), []byte(page.Entry.Original().Hash))
		g.files[name] = &fstest.MapFile{Data: data}
	}
}

// words completes a few words of a language with the English ones, each in all
// plural forms.
func words(tb testing.TB, lang string, few []byte) []byte {
	tb.Helper()
	english, err := os.ReadFile("../../layouts/messages/en.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	all, own := map[string]any{}, map[string]any{}
	if yaml.Load(english, &all) != nil || yaml.Load(few, &own) != nil {
		tb.Fatal("words of", lang)
	}
	for key, value := range all {
		if forms, ok := value.(map[string]any); ok {
			for _, form := range []string{"zero", "one", "two", "few", "many"} {
				forms[form] = forms["other"]
			}
		}
		if own[key] == nil {
			own[key] = value
		}
	}
	data, err := yaml.Dump(own)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// photo makes a picture of 4 by 3 pixels, or what pretends to be one.
func photo(tb testing.TB, kind string) []byte {
	tb.Helper()
	var out bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 4, 3))
	var err error
	switch kind {
	case "jpeg", "gps":
		err = jpeg.Encode(&out, img, nil)
	case "png":
		err = png.Encode(&out, img)
	case "svg":
		out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	default:
		tb.Fatalf("unknown picture %q", kind)
	}
	if err != nil {
		tb.Fatal(err)
	}
	if kind == "gps" {
		return placed(out.Bytes())
	}
	return out.Bytes()
}

// placed puts an Exif segment with a GPS directory of one entry into a JPEG.
func placed(data []byte) []byte {
	big := binary.BigEndian
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08")
	for _, directory := range [][4]uint32{{0x8825, 4, 1, 26}, {1, 2, 2, 'N' << 24}} {
		exif = big.AppendUint16(exif, 1)
		exif = big.AppendUint16(exif, uint16(directory[0]))
		exif = big.AppendUint16(exif, uint16(directory[1]))
		exif = big.AppendUint32(exif, directory[2])
		exif = big.AppendUint32(exif, directory[3])
		exif = big.AppendUint32(exif, 0)
	}
	segment := big.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return slices.Concat(data[:2], segment, exif, data[2:])
}

// shared keeps between tests what no test changes: the program's assets.
var shared = &Cache{}

// made is a site in memory.
type made struct {
	root, base string
	files      map[string][]byte
	faults     diag.List
}

// source is a golden's source: a commit at a fixed time, without history.
func (g *golden) source() Source {
	when := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	return Source{Files: g.files, Program: programFiles(), Own: true, Commit: gitfs.Commit{When: when}}
}

func (g *golden) make(tb testing.TB) made {
	tb.Helper()
	return makeSite(tb, g.source(), g.options, shared)
}

// makeSite makes all files of a source, or finds its faults.
func makeSite(tb testing.TB, src Source, options Options, cache *Cache) made {
	tb.Helper()
	plan, faults := Read(src, options, cache)
	if plan == nil {
		return made{faults: faults}
	}
	return filesOf(tb, plan)
}

// filesOf makes all files of a plan, or finds its faults.
func filesOf(tb testing.TB, plan *Plan) made {
	tb.Helper()
	faults, err := plan.Check(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	m := made{root: plan.root, base: plan.base, files: map[string][]byte{}, faults: faults}
	if len(faults) > 0 {
		return m
	}
	for _, name := range plan.Names() {
		if m.files[name] != nil {
			tb.Errorf("%s: two outputs have this name", name)
		}
		data, found, err := plan.Make(name)
		if !found || err != nil {
			tb.Fatalf("%s: %v, found %v", name, err, found)
		}
		m.files[name] = data
	}
	return m
}

func archives(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		tb.Fatal("no archives", err)
	}
	return files
}

// eachGolden runs a test with the plan of each golden site without faults.
func eachGolden(t *testing.T, test func(t *testing.T, plan *Plan)) {
	for _, file := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			g := readGolden(t, file)
			plan, _ := Read(g.source(), g.options, shared)
			if plan == nil {
				return
			}
			faults, err := plan.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(faults) == 0 {
				test(t, plan)
			}
		})
	}
}
