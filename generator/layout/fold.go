package layout

import (
	"html/template"
	"text/template/parse"
)

// constants write what a language fixes into its copy of the templates:
// {{t "key"}} of a message without values, and {{icon "name"}}. Most of a
// page's words are such, and a text costs nothing to execute.
type constants struct {
	words Words
	icons map[string]string
}

func (f constants) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for i, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			if text, ok := f.constant(n.Pipe); ok {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)}
			}
		case *parse.IfNode:
			f.branch(&n.BranchNode)
		case *parse.RangeNode:
			f.branch(&n.BranchNode)
		case *parse.WithNode:
			f.branch(&n.BranchNode)
		}
	}
}

func (f constants) branch(n *parse.BranchNode) {
	f.list(n.List)
	f.list(n.ElseList)
}

// constant returns the output of an action that is the same for all data. A
// message is escaped for text and for quoted attributes, the only places where
// the layouts have words.
func (f constants) constant(p *parse.PipeNode) (string, bool) {
	if len(p.Decl) > 0 || len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 2 {
		return "", false
	}
	function, isFunction := p.Cmds[0].Args[0].(*parse.IdentifierNode)
	name, isString := p.Cmds[0].Args[1].(*parse.StringNode)
	if !isFunction || !isString {
		return "", false
	}
	switch function.Ident {
	case "t":
		text, err := f.words.message(name.Text, nil, plain)
		return template.HTMLEscapeString(text), err == nil
	case "icon":
		svg, ok := f.icons[name.Text]
		return svg, ok
	}
	return "", false
}
