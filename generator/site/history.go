package site

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
)

// A memory is what the published branch tells of the site: every readable
// address that it ever had, and the versions of every record. It is a function
// of a commit and does not change.
type memory struct {
	claims  map[string]claim       // by path: whose an address is, or was last
	left    map[owner]time.Time    // when an owner was removed; of those that came back too
	records map[string]*pastRecord // by id
}

// A pastRecord is what the branch tells of a record.
type pastRecord struct {
	born     time.Time // the first commit that had it
	words    []string  // the slugs and folders that it had
	versions []version // in the order of the branch
}

// record returns what is known of a record; of one that never was, nothing.
func (m *memory) record(id string) pastRecord {
	if r := m.records[id]; r != nil {
		return *r
	}
	return pastRecord{}
}

// A version is a file of a record as a commit of the branch left it.
type version struct {
	stamp    gitfs.Stamp
	lang     string
	path     string
	blob     string
	before   string // the blob that the language had before; "" for the first version
	wasPath  string // where that was
	original bool   // in the language that the record was written in
}

// recall returns what history tells of the source, from the cache where that
// knows the commit.
func (p *plan) recall() *memory {
	empty := &memory{claims: map[string]claim{}}
	if p.src.Repo == nil || p.src.History == nil {
		return empty
	}
	m, err := p.texts.cache.memory(p.src.Commit.Hash, p.src.remembered)
	if err != nil {
		p.faults.Add("history-unreadable", "", 0, 0, diag.Args{"cause": err.Error()})
		return empty
	}
	return m
}

// memory keeps what the last commit told.
func (c *Cache) memory(commit string, make func() (*memory, error)) (*memory, error) {
	if c == nil || commit == "" {
		return make()
	}
	c.mutex.Lock()
	known, of := c.remembered, c.rememberedOf
	c.mutex.Unlock()
	if known != nil && of == commit {
		return known, nil
	}
	m, err := make()
	if err == nil {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.remembered, c.rememberedOf = m, commit
	}
	return m, err
}

// A replay goes along the branch, commit by commit, and keeps what the site
// was at each.
type replay struct {
	*memory
	history *gitfs.History
	known   map[string]content.Version // by blob, of records
	files   map[string][]byte          // by blob, of settings

	site         content.Site
	vocabularies map[string]*content.Vocabulary
	spoken       map[string]bool // addresses that redirects.yaml speaks of
	folders      map[string]*pastFolder
	latest       map[string]version          // by id and language
	at           map[owner]map[string]string // where an owner is, by language
	contested    map[string]claim            // taken from the owner that the address has in claims
}

// A pastFolder is the folder of a record at a commit.
type pastFolder struct {
	name  string // content/practices/hotline
	kind  *content.Kind
	files map[string]string // blobs by language
	owner owner             // "" before it was read
	ids   []string          // of the records that were in it
}

// remembered returns what the branch tells: what was kept of the commit, or a
// replay of the branch.
func (src *Source) remembered() (*memory, error) {
	if m := rememberMemory(src.Cache, src.Commit.Hash); m != nil {
		return m, nil
	}
	r, err := src.replayed()
	if err != nil {
		return nil, err
	}
	keepMemory(src.Cache, src.Commit.Hash, r.memory)
	return r.memory, nil
}

// replayed is the replay at the end of the branch.
func (src *Source) replayed() (*replay, error) {
	r := &replay{
		memory:  &memory{claims: map[string]claim{}, left: map[owner]time.Time{}, records: map[string]*pastRecord{}},
		history: src.History, vocabularies: map[string]*content.Vocabulary{}, folders: map[string]*pastFolder{},
		latest: map[string]version{}, at: map[owner]map[string]string{}, contested: map[string]claim{},
	}
	chain := src.History.Chain()
	if err := r.read(src, chain); err != nil {
		return nil, err
	}
	for i := range chain {
		r.commit(&chain[i])
	}
	return r, nil
}

