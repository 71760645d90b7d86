package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// messages reads a message file as it is.
func messages(t *testing.T, lang string) map[string]map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("diag", "messages", lang+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]map[string]string{}
	if err := yaml.Unmarshal(data, &words); err != nil {
		t.Fatal(err)
	}
	top := regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
	seen := map[string]bool{}
	for _, m := range top.FindAllStringSubmatch(string(data), -1) {
		if seen[m[1]] {
			t.Errorf("%s.yaml has %q twice", lang, m[1])
		}
		seen[m[1]] = true
	}
	return words
}

// TestMessages shows that the languages of the program say the same things with
// the same values.
func TestMessages(t *testing.T) {
	value := regexp.MustCompile(`\{[a-z]+\}`)
	values := func(text string) []string {
		if strings.Contains(text, "{{") {
			return nil
		}
		found := value.FindAllString(text, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	main := messages(t, diag.Languages[0])
	for _, lang := range diag.Languages[1:] {
		words := messages(t, lang)
		for code, w := range main {
			if words[code] == nil {
				t.Errorf("%s.yaml lacks %q", lang, code)
				continue
			}
			for part, text := range w {
				if got, want := values(words[code][part]), values(text); !slices.Equal(got, want) {
					t.Errorf("%s.yaml: %s of %q has the values %q, want %q", lang, part, code, got, want)
				}
			}
			if len(words[code]) != len(w) {
				t.Errorf("%s.yaml: %q has other parts", lang, code)
			}
		}
		for code := range words {
			if main[code] == nil {
				t.Errorf("%s.yaml lacks %q", diag.Languages[0], code)
			}
		}
	}
}

// takers are the functions that take a code, by the place of the code among
// their arguments; anyPlace stands for the first literal.
var takers = map[string]int{
	"Add": 0, "fault": anyPlace, "holds": 2, "among": 4, "say": 0, "note": 0, "stage": 0, "wrong": 0, "Sentence": 1,
}

const anyPlace = -1

// TestCodes shows that every code which the program gives has words.
func TestCodes(t *testing.T) {
	words, found := messages(t, "es"), 0
	code := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, text := range codesOf(n) {
				if !code.MatchString(text) {
					continue
				}
				found++
				if words[text] == nil {
					t.Errorf("%s: no words for %q", files.Position(n.Pos()), text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 200 {
		t.Errorf("found %d codes only", found)
	}
}

// codesOf returns the codes that a call or a literal of a fault has.
func codesOf(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch fun := n.Fun.(type) {
		case *ast.SelectorExpr:
			name = fun.Sel.Name
		case *ast.Ident:
			name = fun.Name
		}
		at, ok := takers[name]
		if !ok || name == "Add" && len(n.Args) != 5 { // the Add of a list of faults
			return nil
		}
		for i, arg := range n.Args {
			if text, ok := literal(arg); ok && (at == anyPlace || at == i) {
				return []string{text}
			}
		}
	case *ast.CompositeLit:
		switch of := n.Type.(type) {
		case nil:
		case *ast.SelectorExpr:
			if of.Sel.Name != "Fault" {
				return nil
			}
		default:
			return nil
		}
		for _, element := range n.Elts {
			pair, ok := element.(*ast.KeyValueExpr)
			if !ok {
				return nil
			}
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Code" {
				if text, ok := literal(pair.Value); ok {
					return []string{text}
				}
			}
		}
	}
	return nil
}

func literal(e ast.Expr) (string, bool) {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, err := strconv.Unquote(lit.Value)
		return text, err == nil
	}
	return "", false
}

// TestUseWords shows that every verb is explained and that no word of cobra's
// own stays in the help in another language.
func TestUseWords(t *testing.T) {
	for _, ui := range diag.Languages {
		p := &program{ui: ui}
		for _, cmd := range p.command().Commands() {
			if cmd.Short != p.say("use-"+cmd.Name()) {
				t.Errorf("%s: %s is not explained", ui, cmd.Name())
			}
			if help := cmd.UsageString(); ui == "es" && regexp.MustCompile(`Usage|Flags|default|help for`).MatchString(help) {
				t.Errorf("help of %s has English words:\n%s", cmd.Name(), help)
			}
		}
	}
}
