package site

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"acervo/generator/diag"
)

// Pages of a review are written anew from what is allowed in them: nothing that
// a proposal brings can run, load anything or lead away. The words that changed
// are marked.

// reviewedPages is the number of pages that a review shows, largestPicture the
// size up to which a picture is in it.
const (
	reviewedPages  = 80
	largestPicture = 400 << 10
)

// HTML shows the pages of the records that changed as they will look, with the
// differences marked, in one file that needs nothing else. The words are those
// of the program in the language ui.
func (r *Review) HTML(ui string) ([]byte, error) {
	say := func(code string, args ...string) string {
		values := diag.Args{}
		for i := 0; i+1 < len(args); i += 2 {
			values[args[i]] = args[i+1]
		}
		return html.EscapeString(diag.Sentence(ui, code, values))
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"+
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"+
		"<meta name=\"robots\" content=\"noindex\">\n<title>%s</title>\n<style>\n%s\n%s</style>\n</head>\n<body>\n", ui, say("review-title"), r.style(), reviewStyle)
	fmt.Fprintf(&out, "<header class=\"review-head\">\n<h1>%s</h1>\n<p>%s</p>\n", say("review-title"), say("review-legend"))
	if len(r.Faults) > 0 {
		fmt.Fprintf(&out, "<p class=\"review-faults\">%s</p>\n", say("review-faults-first", "n", fmt.Sprint(len(r.Faults))))
	}
	pages, left := r.pages()
	var shown bytes.Buffer
	var list strings.Builder
	for i, page := range pages {
		label, marked, err := r.show(page)
		if err != nil {
			return nil, err
		}
		if label == "" {
			continue
		}
		title := html.EscapeString(page.title)
		about := fmt.Sprintf("<span class=\"review-about\">%s · %s</span>", html.EscapeString(page.lang), say(label))
		fmt.Fprintf(&list, "<li><a href=\"#review-%d\">%s</a> %s</li>\n", i+1, title, about)
		fmt.Fprintf(&shown, "<section class=\"review-page\" id=\"review-%d\">\n<header class=\"review-head\">\n<h2>%s</h2>\n<p>%s <code>/%s</code></p>\n</header>\n%s\n</section>\n",
			i+1, title, about, html.EscapeString(strings.TrimSuffix(page.after, "index.html")), marked)
	}
	if list.Len() > 0 {
		fmt.Fprintf(&out, "<ol>\n%s</ol>\n", list.String())
	}
	out.WriteString("</header>\n")
	out.Write(shown.Bytes())
	if len(pages) == 0 {
		fmt.Fprintf(&out, "<p class=\"review-note\">%s</p>\n", say("review-no-pages"))
	}
	if left > 0 {
		fmt.Fprintf(&out, "<p class=\"review-note\">%s</p>\n", say("review-more-pages", "n", fmt.Sprint(left)))
	}
	out.WriteString("</body>\n</html>\n")
	return out.Bytes(), nil
}

// reviewStyle is laid over the site's own style.
const reviewStyle = `
:root { --added: #d7f0d0; --added-ink: #10330a; --taken: #fbdcd7; --taken-ink: #5a1408; }
@media (prefers-color-scheme: dark) { :root { --added: #1d3a1b; --added-ink: #c9efc0; --taken: #4a211c; --taken-ink: #f6cfc8; } }
.review-head, .review-note { font: 1rem/1.5 var(--sans, sans-serif); padding: 1.25rem var(--gutter, 1rem); background: var(--sheet, Canvas); border-bottom: 1px solid var(--line, currentColor); }
.review-head > *, .review-note { max-width: 57.5rem; margin: .35rem auto; overflow-wrap: anywhere; }
.review-head > h1, .review-head > h2 { font-family: var(--serif, serif); font-weight: 400; line-height: 1.25; }
.review-head > h1 { font-size: var(--h1, 1.75rem); }
.review-head > h2 { font-size: var(--h3, 1.25rem); }
.review-head > p { color: var(--soft, inherit); }
.review-head > .review-faults { color: var(--warning, inherit); }
.review-head > ol { margin-top: 1rem; padding: 0; list-style: none; }
.review-head li { margin: .35rem 0; }
.review-about { color: var(--soft, inherit); font-size: .875rem; }
.review-head code { font-size: .875rem; margin-left: .75rem; }
.review-page > .review-head { border-top: 4px solid var(--ink, currentColor); margin-top: 3rem; }
.review-page ins { background: var(--added); color: var(--added-ink); text-decoration: underline; text-decoration-thickness: 2px; }
.review-page del { background: var(--taken); color: var(--taken-ink); text-decoration: line-through; }
.review-page main { min-height: 0; }
`

