package site

import (
	"bytes"
	"context"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
	"acervo/generator/markdown"
)

// shownEvents is the number of changes that a page tells of.
const shownEvents = 20

// A past is what the versions of a record tell. It is read when the record's
// unit is made and let go with it.
type past struct {
	events  []event                 // newest first
	more    bool                    // there were others before
	ids     map[string][]anchored   // headings of former versions, by language
	sources map[string]content.Text // by source hash: what outdated translations were made from
}

// An event is a version with what changed in it. Nothing of the commit is told
// but its day: not its words and not who made it.
type event struct {
	version
	changes []change
}

// A change is a kind of change, the end of a message key, with the ids of the
// sections that it is about.
type change struct {
	kind     string
	sections []string
}

// anchored is a heading with an id of its own.
type anchored struct {
	level int
	id    string
}

// past returns what the versions of an entry tell.
func (p *plan) past(e *content.Entry) *past {
	made, _ := p.pasts.LoadOrStore(e, sync.OnceValue(func() *past { return p.readPast(e) }))
	return made.(func() *past)()
}

func (p *plan) readPast(e *content.Entry) *past {
	made := &past{ids: map[string][]anchored{}, sources: map[string]content.Text{}}
	versions := p.memory.record(e.ID).versions
	if len(versions) == 0 {
		return made
	}
	texts, err := p.pastTexts(e, versions)
	if err != nil {
		p.fail(err)
		return made
	}
	for i := len(versions) - 1; i >= 0; i-- {
		if made.more = len(made.events) == shownEvents; made.more {
			break
		}
		made.events = append(made.events, event{versions[i], changesOf(versions[i], texts)})
	}
	for _, v := range versions {
		if text, ok := texts[v.blob]; ok {
			made.ids[v.lang] = appendNew(made.ids[v.lang], headingsIn(text.Body))
			if v.original && outdated(e) {
				made.sources[text.Hash()] = text
			}
		}
		if text, ok := texts[v.before]; ok {
			made.ids[v.lang] = appendNew(made.ids[v.lang], headingsIn(text.Body))
		}
	}
	return made
}

// pastTexts reads the versions that are compared with others: those before
// and after a change, and, where a translation is outdated, all of the
// original but the text of now. A work tree may differ from the last ones as
// well.
func (p *plan) pastTexts(e *content.Entry, versions []version) (map[string]content.Text, error) {
	wanted, now := map[string]bool{}, ""
	tree, committed := p.src.Files.(*gitfs.Tree)
	if committed {
		now = tree.Hash(e.Original().Path)
	}
	for _, v := range versions {
		if v.before != "" || !committed || outdated(e) && v.original && v.blob != now {
			wanted[v.blob] = true
		}
		if v.before != "" {
			wanted[v.before] = true
		}
	}
	texts, reader := map[string]content.Text{}, content.TextsOf(e.Kind)
	if len(wanted) == 0 {
		return texts, nil
	}
	blobs, err := p.src.Repo.Blobs(context.Background(), slices.Sorted(maps.Keys(wanted)))
	for hash, data := range blobs {
		if text, ok := reader.Read(data); ok {
			texts[hash] = text
		}
	}
	return texts, err
}

// outdated reports whether an entry has a translation that is not of the
// original's text of now.
func outdated(e *content.Entry) bool {
	return slices.ContainsFunc(e.Pages, func(page *content.Page) bool { return !page.Current() })
}

// changesOf finds what a version changed.
func changesOf(v version, texts map[string]content.Text) []change {
	if v.before == "" {
		if v.original {
			return []change{{kind: "created"}}
		}
		return []change{{kind: "translated"}}
	}
	var changes []change
	add := func(is bool, kind string, sections ...string) {
		if is {
			changes = append(changes, change{kind, sections})
		}
	}
	now, known := texts[v.blob]
	before, knownBefore := texts[v.before]
	slug := func(text content.Text, file string) string {
		if text.Slug != "" {
			return text.Slug
		}
		return path.Base(path.Dir(file))
	}
	if known && knownBefore {
		moved := path.Dir(v.path) != path.Dir(v.wasPath)
		renamed := slug(now, v.path) != slug(before, v.wasPath)
		add(renamed, "renamed")
		add(moved && !renamed, "moved")
		add(now.Title != before.Title, "title-changed")
		add(now.Summary != before.Summary, "summary")
		sections := changedSections(before.Body, now.Body)
		add(len(sections) > 0, "sections", sections...)
		add(now.Facts != before.Facts, "facts")
		add(now.Signed != before.Signed && now.Signed != "", "reviewed")
	}
	add(len(changes) == 0, "form")
	return changes
}

