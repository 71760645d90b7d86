package site

import (
	"bytes"
	"cmp"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"acervo/generator/content"
	"acervo/generator/diag"
)

// A Review is what the change from one source to another does, in the site's
// own terms.
type Review struct {
	Records   []RecordChange  `json:"records"`
	Addresses []AddressChange `json:"addresses"` // none while there are faults
	Outdated  []Outdated      `json:"outdated"`
	Files     []string        `json:"files"` // that changed and are no record's
	Faults    diag.List       `json:"-"`

	before, after *Plan // nil where there are faults of fields or addresses
}

// The ways in which a record can change.
const (
	RecordAdded     = "added"
	RecordChanged   = "changed"
	RecordRenamed   = "renamed"   // and perhaps changed
	RecordWithdrawn = "withdrawn" // only its tombstone remains
	RecordRemoved   = "removed"
)

// A RecordChange is what became of a record.
type RecordChange struct {
	Change string       `json:"change"`
	ID     string       `json:"id"`
	Kind   string       `json:"kind"`
	Title  string       `json:"title"`
	Files  []FileChange `json:"files"`
}

// A FileChange is what changed in a file of a record: a language or a picture.
type FileChange struct {
	Path    string       `json:"path"`
	Lang    string       `json:"lang,omitempty"`
	Changes []TextChange `json:"changes"`
}

// A TextChange is a kind of change with the ids of the sections that it is
// about.
type TextChange struct {
	Kind     string   `json:"kind"` // created, translated, renamed, moved, title-changed, summary, sections, facts, reviewed, form, removed, picture
	Sections []string `json:"sections,omitempty"`
}

// Outdated is a translation that becomes outdated, or comes so.
type Outdated struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Lang  string `json:"lang"`
	Path  string `json:"path"`
}

// Compare compares two sources. The first may have faults.
func Compare(ctx context.Context, before, after Source, options Options) (*Review, error) {
	r := &Review{Records: []RecordChange{}, Addresses: []AddressChange{}, Outdated: []Outdated{}, Files: []string{}}
	cache := &Cache{}
	r.before, _ = Read(before, options, cache)
	r.after, r.Faults = Read(after, options, cache)
	if r.after != nil {
		var err error
		if r.Faults, err = r.after.Check(ctx); err != nil {
			return nil, err
		}
		addresses, err := Addresses(before)
		if err != nil {
			return nil, err
		}
		if changes, _ := r.after.AddressesSince(addresses); changes != nil {
			r.Addresses = changes
		}
	}
	c := comparison{Review: r, old: before.Files, new: after.Files, was: libraryOf(r.before, before), is: libraryOf(r.after, after)}
	c.records()
	c.outdated()
	c.files()
	return r, nil
}

func libraryOf(p *Plan, src Source) *content.Library {
	if p != nil {
		return p.lib
	}
	lib, _ := content.Read(src.Files, nil)
	return lib
}

// A comparison compares the records of two file trees.
type comparison struct {
	*Review
	old, new fs.FS
	was, is  *content.Library
}

// records compares record by record, in the order of the kinds.
func (c *comparison) records() {
	for _, e := range c.is.Entries {
		if e.ID == "" {
			continue // its fault is told
		}
		if r := c.record(c.was.Entry(e.ID), e); r.Change != "" {
			c.Records = append(c.Records, r)
		}
	}
	for _, e := range c.was.Entries {
		if e.ID == "" || e.Withdrawn != nil || c.is.Entry(e.ID) != nil {
			continue
		}
		if _, err := fs.Stat(c.new, e.Folder); err == nil {
			continue // it is there and cannot be read, which is a fault
		}
		c.Records = append(c.Records, RecordChange{RecordRemoved, e.ID, e.Kind.Name, titleIn(e), c.fileChanges(e, nil)})
	}
}

func titleIn(e *content.Entry) string {
	if page := e.Original(); page != nil {
		return page.Title
	}
	return ""
}

// record compares the two states of a record, of which the former may be nil.
func (c *comparison) record(was, is *content.Entry) RecordChange {
	r := RecordChange{ID: is.ID, Kind: is.Kind.Name, Title: titleIn(is), Files: c.fileChanges(was, is)}
	switch {
	case is.Withdrawn != nil && (was == nil || was.Withdrawn == nil):
		r.Change = RecordWithdrawn // its title is told no more
	case is.Withdrawn != nil:
	case was == nil || was.Withdrawn != nil:
		r.Change = RecordAdded
	case renamed(was, is):
		r.Change = RecordRenamed
	case len(r.Files) > 0:
		r.Change = RecordChanged
	}
	return r
}

