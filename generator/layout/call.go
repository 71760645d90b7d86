package layout

import (
	"fmt"
	"html/template"
	"reflect"
	"time"
)

// A function of a template. Where html/template would give an error, or does
// more than is known here, it panics.
type function func(args []reflect.Value) reflect.Value

// callable makes the functions of the layouts, and of html/template's own those
// that the layouts use, fit for programs.
func callable(own template.FuncMap) map[string]function {
	all := map[string]function{
		"eq":  func(args []reflect.Value) reflect.Value { return reflect.ValueOf(equal(args)) },
		"ne":  func(args []reflect.Value) reflect.Value { return reflect.ValueOf(!equal(args)) },
		"gt":  func(args []reflect.Value) reflect.Value { return reflect.ValueOf(number(args[0]) > number(args[1])) },
		"not": func(args []reflect.Value) reflect.Value { return reflect.ValueOf(!truth(args[0])) },
		"len": func(args []reflect.Value) reflect.Value { return reflect.ValueOf(args[0].Len()) },
		"printf": func(args []reflect.Value) reflect.Value {
			return reflect.ValueOf(fmt.Sprintf(args[0].String(), anys(args[1:])...))
		},
	}
	for name, f := range own {
		if call := direct(f); call != nil {
			all[name] = call
		}
	}
	return all
}

// direct calls a function without reflection.
func direct(f any) function {
	switch f := f.(type) {
	case func(string, ...any) (any, error):
		return func(args []reflect.Value) reflect.Value { return sure(f(exactly[string](args[0]), anys(args[1:])...)) }
	case func(string, int, ...any) (any, error):
		return func(args []reflect.Value) reflect.Value {
			return sure(f(exactly[string](args[0]), exactly[int](args[1]), anys(args[2:])...))
		}
	case func(time.Time) string:
		return func(args []reflect.Value) reflect.Value { return reflect.ValueOf(f(exactly[time.Time](args[0]))) }
	case func(int) string:
		return func(args []reflect.Value) reflect.Value { return reflect.ValueOf(f(exactly[int](args[0]))) }
	case func(int64) string:
		return func(args []reflect.Value) reflect.Value { return reflect.ValueOf(f(exactly[int64](args[0]))) }
	case func(any) (any, error):
		return func(args []reflect.Value) reflect.Value { return sure(f(args[0].Interface())) }
	case func(string) (Fragment, error):
		return func(args []reflect.Value) reflect.Value {
			fragment, err := f(exactly[string](args[0]))
			return sure(fragment, err)
		}
	case func(...any) (map[string]any, error):
		return func(args []reflect.Value) reflect.Value {
			values, err := f(anys(args)...)
			return sure(values, err)
		}
	case func(...any) []any:
		return func(args []reflect.Value) reflect.Value { return reflect.ValueOf(f(anys(args)...)) }
	case func(...int) int:
		return func(args []reflect.Value) reflect.Value {
			numbers := make([]int, len(args))
			for i, arg := range args {
				numbers[i] = number(arg)
			}
			return reflect.ValueOf(f(numbers...))
		}
	}
	return nil
}

// exactly gives an argument of just that type.
func exactly[T any](arg reflect.Value) T { return arg.Interface().(T) }

func number(arg reflect.Value) int { return exactly[int](arg) }

func sure(result any, err error) reflect.Value {
	if err != nil {
		panic(unknown{})
	}
	return reflect.ValueOf(result)
}

func anys(args []reflect.Value) []any {
	values := make([]any, len(args))
	for i, arg := range args {
		if arg.IsValid() {
			values[i] = arg.Interface()
		}
	}
	return values
}

// equal reports whether the first is one of the others, all strings or all
// numbers.
func equal(args []reflect.Value) bool {
	found := false
	for _, other := range args[1:] {
		switch {
		case args[0].Type() == stringType && other.Type() == stringType:
			found = found || args[0].String() == other.String()
		default:
			found = found || number(args[0]) == number(other)
		}
	}
	return found
}
