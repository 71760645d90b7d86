package layout

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strconv"
	"strings"
	"text/template/parse"
)

// escapers write a value as html/template does, by the names that it gives to
// its escaping in a place: "urlfilter urlnormalizer attrescaper".
type escapers map[string]func(*bytes.Buffer, reflect.Value)

// places are one of each place where a layout has values, with what writes the
// usual values there. It reports false, and has written nothing, for any other.
var places = []struct {
	before, after string
	usual         func(*bytes.Buffer, reflect.Value) bool
}{
	{"<p>", "</p>", usualText},
	{"<title>", "</title>", usualAttribute},
	{`<p title="`, `"></p>`, usualAttribute},
	{`<a href="`, `"></a>`, usualAddress},
	{`<a href="/`, `"></a>`, usualPart},
	{`<a href="#`, `"></a>`, usualPart},
	{`<meta http-equiv="refresh" content="0; url=`, `">`, usualAddress},
	{`<script type="application/ld+json">`, "</script>", usualJSON},
}

// newEscapers asks html/template for the names. It also writes the values that
// are not usual.
func newEscapers() escapers {
	all := escapers{}
	for _, at := range places {
		t := template.Must(template.New("").Parse(at.before + "{{.}}" + at.after))
		t.Execute(io.Discard, nil)
		names := escaping(t.Tree.Root.Nodes[1].(*parse.ActionNode).Pipe.Cmds[1:])
		all[names] = func(out *bytes.Buffer, v reflect.Value) {
			switch {
			case !v.IsValid():
				panic(unknown{})
			case at.usual(out, v):
				return
			}
			var whole bytes.Buffer
			if t.Execute(&whole, v.Interface()) != nil {
				panic(unknown{})
			}
			out.Write(whole.Bytes()[len(at.before) : whole.Len()-len(at.after)])
		}
	}
	return all
}

// isEscaper reports whether html/template has put a command at the end of an
// expression.
func isEscaper(cmd *parse.CommandNode) bool {
	return strings.HasPrefix(cmd.String(), "_html_template_")
}

// escaping returns the names of escapers.
func escaping(cmds []*parse.CommandNode) string {
	names := make([]string, len(cmds))
	for i, cmd := range cmds {
		names[i] = strings.TrimPrefix(cmd.String(), "_html_template_")
	}
	return strings.Join(names, " ")
}

var (
	stringType   = reflect.TypeFor[string]()
	fragmentType = reflect.TypeFor[Fragment]()
	intType      = reflect.TypeFor[int]()
)

func usualText(out *bytes.Buffer, v reflect.Value) bool {
	if v.Type() == fragmentType {
		out.WriteString(v.String())
		return true
	}
	return usualAttribute(out, v)
}

func usualAttribute(out *bytes.Buffer, v reflect.Value) bool {
	switch v.Type() {
	case stringType:
		escape(out, v.String())
	case intType:
		out.Write(strconv.AppendInt(out.AvailableBuffer(), v.Int(), 10))
	default:
		return false
	}
	return true
}

// escape writes a text as html/template's htmlescaper does.
func escape(out *bytes.Buffer, text string) {
	written := 0
	for i := range len(text) {
		var entity string
		switch text[i] {
		case 0:
			entity = "\uFFFD"
		case '"':
			entity = "&#34;"
		case '&':
			entity = "&amp;"
		case '\'':
			entity = "&#39;"
		case '+':
			entity = "&#43;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		default:
			continue
		}
		out.WriteString(text[written:i])
		out.WriteString(entity)
		written = i + 1
	}
	out.WriteString(text[written:])
}

// unreserved are the characters that stand for themselves anywhere in an
// address, reserved those that a whole address has besides.
// https://www.rfc-editor.org/rfc/rfc3986#section-2.3
const (
	unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
	reserved   = "!#$&*+,/:;=?@[]"
)

// usualAddress writes addresses that need no encoding.
func usualAddress(out *bytes.Buffer, v reflect.Value) bool {
	if v.Type() != stringType {
		return false
	}
	address := v.String()
	scheme, _, found := strings.Cut(address, ":")
	known := scheme == "https" || scheme == "http" || scheme == "mailto"
	if found && !known && !strings.Contains(scheme, "/") || !all(address, &wholeAddress) {
		return false
	}
	escape(out, address)
	return true
}

func usualPart(out *bytes.Buffer, v reflect.Value) bool {
	if v.Type() != stringType || !all(v.String(), &partOfAddress) {
		return false
	}
	out.WriteString(v.String())
	return true
}

var wholeAddress, partOfAddress = table(unreserved + reserved), table(unreserved)

func table(characters string) (t [256]bool) {
	for i := range len(characters) {
		t[characters[i]] = true
	}
	return t
}

// all reports whether a text has only these characters and, where those of a
// whole address are asked for, encoded ones.
func all(text string, known *[256]bool) bool {
	for i := range len(text) {
		if !known[text[i]] && !(text[i] == '%' && known == &wholeAddress && encoded(text[i+1:])) {
			return false
		}
	}
	return true
}

func encoded(rest string) bool {
	if len(rest) < 2 {
		return false
	}
	_, err := strconv.ParseUint(rest[:2], 16, 8)
	return err == nil
}

// usualJSON writes an object.
func usualJSON(out *bytes.Buffer, v reflect.Value) bool {
	if v.Kind() != reflect.Map {
		return false
	}
	object := v.Interface()
	switch object.(type) {
	case json.Marshaler, fmt.Stringer:
		return false
	}
	start := out.Len()
	if json.NewEncoder(out).Encode(object) != nil {
		out.Truncate(start)
		return false
	}
	out.Truncate(out.Len() - len("\n"))
	return true
}
