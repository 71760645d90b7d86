package site

import (
	"context"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"acervo/generator/content"
	"acervo/generator/gitfs"
)

// recordFile takes the path of a record's file apart.
func recordFile(file string) (kind *content.Kind, folder, lang string, ok bool) {
	parts := strings.Split(file, "/")
	if len(parts) != 4 {
		return nil, "", "", false
	}
	lang, ok = strings.CutPrefix(parts[3], "index.")
	if ok {
		lang, ok = strings.CutSuffix(lang, ".md")
	}
	i := slices.IndexFunc(content.Kinds, func(k *content.Kind) bool { return k.Folder == parts[1] })
	if !ok || i < 0 {
		return nil, "", "", false
	}
	return content.Kinds[i], path.Dir(file), lang, true
}

// setting reports whether addresses depend on a file that is no record's.
func setting(file string) bool {
	name, vocabulary := strings.CutPrefix(file, "content/vocabularies/")
	return file == "content/site.yaml" || file == "content/redirects.yaml" ||
		vocabulary && slices.Contains(content.Taxonomies, strings.TrimSuffix(name, ".yaml"))
}

// batch is the number of old files that are in memory at once.
const batch = 2000

// read reads what addresses depend on in all files of the chain. The records
// of the commit itself have been read already.
func (r *replay) read(p *plan, chain []gitfs.Published) error {
	r.known, r.files = map[string]content.Version{}, map[string][]byte{}
	if _, committed := p.src.Files.(*gitfs.Tree); committed {
		r.readOwn(p.lib, chain)
	}
	wanted, settings := map[string]bool{}, map[string]bool{}
	for _, c := range chain {
		for _, change := range c.Changes {
			_, _, _, record := recordFile(change.Path)
			_, read := r.known[change.Blob]
			switch {
			case change.Blob == "":
			case record && !read:
				wanted[change.Blob] = true
			case setting(change.Path):
				settings[change.Blob] = true
			}
		}
	}
	files, err := p.src.Repo.Blobs(context.Background(), slices.Sorted(maps.Keys(settings)))
	if err != nil {
		return err
	}
	r.files = files
	return r.readOld(p.src.Repo, p.src.Cache, wanted)
}

// readOld reads the old files that are not remembered.
func (r *replay) readOld(repo *gitfs.Repo, cache string, wanted map[string]bool) error {
	remembered := rememberVersions(cache)
	old := make(map[string]content.Version, len(wanted))
	var unread []string
	for blob := range wanted {
		if v, ok := remembered[blob]; ok {
			old[blob] = v
		} else {
			unread = append(unread, blob)
		}
	}
	slices.Sort(unread)
	for hashes := range slices.Chunk(unread, batch) {
		if err := readVersions(repo, hashes, old); err != nil {
			return err
		}
	}
	if len(unread) > 0 {
		keepVersions(cache, old)
	}
	maps.Copy(r.known, old)
	return nil
}

// readOwn takes what is known of the files as they are now. A file that was in
// two places is left out: the name of its folder may have been its slug.
func (r *replay) readOwn(lib *content.Library, chain []gitfs.Published) {
	last, places := map[string]string{}, map[string]string{}
	for _, c := range chain {
		for _, change := range c.Changes {
			last[change.Path] = change.Blob
			if other, ok := places[change.Blob]; ok && other != change.Path {
				places[change.Blob] = ""
			} else {
				places[change.Blob] = change.Path
			}
		}
	}
	for file, blob := range last {
		page := lib.PageAt(file)
		if page == nil || page.Entry.ID == "" || places[blob] == "" {
			continue
		}
		v := content.Version{Slug: page.Slug, Source: page.Entry.Source}
		if page.Translation == nil {
			v.ID = page.Entry.ID
		}
		r.known[blob] = v
	}
}

// readVersions reads a batch of records' files, shared among workers.
func readVersions(repo *gitfs.Repo, hashes []string, into map[string]content.Version) error {
	blobs, err := repo.Blobs(context.Background(), hashes)
	if err != nil {
		return err
	}
	versions := make([]content.Version, len(hashes))
	var workers sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for w := range n {
		workers.Go(func() {
			for i := w; i < len(hashes); i += n {
				versions[i] = content.ReadVersion(blobs[hashes[i]])
			}
		})
	}
	workers.Wait()
	for i, hash := range hashes {
		into[hash] = versions[i]
	}
	return nil
}
