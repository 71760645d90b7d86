// Package diag holds the faults of a source: what is wrong, where, and what to
// do about it.
//
// A [Fault] is data. It carries a stable code, a place in the source and the
// values that its message names; the words live in messages/<lang>.yaml, one
// entry a code, so that the same fault can be told in any language of the
// program. Packages that read the source collect faults in a [List] and go on
// as far as they can: an author mends ten faults after one run.
//
// An entry of a message file has up to three templates, in which {name} stands
// for an argument of the fault:
//
//	unknown-key:
//	  text: unknown key "{key}"
//	  hint: did you mean "{near}"?
//	  otherwise: the keys of a {kind} are {known}
//
// The hint is shown when the fault has every argument that it names, else the
// template "otherwise" under the same condition, else no hint.
package diag

import (
	"cmp"
	"slices"
)

// Args are the values named by a fault's message.
type Args map[string]string

// A Fault is one thing wrong in a source. Two faults with equal fields are the
// same fault.
type Fault struct {
	Code string // stable, kebab-case
	Path string // slash-separated, relative to the source's root; empty for the source itself
	Line int    // 1-based; 0 where the fault has no line
	Col  int    // 1-based, in characters; 0 where the fault has no column
	Args Args
}

// A List is a collection of faults in the order in which they were found.
type List []Fault

// Add appends a fault.
func (l *List) Add(code, path string, line, col int, args Args) {
	*l = append(*l, Fault{Code: code, Path: path, Line: line, Col: col, Args: args})
}

// Sorted returns the faults by path, line, column and code, each once.
func (l List) Sorted() List {
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b Fault) int {
		return cmp.Or(
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.key(), b.key()),
		)
	})
	return slices.CompactFunc(sorted, func(a, b Fault) bool {
		return a.Path == b.Path && a.Line == b.Line && a.Col == b.Col && a.Code == b.Code && a.key() == b.key()
	})
}

// key renders the arguments in a fixed order.
func (f Fault) key() string {
	names := make([]string, 0, len(f.Args))
	for name := range f.Args {
		names = append(names, name)
	}
	slices.Sort(names)
	key := ""
	for _, name := range names {
		key += name + "\x00" + f.Args[name] + "\x00"
	}
	return key
}
