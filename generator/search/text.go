package search

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

var errText = errors.New("search: broken text")

// coding is how data stands in a string of JavaScript.
var coding = base64.RawStdEncoding.Strict()

// decodeText reads the data of a text.
func decodeText(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") { // which the package passes over
		return nil, errText
	}
	data, err := coding.DecodeString(s)
	if err != nil {
		return nil, errText
	}
	return data, nil
}

// Files returns the index as files, the manifest last.
func (x *Index) Files() []File {
	files := make([]File, 0, len(x.parts)+1)
	for _, p := range x.parts {
		name := x.dir + "/" + x.manifest.Hash + "/" + p.name
		data := make([]byte, 0, coding.EncodedLen(len(p.data))+len(name)+32)
		data = append(append(data, `acervoSearch(`...), quote(name)...)
		data = coding.AppendEncode(append(data, `,"`...), p.data)
		files = append(files, File{name + ".js", append(data, `")`...), p.source})
	}
	data := append([]byte(`acervoSearch(`), quote(x.dir)...)
	data = append(append(data, ','), quote(x.manifest)...)
	return append(files, File{Name: x.dir + "/manifest.js", Data: append(data, ')')})
}

// unwrap returns the compressed data of a file as Files has made it.
func unwrap(file []byte) ([]byte, error) {
	rest, begins := bytes.CutPrefix(file, []byte(`acervoSearch("`))
	_, content, named := bytes.Cut(rest, []byte(`","`))
	content, ends := bytes.CutSuffix(content, []byte(`")`))
	if !begins || !named || !ends {
		return nil, errText
	}
	return decodeText(string(content))
}

// quote writes plain values, which JSON can always write.
func quote(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
