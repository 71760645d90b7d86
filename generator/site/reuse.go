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

	"acervo/generator/content"
	"acervo/generator/memo"
	"acervo/generator/output"
	"acervo/generator/search"
)

// The pages of a record follow from its files and the ground, the files of an
// index from its documents, those of a part of a copy from the files in it. All
// take long to make. So the cache of the source has the hash of each such input
// with the names and hashes of what was made of it, and the next build takes
// these files over from the folder that it is about to replace, where they
// still are what they were.
const outputsFile = "outputs"

// A lastBuild is what a build takes over from the one before, and leaves to the
// next. Without a cache there is none: a nil one takes over and keeps nothing.
type lastBuild struct {
	cache  string // its folder
	form   string
	dir    *output.Dir
	ground string // of this build; "" where pages are not taken over

	mutex       sync.Mutex
	before, now map[string]product     // by the hash of an input
	old, fresh  answers                // those of the last build, and of this one
	sources     map[string]output.File // by the hash of what a file of an index was made from
}

// A product is the files that were made of an input, if the answers of other
// texts are still the same. Of those of an index it has the sources.
type product struct {
	files   []output.File
	answers []int // their places among those of the build
	sources []string
}

// Answers are those that texts were given, each once: thousands of texts lead to
// the same heading.
type answers struct {
	list   []answer
	places map[answer]int
}

func (a *answers) add(list []answer) []int {
	places := make([]int, len(list))
	for i, one := range list {
		at, known := a.places[one]
		if !known {
			if at = len(a.list); a.places == nil {
				a.places = map[answer]int{}
			}
			a.places[one], a.list = at, append(a.list, one)
		}
		places[i] = at
	}
	return places
}

// of returns the answers at some places.
func (a *answers) of(places []int) []answer {
	list := make([]answer, len(places))
	for i, at := range places {
		list[i] = a.list[at]
	}
	return list
}

