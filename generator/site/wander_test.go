package site

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"acervo/generator/content"
)

// A published site is remembered by the addresses of its pages.
type remembered struct {
	addresses map[string]bool
	words     map[string][]string // titles and slugs by id
	forgotten []string            // ids
}

// TestEveryAddressAnswers lets sites have random histories. At the end every
// address that was ever published is one, and what was to be forgotten is in
// no file.
func TestEveryAddressAnswers(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(20261124, seed))
			b := newBranch(t, "es\nen")
			past := remembered{map[string]bool{}, map[string][]string{}, nil}
			w := &wanderer{branch: b, random: random, past: &past, live: map[string]string{}}
			for range 24 {
				w.step()
			}
			m := b.site()
			checkSite(t, m)
			for address := range past.addresses {
				if m.files[address] == nil && !w.isForgotten(address) {
					t.Errorf("%s was published and does not answer", address)
				}
			}
			for _, id := range past.forgotten {
				for _, word := range append(past.words[id], id) {
					if w.inUse(word) {
						continue // another record has taken it since
					}
					for name, data := range m.files {
						if strings.Contains(name, word) || strings.Contains(string(data), word) {
							t.Errorf("%q of the forgotten record %s is in %s", word, id, name)
						}
					}
				}
			}
			if len(past.addresses) < 30 || len(past.forgotten) == 0 {
				t.Errorf("%d addresses, forgotten %q", len(past.addresses), past.forgotten)
			}
		})
	}
}

// A wanderer changes a site at random.
type wanderer struct {
	*branch
	random    *rand.Rand
	past      *remembered
	live      map[string]string // folder by id
	n         int
	redirects string
}

// step makes a change. One that the site refuses is taken back, as it would
// not have been merged.
func (w *wanderer) step() {
	w.Helper()
	live, redirects, words, forgotten := maps.Clone(w.live), w.redirects, maps.Clone(w.past.words), len(w.past.forgotten)
	for range 1 + w.random.IntN(2) {
		w.change()
	}
	if w.random.IntN(4) == 0 {
		w.aside()
	} else {
		w.commit()
	}
	plan, faults := Read(opened(w, w.dir), Options{}, shared)
	if plan == nil {
		w.Logf("refused: %v", faults[0])
		w.git("reset", "-q", "--hard", "HEAD~1")
		w.live, w.redirects, w.past.words, w.past.forgotten = live, redirects, words, w.past.forgotten[:forgotten]
		return
	}
	for name := range plan.names {
		if strings.HasSuffix(name, "/index.html") && !strings.Contains(name, "/page/") {
			w.past.addresses[name] = true
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
	switch w.random.IntN(8) {
	case 0, 1:
		w.put(id, folder, fmt.Sprintf("alias%dq", w.n))
	case 2:
		to := fmt.Sprintf("carpeta%dq", w.n)
		w.move("glossary/"+folder, "glossary/"+to)
		w.put(id, to, "")
	case 3: // where another is or was
		other := ids[w.random.IntN(len(ids))]
		words := w.past.words[other]
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
	}
}

func (w *wanderer) forget(id string) {
	w.redirects += "- {from: /p/" + id + "/, forget: true}\n"
	write(w, w.dir, "content/redirects.yaml", w.redirects)
	w.past.forgotten = append(w.past.forgotten, id)
}

// put writes a term; without a slug it has that of its folder.
func (w *wanderer) put(id, folder, slug string) {
	title := fmt.Sprintf("Titulo%dq", w.n)
	w.live[id] = folder
	w.past.words[id] = append(w.past.words[id], folder)
	if slug == "" {
		w.term(folder, id, title)
		return
	}
	w.past.words[id] = append(w.past.words[id], slug)
	w.term(folder, id, title, "slug: "+slug)
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
