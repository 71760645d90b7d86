package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"acervo/generator/diag"
)

// TestProblems shows that every problem of a repository is told in both
// languages, and what to do about it.
func TestProblems(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("gitfs", "problem.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "problem" {
			return true
		}
		code, _ := literal(call.Args[0])
		for _, lang := range diag.Languages {
			message, hint := diag.Fault{Code: code, Args: diag.Args{"value": "x"}}.Words(lang)
			if message == code || hint == "" {
				t.Errorf("%s: problem %q has no words or no hint", lang, code)
			}
		}
		found++
		return true
	})
	if found < 15 {
		t.Errorf("found %d problems only", found)
	}
}

func TestRemote(t *testing.T) {
	for source, want := range map[string]bool{
		"https://example.org/a.git": true, "ssh://git@example.org/a": true, "git@example.org:a.git": true, "me@host:a": true,
		".": false, "../a": false, "/a/b@c": false, `C:\a`: false, "a:b": false,
	} {
		if got := remote(source); got != want {
			t.Errorf("remote(%q) = %v", source, got)
		}
	}
}
