package content

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// A mention is a reference to another record, to be checked when all are read.
type mention struct {
	spot
	kind, id, field string
}

// A spot is a place in a file.
type spot struct{ Line, Col int }

// A decoder fills the structs of one file from its YAML, collecting faults.
type decoder struct {
	path         string
	shift        int // lines before the YAML in the file
	languages    []string
	shared       bool // a vocabulary: it may serve sites with other languages
	vocabularies map[string]*Vocabulary
	faults       diag.List
	mentions     []mention
	spots        map[string]spot // of the top-level values
}

func (d *decoder) spot(n *yaml.Node) spot { return spot{n.Line + d.shift, n.Column} }

func (d *decoder) fault(n *yaml.Node, code string, args diag.Args) {
	s := d.spot(n)
	d.faults.Add(code, d.path, s.Line, s.Col, args)
}

// object fills dst, a struct, from a mapping. Keys for which skip holds are
// left alone.
func (d *decoder) object(sh *shape, n *yaml.Node, dst reflect.Value, skip func(*Field) bool) {
	if !d.isMapping(n) {
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		f := sh.byName[key.Value]
		switch {
		case seen[key.Value]:
			d.fault(key, "double-key", diag.Args{"key": key.Value})
			continue
		case f == nil || skip != nil && skip(f):
			d.unknownKey(sh, key, skip)
			continue
		}
		seen[key.Value] = true
		d.field(f, value, dst.Field(f.index))
	}
	for i := range sh.fields {
		f := &sh.fields[i]
		if seen[f.Name] || skip != nil && skip(f) {
			continue
		}
		if f.Required {
			d.fault(n, "missing-key", diag.Args{"key": f.Name})
		}
		presetField(f, dst.Field(f.index))
	}
}

func (d *decoder) unknownKey(sh *shape, key *yaml.Node, skip func(*Field) bool) {
	var known []string
	for i := range sh.fields {
		if f := &sh.fields[i]; skip == nil || !skip(f) {
			known = append(known, f.Name)
		}
	}
	d.fault(key, "unknown-key", diag.Args{
		"key": key.Value, "near": diag.Near(key.Value, known), "known": strings.Join(known, ", "),
	})
}

// presetField sets a field that the file does not have to its default.
func presetField(f *Field, dst reflect.Value) {
	switch {
	case f.Type == "signature":
		dst.Set(reflect.ValueOf(Signature{Pending: true}))
	case f.preset == "":
	case dst.Kind() == reflect.String:
		dst.SetString(f.preset)
	case dst.Kind() == reflect.Bool:
		dst.SetBool(f.preset == "true")
	}
}

func (d *decoder) isMapping(n *yaml.Node) bool {
	if d.isAlias(n) {
		return false
	}
	if n.Kind != yaml.MappingNode {
		d.fault(n, "want-object", diag.Args{"value": shown(n)})
		return false
	}
	return true
}

func (d *decoder) isAlias(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.fault(n, "yaml-alias", diag.Args{"value": n.Value + n.Anchor})
		return true
	}
	return false
}

// shown returns a value as it can be quoted in a fault.
func shown(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "[…]"
	case yaml.MappingNode:
		return "{…}"
	}
	return cut(n.Value)
}