// fence is the line that opens or closes a block of code, in which nothing is
// a heading; headingLine a heading with what it says of its id.
var (
	fence       = regexp.MustCompile("^ {0,3}(```|~~~)")
	headingLine = regexp.MustCompile(`^ {0,3}(#{2,6})[ \t](?:.*?\{#([a-z0-9]+(?:-[a-z0-9]+)*)\}[ \t]*$)?`)
)

// eachHeading calls found with each heading of a body and with the lines under
// it, those before the first one under none.
func eachHeading(body []byte, found func(level int, id string, lines []byte)) {
	level, id, from, at, ordinal, code := 0, "", 0, 0, 0, false
	for line := range bytes.Lines(body) {
		if fence.Match(line) {
			code = !code
		}
		if m := headingLine.FindSubmatch(bytes.TrimRight(line, "\n")); m != nil && !code {
			found(level, id, body[from:at])
			ordinal++
			level, id, from = len(m[1]), string(m[2]), at
			if id == "" {
				id = "h" + strconv.Itoa(ordinal)
			}
		}
		at += len(line)
	}
	found(level, id, body[from:])
}

// ordinalID is the id of a heading that was given none. It moves with the
// headings before it and is no address to keep.
var ordinalID = regexp.MustCompile(`^h[0-9]+$`)

func headingsIn(body []byte) []anchored {
	var list []anchored
	eachHeading(body, func(level int, id string, _ []byte) {
		if level > 0 && !ordinalID.MatchString(id) {
			list = append(list, anchored{level, id})
		}
	})
	return list
}

