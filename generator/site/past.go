package site

import (
	"cmp"
	"context"
	"io/fs"
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

// read reads what addresses depend on in all files of the chain.
func (r *replay) read(src *Source, chain []gitfs.Published) error {
	records, settings := map[string]bool{}, map[string]bool{}
	last := map[string]string{} // blobs by path
	for _, c := range chain {
		for _, change := range c.Changes {
			switch _, _, _, record := recordFile(change.Path); {
			case record:
				records[change.Blob], last[change.Path] = true, change.Blob
			case setting(change.Path):
				settings[change.Blob] = true
			}
		}
	}
	delete(records, "") // of what was removed
	delete(settings, "")
	var err error
	if r.files, err = src.Repo.Blobs(context.Background(), slices.Sorted(maps.Keys(settings))); err != nil {
		return err
	}
	r.known = make(map[string]content.Version, len(records))
	remembered, fresh := rememberVersions(src.Cache), false
	for blob := range records {
		if v, ok := remembered[blob]; ok {
			r.known[blob] = v
		} else {
			fresh = true
		}
	}
	if !fresh {
		return nil
	}
	if err := r.readOwn(src.Files, last); err != nil {
		return err
	}
	if err := r.readOld(src.Repo, records); err != nil {
		return err
	}
	keepVersions(src.Cache, r.known)
	return nil
}

// readOwn reads the files that the commit still has, where they are in memory.
func (r *replay) readOwn(files fs.FS, last map[string]string) error {
	tree, ok := files.(*gitfs.Tree)
	if !ok {
		return nil
	}
	var paths []string
	for file, blob := range last {
		if _, known := r.known[blob]; blob != "" && !known {
			paths = append(paths, file)
		}
	}
	versions, err := readVersions(len(paths), func(i int) ([]byte, error) { return tree.ReadFile(paths[i]) })
	for i, v := range versions {
		r.known[last[paths[i]]] = v
	}
	return err
}

// readOld reads the other files.
func (r *replay) readOld(repo *gitfs.Repo, records map[string]bool) error {
	var unread []string
	for blob := range records {
		if _, known := r.known[blob]; !known {
			unread = append(unread, blob)
		}
	}
	slices.Sort(unread)
	for hashes := range slices.Chunk(unread, batch) {
		blobs, err := repo.Blobs(context.Background(), hashes)
		if err != nil {
			return err
		}
		versions, _ := readVersions(len(hashes), func(i int) ([]byte, error) { return blobs[hashes[i]], nil })
		for i, v := range versions {
			r.known[hashes[i]] = v
		}
	}
	return nil
}

// readVersions reads n records' files, shared among workers.
func readVersions(n int, file func(i int) ([]byte, error)) ([]content.Version, error) {
	versions, errs := make([]content.Version, n), make([]error, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for w := range errs {
		workers.Go(func() {
			for i := w; i < n && errs[w] == nil; i += len(errs) {
				var data []byte
				if data, errs[w] = file(i); errs[w] == nil {
					versions[i] = content.ReadVersion(data)
				}
			}
		})
	}
	workers.Wait()
	return versions, cmp.Or(errs...)
}
