package site

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"acervo/generator/content"
	"acervo/generator/diag"
)

// An owner is what an address leads to: a record by its id ("record:1000001"),
// or a page that the site makes ("home", "list:practices", "term:themes/care").
type owner string

const recordOwner = "record:"

// record returns the id of the record that an owner is, or "".
func (o owner) record() string {
	id, ok := strings.CutPrefix(string(o), recordOwner)
	if !ok {
		return ""
	}
	return id
}

// A claim is an address that the site has or had: whose it is, and in which
// language.
type claim struct {
	owner owner
	lang  string
}

// An oldAddress is an address of former times, or one that redirects.yaml
// speaks of, and what is there now. It leads somewhere, or says that something
// is gone.
type oldAddress struct {
	path  string // below the base: "es/vieja/"
	to    string // path of the page that it leads to; "" where something is gone
	title string // of that page
	lang  int    // in which it speaks
	id    string // of the record that is gone; may be empty
	entry *content.Entry
	on    time.Time // when it went; zero where that is unknown
}

// present lists the pages of the site by what they are.
func (p *plan) present() map[owner]*place {
	pages := map[owner]*place{"home": p.home, "search": p.search, "translations": p.translations, "downloads": p.downloads}
	if p.offline != nil {
		pages["keep"] = p.offline
	}
	for k, pl := range p.lists {
		pages[owner("list:"+k.Folder)] = pl
	}
	for key, t := range p.taxa {
		pages[owner("taxonomy:"+key)] = t.index
		for code, pl := range t.terms {
			pages[owner("term:"+key+"/"+code)] = pl
		}
	}
	for e, pl := range p.places {
		pages[owner(recordOwner+e.ID)] = pl
	}
	return pages
}

// arrangeOld finds what is at every address that the site once had and has no
// longer, and what redirects.yaml says of addresses. The latter wins.
func (p *plan) arrangeOld() {
	p.pages = p.present()
	p.holders = make(map[string]claim, len(p.owners))
	for o, pl := range p.pages {
		for i, path := range pl.paths {
			if path != "" {
				p.holders[path] = claim{o, p.langs[i].Tag}
			}
		}
		if id := o.record(); id != "" && !p.forgotten("/p/"+id+"/") {
			p.holders["p/"+id+"/"] = claim{owner: o}
		}
	}
	p.memory = p.recall()
	p.written = map[string]*content.Redirect{}
	for i := range p.lib.Redirects {
		r := &p.lib.Redirects[i]
		p.written[r.From[1:]] = r
	}
	p.arrangeForgotten()
	p.checkTakers()
	p.claimRedirects()
	for _, path := range slices.Sorted(maps.Keys(p.memory.claims)) {
		if _, taken := p.owners[path]; taken || p.written[path] != nil {
			continue
		}
		if old, ok := p.formerly(path, p.memory.claims[path]); ok {
			p.claim(path, "history", "content/redirects.yaml", 0, 0)
			p.old = append(p.old, old)
		}
	}
	p.arrangeRemoved()
	slices.SortFunc(p.old, func(a, b oldAddress) int { return strings.Compare(a.path, b.path) })
}

// arrangeForgotten notes the words that are to be forgotten: who asks for one
// address means its slug, which stands in those of other languages too; who
// asks for a record means all slugs and folders that it ever had.
func (p *plan) arrangeForgotten() {
	p.discreet, p.unsaid = map[owner]bool{}, map[string]bool{}
	for address, r := range p.written {
		if !r.Forget {
			continue
		}
		if c, known := p.memory.claims[address]; known {
			p.discreet[c.owner] = true
			p.unsaid[path.Base(address)] = true
		}
		for _, word := range p.memory.record(strings.TrimSuffix(strings.TrimPrefix(address, "p/"), "/")).words {
			p.unsaid[word] = true
		}
	}
}

// isForgotten reports whether nothing may tell that an owner had an address.
func (p *plan) isForgotten(address string, o owner) bool {
	id := o.record()
	return p.forgotten("/"+address) || id != "" && (p.forgotten("/p/"+id+"/") || p.unsaid[path.Base(address)])
}

// formerly returns what is now at an address of former times; nothing where it
// is to be forgotten.
func (p *plan) formerly(path string, c claim) (oldAddress, bool) {
	if p.isForgotten(path, c.owner) {
		return oldAddress{}, false
	}
	old := oldAddress{path: path, lang: p.langOr(c.lang), on: p.memory.left[c.owner]}
	target, leads := p.heir(c)
	if leads {
		old.to, old.title = target.path, p.titleOf(target.claim)
		return old, true
	}
	old.id = c.owner.record()
	if r := p.written["p/"+old.id+"/"]; old.id != "" && r != nil && r.Gone {
		old.on = time.Time{}
	}
	if e := p.lib.Entry(old.id); e != nil {
		old.entry, old.on = e, e.Withdrawn.On
	}
	return old, true
}

