package site

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"acervo/generator/content"
	"acervo/generator/epub"
	"acervo/generator/offline"
	"acervo/generator/output"
)

// A published site is remembered by the addresses of its pages and of their
// parts.
type remembered struct {
	addresses map[string]bool
	words     map[string][]string // folders, slugs, titles and parts by id
	parts     map[string][]string // parts by id
	forgotten []string            // ids
}

// TestEveryAddressAnswers lets sites have random histories. At the end every
// address that was ever published is one, each part of a page too, and what was
// to be forgotten is nowhere in what readers can get: not in a file of the site
// and its search, a packed copy, a copy in a folder or a book.
func TestEveryAddressAnswers(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(20261124, seed))
			b := newBranch(t, "es\nen")
			past := remembered{map[string]bool{}, map[string][]string{}, map[string][]string{}, nil}
			w := &wanderer{branch: b, random: random, past: &past, live: map[string]string{}, parts: map[string][]part{}, cache: t.TempDir()}
			for range 36 {
				w.step()
			}
			m := b.site()
			checkSite(t, m)
			for address := range past.addresses {
				if m.files[address] == nil && !w.isForgotten(address) {
					t.Errorf("%s was published and does not answer", address)
				}
			}
			parts := w.checkParts(m)
			all := everything(t, opened(t, b.dir))
			for _, id := range past.forgotten {
				for _, word := range append(past.words[id], id) {
					if w.inUse(word) {
						continue // another record has taken it since
					}
					for name, text := range all {
						if strings.Contains(name, word) || strings.Contains(text, word) {
							t.Errorf("%q of the forgotten record %s is in %s", word, id, name)
						}
					}
				}
			}
			w.checkKinds(all)
			if parts < 3 {
				t.Errorf("%d parts of pages", parts)
			}
			if len(past.addresses) < 30 || len(past.forgotten) == 0 {
				t.Errorf("%d addresses, forgotten %q", len(past.addresses), past.forgotten)
			}
		})
	}
}

// everything returns what readers can get of a source: names with texts, the
// packed files taken apart.
func everything(tb testing.TB, src Source) map[string]string {
	tb.Helper()
	all := map[string]string{}
	plan, faults := Read(src, Options{}, shared)
	if plan == nil {
		tb.Fatal(faults)
	}
	out := filepath.Join(tb.TempDir(), "public")
	dir, err := output.Create(out, "")
	must(tb, err)
	_, faults, err = plan.Build(tb.Context(), dir)
	must(tb, err)
	if len(faults) > 0 {
		tb.Fatal(faults)
	}
	must(tb, dir.Publish())
	must(tb, filepath.WalkDir(out, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		name := filepath.ToSlash(file[len(out)+1:])
		all[name] = string(data)
		if path.Ext(name) == ".pack" {
			_, files, err := offline.Unpack(data)
			must(tb, err)
			for inner, data := range files {
				all[name+"!"+inner] = string(data)
			}
		}
		return err
	}))
	plan, _ = Read(src, Options{}, shared) // the first one was made
	for _, lang := range plan.Languages() {
		docs, options, err := plan.Search(lang)
		must(tb, err)
		all["search in "+lang] = fmt.Sprintf("%+v %+v", docs, options) // all that the packed index is made from
		book, frame, err := plan.Handbook(lang)
		must(tb, err)
		var page, packed bytes.Buffer
		must(tb, epub.WritePage(&page, book, frame))
		all["book in "+lang+".html"] = page.String()
		book, err = plan.Book(lang)
		must(tb, err)
		must(tb, epub.Write(&packed, book))
		for name, text := range unzipped(tb, packed.Bytes()) {
			all["book in "+lang+"!"+name] = text
		}
	}
	for _, lang := range append(plan.Languages(), "") {
		for name, data := range makeSite(tb, src, Options{Portable: true, Lang: lang}, shared).files {
			all["copy in "+lang+"!"+name] = string(data)
		}
	}
	return all
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func unzipped(tb testing.TB, data []byte) map[string]string {
	tb.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(tb, err)
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		must(tb, err)
		text, err := io.ReadAll(r)
		must(tb, err)
		files[f.Name] = string(text)
	}
	return files
}

