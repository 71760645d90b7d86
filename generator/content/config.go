package content

import (
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// A Site is content/site.yaml.
type Site struct {
	Title         Local     `field:"title" rule:"required max=80"`
	Summary       Local     `field:"summary" rule:"required max=320"`
	BaseURL       string    `field:"base_url" rule:"required url"`
	Languages     []Lang    `field:"languages" rule:"required min=1"`
	Default       string    `field:"default" rule:"required tag"`
	Addresses     Addresses `field:"addresses" rule:"required"`
	Repository    string    `field:"repository" rule:"url"`
	Branch        string    `field:"branch" rule:"branch default=main"`
	Contact       string    `field:"contact" rule:"required mail"`
	License       string    `field:"license" rule:"required license"`
	RequireSafety bool      `field:"require_safety" rule:"flag"`
	Exit          Local     `field:"exit" rule:"required max=300"`
	Help          string    `field:"help" rule:"required ref=page"`
	Offline       bool      `field:"offline" rule:"flag default=true"` // false: readers keep no copy, and kept ones are deleted
}

const siteFile = "content/site.yaml"

// Lang returns the language of that tag, or nil.
func (s *Site) Lang(tag string) *Lang {
	for i := range s.Languages {
		if s.Languages[i].Tag == tag {
			return &s.Languages[i]
		}
	}
	return nil
}

// Tags returns the languages' tags in order.
func (s *Site) Tags() []string {
	tags := make([]string, len(s.Languages))
	for i, lang := range s.Languages {
		tags[i] = lang.Tag
	}
	return tags
}

// Word returns the address word of a kind's folder or a taxonomy in a
// language.
func (s *Site) Word(key, tag string) string {
	if word, ok := s.Addresses[key][tag]; ok {
		return word
	}
	return key
}

// addressKeys are the keys of addresses: the folders of the kinds that have a
// word, and the taxonomies.
func addressKeys() []string {
	var keys []string
	for _, k := range Kinds {
		if k != PageKind {
			keys = append(keys, k.Folder)
		}
	}
	return append(keys, Taxonomies...)
}

// readSite reads site.yaml. It reports whether the languages are known,
// without which nothing else can be read.
func (r *reader) readSite() bool {
	data, err := fs.ReadFile(r.files, siteFile)
	if err != nil {
		r.faults.Add("missing-file", siteFile, 0, 0, nil)
		return false
	}
	d := r.decoder(siteFile)
	defer func() {
		r.mentions = append(r.mentions, mentionsOf{siteFile, nil, d.mentions})
		r.faults = append(r.faults, d.faults...)
	}()
	node := d.parse(normalize(data), 0)
	if node == nil {
		return false
	}
	d.languages = languagesOf(node)
	site := &r.library.Site
	d.object(shapeOf(reflect.TypeFor[Site]()), node, reflect.ValueOf(site).Elem(), nil)
	r.checkSite(d, node)
	return site.Lang(site.Default) != nil && !slices.Contains(site.Tags(), "")
}

// languagesOf looks the tags up before the strict reading, which needs them
// for every text by language.
func languagesOf(node *yaml.Node) []string {
	tags := []string{}
	for _, item := range valueOf(node, "languages").Content {
		if tag := valueOf(item, "tag").Value; tag != "" {
			tags = append(tags, tag)
		}
	}
	if len(tags) == 0 {
		tags = append(tags, "es")
	}
	return tags
}

// valueOf returns the value of a key of a mapping, or an empty node.
func valueOf(node *yaml.Node, key string) *yaml.Node {
	if node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == key {
				return node.Content[i+1]
			}
		}
	}
	return &yaml.Node{}
}

func (r *reader) checkSite(d *decoder, node *yaml.Node) {
	site := &r.library.Site
	if site.BaseURL != "" && !strings.HasSuffix(site.BaseURL, "/") {
		site.BaseURL += "/"
	}
	if site.Default != "" && site.Lang(site.Default) == nil {
		d.fault(valueOf(node, "default"), "unknown-language", diag.Args{"lang": site.Default, "known": strings.Join(site.Tags(), ", ")})
	}
	seen := map[string]bool{}
	for i, lang := range site.Languages {
		if seen[lang.Segment()] {
			d.fault(valueOf(node, "languages").Content[i], "double-item", diag.Args{"key": "languages", "value": lang.Tag})
		}
		seen[lang.Segment()] = true
	}
	for _, text := range []string{"title", "summary", "exit"} {
		d.complete(valueOf(node, text), text, site.Tags())
	}
	for _, key := range addressKeys() {
		d.complete(valueOf(valueOf(node, "addresses"), key), "addresses."+key, site.Tags())
	}
	exits := valueOf(node, "exit")
	for i := 1; i < len(exits.Content); i += 2 {
		d.holds(exits.Content[i], isURL(exits.Content[i].Value), "bad-url", exits.Content[i].Value, "")
	}
}

// complete refuses a text by language that lacks a language of the site.
func (d *decoder) complete(n *yaml.Node, key string, tags []string) {
	for _, tag := range tags {
		if n.Kind == yaml.MappingNode && valueOf(n, tag).Kind == 0 {
			d.fault(n, "missing-language", diag.Args{"key": key, "lang": tag})
		}
	}
}
