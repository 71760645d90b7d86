package search

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// standIns are the characters that stand for those that may not be in a string
// of JavaScript, or that reading a file as text may change.
var standIns = map[byte]rune{0: 'À', 10: 'Á', 13: 'Â', 34: 'Ã', 92: 'Ä'}

var errText = errors.New("search: broken text")

// encodeText appends the text of data to a file.
func encodeText(file, data []byte) []byte {
	bits, n := uint32(0), 0
	for _, b := range data {
		bits, n = bits<<8|uint32(b), n+8
		for n >= 7 {
			n -= 7
			file = appendSeven(file, byte(bits>>n)&0x7F)
		}
	}
	if n > 0 {
		file = appendSeven(file, byte(bits<<(7-n))&0x7F)
	}
	return file
}

func appendSeven(file []byte, seven byte) []byte {
	switch seven {
	case 0, '\n', '\r', '"', '\\':
		return utf8.AppendRune(file, standIns[seven])
	}
	return append(file, seven)
}

// decodeText reads the data of a text.
func decodeText(text string) ([]byte, error) {
	data := make([]byte, 0, len(text))
	bits, n := uint32(0), 0
	for _, r := range text {
		seven, ok := seven(r)
		if !ok {
			return nil, errText
		}
		bits, n = bits<<7|uint32(seven), n+7
		if n >= 8 {
			n -= 8
			data = append(data, byte(bits>>n))
		}
	}
	if n == 7 || bits&(1<<n-1) != 0 {
		return nil, errText
	}
	return data, nil
}

// seven returns the bits of a character; false when no text has it.
func seven(r rune) (byte, bool) {
	switch r {
	case 0, '\n', '\r', '"', '\\':
		return 0, false
	}
	if r < 0x80 {
		return byte(r), true
	}
	for b, q := range standIns {
		if q == r {
			return b, true
		}
	}
	return 0, false
}

// Files returns the index as files, the manifest last.
func (x *Index) Files() []File {
	files := make([]File, 0, len(x.parts)+1)
	for _, p := range x.parts {
		name := x.dir + "/" + x.manifest.Hash + "/" + p.name
		data := make([]byte, 0, len(p.data)*5/4+len(name)+32)
		data = append(append(data, `acervoSearch(`...), quote(name)...)
		data = encodeText(append(data, `,"`...), p.data)
		files = append(files, File{name + ".js", append(data, `")`...), p.source})
	}
	data := append([]byte(`acervoSearch(`), quote(x.dir)...)
	data = append(append(data, ','), quote(x.manifest)...)
	return append(files, File{Name: x.dir + "/manifest.js", Data: append(data, ')')})
}

// unwrap returns the compressed data of a file as Files has made it.
func unwrap(file []byte) ([]byte, error) {
	rest, begins := bytes.CutPrefix(file, []byte(`acervoSearch("`))
	_, text, named := bytes.Cut(rest, []byte(`","`))
	text, ends := bytes.CutSuffix(text, []byte(`")`))
	if !begins || !named || !ends {
		return nil, errText
	}
	return decodeText(string(text))
}

// quote writes plain values, which JSON can always write.
func quote(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