func appendNew(list, more []anchored) []anchored {
	for _, a := range more {
		if !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	return list
}

// changedSections returns the ids of the sections that differ, "" for what
// stands before the first one.
func changedSections(before, now []byte) []string {
	sections := func(body []byte) (texts map[string]string, order []string) {
		texts, at := map[string]string{}, ""
		eachHeading(body, func(level int, id string, lines []byte) {
			if level == 2 {
				at = id
			}
			if _, known := texts[at]; !known {
				order = append(order, at)
			}
			texts[at] += strings.Join(strings.Fields(string(lines)), " ") + "\n"
		})
		return texts, order
	}
	old, removed := sections(before)
	texts, order := sections(now)
	var changed []string
	for _, id := range order {
		if strings.TrimSpace(texts[id]) != strings.TrimSpace(old[id]) {
			changed = append(changed, id)
		}
	}
	for _, id := range removed {
		if _, still := texts[id]; !still {
			changed = append(changed, id)
		}
	}
	return changed
}

// dropped finds the parts of an entry that were published and that links
// would look for in vain.
func (p *plan) dropped(e *content.Entry, ids func(*content.Page) headings) diag.List {
	var faults diag.List
	for _, anchor := range e.Anchors {
		here := ids(e.Original())
		at := e.AnchorSpot
		if here.has(anchor.Was) {
			faults.Add("anchor-present", e.Original().Path, at.Line, at.Col, diag.Args{"value": anchor.Was})
		}
		if anchor.Now != "" && !here.has(anchor.Now) {
			faults.Add("anchor-nowhere", e.Original().Path, at.Line, at.Col, diag.Args{"value": anchor.Now, "near": diag.Near(anchor.Now, strings.Fields(string(here)))})
		}
	}
	past := p.past(e)
	for _, page := range e.Pages {
		for _, a := range past.ids[page.Lang] {
			fixed := slices.ContainsFunc(e.Kind.Sections, func(s content.Section) bool { return s.ID == a.id })
			if ids(page).has(a.id) || aliased(e, a.id) || a.level == 2 && len(e.Kind.Sections) > 0 && !fixed {
				continue
			}
			faults.Add("dropped-anchor", page.Path, page.BodyLine, 1, diag.Args{"value": a.id, "lang": e.Source})
		}
	}
	return faults
}

// aliased reports whether an entry keeps the address of a part that it had.
func aliased(e *content.Entry, id string) bool {
	return slices.ContainsFunc(e.Anchors, func(a content.Anchor) bool { return a.Was == id })
}

// historyItems tells the changes of an entry on a page in a language.
func (p *plan) historyItems(e *content.Entry, doc *markdown.Doc, lang int) ([]HistoryItem, string) {
	past := p.past(e)
	items := make([]HistoryItem, len(past.events))
	for i, event := range past.events {
		items[i] = HistoryItem{Date: day(event.stamp.When), Language: p.languageName(event.lang, lang), URL: p.fileURL(e, event.version)}
		for _, c := range event.changes {
			items[i].Changes = append(items[i].Changes, p.changeText(c, doc, lang))
		}
	}
	site := &p.lib.Site
	if !past.more || site.Repository == "" || p.discreet[owner(recordOwner+e.ID)] {
		return items, ""
	}
	return items, strings.TrimSuffix(site.Repository, "/") + "/commits/" + site.Branch + "/" + e.Folder
}

// changeText tells a change in words. Sections have the names that they have
// now: old words are not repeated.
func (p *plan) changeText(c change, doc *markdown.Doc, lang int) string {
	w := p.words[lang]
	var titles []string
	for _, id := range c.sections {
		if i := slices.IndexFunc(doc.Sections, func(s markdown.Section) bool { return s.ID == id }); i > 0 {
			titles = append(titles, doc.Sections[i].Title)
		}
	}
	switch {
	case c.kind == "sections" && len(titles) == 0:
		return w.T("history.text")
	case c.kind == "sections":
		return w.T("history.sections", "sections", w.Join(titles...))
	}
	return w.T("history." + c.kind)
}

// fileURL returns the address of a version in the repository's own view. The
// paths of an entry of which an address is to be forgotten are not told, nor
// those that have a word which is.
func (p *plan) fileURL(e *content.Entry, v version) string {
	site := &p.lib.Site
	if site.Repository == "" || p.discreet[owner(recordOwner+e.ID)] || p.unsaid[path.Base(path.Dir(v.path))] {
		return ""
	}
	return strings.TrimSuffix(site.Repository, "/") + "/blob/" + v.stamp.Commit + "/" + v.path
}

// sourceChanges compares the original that an outdated translation was made
// from with what it is now, where history has it.
func (p *plan) sourceChanges(e *content.Entry, page *content.Page, lang int) []SourceChange {
	if page == nil || p.discreet[owner(recordOwner+e.ID)] {
		return nil
	}
	before, known := p.past(e).sources[page.SourceHash]
	if !known {
		return nil
	}
	now := e.Original()
	var changes []SourceChange
	add := func(part, title, old, text string) {
		if old != text {
			changes = append(changes, SourceChange{Part: part, Title: p.text(title, now.Lang, lang), Pieces: difference(old, text)})
		}
	}
	add("title", "", before.Title, now.Title)
	add("summary", "", before.Summary, now.Summary)
	oldDoc, _ := p.texts.converter.Convert(before.Body, now.Lang, markdown.Place{Path: now.Path, Line: 1})
	doc := p.texts.doc(now).doc
	texts := map[string]string{}
	for _, s := range oldDoc.Sections {
		texts[s.ID] = s.Text
	}
	for _, s := range doc.Sections {
		add("section", s.Title, texts[s.ID], s.Text)
		delete(texts, s.ID)
	}
	for _, s := range oldDoc.Sections {
		if text, left := texts[s.ID]; left {
			add("section", s.Title, text, "")
		}
	}
	return changes
}
