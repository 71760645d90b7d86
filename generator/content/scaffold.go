package content

import (
	_ "embed"
	"path"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/unicode/norm"

	"acervo/generator/diag"
)

// A Draft is what a new record begins with.
type Draft struct {
	Kind  *Kind
	ID    string
	Title string
	Lang  string // that it will be written in
	UI    string // of the explanations
}

// Draft returns the file of a new record and its path. Every field of the kind
// is in it with an explanation: what only a person can write holds ???, which
// is a fault until it is replaced, and optional fields are examples behind a
// number sign. The faults are those of the title. A record is put into a
// folder that is named by its title; a country and a title without Latin
// letters by the id.
func (l *Library) Draft(d Draft) (file string, data []byte, faults diag.List) {
	d.Title = norm.NFC.String(strings.TrimSpace(d.Title))
	folder := Slug(d.Title)
	if folder == "" || d.Kind == CountryKind {
		folder = d.ID
	}
	file = path.Join("content", d.Kind.Folder, folder, "index."+d.Lang+".md")
	check := decoder{path: file}
	check.text(d.Kind.shape.byName["title"], &yaml.Node{Kind: yaml.ScalarNode, Value: d.Title})
	s := &scaffold{library: l, kind: d.Kind, lang: d.Lang, ui: d.UI}
	s.line("---")
	s.comment(s.words("scaffold-new"))
	for i := range d.Kind.shape.fields {
		s.draftField(&d.Kind.shape.fields[i], d)
	}
	s.line("---")
	for _, section := range d.Kind.Sections {
		s.line("\n## " + SectionTitle(section.ID, d.Lang) + " {#" + section.ID + "}\n")
		if section.ID == "blocks" {
			s.line("### " + blank + " {#block-1}\n")
		}
		s.line(blank)
	}
	return file, []byte(s.String()), check.faults
}

// Translation returns the file of a new translation of an entry and its path.
// The source's texts stand in it as comments, for what is to be written holds
// ???. The body is the caller's: only it knows Markdown.
func (e *Entry) Translation(lang, ui, body string) (file string, data []byte) {
	s := &scaffold{kind: e.Kind, lang: lang, ui: ui}
	source := e.Original()
	s.line("---")
	s.comment(diag.Sentence(ui, "scaffold-translation", diag.Args{"file": path.Base(source.Path)}))
	for i := range e.Kind.shape.fields {
		if f := &e.Kind.shape.fields[i]; f.Translated {
			s.translatedField(f, source)
		}
	}
	s.line("")
	s.comment(s.words("field-source-hash"))
	s.line("source_hash: " + quote(source.Hash))
	s.line("")
	s.comment(s.words("field-translation"))
	s.line("translation: {by: human, reviewed: pending}")
	s.line("---")
	if body != "" {
		s.line("\n" + strings.TrimSpace(body))
	}
	return path.Join(e.Folder, "index."+lang+".md"), []byte(s.String())
}

//go:embed headings.yaml
var headingsFile []byte

var headings = sync.OnceValue(func() map[string]Local {
	all := map[string]Local{}
	if err := yaml.Unmarshal(headingsFile, &all); err != nil {
		panic("headings.yaml: " + err.Error())
	}
	return all
})

// SectionTitle returns the heading of a fixed section in a language, in the
// languages above it or in English; "" for a section that no kind has.
func SectionTitle(id, lang string) string {
	title, _ := headings()[id].In(lang, strings.SplitN(lang, "-", 2)[0], "en")
	return title
}

// A scaffold is a file that is being written.
type scaffold struct {
	strings.Builder
	library  *Library // nil in a translation
	kind     *Kind
	lang, ui string
}

func (s *scaffold) line(text string) { s.WriteString(text + "\n") }

// words returns the program's words for a code, or "" where it has none.
func (s *scaffold) words(code string) string {
	code = strings.ReplaceAll(code, "_", "-")
	if text := diag.Sentence(s.ui, code, nil); text != code {
		return text
	}
	return ""
}