// A target is a page of the site that an address leads to.
type target struct {
	path  string
	claim claim
}

// heir returns where an address leads today whose owner moved, or whose owner
// redirects.yaml replaces by another. It is false for what is gone.
func (p *plan) heir(c claim) (target, bool) {
	if pl := p.pages[c.owner]; pl != nil {
		return p.targetIn(pl, c), true
	}
	if id := c.owner.record(); id != "" {
		r := p.written["p/"+id+"/"]
		if r == nil || r.To == "" {
			return target{}, false
		}
		t, code := p.resolve(r, c.lang)
		return t, code == ""
	}
	if key, _, ok := strings.Cut(string(c.owner), "/"); ok { // a term that is no longer there
		if pl := p.pages[owner("taxonomy:"+strings.TrimPrefix(key, "term:"))]; pl != nil {
			return p.targetIn(pl, claim{"", c.lang}), true
		}
	}
	if strings.HasPrefix(string(c.owner), "folder:") {
		return target{}, false
	}
	return p.targetIn(p.home, claim{"home", c.lang}), true
}

// targetIn returns the page of a place in a language, or where the site has
// not got that any more, in the default one.
func (p *plan) targetIn(pl *place, c claim) target {
	lang := pl.in(p.langOr(c.lang))
	return target{pl.paths[lang], claim{c.owner, p.langs[lang].Tag}}
}

// langOr returns the index of a language, of the default one for a language
// that the site has not got.
func (p *plan) langOr(tag string) int {
	if p.lib.Site.Lang(tag) == nil {
		tag = p.lib.Site.Default
	}
	return p.lang(tag)
}

// resolve follows an entry of redirects.yaml to a page of the site in one
// step, whatever others stand between: in a language, or with "" as the entry
// has it. The code is that of what is wrong.
func (p *plan) resolve(r *content.Redirect, lang string) (target, string) {
	seen := map[*content.Redirect]bool{}
	for !seen[r] {
		seen[r] = true
		path := r.To[1:]
		c, known := p.holders[path]
		next := p.written[path]
		if !known && next == nil {
			if c = p.memory.claims[path]; c.owner.record() != "" && p.pages[c.owner] == nil {
				next = p.written["p/"+c.owner.record()+"/"]
			}
		}
		switch {
		case known && lang == "":
			return target{path, c}, ""
		case p.pages[c.owner] != nil && lang == "":
			return p.targetIn(p.pages[c.owner], c), ""
		case p.pages[c.owner] != nil:
			return p.targetIn(p.pages[c.owner], claim{c.owner, lang}), ""
		case next == nil || next.To == "":
			return target{}, "redirect-nowhere"
		}
		r = next
	}
	return target{}, "redirect-circle"
}

// claimRedirects claims the addresses that redirects.yaml speaks of.
func (p *plan) claimRedirects() {
	const file = "content/redirects.yaml"
	for i := range p.lib.Redirects {
		r := &p.lib.Redirects[i]
		path := r.From[1:]
		owned, taken := p.owners[path]
		switch {
		case r.Forget && taken && !p.withdrawnAt(r.From):
			p.faults.Add("forget-published", file, r.Line, 1, diag.Args{"value": r.From, "other": owned})
		case r.Forget:
		case r.Gone:
			p.claim(path, file, file, r.Line, 1)
			p.old = append(p.old, oldAddress{path: path, lang: p.langOf(path)})
		default:
			p.claim(path, file, file, r.Line, 1)
			p.redirect(r)
		}
	}
}

// redirect notes where an entry of redirects.yaml leads. A permanent address
// has no language: to it, a readable one leads in its own.
func (p *plan) redirect(r *content.Redirect) {
	path := r.From[1:]
	t, code := p.resolve(r, "")
	if code == "" && t.claim.lang == "" && !strings.HasPrefix(path, "p/") {
		t = p.targetIn(p.pages[t.claim.owner], claim{t.claim.owner, p.langs[p.langOf(path)].Tag})
	}
	switch code {
	case "redirect-circle":
		p.faults.Add(code, "content/redirects.yaml", r.Line, 1, diag.Args{"value": r.From})
	case "redirect-nowhere":
		p.faults.Add(code, "content/redirects.yaml", r.Line, 1, diag.Args{"value": r.To})
	default:
		p.old = append(p.old, oldAddress{path: path, to: t.path, title: p.titleOf(t.claim), lang: p.langOf(path)})
	}
}

