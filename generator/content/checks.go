package content

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// text returns the value of a scalar that is a line of text.
func (d *decoder) text(f *Field, n *yaml.Node) (string, bool) {
	if d.isAlias(n) {
		return "", false
	}
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "want-text", diag.Args{"key": f.Name, "value": shown(n)})
		return "", false
	}
	text := strings.TrimSpace(n.Value)
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		text = strings.Join(strings.Fields(text), " ")
	}
	switch r, bad := invisible(text); {
	case bad:
		d.fault(n, "invisible-character", diag.Args{"key": f.Name, "value": cut(text), "character": codePoint(r)})
	case text == "" || n.Tag == "!!null":
		d.fault(n, "empty-value", diag.Args{"key": f.Name})
	case isBlank(text):
		d.fault(n, "to-fill", diag.Args{"key": f.Name, "value": cut(text)})
	case f.Max > 0 && utf8.RuneCountInString(text) > f.Max:
		d.fault(n, "too-long", diag.Args{"key": f.Name, "length": strconv.Itoa(utf8.RuneCountInString(text)), "max": strconv.Itoa(f.Max), "value": cut(text)})
	case f.noPhone && hasPhone(text):
		d.fault(n, "phone-number", diag.Args{"key": f.Name, "value": cut(text)})
	default:
		return text, true
	}
	return "", false
}

func codePoint(r rune) string {
	return "U+" + strings.ToUpper(strconv.FormatInt(int64(r)+0x10000, 16)[1:])
}

// blank is what a new record has where only a person can write.
const blank = "???"

// isBlank reports whether a value is still the one of the scaffold.
func isBlank(s string) bool { return strings.HasPrefix(s, blank) }

var (
	sincePattern = regexp.MustCompile(`^((about|by) )?\d{4}$`)
	sdgPattern   = regexp.MustCompile(`^\d{1,2}\.[0-9a-d]{1,2}$`)
	hashPattern  = regexp.MustCompile(`^1:[0-9a-f]{64}$`)
	mailPattern  = regexp.MustCompile(`^[a-zA-Z0-9._+-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$`)
	keyPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	filePattern  = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)
	sumPattern   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	commitForm   = regexp.MustCompile(`^[0-9a-f]{40}$`)
	wordPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)
)

// checked returns the value of a scalar after the check of its type.
func (d *decoder) checked(f *Field, n *yaml.Node) (string, bool) {
	text, ok := d.text(f, n)
	if !ok {
		return "", false
	}
	switch f.Type {
	case "text":
		return text, true
	case "word":
		return d.among(f, n, text, strings.Split(f.Argument, ","), "unknown-word")
	case "code":
		return d.code(f, n, text)
	case "ref":
		return d.ref(f, n, text)
	case "country":
		return d.country(f, n, text)
	case "tag":
		return d.tag(n, text)
	case "license":
		return d.among(f, n, text, Licenses, "unknown-license")
	case "id":
		return text, d.holds(n, ValidID(text), "bad-id", text, "")
	case "slug":
		return text, d.holds(n, IsSlug(text), "bad-slug", text, Slug(text))
	}
	if check, ok := forms[f.Type]; ok {
		return text, d.holds(n, check.holds(text), check.code, text, "")
	}
	panic("content: unknown type " + f.Type)
}

// forms are the types of value that have a form of their own.
var forms = map[string]struct {
	code  string
	holds func(string) bool
}{
	"flag":       {"bad-flag", func(s string) bool { return s == "true" || s == "false" }},
	"number":     {"bad-number", func(s string) bool { n, err := strconv.Atoi(s); return err == nil && n >= 0 }},
	"date":       {"bad-date", isDate},
	"year":       {"bad-year", isYear},
	"sourceyear": {"bad-year", func(s string) bool { return s == "n.d." || isYear(s) }},
	"since":      {"bad-since", func(s string) bool { return s == "unknown" || sincePattern.MatchString(s) && isYear(s[len(s)-4:]) }},
	"url":        {"bad-url", isURL},
	"mail":       {"bad-mail", mailPattern.MatchString},
	"sdg":        {"bad-sdg", sdgPattern.MatchString},
	"hash":       {"bad-hash", hashPattern.MatchString},
	"key":        {"bad-key", keyPattern.MatchString},
	"branch":     {"bad-branch", wordPattern.MatchString},
	"path":       {"bad-path", isAddress},
	"file":       {"bad-file", filePattern.MatchString},
	"sum":        {"bad-sum", sumPattern.MatchString},
	"commit":     {"bad-commit", commitForm.MatchString},
	"countryid":  {"bad-country-id", func(s string) bool { return len(s) == 2 && s == strings.ToLower(s) && isCountry(strings.ToUpper(s)) }},
}

func isDate(s string) bool {
	day, err := time.Parse(time.DateOnly, s)
	return err == nil && day.Year() >= 1900 && day.Year() <= 2100
}

func isYear(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && len(s) == 4 && n >= 1800 && n <= 2100
}

// isURL reports whether s is an absolute http or https address without user
// information.
func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && !strings.ContainsAny(s, " \"<>\\")
}

// holds reports a fault unless ok.
func (d *decoder) holds(n *yaml.Node, ok bool, code, value, near string) bool {
	if !ok {
		d.fault(n, code, diag.Args{"value": cut(value), "near": near})
	}
	return ok
}

// among accepts one of the known words.
func (d *decoder) among(f *Field, n *yaml.Node, text string, known []string, code string) (string, bool) {
	if slices.Contains(known, text) {
		return text, true
	}
	d.fault(n, code, diag.Args{"key": f.Name, "value": cut(text), "near": diag.Near(text, known), "known": strings.Join(known, ", ")})
	return "", false
}

// code accepts a code of a vocabulary; groups are no codes of a record.
func (d *decoder) code(f *Field, n *yaml.Node, text string) (string, bool) {
	v := d.vocabularies[f.Argument]
	if v == nil || v.unread {
		return text, true // the missing vocabulary is a fault of its own
	}
	if entry := v.Code(text); entry != nil && len(entry.Members) > 0 {
		d.fault(n, "group-code", diag.Args{"value": text, "members": strings.Join(entry.Members, ", ")})
		return "", false
	}
	return d.among(f, n, text, v.codes, "unknown-code")
}

// ref notes the id of another record, to be looked up when all are read.
func (d *decoder) ref(f *Field, n *yaml.Node, text string) (string, bool) {
	if !ValidID(text) {
		d.fault(n, "bad-id", diag.Args{"value": cut(text)})
		return "", false
	}
	d.mentions = append(d.mentions, mention{d.spot(n), f.Argument, text, f.Name})
	return text, true
}

func (d *decoder) country(f *Field, n *yaml.Node, text string) (string, bool) {
	if isCountry(text) {
		return text, true
	}
	d.fault(n, "unknown-country", diag.Args{"value": cut(text), "near": nearCountry(text)})
	return "", false
}

func (d *decoder) tag(n *yaml.Node, text string) (string, bool) {
	canonical := canonicalTag(text)
	if canonical == text {
		return text, true
	}
	d.fault(n, "bad-tag", diag.Args{"value": cut(text), "near": canonical})
	return "", false
}
