package epub

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden book anew")

func text(html string) func() (string, error) {
	return func() (string, error) { return html, nil }
}

// river is the smallest PNG.
var river = []byte("\x89PNG\r\n\x1a\n")

// sample has everything that a book can have, and hostile texts.
func sample() Book {
	return Book{
		Lang: "es", Dir: "ltr", Title: `Ríos & <script>"puentes"`, Description: "Un libro.", Identifier: "urn:uuid:6ba7b811-9dad-51d1-80b4-00c04fd430c8",
		Modified: time.Date(2026, 11, 24, 9, 30, 0, 0, time.FixedZone("", -6*3600)), Publisher: "Acervo", Source: "https://acervo.example/es/",
		Rights: "CC-BY-SA-4.0", Style: "h1 { color: inherit }\n", Contents: "Contenido",
		Chapters: []Chapter{
			{File: "title.xhtml", Title: "Portada", Type: "titlepage", HTML: text(`<h1>Ríos &amp; &lt;script&gt;</h1><p><a href="/es/rio/#limits">Río</a>`)},
			{Title: "Índices", Chapters: []Chapter{{File: "index.xhtml", Title: `]]><b>`, Type: "index", HTML: text(`<h1>x</h1>`)}}},
			{File: "rivers.xhtml", Title: "Ríos", Type: "part", HTML: text("<h1>Ríos</h1>"), Chapters: []Chapter{
				{File: "rio.xhtml", Title: "River", Lang: "en", Type: "chapter", HTML: text(chapter)},
			}},
		},
		Images: []Image{{"images/river.png", river}, {"images/unused.png", river}},
		Resolve: func(address string) string {
			return strings.NewReplacer("/es/rio/", "rio.xhtml", "/assets/", "images/").Replace(address)
		},
	}
}

// chapter is HTML as templates and Markdown give it.
const chapter = `<!-- nothing --><script>alert(1)</script><style>p{}</style><svg><title>x</title></svg><button>Copiar</button>
<h2 id="limits"><a class="anchor" href="#limits">Límites&nbsp;y</a></h2>
<p lang="en" dir="ltr" onclick="x()" style="color:red" data-x="y">A<br>B<hr><img src="/assets/river.png" width="4" height="3" alt="Un &quot;río&quot;" loading="lazy">
<p hidden>oculto<p><a class="cite" href="#x-source-s1" id="x-cite-s1-1">1</a> <a href="mailto:a@b.example?subject=c">correo</a> <a href="https://x.example/?a=1&b=2">web</a>
<custom-tag>queda</custom-tag> <a href="javascript:alert(1)">no</a><ul><li value=2 id="2019">uno<li id="x-source-s1">dos <a href="#2019">año</a></ul>
<table><thead><tr><th align="right">n<tbody><tr><td class="a" align="center">1</table><pre>
 a < b && c` + "\x01\ufffe" + `</pre>`

func TestGolden(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, sample()); err != nil {
		t.Fatal(err)
	}
	got := txtar.Format(&txtar.Archive{Files: unpack(t, out.Bytes())})
	const file = "testdata/sample.txtar"
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs:\n%s", file, got)
	}
}

// unpack returns the files of a book in their order, and holds those that are
// XML to be well-formed.
func unpack(t *testing.T, data []byte) []txtar.File {
	t.Helper()
	if got := string(data[30:58]); got != "mimetypeapplication/epub+zip" {
		t.Errorf("begins with %q", got)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var files []txtar.File
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(content, []byte("<?xml")) {
			decoder := xml.NewDecoder(bytes.NewReader(content))
			for err == nil {
				_, err = decoder.Token()
			}
			if err != io.EOF {
				t.Errorf("%s: %v\n%s", f.Name, err, content)
			}
		}
		if f.Name != "mimetype" && f.Modified.Year() != 1980 {
			t.Errorf("%s is of %s", f.Name, f.Modified)
		}
		if strings.HasSuffix(f.Name, ".png") {
			content = []byte("(a picture)\n")
		}
		files = append(files, txtar.File{Name: f.Name, Data: content})
	}
	return files
}

func TestSameBytes(t *testing.T) {
	var one, two bytes.Buffer
	if err := errors.Join(Write(&one, sample()), Write(&two, sample())); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same book has other bytes")
	}
}

// TestNotWhole wants every book with a hole to be refused, with the place.
func TestNotWhole(t *testing.T) {
	failed := errors.New("template")
	for name, of := range map[string]struct {
		chapters []Chapter
		want     string
	}{
		"no chapter": {[]Chapter{{File: "a.xhtml", HTML: text(`<a href="b.xhtml">`)}}, `epub: a.xhtml: no chapter "b.xhtml"`},
		"no id":      {[]Chapter{{File: "a.xhtml", HTML: text(`<a href="a.xhtml#x">`)}}, `epub: a.xhtml: no "x" in a.xhtml`},
		"no picture": {[]Chapter{{File: "a.xhtml", HTML: text(`<img src="https://x.example/a.png" alt="">`)}}, `epub: a.xhtml: no picture "https://x.example/a.png"`},
		"id twice":   {[]Chapter{{File: "a.xhtml", HTML: text(`<p id="x"></p><p id="x"></p>`)}}, `epub: a.xhtml: two elements with the id "x"`},
		"name twice": {[]Chapter{{File: "a.xhtml", HTML: text(``)}, {File: "a.xhtml", HTML: text(``)}}, `epub: "a.xhtml" cannot be the name of a further chapter`},
		"bad name":   {[]Chapter{{File: "../a.xhtml", HTML: text(``)}}, `epub: "../a.xhtml" cannot be the name of a further chapter`},
		"nav":        {[]Chapter{{File: "nav.xhtml", HTML: text(``)}}, `epub: "nav.xhtml" cannot be the name of a further chapter`},
		"no text":    {[]Chapter{{File: "a.xhtml", HTML: func() (string, error) { return "", failed }}}, "template"},
		"all at once": {[]Chapter{{File: "a.xhtml", HTML: text(`<a href="#x"></a><a href="#y"></a>`)}},
			"epub: a.xhtml: no \"x\" in a.xhtml\nepub: a.xhtml: no \"y\" in a.xhtml"},
	} {
		if err := Write(io.Discard, Book{Chapters: of.chapters}); err == nil || err.Error() != of.want {
			t.Errorf("%s: %v, want %s", name, err, of.want)
		}
	}
}

// FuzzXHTML wants any HTML to become XML, or to be refused.
func FuzzXHTML(f *testing.F) {
	f.Add(chapter)
	f.Add("<a href=\"\x00%zz\"><b><p></b></a><table>x<td>")
	f.Add("<p aria-label=\"]]>\" epub:type='x'\xff></ p>")
	f.Fuzz(func(t *testing.T, html string) {
		var out bytes.Buffer
		b := Book{Lang: "es", Chapters: []Chapter{{File: "a.xhtml", Title: html, HTML: text(html)}}}
		if Write(&out, b) == nil {
			for _, file := range unpack(t, out.Bytes()) {
				if bytes.Contains(file.Data, []byte("<script")) {
					t.Errorf("a script:\n%s", file.Data)
				}
			}
		}
	})
}
