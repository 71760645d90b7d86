package layout

import (
	"bytes"
	"html/template"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"text/template/parse"
	"time"
)

// A program is a template as closures. html/template says what is escaped how:
// the compiler reads the trees that it has escaped. It knows as much of the
// template language as the layouts use; whatever else it meets, when compiling
// or executing, ends in [unknown], and html/template executes the layout from
// the start. So a program either gives the same bytes or none.
type program struct {
	steps []step
	slots int // variables, the first being $
}

type (
	// A step writes a part of the output.
	step func(r *run, dot reflect.Value)
	// A value is what an expression gives. The zero Value is nil.
	value func(r *run, dot reflect.Value) reflect.Value
)

// A run is an execution of programs.
type run struct {
	out  *bytes.Buffer
	vars []reflect.Value // of all templates under way
	base int             // the first variable of the innermost
	args []reflect.Value // of all calls under way
}

// unknown is thrown where only html/template goes on.
type unknown struct{}

// try executes a program. When it cannot, nothing is written and it reports
// false.
func (p *program) try(out *bytes.Buffer, data any) (done bool) {
	start := out.Len()
	defer func() {
		// Of what a function panics with, html/template makes an error.
		if recover() != nil {
			out.Truncate(start)
		}
	}()
	r := &run{out: out, vars: make([]reflect.Value, 0, 32)}
	r.call(p, reflect.ValueOf(data))
	return true
}

func (r *run) call(p *program, dot reflect.Value) {
	base := r.base
	r.base = len(r.vars)
	r.vars = append(r.vars, make([]reflect.Value, p.slots)...)
	r.vars[r.base] = dot
	r.walk(p.steps, dot)
	r.vars = r.vars[:r.base]
	r.base = base
}

func (r *run) walk(steps []step, dot reflect.Value) {
	for _, s := range steps {
		s(r, dot)
	}
}

// A compiler makes the programs of a language.
type compiler struct {
	programs  map[string]*program
	functions map[string]function
	escapers  escapers
	scope     []string // variables of the template being compiled, by slot; "" where out of scope
}

// compile compiles the templates that html/template has escaped.
func compile(set *template.Template, own template.FuncMap) map[string]*program {
	c := compiler{programs: map[string]*program{}, functions: callable(own), escapers: newEscapers()}
	for _, t := range set.Templates() {
		c.programs[t.Name()] = &program{}
	}
	for _, t := range set.Templates() {
		if t.Tree != nil {
			c.scope = []string{"$"}
			p := c.programs[t.Name()]
			p.steps = c.list(t.Tree.Root)
			p.slots = len(c.scope)
		}
	}
	return c.programs
}

func giveUp(*run, reflect.Value) { panic(unknown{}) }

func noValue(*run, reflect.Value) reflect.Value { panic(unknown{}) }

func (c *compiler) list(list *parse.ListNode) []step {
	if list == nil {
		return nil
	}
	var steps []step
	for _, n := range list.Nodes {
		steps = append(steps, c.node(n))
	}
	return steps
}

func (c *compiler) node(n parse.Node) step {
	switch n := n.(type) {
	case *parse.TextNode:
		return func(r *run, _ reflect.Value) { r.out.Write(n.Text) }
	case *parse.ActionNode:
		return c.action(n)
	case *parse.TemplateNode:
		p, data := c.programs[n.Name], c.pipe(n.Pipe)
		if p == nil {
			return giveUp // html/template made it for another context
		}
		return func(r *run, dot reflect.Value) { r.call(p, data(r, dot)) }
	case *parse.IfNode:
		return c.branch(&n.BranchNode, false)
	case *parse.WithNode:
		return c.branch(&n.BranchNode, true)
	case *parse.RangeNode:
		return c.loop(n)
	}
	return giveUp
}

// declare gives a variable a slot. Each declaration has its own.
func (c *compiler) declare(v *parse.VariableNode) int {
	c.scope = append(c.scope, v.Ident[0])
	return len(c.scope) - 1
}

