package markdown

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"acervo/generator/diag"
)

// told lists faults as "line:col code args".
func told(faults diag.List) string {
	var out []string
	for _, f := range faults.Sorted() {
		out = append(out, fmt.Sprintf("%d:%d %s %v", f.Line, f.Col, f.Code, f.Args))
	}
	return strings.Join(out, "\n")
}

func convert(body string) (*Doc, diag.List) {
	return New().Convert([]byte(body), "es", Place{Path: "p", Line: 1})
}

// TestLimits passes each limit by one, and stays at it.
func TestLimits(t *testing.T) {
	deep := func(n int) string {
		var out strings.Builder
		for i := range n {
			out.WriteString(strings.Repeat("  ", i) + "- x\n")
		}
		return out.String()
	}
	table := func(columns, rows int) string {
		return strings.Repeat("a|", columns) + "\n" + strings.Repeat("-|", columns) + "\n" + strings.Repeat("x\n", rows)
	}
	calls := func(n int) string { return strings.Repeat("a[^1]\n\n", n) + "[^1]: x\n" }
	tests := []struct {
		name, at, over, want string
	}{
		{"size", strings.Repeat("a", 65536), strings.Repeat("a", 65537), "1:0 body-size map[limit:65536 number:65537]"},
		{"brackets", "x\n\n" + strings.Repeat("[", 2000), "x\n\n" + strings.Repeat("[", 2001), "3:0 body-brackets map[limit:2000 number:2001]"},
		{"brackets in blocks", strings.Repeat(strings.Repeat("]", 1500)+"\n\n", 5), strings.Repeat("[]\n", 1001), "1001:0 body-brackets map[limit:2000 number:2002]"},
		{"brackets in items", strings.Repeat("- [] []\n", 1000), strings.Repeat("1) [] []\n", 501), "501:0 body-brackets map[limit:2000 number:2004]"},
		{"delimiters", strings.Repeat("*a ", 2000), strings.Repeat("_a ", 2001), "1:0 body-delimiters map[limit:2000 number:2001]"},
		{"delimiters in a run", strings.Repeat("*", 4000), strings.Repeat("*", 4001) + "a", "1:0 body-delimiters map[limit:2000 number:2001]"},
		{"columns", table(20, 1), table(21, 1), "2:0 body-columns map[limit:20 number:21]"},
		{"cells", table(20, 499), table(20, 500), "502:0 body-cells map[limit:10000 number:10020]"},
		{"nesting of lists", deep(20), deep(21), "21:0 body-nesting map[limit:20 number:21]"},
		{"nesting of quotations", strings.Repeat("> ", 20) + "x", strings.Repeat(">", 21) + "x", "1:0 body-nesting map[limit:20 number:21]"},
		{"nesting of notes", "[^a]: x [^a]", strings.Repeat("[^a]: ", 21) + "x", "1:0 body-nesting map[limit:20 number:21]"},
		{"nesting of emphasis", strings.Repeat("*a **b ", 10) + "c" + strings.Repeat("b**a*", 10), strings.Repeat("*a **b ", 10) + "*c*" + strings.Repeat("b**a*", 10), "1:71 body-nesting map[limit:20 number:21]"},
		{"html", calls(300), calls(4000), "1:0 body-html map[limit:625696 number:669886]"},
	}
	for _, test := range tests {
		if _, faults := convert(test.at); strings.Contains(told(faults), strings.Fields(test.want)[1]) {
			t.Errorf("%s, at the limit: %s", test.name, told(faults))
		}
		doc, faults := convert(test.over)
		if got := told(faults); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.name, got, test.want)
		}
		for i := range doc.Sections {
			oracle(t, string(doc.HTML(i, fill)))
		}
	}
}

// TestCharacters tells one fault a line, and no HTML comes out.
func TestCharacters(t *testing.T) {
	tests := []struct{ body, want string }{
		{"a\x00b\x01c\n\tb\x7f", "1:2 body-character map[character:U+0000]\n2:3 body-character map[character:U+007F]"},
		{"ñ\u202ex", "1:2 body-character map[character:U+202E]"},
		{"a\u2066", "1:2 body-character map[character:U+2066]"},
		{"a\u200b", "1:2 body-character map[character:U+200B]"},
		{"\ufeffa", "1:1 body-character map[character:U+FEFF]"},
		{"a\u0085", "1:2 body-character map[character:U+0085]"},
		{"a\r\n", "1:2 body-character map[character:U+000D]"},
		{"añ\xffo", "1:3 body-character map[character:0xff]"},
		{"\xc2", "1:1 body-character map[character:0xc2]"},
		{"نی\u200cآ \u200d \u200e \u200f \u00a0 « » é", ""},
	}
	for _, test := range tests {
		doc, faults := convert("[@s1]\n\n## A {#a}\n\n" + test.body)
		if got, want := told(faults), strings.NewReplacer("1:", "5:", "2:", "6:").Replace(test.want); got != want && test.want != "" {
			t.Errorf("%q\n got %s\nwant %s", test.body, got, want)
		}
		if html := doc.HTML(0, fill) + doc.HTML(1, fill); (html == "") != (test.want != "") {
			t.Errorf("%q gives %q", test.body, html)
		}
		if len(doc.Sections) != 2 || doc.Sections[1].ID != "a" || len(doc.Links) != 1 {
			t.Errorf("%q: sections and links are lost: %+v", test.body, doc)
		}
	}
}

