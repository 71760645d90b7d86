package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"acervo/generator/epub"
	"acervo/generator/gitfs"
)

// handbookPage makes the one page of a language.
func handbookPage(tb testing.TB, plan *Plan, lang string) []byte {
	tb.Helper()
	book, frame, err := plan.Handbook(lang)
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	if err := epub.WritePage(&out, book, frame); err != nil {
		tb.Fatalf("%s: %v", lang, err)
	}
	return out.Bytes()
}

// checkHandbook wants every link within the page to lead somewhere, nothing
// that is loaded, and a policy that allows exactly the style and the scripts.
func checkHandbook(tb testing.TB, page []byte) {
	tb.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		tb.Fatal(err)
	}
	ids, hashes, policy, titles := map[string]bool{}, map[string][]string{}, "", 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "id" && ids[a.Val]:
				tb.Errorf("the id %q is there twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "src" && !strings.HasPrefix(a.Val, "data:image/"):
				tb.Errorf("<%s> loads %q", n.Data, a.Val)
			case a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "tel:"):
				tb.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			case a.Key == "content" && strings.HasPrefix(a.Val, "default-src"):
				policy = a.Val
			}
		}
		switch n.Data {
		case "script", "style":
			sum := sha256.Sum256([]byte(n.FirstChild.Data))
			hashes[n.Data] = append(hashes[n.Data], "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		case "iframe", "object", "video", "audio", "base":
			tb.Errorf("there is <%s>", n.Data)
		case "h1":
			titles++
		}
	}
	want := "default-src 'none'; style-src " + strings.Join(hashes["style"], " ") + "; script-src " + strings.Join(hashes["script"], " ") +
		"; img-src data:; form-action 'none'; base-uri 'none'"
	if policy != want || len(hashes["style"]) != 1 || len(hashes["script"]) != 2 {
		tb.Errorf("policy %s\nwant %s", policy, want)
	}
	if titles != 1 {
		tb.Errorf("%d first headings", titles)
	}
	for _, link := range find(doc, "[href]") {
		address := attr(link, "href")
		u, err := url.Parse(address)
		switch {
		case err != nil || !slices.Contains([]string{"", "http", "https", "mailto", "data"}, u.Scheme):
			tb.Errorf("<%s> leads to %q", link.Data, address)
		case link.Data == "link" && u.Scheme != "data":
			tb.Errorf("<link> loads %q", address)
		case u.Scheme == "" && (!strings.HasPrefix(address, "#") || !ids[u.Fragment]):
			tb.Errorf("a link leads to %q, which is not there", address)
		}
	}
}

// TestHandbooks makes the one page of all golden sites without faults, in all
// their languages, each twice.
func TestHandbooks(t *testing.T) {
	eachGolden(t, func(t *testing.T, plan *Plan) {
		for _, lang := range plan.langs {
			page := handbookPage(t, plan, lang.Tag)
			checkHandbook(t, page)
			if !bytes.Equal(page, handbookPage(t, plan, lang.Tag)) {
				t.Errorf("%s: other bytes the second time", lang.Tag)
			}
		}
	})
}

// TestHandbookOfOwnContent makes those of the repository's own content.
func TestHandbookOfOwnContent(t *testing.T) {
	source, err := gitfs.Folder("../..")
	if err != nil {
		t.Fatal(err)
	}
	plan, faults := Read(Source{Files: source, Program: programFiles(), Own: true}, Options{}, shared)
	if plan == nil {
		t.Fatal(faults)
	}
	for _, lang := range plan.langs {
		page := handbookPage(t, plan, lang.Tag)
		checkHandbook(t, page)
		t.Logf("%s: %d bytes, %d compressed", lang.Tag, len(page), gzipped(t, page))
	}
	if n := gzipped(t, plan.script("handbook.js")); n > 2<<10 {
		t.Errorf("the script has %d bytes compressed", n)
	}
	if _, _, err := plan.Handbook("xx"); err == nil {
		t.Error("a handbook in a language that the site has not got")
	}
}

func gzipped(t *testing.T, data []byte) int {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// TestHandbookSays shows what the page tells of itself and its records.
func TestHandbookSays(t *testing.T) {
	plan, faults := Read(readGolden(t, "testdata/whole.txtar").source(), Options{}, shared)
	if plan == nil {
		t.Fatal(faults)
	}
	page := string(handbookPage(t, plan, "es"))
	for _, want := range []string{
		"Contenido del 24 de noviembre de 2026.", `<a href="https://acervo.example/es/">https://acervo.example/es/</a>`,
		`<a href="#1000001">Una línea que escucha</a>`, `<h2 id="1000001/x-title" class="h1">`, `<a href="#dimensions/protection">`,
		`href="#1000001/x-source-s1"`, `src="data:image/png;base64,`, `@bottom-left{content:"Acervo · 24 de noviembre de 2026"`,
		`<details>` + "\n" + `<summary>Prácticas</summary>`, `data-exit`, `class="find" role="search"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %s", want)
		}
	}
	for text, want := range map[string]string{`a"b\c` + "\n</style>": `"a\22 b\5c c\a \3c /style>"`, "Acervo": `"Acervo"`} {
		if got := cssString(text); got != want {
			t.Errorf("%q in a style: %s, want %s", text, got, want)
		}
	}
}