// leave ends the scope of the variables from a slot on.
func (c *compiler) leave(slot int) {
	for i := slot; i < len(c.scope); i++ {
		c.scope[i] = ""
	}
}

// action compiles a declaration, or an expression with its escapers.
func (c *compiler) action(n *parse.ActionNode) step {
	escaped := slices.IndexFunc(n.Pipe.Cmds, isEscaper)
	switch {
	case len(n.Pipe.Decl) == 1 && !n.Pipe.IsAssign:
		v := c.commands(n.Pipe.Cmds)
		slot := c.declare(n.Pipe.Decl[0])
		return func(r *run, dot reflect.Value) { r.vars[r.base+slot] = v(r, dot) }
	case len(n.Pipe.Decl) > 0 || escaped < 1:
		return giveUp
	}
	write, v := c.escapers[escaping(n.Pipe.Cmds[escaped:])], c.commands(n.Pipe.Cmds[:escaped])
	if write == nil {
		return giveUp
	}
	return func(r *run, dot reflect.Value) { write(r.out, v(r, dot)) }
}

func (c *compiler) branch(n *parse.BranchNode, with bool) step {
	outer := len(c.scope)
	defer c.leave(outer)
	v := c.pipe(n.Pipe)
	yes, no := c.list(n.List), c.list(n.ElseList)
	return func(r *run, dot reflect.Value) {
		switch found := v(r, dot); {
		case !truth(found):
			r.walk(no, dot)
		case with:
			r.walk(yes, found)
		default:
			r.walk(yes, dot)
		}
	}
}

// loop compiles a range over a slice or a number.
func (c *compiler) loop(n *parse.RangeNode) step {
	outer := len(c.scope)
	defer c.leave(outer)
	v := c.commands(n.Pipe.Cmds)
	var slots []int
	for _, variable := range n.Pipe.Decl {
		slots = append(slots, c.declare(variable))
	}
	body, none := c.list(n.List), c.list(n.ElseList)
	if n.Pipe.IsAssign {
		return giveUp
	}
	return func(r *run, dot reflect.Value) {
		items := v(r, dot)
		count, at := each(items)
		for i := range count {
			item := at(i)
			if len(slots) > 0 {
				r.vars[r.base+slots[len(slots)-1]] = item
			}
			if len(slots) > 1 {
				r.vars[r.base+slots[0]] = reflect.ValueOf(i)
			}
			r.walk(body, item)
		}
		if count == 0 {
			r.walk(none, dot)
		}
	}
}

func each(items reflect.Value) (int, func(int) reflect.Value) {
	switch items.Kind() {
	case reflect.Slice:
		return items.Len(), func(i int) reflect.Value { return inner(items.Index(i)) }
	case reflect.Int:
		return int(items.Int()), func(i int) reflect.Value { return reflect.ValueOf(i) }
	}
	panic(unknown{})
}

// pipe compiles an expression that may declare a variable.
func (c *compiler) pipe(p *parse.PipeNode) value {
	if p == nil {
		return func(*run, reflect.Value) reflect.Value { return reflect.Value{} }
	}
	v := c.commands(p.Cmds)
	switch {
	case len(p.Decl) == 0:
		return v
	case len(p.Decl) > 1 || p.IsAssign:
		return noValue
	}
	slot := c.declare(p.Decl[0])
	return func(r *run, dot reflect.Value) reflect.Value {
		found := v(r, dot)
		r.vars[r.base+slot] = found
		return found
	}
}

// commands compiles an expression without pipes.
func (c *compiler) commands(cmds []*parse.CommandNode) value {
	if len(cmds) != 1 {
		return noValue
	}
	args := cmds[0].Args
	name, ok := args[0].(*parse.IdentifierNode)
	switch {
	case !ok && len(args) == 1:
		return c.operand(args[0])
	case !ok:
		return noValue
	}
	var given []value
	for _, arg := range args[1:] {
		given = append(given, c.operand(arg))
	}
	call := c.functions[name.Ident]
	switch {
	case name.Ident == "and" || name.Ident == "or":
		return choice(given, name.Ident == "or")
	case call == nil:
		return noValue
	}
	return func(r *run, dot reflect.Value) reflect.Value {
		start := len(r.args)
		for _, v := range given {
			r.args = append(r.args, v(r, dot))
		}
		result := call(r.args[start:])
		r.args = r.args[:start]
		return result
	}
}

