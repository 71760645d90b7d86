// Package layout turns a view into HTML in one language: it loads the folder
// layouts/, its partials and its words, checks them, and executes one layout
// for one language.
//
// # The folder
//
//	*.html             layouts, named without ".html": "practice"
//	partials/*.html    parts, named with their folder: {{template "partials/card" .}}
//	messages/<lang>.yaml   the words
//
// All files share one set of names; a name that is defined twice is a fault.
// Another repository lays its own folder over the first one: a file replaces
// the file of the same name, messages replace messages key by key.
//
// A page is made from the inside out. Set.Fragment executes what goes into a
// page and gives a [Fragment]; a layout prints it like any other value, and it
// is not escaped again. What appears on many pages is executed once for each
// language and its Fragment reused.
//
// # Words
//
// A message file is one map. Its keys are flat; dots only help the eye:
//
//	exit.label: Salir rápido
//	practice.updated: Revisada el {date}
//	practice.results:
//	  one: "{n} resultado"
//	  many: "{n} de resultados"
//	  other: "{n} resultados"
//
// {name} stands for a value. A message in plural forms has every form of
// which whole numbers make use in its language (CLDR, by go-i18n). A language
// takes what its own file lacks from its parents (pt-BR from pt), and then
// must have every key that any language has: a page never mixes languages.
// The keys in [ownKeys] say how a language writes dates, numbers and lists.
//
// # Functions of a template
//
//	t key name value …     the message; a Fragment among the values stays markup
//	n key count name value …   the message in the count's plural form; {n} is the count
//	date time, isodate time    "24 de noviembre de 2026", "2026-11-24"
//	number int, bytes int64    "12 500", "1.1 MB"
//	join items             "Guatemala, Honduras y Panamá", of strings or Fragments
//	icon name              the drawing as inline SVG
//	dict name value …, list item …, add int …
//
// A key, the names of its values and an icon's name that stand in a template
// as constants are checked when it is loaded; others when it is executed.
// A field or key that the data does not have is an error.
package layout

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"sync"

	"acervo/generator/diag"
)

// base is the folder of the source that Load reads, as it stands in the
// paths of faults.
const base = "layouts"

// A Fragment is the output of an executed layout. It is markup: a template
// prints it as it is. It is made by Set.Fragment only; a conversion from a
// string would let content run.
type Fragment = template.HTML

// A Set is a loaded folder of layouts with its words, in several languages. It
// never changes and is safe for concurrent use.
type Set struct {
	templates map[string]*template.Template
	programs  map[string]map[string]*program // by language and name
	words     map[string]Words
}

// Load reads and checks the layouts folder for the languages langs, canonical
// tags of which the first is the default. The icons are markup by name; over
// are further layouts folders, each laid over those before it. The Set is nil
// when there is a fault.
func Load(fsys fs.FS, langs []string, icons map[string]string, over ...fs.FS) (*Set, diag.List) {
	read := reader{layers: append([]fs.FS{fsys}, over...)}
	set := &Set{templates: map[string]*template.Template{}, programs: map[string]map[string]*program{}, words: read.words(langs)}
	set.parse(&read, langs, icons)
	if len(read.faults) > 0 {
		return nil, read.faults
	}
	return set, nil
}

// parse reads the templates once and clones them for each language, so that
// "t" and its like need not be told the language.
func (s *Set) parse(read *reader, langs []string, icons map[string]string) {
	root := template.New("").Option("missingkey=error").Funcs(functions(Words{}, icons))
	texts := read.templates(root)
	if len(read.faults) > 0 {
		return
	}
	check := checker{texts: texts, words: s.words[langs[0]], icons: icons}
	for _, t := range root.Templates() {
		if t.Tree != nil {
			check.file = t.Tree.ParseName
			check.node(t.Tree.Root)
		}
	}
	for _, lang := range langs {
		set := template.Must(root.Clone()).Funcs(functions(s.words[lang], icons))
		for _, t := range set.Templates() {
			if t.Tree != nil && len(check.faults) == 0 {
				constants{s.words[lang], icons}.list(t.Tree.Root)
			}
		}
		s.templates[lang] = set
	}
	for _, lang := range langs {
		if len(check.faults) == 0 {
			check.contexts(s.templates[lang])
			s.programs[lang] = compile(s.templates[lang], functions(s.words[lang], icons))
		}
	}
	read.faults = append(read.faults, check.faults...)
}

// Execute writes the layout of that name in a language that was loaded. After
// an error, part of the output may have been written.
func (s *Set) Execute(w io.Writer, name, lang string, data any) error {
	out, ok := w.(*bytes.Buffer)
	if !ok {
		var own bytes.Buffer
		err := s.Execute(&own, name, lang, data)
		if _, failed := w.Write(own.Bytes()); failed != nil && err == nil {
			err = failed
		}
		return err
	}
	if p := s.programs[lang][name]; p != nil && p.try(out, data) {
		return nil
	}
	return s.interpret(out, name, lang, data)
}

// interpret lets html/template execute a layout.
func (s *Set) interpret(w io.Writer, name, lang string, data any) error {
	t, ok := s.templates[lang]
	if !ok {
		return fmt.Errorf("layout: execute %q: language %q was not loaded", name, lang)
	}
	if err := t.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("layout: execute %q in %q: %w", name, lang, err)
	}
	return nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Fragment returns the output of a layout as markup that another layout may
// print between its tags.
func (s *Set) Fragment(name, lang string, data any) (Fragment, error) {
	out := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(out)
	out.Reset()
	if err := s.Execute(out, name, lang, data); err != nil {
		return "", err
	}
	return Fragment(out.String()), nil
}

// Words returns the words of a language that was loaded.
func (s *Set) Words(lang string) Words {
	words, ok := s.words[lang]
	if !ok {
		panic(fmt.Sprintf("layout: language %q was not loaded", lang))
	}
	return words
}
