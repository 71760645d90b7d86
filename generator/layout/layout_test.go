package layout

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"acervo/generator/diag"
)

var real = []string{"es", "en", "fr", "pt"}

// folder returns the repository's own messages with more files and words; a
// name that ends in .yaml is added to the file of that name.
func folder(t *testing.T, files map[string]string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, lang := range real {
		name := "messages/" + lang + ".yaml"
		data, err := os.ReadFile("../../layouts/" + name)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: ownOnly(t, data)}
	}
	for name, text := range files {
		if old, ok := fsys[name]; ok {
			text = string(old.Data) + text
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// ownOnly keeps the lines of the package's own keys, so that these tests do
// not change when the site gets new words.
func ownOnly(t *testing.T, data []byte) []byte {
	t.Helper()
	var kept strings.Builder
	for line := range strings.Lines(string(data)) {
		for _, key := range ownKeys {
			if strings.HasPrefix(line, key+":") {
				kept.WriteString(line)
			}
		}
	}
	if n := strings.Count(kept.String(), "\n"); n != len(ownKeys) {
		t.Fatalf("got %d own keys, want %d", n, len(ownKeys))
	}
	return []byte(kept.String())
}

func load(t *testing.T, fsys fs.FS, langs ...string) *Set {
	t.Helper()
	set, faults := Load(fsys, langs, map[string]string{"exit": "<svg><path d=\"M0 0\"/></svg>"})
	if len(faults) > 0 {
		t.Fatalf("faults:\n%s", lines(faults))
	}
	return set
}

func lines(l diag.List) string {
	var out strings.Builder
	for _, f := range l.Sorted() {
		fmt.Fprintf(&out, "%s %s", f.Place(), f.Code)
		for _, name := range sortedKeys(f.Args) {
			fmt.Fprintf(&out, " %s=%q", name, f.Args[name])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func execute(t *testing.T, set *Set, name, lang string, data any) string {
	t.Helper()
	fragment, err := set.Fragment(name, lang, data)
	if err != nil {
		t.Fatal(err)
	}
	return string(fragment)
}

func TestExecute(t *testing.T) {
	set := load(t, folder(t, map[string]string{
		"page.html":           `<h1>{{.Title}}</h1>{{template "partials/when" .On}}{{icon "exit"}}{{.Body}}`,
		"words.html":          `{{t "greet" "who" .}}|{{n "hits" 2}}|{{number 12500}}|{{bytes 1100000}}|{{add 1 2 3}}`,
		"link.html":           `<a href="{{.}}">x</a>`,
		"sentence.html":       `{{t "greet" "who" .}}`,
		"joined.html":         `{{join .}}`,
		"dict.html":           `{{with dict "a" 1 "b" "<"}}{{.a}}{{.b}}{{end}}{{range list "x" "y"}}{{.}}{{end}}`,
		"dynamic.html":        `{{t .}}`,
		"piped.html":          `{{"plain" | t}}`,
		"partials/when.html":  `<time datetime="{{isodate .}}">{{date .}}</time>`,
		"partials/other.html": `{{define "inner"}}<i>{{.}}</i>{{end}}{{template "inner" .}}`,
		"messages/es.yaml":    "greet: \"Hola, {who}\"\nplain: llano\nhits: {one: \"{n} resultado\", many: \"{n} de resultados\", other: \"{n} resultados\"}\n",
		"messages/en.yaml":    "greet: \"Hello, {who}\"\nplain: plain\nhits: {one: \"{n} hit\", other: \"{n} hits\"}\n",
	}), "es", "en")
	day := time.Date(2026, 11, 24, 23, 0, 0, 0, time.FixedZone("", -6*3600))
	link := Fragment(execute(t, set, "link", "es", "https://example.org/?a=1&b=2"))

	for _, c := range []struct {
		layout, lang string
		data         any
		want         string
	}{
		{"page", "es", map[string]any{"Title": "<b>", "On": day, "Body": link},
			`<h1>&lt;b&gt;</h1><time datetime="2026-11-25">25 de noviembre de 2026</time><svg><path d="M0 0"/></svg><a href="https://example.org/?a=1&amp;b=2">x</a>`},
		{"words", "es", "<Ana>", "Hola, &lt;Ana&gt;|2 resultados|12\u00a0500|1.1\u00a0MB|6"},
		{"words", "en", "Ana", "Hello, Ana|2 hits|12,500|1.1\u00a0MB|6"},
		{"link", "es", "javascript:alert(1)", `<a href="#ZgotmplZ">x</a>`},
		{"sentence", "es", link, `Hola, <a href="https://example.org/?a=1&amp;b=2">x</a>`},
		{"joined", "es", []string{"a", "<b>", "c"}, "a, &lt;b&gt; y c"},
		{"joined", "es", []Fragment{"<a>Belice</a>", "<a>Indonesia</a>"}, "<a>Belice</a> e <a>Indonesia</a>"},
		{"joined", "en", []any{"<", Fragment("<b>x</b>"), "&"}, "&lt;, <b>x</b> and &amp;"},
		{"dict", "es", nil, "1&lt;xy"},
		{"dynamic", "en", "plain", "plain"},
		{"piped", "es", nil, "llano"},
		{"partials/other", "es", "x", "<i>x</i>"},
	} {
		t.Run(c.layout+" "+c.lang, func(t *testing.T) {
			if got := execute(t, set, c.layout, c.lang, c.data); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestExecuteErrors(t *testing.T) {
	set := load(t, folder(t, map[string]string{
		"key.html":   `{{t .}}`,
		"field.html": `{{.nothing}}`,
		"icon.html":  `{{icon .}}`,
		"join.html":  `{{join .}}`,
		"pairs.html": `{{dict . 1 2}}`,
	}), "es")
	for _, c := range []struct {
		layout, lang string
		data         any
		want         string
	}{
		{"key", "es", "none", `no message "none"`},
		{"key", "es", "months", `no message "months"`},
		{"key", "es", "bytes.b", `message "bytes.b" needs a value {n}`},
		{"field", "es", map[string]any{}, `no entry for key "nothing"`},
		{"icon", "es", "none", `no icon "none"`},
		{"join", "es", 3, "cannot join int"},
		{"pairs", "es", "a", "names and values by turns"},
		{"missing", "es", nil, `"missing" is undefined`},
		{"key", "de", nil, `language "de" was not loaded`},
	} {
		err := set.Execute(io.Discard, c.layout, c.lang, c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", c.layout, err, c.want)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		langs []string
		want  string
	}{
		{"a key of one language is missing in another", map[string]string{
			"messages/es.yaml": "a: uno\nb: dos\n", "messages/en.yaml": "a: one\nc: three\n",
		}, []string{"es", "en"}, `
layouts/messages/en.yaml message-missing key="b"
layouts/messages/es.yaml message-missing key="c"
`},
		{"a missing key is asked of the parent's file", map[string]string{
			"messages/es.yaml": "a: uno\n",
		}, []string{"es", "pt-BR"}, `
layouts/messages/pt.yaml message-missing key="a"
`},
		{"a language without any words", nil, []string{"es", "de-AT"}, `
layouts/messages/de-AT.yaml messages-none lang="de-AT"
`},
		{"unknown keys in templates", map[string]string{
			"messages/es.yaml": "greet: hola\nhits: {one: uno, many: unos, other: otros}\nneeds: \"{who}\"\n",
			"page.html":        "<p>\n  é {{t \"grete\"}}\n{{if .}}{{n \"xyz\" 1}}{{else}}{{range .}}{{t (t \"no.such\")}}{{end}}{{end}}",
			"more.html":        "{{t \"hits\"}}{{t \"needs\"}}{{t \"needs\" \"whom\" 1}}{{n \"hits\" 1}}{{icon \"exot\"}}{{t \"months\"}}{{template \"partials/x\" (t \"y.y\")}}{{\"z.z\" | t}}",
			"partials/x.html":  "{{define \"deep\"}}\n{{with t \"deep.key\"}}{{.}}{{end}}{{end}}",
		}, []string{"es"}, `
layouts/more.html:1:5 message-number key="hits"
layouts/more.html:1:17 message-needs key="needs" name="who"
layouts/more.html:1:30 message-needs key="needs" name="who"
layouts/more.html:1:69 icon-unknown name="exot" near="exit"
layouts/more.html:1:81 message-unknown key="months"
layouts/more.html:1:118 message-unknown key="y.y" near=""
layouts/more.html:1:128 message-unknown key="z.z" near=""
layouts/page.html:2:9 message-unknown key="grete" near="greet"
layouts/page.html:3:13 message-unknown key="xyz" near=""
layouts/page.html:3:48 message-unknown key="no.such" near=""
layouts/partials/x.html:2:10 message-unknown key="deep.key" near=""
`},
		{"templates that cannot be parsed", map[string]string{
			"a.html":          "x\n\n{{if}}y",
			"b.html":          "{{nosuch .}}",
			"c.html":          `{{define "twice"}}1{{end}}`,
			"d.html":          `{{define "twice"}}2{{end}}`,
			"partials/e.html": "one\n{{.X",
		}, []string{"es"}, `
layouts/a.html:3 template-syntax detail="missing value for if"
layouts/b.html:1 template-syntax detail="function \"nosuch\" not defined"
layouts/d.html template-twice name="twice" other="layouts/c.html"
layouts/partials/e.html:2 template-syntax detail="unclosed action"
`},
		{"a value in a place where it cannot be made safe", map[string]string{
			"a.html":          "<p>\n{{template \"partials/b\" .}}",
			"partials/b.html": "<b>\n  <a {{.}}{{if .}} href='{{end}}>",
		}, []string{"es"}, `
layouts/partials/b.html:2:16 template-context detail="{{if}} branches end in different contexts: {stateURL delimSingleQuote urlPartNone jsCtxRegexp [] attrURL elementNone <nil>}, {stateAttrName delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}"
`},
		{"a partial that is not there", map[string]string{
			"a.html": "<p>\n{{template \"partials/b\" .}}",
		}, []string{"es"}, `
layouts/a.html:2:12 template-context detail="no such template \"partials/b\""
`},
		{"message files that cannot be read", map[string]string{
			"messages/es.yaml": "a: [1, {b: c}]\nb: {few: x}\nc: {other: x, lots: y}\nd:\ne: \"\"\nf: uno\nf: dos\n",
		}, []string{"es"}, `
layouts/messages/es.yaml:14:1 message-shape key="a"
layouts/messages/es.yaml:15:1 message-shape key="b"
layouts/messages/es.yaml:16:1 message-shape key="c"
layouts/messages/es.yaml:17:1 message-shape key="d"
layouts/messages/es.yaml:18:1 message-shape key="e"
layouts/messages/es.yaml:20:1 message-twice key="f"
`},
		{"an anchor that is not there", map[string]string{
			"messages/es.yaml": "a: *b\n",
		}, []string{"es"}, `
layouts/messages/es.yaml messages-none lang="es"
layouts/messages/es.yaml:14:4 messages-syntax detail="unknown anchor 'b' referenced"
`},
		{"broken YAML", map[string]string{
			"messages/es.yaml": "a: \"x\n",
		}, []string{"es"}, `
layouts/messages/es.yaml messages-none lang="es"
layouts/messages/es.yaml:15:1 messages-syntax detail="found unexpected end of stream"
`},
		{"a message of another form than in the default language", map[string]string{
			"messages/es.yaml": "a: uno\nb: dos\nc: [x]\n",
			"messages/en.yaml": "a: {one: one, other: ones}\nb: [two]\nc: x\n",
		}, []string{"es", "en"}, `
layouts/messages/en.yaml:14 message-unlike key="a" other="layouts/messages/es.yaml"
layouts/messages/en.yaml:15 message-unlike key="b" other="layouts/messages/es.yaml"
layouts/messages/en.yaml:16 message-unlike key="c" other="layouts/messages/es.yaml"
`},
		{"values and plural forms", map[string]string{
			"messages/es.yaml": "a: \"{who}\"\nb: {one: uno, other: otros}\n",
			"messages/en.yaml": "a: \"{whom}\"\nb: {one: one, other: others}\n",
			"messages/fr.yaml": "a: \"{who}\"\nb: {other: autres}\n",
		}, []string{"es", "en", "fr"}, `
layouts/messages/en.yaml:14 message-value key="a" name="whom" near="who"
layouts/messages/es.yaml:15 message-form form="many" key="b"
layouts/messages/fr.yaml:15 message-form form="many" key="b"
layouts/messages/fr.yaml:15 message-form form="one" key="b"
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, faults := Load(folder(t, c.files), c.langs, map[string]string{"exit": "<svg/>"})
			if got, want := lines(faults), strings.TrimPrefix(c.want, "\n"); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if set != nil {
				t.Error("got a set in spite of faults")
			}
		})
	}
}

func TestMonthsAndGrouping(t *testing.T) {
	fsys := folder(t, nil)
	text := string(fsys["messages/es.yaml"].Data)
	text = strings.Replace(text, "[enero, ", "[", 1)
	text = strings.Replace(text, "min-grouping: 2", "min-grouping: zwei", 1)
	fsys["messages/es.yaml"] = &fstest.MapFile{Data: []byte(text)}
	_, faults := Load(fsys, []string{"es"}, nil)
	want := "layouts/messages/es.yaml:3 message-months count=\"11\"\n" +
		"layouts/messages/es.yaml:6 message-shape key=\"number.min-grouping\"\n"
	if got := lines(faults); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestEveryFaultHasWords(t *testing.T) {
	for _, code := range []string{
		"layout-unreadable", "messages-none", "messages-syntax", "messages-map", "message-twice", "message-shape",
		"message-missing", "message-form", "message-unlike", "message-value", "message-months", "message-unknown", "message-number",
		"message-needs", "template-syntax", "template-twice", "template-context", "icon-unknown",
	} {
		for _, lang := range diag.Languages {
			if message, _ := (diag.Fault{Code: code}).Words(lang); message == code {
				t.Errorf("%s: no words in %s", code, lang)
			}
		}
	}
}

func TestLayers(t *testing.T) {
	base := folder(t, map[string]string{
		"page.html":        `{{t "a"}} {{t "b"}} {{template "partials/p"}}`,
		"partials/p.html":  "base",
		"messages/es.yaml": "a: uno\nb: dos\n",
	})
	own := fstest.MapFS{
		"partials/p.html":  {Data: []byte("own")},
		"extra.html":       {Data: []byte("{{t \"b\"}}")},
		"messages/es.yaml": {Data: []byte("b: otro\n")},
	}
	set, faults := Load(base, []string{"es"}, nil, own)
	if len(faults) > 0 {
		t.Fatal(lines(faults))
	}
	if got, want := execute(t, set, "page", "es", nil), "uno otro own"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := execute(t, set, "extra", "es", nil), "otro"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUnreadable(t *testing.T) {
	_, faults := Load(failing{folder(t, nil)}, []string{"es"}, nil)
	want := "layouts layout-unreadable cause=\"disk\"\nlayouts/partials layout-unreadable cause=\"disk\"\n"
	if got := lines(faults); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

type failing struct{ fstest.MapFS }

func (failing) ReadDir(string) ([]fs.DirEntry, error) { return nil, fmt.Errorf("disk") }

// TestConcurrentExecute is of use with -race: html/template escapes a layout
// when it is first executed.
func TestConcurrentExecute(t *testing.T) {
	set := load(t, folder(t, map[string]string{
		"page.html":        `<a href="{{.}}">{{template "partials/p" .}}</a>`,
		"partials/p.html":  `{{n "hits" (len .)}}`,
		"messages/es.yaml": "hits: {one: \"{n} letra\", many: \"{n} de letras\", other: \"{n} letras\"}\n",
		"messages/en.yaml": "hits: {one: \"{n} letter\", other: \"{n} letters\"}\n",
	}), "es", "en")
	want := map[string]string{"es": `<a href="/abc">4 letras</a>`, "en": `<a href="/abc">4 letters</a>`}
	var group sync.WaitGroup
	for range 8 {
		for lang := range maps.Keys(want) {
			group.Go(func() {
				for range 50 {
					if got := execute(t, set, "page", lang, "/abc"); got != want[lang] {
						t.Errorf("got %q, want %q", got, want[lang])
					}
				}
			})
		}
	}
	group.Wait()
}
