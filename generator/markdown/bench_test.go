package markdown

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
)

// body returns a body of about so many words, the same for the same seed: what a
// record has, in its proportions.
func body(seed uint64, words int) []byte {
	r := rand.New(rand.NewPCG(seed, seed))
	lexicon := strings.Fields("la trata de personas y el equipo atiende víctimas niñas niños adolescentes protección derechos " +
		"identificación comunidad país municipio línea nacional fiscalía año 2021 según informe «ruta» l'aide survivors \"referral\" -- no existe")
	var out bytes.Buffer
	sentence := func() {
		for range 8 + r.IntN(10) {
			word := lexicon[r.IntN(len(lexicon))]
			switch r.IntN(30) {
			case 0:
				word = "*" + word + "*"
			case 1:
				word = "[" + word + "](acervo:22j8wpk#blocks)"
			case 2:
				word = "[" + word + "](https://example.org/" + word + ")"
			}
			out.WriteString(word + " ")
			words--
		}
		fmt.Fprintf(&out, "[@s%d]. ", 1+r.IntN(9))
	}
	for section := 1; words > 0; section++ {
		fmt.Fprintf(&out, "## Sección %d {#section-%d}\n\n", section, section)
		sentence()
		out.WriteString("\n\n")
		for range r.IntN(6) {
			out.WriteString("- ")
			sentence()
			out.WriteByte('\n')
		}
		out.WriteByte('\n')
		if section%2 == 0 {
			fmt.Fprintf(&out, "### Pieza {#block-%d}\n\n", section)
			sentence()
			sentence()
			out.WriteString("\n\n")
		}
		if section == 3 {
			out.WriteString("| año | víctimas |\n|-----|---------:|\n| 2021 | 101 |\n| 2022 | 87 |\n\nNota[^1].\n\n[^1]: Cifras del informe.\n\n")
		}
	}
	return out.Bytes()
}

func BenchmarkConvert(b *testing.B) {
	src, c := body(1, 600), New()
	if _, faults := c.Convert(src, "es", Place{Line: 1}); len(faults) > 0 {
		b.Fatal(faults)
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		c.Convert(src, "es", Place{Path: "index.es.md", Line: 12})
	}
}

func BenchmarkGoldmark(b *testing.B) {
	src := body(1, 600)
	m := goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Footnote, extension.DefinitionList, extension.Typographer),
		goldmark.WithParserOptions(parser.WithHeadingAttribute()),
		goldmark.WithRendererOptions(html.WithUnsafe()))
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := m.Convert(src, &out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	doc, _ := New().Convert(body(1, 600), "es", Place{Line: 1})
	label := func(Link) string { return "3" }
	b.ReportAllocs()
	for b.Loop() {
		for i := range doc.Sections {
			doc.HTML(i, label)
		}
	}
}
