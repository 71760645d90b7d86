package site

import (
	"fmt"
	"html"
	"html/template"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/markdown"
)

// texts converts the bodies of pages and checks what they refer to.
type texts struct {
	plan      *plan
	converter *markdown.Converter
	cache     *Cache
	mutex     sync.Mutex
	anchors   map[*content.Page]headings
	pending   map[*content.Page][]anchor          // by the page that refers
	asked     map[*content.Page]map[question]bool // by the page that asked; nil where nobody wants to know
}

// A question is whether a text has a heading.
type question struct {
	to       *content.Page
	fragment string
}

// An anchor is a reference into a text, checked when all texts are converted.
type anchor struct {
	line, col int
	to        *content.Page
	fragment  string
}

func newTexts(p *plan, cache *Cache) *texts {
	cache.next()
	return &texts{plan: p, converter: markdown.New(), cache: cache, anchors: map[*content.Page]headings{}, pending: map[*content.Page][]anchor{}}
}

// convert returns a page's text and all that is wrong in it. The references
// into other texts are noted.
func (t *texts) convert(page *content.Page) converted {
	c := t.doc(page)
	faults := slices.Clone(c.faults)
	var anchors []anchor
	for _, link := range c.doc.Links {
		anchors = append(anchors, t.check(page, link, &faults)...)
	}
	t.mutex.Lock()
	t.anchors[page] = c.headings
	if len(anchors) > 0 { // a text that is converted again refers to the same
		t.pending[page] = anchors
	}
	t.mutex.Unlock()
	return converted{c.doc, faults, c.headings}
}

// headings are the ids of a text's headings, in one string: there are as many
// of them as pages, and a map for each would cost more than the page's text.
type headings string

func (h headings) has(id string) bool { return strings.Contains(string(h), "\n"+id+"\n") }

func headingsOf(doc *markdown.Doc) headings {
	ids := []byte{'\n'}
	for _, s := range doc.Sections {
		ids = append(append(ids, s.ID...), '\n')
		for _, h := range s.Headings {
			ids = append(append(ids, h.ID...), '\n')
		}
	}
	return headings(ids)
}

// note keeps the ids of a page's headings and returns them.
func (t *texts) note(page *content.Page, ids headings) headings {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.anchors[page] = ids
	return ids
}

// has reports whether a text has a heading of that id.
func (t *texts) has(page *content.Page, id string) bool {
	return t.idsIn(page).has(id) || id == "sources" || aliased(page.Entry, id)
}

// idsIn returns the ids of a page's headings.
func (t *texts) idsIn(page *content.Page) headings {
	t.mutex.Lock()
	ids, known := t.anchors[page]
	t.mutex.Unlock()
	if !known {
		ids = t.note(page, t.doc(page).headings)
	}
	return ids
}

// ask reports whether a text has a heading of that id, and notes that a page of
// another record follows from it.
func (t *texts) ask(from, to *content.Page, id string) bool {
	has := t.has(to, id)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.asked != nil && from.Entry != to.Entry {
		if t.asked[from] == nil {
			t.asked[from] = map[question]bool{}
		}
		t.asked[from][question{to, id}] = has
	}
	return has
}

// answersTo returns what a page was told of the texts of other records. A text
// that is referred to has the heading, or there will be no site.
func (t *texts) answersTo(page *content.Page) map[question]bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	answers := map[question]bool{}
	maps.Copy(answers, t.asked[page])
	for _, a := range t.pending[page] {
		if a.to.Entry != page.Entry {
			answers[question{a.to, a.fragment}] = true
		}
	}
	return answers
}

