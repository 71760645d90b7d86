package assets

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"acervo/generator/diag"
)

var repository = os.DirFS("../../assets")

// folder returns an assets folder with an empty main.css and the files given.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{"main.css": {}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func bundle(t *testing.T, fsys fs.FS, over ...fs.FS) *Files {
	t.Helper()
	files, faults := Bundle(fsys, over...)
	if len(faults) > 0 {
		t.Fatalf("faults:\n%s", lines(faults))
	}
	return files
}

// content returns what is published for an entry.
func content(t *testing.T, files *Files, entry string) string {
	t.Helper()
	for _, file := range files.All() {
		if file.Name == files.Name(entry) {
			return string(file.Data)
		}
	}
	t.Fatalf("%s is not among the files", entry)
	return ""
}

func lines(l diag.List) string {
	var out strings.Builder
	for _, f := range l.Sorted() {
		fmt.Fprintf(&out, "%s %s", f.Place(), f.Code)
		for _, name := range []string{"cause", "detail", "feature", "kind", "name", "path", "what"} {
			if value, ok := f.Args[name]; ok {
				fmt.Fprintf(&out, " %s=%q", name, value)
			}
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func TestBundle(t *testing.T) {
	files := bundle(t, folder(map[string]string{
		"main.ts":         `import { a } from "./deep/a"; import words from "./words.json"; const x: number = a; console.log(x, words.ñ)`,
		"deep/a.ts":       `export const a: number = 41 + 1; import "../main.css"`,
		"words.json":      `{"ñ": "é"}`,
		"main.test.ts":    `syntax error`,
		"types.d.ts":      `syntax error`,
		"main.css":        `@import "./styles/b.css"; @import "./styles/a.css"; p { color: #ff0000; /* c */ }`,
		"styles/a.css":    `.a { order: 1 }`,
		"styles/b.css":    `.b { order: 2 }`,
		"node_modules/x":  `x`,
		"icons/x-1.svg":   `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><title>x</title><!-- c --><g fill="none"><path d="M0 0` + "\n" + `  L1 1"/></g></svg>`,
		"icons/notes.txt": `x`,
	}))
	if got, want := content(t, files, "main.css"), ".b{order:2}.a{order:1}p{color:red}\n"; got != want {
		t.Errorf("main.css: got %q, want %q", got, want)
	}
	script := content(t, files, "main.js")
	for _, want := range []string{"42", "é", "(()=>{", "})();"} {
		if !strings.Contains(script, want) {
			t.Errorf("main.js: no %q in %s", want, script)
		}
	}
	for _, file := range files.All() {
		if !regexp.MustCompile(`^assets/main\.[0-9a-f]{8}\.(js|css)$`).MatchString(file.Name) {
			t.Errorf("got a file %q", file.Name)
		}
	}
	want := `<svg class="icon" aria-hidden="true" focusable="false" viewBox="0 0 24 24"><g fill="none"><path d="M0 0 L1 1"/></g></svg>`
	if got := files.Icons()["x-1"]; got != want {
		t.Errorf("icon:\ngot  %s\nwant %s", got, want)
	}
	defer func() {
		if got, want := recover(), `assets: no entry "none.js"`; got != want {
			t.Errorf("got %v, want %q", got, want)
		}
	}()
	files.Name("none.js")
}

func TestDeterminism(t *testing.T) {
	first, second := bundle(t, repository), bundle(t, repository)
	a, b := first.All(), second.All()
	if len(a) != len(b) {
		t.Fatalf("got %d and %d files", len(a), len(b))
	}
	for i := range a {
		if a[i].Name != b[i].Name || !bytes.Equal(a[i].Data, b[i].Data) {
			t.Errorf("%s and %s differ", a[i].Name, b[i].Name)
		}
	}
}

// TestElsewhere: the working directory is of no concern.
func TestElsewhere(t *testing.T) {
	fsys := folder(map[string]string{"main.ts": `import "./a"`, "a.ts": `console.log("here")`})
	want := bundle(t, fsys).Name("main.js")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.ts":          `console.log("disk")`,
		"tsconfig.json": `{"compilerOptions": {"target": "es5", "jsx": "bogus"}}`,
		"package.json":  `{"sideEffects": false, "type": "module"}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	if got := bundle(t, fsys).Name("main.js"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLayers(t *testing.T) {
	base := folder(map[string]string{"main.ts": `import "./a"`, "a.ts": `console.log("base")`, "icons/a.svg": `<svg/>`})
	own := fstest.MapFS{
		"a.ts":        {Data: []byte(`console.log("own")`)},
		"extra.ts":    {Data: []byte(`console.log("extra")`)},
		"icons/a.svg": {Data: []byte(`<svg viewBox="0 0 1 1"/>`)},
	}
	files := bundle(t, base, own)
	if got := content(t, files, "main.js"); !strings.Contains(got, "own") {
		t.Errorf("got %s", got)
	}
	if got := content(t, files, "extra.js"); !strings.Contains(got, "extra") {
		t.Errorf("got %s", got)
	}
	if got := files.Icons()["a"]; !strings.Contains(got, "viewBox") {
		t.Errorf("got %s", got)
	}
}

func TestFaults(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.ToSlash(filepath.Join(dir, "outside.ts"))
	if err := os.WriteFile(outside, []byte(`console.log("disk")`), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"a TypeScript error", map[string]string{
			"main.ts": "const a = 1;\nconst é = a b;\n", "other.ts": "let x: = 1",
		}, `
assets/main.ts:2:13 asset-syntax detail="Expected \";\" but found \"b\""
assets/other.ts:1:8 asset-syntax detail="Unexpected \"=\""
`},
		{"what is not in the folder", map[string]string{
			"main.ts": "import \"./none\"\nimport \"react\"\nimport \"../../go.mod\"\nimport \"" + outside + "\"\nimport \"https://example.org/x.ts\"\nimport \"data:text/javascript,1\"",
		}, `
assets/main.ts:1:8 asset-import path="./none"
assets/main.ts:2:8 asset-import path="react"
assets/main.ts:3:8 asset-import path="../../go.mod"
assets/main.ts:4:8 asset-import path="` + outside + `"
assets/main.ts:5:8 asset-import path="https://example.org/x.ts"
assets/main.ts:6:8 asset-import path="data:text/javascript,1"
`},
		{"a style that names other files", map[string]string{
			"main.css": "@import \"./a.css\";\n@import url(https://example.org/b.css);\np { background: url(./x.png) }\n", "a.css": "p { color: }\n", "x.png": "x",
		}, `
assets/main.css:2:9 asset-import path="https://example.org/b.css"
assets/main.css:3:17 asset-kind kind=".png"
`},
		{"a style with a slip", map[string]string{
			"main.css": "p { color red; }\n@media (é) { a { b: c }\n",
		}, `
assets/main.css:1:10 asset-syntax detail="Expected \":\""
assets/main.css:3:1 asset-syntax detail="Expected \"}\" to go with \"{\""
`},
		{"a style beyond the floor", map[string]string{
			"main.css": "/* @layer :is( */\n@layer a;\n.x::before { content: \":has(\"; margin-inline: 1px; margin-inline-start: 1px }\n" +
				"é:is(a, b) {}\n@supports selector(:has(a)) { p:has(a) { x: y } p { padding-block: 1px } }\na:where(b) { inset-block-end: 0; inset: 0 }",
		}, `
assets/main.css:2:1 style-floor feature="@layer"
assets/main.css:3:32 style-shorthand feature="margin-inline"
assets/main.css:4:2 style-floor feature=":is("
assets/main.css:6:2 style-floor feature=":where("
assets/main.css:6:14 style-shorthand feature="inset-block-end"
`},
		{"harmful icons", map[string]string{
			"icons/a.svg":        `<svg><script>alert(1)</script></svg>`,
			"icons/b.svg":        `<svg onload="alert(1)"/>`,
			"icons/c.svg":        `<svg xmlns:xlink="http://www.w3.org/1999/xlink"><g xlink:href="#a"/></svg>`,
			"icons/d.svg":        `<svg><path style="fill:red"/></svg>`,
			"icons/e.svg":        `<svg><path fill="URL(#a)"/></svg>`,
			"icons/f.svg":        `<!DOCTYPE svg [<!ENTITY x "y">]><svg/>`,
			"icons/g.svg":        `<svg>text</svg>`,
			"icons/h.svg":        `<svg><svg/></svg>`,
			"icons/i.svg":        `<svg><path><g/></path></svg>`,
			"icons/j.svg":        `<svg/><svg/>`,
			"icons/k.svg":        `<svg><foreignObject/></svg>`,
			"icons/l.svg":        `<svg><title><g/></title></svg>`,
			"icons/m.svg":        `<svg><html:g xmlns:html="http://www.w3.org/1999/xhtml"/></svg>`,
			"icons/n.svg":        `<svg><g>`,
			"icons/o.svg":        ``,
			"icons/p.svg":        `<svg><path d="&quot;&gt;&lt;script&gt;"/></svg>`,
			"icons/q.svg":        `<svg href="x"/>`,
			"icons/Bad name.svg": `<svg/>`,
		}, `
assets/icons/Bad name.svg icon-name name="Bad name"
assets/icons/a.svg:1:14 icon-harmful what="<script>"
assets/icons/b.svg:1:25 icon-harmful what="onload=\"alert(1)\""
assets/icons/c.svg:1:49 icon-harmful what="xlink=\"http://www.w3.org/1999/xlink\""
assets/icons/d.svg:1:30 icon-harmful what="style=\"fill:red\""
assets/icons/e.svg:1:28 icon-harmful what="fill=\"URL(#a)\""
assets/icons/f.svg:1:33 icon-harmful what="<!DOCTYPE svg [<!ENTITY x \"y\">]>"
assets/icons/g.svg:1:10 icon-harmful what="text"
assets/icons/h.svg:1:12 icon-harmful what="<svg>"
assets/icons/i.svg:1:16 icon-harmful what="<g>"
assets/icons/j.svg:1:13 icon-harmful what="<svg>"
assets/icons/k.svg:1:22 icon-harmful what="<foreignObject>"
assets/icons/l.svg:1:17 icon-harmful what="<g>"
assets/icons/m.svg:1:57 icon-harmful what="<g>"
assets/icons/n.svg:1:9 icon-harmful what="XML syntax error on line 1: unexpected EOF"
assets/icons/o.svg:1:1 icon-harmful what="<svg>"
assets/icons/p.svg:1:42 icon-harmful what="d=\"\\\"><script>\""
assets/icons/q.svg:1:16 icon-harmful what="href=\"x\""
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, faults := Bundle(folder(c.files))
			if got, want := lines(faults), strings.TrimPrefix(c.want, "\n"); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if files != nil {
				t.Error("got files in spite of faults")
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	_, faults := Bundle(failing{folder(map[string]string{"main.ts": "", "icons/a.svg": "<svg/>"})})
	want := `
assets/icons/a.svg asset-unreadable cause="disk"
assets/main.css asset-unreadable cause="disk"
assets/main.ts asset-unreadable cause="disk"
`
	if got := lines(faults); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

type failing struct{ fstest.MapFS }

func (failing) ReadFile(string) ([]byte, error) { return nil, fmt.Errorf("disk") }

func TestEveryFaultHasWords(t *testing.T) {
	for _, code := range []string{
		"asset-unreadable", "asset-syntax", "asset-import", "asset-kind", "style-floor", "style-shorthand",
		"icon-harmful", "icon-name", "photo-format", "photo-large", "photo-gps",
	} {
		for _, lang := range diag.Languages {
			if message, _ := (diag.Fault{Code: code}).Words(lang); message == code {
				t.Errorf("%s: no words in %s", code, lang)
			}
		}
	}
}

func TestStyleIsLowered(t *testing.T) {
	got := content(t, bundle(t, folder(map[string]string{"main.css": `
		.a { color: red; &:hover { color: blue } .b & { color: green } @media (600px <= width < 900px) { inset: 1px } }
		.c, .d { .e { top: 0 } }
	`})), "main.css")
	if broken := dropped.FindAllString(got, -1); len(broken) > 0 {
		t.Errorf("got %q in %s", broken, got)
	}
	for _, want := range []string{".a:hover{", ".b .a{", "min-width:600px", "top:1px;right:1px;bottom:1px;left:1px", ".c .e,.d .e{"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}

// dropped is what the floor's browsers do not know, as it looks in a published
// style sheet: nesting (a brace or "&" inside of a rule), range queries, layers,
// selectors, the inset shorthand.
var dropped = regexp.MustCompile(`&|@layer|@scope|:is\(|:where\(|:has\(|[<>]=|\([^()]*[<>][^()]*\)|[;{]inset:`)

func TestPublishedStyle(t *testing.T) {
	for _, file := range bundle(t, repository).All() {
		if !strings.HasSuffix(file.Name, ".css") {
			continue
		}
		style := withoutSupports(unread.ReplaceAllString(string(file.Data), `""`))
		if broken := dropped.FindAllString(style, -1); len(broken) > 0 {
			t.Errorf("%s: old browsers do not know %q", file.Name, broken)
		}
	}
}

func TestBudget(t *testing.T) {
	files := bundle(t, repository)
	for entry, limit := range map[string]int{"exit.js": 1200, "main.js": 3000} {
		var packed bytes.Buffer
		w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if _, err := w.Write([]byte(content(t, files, entry))); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, %d with gzip", entry, len(content(t, files, entry)), packed.Len())
		if packed.Len() > limit {
			t.Errorf("%s: %d bytes with gzip, want at most %d", entry, packed.Len(), limit)
		}
	}
}

// TestScriptsHaveNoWords: words arrive in data attributes. A text with a space
// between two letters is taken for words.
func TestScriptsHaveNoWords(t *testing.T) {
	words := regexp.MustCompile("[\"'`][^\"'`\n]*\\pL \\pL[^\"'`\n]*[\"'`]")
	comments := regexp.MustCompile(`(?s)(^|\s)//[^\n]*|/\*.*?\*/`)
	err := fs.WalkDir(repository, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "node_modules" {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".test.ts") {
			return nil
		}
		text, err := fs.ReadFile(repository, path)
		for _, found := range words.FindAllString(comments.ReplaceAllString(string(text), ""), -1) {
			t.Errorf("assets/%s: %s", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTypes(t *testing.T) {
	tsc := filepath.FromSlash("../../assets/node_modules/.bin/tsc")
	if _, err := os.Stat(tsc); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no type checker: run npm ci in assets/")
		}
		t.Skip("no type checker: run npm ci in assets/")
	}
	if out, err := exec.Command(tsc, "--noEmit", "-p", "../../assets").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestLockNamesNoRegistry(t *testing.T) {
	lock, err := fs.ReadFile(repository, "package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(lock, []byte(`"resolved"`)) || bytes.Contains(lock, []byte("://")) {
		t.Error(`package-lock.json names where packages came from; remove its "resolved" fields`)
	}
}
