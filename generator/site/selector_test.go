package site

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// find returns the elements below n that match a selector: "main .notice a",
// "link[rel=canonical]", "li:2" for the second match of "li". Compounds of a
// name, #id, .class and [attribute] or [attribute=value] stand below each
// other.
func find(n *html.Node, selector string) []*html.Node {
	found := []*html.Node{n}
	for compound := range strings.FieldsSeq(selector) {
		var next []*html.Node
		for _, above := range found {
			for below := range above.Descendants() {
				if below.Type == html.ElementNode && matches(below, compound) && !slices.Contains(next, below) {
					next = append(next, below)
				}
			}
		}
		found = next
	}
	return found
}

func matches(n *html.Node, compound string) bool {
	name, rest := compound, ""
	if i := strings.IndexAny(compound, "#.["); i >= 0 {
		name, rest = compound[:i], compound[i:]
	}
	if name != "" && name != n.Data {
		return false
	}
	for rest != "" {
		var part string
		end := strings.IndexAny(rest[1:], "#.[")
		if rest[0] == '[' {
			end = strings.IndexByte(rest, ']')
		}
		if end < 0 {
			end = len(rest) - 1
		}
		part, rest = rest[:end+1], rest[end+1:]
		if !has(n, part) {
			return false
		}
	}
	return true
}

// has reports whether an element has one part of a compound.
func has(n *html.Node, part string) bool {
	switch part[0] {
	case '#':
		return attr(n, "id") == part[1:]
	case '.':
		return slices.Contains(strings.Fields(attr(n, "class")), part[1:])
	}
	key, value, valued := strings.Cut(strings.Trim(part, "[]"), "=")
	for _, a := range n.Attr {
		if a.Key == key {
			return !valued || a.Val == value
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// text returns the text of an element with single spaces.
func text(n *html.Node) string {
	var out strings.Builder
	for below := range n.Descendants() {
		if below.Type == html.TextNode {
			out.WriteString(below.Data)
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}
