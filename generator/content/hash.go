package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
)

// sourceHash returns the hash of what a translation is made from: the
// translated fields of the source in table order, each followed by LF (a list
// has a line an item, an absent field nothing), then the body without trailing
// spaces and without blank lines at both ends, with one LF at its end. The
// texts are in NFC with LF line ends already.
func sourceHash(k *Kind, record reflect.Value, body []byte) string {
	sum := sha256.New()
	for i := range k.shape.fields {
		if f := &k.shape.fields[i]; f.Translated {
			for _, line := range lines(record.Field(f.index)) {
				sum.Write([]byte(line + "\n"))
			}
		}
	}
	sum.Write(tidyBody(body))
	return "1:" + hex.EncodeToString(sum.Sum(nil))
}

// lines returns the lines of one translated field.
func lines(v reflect.Value) []string {
	switch value := v.Interface().(type) {
	case string:
		if value != "" {
			return []string{value}
		}
	case []string:
		return value
	case []Avoid:
		all := make([]string, len(value))
		for i, avoid := range value {
			all[i] = avoid.Term + ": " + avoid.Why
		}
		return all
	}
	return nil
}

func tidyBody(body []byte) []byte {
	rows := strings.Split(string(body), "\n")
	for i, row := range rows {
		rows[i] = strings.TrimRight(row, " \t")
	}
	return append(bytes.Trim([]byte(strings.Join(rows, "\n")), "\n"), '\n')
}