// hostile are bodies that cost their parser most, each as long as may be.
var hostile = func() map[string]string {
	fill := func(unit string, most int) string {
		return strings.Repeat(unit, min(most, maxSize/len(unit)))
	}
	blocks := func(unit string, a, each int) string {
		block := strings.Repeat(unit, each) + "\n\n"
		return strings.Repeat(block, min(a, maxSize/len(block)))
	}
	return map[string]string{
		"links":           blocks("[a](", 99999, 1000),
		"open brackets":   blocks("[", 99999, 2000),
		"images":          blocks("![", 99999, 2000),
		"closed brackets": strings.Repeat(strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+"\n\n", 32),
		"angle links":     blocks("[a](<b", 99999, 1000),
		"titles":          blocks(`[a](b "`, 99999, 1000),
		"references":      blocks("[a][", 99999, 660),
		"definitions":     fill("[a]: b\n", 1000),
		"closers":         blocks("a* ", 99999, 2000),
		"emphasis":        blocks("*a _b ", 99999, 1000),
		"runs":            blocks("***a", 99999, 1000),
		"backticks": func() string {
			s := ""
			for i := 1; len(s) < maxSize-400; i++ {
				s += strings.Repeat("`", i) + " "
			}
			return s
		}(),
		"notes": func() string {
			s := ""
			for i := 0; len(s) < maxSize/2; i++ {
				s += fmt.Sprintf("[^%d]: x\n\n", i)
			}
			for i := 1500; len(s) < maxSize-20; i-- {
				s += fmt.Sprintf("a[^%d]\n\n", max(i, 0))
			}
			return s
		}(),
		"note calls":        "[^a]: x\n\n" + blocks("[^a]", 99999, 900),
		"cells":             "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t\n-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-\n" + fill("x\n", 499),
		"empty rows":        blocks("a|b\n-|-\n"+strings.Repeat("|\n", 20), 220, 1),
		"headings":          fill("### \n", 99999),
		"items":             fill("-\n", 99999),
		"item steps":        fill(strings.Join([]string{"-", " -", "  -", "   -", "    -", "     -\n"}, "\n"), 99999),
		"quotations":        fill("> > > > > > > > > > > > > > > > > > > > a\n", 99999),
		"terms":             fill("a\n: b\n", 99999),
		"autolinks":         fill("<a:>", 99999),
		"mails":             fill("<a@b>", 99999),
		"tags":              fill(`<a b="`, 99999),
		"comments":          "a" + fill("<!-- ", 13000),
		"instructions":      "a" + fill("<? <!A <![CDATA[ ", 900),
		"entities":          fill("&CounterClockwiseContourIntegral", 99999),
		"quotes":            fill(`"'`, 99999),
		"apostrophes":       fill(" 'a", 99999),
		"braces":            "## " + fill("{#", 32000) + "}",
		"attributes":        "## " + fill("{a=", 21000) + "}",
		"underscores":       fill("_a", 1000) + fill("\\_", 1000),
		"rulers":            fill("- - -\n", 99999),
		"lazy":              fill("- a\nb\n", 99999),
		"citations":         blocks("[@s1] ", 99999, 900),
		"broken citations":  blocks("[@s1", 99999, 1900),
		"setext":            fill("a\n-\n", 99999),
		"code":              fill("```\n", 99999),
		"indented":          fill("    - a\n", 99999),
		"mixed containers":  fill("> - > - > - > - > - > - > - > - > - > - a\n", 99999),
		"escapes":           fill("\\[\\]", 490),
		"one long line":     fill("palabra ", 99999),
		"nothing but lines": fill("\n", 99999),
	}
}()

// TestHostileTime holds the promise of limits.go. The bound is far above what is
// measured (the worst takes some 150 ms), so that a busy machine passes.
func TestHostileTime(t *testing.T) {
	c := New()
	for name, body := range hostile {
		start := time.Now()
		doc, faults := c.Convert([]byte(body), "fr", Place{Path: "p", Line: 1})
		took := time.Since(start)
		t.Logf("%-18s %6d bytes %8.1f ms %4d faults %8d html", name, len(body), float64(took.Microseconds())/1000, len(faults), len(doc.html))
		if took > 5*time.Second {
			t.Errorf("%s takes %v", name, took)
		}
		for i := range doc.Sections {
			doc.HTML(i, fill)
		}
	}
}
