package markdown

import (
	"html"
	"html/template"
	"strings"
)

// Anchor returns a section's HTML with empty elements of further ids before
// the heading that has an id, so that links to them lead there. Where there is
// no such heading they stand at the beginning.
func Anchor(section template.HTML, heading string, ids ...string) template.HTML {
	var anchors strings.Builder
	for _, id := range ids {
		anchors.WriteString(`<span id="` + html.EscapeString(id) + `"></span>`)
	}
	at := 0
	if i := strings.Index(string(section), ` id="`+heading+`">`); heading != "" && i >= 0 {
		at = max(0, strings.LastIndex(string(section[:i]), "<h"))
	}
	return section[:at] + template.HTML(anchors.String()) + section[at:]
}
