package content

import (
	"bytes"
	"regexp"
)

var (
	// The value of source_hash up to a comment, with what stands before it.
	hashLine        = regexp.MustCompile(`(?m)^(source_hash[ \t]*:)[^\r\n#]*?([ \t]+#[^\r\n]*)?(\r?$|\r)`)
	translationLine = regexp.MustCompile(`(?m)^translation[ \t]*:`)
	fenceLine       = regexp.MustCompile(`(?m)^---[ \t]*(?:\r?$|\r)`)
	lineEnd         = regexp.MustCompile(`\r\n|\n|\r`)
)

// Accept returns a translation's file with another source hash; every other
// byte stays as it is. It reports false when the front matter is not written
// in lines of their own, so that the hash has no line that could be replaced.
func Accept(file []byte, hash string) ([]byte, bool) {
	mark := len(file) - len(bytes.TrimPrefix(file, []byte(bom))) // the front matter begins behind it
	fences := fenceLine.FindAllIndex(file[mark:], 2)
	if len(fences) < 2 {
		return nil, false
	}
	for _, fence := range fences {
		fence[0], fence[1] = fence[0]+mark, fence[1]+mark
	}
	from, to := fences[0][1], fences[1][0]
	block := file[from:to]
	var changed []byte
	if at := hashLine.FindSubmatchIndex(block); at != nil {
		end := at[6] // of the line's end
		if at[4] >= 0 {
			end = at[4]
		}
		changed = splice(block, at[3], end, " "+quote(hash))
	} else {
		at := len(block)
		if line := translationLine.FindIndex(block); line != nil {
			at = line[0]
		}
		changed = splice(block, at, at, "source_hash: "+quote(hash)+string(lineEnd.Find(file[fences[0][0]:])))
	}
	result := splice(file, from, to, string(changed))
	return result, hashOf(result) == hash
}

// splice returns a copy of data with other text in place of data[from:to].
func splice(data []byte, from, to int, text string) []byte {
	return bytes.Join([][]byte{data[:from], []byte(text), data[to:]}, nil)
}

// hashOf reads the source hash of a file.
func hashOf(file []byte) string {
	d := &decoder{}
	block, _, _, ok := d.split(normalize(file))
	if !ok {
		return ""
	}
	node := d.parse(block, 0)
	if node == nil {
		return ""
	}
	return valueOf(node, "source_hash").Value
}
