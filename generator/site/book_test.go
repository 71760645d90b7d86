package site

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"acervo/generator/epub"
	"acervo/generator/gitfs"
)

// bookFiles writes the book of a language and returns its files by name,
// without their folder.
func bookFiles(tb testing.TB, plan *Plan, lang string) (files map[string][]byte, data []byte) {
	tb.Helper()
	book, err := plan.Book(lang)
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	if err := epub.Write(&out, book); err != nil {
		tb.Fatalf("%s: %v", lang, err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		tb.Fatal(err)
	}
	files = map[string][]byte{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			tb.Fatal(err)
		}
		if files[strings.TrimPrefix(f.Name, "EPUB/")], err = io.ReadAll(r); err != nil {
			tb.Fatal(err)
		}
	}
	return files, out.Bytes()
}

// checkBook wants every chapter to be well-formed, every link within the book
// to lead somewhere, and nothing that acts on a reader's behalf.
func checkBook(tb testing.TB, files map[string][]byte) {
	tb.Helper()
	ids, links := map[string]bool{}, map[string]string{}
	for name, data := range files {
		if !strings.HasSuffix(name, ".xhtml") && !strings.HasSuffix(name, ".opf") {
			ids[name] = true
			continue
		}
		ids[name] = true
		decoder := xml.NewDecoder(bytes.NewReader(data))
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				tb.Fatalf("%s: %v\n%s", name, err, data)
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			if slices.Contains([]string{"script", "form", "button", "iframe", "object", "style"}, start.Name.Local) {
				tb.Errorf("%s has <%s>", name, start.Name.Local)
			}
			for _, a := range start.Attr {
				switch {
				case a.Name.Local == "id" && strings.HasSuffix(name, ".xhtml"):
					if ids[name+"#"+a.Value] {
						tb.Errorf("%s has the id %q twice", name, a.Value)
					}
					ids[name+"#"+a.Value] = true
				case a.Name.Local == "href" || a.Name.Local == "src":
					u, err := url.Parse(a.Value)
					if err != nil || !slices.Contains([]string{"", "http", "https", "mailto"}, u.Scheme) {
						tb.Errorf("%s leads to %q", name, a.Value)
					}
					if err == nil && u.Scheme == "" {
						links[strings.TrimPrefix(strings.TrimSuffix(path.Clean(u.Path)+"#"+u.Fragment, "#"), ".")] = name
					}
				case strings.HasPrefix(a.Name.Local, "on") || strings.HasPrefix(a.Value, "tel:"):
					tb.Errorf("%s has %s=%q", name, a.Name.Local, a.Value)
				}
			}
		}
	}
	for link, name := range links {
		if strings.HasPrefix(link, "#") {
			link = name + link
		}
		if !ids[link] {
			tb.Errorf("%s leads to %s, which is not there", name, link)
		}
	}
}

// TestBooks makes the books of all golden sites without faults, in all their
// languages, each twice.
func TestBooks(t *testing.T) {
	eachGolden(t, func(t *testing.T, plan *Plan) {
		for _, lang := range plan.langs {
			files, data := bookFiles(t, plan, lang.Tag)
			checkBook(t, files)
			if _, again := bookFiles(t, plan, lang.Tag); !bytes.Equal(data, again) {
				t.Errorf("%s: other bytes the second time", lang.Tag)
			}
		}
	})
}

// goldenBook makes the book of a golden site in a language.
func goldenBook(t *testing.T, file, lang string) map[string][]byte {
	t.Helper()
	g := readGolden(t, file)
	plan, faults := Read(g.source(), g.options, shared)
	if plan == nil {
		t.Fatal(faults)
	}
	files, _ := bookFiles(t, plan, lang)
	return files
}

// TestBookOfOwnContent makes the books of the repository's own content and
// holds them to epubcheck where that is installed.
func TestBookOfOwnContent(t *testing.T) {
	source, err := gitfs.Folder("../..")
	if err != nil {
		t.Fatal(err)
	}
	plan, faults := Read(Source{Files: source, Program: programFiles(), Own: true}, Options{}, shared)
	if plan == nil {
		t.Fatal(faults)
	}
	seen := map[string]bool{}
	dir := t.TempDir()
	var made []string
	for _, lang := range plan.langs {
		files, data := bookFiles(t, plan, lang.Tag)
		checkBook(t, files)
		for _, e := range plan.lib.Entries {
			if name := e.ID + ".xhtml"; e.Withdrawn != nil && files[name] != nil {
				t.Errorf("%s has %s, which was withdrawn", lang.Tag, name)
			}
		}
		opf := string(files["package.opf"])
		_, id, _ := strings.Cut(opf, `<dc:identifier id="book">`)
		if id, _, _ = strings.Cut(id, "<"); seen[id] || !strings.HasPrefix(id, "urn:uuid:") {
			t.Errorf("%s: identifier %q", lang.Tag, id)
		}
		seen[id] = true
		file := filepath.Join(dir, lang.Tag+".epub")
		if err := os.WriteFile(file, data, 0o666); err != nil {
			t.Fatal(err)
		}
		made = append(made, file)
		t.Logf("%s: %d files, %d bytes", lang.Tag, len(files), len(data))
	}
	for _, file := range made {
		epubcheck(t, file)
	}
}