// renamed reports whether a page of a record has another address word.
func renamed(was, is *content.Entry) bool {
	return was.Kind != is.Kind || slices.ContainsFunc(is.Pages, func(page *content.Page) bool {
		before := was.Page(page.Lang)
		return before != nil && before.Slug != page.Slug
	})
}

// fileChanges compares a record's files; either state may be nil.
func (c *comparison) fileChanges(was, is *content.Entry) []FileChange {
	files := []FileChange{}
	before, after := pagesOf(was), pagesOf(is)
	for _, page := range after {
		if changes := c.pageChanges(before, page); len(changes) > 0 {
			files = append(files, FileChange{page.Path, page.Lang, changes})
		}
	}
	for _, page := range before {
		if !slices.ContainsFunc(after, func(p *content.Page) bool { return p.Lang == page.Lang }) {
			files = append(files, FileChange{page.Path, page.Lang, []TextChange{{Kind: "removed"}}})
		}
	}
	if is != nil {
		for _, image := range is.Images {
			old := ""
			if was != nil {
				old = path.Join(was.Folder, path.Base(image))
			}
			if !same(c.old, old, c.new, image) {
				files = append(files, FileChange{Path: image, Changes: []TextChange{{Kind: "picture"}}})
			}
		}
	}
	return files
}

func pagesOf(e *content.Entry) []*content.Page {
	if e == nil {
		return nil
	}
	return e.Pages
}

// pageChanges compares a page with the same language's of before.
func (c *comparison) pageChanges(before []*content.Page, page *content.Page) []TextChange {
	v := version{lang: page.Lang, path: page.Path, blob: "now", original: page.Translation == nil}
	texts := map[string]content.Text{}
	if i := slices.IndexFunc(before, func(p *content.Page) bool { return p.Lang == page.Lang }); i >= 0 {
		old := before[i]
		if old.Path == page.Path && same(c.old, old.Path, c.new, page.Path) {
			return nil
		}
		v.before, v.wasPath = "before", old.Path
		c.text(texts, "before", c.old, old)
	}
	c.text(texts, "now", c.new, page)
	var list []TextChange
	for _, change := range changesOf(v, texts) {
		list = append(list, TextChange{change.kind, change.sections})
	}
	return list
}

func (c *comparison) text(texts map[string]content.Text, name string, files fs.FS, page *content.Page) {
	data, err := fs.ReadFile(files, page.Path)
	if err != nil {
		return
	}
	if text, ok := content.TextsOf(page.Entry.Kind).Read(data); ok {
		texts[name] = text
	}
}

// same reports whether two files are there and equal.
func same(a fs.FS, name string, b fs.FS, other string) bool {
	if name == "" {
		return false
	}
	one, err := fs.ReadFile(a, name)
	two, failed := fs.ReadFile(b, other)
	return err == nil && failed == nil && bytes.Equal(one, two)
}

// outdated finds the translations that the change leaves behind.
func (c *comparison) outdated() {
	for _, e := range c.is.Entries {
		if e.Withdrawn != nil || e.Original() == nil {
			continue
		}
		was := c.was.Entry(e.ID)
		for _, page := range e.Pages {
			if page.Current() {
				continue
			}
			if was != nil && was.Original() != nil {
				if old := was.Page(page.Lang); old != nil && !old.Current() {
					continue // it was so before
				}
			}
			c.Outdated = append(c.Outdated, Outdated{e.ID, titleIn(e), page.Lang, page.Path})
		}
	}
}

// files lists what else changed among the files that a site is made from.
func (c *comparison) files() {
	listed := map[string]bool{}
	for _, tree := range []fs.FS{c.old, c.new} {
		for _, dir := range loadable {
			fs.WalkDir(tree, dir, func(name string, d fs.DirEntry, err error) error {
				switch {
				case err != nil:
					return nil
				case d.IsDir():
					if d.Name() == "node_modules" {
						return fs.SkipDir
					}
					return nil
				case !d.Type().IsRegular() || recordsFile(name):
					return nil
				case !listed[name] && !same(c.old, name, c.new, name):
					c.Files = append(c.Files, name)
				}
				listed[name] = true
				return nil
			})
		}
	}
	slices.SortFunc(c.Files, cmp.Compare[string])
}

// recordsFile reports whether a path lies in the folder of a record.
func recordsFile(name string) bool {
	parts := strings.Split(name, "/")
	return len(parts) > 3 && parts[0] == "content" && parts[1] != "vocabularies"
}
