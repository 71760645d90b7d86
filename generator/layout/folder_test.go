package layout

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
)

// TestFolder holds the repository's own layouts to the rules.
func TestFolder(t *testing.T) {
	_, faults := Load(os.DirFS("../../layouts"), real, repositoryIcons(t))
	if len(faults) > 0 {
		t.Error(lines(faults))
	}
}

func repositoryIcons(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../assets/icons/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	icons := map[string]string{}
	for _, file := range files {
		icons[strings.TrimSuffix(filepath.Base(file), ".svg")] = "<svg></svg>"
	}
	return icons
}

// TestEveryMessageIsUsed: a message is used when a template or a Go file of
// the program has its key as a constant, or the beginning of its key, up to a
// dot, as in t (printf "state.%s" .State) or "state." + code.
func TestEveryMessageIsUsed(t *testing.T) {
	read := reader{layers: []fs.FS{os.DirFS("../../layouts")}}
	asked := templateConstants(&read)
	for constant := range goConstants(t) {
		asked[constant] = true
	}
	for _, key := range ownKeys {
		asked[key] = true
	}
	for key, m := range read.messageFile("messages/es.yaml") {
		if !isAsked(key, asked) {
			t.Errorf("%s/%s:%d: nothing asks for %q", base, m.file, m.line, key)
		}
	}
}

func isAsked(key string, asked map[string]bool) bool {
	if asked[key] {
		return true
	}
	for i, r := range key {
		if r == '.' && (asked[key[:i+1]] || asked[key[:i+1]+"%s"]) {
			return true
		}
	}
	return false
}

func templateConstants(read *reader) map[string]bool {
	root := template.New("").Funcs(functions(Words{}, nil))
	read.templates(root)
	found := map[string]bool{}
	for _, t := range root.Templates() {
		if t.Tree != nil {
			collect(t.Tree.Root, found)
		}
	}
	return found
}

func collect(n parse.Node, found map[string]bool) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				collect(child, found)
			}
		}
	case *parse.ActionNode:
		collect(n.Pipe, found)
	case *parse.TemplateNode:
		collect(n.Pipe, found)
	case *parse.IfNode:
		collectBranch(&n.BranchNode, found)
	case *parse.RangeNode:
		collectBranch(&n.BranchNode, found)
	case *parse.WithNode:
		collectBranch(&n.BranchNode, found)
	case *parse.PipeNode:
		if n != nil {
			for _, command := range n.Cmds {
				for _, arg := range command.Args {
					collect(arg, found)
				}
			}
		}
	case *parse.StringNode:
		found[n.Text] = true
	}
}

func collectBranch(n *parse.BranchNode, found map[string]bool) {
	collect(n.Pipe, found)
	collect(n.List, found)
	collect(n.ElseList, found)
}

// goConstants returns the texts in the program's own Go files.
func goConstants(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					found[text] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
