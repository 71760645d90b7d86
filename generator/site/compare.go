package site

import (
	"cmp"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode"

	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
)

// An Address is one that a branch published at some time, readable or
// permanent.
type Address struct {
	Path    string // below the site's base: "es/practicas/radio/"
	ID      string // of the record whose it is; empty for the site's own pages
	Present bool   // at the last commit, and no redirection

	claim    claim
	redirect *content.Redirect // that redirects.yaml had for it
}

// Addresses lists every address that the branch of a source published, sorted.
// It reads leniently, so that the last commit may have faults.
func Addresses(src Source) ([]Address, error) {
	if src.Repo == nil || src.History == nil {
		return nil, nil
	}
	lib, _ := content.Read(src.Files, nil)
	r, err := src.replayed()
	if err != nil {
		return nil, err
	}
	known := map[string]Address{}
	for path, c := range r.claims {
		known[path] = Address{Path: path, ID: c.owner.record(), Present: r.at[c.owner][c.lang] == path, claim: c}
	}
	for id := range r.records {
		o := owner(recordOwner + id)
		known["p/"+id+"/"] = Address{Path: "p/" + id + "/", ID: id, Present: len(r.at[o]) > 0, claim: claim{owner: o}}
	}
	for i := range lib.Redirects {
		entry := &lib.Redirects[i]
		a := known[entry.From[1:]]
		a.Path, a.redirect, a.Present = entry.From[1:], entry, false
		known[a.Path] = a
	}
	all := slices.Collect(maps.Values(known))
	slices.SortFunc(all, func(a, b Address) int { return cmp.Compare(a.Path, b.Path) })
	return all, nil
}

// The ways in which an address can fare.
const (
	AddressNew        = "new"
	AddressRedirected = "redirected"
	AddressGone       = "gone"      // a tombstone says so
	AddressForgotten  = "forgotten" // nothing says that it ever was
	AddressTaken      = "taken"     // another page is there
	AddressLost       = "lost"      // the site does not know it any more
)

// An AddressChange is what becomes of an address.
type AddressChange struct {
	Kind string `json:"kind"`
	Path string `json:"path"`         // from the site's base, with a slash in front
	To   string `json:"to,omitempty"` // where it leads
	ID   string `json:"id,omitempty"` // of the record whose it is, or was
}

// AddressesSince tells what the plan does to the addresses of a former state
// of the branch, sorted, and the entries of redirects.yaml that it lacks for
// those that it does not know: they were published on commits that its own
// history has not got. Of what is forgotten only permanent addresses are told.
func (p *Plan) AddressesSince(before []Address) ([]AddressChange, []content.Redirect) {
	var changes []AddressChange
	var missing []content.Redirect
	old := map[string]oldAddress{}
	for _, o := range p.old {
		old[o.path] = o
	}
	known := map[string]bool{}
	for _, a := range before {
		known[a.Path] = true
		if c := p.fate(a, old); c.Kind != "" {
			changes = append(changes, c)
			if c.Kind == AddressLost {
				missing = append(missing, p.entryFor(a))
			}
		}
	}
	for path, holder := range p.holders {
		if !known[path] {
			changes = append(changes, AddressChange{Kind: AddressNew, Path: "/" + path, ID: holder.owner.record()})
		}
	}
	slices.SortFunc(changes, func(a, b AddressChange) int { return cmp.Compare(a.Path, b.Path) })
	return changes, missing
}

// fate tells what became of an address. It is empty for one that is as it was.
func (p *plan) fate(a Address, old map[string]oldAddress) AddressChange {
	c := AddressChange{Path: "/" + a.Path, ID: a.ID}
	holder, held := p.holders[a.Path]
	_, owned := p.owners[a.Path]
	switch o, isOld := old[a.Path]; {
	case p.isForgotten(a.Path, a.claim.owner):
		if a.Present && strings.HasPrefix(a.Path, "p/") {
			c.Kind = AddressForgotten
		}
	case held && a.claim.owner != "" && holder.owner != a.claim.owner:
		c.Kind, c.ID = AddressTaken, holder.owner.record()
	case held:
	case !owned && a.redirect != nil && a.redirect.Forget:
	case !owned:
		c.Kind = AddressLost
	case !a.Present:
	case isOld && o.to != "":
		c.Kind, c.To = AddressRedirected, "/"+o.to
	default:
		c.Kind = AddressGone
	}
	return c
}