// choice is the first value that is true, or that is false, else the last.
func choice(given []value, wanted bool) value {
	return func(r *run, dot reflect.Value) (found reflect.Value) {
		for _, v := range given {
			if found = v(r, dot); truth(found) == wanted {
				break
			}
		}
		return found
	}
}

func (c *compiler) operand(n parse.Node) value {
	constant := func(v any) value {
		fixed := reflect.ValueOf(v)
		return func(*run, reflect.Value) reflect.Value { return fixed }
	}
	switch n := n.(type) {
	case *parse.DotNode:
		return func(_ *run, dot reflect.Value) reflect.Value { return dot }
	case *parse.NilNode:
		return constant(nil)
	case *parse.StringNode:
		return constant(n.Text)
	case *parse.BoolNode:
		return constant(n.True)
	case *parse.NumberNode:
		if n.IsInt && !strings.ContainsAny(n.Text, "'.eEpPxX") {
			return constant(int(n.Int64))
		}
	case *parse.FieldNode:
		return fields(func(_ *run, dot reflect.Value) reflect.Value { return dot }, n.Ident)
	case *parse.VariableNode:
		for slot := len(c.scope) - 1; slot >= 0; slot-- {
			if c.scope[slot] == n.Ident[0] {
				return fields(func(r *run, _ reflect.Value) reflect.Value { return r.vars[r.base+slot] }, n.Ident[1:])
			}
		}
	case *parse.PipeNode:
		return c.pipe(n)
	}
	return noValue
}

// fields compiles a chain of fields.
func fields(of value, names []string) value {
	for _, name := range names {
		receiver, f := of, &field{name: name}
		of = func(r *run, dot reflect.Value) reflect.Value { return f.of(receiver(r, dot)) }
	}
	return of
}

// A field is a name in a template, which remembers where the types that it met
// have it.
type field struct {
	name  string
	known atomic.Pointer[[]spot]
}

type spot struct {
	of    reflect.Type
	index []int
}

func (f *field) of(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		return inner(f.in(v))
	case reflect.Map:
		if m, ok := v.Interface().(map[string]any); ok {
			if item, ok := m[f.name]; ok {
				return reflect.ValueOf(item)
			}
		}
	}
	panic(unknown{})
}

var timeType = reflect.TypeFor[time.Time]()

func (f *field) in(v reflect.Value) reflect.Value {
	t := v.Type()
	known := f.known.Load()
	if known != nil {
		for i := range *known {
			if s := &(*known)[i]; s.of == t {
				return v.FieldByIndex(s.index)
			}
		}
	}
	if t == timeType && f.name == "IsZero" {
		return reflect.ValueOf(v.Interface().(time.Time).IsZero())
	}
	found, ok := t.FieldByName(f.name)
	if _, isMethod := reflect.PointerTo(t).MethodByName(f.name); !ok || isMethod || !found.IsExported() {
		panic(unknown{})
	}
	var spots []spot
	if known != nil {
		spots = *known
	}
	// Another run may do the same: one of them is forgotten.
	spots = append(slices.Clip(spots), spot{t, found.Index})
	f.known.Store(&spots)
	return v.FieldByIndex(found.Index)
}

// inner is what an interface holds.
func inner(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
}

// truth is what html/template takes for true.
func truth(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() > 0
	case reflect.Bool:
		return v.Bool()
	case reflect.Int:
		return v.Int() != 0
	case reflect.Pointer:
		return !v.IsNil()
	case reflect.Struct:
		return true
	}
	panic(unknown{})
}
