package markdown

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"acervo/generator/diag"
)

var update = flag.Bool("update", false, "rewrite the golden files; read the diff")

// TestGolden converts each "<name>.md" of the archives and compares with
// "<name>.html" and "<name>.faults"; a missing .faults means no fault. The part
// of a name before "/" is the language, es without one.
func TestGolden(t *testing.T) {
	for _, file := range goldenFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want := readGolden(t, file)
			var got []part
			for _, f := range want {
				name, ok := strings.CutSuffix(f.name, ".md")
				if !ok && f.name != "" {
					continue
				}
				got = append(got, f)
				if ok {
					html, faults := golden(t, name, []byte(f.text))
					got = append(got, part{name + ".html", html})
					if faults != "" {
						got = append(got, part{name + ".faults", faults})
					}
				}
			}
			compareGolden(t, file, want, got)
		})
	}
}

// part is a file of an archive in the format of txtar; the first, without a
// name, is the archive's comment.
type part struct{ name, text string }

func goldenFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	return files
}

func readGolden(t testing.TB, file string) []part {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := []part{{}}
	for line := range strings.Lines(string(data)) {
		name, marked := strings.CutPrefix(line, "-- ")
		if name, ok := strings.CutSuffix(name, " --\n"); ok && marked {
			parts = append(parts, part{name: name})
		} else {
			parts[len(parts)-1].text += line
		}
	}
	return parts
}

func compareGolden(t *testing.T, file string, want, got []part) {
	t.Helper()
	if *update {
		var out strings.Builder
		for _, p := range got {
			if p.name != "" {
				fmt.Fprintf(&out, "-- %s --\n", p.name)
			}
			out.WriteString(p.text)
		}
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) {
			t.Fatalf("%d parts, want %d", len(got), len(want))
		}
		if got[i] != want[i] {
			t.Errorf("%s:\ngot\n%swant %s\n%s", got[i].name, got[i].text, want[i].name, want[i].text)
		}
	}
}

// golden returns the sections of a body as a reader of a golden file sees them.
func golden(t *testing.T, name string, src []byte) (html, faults string) {
	lang := "es"
	if before, _, ok := strings.Cut(name, "/"); ok {
		lang = before
	}
	doc, list := New().Convert(src, lang, Place{Path: "index.md", Line: 1})
	var out, words bytes.Buffer
	for i, s := range doc.Sections {
		if i > 0 {
			fmt.Fprintf(&out, "== %s | %s\n", s.ID, s.Title)
		}
		body := string(doc.HTML(i, fill))
		oracle(t, body)
		out.WriteString(body)
		if body != "" && !strings.HasSuffix(body, "\n") {
			out.WriteString("\n")
		}
	}
	if err := diag.Write(&words, list, diag.Text, "en"); err != nil {
		t.Fatal(err)
	}
	return out.String(), words.String()
}

// fill answers as the site may.
func fill(l Link) string {
	switch l.Kind {
	case Record:
		return "/p/" + strings.TrimPrefix(l.Dest, "acervo:")
	case File:
		return "/es/file/"
	case Image:
		return ` src="/i/1a2b3c4d.jpg" width="640" height="480"`
	case Citation:
		return "[" + l.Dest + "]"
	}
	panic("no hole is of this kind")
}

const sample = `Antes del primer encabezado [@s1].

## Límites *claros* {#limits}

Texto con "comillas" [@s1] [@s2]. Ver [la guía](acervo:22j8wpk#blocks).

### Paso {#step}

- [otro](../otro/index.es.md), [aquí](#limits)

![Un mapa](mapa.png)

#### Más ` + "`x`" + `

Una nota[^1].

## Final

[^1]: El texto de la nota [@s1].
`

func TestDoc(t *testing.T) {
	doc, faults := New().Convert([]byte(sample), "es", Place{Path: "index.es.md", Line: 11})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if got, want := doc.Source, len(sample); got != want {
		t.Errorf("Source = %d, want %d", got, want)
	}
	type section struct {
		id, title string
		line      int
		text      string
		headings  string
	}
	wantSections := []section{
		{"", "", 11, "Antes del primer encabezado.", "[]"},
		{"limits", "Límites claros", 13, "Texto con “comillas”. Ver la guía.\nPaso\notro, aquí\nUn mapa\nMás x\nUna nota.\nEl texto de la nota.",
			"[{3 step Paso 17} {4 h3 Más x 23}]"},
		{"h4", "Final", 27, "", "[]"},
	}
	for i, want := range wantSections {
		s := doc.Sections[i]
		if got := (section{s.ID, s.Title, s.Line, s.Text, fmt.Sprint(s.Headings)}); got != want {
			t.Errorf("section %d\n got %+v\nwant %+v", i, got, want)
		}
	}
	wantLinks := []Link{
		{Citation, "s1", "", 11, 29, 1},
		{Citation, "s1", "", 15, 22, 2},
		{Citation, "s2", "", 15, 28, 1},
		{Record, "acervo:22j8wpk#blocks", "la guía", 15, 39, 0},
		{File, "../otro/index.es.md", "otro", 19, 3, 0},
		{Fragment, "#limits", "aquí", 19, 32, 0},
		{Image, "mapa.png", "Un mapa", 21, 1, 0},
		{Citation, "s1", "", 29, 27, 3},
	}
	for i, want := range wantLinks {
		if i >= len(doc.Links) || doc.Links[i] != want {
			t.Errorf("link %d\n got %+v\nwant %+v", i, doc.Links[i], want)
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, src := range []string{"", "\n", " \n\t\n"} {
		doc, faults := New().Convert([]byte(src), "es", Place{})
		if len(faults) != 0 || len(doc.Sections) != 1 || doc.HTML(0, fill) != "" {
			t.Errorf("%q: %v %+v", src, faults, doc)
		}
	}
}

// TestConcurrent converts with one converter from several places at once, and
// compares with a fresh one: nothing may leak from body to body.
func TestConcurrent(t *testing.T) {
	c := New()
	bodies := []string{sample, "## A\n\n# B\n\n[x](javascript:y)\n", "a\x00b", `fr "x" !`, strings.Repeat("[", 3000)}
	for i := range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for j := range 40 {
				body, lang := bodies[(i+j)%len(bodies)], []string{"es", "fr", "ar"}[j%3]
				if got, want := dump(c, body, lang), dump(New(), body, lang); got != want {
					t.Fatalf("got %s\nwant %s", got, want)
				}
			}
		})
	}
}

func dump(c *Converter, body, lang string) string {
	doc, faults := c.Convert([]byte(body), lang, Place{Path: "p", Line: 1})
	out := fmt.Sprintf("%+v %+v", *doc, faults)
	for i := range doc.Sections {
		out += string(doc.HTML(i, fill))
	}
	return out
}

// TestWords finds every code of the package in both languages of the program,
// with a hint that its arguments complete.
func TestWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	args := diag.Args{}
	for _, name := range []string{"number", "limit", "character", "html", "id", "dest", "file", "value"} {
		args[name] = "x"
	}
	codes := regexp.MustCompile(`"((?:body|raw|heading|link|image|citation|note)-[a-z]+)"`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range codes.FindAllStringSubmatch(string(data), -1) {
			for _, lang := range diag.Languages {
				text, hint := diag.Fault{Code: m[1], Args: args}.Words(lang)
				if text == m[1] || hint == "" {
					t.Errorf("%s in %s: text %q, hint %q", m[1], lang, text, hint)
				}
			}
		}
	}
}
