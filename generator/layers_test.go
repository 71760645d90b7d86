package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors are the packages of the module and how high each stands. A package
// imports those of lower floors only.
var floors = map[string]int{
	"acervo/assets":             0,
	"acervo/layouts":            0,
	"acervo/generator/diag":     1,
	"acervo/generator/memo":     1,
	"acervo/generator/assets":   2,
	"acervo/generator/content":  2,
	"acervo/generator/epub":     2,
	"acervo/generator/gitfs":    2,
	"acervo/generator/layout":   2,
	"acervo/generator/markdown": 2,
	"acervo/generator/offline":  2,
	"acervo/generator/output":   2,
	"acervo/generator/search":   2,
	"acervo/generator/site":     3,
	"acervo/generator":          4,
	"acervo/generator/browser":  5, // tests only
}

// carried are the folders that the program carries; only the command opens
// them, so that no package reads what is not in its source.
var carried = []string{"acervo/assets", "acervo/layouts"}

func TestLayers(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "acervo/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		floor, known := floors[fields[0]]
		if !known {
			t.Errorf("package %s stands on no floor", fields[0])
		}
		for _, imported := range fields[1:] {
			below, own := floors[imported]
			if !own && !strings.HasPrefix(imported, "acervo/") {
				continue
			}
			if below >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d)", fields[0], floor, imported, below)
			}
			if slices.Contains(carried, imported) && fields[0] != "acervo/generator" {
				t.Errorf("%s imports %s", fields[0], imported)
			}
		}
	}
}

// markup are the types whose values html/template does not escape.
var markup = []string{"CSS", "Fragment", "HTML", "HTMLAttr", "JS", "JSStr", "Srcset", "URL"}

// TestMarkup wants text to become markup in two packages only: markdown, which
// makes it, and layout, which escapes it.
func TestMarkup(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || dir == "markdown" || dir == "layout" {
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && converts(call.Fun) {
				t.Errorf("%s: text becomes markup", files.Position(call.Pos()))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// converts reports whether what is called is one of the types, as in
// template.HTML(s).
func converts(called ast.Expr) bool {
	if inner, ok := called.(*ast.ParenExpr); ok {
		return converts(inner.X)
	}
	selector, ok := called.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := selector.X.(*ast.Ident)
	return ok && (from.Name == "template" || from.Name == "layout") && slices.Contains(markup, selector.Sel.Name)
}
