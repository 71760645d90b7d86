package site

import (
	"cmp"
	"context"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"acervo/generator/content"
)

// downloadsFolder is the page of downloads below a language's segment.
const downloadsFolder = "downloads/"

// arrangeDownloads gives the pages of downloads their addresses. Their word is
// reserved: who took it has been told so.
func (p *plan) arrangeDownloads() {
	p.downloads = p.everywhere(func(int) string { return downloadsFolder })
	for _, path := range p.downloads.paths {
		if _, taken := p.owners[path]; !taken {
			p.claim(path, "downloads", "content/site.yaml", 0, 0)
		}
	}
	p.offered = p.harmless()
}

// harmless returns the downloads that can hold no record which has since been
// taken off the site: those of a commit in which every published record is one
// that the site has today. A commit that the repository has not got tells
// nothing, so its files are left out. Without a repository the days of the
// withdrawals decide; what is to be forgotten has none.
func (p *plan) harmless() []content.Download {
	live := map[string]bool{}
	for _, e := range p.lib.Entries {
		live[e.ID] = e.Withdrawn == nil && !p.forgotten("/p/"+e.ID+"/")
	}
	answers := map[string]bool{} // by commit
	var list []content.Download
	for _, d := range p.lib.Downloads {
		ok, known := answers[d.Commit]
		if !known {
			ids, found := p.texts.cache.idsAt(d.Commit, p.idsAt)
			ok = found && !slices.ContainsFunc(ids, func(id string) bool { return !live[id] })
			answers[d.Commit] = ok
		}
		if p.src.Repo == nil {
			ok = p.before(d)
		}
		if ok {
			list = append(list, d)
		}
	}
	return list
}

// idsAt returns what is known of a commit, or reads it.
func (c *Cache) idsAt(commit string, read func(commit string) ([]string, bool)) ([]string, bool) {
	if c == nil {
		return read(commit)
	}
	c.mutex.Lock()
	ids, found := c.ids[commit]
	c.mutex.Unlock()
	if found {
		return ids, true
	}
	if ids, found = read(commit); found {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		if c.ids == nil {
			c.ids = map[string][]string{}
		}
		c.ids[commit] = ids
	}
	return ids, found
}

// idsAt returns the ids of the records that a commit published.
func (p *plan) idsAt(hash string) (ids []string, found bool) {
	if p.src.Repo == nil {
		return nil, false
	}
	commit, err := p.src.Repo.Commit(hash)
	if err != nil {
		return nil, false
	}
	tree, err := p.src.Repo.Tree(commit)
	if err != nil {
		return nil, false
	}
	record := func(file string) bool {
		_, _, _, ok := recordFile(file)
		return ok
	}
	if tree.Load(context.Background(), record) != nil {
		return nil, false
	}
	ids, err = IDs(tree)
	return ids, err == nil && len(ids) > 0
}

// IDs returns the ids of the records of a source that are not withdrawn,
// sorted, whatever else is wrong with them.
func IDs(files fs.FS) ([]string, error) {
	names, err := fs.Glob(files, "content/*/*/index.*.md")
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, name := range names {
		if _, _, _, ok := recordFile(name); !ok {
			continue
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if v := content.ReadVersion(data); v.ID != "" && !v.Withdrawn {
			ids = append(ids, v.ID)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// before reports whether a download is older than no withdrawal.
func (p *plan) before(d content.Download) bool {
	for _, e := range p.lib.Entries {
		if e.Withdrawn != nil && !e.Withdrawn.On.Before(d.Date) {
			return false
		}
	}
	return !slices.ContainsFunc(p.lib.Redirects, func(r content.Redirect) bool { return r.Forget && strings.HasPrefix(r.From, "/p/") })
}

// downloadsView fills the layout "downloads": the files of the page's own
// language, those of all languages, then those of others.
func (p *plan) downloadsView(lang int) DownloadsView {
	heading := p.words[lang].T("downloads.title")
	v := DownloadsView{
		Frame: p.framed(p.downloads, lang, "downloads", heading, p.words[lang].T("downloads.lead")), Heading: heading,
		Repository: onGitHub(p.lib.Site.Repository),
	}
	add := func(tag, name, dir string) {
		group := DownloadGroup{Tag: tag, Name: name, Dir: dir}
		for _, kind := range content.DownloadKinds {
			for _, d := range p.offered {
				if d.Kind == kind && d.Lang == tag {
					group.Files = append(group.Files, DownloadItem{d.Kind, d.File, d.Address, d.SHA256, int64(d.Bytes), d.Date})
					v.Example = cmp.Or(v.Example, d.File)
				}
			}
		}
		if len(group.Files) > 0 {
			v.Groups = append(v.Groups, group)
		}
	}
	own := p.langs[lang]
	add(own.Tag, own.Name, own.Dir)
	add("", "", "")
	v.Here = len(v.Groups) > 0
	for i, l := range p.langs {
		if i != lang {
			add(l.Tag, l.Name, l.Dir)
		}
	}
	return v
}

// onGitHub returns the owner and name of a repository there, or "".
func onGitHub(address string) string {
	u, err := url.Parse(address)
	name := ""
	if err == nil {
		name = strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
	}
	if err != nil || u.Host != "github.com" || strings.Count(name, "/") != 1 {
		return ""
	}
	return name
}

// downloadsUnits are the units of the pages of downloads.
func (p *plan) downloadsUnits() []*unit {
	var units []*unit
	for lang := range p.langs {
		u := &unit{}
		u.page(p, p.downloads.paths[lang], lang, "downloads", func() any { return p.downloadsView(lang) })
		units = append(units, u)
	}
	return units
}
