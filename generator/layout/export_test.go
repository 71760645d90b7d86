package layout

import (
	"bytes"
	"io"
	"reflect"
)

// Compiled executes a layout by its program and reports whether that could.
func (s *Set) Compiled(name, lang string, data any) (string, bool) {
	var out bytes.Buffer
	done := s.programs[lang][name].try(&out, data)
	return out.String(), done
}

// Interpret lets html/template execute a layout.
func (s *Set) Interpret(w io.Writer, name, lang string, data any) error {
	return s.interpret(w, name, lang, data)
}

// Usual writes a value into each place where layouts have values.
func Usual(v any, write func(before, after, written string)) {
	for _, at := range places {
		var out bytes.Buffer
		if at.usual(&out, reflect.ValueOf(v)) {
			write(at.before, at.after, out.String())
		}
	}
}
