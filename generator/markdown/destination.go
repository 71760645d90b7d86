package markdown

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/util"

	"acervo/generator/diag"
)

// destination is what a link leads to. Either fault is set, or href (a web or
// mail address that is written as it is), or kind with its hole or fragment.
type destination struct {
	fault string
	href  string
	web   bool // leads out of the site
	kind  Kind
}

// resolve judges a destination after its entities and escapes were resolved, as
// a browser would see it.
func resolve(dest string) destination {
	if disguised(dest) || strings.HasPrefix(dest, "//") {
		return destination{fault: "link-scheme"}
	}
	if strings.HasPrefix(dest, "/") {
		return destination{fault: "link-absolute"}
	}
	if fragment, ok := strings.CutPrefix(dest, "#"); ok {
		return inside(Fragment, "link-fragment", isID(fragment))
	}
	end := strings.IndexAny(dest, ":/?#")
	if end < 0 || dest[end] != ':' {
		return inside(File, "link-path", isFile(dest))
	}
	switch strings.ToLower(dest[:end]) {
	case "https", "http":
		return webAddress(dest)
	case "mailto":
		return mailAddress(dest[end+1:])
	case "acervo":
		return inside(Record, "link-record", dest[:end] == "acervo" && isRecord(dest[end+1:]))
	}
	return destination{fault: "link-scheme"}
}

func inside(kind Kind, fault string, ok bool) destination {
	if !ok {
		return destination{fault: fault}
	}
	return destination{kind: kind}
}

// disguised reports whether a destination has what no honest one needs: white
// space, controls, invisible characters, backslashes (browsers read them as
// slashes), or a colon in another dress where the scheme would end.
func disguised(dest string) bool {
	head := len(dest)
	for i, r := range dest {
		switch r {
		case '/', '?', '#':
			head = min(head, i)
		case '：', '﹕', '︓', '∶', '꞉', 'ː', '։', '܃':
			if i < head {
				return true
			}
		default:
			if r == '\\' || r == utf8.RuneError || hidden(r) || unicode.IsSpace(r) || diag.Invisible(r) {
				return true
			}
		}
	}
	return strings.Contains(strings.ToLower(dest[:head]), "%3a")
}

// webAddress normalises an address, so that it is written as the parser of Go
// and of browsers agree on it. A name before "@" serves only to deceive.
func webAddress(dest string) destination {
	u, err := url.Parse(dest)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return destination{fault: "link-web"}
	}
	return destination{href: u.String(), web: true}
}

func mailAddress(address string) destination {
	name, host, ok := strings.Cut(address, "@")
	if !ok || !isPlain(name, "._+-") || !isPlain(host, ".-") {
		return destination{fault: "link-mail"}
	}
	return destination{href: "mailto:" + address}
}

// isPlain reports whether s has only letters and digits of ASCII and the given signs.
func isPlain(s, signs string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf || !util.IsAlphaNumeric(byte(r)) && !strings.ContainsRune(signs, r)
	}) < 0
}

// isID reports whether s is lower-case ASCII words joined by hyphens.
func isID(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c == '-' && (i == 0 || i == len(s)-1 || s[i-1] == '-') {
			return false
		}
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// cutFragment cuts a well-formed fragment, if there is any.
func cutFragment(s string) (before string, ok bool) {
	before, fragment, found := strings.Cut(s, "#")
	return before, !found || isID(fragment)
}

func isRecord(s string) bool {
	id, ok := cutFragment(s)
	return ok && isID(id)
}

// isFile reports whether s is the path of a record's file.
func isFile(s string) bool {
	path, ok := cutFragment(s)
	name := path[strings.LastIndexByte(path, '/')+1:]
	tag, isIndex := strings.CutPrefix(name, "index.")
	tag, isMarkdown := strings.CutSuffix(tag, ".md")
	return ok && isIndex && isMarkdown && isPlain(tag, "-") && isPlain(path, "/._-")
}

// isImage reports whether s is the name of an image file.
func isImage(s string) bool {
	name, extension, ok := cutLast(s)
	if !ok || extension != "png" && extension != "jpg" && extension != "jpeg" {
		return false
	}
	return isPlain(name, "._-") && name[0] != '.'
}

func cutLast(s string) (name, extension string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
