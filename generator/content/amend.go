package content

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Tombstone returns the source file of a withdrawn record: nothing but its id
// and the withdrawal remain. A record that was not written in the site's
// default language keeps the name of its own, by which the file is found.
func Tombstone(id, source string, w Withdrawal) []byte {
	var out strings.Builder
	out.WriteString("---\nid: " + quote(id) + "\n")
	if source != "" {
		out.WriteString("source: " + source + "\n")
	}
	out.WriteString("withdrawn: {on: " + w.On.Format(time.DateOnly) + ", reason: " + w.Reason + "}\n---\n")
	return []byte(out.String())
}

// AmendRedirects returns a redirects.yaml with other entries: each takes the
// place of the one with its From, or is added at the end. All else stays as it
// is, comments too. It reports false when the file is no list of entries that
// each begin a line of their own.
func AmendRedirects(file []byte, entries []Redirect) ([]byte, bool) {
	lines := slices.Collect(bytes.Lines(file))
	spans, ok := redirectSpans(file, lines)
	if !ok {
		return nil, false
	}
	for _, e := range entries {
		for _, s := range spans {
			if s.from == e.From {
				for i := s.first; i <= s.last; i++ {
					lines[i] = nil
				}
			}
		}
	}
	out := bytes.Join(lines, nil)
	if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\n')
	}
	for _, e := range entries {
		out = append(out, e.line()...)
	}
	all := ReadPastRedirects(out)
	for _, e := range entries {
		if n := len(slices.DeleteFunc(slices.Clone(all), func(from string) bool { return from != e.From })); n != 1 {
			return nil, false
		}
	}
	return out, true
}

// line writes an entry as redirects.yaml has it.
func (r Redirect) line() string {
	switch {
	case r.Forget:
		return "- {from: " + r.From + ", forget: true}\n"
	case r.Gone:
		return "- {from: " + r.From + ", gone: true}\n"
	}
	return "- {from: " + r.From + ", to: " + r.To + "}\n"
}

// A redirectSpan are the lines, from 0, of an entry.
type redirectSpan struct {
	from        string
	first, last int
}

// redirectSpans finds the lines of the entries.
func redirectSpans(file []byte, lines [][]byte) ([]redirectSpan, bool) {
	empty := func(line []byte) bool {
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte(bom)))
		return len(line) == 0 || line[0] == '#'
	}
	if !slices.ContainsFunc(lines, func(line []byte) bool { return !empty(line) }) {
		return nil, true
	}
	root := (&decoder{}).parse(normalize(file), 0)
	if root == nil || root.Kind != yaml.SequenceNode || root.Style&yaml.FlowStyle != 0 {
		return nil, false
	}
	var spans []redirectSpan
	for _, item := range root.Content {
		first := min(item.Line, len(lines)) - 1
		for first > 0 && !bytes.HasPrefix(bytes.TrimLeft(lines[first], " "), []byte("-")) {
			first--
		}
		spans = append(spans, redirectSpan{valueOf(item, "from").Value, first, lastLine(item) - 1})
	}
	return spans, slices.IsSortedFunc(spans, func(a, b redirectSpan) int { return cmp.Compare(a.first, b.first) })
}

// lastLine returns the last line, from 1, on which a part of a node begins.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, child := range n.Content {
		last = max(last, lastLine(child))
	}
	return last
}