// style is the site's style sheet. What would end the element cannot be in it.
func (r *Review) style() string {
	if r.after == nil {
		return ""
	}
	for _, f := range r.after.bundle.All() {
		if f.Name == r.after.bundle.Name("main.css") {
			return strings.ReplaceAll(string(f.Data), "</", `<\/`)
		}
	}
	return ""
}

// A reviewedPage is a page to be shown: the names of its files in both sites.
type reviewedPage struct {
	title, lang   string
	change        string
	before, after string // before is "" where there was none
}

// pages lists the pages of the records that changed, and how many there are
// besides. Where the original changed, translations show its facts too.
func (r *Review) pages() (list []reviewedPage, left int) {
	if r.after == nil {
		return nil, 0
	}
	for _, change := range r.Records {
		e := r.after.lib.Entry(change.ID)
		if e == nil || e.Withdrawn != nil {
			continue
		}
		source := slices.ContainsFunc(change.Files, func(f FileChange) bool { return f.Lang == e.Source || f.Lang == "" })
		for i, lang := range r.after.langs {
			pl := r.after.places[e]
			own := slices.ContainsFunc(change.Files, func(f FileChange) bool { return f.Lang == lang.Tag })
			if !pl.real[i] || !source && !own && change.Change != RecordRenamed {
				continue
			}
			if len(list) == reviewedPages {
				left++
				continue
			}
			list = append(list, reviewedPage{
				r.after.shown(e, i).Title, lang.Tag, change.Change, r.formerName(change.ID, lang.Tag), pl.paths[i] + "index.html",
			})
		}
	}
	return list, left
}

// formerName is the file of the page that a record had in a language.
func (r *Review) formerName(id, tag string) string {
	if r.before == nil || r.before.lib.Site.Lang(tag) == nil {
		return ""
	}
	pl := r.before.places[r.before.lib.Entry(id)]
	if pl == nil || !pl.real[r.before.lang(tag)] {
		return ""
	}
	return pl.paths[r.before.lang(tag)] + "index.html"
}

// show returns a page and the code of the words that say what it is; none when
// nothing in it changed.
func (r *Review) show(page reviewedPage) (label, marked string, err error) {
	now, err := r.tokens(r.after, page.after)
	if err != nil || page.before == "" {
		return "review-new-page", unmarked(now), err
	}
	before, err := r.tokens(r.before, page.before)
	if err != nil {
		return "", "", err
	}
	switch text, found := marks(before, now); {
	case found == alike && page.before == page.after:
		return "", "", nil
	case found == unlike:
		return "review-other-page", unmarked(now), nil
	default:
		return "review-page", text, nil
	}
}

// A token is a word or a tag of a page. What is compared is its key; html is
// safe to be written.
type token struct {
	key, html, lead string // lead is the space before it
	word            bool
	quiet           bool // a word that is only written where it changed
	tight           bool // a word that stands right behind another
}

// tokens returns the main part of a page, written anew.
func (r *Review) tokens(p *Plan, name string) ([]token, error) {
	page, found, err := p.Make(name)
	if err != nil || !found {
		return nil, err
	}
	document, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	t := &tokenizer{plan: p}
	for n := range document.Descendants() {
		if n.Type == html.ElementNode && n.Data == "main" {
			t.node(n)
			break
		}
	}
	return t.tokens, nil
}

// shownElements may stand in a review, with the attributes of shownAttributes.
// Of other elements only what is in them is shown, of hiddenElements nothing.
var (
	shownElements = names("main article section header footer nav aside div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td " +
		"blockquote pre code em strong sup sub small b i u s q cite abbr dfn kbd mark time a span figure figcaption hr br details summary bdi bdo address img")
	hiddenElements  = names("script style template noscript iframe object embed svg math button input select textarea form dialog audio video canvas link meta base")
	hiddenClasses   = names("colophon print-foot notice-changes")
	shownAttributes = names("class lang dir datetime colspan rowspan scope align start alt width height")
	emptyElements   = names("br hr col img")
)

func names(list string) map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(list) {
		set[name] = true
	}
	return set
}

// A tokenizer takes a page apart.
type tokenizer struct {
	plan   *Plan
	tokens []token
	lead   string
}

func (t *tokenizer) add(k token) {
	k.lead, t.lead = t.lead, ""
	t.tokens = append(t.tokens, k)
}

func (t *tokenizer) node(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		t.text(n.Data)
		return
	case html.ElementNode:
	default:
		return
	}
	for class := range strings.FieldsSeq(attribute(n, "class")) {
		if hiddenClasses[class] {
			return
		}
	}
	if hiddenElements[n.Data] || n.Namespace != "" || hasAttribute(n, "hidden") {
		return
	}
	shown := shownElements[n.Data]
	if shown {
		tag := t.tag(n)
		t.add(token{key: tag, html: tag})
	}
	for child := range n.ChildNodes() {
		t.node(child)
	}
	if shown && !emptyElements[n.Data] {
		t.add(token{key: "</" + n.Data + ">", html: "</" + n.Data + ">"})
	}
	if href := attribute(n, "href"); n.Data == "a" && (strings.Contains(href, ":") || strings.HasPrefix(href, "//")) {
		t.lead = " "
		t.add(token{key: "→" + href, html: "(" + html.EscapeString(href) + ")", word: true, quiet: true})
	}
}

