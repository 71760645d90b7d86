package site

import (
	"bytes"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestPortable makes a copy of golden sites, and of some each language alone,
// and holds it to what a copy must be.
func TestPortable(t *testing.T) {
	for name, split := range map[string]bool{
		"base-path": false, "fallback": true, "help-lines": false, "images": false, "paging": false, "partial": true, "redirects": true,
		"rtl": false, "whole": true, "withdrawn": true,
	} {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, filepath.Join("testdata", name+".txtar"))
			plan, faults := Read(g.source(), g.options, shared)
			if plan == nil {
				t.Fatal(faults)
			}
			whole, langs := filesOf(t, plan), []string{""}
			if split {
				langs = append(langs, plan.Languages()...)
			}
			for _, lang := range langs {
				options := g.options
				options.Portable, options.Lang = true, lang
				portable, faults := Read(g.source(), options, shared)
				if portable == nil {
					t.Fatal(faults)
				}
				copied := filesOf(t, portable)
				checkCopy(t, copied, lang)
				checkSame(t, plan, whole, copied, lang)
				checkFound(t, portable, copied)
			}
		})
	}
}

// checkCopy reports what no page of a copy may have: an address from the
// host's root, a link to a folder or to nothing, something that is loaded from
// elsewhere, a number to be called by a script, no date.
func checkCopy(t *testing.T, m made, lang string) {
	t.Helper()
	pages, ids := map[string]*html.Node{}, map[string]map[string]bool{}
	for name, data := range m.files {
		switch ext := path.Ext(name); {
		case ext == ".html":
			page, err := html.Parse(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			pages[name], ids[name] = page, map[string]bool{}
			for n := range page.Descendants() {
				ids[name][attr(n, "id")] = true
			}
		case strings.HasPrefix(name, "assets/"), strings.HasPrefix(name, "search/"), ext == ".txt" && !strings.Contains(name, "/"):
		default:
			t.Errorf("%q: the copy has %s", lang, name)
		}
	}
	for _, name := range []string{"404.html", "robots.txt"} {
		if m.files[name] != nil {
			t.Errorf("%q: the copy has %s", lang, name)
		}
	}
	for _, name := range sortedNames(pages) {
		if line := find(pages[name], "p.copy"); len(line) != 1 || !strings.Contains(text(line[0]), "24") || !strings.Contains(text(line[0]), m.base) {
			t.Errorf("%q: %s does not tell its age", lang, name)
		}
		for n := range pages[name].Descendants() {
			for _, a := range n.Attr {
				if a.Key == "data-verified-on" || strings.HasPrefix(a.Val, "tel:") {
					t.Errorf("%q: %s has a call button", lang, name)
				}
				if n.Type == html.ElementNode {
					checkCopied(t, m, ids, name, n, a)
				}
			}
		}
	}
}

// checkCopied checks an attribute.
func checkCopied(t *testing.T, m made, ids map[string]map[string]bool, name string, n *html.Node, a html.Attribute) {
	t.Helper()
	isData := strings.HasPrefix(a.Key, "data-")
	switch {
	case isData && strings.HasPrefix(a.Val, "/") && m.files[strings.TrimPrefix(a.Val, m.root)] != nil:
		t.Errorf("%s: %s=%q", name, a.Key, a.Val)
	case isData && !strings.HasPrefix(a.Val, "../") || !isData && !slices.Contains([]string{"href", "src", "action", "srcset", "content"}, a.Key):
		return
	case a.Key == "content":
		if attr(n, "http-equiv") != "refresh" {
			return
		}
		_, a.Val, _ = strings.Cut(a.Val, "url=")
	}
	u, err := url.Parse(a.Val)
	switch {
	case err != nil:
		t.Errorf("%s: %s=%q: %v", name, a.Key, a.Val, err)
		return
	case u.Scheme != "":
		isLink := n.Data == "a" || n.Data == "link" && slices.Contains([]string{"canonical", "alternate"}, attr(n, "rel"))
		if !isLink || u.Scheme == "file" {
			t.Errorf("%s: <%s> loads %q", name, n.Data, a.Val)
		}
		return
	case u.Path == "" && a.Key == "href" && n.Data == "a":
		u.Path = path.Base(name)
	}
	target := path.Join(path.Dir(name), u.Path)
	switch {
	case strings.HasPrefix(a.Val, "/"), strings.HasSuffix(u.Path, "/"), m.files[target] == nil:
		t.Errorf("%s: <%s> leads to %q", name, n.Data, a.Val)
	case u.Fragment != "" && !ids[target][u.Fragment]:
		t.Errorf("%s: %q leads to an id that is not there", name, a.Val)
	}
}

// checkSame holds the pages of a copy to those of the site: none is missing,
// and each says the same.
func checkSame(t *testing.T, plan *Plan, whole, copied made, lang string) {
	t.Helper()
	absent := map[string]bool{"404.html": true}
	for _, old := range plan.old {
		absent[old.path+"index.html"] = !strings.HasPrefix(old.path, "p/")
	}
	for i, l := range plan.langs {
		if plan.offline != nil {
			absent[plan.offline.paths[i]+"index.html"] = true
		}
		for name := range whole.files {
			if lang != "" && l.Tag != lang && strings.HasPrefix(name, l.Segment()+"/") {
				absent[name] = true
			}
		}
	}
	for name, data := range whole.files {
		page := copied.files[name]
		switch {
		case path.Ext(name) != ".html" || lang != "" && (name == "index.html" || strings.HasPrefix(name, "p/")):
		case (page == nil) != absent[name]:
			t.Errorf("%q: %s is in the copy: %v", lang, name, page != nil)
		case page != nil && mainText(t, page) != mainText(t, data):
			t.Errorf("%q: %s says something else in the copy", lang, name)
		}
	}
}

func mainText(t *testing.T, page []byte) string {
	t.Helper()
	node, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return text(find(node, "main")[0])
}

// checkFound wants every result of the search to lead to a file, or where the
// copy lacks it to the public site.
func checkFound(t *testing.T, plan *Plan, m made) {
	t.Helper()
	for lang := range plan.langs {
		if !plan.included(lang) {
			continue
		}
		for _, x := range plan.indexes(lang) {
			if m.files["search/"+plan.dir(x)+"/manifest.js"] == nil {
				t.Errorf("%q: no index %s", plan.options.Lang, plan.dir(x))
			}
			for _, doc := range plan.documents(x, plan.plain) {
				address, public := strings.CutPrefix(doc.Record.Address, m.base)
				if (m.files[address] == nil) != public || public && m.files[address+"index.html"] != nil {
					t.Errorf("%q: a result leads to %q", plan.options.Lang, doc.Record.Address)
				}
			}
		}
	}
}

// TestPortablePage gives pages that no layout makes the addresses of a copy.
func TestPortablePage(t *testing.T) {
	base, _ := url.Parse("https://acervo.example/a/")
	f := &folder{base, map[string]bool{}}
	for _, name := range []string{
		"index.html", "es/index.html", "es/x/index.html", "es/x/más/index.html", "es/y/index.html", "assets/main.js", "assets/a b.png", "assets/x.svg", "es/a:b/index.html",
	} {
		f.files[name] = true
	}
	for _, test := range []struct{ page, want string }{
		{`<a href="/a/es/x/">`, `<a href="index.html">`},
		{`<a href="/a/es/x/#n">`, `<a href="index.html#n">`},
		{`<a href="/a/es/y">`, `<a href="../y/index.html">`},
		{`<a href="/a/es/y/index.html?q=1&amp;r=2#z%20z">`, `<a href="../y/index.html?q=1&amp;r=2#z%20z">`},
		{`<a href="/a/">`, `<a href="../../index.html">`},
		{`<A HREF='/a'>`, `<a href="../../index.html">`},
		{`<a href=/a/es/ class=x>`, `<a href="../index.html" class="x">`},
		{`<a href="../y/">`, `<a href="../y/index.html">`},
		{`<a href="./">`, `<a href="index.html">`},
		{`<a href=" /a/es/ ">`, `<a href="../index.html">`},
		{`<a href="/a/es/x/m%C3%A1s/">`, `<a href="m%C3%A1s/index.html">`},
		{`<a href="/a/es/x/más/">`, `<a href="m%C3%A1s/index.html">`},
		{`<a href="/a/es/a:b/">`, `<a href="../a:b/index.html">`},
		{`<a href="/a/&#101;s/">`, `<a href="../index.html">`},
		{`<a title="&lt;&amp;&#34;" href="/a/es/">`, `<a title="&lt;&amp;&#34;" href="../index.html">`},
		{`<a href="/a/es/" href="/a/es/y/">`, `<a href="../index.html">`},
		{`<form action="/a/es/y/">`, `<form action="../y/index.html">`},
		{`<form data-find="/a/assets/main.js" data-index="es" data-word="/a/b" data-empty>`, `<form data-find="../../assets/main.js" data-index="es" data-word="/a/b" data-empty="">`},
		{`<script src="/a/assets/main.js" defer></script>`, `<script src="../../assets/main.js" defer=""></script>`},
		{`<img srcset="/a/assets/a%20b.png, /a/assets/x.svg 2x" src="/a/assets/x.svg">`, `<img srcset="../../assets/a%20b.png, ../../assets/x.svg 2x" src="../../assets/x.svg">`},
		{`<svg><use xlink:href="#x"/><image href="/a/assets/x.svg"/></svg>`, `<svg><use xlink:href="#x"/><image href="../../assets/x.svg"/></svg>`},
		{`<noscript><a href="/a/es/">x</a></noscript>`, `<noscript><a href="../index.html">x</a></noscript>`},
		{`<meta http-equiv="Refresh" content="0; URL=https://acervo.example/a/es/">`, `<meta http-equiv="Refresh" content="0; url=../index.html">`},
		{`<link rel="stylesheet" href="https://acervo.example/a/assets/main.js">`, `<link rel="stylesheet" href="../../assets/main.js">`},

		// What the copy has not got is on the public site.
		{`<a href="/a/fr/#n">`, `<a href="https://acervo.example/a/fr/#n">`},
		{`<a href="/b/">`, `<a href="https://acervo.example/b/">`},
		{`<a href="//other.example/a/es/">`, `<a href="https://other.example/a/es/">`},
		{`<a href="/a/es/../../../x">`, `<a href="https://acervo.example/x">`},
		{`<link rel="alternate" href="/a/es/feed.xml">`, `<link rel="alternate" href="https://acervo.example/a/es/feed.xml">`},
	} {
		got, err := f.page("es/x/index.html", []byte(test.page))
		if err != nil || string(got) != test.want {
			t.Errorf("%s\ngot  %s\nwant %s\n%v", test.page, got, test.want, err)
		}
	}

	for _, page := range []string{ // not a byte changes
		`<a href="https://acervo.example/a/es/">`, `<a href="https://acervo.example:444/a/es/">`, `<a href='#x'>`, `<a href="">`, `<a href>`,
		`<a href="mailto:x@acervo.example">`, `<a href="javascript:alert(1)">`, `<a href="http://[::1/">`, `<a href="%zz">`,
		`<a title="/a/es/">/a/es/</a>`, `<meta content="/a/es/">`, `<meta http-equiv="refresh" content="5">`, `<meta http-equiv="refresh" content="0; /a/">`,
		`<script type="application/ld+json">{"@id":"/a/es/","x":"<a href='/a/es/'>"}</script>`,
		`<textarea><a href="/a/es/"></textarea>`, `<title><a href="/a/es/"></title>`, `<!-- <a href="/a/es/"> -->`, `<![CDATA[<a href="/a/es/">]]>`,
		`<img src="data:image/png;base64,AAAA">`, `<a href="/a/es/`, `<a x="<">& &amp; &nbsp; < 1 </A ><P>é`, "\ufeff<!DOCTYPE html>\r\n<p\tclass = x >\x00",
		`<link rel="canonical" href="https://acervo.example/a/es/">`, `<link rel="preload" href="data:text/css,">`, `<img srcset="">`,
	} {
		got, err := f.page("es/x/index.html", []byte(page))
		if err != nil || string(got) != page {
			t.Errorf("%q became %q: %v", page, got, err)
		}
	}

	for _, page := range []string{ // would be asked for
		`<script src="/a/assets/other.js">`, `<script src="https://other.example/x.js">`, `<link rel="x MANIFEST" href="/a/app.webmanifest">`,
		`<img srcset="/a/assets/x.svg 1x,/a/assets/y.svg 2x">`, `<meta http-equiv=refresh content="0;url='/a/fr/'">`, `<img src="/a/assets/">`,
		`<video poster="/a/x.png">`, `<object data="x.swf">`, `<iframe src="../z/">`,
	} {
		if got, err := f.page("es/x/index.html", []byte(page)); err == nil {
			t.Errorf("%s became %s", page, got)
		}
	}
}

// TestRelative holds the path from one file to another to what path.Join makes
// of it.
func TestRelative(t *testing.T) {
	names := []string{"index.html", "es/index.html", "es/a/index.html", "es/a/b/index.html", "en/a/index.html", "assets/x.js", "a/a/a/a"}
	for _, from := range names {
		for _, to := range names {
			if got := path.Join(path.Dir(from), relative(from, to)); got != to {
				t.Errorf("from %s to %s: %s leads to %s", from, to, relative(from, to), got)
			}
		}
	}
}

// TestPortableName is that of the folder in an archive.
func TestPortableName(t *testing.T) {
	g := readGolden(t, "testdata/whole.txtar")
	for lang, want := range map[string]string{"": "acervo-2026-11-24", "en": "acervo-en-2026-11-24"} {
		plan, _ := Read(g.source(), Options{Portable: true, Lang: lang}, shared)
		if got := plan.CopyName(); got != want {
			t.Errorf("%q: %s", lang, got)
		}
	}
}