// cut shortens a value that is quoted in a fault.
func cut(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// field fills one field.
func (d *decoder) field(f *Field, n *yaml.Node, dst reflect.Value) {
	if !f.List {
		d.value(f, n, dst)
		return
	}
	if d.isAlias(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.fault(n, "want-list", diag.Args{"key": f.Name, "value": shown(n)})
		return
	}
	if len(n.Content) < f.Min {
		d.fault(n, "too-few", diag.Args{"key": f.Name, "min": strconv.Itoa(f.Min)})
	}
	list := reflect.MakeSlice(dst.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		d.value(f, item, list.Index(i))
		d.once(f, n.Content[:i], item)
	}
	dst.Set(list)
}

// once refuses a plain value that a list already has.
func (d *decoder) once(f *Field, before []*yaml.Node, item *yaml.Node) {
	if item.Kind != yaml.ScalarNode || f.Type == "text" {
		return
	}
	for _, other := range before {
		if other.Kind == yaml.ScalarNode && other.Value == item.Value {
			d.fault(item, "double-item", diag.Args{"key": f.Name, "value": item.Value})
			return
		}
	}
}

// value fills one value: an item of a list or a whole field.
func (d *decoder) value(f *Field, n *yaml.Node, dst reflect.Value) {
	switch target := dst.Addr().Interface().(type) {
	case *Local:
		*target = d.local(f, n)
	case *Addresses:
		*target = d.addresses(n)
	case *Signature:
		*target = d.signature(n)
	case *Reference:
		*target = d.reference(n)
	case *Party:
		*target = d.party(f, n)
	default:
		switch {
		case f.shape != nil:
			d.nested(f, n, dst)
		default:
			d.scalar(f, n, dst)
		}
	}
}

// nested fills a struct or a pointer to one.
func (d *decoder) nested(f *Field, n *yaml.Node, dst reflect.Value) {
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	if f.short != "" && n.Kind == yaml.ScalarNode {
		for i := range f.shape.fields {
			inner := &f.shape.fields[i]
			if inner.Name == f.short {
				outer := *inner
				outer.Name = f.Name // the author wrote no other
				d.scalar(&outer, n, dst.Field(inner.index))
			} else {
				presetField(inner, dst.Field(inner.index))
			}
		}
		return
	}
	d.object(f.shape, n, dst, nil)
}

// local reads a text by language.
func (d *decoder) local(f *Field, n *yaml.Node) Local {
	if d.isAlias(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		d.fault(n, "want-local", diag.Args{"key": f.Name, "value": shown(n), "lang": d.languages[0]})
		return nil
	}
	texts := Local{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !slices.Contains(d.languages, key.Value) && !(d.shared && canonicalTag(key.Value) == key.Value) {
			d.fault(key, "unknown-language", diag.Args{"lang": key.Value, "known": strings.Join(d.languages, ", "), "near": diag.Near(key.Value, d.languages)})
			continue
		}
		if _, ok := texts[key.Value]; ok {
			d.fault(key, "double-key", diag.Args{"key": key.Value})
			continue
		}
		if text, ok := d.text(&Field{Name: f.Name, Max: f.Max, noPhone: f.noPhone}, value); ok {
			texts[key.Value] = text
		}
	}
	return texts
}

// addresses reads the words of kinds and taxonomies.
func (d *decoder) addresses(n *yaml.Node) Addresses {
	words := Addresses{}
	if !d.isMapping(n) {
		return words
	}
	known := addressKeys()
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !slices.Contains(known, key.Value) {
			d.fault(key, "unknown-key", diag.Args{"key": key.Value, "near": diag.Near(key.Value, known), "known": strings.Join(known, ", ")})
			continue
		}
		if _, ok := words[key.Value]; ok {
			d.fault(key, "double-key", diag.Args{"key": key.Value})
			continue
		}
		words[key.Value] = d.local(&Field{Name: key.Value, Max: 80}, value)
		for i := 1; i < len(value.Content); i += 2 {
			if word := value.Content[i]; !IsSlug(word.Value) {
				d.fault(word, "bad-slug", diag.Args{"value": cut(word.Value), "near": Slug(word.Value)})
			}
		}
	}
	return words
}

// signature reads "pending" or what a role signed.
func (d *decoder) signature(n *yaml.Node) Signature {
	if n.Kind == yaml.ScalarNode {
		if n.Value != "pending" {
			d.fault(n, "want-signature", diag.Args{"value": cut(n.Value)})
		}
		return Signature{Pending: true}
	}
	s := Signature{}
	d.object(shapeOf(reflect.TypeFor[Signature]()), n, reflect.ValueOf(&s).Elem(), nil)
	return s
}

// reference reads the id of a source, or a source in place.
func (d *decoder) reference(n *yaml.Node) Reference {
	if n.Kind == yaml.ScalarNode {
		f := &Field{Name: "source", Type: "key"}
		id, _ := d.checked(f, n)
		if id != "" {
			d.mentions = append(d.mentions, mention{d.spot(n), "source", id, f.Name})
		}
		return Reference{ID: id}
	}
	c := &Citation{}
	d.object(shapeOf(reflect.TypeFor[Citation]()), n, reflect.ValueOf(c).Elem(), nil)
	return Reference{Citation: c}
}

// party reads an organization's id or a text by language.
func (d *decoder) party(f *Field, n *yaml.Node) Party {
	if n.Kind != yaml.ScalarNode {
		return Party{Text: d.local(&Field{Name: f.Name, Max: 200}, n)}
	}
	id, _ := d.checked(&Field{Name: f.Name, Type: "ref", Argument: "organization"}, n)
	return Party{Organization: id}
}

// scalar fills a string, a number, a flag or a date.
func (d *decoder) scalar(f *Field, n *yaml.Node, dst reflect.Value) {
	text, ok := d.checked(f, n)
	if !ok {
		return
	}
	switch dst.Interface().(type) {
	case string:
		dst.SetString(text)
	case int:
		number, _ := strconv.Atoi(text)
		dst.SetInt(int64(number))
	case bool:
		dst.SetBool(text == "true")
	case time.Time:
		day, _ := time.Parse(time.DateOnly, text)
		dst.Set(reflect.ValueOf(day))
	}
}
