package content

import (
	"strings"

	"golang.org/x/text/language"
)

// A Lang is a language of the site.
type Lang struct {
	Tag     string `field:"tag" rule:"required tag"`             // canonical BCP 47, such as pt-BR
	Name    string `field:"name" rule:"required text max=40"`    // in the language itself
	Dir     string `field:"dir" rule:"word=ltr,rtl default=ltr"` // direction of its script
	Partial bool   `field:"partial" rule:"flag"`                 // has only what is translated
}

// Segment returns the language's part of an address: the lower-cased tag.
func (l Lang) Segment() string { return strings.ToLower(l.Tag) }

// canonicalTag returns the canonical form of a BCP 47 tag, or "" when it is
// none. A well-formed tag of a language that the registry does not know, such
// as a rare one of the region, is its own canonical form.
func canonicalTag(tag string) string {
	parsed, err := language.Raw.Parse(tag)
	if _, unknown := err.(language.ValueError); err != nil && !unknown {
		return ""
	}
	if err != nil {
		return strings.ToLower(tag)
	}
	return parsed.String()
}

// A Local is a text by language tag.
type Local map[string]string

// In returns the text in the first of the languages that has one, and that
// language; two empty strings when none has.
func (l Local) In(tags ...string) (text, tag string) {
	for _, tag := range tags {
		if text, ok := l[tag]; ok {
			return text, tag
		}
	}
	return "", ""
}
