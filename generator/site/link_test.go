package site

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"acervo/generator/content"
	"acervo/generator/gitfs"
)

// TestOwnPages makes the site of the repository's own content and holds every
// page to what all pages must be. A withdrawn record and a redirect are added,
// since the content may have none.
func TestOwnPages(t *testing.T) {
	m := makeSite(t, Source{Files: ownFiles(t), Program: programFiles(), Own: true}, Options{BaseURL: "https://acervo.example/repo/"}, shared)
	if len(m.faults) > 0 {
		t.Fatalf("%d faults, see TestOwnContent", len(m.faults))
	}
	checkSite(t, m)
}

// ownFiles are the repository's files with a withdrawn record and redirects.
func ownFiles(tb testing.TB) fs.FS {
	tb.Helper()
	files, err := gitfs.Folder("../..")
	if err != nil {
		tb.Fatal(err)
	}
	lib, _ := content.Read(files, nil)
	if len(lib.Entries) == 0 {
		tb.Fatal("no records")
	}
	return overlay{files, fstest.MapFS{
		"content/redirects.yaml": {Data: []byte("- {from: /es/vieja/, to: /es/practicas/}\n- {from: /p/0000000/, forget: true}\n")},
		"content/practices/zz-retirada/index." + lib.Site.Default + ".md": {
			Data: []byte("---\nid: z00000z\nwithdrawn: {on: 2026-01-02, reason: safety}\n---\n")},
	}}
}

// An overlay is a file tree with others laid over it.
type overlay struct {
	below fs.FS
	above fstest.MapFS
}

func (o overlay) Open(name string) (fs.File, error) {
	if f, ok := o.above[name]; ok && !f.Mode.IsDir() {
		return o.above.Open(name)
	}
	file, err := o.below.Open(name)
	if err != nil {
		return o.above.Open(name)
	}
	return file, nil
}

func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(o.below, name)
	more, errAbove := o.above.ReadDir(name)
	if err != nil {
		return more, errAbove
	}
	for _, item := range more {
		if !slices.ContainsFunc(list, func(d fs.DirEntry) bool { return d.Name() == item.Name() }) {
			list = append(list, item)
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}

// A checker holds the pages of a site to the rules for all pages.
type checker struct {
	made
	pages map[string]*html.Node      // by file
	ids   map[string]map[string]bool // by file
	says  map[string]bool            // what was told, to tell it once
	tell  func(format string, args ...any)
}

// checkSite reports what is wrong on any page of a site.
func checkSite(t *testing.T, m made) {
	t.Helper()
	c := &checker{made: m, pages: map[string]*html.Node{}, ids: map[string]map[string]bool{}, says: map[string]bool{}}
	c.tell = func(format string, args ...any) {
		t.Helper()
		if len(c.says) < 40 {
			t.Errorf(format, args...)
		}
		c.says[format] = true
	}
	for name, data := range m.files {
		if strings.HasSuffix(name, ".html") {
			page, err := html.Parse(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			c.pages[name] = page
			c.noteIDs(name, page)
		}
	}
	for _, name := range sortedNames(c.pages) {
		page := c.pages[name]
		c.checkHead(name, page)
		c.checkElements(name, page)
		c.checkOrder(name, page)
		c.checkAlternates(name, page)
	}
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// noteIDs refuses two elements with one id.
func (c *checker) noteIDs(name string, page *html.Node) {
	c.ids[name] = map[string]bool{}
	for n := range page.Descendants() {
		if id := attr(n, "id"); id != "" {
			if c.ids[name][id] {
				c.tell("%s: two elements have the id %q", name, id)
			}
			c.ids[name][id] = true
		}
	}
}

// checkHead wants the policy before anything that it governs, one title and
// one first heading.
func (c *checker) checkHead(name string, page *html.Node) {
	governed := false
	policies := 0
	for n := range page.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "meta" && attr(n, "http-equiv") == "Content-Security-Policy":
			policies++
			if governed || attr(n, "content") != policy {
				c.tell("%s: the policy is late or another one: %q", name, attr(n, "content"))
			}
		case n.Data == "script" || n.Data == "link" || n.Data == "img":
			governed = true
		}
	}
	if policies != 1 {
		c.tell("%s: %d policies", name, policies)
	}
	for _, want := range []string{"title", "meta[name=referrer]", "meta[name=viewport]", "main"} {
		if found := find(page, want); len(found) != 1 {
			c.tell("%s: %d of %s", name, len(found), want)
		}
	}
	if title := find(page, "title"); len(title) == 1 && text(title[0]) == "" {
		c.tell("%s: the title is empty", name)
	}
	moved := len(find(page, "body.is-redirect")) > 0
	if n := len(find(page, "h1")); n != 1 && !moved {
		c.tell("%s: %d first headings", name, n)
	}
	if moved != (len(find(page, "meta[http-equiv=refresh]")) > 0) {
		c.tell("%s: refresh", name)
	}
}

// checkElements looks at every element: what runs, what is loaded, where it
// leads, in which language it is.
func (c *checker) checkElements(name string, page *html.Node) {
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "style", "iframe", "object", "embed", "base":
			c.tell("%s: <%s>", name, n.Data)
		case "form":
			c.checkForm(name, n)
		case "script":
			if attr(n, "src") == "" && attr(n, "type") != "application/ld+json" {
				c.tell("%s: a script in the page", name)
			}
		case "a":
			if text(n) == "" && attr(n, "aria-label") == "" {
				c.tell("%s: a link without words to %q", name, attr(n, "href"))
			}
		case "img":
			if attr(n, "alt") == "" || attr(n, "width") == "" || attr(n, "height") == "" {
				c.tell("%s: an image without words or size", name)
			}
		}
		for _, a := range n.Attr {
			c.checkAttribute(name, n, a)
		}
	}
}

