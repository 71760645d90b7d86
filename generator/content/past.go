package content

import (
	"bytes"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Old versions are read leniently: the rules of today say nothing about what a
// site was made from years ago, and what was a fault then was never published.

// A Version is what the addresses of a record depend on in a file of it, as
// some commit left that file. A file that cannot be read is a zero Version.
type Version struct {
	ID        string // valid, or empty; translations have none
	Slug      string // empty where the folder's name stands for it
	Source    string // the language that the file names as the record's own
	Withdrawn bool
}

// versionKey is the line of a key that a Version needs.
var versionKey = regexp.MustCompile(`^["']?(id|slug|source|withdrawn)["']?[ \t]*:`)

// ReadVersion reads the file of a record as some commit left it. Nothing else
// of its front matter needs to be well formed, and nothing else is read: there
// are many old files.
func ReadVersion(file []byte) Version {
	lines, ok := versionLines(file)
	if !ok {
		return Version{}
	}
	v, plain := plainVersion(lines)
	if !plain {
		d := &decoder{}
		node := d.parse(normalize(lines), 0)
		if node == nil {
			return Version{}
		}
		v = Version{
			ID: valueOf(node, "id").Value, Slug: valueOf(node, "slug").Value, Source: valueOf(node, "source").Value,
			Withdrawn: valueOf(node, "withdrawn").Kind != 0,
		}
	}
	if !ValidID(v.ID) && (!isCountry(strings.ToUpper(v.ID)) || strings.ToLower(v.ID) != v.ID) {
		v.ID = ""
	}
	return v
}

// plainLine is a key with a value of small letters, digits and hyphens: what
// nearly all old files have, and what YAML reads in no other way.
var plainLine = regexp.MustCompile(`^(id|slug|source): +("?)([a-z0-9][a-z0-9-]*)("?)\n$`)

// plainVersion reads lines as they are usually written, without a parser. It
// is false where that cannot be done.
func plainVersion(lines []byte) (v Version, ok bool) {
	for line := range bytes.Lines(lines) {
		m := plainLine.FindSubmatch(line)
		if m == nil || len(m[2]) != len(m[4]) {
			return v, false
		}
		value := map[string]*string{"id": &v.ID, "slug": &v.Slug, "source": &v.Source}[string(m[1])]
		if *value != "" {
			return v, false
		}
		*value = string(m[3])
	}
	return v, true
}

// versionLines returns the lines of the keys that a Version needs, with those
// that continue them; all lines of front matter that is one value in braces.
func versionLines(file []byte) (kept []byte, ok bool) {
	file = bytes.TrimPrefix(file, []byte(bom))
	if bytes.IndexByte(file, '\r') >= 0 {
		file = normalize(file)
	}
	open, keep, braces := false, false, false
	for line := range bytes.Lines(file) {
		trimmed := bytes.TrimSpace(line)
		switch fence := string(trimmed) == "---"; {
		case !open && fence:
			open = true
			continue
		case !open && len(trimmed) > 0:
			return nil, false
		case !open:
			continue
		case fence:
			return kept, true
		}
		if line[0] != ' ' && line[0] != '\t' && !braces {
			braces = line[0] == '{'
			keep = braces || strings.IndexByte("isw\"'", line[0]) >= 0 && versionKey.Match(line)
		}
		if keep {
			kept = append(kept, line...)
		}
	}
	return nil, false
}

// ReadPastSite reads what addresses depend on in a site.yaml: languages,
// default and words. It reports whether they could be read.
func ReadPastSite(file []byte) (Site, bool) {
	d := &decoder{}
	node := d.parse(normalize(file), 0)
	if node == nil {
		return Site{}, false
	}
	d.languages = languagesOf(node)
	var site Site
	d.object(shapeOf(reflect.TypeFor[Site]()), node, reflect.ValueOf(&site).Elem(), nil)
	return site, site.Lang(site.Default) != nil
}

// ReadPastVocabulary reads the codes of a vocabulary with their slugs. It
// reports whether the file was a list.
func ReadPastVocabulary(name string, file []byte) (*Vocabulary, bool) {
	r := &reader{library: &Library{Site: Site{Languages: []Lang{{Tag: "es"}}}}}
	v := r.readVocabulary(name, "", file)
	return v, !v.unread
}

// ReadPastRedirects returns the addresses that a redirects.yaml speaks of.
func ReadPastRedirects(file []byte) []string {
	d := &decoder{}
	node := d.parse(normalize(file), 0)
	if node == nil {
		return nil
	}
	var from []string
	for _, item := range node.Content {
		from = append(from, valueOf(item, "from").Value)
	}
	return from
}

// A Text is a file of a record taken apart as far as a reader would ask what
// changed in it.
type Text struct {
	Title, Summary string
	Slug           string // empty where the folder's name stands for it
	Signed         string // the signatures of its reviews, pending ones left out
	Facts          string // all else of the front matter, but for the translation's own hash
	Body           []byte

	kind   *Kind
	record reflect.Value // its translated fields
}

// Hash returns what a translation made of the text would store.
func (t Text) Hash() string { return sourceHash(t.kind, t.record, t.Body) }

// Texts take files of one record apart, as some commits left them. Front
// matter that several have is read once.
type Texts struct {
	kind *Kind
	read map[string]*Text
}

// TextsOf returns the Texts of a kind.
func TextsOf(kind *Kind) *Texts { return &Texts{kind, map[string]*Text{}} }

// Read takes a file apart. It reports whether it has front matter that could
// be read.
func (t *Texts) Read(file []byte) (Text, bool) {
	d := &decoder{languages: []string{"es"}}
	block, body, _, ok := d.split(normalize(file))
	if !ok {
		return Text{}, false
	}
	text, known := t.read[string(block)]
	if !known {
		text = t.frontMatter(d, block)
		t.read[string(block)] = text
	}
	if text == nil {
		return Text{}, false
	}
	whole := *text
	whole.Body = body
	return whole, true
}

// frontMatter reads what is not the body; nil where that cannot be done.
func (t *Texts) frontMatter(d *decoder, block []byte) *Text {
	node := d.parse(block, 0)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	text := &Text{kind: t.kind, record: reflect.New(t.kind.record).Elem()}
	texts := &yaml.Node{Kind: yaml.MappingNode}
	var facts strings.Builder
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if f := t.kind.shape.byName[key.Value]; f != nil && f.Translated {
			texts.Content = append(texts.Content, key, value)
		}
		switch key.Value {
		case "title":
			text.Title = strings.TrimSpace(value.Value)
		case "summary":
			text.Summary = strings.Join(strings.Fields(value.Value), " ")
		case "review", "safety", "consent":
			text.Signed += signed(key.Value, value)
		case "translation":
			text.Signed += signed("translation", valueOf(value, "reviewed"))
		case "slug":
			text.Slug = value.Value
		case "source_hash":
		default:
			facts.WriteString(key.Value + flat(value) + "\n")
		}
	}
	text.Facts = facts.String()
	d.object(t.kind.shape, texts, text.record, func(f *Field) bool { return !f.Translated })
	return text
}

// signed returns a signature as a line; none for one that is pending.
func signed(key string, n *yaml.Node) string {
	if n.Kind != yaml.MappingNode {
		return ""
	}
	return key + flat(n) + "\n"
}

// flat writes a value in a way that does not depend on how it is laid out.
func flat(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return " " + strings.TrimSpace(n.Value)
	}
	var out strings.Builder
	out.WriteString(" (")
	for _, item := range n.Content {
		out.WriteString(flat(item))
	}
	out.WriteString(")")
	return out.String()
}
