package site

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"acervo/generator/gitfs"
)

// The terms of the tests.
const (
	idA = "3000003"
	idB = "4000004"
	idC = "5000005"
)

// addresses tells what is at the old addresses of a site: a line each, sorted.
func (m made) addresses() string {
	var lines []string
	for name, data := range m.files {
		page := string(data)
		switch {
		case !strings.HasSuffix(name, "/index.html"):
		case strings.Contains(page, `class="is-redirect"`):
			_, target, _ := strings.Cut(page, `http-equiv="refresh" content="0; url=`+m.base)
			target, _, _ = strings.Cut(target, `"`)
			lines = append(lines, "/"+strings.TrimSuffix(name, "index.html")+" → /"+target)
		case strings.Contains(page, `class="is-tombstone"`):
			lines = append(lines, "/"+strings.TrimSuffix(name, "index.html")+" gone")
		}
	}
	slices.Sort(lines)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// histories are what happens to a site, by the name of the table in
// testdata/addresses that tells what is at its old addresses.
var histories = map[string]func(b *branch){
	"renamed": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		b.move("glossary/trata", "glossary/trata-de-personas")
		b.commit()
		b.term("trata-de-personas", idA, "Trata", "slug: la-trata")
		b.commit()
	},
	"two-in-one-commit": func(b *branch) {
		b.term("a", idA, "A")
		b.term("b", idB, "B")
		b.commit()
		b.move("glossary/a", "glossary/c")
		b.move("glossary/b", "glossary/d")
		b.commit()
	},
	"swapped": func(b *branch) {
		b.term("a", idA, "A")
		b.term("b", idB, "B")
		b.commit()
		b.term("a", idA, "A", "slug: b")
		b.term("b", idB, "B", "slug: a")
		b.commit()
	},
	"swapped-and-moved-on": func(b *branch) {
		b.term("a", idA, "A")
		b.term("b", idB, "B")
		b.commit()
		b.move("glossary/a", "glossary/x")
		b.commit()
		b.move("glossary/b", "glossary/a")
		b.commit()
		b.move("glossary/x", "glossary/b")
		b.commit()
		b.move("glossary/b", "glossary/z")
		b.commit()
	},
	"three-in-a-circle": func(b *branch) {
		b.term("a", idA, "A")
		b.term("b", idB, "B")
		b.term("c", idC, "C")
		b.commit()
		b.term("a", idA, "A", "slug: b")
		b.term("b", idB, "B", "slug: c")
		b.term("c", idC, "C", "slug: a")
		b.commit()
	},
	"typo-before-its-merge": func(b *branch) {
		b.git("checkout", "-q", "-b", "propuesta")
		b.term("tarta", idA, "Trata")
		b.commit()
		b.move("glossary/tarta", "glossary/trata")
		b.commit()
		b.git("checkout", "-q", "main")
		b.term("b", idB, "B")
		b.commit()
		b.git("merge", "-q", "--no-ff", "-m", "Asunto secreto", "propuesta")
	},
	"merged-rename": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		b.git("checkout", "-q", "-b", "propuesta")
		b.move("glossary/trata", "glossary/trata-de-personas")
		b.commit()
		b.git("checkout", "-q", "main")
		b.term("b", idB, "B")
		b.commit()
		b.git("merge", "-q", "--no-ff", "-m", "Asunto secreto", "propuesta")
	},
	"removed-and-back": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		b.remove("glossary/trata")
		b.commit()
		b.term("trata-nueva", idA, "Trata")
		b.commit()
	},
	"removed": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		b.move("glossary/trata", "glossary/otra")
		b.commit()
		b.remove("glossary/otra")
		b.commit()
	},
	"replaced": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		b.remove("glossary/trata")
		b.term("trata", idB, "Trata")
		write(b, b.dir, "content/redirects.yaml", "- {from: /p/"+idA+"/, to: /es/glosario/trata/}\n")
		b.commit()
		b.move("glossary/trata", "glossary/la-trata")
		b.commit()
	},
	"merged-records": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.term("explotacion", idB, "Explotación")
		b.commit()
		b.remove("glossary/trata")
		write(b, b.dir, "content/redirects.yaml", "- {from: /p/"+idA+"/, to: /p/"+idB+"/}\n")
		b.commit()
	},
	"withdrawn": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		b.move("glossary/trata", "glossary/otra")
		b.commit()
		write(b, b.dir, "content/glossary/otra/index.es.md", "---\nid: \""+idA+"\"\nwithdrawn: {on: 2026-10-01, reason: safety}\n---\n")
		b.commit()
	},
	"only-the-case": func(b *branch) {
		b.term("Trata", idA, "Trata")
		b.commit()
		b.move("glossary/Trata", "glossary/trata")
		b.commit()
	},
	"unreadable": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		write(b, b.dir, "content/glossary/trata/index.es.md", "<<<<<<<\n")
		write(b, b.dir, "content/glossary/b/index.es.md", "nada\n")
		b.commit()
		b.term("trata", idA, "Trata", "slug: c")
		b.term("b", idB, "B", "slug: d")
		b.commit()
	},
	"words": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		b.edit("site.yaml", "glosario", "palabras")
		b.commit()
	},
	"vocabulary": func(b *branch) {
		b.edit("vocabularies/levels.yaml", "es: Nacional", "es: De todo el país")
		b.edit("vocabularies/evidence.yaml", "code: monitored, label: {es: Con seguimiento, en: Monitored}", "code: reviewed, label: {es: Revisada, en: Reviewed}")
		b.commit()
	},
	"translated": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		write(b, b.dir, "content/glossary/trata/index.en.md", "---\ntitle: Trafficking\nsummary: A term.\nslug: trafficking\n"+translationHead("1:"+strings.Repeat("0", 64))+"---\n")
		b.commit()
	},
	"removed-language": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		write(b, b.dir, "content/glossary/trata/index.en.md", "---\ntitle: Trafficking\nsummary: A term.\nslug: trafficking\n"+translationHead("1:"+strings.Repeat("0", 64))+"---\n")
		b.commit()
		b.languages("es")
		b.remove("glossary/trata/index.en.md")
		b.commit()
	},
	"partial-language": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.commit()
		b.languages("es\nen partial")
		b.commit()
	},
	"forgotten": func(b *branch) {
		b.term("trata", idA, "Trata")
		b.term("otra", idB, "Otra")
		b.commit()
		b.term("trata", idA, "Trata", "slug: la-trata")
		b.remove("glossary/otra")
		write(b, b.dir, "content/redirects.yaml", "- {from: /es/glosario/trata/, forget: true}\n- {from: /p/"+idB+"/, forget: true}\n")
		b.commit()
	},
	"forgotten-and-taken": func(b *branch) {
		b.term("otra", idB, "Otra")
		b.commit()
		b.remove("glossary/otra")
		b.term("otra", idA, "Otra cosa")
		write(b, b.dir, "content/redirects.yaml", "- {from: /p/"+idB+"/, forget: true}\n")
		b.commit()
		b.term("otra", idA, "Otra cosa", "slug: cosa")
		b.commit()
	},
	"chains": func(b *branch) {
		b.term("a", idA, "A")
		b.commit()
		for _, name := range []string{"b", "c", "d"} {
			b.term("a", idA, "A", "slug: "+name)
			b.commit()
		}
		write(b, b.dir, "content/redirects.yaml", "- {from: /es/glosario/antes/, to: /es/glosario/b/}\n- {from: /es/glosario/c/, gone: true}\n- {from: /en/glossary/d-antes/, to: /en/glossary/c/}\n")
		b.commit()
	},
	"page-on-a-list": func(b *branch) {
		b.edit("site.yaml", "glosario", "palabras")
		b.commit()
		write(b, b.dir, "content/pages/glosario/index.es.md", "---\nid: \""+idA+"\"\ntitle: Glosario\nsummary: Una página.\n---\n")
		b.commit()
	},
	"taken": func(b *branch) {
		b.term("a", idA, "A")
		b.commit()
		b.move("glossary/a", "glossary/b")
		b.commit()
		b.term("a", idC, "Otra")
		b.commit()
	},
	"created-again": func(b *branch) {
		b.term("a", idA, "A")
		b.commit()
		b.remove("glossary/a")
		b.commit()
		b.term("a", idB, "A")
		b.commit()
	},
	"taken-and-given-back": func(b *branch) {
		b.term("a", idA, "A")
		b.commit()
		b.move("glossary/a", "glossary/b")
		b.term("a", idC, "Otra")
		b.commit()
		b.term("a", idC, "Otra", "slug: c")
		b.commit()
	},
}

