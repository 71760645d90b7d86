package output

import (
	"errors"
	"io/fs"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// wellFormed refuses names that are not those of a file in the folder on every
// system.
func wellFormed(name string) error {
	if !fs.ValidPath(name) || name == "." {
		return errors.New("not a relative, slash-separated path")
	}
	for _, r := range name {
		if r == '\\' || r < ' ' || r == 0x7f {
			return errors.New("the name holds a backslash or a control character")
		}
	}
	return nil
}

// caseless is the form in which two names are equal that some file system
// takes for the same: folded as Unicode does, between normalisations since
// each of both steps can undo the other.
func caseless(name string) string {
	if ascii(name) {
		return strings.ToLower(name)
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
}

func ascii(name string) bool {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return false
		}
	}
	return true
}