// commit takes the changes of a commit.
func (r *replay) commit(c *gitfs.Published) {
	changed := map[string]bool{}
	var versions []version
	words := false
	for _, change := range c.Changes {
		kind, folder, lang, ok := recordFile(change.Path)
		switch {
		case ok:
			f := r.folders[folder]
			if f == nil {
				f = &pastFolder{name: folder, kind: kind, files: map[string]string{}}
				r.folders[folder] = f
			}
			changed[folder] = true
			if change.Blob == "" {
				delete(f.files, lang)
				continue
			}
			f.files[lang] = change.Blob
			versions = append(versions, version{stamp: c.Stamp, lang: lang, path: change.Path, blob: change.Blob})
		case setting(change.Path):
			words = r.settle(change) || words
		}
	}
	if len(r.site.Languages) == 0 {
		return // nothing was published yet
	}
	folders := slices.Sorted(maps.Keys(changed))
	if words {
		r.sitePages()
		folders = slices.Sorted(maps.Keys(r.folders))
	}
	r.placeFolders(folders, c.Stamp)
	for _, v := range versions {
		r.keep(v)
	}
	r.judge()
}

// settle takes a change of a setting and reports whether addresses may change.
func (r *replay) settle(change gitfs.Change) bool {
	data := r.files[change.Blob]
	switch name := strings.TrimSuffix(path.Base(change.Path), ".yaml"); {
	case name == "redirects":
		r.spoken = map[string]bool{}
		for _, from := range content.ReadPastRedirects(data) {
			r.spoken[strings.TrimPrefix(from, "/")] = true
		}
		return false
	case change.Blob == "":
		return false // what could not be published leaves the last site in place
	case name == "site":
		if site, ok := content.ReadPastSite(data); ok {
			r.site = site
		}
	default:
		if v, ok := content.ReadPastVocabulary(name, data); ok {
			r.vocabularies[name] = v
		}
	}
	return true
}

// sitePages claims the addresses of the pages that the site makes.
func (r *replay) sitePages() {
	place := func(o owner, path func(lang content.Lang) string) {
		at := map[string]string{}
		for _, lang := range r.site.Languages {
			at[lang.Tag] = lang.Segment() + "/" + path(lang)
		}
		r.place(o, at)
	}
	for o := range r.at {
		if o.record() == "" && !strings.HasPrefix(string(o), "folder:") {
			delete(r.at, o)
		}
	}
	place("home", func(content.Lang) string { return "" })
	place("search", func(content.Lang) string { return searchFolder })
	place("translations", func(content.Lang) string { return translationsFolder })
	place("downloads", func(content.Lang) string { return downloadsFolder })
	if r.site.Offline {
		place("keep", func(content.Lang) string { return keepFolder })
	}
	for _, k := range content.Kinds {
		if k != content.PageKind {
			place(owner("list:"+k.Folder), func(lang content.Lang) string { return r.site.Word(k.Folder, lang.Tag) + "/" })
		}
	}
	for _, key := range content.Taxonomies {
		word := func(lang content.Lang) string { return r.site.Word(key, lang.Tag) + "/" }
		place(owner("taxonomy:"+key), word)
		if r.vocabularies[key] == nil {
			continue
		}
		for i := range r.vocabularies[key].Codes {
			code := &r.vocabularies[key].Codes[i]
			place(owner("term:"+key+"/"+code.Code), func(lang content.Lang) string {
				return word(lang) + termSlug(code, lang.Tag, r.site.Default) + "/"
			})
		}
	}
}

// place notes where an owner is, and claims what nobody had.
func (r *replay) place(o owner, at map[string]string) {
	r.at[o] = at
	for _, lang := range slices.Sorted(maps.Keys(at)) {
		address := at[lang]
		if !published(address) {
			continue
		}
		switch before, known := r.claims[address]; {
		case !known || before.owner == o || yields(before.owner, o) || r.givenUp(address, before.owner):
			r.claims[address] = claim{o, lang}
		default:
			r.contested[address] = claim{o, lang}
		}
	}
}

// published reports whether an address can have been published: one that is
// not made of slugs was a fault at all times.
func published(address string) bool {
	for segment := range strings.SplitSeq(strings.TrimSuffix(address, "/"), "/") {
		if !content.IsSlug(segment) {
			return false
		}
	}
	return true
}

// givenUp reports whether a redirects.yaml said what becomes of an address, or
// of the record whose it was.
func (r *replay) givenUp(address string, before owner) bool {
	return r.spoken[address] || before.record() != "" && r.spoken["p/"+before.record()+"/"]
}