// A part is a section of a record's text: its id now, and what it was before.
type part struct {
	now string
	was []string
}

// A wanderer changes a site at random.
type wanderer struct {
	*branch
	random    *rand.Rand
	past      *remembered
	live      map[string]string // folder by id
	parts     map[string][]part // by id
	n, titles int
	redirects string
	cache     string // what is kept from step to step, of commits that were taken back too
}

// step makes a change. One that the site refuses is taken back, as it would
// not have been merged.
func (w *wanderer) step() {
	w.Helper()
	live, redirects, words, forgotten := maps.Clone(w.live), w.redirects, maps.Clone(w.past.words), len(w.past.forgotten)
	parts := maps.Clone(w.parts)
	for range 1 + w.random.IntN(2) {
		w.change()
	}
	if w.random.IntN(4) == 0 {
		w.aside()
	} else {
		w.commit()
	}
	wantKept(w, w.dir, w.cache)
	plan, faults := Read(opened(w, w.dir), Options{}, shared)
	if plan != nil {
		var err error
		faults, err = plan.Check(w.Context())
		must(w, err)
	}
	if len(faults) > 0 {
		w.Logf("refused: %v", faults[0])
		w.git("reset", "-q", "--hard", "HEAD~1")
		w.live, w.redirects, w.past.words, w.past.forgotten = live, redirects, words, w.past.forgotten[:forgotten]
		w.parts = parts
		return
	}
	for name := range plan.names {
		if strings.HasSuffix(name, "/index.html") && !strings.Contains(name, "/page/") {
			w.past.addresses[name] = true
		}
	}
	for id := range w.live {
		for _, p := range w.parts[id] {
			if p.now != "" && !slices.Contains(w.past.parts[id], p.now) {
				w.past.parts[id] = append(w.past.parts[id], p.now)
			}
		}
	}
}

// checkParts wants every part that a page ever had to answer on the pages of
// its record, and returns how many there were.
func (w *wanderer) checkParts(m made) int {
	w.Helper()
	n := 0
	for id := range w.live {
		page := string(m.files["es/glosario/"+w.slug(id)+"/index.html"])
		for _, part := range w.past.parts[id] {
			n++
			if !strings.Contains(page, ` id="`+part+`"`) {
				w.Errorf("%s of %s was published and does not answer", part, id)
			}
		}
	}
	return n
}

// checkKinds wants a word that is in use to be found in everything that might
// have a forgotten one.
func (w *wanderer) checkKinds(all map[string]string) {
	w.Helper()
	id := sortedNames(w.live)[0]
	for _, kind := range []string{"es/glosario/", ".pack!es/glosario/", "search in es", "book in es.html", "book in es!", "copy in es!", "copy in !"} {
		found := false
		for name, text := range all {
			found = found || strings.Contains(name, kind) && strings.Contains(text, w.title(id))
		}
		if !found {
			w.Errorf("%q is in no file like %q", w.title(id), kind)
		}
	}
}

// aside commits on a branch of its own and merges it.
func (w *wanderer) aside() {
	w.git("checkout", "-q", "-b", fmt.Sprintf("rama-%d", w.n))
	w.n++
	w.commit()
	w.git("checkout", "-q", "main")
	w.git("merge", "-q", "--no-ff", "-m", "Asunto secreto", "-")
}

