package markdown

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// seeds adds the bodies of the golden files and the hostile ones.
func seeds(f *testing.F) {
	for _, file := range goldenFiles(f) {
		for _, part := range readGolden(f, file) {
			if strings.HasSuffix(part.name, ".md") {
				f.Add(part.text, "fr")
			}
		}
	}
	for _, body := range hostile {
		f.Add(body[:min(len(body), 600)], "es")
	}
	f.Add(string(body(1, 200)), "es")
	f.Add(sample, "ar")
}

// FuzzConvert holds what Convert promises for any bytes: no panic, HTML within
// the policy, valid text, growth and time within the limits, and a result that
// depends on nothing but the body.
func FuzzConvert(f *testing.F) {
	seeds(f)
	c := New()
	f.Fuzz(func(t *testing.T, body, lang string) {
		start := time.Now()
		doc, faults := c.Convert([]byte(body), lang, Place{Path: "p", Line: 1})
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("takes %v", took)
		}
		if len(doc.html) > maxGrowth*len(body)+maxSlack {
			t.Errorf("%d bytes of HTML", len(doc.html))
		}
		for i, s := range doc.Sections {
			oracle(t, string(doc.HTML(i, fill)))
			if !utf8.ValidString(s.Title+s.Text) && len(faults) == 0 {
				t.Errorf("section %d has invalid text", i)
			}
		}
		if id := doubleID(doc); id != "" && len(faults) == 0 {
			t.Errorf("the id %q stands twice", id)
		}
		lines := strings.Count(body, "\n") + 1
		for _, l := range doc.Links {
			if l.Line < 1 || l.Line > lines || l.Col < 1 {
				t.Errorf("link outside the body: %+v", l)
			}
		}
		for _, fault := range faults {
			if fault.Line < 1 || fault.Line > lines || fault.Code == "body-unreadable" {
				t.Errorf("fault %+v", fault)
			}
		}
		again, faultsAgain := New().Convert([]byte(body), lang, Place{Path: "p", Line: 1})
		if again.html != doc.html || told(faultsAgain) != told(faults) {
			t.Error("a fresh converter gives another result")
		}
	})
}

// doubleID returns an id that stands twice in a document, "" for none.
func doubleID(doc *Doc) string {
	seen := map[string]bool{}
	for _, s := range doc.Sections[1:] {
		if seen[s.ID] {
			return s.ID
		}
		seen[s.ID] = true
	}
	for _, m := range idAttributes.FindAllStringSubmatch(doc.html, -1) {
		if seen[m[1]] {
			return m[1]
		}
		seen[m[1]] = true
	}
	return ""
}

var idAttributes = regexp.MustCompile(`<[a-z0-9]+(?: [^<>]*)? id="([^"]*)"`)

// FuzzLink holds what is promised of destinations: what is written as an address
// has an allowed scheme for any reader, and everything else is a hole, a
// fragment or a fault.
func FuzzLink(f *testing.F) {
	for _, dest := range []string{
		"https://example.org/a?b=c#d", "javascript:alert(1)", "JAVA&#115;CRIPT&colon;x", "java\\script:x", "//x", "/\\x", "\\\\x",
		"mailto:a@b.c", "acervo:22j8wpk#blocks", "../a/index.es.md#b", "#a", "https:x", "http://[::1]:80/", "https://a%2fb/", "data&Tab;:x",
		"https://ñ.example/ñ", "javascript%3ax", "javascript：x", " https://x", "<https://x y>", "https://x/%zz", "https://x?\"'<>",
	} {
		f.Add(dest)
	}
	c := New()
	f.Fuzz(func(t *testing.T, dest string) {
		d := resolve(dest)
		switch {
		case d.fault != "":
		case d.href != "":
			u, err := url.Parse(d.href)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
				t.Errorf("%q becomes %q", dest, d.href)
			}
			if strings.ContainsFunc(d.href, func(r rune) bool { return r <= ' ' || r == '\\' || hidden(r) }) {
				t.Errorf("%q becomes %q", dest, d.href)
			}
		case d.kind == Fragment && strings.HasPrefix(dest, "#"),
			d.kind == Record && strings.HasPrefix(dest, "acervo:"),
			d.kind == File && strings.Contains(dest, "index.") && !strings.ContainsAny(dest, ":\\%&<>\"'"):
		default:
			t.Errorf("%q becomes %+v", dest, d)
		}
		for _, body := range []string{"[a](" + dest + ")", "[a](<" + dest + ">)", "<" + dest + ">", "![a](" + dest + " \"" + dest + "\")", "[a]\n\n[a]: " + dest} {
			doc, _ := c.Convert([]byte(body), "es", Place{Line: 1})
			for i := range doc.Sections {
				oracle(t, string(doc.HTML(i, fill)))
			}
		}
	})
}
