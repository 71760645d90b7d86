package site

import (
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"acervo/generator/content"
	"acervo/generator/gitfs"
	"acervo/generator/memo"
)

// Two files in the folder of a source's cache spare the reading of old files
// and the replay of the branch. What old files say follows from their bytes, so
// that nothing of it grows old; what the branch tells, from its last commit.
// Another version of the program may read either in another way.
const (
	versionsFile = "versions"
	versionsForm = "versions " + Version
	memoryFile   = "memory"
	memoryForm   = "memory " + Version + " " // and the commit
)

// blobLen is the length of the name of an object, in bytes.
const blobLen = 20

// rememberVersions reads what old files say, by their blobs.
func rememberVersions(dir string) map[string]content.Version {
	data, ok := memo.Read(dir, versionsFile, versionsForm)
	if !ok {
		return nil
	}
	r := memo.NewReader(data)
	blobs := r.Hex(r.Count(blobLen), blobLen)
	known := make(map[string]content.Version, len(blobs))
	for _, blob := range blobs {
		known[blob] = content.Version{ID: r.Text(), Slug: r.Text(), Source: r.Text(), Withdrawn: r.Below(2) == 1}
	}
	if !r.Whole() {
		return nil
	}
	return known
}

func keepVersions(dir string, versions map[string]content.Version) {
	if dir == "" {
		return
	}
	var w memo.Writer
	blobs := slices.Sorted(maps.Keys(versions))
	writeBlobs(&w, blobs)
	for _, blob := range blobs {
		v := versions[blob]
		w.Text(v.ID)
		w.Text(v.Slug)
		w.Text(v.Source)
		w.Number(map[bool]uint64{true: 1}[v.Withdrawn])
	}
	memo.Write(dir, versionsFile, versionsForm, w.Data)
}

// writeBlobs writes how many names of objects there are, and the names.
func writeBlobs(w *memo.Writer, names []string) {
	w.Count(len(names))
	for _, name := range names {
		w.Data, _ = hex.AppendDecode(w.Data, []byte(name))
	}
}

// The file of a memory has numbers for texts, commits and blobs:
//
//	texts, commits with their times, blobs
//	claims, each: path, owner, language
//	what was left, each: owner, time
//	versions of all records, words of all records
//	records, each: id, born, words, versions
//
// Times are seconds.

// keepMemory writes what the branch tells that ends in a commit.
func keepMemory(dir, commit string, m *memory) {
	if dir == "" {
		return
	}
	texts, commits, blobs := table{}, table{}, table{"": 0}
	var body memo.Writer
	body.Count(len(m.claims))
	for _, path := range slices.Sorted(maps.Keys(m.claims)) {
		c := m.claims[path]
		body.Text(path)
		body.Count(texts.number(string(c.owner)))
		body.Count(texts.number(c.lang))
	}
	body.Count(len(m.left))
	for _, o := range slices.Sorted(maps.Keys(m.left)) {
		body.Count(texts.number(string(o)))
		body.Number(uint64(m.left[o].Unix()))
	}
	times, words, versions := map[string]time.Time{}, 0, 0
	ids := slices.Sorted(maps.Keys(m.records))
	for _, id := range ids {
		words += len(m.records[id].words)
		versions += len(m.records[id].versions)
	}
	body.Count(versions)
	body.Count(words)
	body.Count(len(ids))
	for _, id := range ids {
		r := m.records[id]
		body.Text(id)
		body.Number(uint64(r.born.Unix()))
		body.Count(len(r.words))
		for _, word := range r.words {
			body.Count(texts.number(word))
		}
		body.Count(len(r.versions))
		for _, v := range r.versions {
			times[v.stamp.Commit] = v.stamp.When
			body.Count(commits.number(v.stamp.Commit))
			body.Count(texts.number(v.lang))
			body.Count(texts.number(v.path))
			body.Count(texts.number(v.wasPath))
			body.Count(blobs.number(v.blob))
			body.Count(blobs.number(v.before))
			body.Number(map[bool]uint64{true: 1}[v.original])
		}
	}
	var all memo.Writer
	all.Count(len(texts))
	for _, text := range texts.list() {
		all.Text(text)
	}
	writeBlobs(&all, commits.list())
	for _, c := range commits.list() {
		all.Number(uint64(times[c].Unix()))
	}
	writeBlobs(&all, blobs.list()[1:])
	all.Bytes(body.Data)
	memo.Write(dir, memoryFile, memoryForm+commit, all.Data)
}

// A table numbers texts in the order in which they come.
type table map[string]int

func (t table) number(text string) int {
	n, ok := t[text]
	if !ok {
		n = len(t)
		t[text] = n
	}
	return n
}

func (t table) list() []string {
	list := make([]string, len(t))
	for text, n := range t {
		list[n] = text
	}
	return list
}

// rememberMemory returns what the branch tells that ends in a commit, or nil.
func rememberMemory(dir, commit string) *memory {
	data, ok := memo.Read(dir, memoryFile, memoryForm+commit)
	if !ok {
		return nil
	}
	d := memoryReader{Reader: memo.NewReader(data)}
	m := d.memory()
	if !d.Whole() {
		return nil
	}
	return m
}

// A memoryReader takes the file of a memory apart.
type memoryReader struct {
	memo.Reader
	texts, blobs []string
	stamps       []gitfs.Stamp
}

func (d *memoryReader) memory() *memory {
	d.texts = make([]string, d.Count(1))
	for i := range d.texts {
		d.texts[i] = d.Text()
	}
	commits := d.Hex(d.Count(blobLen), blobLen)
	d.stamps = make([]gitfs.Stamp, len(commits))
	for i, commit := range commits {
		d.stamps[i] = gitfs.Stamp{Commit: commit, When: d.time()}
	}
	d.blobs = append([]string{""}, d.Hex(d.Count(blobLen), blobLen)...)
	m := &memory{}
	n := d.Count(3)
	m.claims = make(map[string]claim, n)
	for range n {
		path := d.Text()
		m.claims[path] = claim{owner(d.text()), d.text()}
	}
	n = d.Count(2)
	m.left = make(map[owner]time.Time, n)
	for range n {
		o := owner(d.text())
		m.left[o] = d.time()
	}
	d.records(m)
	return m
}

func (d *memoryReader) records(m *memory) {
	versions, words := make([]version, 0, d.Count(7)), make([]string, 0, d.Count(1))
	records := make([]pastRecord, d.Count(4))
	m.records = make(map[string]*pastRecord, len(records))
	for i := range records {
		r := &records[i]
		m.records[d.Text()] = r
		r.born = d.time()
		from := len(words)
		for range d.Count(1) {
			words = append(words, d.text())
		}
		r.words = words[from:len(words):len(words)]
		from = len(versions)
		for range d.Count(7) {
			versions = append(versions, d.version())
		}
		r.versions = versions[from:len(versions):len(versions)]
	}
}

func (d *memoryReader) version() version {
	var v version
	if i := d.Below(len(d.stamps)); i < len(d.stamps) {
		v.stamp = d.stamps[i]
	}
	v.lang, v.path, v.wasPath = d.text(), d.text(), d.text()
	v.blob, v.before = d.blobs[d.Below(len(d.blobs))], d.blobs[d.Below(len(d.blobs))]
	v.original = d.Below(2) == 1
	return v
}

func (d *memoryReader) text() string {
	if i := d.Below(len(d.texts)); i < len(d.texts) {
		return d.texts[i]
	}
	return ""
}

func (d *memoryReader) time() time.Time { return time.Unix(int64(d.Number()), 0).UTC() }
