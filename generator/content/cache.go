package content

import (
	"crypto/sha256"
	"io/fs"
	"path"
	"slices"
	"sync"

	"acervo/generator/diag"
)

// A Cache keeps vocabularies and records between two readings of a source: a
// record is read again when one of its files, the settings or a vocabulary
// changed. The zero Cache is empty; a nil one keeps nothing. It is safe for
// concurrent use.
type Cache struct {
	mutex   sync.RWMutex
	codes   cachedVocabularies
	records map[string]cachedRecord // by folder
	sums    map[string]fileSum      // by file
}

// A fileSum is the hash of the bytes at one place in memory. A tree that hands
// out the same bytes again, which nobody may change, need not be hashed again.
type fileSum struct {
	data []byte
	sum  [32]byte
}

// sum returns the hash of a file's bytes.
func (c *Cache) sum(file string, data []byte) [32]byte {
	c.mutex.RLock()
	known := c.sums[file]
	c.mutex.RUnlock()
	if len(data) > 0 && len(known.data) == len(data) && &known.data[0] == &data[0] {
		return known.sum
	}
	known = fileSum{data, sha256.Sum256(data)}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.sums == nil {
		c.sums = map[string]fileSum{}
	}
	c.sums[file] = known
	return known.sum
}

type cachedVocabularies struct {
	key    [32]byte
	codes  map[string]*Vocabulary
	faults diag.List
}

// vocabularies gives a reader the vocabularies, with their faults, from the
// cache or from the files.
func (c *Cache) vocabularies(r *reader, context [32]byte) {
	if c == nil {
		r.readVocabularies()
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.codes.codes == nil || c.codes.key != context {
		before := len(r.faults)
		r.readVocabularies()
		c.codes = cachedVocabularies{context, r.library.Vocabularies, slices.Clone(r.faults[before:])}
		return
	}
	r.library.Vocabularies = c.codes.codes
	r.faults = append(r.faults, c.codes.faults...)
}

type cachedRecord struct {
	key      [32]byte
	entry    *Entry
	faults   diag.List
	mentions []mentionsOf
}

// context returns the hash of what every record is read with.
func (c *Cache) context(files fs.FS) [32]byte {
	if c == nil {
		return [32]byte{}
	}
	return c.sumOf([32]byte{}, files, siteFile, "content/vocabularies")
}

// sumOf returns the hash of files and of the files in folders.
func (c *Cache) sumOf(seed [32]byte, files fs.FS, names ...string) [32]byte {
	sum := sha256.New()
	sum.Write(seed[:])
	for _, name := range names {
		items, err := fs.ReadDir(files, name)
		if err != nil {
			data, _ := fs.ReadFile(files, name)
			sum.Write([]byte(name))
			sum.Write(data)
			continue
		}
		for _, item := range items {
			file := path.Join(name, item.Name())
			sum.Write([]byte(file + "\x00" + item.Type().String() + "\x00"))
			if item.Type().IsRegular() && !hidden(item.Name()) {
				data, _ := fs.ReadFile(files, file)
				inner := c.sum(file, data)
				sum.Write(inner[:])
			}
		}
	}
	return [32]byte(sum.Sum(nil))
}

// read returns the entry of a reader's folder, with its faults and mentions,
// from the cache or from the files.
func (c *Cache) read(r *entryReader, context [32]byte) *Entry {
	if c == nil {
		return r.entry()
	}
	key := c.sumOf(context, r.files, r.folder)
	c.mutex.RLock()
	known, ok := c.records[r.folder]
	c.mutex.RUnlock()
	if ok && known.key == key {
		r.faults, r.mentions = known.faults, known.mentions
		return known.entry
	}
	entry := r.entry()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.records == nil {
		c.records = map[string]cachedRecord{}
	}
	c.records[r.folder] = cachedRecord{key, entry, r.faults, r.mentions}
	return entry
}
