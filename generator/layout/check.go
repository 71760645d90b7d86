package layout

import (
	"errors"
	"html/template"
	"path"
	"slices"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"acervo/generator/diag"
)

// A checker walks parsed templates for what can be known before there is data.
type checker struct {
	texts  map[string]string // of the templates' files, by name
	words  Words             // of the default language; the others have the same keys
	icons  map[string]string
	file   string // the name of the file being walked
	faults diag.List
}

func (c *checker) fault(code string, at parse.Node, args diag.Args) {
	line, col := place(c.texts[c.file], int(at.Position()))
	c.faults.Add(code, path.Join(base, c.file+".html"), line, col, args)
}

// place turns a byte offset into a line and a column of characters.
func place(text string, offset int) (line, col int) {
	before := text[:min(offset, len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

func (c *checker) node(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				c.node(child)
			}
		}
	case *parse.ActionNode:
		c.pipe(n.Pipe)
	case *parse.TemplateNode:
		c.pipe(n.Pipe)
	case *parse.IfNode:
		c.branch(&n.BranchNode)
	case *parse.RangeNode:
		c.branch(&n.BranchNode)
	case *parse.WithNode:
		c.branch(&n.BranchNode)
	case *parse.PipeNode:
		c.pipe(n)
	case *parse.ChainNode:
		c.node(n.Node)
	}
}

func (c *checker) branch(n *parse.BranchNode) {
	c.pipe(n.Pipe)
	c.node(n.List)
	c.node(n.ElseList)
}

func (c *checker) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for i, command := range p.Cmds {
		for _, arg := range command.Args {
			c.node(arg)
		}
		args := command.Args[1:]
		if i > 0 && len(p.Cmds[i-1].Args) == 1 {
			// The value of the command before comes last.
			args = append(slices.Clone(args), p.Cmds[i-1].Args[0])
		}
		if function, ok := command.Args[0].(*parse.IdentifierNode); ok {
			c.call(function.Ident, args, i > 0)
		}
	}
}

// call checks a call whose first argument is a constant.
func (c *checker) call(function string, args []parse.Node, piped bool) {
	if len(args) == 0 {
		return
	}
	constant, ok := args[0].(*parse.StringNode)
	if !ok {
		return
	}
	switch function {
	case "t", "n":
		c.message(function, constant, args, piped)
	case "icon":
		if _, ok := c.icons[constant.Text]; !ok {
			c.fault("icon-unknown", constant, diag.Args{"name": constant.Text, "near": diag.Near(constant.Text, sortedKeys(c.icons))})
		}
	}
}

func (c *checker) message(function string, key *parse.StringNode, args []parse.Node, piped bool) {
	if c.words.vocabulary == nil {
		return
	}
	m, ok := c.words.messages[key.Text]
	switch {
	case ok && m.forms == nil: // a list
		c.fault("message-unknown", key, diag.Args{"key": key.Text})
	case !ok:
		c.fault("message-unknown", key, diag.Args{"key": key.Text, "near": diag.Near(key.Text, sortedKeys(c.words.messages))})
	case function == "t" && m.plural:
		c.fault("message-number", key, diag.Args{"key": key.Text})
	case !piped:
		c.values(function, key, m, args[1:])
	}
}

// values asks for each value that the message names.
func (c *checker) values(function string, key *parse.StringNode, m message, args []parse.Node) {
	var given []string
	if function == "n" {
		given = []string{"n"}
		args = args[min(1, len(args)):]
	}
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(*parse.StringNode)
		if !ok {
			return
		}
		given = append(given, name.Text)
	}
	for _, name := range names(m) {
		if !slices.Contains(given, name) {
			c.fault("message-needs", key, diag.Args{"key": key.Text, "name": name})
		}
	}
}

// contexts has html/template find out where each value stands (text,
// attribute, address), which it does when a template is first executed: the
// execution itself ends with the first byte.
func (c *checker) contexts(templates *template.Template) {
	for _, name := range sortedKeys(c.texts) {
		err := templates.ExecuteTemplate(refusing{}, name, nil)
		var context *template.Error
		if errors.As(err, &context) {
			c.file = name
			line, col := context.Line, 0
			if context.Node != nil {
				// Only the tree of the node knows its file; context.Name is the
				// template that was executed.
				c.file, _, _ = strings.Cut(location(context.Node), ":")
				line, col = place(c.texts[c.file], int(context.Node.Position()))
			}
			c.faults.Add("template-context", path.Join(base, c.file+".html"), line, col, diag.Args{"detail": context.Description})
			return // html/template gives the same fault for all that follows
		}
	}
}

// location returns "name:line:byte".
func location(n parse.Node) string {
	location, _ := (*parse.Tree)(nil).ErrorContext(n)
	return location
}

// refusing is a writer that takes nothing.
type refusing struct{}

var errRefused = errors.New("nothing is written")

func (refusing) Write([]byte) (int, error) { return 0, errRefused }