// langOf returns the language that an address is in: the default one where it
// has none.
func (p *plan) langOf(path string) int {
	segment, _, _ := strings.Cut(path, "/")
	for i, lang := range p.langs {
		if lang.Segment() == segment {
			return i
		}
	}
	return p.lang(p.lib.Site.Default)
}

// arrangeRemoved gives the permanent addresses of records that are no longer
// there their pages.
func (p *plan) arrangeRemoved() {
	standard := p.lang(p.lib.Site.Default)
	ids := map[string]bool{}
	for o := range p.memory.left {
		ids[o.record()] = true
	}
	for _, c := range p.memory.claims { // a work tree may have lost one that the commit has
		ids[c.owner.record()] = true
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		path := "p/" + id + "/"
		if id == "" || p.lib.Entry(id) != nil || p.written[path] != nil {
			continue
		}
		if _, taken := p.owners[path]; taken {
			continue
		}
		p.claim(path, "history", "content/redirects.yaml", 0, 0)
		p.old = append(p.old, oldAddress{path: path, lang: standard, id: id, on: p.memory.left[owner(recordOwner+id)]})
	}
}

// withdrawnAt reports whether a permanent address is that of a withdrawn
// entry.
func (p *plan) withdrawnAt(address string) bool {
	e := p.lib.Entry(strings.Trim(strings.TrimPrefix(address, "/p/"), "/"))
	return e != nil && e.Withdrawn != nil
}

// checkTakers refuses a page at an address that was another's: who follows an
// old link must not come to something else. Pages that changed places with one
// another are no matter: each address belongs to whoever has it now.
func (p *plan) checkTakers() {
	for _, path := range slices.Sorted(maps.Keys(p.holders)) {
		holder, before := p.holders[path], p.memory.claims[path]
		id := before.owner.record()
		switch {
		case before.owner == "" || before.owner == holder.owner || p.isForgotten(path, before.owner):
			continue
		case yields(before.owner, holder.owner) || p.changedPlaces(path, holder):
			continue
		}
		if r := p.written["p/"+id+"/"]; id != "" && r != nil && r.To != "" {
			if t, code := p.resolve(r, holder.lang); code == "" && t.claim.owner == holder.owner {
				continue
			}
		}
		p.refuseTaker(path, holder, before)
	}
}

// yields reports whether an address passes to another owner without a word:
// lists and terms that the site makes follow the words of the vocabulary.
func yields(before, holder owner) bool { return before.record() == "" && holder.record() == "" }

// changedPlaces reports whether the holder of another's old address, that
// other, and those in between go round in a circle.
func (p *plan) changedPlaces(path string, holder claim) bool {
	at := func(o owner) string {
		if pl := p.pages[o]; pl != nil {
			return pl.paths[p.langOr(holder.lang)]
		}
		return ""
	}
	return circular(path, holder.owner, p.memory.claims, at)
}

// circular follows, from an address that a holder took, the owner before to
// where that is now, and on, until the way comes back to the holder.
func circular(path string, holder owner, claims map[string]claim, at func(owner) string) bool {
	for range len(claims) {
		before := claims[path].owner
		if before == holder {
			return true
		}
		next := at(before)
		if before == "" || next == "" || claims[next].owner == before || claims[next].owner == "" {
			return false
		}
		path = next
	}
	return false
}

func (p *plan) refuseTaker(path string, holder, before claim) {
	file, line, col := "content/site.yaml", 0, 0
	if e := p.lib.Entry(holder.owner.record()); e != nil {
		page := p.shown(e, p.lang(holder.lang))
		file, line, col = page.Path, page.SlugSpot.Line, page.SlugSpot.Col
	}
	id, code := before.owner.record(), "address-of-other"
	switch {
	case id == "":
		code = "address-of-list"
	case p.pages[before.owner] == nil && p.lib.Entry(id) == nil:
		code = "address-of-removed"
	}
	p.faults.Add(code, file, line, col, diag.Args{"address": "/" + path, "id": id})
}

// titleOf returns the title of a page in its own language.
func (p *plan) titleOf(c claim) string {
	lang := p.langOr(c.lang)
	w := p.words[lang]
	kind, name, _ := strings.Cut(string(c.owner), ":")
	switch kind {
	case "record":
		if e := p.lib.Entry(name); e != nil && e.Withdrawn == nil {
			return p.shown(e, lang).Title
		}
	case "list":
		for _, k := range content.Kinds {
			if k.Folder == name {
				return w.T("kinds." + k.Name)
			}
		}
	case "taxonomy":
		return w.T("taxonomy." + name)
	case "term":
		vocabulary, code, _ := strings.Cut(name, "/")
		return p.codeText(vocabulary, code, lang)
	}
	title, _ := p.lib.Site.Title.In(c.lang, p.lib.Site.Default)
	return title
}
