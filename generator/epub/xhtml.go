package epub

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A page is a chapter's text as XHTML, and what it refers to.
type page struct {
	file   string
	body   []byte
	ids    map[string]bool
	links  []link
	images []string
}

// A link leads to a file of the book, and to an id in it unless that is empty.
type link struct{ file, id string }

// A converter writes a page.
type converter struct {
	*binding
	page
	out    bytes.Buffer
	around []string // ids of the elements around
}

// elements are those that a book shows.
var elements = setOf(`a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div
	dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp
	section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr`)

// dropped are elements that are left out with what they hold.
var dropped = setOf(`audio button canvas datalist dialog embed form head iframe input link math meta meter noscript object
	optgroup option picture progress script select style svg template textarea title video`)

var void = setOf(`br col hr img wbr`)

// attributes are those that stay, besides aria-*. Addresses, ids and languages
// are written in a way of their own.
var attributes = setOf(`alt class colspan datetime dir epub:type headers height hreflang open rel reversed role rowspan
	scope start title value width`)

// schemes are those to which a book leads.
var schemes = setOf(`http https mailto`)

var aria = regexp.MustCompile(`^aria-[a-z]+$`)

func setOf(names string) map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(names) {
		set[name] = true
	}
	return set
}

// convert makes a chapter's HTML into XHTML.
func (s *binding) convert(c Chapter, text string) (page, error) {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(text), body)
	if err != nil {
		return page{}, err
	}
	w := &converter{binding: s, page: page{file: c.File, ids: map[string]bool{}}}
	for _, n := range nodes {
		w.node(n)
	}
	w.body = bytes.TrimSpace(w.out.Bytes())
	return w.page, nil
}

func (w *converter) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		escape(&w.out, n.Data)
	case n.Type != html.ElementNode || n.Namespace != "" || dropped[n.Data] || has(n, "hidden"):
	case !elements[n.Data] || n.Data == "a" && w.isSelf(n):
		w.children(n)
	case n.Data == "img":
		w.image(n)
	default:
		w.element(n)
	}
}

func (w *converter) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *converter) element(n *html.Node) {
	id, name := w.identify(n), w.name(n)
	w.out.WriteString("<" + name)
	if id != "" {
		attribute(&w.out, "id", w.anchor(w.file, id))
	}
	w.attributes(n)
	if void[n.Data] {
		w.out.WriteString("/>")
		return
	}
	w.out.WriteByte('>')
	w.around = append(w.around, id)
	w.children(n)
	w.around = w.around[:len(w.around)-1]
	w.out.WriteString("</" + name + ">")
}

// identify returns an element's id and notes it.
func (w *converter) identify(n *html.Node) string {
	id := valid(value(n, "id"))
	if id != "" && w.ids[id] {
		w.fail("%s: two elements with the id %q", w.file, id)
	}
	w.ids[id] = id != ""
	return id
}

// attributes writes what stays of an element's attributes, in their order.
func (w *converter) attributes(n *html.Node) {
	class, kind := value(n, "class"), value(n, "epub:type")
	if align := value(n, "align"); align != "" {
		class = strings.TrimSpace(class + " align-" + align)
	}
	if n.Data == "a" && kind == "" && (slices.Contains(strings.Fields(class), "cite") || value(n, "role") == "doc-noteref") {
		kind = "noteref"
	}
	if w.isPage && heading.MatchString(n.Data) {
		class = strings.TrimSpace(n.Data + " " + class)
	}
	for _, a := range []html.Attribute{{Key: "class", Val: class}, {Key: "epub:type", Val: kind}} {
		if a.Val != "" && !(w.isPage && a.Key == "epub:type") {
			attribute(&w.out, a.Key, a.Val)
		}
	}
	for _, a := range n.Attr {
		switch {
		case a.Key == "class" || a.Key == "epub:type":
		case a.Key == "lang" && a.Val != "":
			attribute(&w.out, "lang", a.Val)
			if !w.isPage {
				attribute(&w.out, "xml:lang", a.Val)
			}
		case a.Key == "href" && n.Data == "a":
			w.href(a.Val)
		case a.Key == "aria-labelledby" || a.Key == "aria-describedby":
			attribute(&w.out, a.Key, w.anchor(w.file, valid(a.Val)))
		case attributes[a.Key] || aria.MatchString(a.Key):
			attribute(&w.out, a.Key, a.Val)
		}
	}
}

// href writes where a link leads. An address that is none, or has another
// scheme, is left out: the words stay.
func (w *converter) href(address string) {
	address = w.resolve(address)
	u, err := url.Parse(address)
	switch {
	case err != nil || address == "":
		return
	case u.Scheme == "" && u.Host == "":
		to := link{u.Path, valid(u.Fragment)}
		if to.file == "" {
			to.file = w.file
		}
		w.links = append(w.links, to)
		switch {
		case w.isPage:
			address = "#" + w.anchor(to.file, to.id)
		case to.id != "":
			address = u.Path + "#" + to.id
		default:
			address = u.Path
		}
	}
	if u.Host == "" && u.Scheme == "" || schemes[u.Scheme] {
		attribute(&w.out, "href", address)
	}
}

func (w *converter) resolve(address string) string {
	if w.book.Resolve == nil || strings.HasPrefix(address, "#") {
		return address
	}
	return w.book.Resolve(address)
}

// isSelf reports whether a link leads to an element around it.
func (w *converter) isSelf(n *html.Node) bool {
	id, ok := strings.CutPrefix(value(n, "href"), "#")
	return ok && id != "" && slices.Contains(w.around, valid(id))
}

func (w *converter) image(n *html.Node) {
	file := w.resolve(value(n, "src"))
	w.images = append(w.images, file)
	w.out.WriteString("<img")
	attribute(&w.out, "src", w.source(file))
	if id := w.identify(n); id != "" {
		attribute(&w.out, "id", w.anchor(w.file, id))
	}
	w.attributes(n)
	if !has(n, "alt") {
		attribute(&w.out, "alt", "")
	}
	w.out.WriteString("/>")
}

// valid returns an id as XML allows it: it does not begin with a digit and has
// no sign but those of a name.
func valid(id string) string {
	id = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, id)
	if id != "" && (id[0] >= '0' && id[0] <= '9' || id[0] == '-' || id[0] == '.') {
		id = "_" + id
	}
	return id
}

func value(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func attribute(out *bytes.Buffer, key, text string) {
	out.WriteString(" " + key + `="`)
	escape(out, text)
	out.WriteByte('"')
}

// escape writes a text for XML 1.0, without the characters that it cannot hold.
func escape(out *bytes.Buffer, text string) {
	for _, r := range text {
		switch {
		case r == '&':
			out.WriteString("&amp;")
		case r == '<':
			out.WriteString("&lt;")
		case r == '>':
			out.WriteString("&gt;")
		case r == '"':
			out.WriteString("&quot;")
		case r == '\t' || r == '\n' || r >= ' ' && r <= 0xfffd || r > 0xffff:
			out.WriteRune(r)
		}
	}
}