// TestAddresses holds what is at the old addresses of a site to tables that a
// person has read.
func TestAddresses(t *testing.T) {
	const file = "testdata/addresses/tables.txtar"
	archive := &txtar.Archive{}
	if data, err := os.ReadFile(file); err == nil {
		archive = txtar.Parse(data)
	}
	want := map[string]string{}
	for _, f := range archive.Files {
		want[f.Name] = string(f.Data)
	}
	var tables []txtar.File
	for _, name := range sortedNames(histories) {
		t.Run(name, func(t *testing.T) {
			b := newBranch(t, "es\nen")
			histories[name](b)
			wantKept(t, b.dir, t.TempDir())
			m := b.make()
			got := m.addresses()
			for _, fault := range m.faults {
				got += fault.Place() + " " + fault.Code + " " + fault.Args["address"] + "\n"
			}
			tables = append(tables, txtar.File{Name: name, Data: []byte(got)})
			if len(m.faults) == 0 {
				checkSite(t, m)
			}
			if got != want[name] && !*update {
				t.Errorf("%s\nwant\n%s", got, want[name])
			}
		})
	}
	if *update {
		write(t, ".", file, string(txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: tables})))
	}
}

// TestAddressesInEveryClone holds that a site with a history is the same from
// a work tree, a bare and a packed clone, with and without what is kept of its
// history.
func TestAddressesInEveryClone(t *testing.T) {
	b := newBranch(t, "es\nen")
	histories["swapped-and-moved-on"](b)
	b.term("c", idC, "C")
	b.term("a", idB, "B", "slug: otra-b")
	b.commit()
	b.remove("glossary/c")
	b.commit()
	clones := t.TempDir()
	bare, packed, linked := filepath.Join(clones, "bare.git"), filepath.Join(clones, "packed"), filepath.Join(clones, "linked")
	b.git("clone", "-q", "--bare", ".", bare)
	b.git("clone", "-q", "--no-local", ".", packed)
	b.git("worktree", "add", "-q", "--detach", linked)
	want := built(t, opened(t, b.dir), nil)
	if want["redirects.json"] == "" || want["es/glosario/c/index.html"] == "" {
		t.Fatal("no old addresses")
	}
	for _, dir := range []string{bare, packed, linked} {
		compare(t, built(t, opened(t, dir), nil), want)
	}
	src := opened(t, b.dir)
	folder, err := gitfs.Folder(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	src.Files, src.Cache = folder, t.TempDir()
	for range 2 {
		compare(t, built(t, src, nil), want)
		if rememberMemory(src.Cache, src.Commit.Hash) == nil || rememberVersions(src.Cache) == nil {
			t.Error("nothing was kept")
		}
	}
}