// comment writes a text as comment lines of at most 96 characters.
func (s *scaffold) comment(text string) {
	row := "#"
	for word := range strings.FieldsSeq(text) {
		if len([]rune(row+" "+word)) > 96 && row != "#" {
			s.line(row)
			row = "#"
		}
		row += " " + word
	}
	if row != "#" {
		s.line(row)
	}
}

// draftField writes a field of a new record with its explanation.
func (s *scaffold) draftField(f *Field, d Draft) {
	s.line("")
	s.comment(s.explanation(f))
	if f.Type == "code" || f.Type == "word" {
		s.comment(diag.Sentence(s.ui, "scaffold-codes", diag.Args{"codes": s.codes(f, true)}))
	}
	switch {
	case f.Name == "id":
		s.line("id: " + d.ID)
	case f.Name == "title":
		s.line("title: " + quote(d.Title))
	case f.Name == "source" && f.Type == "tag" && d.Lang != s.library.Site.Default:
		s.line("source: " + d.Lang)
	case f.Required:
		s.WriteString(s.required(f))
	default:
		s.hidden(s.example(f))
	}
}

// hidden writes lines behind number signs, without a space: it tells them from
// explanations, and taking the sign away is all that there is to do.
func (s *scaffold) hidden(lines string) {
	for row := range strings.Lines(lines) {
		s.WriteString("#" + row)
	}
}

// explanation tells what a field is and which rule it has.
func (s *scaffold) explanation(f *Field) string {
	parts := []string{s.words("field-" + s.kind.Name + "-" + f.Name)}
	if parts[0] == "" {
		parts[0] = s.words("field-" + f.Name)
	}
	if f.Required {
		parts = append(parts, s.words("scaffold-required"))
	} else {
		parts = append(parts, s.words("scaffold-optional"))
	}
	if f.Max > 0 {
		parts = append(parts, diag.Sentence(s.ui, "scaffold-max", diag.Args{"max": strconv.Itoa(f.Max)}))
	}
	if f.Type == "ref" {
		parts = append(parts, diag.Sentence(s.ui, "scaffold-ref", diag.Args{"folder": "content/" + KindNamed(f.Argument).Folder}))
	}
	return strings.Join(parts, " ")
}

// codes lists what a field can hold, with labels if asked for.
func (s *scaffold) codes(f *Field, labels bool) string {
	if f.Type == "word" {
		return strings.ReplaceAll(f.Argument, ",", ", ")
	}
	v := s.library.Vocabularies[f.Argument]
	if v == nil {
		return blank
	}
	list := make([]string, len(v.codes))
	for i, code := range v.codes {
		list[i] = code
		if label, _ := v.Code(code).Label.In(s.ui, s.lang); labels && label != "" {
			list[i] += " (" + label + ")"
		}
	}
	return strings.Join(list, ", ")
}

// required returns the lines of a required field, to be filled in.
func (s *scaffold) required(f *Field) string {
	switch {
	case f.Type == "signature":
		return f.Name + ": pending\n"
	case f.short != "":
		return f.Name + ": [" + quote(blank) + "]\n"
	case f.shape == nil && f.List:
		return f.Name + ": [" + quote(blank) + "]\n"
	case f.shape == nil:
		return f.Name + ": " + quote(blank) + "\n"
	}
	return f.Name + ":\n" + s.inner(f, func(inner *Field) string {
		switch {
		case inner.Name == "id":
			return "id: s1"
		case inner.Required:
			return inner.Name + ": " + quote(blank)
		}
		return "#" + inner.Name + ": " + s.sample(inner)
	})
}

// example returns the lines of a field as an example.
func (s *scaffold) example(f *Field) string {
	if f.Type == "object" {
		return f.Name + ":\n" + s.inner(f, func(inner *Field) string { return inner.Name + ": " + s.sample(inner) })
	}
	return f.Name + ": " + s.sample(f) + "\n"
}

