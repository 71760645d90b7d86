package markdown

import (
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/microcosm-cc/bluemonday"
)

// policy allows exactly what this package writes.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	id := `[a-zA-Z0-9_-]+`
	match := func(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "em", "strong", "code", "br", "hr", "blockquote", "ul", "ol", "li",
		"dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "sup")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("https", "http", "mailto")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("class").Matching(match("anchor|cite|note|back")).OnElements("a")
	p.AllowAttrs("rel").Matching(match("external noreferrer")).OnElements("a")
	p.AllowAttrs("role").Matching(match("doc-noteref|doc-backlink")).OnElements("a")
	p.AllowAttrs("id").Matching(match("x-cite-" + id)).OnElements("a")
	p.AllowAttrs("title").OnElements("a", "img")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(match("[0-9]+")).OnElements("img")
	p.AllowAttrs("loading").Matching(match("lazy")).OnElements("img")
	p.AllowAttrs("id").Matching(match("[a-z0-9-]+")).OnElements("h3", "h4", "h5", "h6")
	p.AllowAttrs("id").Matching(match("x-fn-[0-9]+-ref-[0-9]+")).OnElements("sup")
	p.AllowAttrs("id").Matching(match("x-fn-[0-9]+")).OnElements("li")
	p.AllowAttrs("value").Matching(match("[0-9]+")).OnElements("li")
	p.AllowAttrs("start").Matching(match("[0-9]+")).OnElements("ol")
	p.AllowAttrs("tabindex").Matching(match("0")).OnElements("pre", "div")
	p.AllowAttrs("class").Matching(match("table|notes")).OnElements("div")
	p.AllowAttrs("role").Matching(match("region|doc-endnotes")).OnElements("div")
	p.AllowAttrs("aria-labelledby").Matching(match(id)).OnElements("div")
	p.AllowAttrs("align").Matching(match("left|center|right")).OnElements("th", "td")
	p.AllowAttrs("scope").Matching(match("col")).OnElements("th")
	return p
})

// oracle fails when the policy would change the HTML, or when its elements do
// not close in order, or a link stands in a link.
func oracle(t testing.TB, html string) {
	t.Helper()
	if got := policy().Sanitize(html); got != html {
		t.Fatalf("the policy changes\n%s\nto\n%s", html, got)
	}
	var open []string
	for _, tag := range tags.FindAllStringSubmatch(html, -1) {
		switch name := tag[2]; {
		case name == "br" || name == "hr" || name == "img":
		case tag[1] == "":
			if name == "a" && slices.Contains(open, "a") {
				t.Fatalf("a link in a link: %s", html)
			}
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			t.Fatalf("</%s> closes %v: %s", name, open, html)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("open at the end: %v: %s", open, html)
	}
}

var tags = regexp.MustCompile(`<(/?)([a-z0-9]+)`)
