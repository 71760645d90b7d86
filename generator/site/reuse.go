package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"os"
	"slices"
	"sync"

	"acervo/generator/memo"
	"acervo/generator/output"
	"acervo/generator/search"
)

// The files of an index follow from its documents, those of a part of a copy
// from the files in it. Both take long to make. So the cache of the source has
// the hash of each such input with the names and hashes of what was made of it,
// and the next build takes these files over from the folder that it is about to
// replace, where they still are what they were.
const outputsFile = "outputs"

// A lastBuild is what a build takes over from the one before, and leaves to the
// next. Without a cache there is none.
type lastBuild struct {
	cache string // its folder
	form  string
	dir   *output.Dir

	mutex       sync.Mutex
	before, now map[string][]output.File // by the hash of an input
}

// readLast reads what the last build left; nil without a cache.
func readLast(cache string, dir *output.Dir) *lastBuild {
	if cache == "" {
		return nil
	}
	program, err := programSum()
	if err != nil {
		return nil
	}
	// The version is not enough: who changes the program builds with it before
	// raising that.
	form := "outputs " + Version + " " + program
	r := &lastBuild{cache: cache, form: form, dir: dir, before: map[string][]output.File{}, now: map[string][]output.File{}}
	data, ok := memo.Read(r.cache, outputsFile, r.form)
	if !ok {
		return r
	}
	in := memo.NewReader(data)
	before := map[string][]output.File{}
	for range in.Count(2) {
		input := in.Text()
		files := make([]output.File, in.Count(sha256.Size))
		for i := range files {
			files[i] = output.File{Name: in.Text(), Size: int64(in.Number()), SHA256: hex.EncodeToString([]byte(in.Bytes(sha256.Size)))}
		}
		before[input] = files
	}
	if in.Whole() {
		r.before = before
	}
	return r
}

// programSum is the hash of the running program.
var programSum = sync.OnceValues(func() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return hex.EncodeToString(sum.Sum(nil)), err
})

// indexInput is the hash of what an index is made from.
func indexInput(docs []search.Document, options search.Options) (string, error) {
	sum := sha256.New()
	encoder := json.NewEncoder(sum)
	err := encoder.Encode(options)
	for i := 0; i < len(docs) && err == nil; i++ {
		err = encoder.Encode(&docs[i])
	}
	return string(sum.Sum(nil)), err
}

// Reuse takes over the files that were made of an input, and returns them. It
// reports whether they are there now.
func (r *lastBuild) Reuse(input string) ([]output.File, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if files, made := r.now[input]; made {
		return files, true
	}
	files := r.before[input]
	if len(files) == 0 || !r.dir.Reuse(files...) {
		return nil, false
	}
	r.now[input] = files
	return files, true
}

// Keep notes the files that were made of an input. Another of the same input
// may still be writing them, and notes them then.
func (r *lastBuild) Keep(input string, names ...string) {
	files := make([]output.File, len(names))
	for i, name := range names {
		var written bool
		if files[i], written = r.dir.File(name); !written {
			return
		}
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.now[input] = files
}

// leave writes what the next build can take over.
func (r *lastBuild) leave() {
	var w memo.Writer
	w.Count(len(r.now))
	for _, input := range slices.Sorted(maps.Keys(r.now)) {
		w.Text(input)
		w.Count(len(r.now[input]))
		for _, f := range r.now[input] {
			w.Text(f.Name)
			w.Number(uint64(f.Size))
			sum, _ := hex.DecodeString(f.SHA256)
			w.Bytes(sum)
		}
	}
	memo.Write(r.cache, outputsFile, r.form, w.Data)
}