func (w *wanderer) change() {
	ids := sortedNames(w.live)
	w.n++
	if len(ids) < 3 || w.random.IntN(4) == 0 {
		id := content.MintID(w.random.IntN)
		w.put(id, fmt.Sprintf("carpeta%dq", w.n), "")
		return
	}
	id := ids[w.random.IntN(len(ids))]
	folder := w.live[id]
	switch w.random.IntN(13) {
	case 0, 1:
		w.put(id, folder, fmt.Sprintf("alias%dq", w.n))
	case 2:
		to := fmt.Sprintf("carpeta%dq", w.n)
		w.move("glossary/"+folder, "glossary/"+to)
		w.put(id, to, "")
	case 3: // where another is or was
		other := ids[w.random.IntN(len(ids))]
		words := slices.DeleteFunc(slices.Clone(w.past.words[other]), func(word string) bool { return !content.IsSlug(word) })
		w.put(id, folder, words[w.random.IntN(len(words))])
	case 4: // two change places
		other := ids[w.random.IntN(len(ids))]
		if other != id {
			one, two := w.slug(id), w.slug(other)
			w.put(id, folder, two)
			w.put(other, w.live[other], one)
		}
	case 5:
		w.remove("glossary/" + folder)
		delete(w.live, id)
	case 6:
		write(w, w.dir, "content/glossary/"+folder+"/index.es.md", "---\nid: \""+id+"\"\nwithdrawn: {on: 2026-10-01, reason: safety}\n---\n")
		delete(w.live, id)
		if w.random.IntN(2) == 0 {
			w.forget(id)
		}
	case 7:
		w.remove("glossary/" + folder)
		delete(w.live, id)
		w.forget(id)
	case 8, 9, 10, 11, 12: // a part more, or one that has another name, or none
		parts := slices.Clone(w.parts[id])
		name := fmt.Sprintf("parte%dq", w.n)
		if len(parts) < 2 {
			parts = append(parts, part{now: name})
		} else {
			p := &parts[w.random.IntN(len(parts))]
			if was := p.now; was != "" && w.random.IntN(4) > 0 {
				p.was = append(slices.Clip(p.was), was)
			}
			p.now = []string{"", name, name}[w.random.IntN(3)]
		}
		w.parts[id] = parts
		w.past.words[id] = append(w.past.words[id], name)
		w.put(id, folder, w.slug(id))
	}
}

func (w *wanderer) forget(id string) {
	w.redirects += "- {from: /p/" + id + "/, forget: true}\n"
	write(w, w.dir, "content/redirects.yaml", w.redirects)
	w.past.forgotten = append(w.past.forgotten, id)
}

// put writes a term; without a slug it has that of its folder.
func (w *wanderer) put(id, folder, slug string) {
	w.titles++
	title := fmt.Sprintf("Titulo%dq", w.titles)
	w.live[id] = folder
	w.past.words[id] = append(w.past.words[id], folder, title)
	var head []string
	if slug != "" {
		w.past.words[id] = append(w.past.words[id], slug)
		head = append(head, "slug: "+slug)
	}
	var anchors, body string
	for _, p := range w.parts[id] {
		for _, was := range p.was {
			anchors += strings.TrimSuffix("{was: "+was+", now: "+p.now, ", now: ") + "},"
		}
		if p.now != "" {
			body += "\n## Parte {#" + p.now + "}\n\nTexto.\n"
		}
	}
	if anchors != "" {
		head = append(head, "anchors: ["+strings.TrimSuffix(anchors, ",")+"]")
	}
	w.term(folder, id, title, head...)
	name := "content/glossary/" + folder + "/index.es.md"
	data, err := os.ReadFile(filepath.Join(w.dir, name))
	must(w, err)
	write(w, w.dir, name, string(data)+body)
}

func (w *wanderer) title(id string) string {
	data, err := os.ReadFile(filepath.Join(w.dir, "content/glossary", w.live[id], "index.es.md"))
	must(w, err)
	_, title, _ := strings.Cut(string(data), "title: ")
	title, _, _ = strings.Cut(title, "\n")
	return title
}

func (w *wanderer) slug(id string) string {
	data, err := os.ReadFile(filepath.Join(w.dir, "content/glossary", w.live[id], "index.es.md"))
	if err != nil {
		w.Fatal(err)
	}
	if _, slug, ok := strings.Cut(string(data), "slug: "); ok {
		slug, _, _ = strings.Cut(slug, "\n")
		return slug
	}
	return w.live[id]
}

// inUse reports whether a record that is there has a word.
func (w *wanderer) inUse(word string) bool {
	for id, folder := range w.live {
		if folder == word || w.slug(id) == word {
			return true
		}
	}
	return false
}

// isForgotten reports whether an address was that of a forgotten record.
func (w *wanderer) isForgotten(name string) bool {
	segments := strings.Split(name, "/")
	for _, id := range w.past.forgotten {
		if slices.Contains(segments, id) || slices.Contains(w.past.words[id], segments[len(segments)-2]) {
			return true
		}
	}
	return false
}
