package content

import (
	"cmp"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// A Vocabulary is a list of codes with their labels, in the order in which
// they are shown.
type Vocabulary struct {
	Name  string
	Codes []Code
	codes []string // that a record may carry: without the groups

	unread bool // its file is missing or no list, which is a fault: any code is accepted
}

// A Code is an entry of a vocabulary. One with members is a group: it has a
// page and a filter, and no record carries it.
type Code struct {
	Code        string   `field:"code" rule:"required key"`
	Label       Local    `field:"label" rule:"required max=120"`
	Slug        Local    `field:"slug" rule:"max=80"`
	Description Local    `field:"description" rule:"max=600"`
	Members     []string `field:"members" rule:"key"`
}

// vocabularyNames are the files of content/vocabularies/.
var vocabularyNames = []string{
	"adoption-kinds", "audiences", "dimensions", "event-kinds", "evidence", "exploitation", "languages", "lesson-types", "levels",
	"organization-kinds", "populations", "roles", "sectors", "settings", "states", "themes", "withdrawal-reasons",
}

// Code returns the entry of that code, or nil.
func (v *Vocabulary) Code(code string) *Code {
	for i := range v.Codes {
		if v.Codes[i].Code == code {
			return &v.Codes[i]
		}
	}
	return nil
}

// readVocabularies reads all vocabulary files; each missing or unknown one is
// a fault.
func (r *reader) readVocabularies() {
	r.library.Vocabularies = map[string]*Vocabulary{}
	const dir = "content/vocabularies"
	for _, name := range vocabularyNames {
		file := path.Join(dir, name+".yaml")
		data, err := fs.ReadFile(r.files, file)
		if err != nil {
			r.faults.Add("missing-file", file, 0, 0, nil)
			r.library.Vocabularies[name] = &Vocabulary{Name: name, unread: true}
			continue
		}
		r.library.Vocabularies[name] = r.readVocabulary(name, file, data)
	}
	listed, _ := fs.ReadDir(r.files, dir)
	for _, item := range listed {
		name, isYAML := strings.CutSuffix(item.Name(), ".yaml")
		if !isYAML || !slices.Contains(vocabularyNames, name) {
			r.unknownFile(path.Join(dir, item.Name()), vocabularyNames)
		}
	}
}

func (r *reader) readVocabulary(name, file string, data []byte) *Vocabulary {
	v := &Vocabulary{Name: name}
	d := r.decoder(file)
	d.shared = true
	node := d.parse(normalize(data), 0)
	if node == nil || node.Kind != yaml.SequenceNode {
		if node != nil {
			d.fault(node, "want-list", diag.Args{"key": name, "value": shown(node)})
		}
		v.unread = true
		r.keep(d)
		return v
	}
	v.Codes = make([]Code, len(node.Content))
	sh := shapeOf(reflect.TypeFor[Code]())
	for i, item := range node.Content {
		d.object(sh, item, reflect.ValueOf(&v.Codes[i]).Elem(), nil)
	}
	r.checkCodes(d, v, node)
	r.keep(d)
	return v
}

// checkCodes fills in the slugs that are made from labels and refuses double
// codes, double slugs and unknown members.
func (r *reader) checkCodes(d *decoder, v *Vocabulary, node *yaml.Node) {
	taken := map[string]bool{}
	for i := range v.Codes {
		code := &v.Codes[i]
		if taken[code.Code] {
			d.fault(node.Content[i], "double-code", diag.Args{"value": code.Code})
		}
		taken[code.Code] = true
		if len(code.Members) == 0 && code.Code != "" && !slices.Contains(v.codes, code.Code) {
			v.codes = append(v.codes, code.Code)
		}
		if code.Slug == nil {
			code.Slug = Local{}
		}
		for lang, label := range code.Label {
			if _, ok := code.Slug[lang]; !ok {
				code.Slug[lang] = cmp.Or(Slug(label), code.Code)
			}
		}
		for lang, slug := range code.Slug {
			if key := lang + "/" + slug; taken[key] {
				d.fault(node.Content[i], "double-slug", diag.Args{"value": slug, "lang": lang})
			} else {
				taken[key] = true
			}
			d.holds(node.Content[i], IsSlug(slug), "bad-slug", slug, Slug(slug))
		}
	}
	for i := range v.Codes {
		for _, member := range v.Codes[i].Members {
			if !slices.Contains(v.codes, member) {
				d.fault(node.Content[i], "unknown-code", diag.Args{"key": "members", "value": member, "near": diag.Near(member, v.codes), "known": strings.Join(v.codes, ", ")})
			}
		}
	}
}
