package content

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Field is one rule of a record: the name of a key, what its value is, and
// what must hold for it. The fields of a kind are the table that the check,
// the scaffold of a new record and every export are made from; they are read
// off the tags of the structs in this package:
//
//	Title string `field:"title" rule:"required T text max=120 nophone"`
//
// A rule is a list of words. One names the type of value: text, word=a,b (one
// of these words), flag, number, id, slug, tag (BCP 47), country (ISO 3166-1),
// date, year, since, url, mail, license (SPDX), sdg, hash, file, sum (SHA-256),
// commit, code=<vocabulary>,
// ref=<kind>, or the Go type says it: a struct, a list, a text by language.
// The others are required, T (translated: each language has its own), max=n
// (characters of a text), min=n (items of a list), nophone, short=<key> (a
// plain value in place of an object is that key's value), default=<value>.
type Field struct {
	Name       string
	Type       string // the first word of the rule's type, or "object", "local", "signature", "source", "party"
	Argument   string // words, vocabulary or kind
	List       bool
	Required   bool
	Translated bool
	Max, Min   int
	Fields     []Field // of an object

	index   int
	noPhone bool
	short   string
	preset  string
	shape   *shape
}

// A shape is the table of one struct.
type shape struct {
	fields []Field
	byName map[string]*Field
}

var shapes sync.Map // reflect.Type → *shape

// shapeOf returns the table of a struct type.
func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{byName: map[string]*Field{}}
	for i := range t.NumField() {
		sf := t.Field(i)
		name := sf.Tag.Get("field")
		if name == "" {
			continue
		}
		s.fields = append(s.fields, fieldOf(sf, name, i))
	}
	for i := range s.fields {
		s.byName[s.fields[i].Name] = &s.fields[i]
	}
	shapes.Store(t, s)
	return s
}

var special = map[reflect.Type]string{
	reflect.TypeFor[Local]():     "local",
	reflect.TypeFor[Addresses](): "addresses",
	reflect.TypeFor[Signature](): "signature",
	reflect.TypeFor[Reference](): "source",
	reflect.TypeFor[Party]():     "party",
}

// fieldOf reads one struct field's rule.
func fieldOf(sf reflect.StructField, name string, index int) Field {
	f := Field{Name: name, index: index}
	for _, word := range strings.Fields(sf.Tag.Get("rule")) {
		f.apply(word)
	}
	t := sf.Type
	if t.Kind() == reflect.Slice {
		f.List, t = true, t.Elem()
	}
	if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
		t = t.Elem()
	}
	if s, ok := special[t]; ok {
		f.Type = s
	} else if t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() {
		f.Type, f.shape = "object", shapeOf(t)
		f.Fields = f.shape.fields
	}
	if f.Type == "" {
		panic("content: field " + name + " has no type")
	}
	return f
}

// apply adds one word of a rule.
func (f *Field) apply(word string) {
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "required":
		f.Required = true
	case "T":
		f.Translated = true
	case "max":
		f.Max, _ = strconv.Atoi(value)
	case "min":
		f.Min, _ = strconv.Atoi(value)
	case "nophone":
		f.noPhone = true
	case "short":
		f.short = value
	case "default":
		f.preset = value
	default:
		f.Type, f.Argument = key, value
	}
}
