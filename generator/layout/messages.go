package layout

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"

	"acervo/generator/diag"
)

// A message is the value of one key, with the place where it stands.
type message struct {
	forms  map[string]string // by plural category; text without forms is "other"
	plural bool
	items  []string // of a list: the months
	file   string
	line   int
}

// ownKeys are the keys that the package itself asks for: how a language
// writes dates, numbers, sizes and lists. "list.and-before-i" is the joint
// before a word that sounds like "i", where Spanish says "e" for "y".
var ownKeys = []string{
	"date.long", "date.first", "months",
	"number.group", "number.decimal", "number.min-grouping",
	"bytes.b", "bytes.kb", "bytes.mb", "bytes.gb",
	"list.comma", "list.and", "list.and-before-i",
}

// categories are the plural categories of CLDR.
var categories = []string{"zero", "one", "two", "few", "many", "other"}

// words reads the messages of every language and checks them against each
// other.
func (r *reader) words(langs []string) map[string]Words {
	tables, all := map[string]map[string]message{}, map[string]bool{}
	files := map[string]map[string]message{}
	for _, key := range ownKeys {
		all[key] = true
	}
	for _, lang := range langs {
		tables[lang] = r.table(lang, files)
		for key := range tables[lang] {
			all[key] = true
		}
	}
	words := map[string]Words{}
	for _, lang := range langs {
		words[lang] = r.vocabulary(lang, tables[lang], sortedKeys(all), tables[langs[0]])
	}
	return words
}

// table merges the files of a language and its parents. Each file is read
// once, so that its faults are told once.
func (r *reader) table(lang string, files map[string]map[string]message) map[string]message {
	merged := map[string]message{}
	for _, tag := range slices.Backward(parents(lang)) {
		name := "messages/" + tag + ".yaml"
		if _, done := files[name]; !done {
			files[name] = r.messageFile(name)
		}
		maps.Copy(merged, files[name])
	}
	return merged
}

// parents returns the tag and those it descends from, nearest first.
func parents(lang string) []string {
	chain := []string{lang}
	for tag := language.Make(lang).Parent(); !tag.IsRoot(); tag = tag.Parent() {
		chain = append(chain, tag.String())
	}
	return chain
}

func (r *reader) messageFile(name string) map[string]message {
	merged := map[string]message{}
	for _, layer := range r.layers {
		data, err := fs.ReadFile(layer, name)
		if err != nil {
			r.unreadable(name, err)
			continue
		}
		maps.Copy(merged, r.messages(name, data))
	}
	return merged
}

// messages reads one file by way of nodes, which keep their places.
func (r *reader) messages(name string, data []byte) map[string]message {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		r.syntax(name, err)
		return nil
	}
	found := map[string]message{}
	if len(doc.Content) == 0 {
		return found
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		r.fault("messages-map", name, top.Line, top.Column, nil)
		return found
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], top.Content[i+1]
		if _, twice := found[key.Value]; twice {
			r.fault("message-twice", name, key.Line, key.Column, diag.Args{"key": key.Value})
			continue
		}
		m, ok := newMessage(value)
		if !ok {
			r.fault("message-shape", name, key.Line, key.Column, diag.Args{"key": key.Value})
		}
		m.file, m.line = name, key.Line
		found[key.Value] = m
	}
	return found
}

func (r *reader) syntax(name string, err error) {
	var load *yaml.LoadError
	if errors.As(err, &load) {
		r.fault("messages-syntax", name, load.Mark.Line, load.Mark.Column, diag.Args{"detail": load.Message})
		return
	}
	r.fault("messages-syntax", name, 0, 0, diag.Args{"detail": err.Error()})
}

// newMessage reads a text, a list of texts, or texts by plural category.
func newMessage(n *yaml.Node) (message, bool) {
	switch n.Kind {
	case yaml.ScalarNode:
		return message{forms: map[string]string{"other": n.Value}}, n.Value != "" && n.Tag != "!!null"
	case yaml.SequenceNode:
		var items []string
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode || item.Value == "" {
				return message{}, false
			}
			items = append(items, item.Value)
		}
		return message{items: items}, true
	case yaml.MappingNode:
		forms := map[string]string{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			category, text := n.Content[i].Value, n.Content[i+1]
			if !slices.Contains(categories, category) || text.Kind != yaml.ScalarNode || text.Value == "" {
				return message{}, false
			}
			forms[category] = text.Value
		}
		return message{forms: forms, plural: forms["other"] != ""}, forms["other"] != ""
	}
	return message{}, false
}

// vocabulary checks a language's messages and makes its Words.
func (r *reader) vocabulary(lang string, table map[string]message, all []string, source map[string]message) Words {
	if len(table) == 0 {
		r.fault("messages-none", "messages/"+lang+".yaml", 0, 0, diag.Args{"lang": lang})
		return Words{}
	}
	v := &vocabulary{messages: table, category: categoryOf(lang)}
	v.remember()
	for _, key := range all {
		m, ok := table[key]
		if !ok {
			r.fault("message-missing", r.nearestFile(lang), 0, 0, diag.Args{"key": key})
			continue
		}
		r.forms(key, m, v)
		r.likeSource(key, m, source[key])
	}
	r.format(v)
	return Words{v}
}

// nearestFile names the file to which a missing key should be added.
func (r *reader) nearestFile(lang string) string {
	for _, tag := range parents(lang) {
		name := "messages/" + tag + ".yaml"
		for _, layer := range r.layers {
			if _, err := fs.Stat(layer, name); err == nil {
				return name
			}
		}
	}
	return path.Join("messages", lang+".yaml")
}

// forms asks for each plural form that whole numbers use in the language.
func (r *reader) forms(key string, m message, v *vocabulary) {
	if !m.plural {
		return
	}
	for _, category := range v.used {
		if m.forms[category] == "" {
			r.fault("message-form", m.file, m.line, 0, diag.Args{"key": key, "form": category})
		}
	}
}

// likeSource refuses what the templates, written with the default language in
// mind, cannot give: a number where there was none, a value of another name.
func (r *reader) likeSource(key string, m, source message) {
	if source.line == 0 {
		return // missing, and told
	}
	if m.plural && !source.plural || (m.items == nil) != (source.items == nil) {
		r.fault("message-unlike", m.file, m.line, 0, diag.Args{"key": key, "other": path.Join(base, source.file)})
		return
	}
	known := names(source)
	for _, name := range names(m) {
		if !slices.Contains(known, name) {
			r.fault("message-value", m.file, m.line, 0, diag.Args{"key": key, "name": name, "near": diag.Near(name, known)})
		}
	}
}

// names returns the names of the values of a message, sorted.
func names(m message) []string {
	var all []string
	for _, text := range m.forms {
		for {
			start := strings.IndexByte(text, '{')
			end := strings.IndexByte(text, '}')
			if start < 0 || end < start {
				break
			}
			all = append(all, text[start+1:end])
			text = text[end+1:]
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// format reads what the package itself needs from the messages.
func (r *reader) format(v *vocabulary) {
	if m, ok := v.messages["months"]; ok && len(m.items) != 12 {
		r.fault("message-months", m.file, m.line, 0, diag.Args{"count": strconv.Itoa(len(m.items))})
	}
	v.months = v.messages["months"].items
	v.group, v.decimal = v.text("number.group"), v.text("number.decimal")
	if m, ok := v.messages["number.min-grouping"]; ok {
		n, err := strconv.Atoi(m.forms["other"])
		if err != nil || n < 1 {
			r.fault("message-shape", m.file, m.line, 0, diag.Args{"key": "number.min-grouping"})
		}
		v.minGrouping = n
	}
}