// entryFor is the entry of redirects.yaml for an address that history does not
// know.
func (p *plan) entryFor(a Address) content.Redirect {
	entry := content.Redirect{From: "/" + a.Path}
	if a.redirect != nil && (a.redirect.Gone || p.leads(a.redirect.To)) {
		return content.Redirect{From: entry.From, To: a.redirect.To, Gone: a.redirect.Gone}
	}
	t, leads := target{}, false
	if a.claim.owner != "" {
		t, leads = p.heir(a.claim)
	}
	switch {
	case !leads:
		entry.Gone = true
	case a.ID != "" && p.pages[a.claim.owner] != nil:
		entry.To = "/p/" + a.ID + "/" // a readable address leads to the one in its language
	default:
		entry.To = "/" + t.path
	}
	return entry
}

// leads reports whether there is a page at an address.
func (p *plan) leads(address string) bool {
	_, held := p.holders[strings.TrimPrefix(address, "/")]
	return held
}

// ReadRewritten is [Read] for a source whose history was rewritten: entries of
// its redirects.yaml that lead to an address which only the former history knew
// are taken as gone, so that [Plan.AddressesSince] can find the entries by which
// they lead somewhere again.
func ReadRewritten(src Source, options Options) (*Plan, diag.List) {
	plan, faults := Read(src, options, nil)
	if plan != nil {
		return plan, nil
	}
	lib, _ := content.Read(src.Files, nil)
	var gone []content.Redirect
	for _, f := range faults {
		i := slices.IndexFunc(lib.Redirects, func(r content.Redirect) bool { return r.Line == f.Line })
		if f.Code != "redirect-nowhere" || i < 0 {
			return nil, faults
		}
		gone = append(gone, content.Redirect{From: lib.Redirects[i].From, Gone: true})
	}
	file, err := fs.ReadFile(src.Files, redirectsFile)
	if err != nil {
		return nil, faults
	}
	amended, ok := content.AmendRedirects(file, gone)
	if !ok {
		return nil, faults
	}
	src.Files = overlaid{src.Files, redirectsFile, amended}
	if plan, _ = Read(src, options, nil); plan == nil {
		return nil, faults
	}
	return plan, nil
}

const redirectsFile = "content/redirects.yaml"

// overlaid is a file tree in which one file has other bytes for whoever reads
// it whole.
type overlaid struct {
	fs.FS
	name string
	data []byte
}

func (o overlaid) ReadFile(name string) ([]byte, error) {
	if name == o.name {
		return o.data, nil
	}
	return fs.ReadFile(o.FS, name)
}

func (o overlaid) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(o.FS, name) }

// ByUrgency returns the records that are not withdrawn in the order in which
// readers of a language need them, as the page of translations has them.
func ByUrgency(lib *content.Library, lang string) []*content.Entry {
	type ranked struct {
		e   *content.Entry
		key []byte
	}
	order := (*Cache)(nil).order(lang)
	var all []ranked
	for _, e := range lib.Entries {
		if e.Withdrawn != nil || e.Original() == nil {
			continue
		}
		page := e.Page(lang)
		if page == nil {
			page = e.Original()
		}
		all = append(all, ranked{e, order(strings.TrimLeftFunc(page.Title, unicode.IsPunct))})
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(Urgency(lib.Site.Help, a.e, b.e), cmp.Compare(string(a.key), string(b.key)), cmp.Compare(a.e.ID, b.e.ID))
	})
	entries := make([]*content.Entry, len(all))
	for i := range all {
		entries[i] = all[i].e
	}
	return entries
}

// ChangedAfter reports whether history, which may be nil, saw a page change
// after another: a translation that is not signed for the text of now, but was
// worked on since.
func ChangedAfter(history *gitfs.History, page, other *content.Page) bool {
	return (&plan{src: Source{History: history}}).changedAfter(page, other)
}