// text adds the words of a text, each with the space before it, and what ends
// a word or a sentence by itself.
func (t *tokenizer) text(text string) {
	for text != "" {
		rest := strings.TrimLeft(text, " \t\r\n")
		t.lead += text[:len(text)-len(rest)]
		end := strings.IndexAny(rest, " \t\r\n")
		if end < 0 {
			end = len(rest)
		}
		word := strings.TrimRight(rest[:end], ",;:.!?…")
		for i, part := range []string{word, rest[len(word):end]} {
			if part != "" {
				t.add(token{key: part, html: html.EscapeString(part), word: true, tight: i > 0})
			}
		}
		text = rest[end:]
	}
}

// tag writes the tag that begins an element.
func (t *tokenizer) tag(n *html.Node) string {
	var out strings.Builder
	out.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		if a.Namespace == "" && shownAttributes[a.Key] {
			out.WriteString(" " + a.Key + `="` + html.EscapeString(a.Val) + `"`)
		}
	}
	if n.Data == "details" {
		out.WriteString(" open")
	}
	if n.Data == "img" {
		if data := t.picture(attribute(n, "src")); data != "" {
			out.WriteString(` src="` + data + `"`)
		}
	}
	return out.String() + ">"
}

// picture returns a picture of the site as an address that holds it.
func (t *tokenizer) picture(src string) string {
	name, ok := strings.CutPrefix(src, t.plan.root)
	if !ok || path.Ext(name) == ".svg" {
		return ""
	}
	data, found, err := t.plan.Make(name)
	if err != nil || !found || len(data) > largestPicture {
		return ""
	}
	kind := http.DetectContentType(data)
	if kind != "image/jpeg" && kind != "image/png" {
		return ""
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Namespace == "" && a.Key == key })
}

// How two pages stand to each other.
const (
	alike   = iota
	differs // in words that can be marked
	unlike  // too much to be read side by side
)

// marks writes a page with what changed in it since before: words that came in
// ins, words that went in del. Tags are those of now.
func marks(before, now []token) (string, int) {
	head := 0
	for head < len(before) && head < len(now) && before[head].key == now[head].key {
		head++
	}
	tail := 0
	for tail < len(before)-head && tail < len(now)-head && before[len(before)-1-tail].key == now[len(now)-1-tail].key {
		tail++
	}
	if head == len(before) && head == len(now) {
		return unmarked(now), alike
	}
	gone, fresh := before[head:len(before)-tail], now[head:len(now)-tail]
	if len(gone)+len(fresh) > comparedWords {
		return "", unlike
	}
	runs, ok := compared(keysOf(gone), keysOf(fresh))
	if !ok {
		return "", unlike
	}
	w := &marker{}
	w.all(now[:head], "")
	for _, run := range runs {
		n := len(run.words)
		switch run.kind {
		case "gone":
			w.all(gone[:n], "del")
			gone = gone[n:]
		case "new":
			w.all(fresh[:n], "ins")
			fresh = fresh[n:]
		default:
			w.all(fresh[:n], "")
			gone, fresh = gone[n:], fresh[n:]
		}
	}
	w.all(now[len(now)-tail:], "")
	return w.String(), differs
}

func keysOf(tokens []token) []string {
	list := make([]string, len(tokens))
	for i, k := range tokens {
		list[i] = k.key
	}
	return list
}

func unmarked(tokens []token) string {
	w := &marker{}
	w.all(tokens, "")
	return w.String()
}

// A marker writes tokens. An element for marks never spans a tag.
type marker struct {
	strings.Builder
	gone bool // a word that went was written last
}

func (w *marker) all(tokens []token, mark string) {
	open := false
	shut := func() {
		if open {
			w.WriteString("</" + mark + ">")
		}
		open = false
	}
	for _, k := range tokens {
		if k.quiet && mark == "" {
			continue
		}
		lead := k.lead
		if lead == "" && k.word && !k.tight && (open || mark == "del" || w.gone) {
			lead = " " // the words stood in different places
		}
		switch {
		case !k.word && mark == "del":
			shut() // the tag is gone, and so is the end of a line that it may have been
			continue
		case !k.word:
			shut()
		case mark != "" && !open:
			lead += "<" + mark + ">"
			open = true
		}
		w.WriteString(lead + k.html)
		w.gone = k.word && mark == "del"
	}
	shut()
}