// placeFolders finds out what is in folders: first what is gone from them, so
// that a record which only moved is not taken for another.
func (r *replay) placeFolders(folders []string, stamp gitfs.Stamp) {
	type found struct {
		owner owner
		at    map[string]string
	}
	now := make([]found, len(folders))
	for i, name := range folders {
		f := r.folders[name]
		before := f.owner
		o, at := r.inFolder(f)
		if before != "" && before != o {
			delete(r.at, before)
			r.left[before] = day(stamp.When)
			if strings.HasPrefix(string(before), "folder:") && o.record() != "" {
				r.rename(before, o)
			}
		}
		f.owner = o
		now[i] = found{o, at}
	}
	for i, name := range folders {
		if now[i].owner == "" {
			continue
		}
		r.place(now[i].owner, now[i].at)
		r.note(now[i].owner.record(), path.Base(name), now[i].at)
		if id, f := now[i].owner.record(), r.folders[name]; id != "" && !slices.Contains(f.ids, id) {
			f.ids = append(f.ids, id)
			r.bear(id, f, stamp)
		}
	}
}

// note keeps the words of a record.
func (r *replay) note(id, folder string, at map[string]string) {
	if id == "" {
		return
	}
	known := r.records[id]
	if known == nil {
		known = &pastRecord{}
		r.records[id] = known
	}
	for _, word := range append([]string{folder}, slices.Sorted(maps.Values(at))...) {
		if word = path.Base(word); !slices.Contains(known.words, word) {
			known.words = append(known.words, word)
		}
	}
}

// rename gives the addresses of a folder that could not be read to the record
// that it turned out to have.
func (r *replay) rename(before, o owner) {
	delete(r.left, before)
	for address, c := range r.claims {
		if c.owner == before {
			r.claims[address] = claim{o, c.lang}
		}
	}
}

// inFolder returns the record in a folder and its addresses; no owner where
// there is none, and no addresses where it was withdrawn.
func (r *replay) inFolder(f *pastFolder) (owner, map[string]string) {
	source := r.sourceOf(f)
	blob, ok := f.files[source]
	if !ok {
		return "", nil
	}
	original := r.known[blob]
	o := owner(recordOwner + original.ID)
	if original.ID == "" {
		o = f.owner // still the same, though it cannot be read
		if o == "" {
			o = owner("folder:" + f.name)
		}
	}
	at := map[string]string{}
	if original.Withdrawn {
		return o, at
	}
	for _, lang := range r.site.Languages {
		v := original
		if blob, ok := f.files[lang.Tag]; ok {
			v = r.known[blob]
		} else if lang.Partial {
			continue
		}
		slug, word := v.Slug, ""
		if slug == "" {
			slug = path.Base(f.name)
		}
		if f.kind != content.PageKind {
			word = r.site.Word(f.kind.Folder, lang.Tag) + "/"
		}
		at[lang.Tag] = lang.Segment() + "/" + word + slug + "/"
	}
	return o, at
}

// sourceOf returns the language that a record was written in: the site's
// default where there is such a file, else the one that a file names as its
// own.
func (r *replay) sourceOf(f *pastFolder) string {
	if _, ok := f.files[r.site.Default]; ok {
		return r.site.Default
	}
	for _, tag := range slices.Sorted(maps.Keys(f.files)) {
		if r.known[f.files[tag]].Source == tag {
			return tag
		}
	}
	return r.site.Default
}

// bear notes when a record came into being: with the first commit of any
// branch that had its file, unless another record was there before.
func (r *replay) bear(id string, f *pastFolder, stamp gitfs.Stamp) {
	born := stamp.When
	if span, ok := r.history.Of(f.name + "/index." + r.sourceOf(f) + ".md"); ok && len(f.ids) == 1 && span.First.When.Before(born) {
		born = span.First.When
	}
	if known := r.records[id]; known.born.IsZero() || born.Before(known.born) {
		known.born = born
	}
}

// keep adds a version to those of its record.
func (r *replay) keep(v version) {
	f := r.folders[path.Dir(v.path)]
	id := f.owner.record()
	if id == "" {
		return
	}
	key := id + " " + v.lang
	if before, ok := r.latest[key]; ok {
		v.before, v.wasPath = before.blob, before.path
	}
	v.original = v.lang == r.sourceOf(f)
	r.latest[key] = v
	r.records[id].versions = append(r.records[id].versions, v)
}

// judge lets pages that changed places with one another have the addresses
// that they took. Others keep what they were given first.
func (r *replay) judge() {
	accepted := map[string]claim{}
	for address, holder := range r.contested {
		at := func(o owner) string { return r.at[o][holder.lang] }
		switch {
		case at(holder.owner) != address:
			delete(r.contested, address)
		case circular(address, holder.owner, r.claims, at):
			accepted[address] = holder
		}
	}
	for address, holder := range accepted {
		r.claims[address] = holder
		delete(r.contested, address)
	}
}
