package layout

import (
	"fmt"
	"html/template"
	"time"
)

// functions are what a template of one language may call.
func functions(w Words, icons map[string]string) template.FuncMap {
	return template.FuncMap{
		"t":       w.templateT,
		"n":       w.templateN,
		"date":    w.Date,
		"isodate": func(t time.Time) string { return t.UTC().Format(time.DateOnly) },
		"number":  w.Number,
		"bytes":   w.Bytes,
		"join":    w.templateJoin,
		"icon":    icon(icons),
		"dict":    dict,
		"list":    func(items ...any) []any { return items },
		"add":     add,
	}
}

func (w Words) templateT(key string, args ...any) (any, error) {
	if holdsMarkup(args) {
		text, err := w.message(key, args, markup)
		return Fragment(text), err
	}
	return w.message(key, args, plain)
}

func (w Words) templateN(key string, n int, args ...any) (any, error) {
	if holdsMarkup(args) {
		text, err := w.plural(key, n, args, markup)
		return Fragment(text), err
	}
	return w.plural(key, n, args, plain)
}

// templateJoin takes []string, []Fragment or what "list" made.
func (w Words) templateJoin(items any) (any, error) {
	var values []any
	switch items := items.(type) {
	case []any:
		values = items
	case []string:
		for _, item := range items {
			values = append(values, item)
		}
	case []Fragment:
		for _, item := range items {
			values = append(values, item)
		}
	default:
		return nil, fmt.Errorf("cannot join %T", items)
	}
	if holdsMarkup(values) {
		text, err := w.join(values, markup)
		return Fragment(text), err
	}
	return w.join(values, plain)
}

func holdsMarkup(values []any) bool {
	for _, value := range values {
		if _, ok := value.(Fragment); ok {
			return true
		}
	}
	return false
}

// icon gives drawings that package assets has proved harmless.
func icon(icons map[string]string) func(string) (Fragment, error) {
	return func(name string) (Fragment, error) {
		svg, ok := icons[name]
		if !ok {
			return "", fmt.Errorf("no icon %q", name)
		}
		return Fragment(svg), nil
	}
}

func dict(pairs ...any) (map[string]any, error) {
	values := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok || i+1 == len(pairs) {
			return nil, fmt.Errorf("dict needs names and values by turns")
		}
		values[name] = pairs[i+1]
	}
	return values, nil
}

func add(numbers ...int) int {
	sum := 0
	for _, n := range numbers {
		sum += n
	}
	return sum
}