// checkForm allows forms that lead to the search page and carry nothing there.
func (c *checker) checkForm(name string, form *html.Node) {
	c.checkAddress(name, form, attr(form, "action"))
	if !strings.HasSuffix(attr(form, "action"), "/search/") || attr(form, "method") != "" {
		c.tell("%s: a form to %q", name, attr(form, "action"))
	}
	for n := range form.Descendants() {
		if n.Type == html.ElementNode && attr(n, "name") != "" {
			c.tell("%s: <%s name=%q> would be in an address", name, n.Data, attr(n, "name"))
		}
	}
}

func (c *checker) checkAttribute(name string, n *html.Node, a html.Attribute) {
	switch {
	case a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.ContainsAny(a.Key, `"'<`):
		c.tell("%s: attribute %s on <%s>", name, a.Key, n.Data)
	case a.Key == "lang" || a.Key == "hreflang":
		if tag, err := language.Raw.Parse(a.Val); a.Val != "x-default" && (err != nil || tag.String() != a.Val) {
			c.tell("%s: %s=%q on <%s>", name, a.Key, a.Val, n.Data)
		}
	case a.Key == "dir" && a.Val != "ltr" && a.Val != "rtl":
		c.tell("%s: dir=%q on <%s>", name, a.Val, n.Data)
	case slices.Contains([]string{"aria-labelledby", "aria-describedby", "aria-controls", "data-copy"}, a.Key):
		for id := range strings.FieldsSeq(a.Val) {
			if !c.ids[name][id] {
				c.tell("%s: %s names the id %q, which is not there", name, a.Key, id)
			}
		}
	case a.Key == "href" || a.Key == "src":
		c.checkAddress(name, n, a.Val)
	}
}

// checkAddress wants an address of the site to exist, and what a page loads to
// be the site's. An address that dials is none of those that a page may have.
func (c *checker) checkAddress(name string, n *html.Node, address string) {
	loads := n.Data != "a" && (n.Data != "link" || !slices.Contains([]string{"canonical", "alternate"}, attr(n, "rel")))
	path, internal := strings.CutPrefix(address, c.base)
	switch {
	case internal && loads:
		c.tell("%s: <%s> loads by the whole address %q", name, n.Data, address)
	case strings.HasPrefix(address, "#"):
		path = strings.TrimSuffix(name, "index.html") + address
	case internal:
	case strings.HasPrefix(address, c.root) && !strings.HasPrefix(address, "//"):
		path = strings.TrimPrefix(address, c.root)
	case loads:
		c.tell("%s: <%s> loads %q", name, n.Data, address)
		return
	case strings.HasPrefix(address, "https://"), strings.HasPrefix(address, "http://"), strings.HasPrefix(address, "mailto:"):
		return
	default:
		c.tell("%s: the address %q on <%s> is none of the site's", name, address, n.Data)
		return
	}
	path, fragment, _ := strings.Cut(path, "#")
	fragment, _ = url.PathUnescape(fragment)
	if path == "" || strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	if c.files[path] == nil {
		c.tell("%s: %q leads nowhere", name, address)
	} else if fragment != "" && !c.ids[path][fragment] {
		c.tell("%s: %q leads to an id that is not there", name, address)
	}
}

// checkOrder wants the way out to be the first thing that a keyboard reaches.
func (c *checker) checkOrder(name string, page *html.Node) {
	for _, body := range find(page, "body") {
		for n := range body.Descendants() {
			focusable := n.Type == html.ElementNode &&
				(slices.Contains([]string{"button", "input", "select", "textarea", "summary"}, n.Data) || n.Data == "a" && attr(n, "href") != "" || attr(n, "tabindex") != "")
			if !focusable {
				continue
			}
			if !has(n, ".exit") || !has(n, "[data-exit]") || !strings.HasPrefix(attr(n, "href"), "https://") || attr(n, "rel") != "noreferrer" {
				c.tell("%s: the first thing that a keyboard reaches is <%s class=%q>", name, n.Data, attr(n, "class"))
			}
			return
		}
	}
	c.tell("%s: no way out", name)
}

// checkAlternates wants every page that a page names in another language to
// name it, and the same one for all others.
func (c *checker) checkAlternates(name string, page *html.Node) {
	alternates := c.alternates(page)
	if len(alternates) == 0 {
		return
	}
	if alternates["x-default"] == "" {
		c.tell("%s: alternates without x-default", name)
	}
	own := c.base + strings.TrimSuffix(name, "index.html")
	for tag, address := range alternates {
		other := c.pages[strings.TrimPrefix(address, c.base)+"index.html"]
		if other == nil {
			c.tell("%s: the alternate %s %q leads nowhere", name, tag, address)
			continue
		}
		if back := c.alternates(other); fmt.Sprint(back) != fmt.Sprint(alternates) {
			c.tell("%s: its alternate %s has others: %v, not %v", name, tag, back, alternates)
		}
		lang := attr(find(other, "html")[0], "lang")
		if tag != "x-default" && lang != tag {
			c.tell("%s: the alternate %s is in %s", name, tag, lang)
		}
	}
	if !slices.Contains(values(alternates), own) {
		c.tell("%s: it is not among its alternates %v", name, alternates)
	}
}

func (c *checker) alternates(page *html.Node) map[string]string {
	found := map[string]string{}
	for _, n := range find(page, "link[rel=alternate][hreflang]") {
		found[attr(n, "hreflang")] = attr(n, "href")
	}
	return found
}

func values(m map[string]string) []string {
	var list []string
	for _, value := range m {
		list = append(list, value)
	}
	return list
}
