package content

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/adrg/frontmatter"
	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// Limits of a file, counted before anything is parsed.
const (
	maxFile        = 160 << 10 // bytes
	maxFrontMatter = 64 << 10  // bytes
	maxDepth       = 8         // of nested values
)

// frontMatter is the one format that a record may have: YAML between lines of
// three hyphens, kept as nodes, which know their place.
var frontMatter = frontmatter.NewFormat("---", "---", func(data []byte, v any) error {
	block := v.(*[]byte)
	*block = bytes.Clone(data)
	return nil
})

// split returns the YAML of a record's file, its body and the line on which
// the body begins. The file must be normalized.
func (d *decoder) split(data []byte) (block, body []byte, line int, ok bool) {
	if len(data) > maxFile {
		d.faults.Add("file-too-large", d.path, 0, 0, diag.Args{"size": strconv.Itoa(len(data)), "max": strconv.Itoa(maxFile)})
		return nil, nil, 0, false
	}
	if d.isPointer(data) {
		return nil, nil, 0, false
	}
	// The parser copies what it is given: it gets no more of the body than what
	// ends with the first line that may close the front matter.
	head := data
	if end := bytes.Index(data, []byte("\n---\n")); end >= 0 {
		head = data[:end+len("\n---\n")]
	}
	rest, err := frontmatter.MustParse(bytes.NewReader(head), &block, frontMatter)
	if err != nil {
		d.faults.Add("no-front-matter", d.path, 1, 1, nil)
		return nil, nil, 0, false
	}
	if len(block) > maxFrontMatter {
		d.faults.Add("front-matter-too-large", d.path, 1, 1, diag.Args{"size": strconv.Itoa(len(block)), "max": strconv.Itoa(maxFrontMatter)})
		return nil, nil, 0, false
	}
	end := len(head) - len(rest)
	before, body := data[:end], data[end:]
	line = bytes.Count(before, []byte("\n")) + 1
	d.shift = line - 2 - bytes.Count(block, []byte("\n"))
	return block, body, line, true
}

// lfsPointer is how a file begins that Git LFS put in the place of another.
const lfsPointer = "version https://git-lfs.github.com/spec/"

// isPointer reports, also as a fault, whether a file is only a reference of Git
// LFS.
func (d *decoder) isPointer(data []byte) bool {
	if !bytes.HasPrefix(data, []byte(lfsPointer)) {
		return false
	}
	d.faults.Add("lfs-pointer", d.path, 0, 0, nil)
	return true
}

// parse reads YAML into nodes; nil when it is not well formed.
func (d *decoder) parse(data []byte, shift int) *yaml.Node {
	if d.isPointer(data) {
		return nil
	}
	d.shift += shift
	var document yaml.Node
	if err := yaml.Load(data, &document); err != nil {
		d.syntax(err)
		return nil
	}
	if len(document.Content) == 0 {
		d.faults.Add("yaml-empty", d.path, d.shift+1, 1, nil)
		return nil
	}
	root := document.Content[0]
	if deep := tooDeep(root, maxDepth); deep != nil {
		d.fault(deep, "yaml-depth", diag.Args{"max": strconv.Itoa(maxDepth)})
		return nil
	}
	return root
}

// tooDeep returns a node that lies deeper than max levels, or nil.
func tooDeep(n *yaml.Node, max int) *yaml.Node {
	if max < 0 {
		return n
	}
	for _, child := range n.Content {
		if deep := tooDeep(child, max-1); deep != nil {
			return deep
		}
	}
	return nil
}

// syntax tells an error of the YAML parser in the words of its reader.
func (d *decoder) syntax(err error) {
	line, col, code, message := d.shift+1, 0, "yaml-syntax", err.Error()
	var load *yaml.LoadError
	if errors.As(err, &load) {
		message = load.Message
		if load.Mark.Line > 0 {
			line, col = load.Mark.Line+d.shift, load.Mark.Column
		}
	}
	for _, known := range []struct{ part, code string }{
		{"mapping values are not allowed", "yaml-colon"},
		{"cannot start any token", "yaml-character"},
		{"found a tab character", "yaml-character"},
		{"unexpected end of stream", "yaml-quote"},
		{"multiple", "yaml-documents"},
		{"no documents", "yaml-empty"},
		{"control characters", "yaml-control"},
		{"did not find expected ',' or", "yaml-bracket"},
	} {
		if strings.Contains(message, known.part) {
			code = known.code
			break
		}
	}
	d.faults.Add(code, d.path, line, col, diag.Args{"message": message})
}
