package content

import (
	"io/fs"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// A Redirect is an entry of content/redirects.yaml: what history cannot or
// must not tell about an address.
type Redirect struct {
	From   string `field:"from" rule:"required path"`
	To     string `field:"to" rule:"path"`
	Gone   bool   `field:"gone" rule:"flag"`
	Forget bool   `field:"forget" rule:"flag"`
	Line   int
}

const redirectsFile = "content/redirects.yaml"

// readRedirects reads redirects.yaml, which a source need not have.
func (r *reader) readRedirects() {
	data, err := fs.ReadFile(r.files, redirectsFile)
	if err != nil {
		return
	}
	d := r.decoder(redirectsFile)
	defer func() { r.keep(d) }()
	node := d.parse(normalize(data), 0)
	if node == nil {
		return
	}
	if node.Kind != yaml.SequenceNode {
		d.fault(node, "want-list", diag.Args{"key": "redirects", "value": shown(node)})
		return
	}
	seen := map[string]bool{}
	for _, item := range node.Content {
		entry := Redirect{Line: item.Line}
		d.object(shapeOf(reflect.TypeFor[Redirect]()), item, reflect.ValueOf(&entry).Elem(), nil)
		targets := 0
		for _, is := range []bool{entry.To != "", entry.Gone, entry.Forget} {
			if is {
				targets++
			}
		}
		switch {
		case targets != 1:
			d.fault(item, "redirect-target", diag.Args{"value": entry.From})
		case seen[entry.From]:
			d.fault(item, "double-item", diag.Args{"key": "from", "value": entry.From})
		case entry.From == "":
			continue // its form is a fault already
		case entry.From == entry.To:
			d.fault(item, "redirect-loop", diag.Args{"value": entry.From})
		default:
			r.library.Redirects = append(r.library.Redirects, entry)
		}
		seen[entry.From] = true
	}
}

// isAddress reports whether s is a path of the site: slashes at both ends,
// slugs between them.
func isAddress(s string) bool {
	inner, ok := strings.CutPrefix(s, "/")
	if !ok {
		return false
	}
	if inner, ok = strings.CutSuffix(inner, "/"); !ok {
		return false
	}
	for part := range strings.SplitSeq(inner, "/") {
		if !IsSlug(part) {
			return false
		}
	}
	return true
}