// doc converts the body of a page once: a page that did not change between two
// readings is the same page.
func (t *texts) doc(page *content.Page) converted {
	c := t.cache
	if c == nil {
		return t.convertPage(page)
	}
	c.mutex.Lock()
	known := c.docs[page]
	if known == nil {
		known = c.before[page]
	}
	c.mutex.Unlock()
	if known == nil {
		fresh := t.convertPage(page)
		known = &fresh
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.docs[page] = known
	return *known
}

// next begins another reading: what the last one did not use is let go.
func (c *Cache) next() {
	if c == nil {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.before, c.docs = c.docs, map[*content.Page]*converted{}
}

func (t *texts) convertPage(page *content.Page) converted {
	doc, faults := t.converter.Convert(t.plan.body(page), page.Lang, markdown.Place{Path: page.Path, Line: page.BodyLine})
	return converted{doc, append(faults, sections(page, doc)...), headingsOf(doc)}
}

// sections holds a text to the headings of its kind. Whatever the kind, what
// the scaffold left for a person to write is not a text.
func sections(page *content.Page, doc *markdown.Doc) diag.List {
	var faults diag.List
	kind := page.Entry.Kind
	var known, found []string
	for _, s := range kind.Sections {
		known = append(known, s.ID)
	}
	for i, s := range doc.Sections {
		text := strings.TrimSpace(s.Text)
		if strings.HasPrefix(text, "???") || text == "" && i > 0 && len(s.Headings) == 0 {
			faults.Add("empty-section", page.Path, max(s.Line, page.BodyLine), 1, diag.Args{"value": s.ID, "title": s.Title})
		}
		for _, h := range s.Headings {
			if h.ID == "sources" {
				faults.Add("reserved-heading", page.Path, h.Line, 1, diag.Args{"value": h.ID})
			}
		}
		if i == 0 || len(known) == 0 {
			continue
		}
		found = append(found, s.ID)
		if !slices.Contains(known, s.ID) {
			faults.Add("unknown-section", page.Path, s.Line, 1, diag.Args{
				"value": s.ID, "title": s.Title, "near": diag.Near(s.ID, known), "known": strings.Join(known, ", "),
			})
		}
		if s.ID == "blocks" && len(s.Headings) == 0 {
			faults.Add("no-blocks", page.Path, s.Line, 1, nil)
		}
	}
	for _, s := range kind.Sections {
		if s.Required && !slices.Contains(found, s.ID) {
			faults.Add("missing-section", page.Path, page.BodyLine, 1, diag.Args{"value": s.ID, "kind": kind.Name})
		}
	}
	return faults
}

// check checks one link of a text and returns what can be checked only when
// all texts are converted.
func (t *texts) check(page *content.Page, link markdown.Link, faults *diag.List) []anchor {
	fault := func(code string, args diag.Args) {
		faults.Add(code, page.Path, link.Line, link.Col, args)
	}
	switch link.Kind {
	case markdown.Citation:
		if !slices.ContainsFunc(sourcesOf(page.Entry), func(s content.Source) bool { return s.ID == link.Dest }) {
			known := sourceIDs(page.Entry)
			fault("unknown-source", diag.Args{"id": link.Dest, "near": diag.Near(link.Dest, known), "known": strings.Join(known, ", ")})
		}
	case markdown.Image:
		file := path.Join(page.Entry.Folder, link.Dest)
		if !slices.Contains(page.Entry.Images, file) {
			known := make([]string, len(page.Entry.Images))
			for i, image := range page.Entry.Images {
				known[i] = path.Base(image)
			}
			fault("missing-image", diag.Args{"value": link.Dest, "near": diag.Near(link.Dest, known)})
		}
	default:
		target, fragment, code := t.target(page, link)
		if code != "" {
			fault(code, diag.Args{"value": link.Dest})
		} else if fragment != "" {
			return []anchor{{link.Line, link.Col, target, fragment}}
		}
	}
	return nil
}

// entry finds the entry that a link names, and the heading in it.
func (t *texts) entry(page *content.Page, link markdown.Link) (*content.Entry, string) {
	dest, fragment, _ := strings.Cut(link.Dest, "#")
	switch link.Kind {
	case markdown.Fragment:
		return page.Entry, fragment
	case markdown.Record:
		return t.plan.lib.Entry(strings.TrimPrefix(dest, "acervo:")), fragment
	}
	file := path.Join(page.Entry.Folder, dest)
	if other := t.plan.lib.PageAt(file); other != nil {
		return other.Entry, fragment
	}
	for _, e := range t.plan.lib.Entries { // a withdrawn one has no pages
		if e.Withdrawn != nil && e.Folder == path.Dir(file) {
			return e, ""
		}
	}
	return nil, ""
}

// target finds the page that a link leads to, in the language of the page that
// has it, or the code of what is wrong.
func (t *texts) target(page *content.Page, link markdown.Link) (*content.Page, string, string) {
	e, fragment := t.entry(page, link)
	switch {
	case e == nil && link.Kind == markdown.File:
		return nil, "", "missing-record"
	case e == nil:
		return nil, "", "unknown-record"
	}
	if e.Withdrawn != nil {
		return nil, "", "" // the link leads to the tombstone
	}
	return t.plan.shown(e, t.plan.lang(page.Lang)), fragment, ""
}

// broken returns the references into texts that have no such heading. It is
// called when every text was converted that is not the one of the last build.
func (t *texts) broken() diag.List {
	var faults diag.List
	for from, anchors := range t.pending { // the caller sorts the faults
		for _, a := range anchors {
			if !t.has(a.to, a.fragment) {
				faults.Add("broken-anchor", from.Path, a.line, a.col, diag.Args{
					"value": a.fragment, "page": a.to.Path, "near": diag.Near(a.fragment, strings.Fields(string(t.idsIn(a.to)))),
				})
			}
		}
	}
	return faults
}

// sourceIDs returns the ids of an entry's sources.
func sourceIDs(e *content.Entry) []string {
	list := sourcesOf(e)
	ids := make([]string, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	return ids
}

func sourcesOf(e *content.Entry) []content.Source {
	switch r := e.Record.(type) {
	case *content.Practice:
		return r.Sources
	case *content.Lesson:
		return r.Sources
	}
	return nil
}

// fill gives what the holes of a text hold on a page in a language.
func (t *texts) fill(page *content.Page, lang int) func(markdown.Link) string {
	return func(link markdown.Link) string {
		switch link.Kind {
		case markdown.Citation:
			return strconv.Itoa(slices.Index(sourceIDs(page.Entry), link.Dest) + 1)
		case markdown.Image:
			picture := t.plan.pictures[path.Join(page.Entry.Folder, link.Dest)]
			if picture == nil {
				return ""
			}
			return fmt.Sprintf(` src="%s" width="%d" height="%d"`, html.EscapeString(t.plan.root+picture.name), picture.Width, picture.Height)
		}
		e, fragment := t.entry(page, link)
		if e == nil {
			return "#" // a fault was reported
		}
		pl := t.plan.places[e]
		if pl == nil {
			return html.EscapeString(t.plan.root + t.plan.tombstone(e, lang))
		}
		href := t.plan.root + pl.paths[pl.in(lang)]
		// On a page that shows another language's text, the link leads to a
		// translation, which may lack the heading.
		if target := t.plan.shown(e, lang); fragment != "" && (target.Lang == page.Lang || t.ask(page, target, fragment)) {
			href += "#" + fragment
		}
		return html.EscapeString(href)
	}
}

// rendered returns the text before the first heading and the sections of a
// page, in a language's frame. Parts that had other ids are found by those too.
func (t *texts) rendered(doc *markdown.Doc, page *content.Page, lang int) (template.HTML, []Section) {
	fill := t.fill(page, lang)
	was, ids := map[string][]string{}, headingsOf(doc)
	for _, a := range page.Entry.Anchors {
		switch {
		case ids.has(a.Was):
		case a.Now != "" && ids.has(a.Now):
			was[a.Now] = append(was[a.Now], a.Was)
		default:
			was[""] = append(was[""], a.Was)
		}
	}
	sections := make([]Section, 0, len(doc.Sections)-1)
	for i, s := range doc.Sections[1:] {
		section := Section{ID: s.ID, Title: s.Title, HTML: doc.HTML(i+1, fill), Was: was[s.ID]}
		for _, h := range s.Headings {
			if h.Level == 3 {
				section.Headings = append(section.Headings, Heading{h.ID, h.Text})
			}
			if len(was[h.ID]) > 0 {
				section.HTML = markdown.Anchor(section.HTML, h.ID, was[h.ID]...)
			}
		}
		sections = append(sections, section)
	}
	intro := doc.HTML(0, fill)
	if len(was[""]) > 0 {
		intro = markdown.Anchor(intro, "", was[""]...)
	}
	return intro, sections
}