// readLast reads what the last build left; nil without a cache.
func (p *plan) readLast(dir *output.Dir) (*lastBuild, error) {
	r := readLast(p.src.Cache, dir)
	if r == nil {
		return nil, nil
	}
	var err error
	if r.ground, err = p.ground(); r.ground != "" {
		p.texts.asked = map[*content.Page]map[question]bool{}
	}
	return r, err
}

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
	r := &lastBuild{cache: cache, form: form, dir: dir, before: map[string]product{}, now: map[string]product{}, sources: map[string]output.File{}}
	data, ok := memo.Read(r.cache, outputsFile, r.form)
	if !ok {
		return r
	}
	in := memo.NewReader(data)
	before, told := map[string]product{}, make([]answer, in.Count(4))
	for i := range told {
		told[i] = answer{path: in.Text(), blob: in.Text(), id: in.Text(), has: in.Below(2) == 1}
	}
	for range in.Count(4) {
		input := in.Text()
		made := product{files: make([]output.File, in.Count(sha256.Size)), answers: make([]int, in.Count(1)), sources: make([]string, in.Count(1))}
		for i := range made.files {
			made.files[i] = output.File{Name: in.Text(), Size: int64(in.Number()), SHA256: hex.EncodeToString([]byte(in.Bytes(sha256.Size)))}
		}
		for i := range made.answers {
			made.answers[i] = in.Below(len(told))
		}
		for i := range made.sources {
			made.sources[i] = in.Text()
		}
		before[input] = made
	}
	if !in.Whole() {
		return r
	}
	r.before, r.old.list = before, told
	for _, made := range before {
		for i, source := range made.sources {
			if source != "" && i < len(made.files) {
				r.sources[source] = made.files[i]
			}
		}
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

// indexInput is the hash of what an index is made from. Texts are read where no
// source stands for them.
func indexInput(docs []search.Document, options search.Options) (string, error) {
	sum := sha256.New()
	encoder := json.NewEncoder(sum)
	err := encoder.Encode(options)
	for i := 0; i < len(docs) && err == nil; i++ {
		if docs[i].Source == "" {
			read(docs[i : i+1])
		}
		err = encoder.Encode(&docs[i])
	}
	return string(sum.Sum(nil)), err
}

// reuse takes over what was made of an input, and reports whether it is there
// now.
func (r *lastBuild) reuse(input string) (product, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if made, ok := r.now[input]; ok {
		return made, true
	}
	made := r.before[input]
	if len(made.files) == 0 || !r.dir.Reuse(made.files...) {
		return product{}, false
	}
	r.now[input] = made
	return made, true
}

// keep notes the files that were made of an input. Another of the same input
// may still be writing them, and notes them then.
func (r *lastBuild) keep(input string, names ...string) {
	if files, written := r.written(names); written {
		r.note(input, product{files: files})
	}
}

func (r *lastBuild) written(names []string) ([]output.File, bool) {
	files := make([]output.File, len(names))
	for i, name := range names {
		var written bool
		if files[i], written = r.dir.File(name); !written {
			return nil, false
		}
	}
	return files, true
}

// keepIndex notes the files of an index, which was made of an input and follows
// from another.
func (r *lastBuild) keepIndex(files []search.File, inputs ...string) {
	names, sources := make([]string, len(files)), make([]string, len(files))
	for i, f := range files {
		names[i], sources[i] = searchFolder+f.Name, f.Source
	}
	if made, written := r.written(names); written {
		for _, input := range inputs {
			r.note(input, product{files: made, sources: sources})
		}
	}
}

// words returns those that the last build has left of an index's documents.
func (r *lastBuild) words(dir string) *search.Words {
	data, _ := memo.Read(r.cache, "words-"+dir, r.form)
	return &search.Words{Last: data}
}

// leaveWords leaves those of an index's documents to the next build. The file
// of an index that is taken over stays.
func (r *lastBuild) leaveWords(dir string, words *search.Words) {
	memo.Write(r.cache, "words-"+dir, r.form, words.Next)
}

// file returns a file of an index that the last build made from the source of
// that hash; nil where it made none.
func (r *lastBuild) file(source string) []byte {
	made, known := r.sources[source]
	if !known {
		return nil
	}
	data, _ := r.dir.Published(made)
	return data
}

func (r *lastBuild) note(input string, made product) {
	if input == "" {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.now[input] = made
}

// takeOver takes over the outputs of a unit, and reports whether they are there
// now. No two units have the same input: it has the names of what they make.
func (r *lastBuild) takeOver(p *plan, u *unit) bool {
	if u.input = r.unitInput(u); u.input == "" {
		return false
	}
	made, known := r.before[u.input]
	if !known || !slices.EqualFunc(made.files, u.outputs, func(f output.File, o out) bool { return f.Name == o.name }) {
		return false
	}
	told := r.old.of(made.answers)
	if slices.ContainsFunc(told, func(a answer) bool { return !p.holds(a) }) || !r.dir.Reuse(made.files...) {
		return false
	}
	r.noteUnit(u, made.files, told)
	return true
}

// keepUnit notes the outputs of a unit that were written.
func (r *lastBuild) keepUnit(u *unit) {
	if u.input == "" {
		return
	}
	names := make([]string, len(u.outputs))
	for i, o := range u.outputs {
		names[i] = o.name
	}
	if files, written := r.written(names); written {
		var told []answer
		if u.answers != nil {
			told = u.answers()
		}
		r.noteUnit(u, files, told)
	}
}

func (r *lastBuild) noteUnit(u *unit, files []output.File, told []answer) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.now[u.input] = product{files: files, answers: r.fresh.add(told)}
}

// leave writes what the next build can take over.
func (r *lastBuild) leave() {
	var w memo.Writer
	w.Count(len(r.fresh.list))
	for _, a := range r.fresh.list {
		w.Text(a.path)
		w.Text(a.blob)
		w.Text(a.id)
		w.Number(map[bool]uint64{true: 1}[a.has])
	}
	w.Count(len(r.now))
	for _, input := range slices.Sorted(maps.Keys(r.now)) {
		made := r.now[input]
		w.Text(input)
		w.Count(len(made.files))
		w.Count(len(made.answers))
		w.Count(len(made.sources))
		for _, f := range made.files {
			w.Text(f.Name)
			w.Number(uint64(f.Size))
			sum, _ := hex.DecodeString(f.SHA256)
			w.Bytes(sum)
		}
		for _, at := range made.answers {
			w.Count(at)
		}
		for _, source := range made.sources {
			w.Text(source)
		}
	}
	memo.Write(r.cache, outputsFile, r.form, w.Data)
}