// inner returns the fields of an object or of the one item of a list, a line
// each, with its explanation at the end.
func (s *scaffold) inner(f *Field, text func(*Field) string) string {
	var out strings.Builder
	indent := "  "
	if f.List {
		indent = "  - "
	}
	for i := range f.Fields {
		inner := &f.Fields[i]
		row := text(inner)
		if behind, ok := strings.CutPrefix(row, "#"); ok {
			row = indent + "#" + behind
		} else {
			row = indent + row
		}
		why := s.words("field-" + f.Name + "-" + inner.Name)
		if inner.Type == "code" || inner.Type == "word" {
			why = strings.TrimSpace(why + " " + diag.Sentence(s.ui, "scaffold-codes", diag.Args{"codes": s.codes(inner, false)}))
		}
		if why != "" {
			row += " # " + why
		}
		out.WriteString(row + "\n")
		if f.List {
			indent = "    "
		}
	}
	return out.String()
}

// samples are examples of the types of value that have one form.
var samples = map[string]string{
	"flag": "false", "number": "1", "country": "HN", "date": "2026-05-31", "year": `"2024"`, "sourceyear": `"2024"`,
	"since": "about 2018", "url": `"https://www.example.org/"`, "license": "CC-BY-4.0", "sdg": `"5.2"`, "key": "block-1",
	"signature": "pending",
}

// sample returns an example of a field's value: a valid one, or ??? where no
// value means anything.
func (s *scaffold) sample(f *Field) string {
	if f.List {
		return "[" + s.sampleItem(f) + "]"
	}
	return s.sampleItem(f)
}

func (s *scaffold) sampleItem(f *Field) string {
	switch sample, ok := samples[f.Type]; {
	case f.Type == "flag" && f.preset == "true":
		return "true"
	case ok:
		return sample
	}
	switch f.Type {
	case "tag":
		return s.lang
	case "word", "code":
		return quote(strings.SplitN(s.codes(f, false), ", ", 2)[0])
	case "local":
		return "{" + s.lang + ": " + quote(blank) + "}"
	case "source":
		if s.kind.shape.byName["sources"] != nil {
			return "s1"
		}
		return "{title: " + quote(blank) + ", year: " + samples["sourceyear"] + "}"
	}
	return quote(blank)
}

// translatedField writes a field of a translation below the source's text.
func (s *scaffold) translatedField(f *Field, source *Page) {
	texts := map[string][]string{"title": {source.Title}, "summary": {source.Summary}, "translated_name": {source.TranslatedName}, "synonyms": source.Synonyms}[f.Name]
	for _, avoid := range source.Avoid {
		if f.Name == "avoid" {
			texts = append(texts, avoid.Term+": "+avoid.Why)
		}
	}
	s.line("")
	if f.Name == "slug" {
		s.comment(s.words("field-slug"))
	}
	for _, text := range texts {
		s.comment(text)
	}
	rows := s.blanks(f, max(1, len(texts)))
	if f.Required || strings.Join(texts, "") != "" {
		s.WriteString(rows)
	} else {
		s.hidden(rows)
	}
}

// blanks returns the lines of a field with n values to be written.
func (s *scaffold) blanks(f *Field, n int) string {
	if !f.List {
		return f.Name + ": " + quote(blank) + "\n"
	}
	item := "  - " + quote(blank) + "\n"
	if f.shape != nil {
		item = "  - {"
		for i := range f.Fields {
			if i > 0 {
				item += ", "
			}
			item += f.Fields[i].Name + ": " + quote(blank)
		}
		item += "}\n"
	}
	return f.Name + ":\n" + strings.Repeat(item, n)
}

// quote returns a line of text as a YAML value in double quotes.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// CountryCode returns the ISO 3166-1 code of a country that is named by its
// code or in one of the languages; "" when none is.
func CountryCode(name string, langs ...string) string {
	if code := strings.ToUpper(name); isCountry(code) {
		return code
	}
	slug := Slug(name)
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			code := string([]rune{first, second})
			for _, lang := range langs {
				if slug != "" && isCountry(code) && Slug(CountryName(code, lang)) == slug {
					return code
				}
			}
		}
	}
	return ""
}
