package content

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"acervo/generator/diag"
)

const bom = "\ufeff"

// normalize returns a file's text without a byte order mark, with LF line
// ends and in Unicode's composed form (NFC).
func normalize(data []byte) []byte {
	if len(data) >= 3 && string(data[:3]) == bom {
		data = data[3:]
	}
	if bytes.IndexByte(data, '\r') >= 0 {
		data = []byte(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data)))
	}
	if !norm.NFC.IsNormal(data) {
		data = norm.NFC.Bytes(data)
	}
	return data
}

// invisible returns the first character of a one-line text that a reader
// cannot see or that ends a line, as U+XXXX; "" when there is none.
func invisible(s string) (rune, bool) {
	for _, r := range s {
		if unicode.IsControl(r) || diag.Invisible(r) || r == utf8.RuneError {
			return r, true
		}
	}
	return 0, false
}

// IsSlug reports whether s can be a segment of an address: lower-case ASCII
// letters, digits and single hyphens between them, at most 80 characters.
func IsSlug(s string) bool {
	if s == "" || len(s) > 80 {
		return false
	}
	hyphen := true
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			hyphen = false
		case c == '-' && !hyphen:
			hyphen = true
		default:
			return false
		}
	}
	return !hyphen
}

// letters that have no decomposition into a base letter and a mark.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ł", "l", "ı", "i")

// Slug makes a slug from a title: accents dropped, everything else that is no
// letter or digit turned into a hyphen, cut at a hyphen before 80 characters.
// It is "" when the title has no Latin letter and no digit.
func Slug(title string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(letters.Replace(strings.ToLower(title))) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			out.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	slug := strings.TrimSuffix(out.String(), "-")
	if len(slug) > 80 {
		slug = slug[:80]
		if i := strings.LastIndexByte(slug, '-'); i > 0 {
			slug = slug[:i]
		}
	}
	return slug
}

// hasPhone reports whether a text holds a run of six or more digits, spaces
// and phone punctuation between them not counted.
func hasPhone(s string) bool {
	run := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if run++; run >= 6 {
				return true
			}
		case strings.ContainsRune(" -.()/+\u00a0\u202f", r):
		default:
			run = 0
		}
	}
	return false
}
