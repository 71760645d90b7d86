package epub

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

// frame is one that is easy to find in a page.
var frame = Frame{Style: "p { color: inherit }", Early: "early()", Script: "late()", Bar: `<header><a href="#x-contents">Contenido</a></header>`}

func TestGoldenPage(t *testing.T) {
	var out bytes.Buffer
	if err := WritePage(&out, sample(), frame); err != nil {
		t.Fatal(err)
	}
	const file = "testdata/sample.html"
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("%s differs:\n%s", file, out.Bytes())
	}
}

// TestPageNotWhole wants a page to be refused as the book is, and one whose
// style or script would end its element.
func TestPageNotWhole(t *testing.T) {
	failed := errors.New("template")
	for want, of := range map[string]struct {
		chapters []Chapter
		frame    Frame
	}{
		`epub: a.xhtml: no "x" in a.xhtml`:                      {chapters: []Chapter{{File: "a.xhtml", HTML: text(`<a href="#x">`)}}},
		`epub: a.xhtml: no picture "b.png"`:                     {chapters: []Chapter{{File: "a.xhtml", HTML: text(`<img src="b.png">`)}}},
		"template":                                              {chapters: []Chapter{{File: "a.xhtml", HTML: func() (string, error) { return "", failed }}}},
		"epub: a style or script of the page ends its element":  {frame: Frame{Script: `x = "</SCRIPT>"`}},
		"epub: a style or script of the page ends its element ": {frame: Frame{Style: `</style>`}},
	} {
		var out bytes.Buffer
		err := WritePage(&out, Book{Chapters: of.chapters}, of.frame)
		if err == nil || err.Error() != strings.TrimSpace(want) || out.Len() > 0 {
			t.Errorf("%v, %d bytes; want %s", err, out.Len(), want)
		}
	}
}