// epubcheck runs the validator of the W3C. Debian installs a Java archive as a
// program, which not every system can start.
// https://www.w3.org/publishing/epubcheck/
func epubcheck(t *testing.T, file string) {
	t.Helper()
	program, err := exec.LookPath("epubcheck")
	if err != nil {
		if os.Getenv("ACERVO_CI") != "" {
			t.Fatal(err)
		}
		t.Skip("without epubcheck")
	}
	args := []string{program}
	if head, _ := os.ReadFile(program); bytes.HasPrefix(head, []byte("PK")) {
		args = []string{"java", "-jar", program}
	}
	args = append(args, "--failonwarnings", file)
	if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Errorf("epubcheck: %v\n%s", err, out)
	}
}

// TestBookLinks shows where the book leads for what it has and has not.
func TestBookLinks(t *testing.T) {
	plan, faults := Read(readGolden(t, "testdata/partial.txtar").source(), Options{}, shared)
	if plan == nil {
		t.Fatal(faults)
	}
	for _, lang := range plan.langs {
		book, err := plan.Book(lang.Tag)
		if err != nil {
			t.Fatal(err)
		}
		for e, pl := range plan.places {
			for i, at := range pl.paths {
				if at == "" {
					continue
				}
				got, want := book.Resolve(plan.root+at+"#x"), plan.base+at+"#x"
				switch own := pl.paths[plan.lang(lang.Tag)]; {
				case own == "":
					want = plan.base + "p/" + e.ID + "/"
				case plan.langs[i].Tag == lang.Tag:
					want = e.ID + ".xhtml#x"
				}
				if got != want && got != e.Kind.Folder+".xhtml#"+e.ID {
					t.Errorf("%s: %s leads to %s, want %s", lang.Tag, at, got, want)
				}
			}
		}
		for address, want := range map[string]string{
			"https://web.example/": "https://web.example/", "mailto:a@b.example": "mailto:a@b.example",
			plan.root + plan.home.paths[plan.lang(lang.Tag)]: "title.xhtml", plan.root + "p/0000000/": plan.base + "p/0000000/",
		} {
			if got := book.Resolve(address); got != want {
				t.Errorf("%s: %s leads to %s, want %s", lang.Tag, address, got, want)
			}
		}
	}
	if _, err := plan.Book("xx"); err == nil {
		t.Error("a book in a language that the site has not got")
	}
}

// TestBookSaysLess holds the book to what must not be in it.
func TestBookSaysLess(t *testing.T) {
	for file, secrets := range map[string][]string{
		"testdata/withdrawn.txtar":  nil,
		"testdata/help-lines.txtar": {"data-number", "tel:"},
	} {
		g := readGolden(t, file)
		for _, line := range strings.Split(g.parts["want"], "\n") {
			if secret, ok := strings.CutPrefix(strings.TrimSpace(line), "nowhere "); ok {
				secrets = append(secrets, secret)
			}
		}
		if len(secrets) == 0 {
			t.Errorf("%s: nothing that must not be said", file)
		}
		files := goldenBook(t, file, "es")
		for _, name := range slices.Sorted(maps.Keys(files)) {
			for _, secret := range secrets {
				if bytes.Contains(files[name], []byte(secret)) {
					t.Errorf("%s: %s tells %q", file, name, secret)
				}
			}
		}
	}
}

// TestBookChapters shows what stands in the chapters of a book.
func TestBookChapters(t *testing.T) {
	files := goldenBook(t, "testdata/whole.txtar", "es")
	for file, wanted := range map[string][]string{
		"title.xhtml": {
			"Contenido del 24 de noviembre de 2026.", `<a href="https://acervo.example/es/">https://acervo.example/es/</a>`, "CC-BY-SA-4.0",
		},
		"z00000z.xhtml":    {"Estos números son los que el catálogo tenía el 24 de noviembre de 2026."},
		"contents.xhtml":   {`<h2><a href="hn.xhtml">`, `<a href="1000001.xhtml">Una línea que escucha</a>`},
		"dimensions.xhtml": {`<section id="protection"`, `<a href="1000001.xhtml">`},
		"1000001.xhtml": {
			`<h1 id="x-title">Una línea que escucha</h1>`, `<a href="dimensions.xhtml#protection">`, `<a href="themes.xhtml#data">`,
			`<span class="figure-value">34</span>`, "<dd>2021</dd>", `href="#x-source-s1"`, `epub:type="noteref"`,
			`<li id="x-source-s1" epub:type="endnote"`, `role="doc-backlink"`, `<img src="images/mesa.`, `https://acervo.example/p/1000001/`,
			"Sin enlace: la página expone a personas o lugares.", `<a href="#turnos">`,
		},
		"nav.xhtml":   {`<a href="1000001.xhtml">Una línea que escucha</a>`, `epub:type="landmarks"`},
		"package.opf": {`<dc:language>es</dc:language>`, `<meta property="dcterms:modified">2026-11-24T12:00:00Z</meta>`, `media-type="image/png"`},
	} {
		for _, want := range wanted {
			if !bytes.Contains(files[file], []byte(want)) {
				t.Errorf("%s has no %s\n%s", file, want, files[file])
			}
		}
	}
	translated := goldenBook(t, "testdata/fallback.txtar", "en")
	if !slices.ContainsFunc(slices.Collect(maps.Values(translated)), func(data []byte) bool {
		return bytes.Contains(data, []byte(`class="notice notice-fallback"`)) && bytes.Contains(data, []byte(`href="https://acervo.example/es/`))
	}) {
		t.Error("no chapter says that it is not translated and leads to the original")
	}
}
