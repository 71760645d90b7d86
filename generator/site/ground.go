package site

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"acervo/generator/content"
	"acervo/generator/gitfs"
)

// A page follows from the text and the history of its own record, and from
// what the whole site is made with: the layouts, the settings and all that a
// record's page can show of another record, which is everything but its text.
// The latter is the ground. Where it is that of the last build, a record whose
// own files and history did not change has the same pages as then, if the
// headings of others that its text leads to are still there or still missing.

// ground returns the hash of what all pages are made with; "" for a source
// whose pages are all made anew.
func (p *plan) ground() (string, error) {
	if _, committed := p.src.Files.(*gitfs.Tree); !committed || p.options.Portable {
		return "", nil
	}
	sum := sha256.New()
	files := treeSum(append(append([]fs.FS{p.program("layouts"), p.program("assets")}, p.own("layouts")...), p.own("assets")...))
	sum.Write(files[:])
	pictures := map[string][3]any{}
	for file, made := range p.pictures {
		pictures[file] = [3]any{made.name, made.Width, made.Height}
	}
	told := []any{
		p.base, p.options, p.src.Repo != nil, p.src.History != nil, p.lib.Site, p.lib.Vocabularies, p.lib.Redirects, p.offered,
		p.discreet, p.unsaid, pictures,
	}
	for lang := range p.langs {
		told = append(told, p.frames[lang].OfflineSize)
	}
	encoder := json.NewEncoder(sum)
	for _, what := range told {
		if err := encoder.Encode(what); err != nil {
			return "", err
		}
	}
	for _, e := range p.lib.Entries {
		if err := p.tell(encoder, e); err != nil {
			return "", err
		}
	}
	return string(sum.Sum(nil)), nil
}

// tell encodes what an entry tells other pages: all of it but the texts and how
// its translations stand to them.
func (p *plan) tell(encoder *json.Encoder, e *content.Entry) error {
	told := *e
	told.Pages = make([]*content.Page, len(e.Pages))
	for i, page := range e.Pages {
		shared := *page
		shared.Entry, shared.Hash, shared.SourceHash, shared.Translation = nil, "", "", nil
		told.Pages[i] = &shared
	}
	if err := encoder.Encode(&told); err != nil || e.Withdrawn != nil {
		return err
	}
	pl := p.places[e]
	published, _ := p.dates(e, e.Original())
	return encoder.Encode([]any{pl.paths, pl.real, pl.source, published})
}

// tellOwn writes what the pages of an entry follow from besides the ground.
func (p *plan) tellOwn(w io.Writer, e *content.Entry) {
	for _, page := range e.Pages {
		p.tellText(w, page)
	}
	for _, v := range p.memory.record(e.ID).versions {
		fmt.Fprintf(w, "%s %d %s %q %s %s %q %t\n", v.stamp.Commit, v.stamp.When.Unix(), v.lang, v.path, v.blob, v.before, v.wasPath, v.original)
	}
}

// grounded is what pages follow from besides the ground that have no text.
func grounded(io.Writer) {}

// tellText writes which text a page has, and when it changed.
func (p *plan) tellText(w io.Writer, page *content.Page) {
	fmt.Fprintf(w, "%q %s", page.Path, p.blob(page))
	if p.src.History != nil {
		span, _ := p.src.History.Of(page.Path)
		fmt.Fprintf(w, " %s %d %s %d %d", span.First.Commit, span.First.When.Unix(), span.Last.Commit, span.Last.When.Unix(), span.Count)
	}
	fmt.Fprintln(w)
}

// blob returns the id that git gives to a page's file; "" in a work tree.
func (p *plan) blob(page *content.Page) string {
	if tree, committed := p.src.Files.(*gitfs.Tree); committed {
		return tree.Hash(page.Path)
	}
	return ""
}

// unitInput is the hash of what a unit's outputs are made from; "" where they
// are made anew.
func (r *lastBuild) unitInput(u *unit) string {
	if r == nil || r.ground == "" || u.own == nil {
		return ""
	}
	sum := sha256.New()
	io.WriteString(sum, r.ground)
	for _, o := range u.outputs {
		fmt.Fprintf(sum, "%q\n", o.name)
	}
	u.own(sum)
	return string(sum.Sum(nil))
}

// indexSource is the hash of what an index follows from, found without its
// texts; "" where they are needed.
func (p *plan) indexSource(last *lastBuild, x index) string {
	if last == nil || last.ground == "" {
		return ""
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s%s\n", last.ground, p.dir(x))
	for _, e := range x.entries {
		p.tellText(sum, p.shown(e, x.lang))
	}
	return string(sum.Sum(nil))
}

// An answer is what a text was told of another: whether that has a heading.
type answer struct {
	path, blob string // of the other, as it was
	id         string
	has        bool
}

// holds reports whether an answer is still right.
func (p *plan) holds(a answer) bool {
	page := p.lib.PageAt(a.path)
	return page != nil && (p.blob(page) == a.blob || p.texts.has(page, a.id) == a.has)
}

// answers are those that the texts of an entry were given.
func (p *plan) answers(e *content.Entry) []answer {
	var list []answer
	for _, page := range e.Pages {
		for q, has := range p.texts.answersTo(page) {
			list = append(list, answer{q.to.Path, p.blob(q.to), q.fragment, has})
		}
	}
	slices.SortFunc(list, func(a, b answer) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.id, b.id))
	})
	return list
}
