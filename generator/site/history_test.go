package site

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"acervo/generator/content"
)

// A branch is a repository that a test writes commit by commit.
type branch struct {
	testing.TB
	dir  string
	base golden
	when int
}

// newBranch begins with the site of the golden tests, in three languages.
func newBranch(tb testing.TB, languages string) *branch {
	tb.Helper()
	b := &branch{TB: tb, dir: tb.TempDir(), when: 1790000000}
	b.base = golden{files: fstest.MapFS{}, parts: map[string]string{"languages": languages}}
	b.base.fill(tb)
	b.git("init", "-q", "-b", "main")
	for name, file := range b.base.files {
		write(tb, b.dir, name, string(file.Data))
	}
	b.commit()
	return b
}

func (b *branch) git(args ...string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), "git", append([]string{"-c", "core.fsync=none"}, args...)...)
	cmd.Dir = b.dir
	date := fmt.Sprintf("@%d +0000", b.when)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=Persona Secreta", "GIT_AUTHOR_EMAIL=secreta@example.org", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME=Persona Secreta", "GIT_COMMITTER_EMAIL=secreta@example.org", "GIT_COMMITTER_DATE="+date)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// commit commits the folder as it is, a day after the commit before.
func (b *branch) commit() {
	b.Helper()
	b.when += 86400
	b.git("add", "-A")
	b.git("commit", "-q", "--allow-empty", "-m", "Asunto secreto")
}

// term writes a term of the glossary; extra lines go into its front matter.
func (b *branch) term(folder, id, title string, extra ...string) {
	b.Helper()
	head := ""
	for _, line := range extra {
		head += line + "\n"
	}
	write(b, b.dir, "content/glossary/"+folder+"/index.es.md", fmt.Sprintf("---\nid: %q\ntitle: %s\nsummary: Un término.\n%s---\n", id, title, head))
}

func (b *branch) move(from, to string) {
	b.Helper()
	if err := os.Rename(filepath.Join(b.dir, "content", from), filepath.Join(b.dir, "content", to)); err != nil {
		b.Fatal(err)
	}
}

func (b *branch) remove(name string) {
	b.Helper()
	if err := os.RemoveAll(filepath.Join(b.dir, "content", name)); err != nil {
		b.Fatal(err)
	}
}

// edit replaces a text in a file below content/.
func (b *branch) edit(name, old, text string) {
	b.Helper()
	file := filepath.Join(b.dir, "content", name)
	data, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		b.Fatalf("%s lacks %q", name, old)
	}
	write(b, b.dir, "content/"+name, strings.ReplaceAll(string(data), old, text))
}

// languages gives the site other languages.
func (b *branch) languages(list string) {
	b.Helper()
	other := golden{files: fstest.MapFS{}, parts: map[string]string{"languages": list}}
	other.fillSite()
	b.remove("pages")
	for name, file := range other.files {
		write(b, b.dir, name, string(file.Data))
	}
	b.hashes("pages/" + "ayuda")
}

// hashes gives the translations in a folder the hash of their source.
func (b *branch) hashes(folder string) {
	b.Helper()
	lib, _ := content.Read(os.DirFS(b.dir), nil)
	for _, e := range lib.Entries {
		for _, page := range e.Pages {
			data, err := os.ReadFile(filepath.Join(b.dir, page.Path))
			if err != nil || page.Translation == nil || e.Folder != "content/"+folder {
				continue
			}
			if data, ok := content.Accept(data, e.Original().Hash); ok {
				write(b, b.dir, page.Path, string(data))
			}
		}
	}
}

// make makes the site of the last commit.
func (b *branch) make() made {
	b.Helper()
	return makeSite(b, opened(b, b.dir), Options{}, shared)
}

// site makes the site and wants it without faults.
func (b *branch) site() made {
	b.Helper()
	m := b.make()
	if len(m.faults) > 0 {
		b.Fatalf("%v", m.faults)
	}
	return m
}

// TestHistoryOnPages wants a page to tell what changed, and never who did it.
func TestHistoryOnPages(t *testing.T) {
	b := newBranch(t, "es\nen")
	b.edit("site.yaml", "license:", "repository: https://repositorio.example/red\nlicense:")
	write(t, b.dir, "content/pages/metodo/index.es.md", "---\nid: \""+idA+"\"\ntitle: Método\nsummary: Cómo.\n---\n\nInicio.\n\n## Límites {#limites}\n\nUno.\n\n## Pasos {#pasos}\n\nDos.\n")
	b.commit()
	b.term("trata", idB, "Trata")
	b.edit("pages/metodo/index.es.md", "Uno.", "Uno y medio.")
	b.commit()
	b.edit("pages/metodo/index.es.md", "title: Método", "title: El método")
	b.move("pages/metodo", "pages/el-metodo")
	b.commit()
	write(t, b.dir, "content/pages/el-metodo/index.en.md", "---\ntitle: Method\nsummary: How.\n"+translationHead("1:"+strings.Repeat("0", 64))+"---\n\nX.\n\n## Limits {#limites}\n\nY.\n\n## Steps {#pasos}\n\nZ.\n")
	b.commit()
	m := b.site()
	c := claims{t, m, map[string]*html.Node{}, nil}
	for _, line := range strings.Split(`es/el-metodo/index.html .history li count 4
es/el-metodo/index.html .history .what = se tradujo | cambió de dirección y cambió el título | cambió en: Límites | se publicó
en/el-metodo/index.html .history .what = translated | got another address and title changed | changed in: Limits | published
es/el-metodo/index.html .history time@datetime = 2026-09-26 | 2026-09-25 | 2026-09-24 | 2026-09-23
es/el-metodo/index.html has https://repositorio.example/red/blob/
es/el-metodo/index.html #x-permanent = https://acervo.example/p/3000003/
es/el-metodo/index.html [data-copy=x-permanent] exists
es/el-metodo/index.html has 25 de septiembre de 2026 (versión
es/el-metodo/index.html has "<dt>Publicada</dt><dd><time datetime=\"2026-09-23\">"
es/translations/index.html .states-kind = Páginas | Glosario
es/translations/index.html .state-missing count 1
es/translations/index.html has https://repositorio.example/red/edit/main/content/pages/el-metodo/index.en.md
es/translations/index.html has https://repositorio.example/red/new/main/content/glossary/trata?filename=index.en.md
es/el-metodo/index.html has /content/pages/metodo/index.es.md
es/metodo/index.html link[rel=canonical]@href = https://acervo.example/es/el-metodo/
nowhere secret
nowhere Secret`, "\n") {
		c.holds(0, line)
	}
	for n := range 25 {
		b.edit("pages/el-metodo/index.es.md", "Dos", fmt.Sprintf("Dos %d", n))
		b.commit()
	}
	m = b.site()
	c = claims{t, m, map[string]*html.Node{}, nil}
	c.holds(0, "es/el-metodo/index.html .history li count 20")
	c.holds(0, "es/el-metodo/index.html has https://repositorio.example/red/commits/main/content/pages/el-metodo")
}

// TestRemovedLanguage wants who reads the feed of a language that is no longer
// there to get that of the default one.
func TestRemovedLanguage(t *testing.T) {
	b := newBranch(t, "es\nen")
	b.languages("es")
	b.commit()
	m := b.site()
	if feed := m.files["en/feed.xml"]; len(feed) == 0 || !bytes.Equal(feed, m.files["es/feed.xml"]) {
		t.Errorf("the feed: %s", feed)
	}
}

// TestDiscreet wants a word that is to be forgotten in no file, though the
// record that had it is still there and so are the versions that tell of it.
func TestDiscreet(t *testing.T) {
	b := newBranch(t, "es\nen")
	b.edit("site.yaml", "license:", "repository: https://repositorio.example/red\nlicense:")
	b.term("palabradicha", idA, "Palabradicha")
	write(t, b.dir, "content/glossary/palabradicha/index.en.md", "---\ntitle: Term\nsummary: A term.\n"+translationHead("1:"+strings.Repeat("0", 64))+"---\n")
	b.hashes("glossary/palabradicha")
	b.term("otra", idB, "Otra")
	b.commit()
	b.move("glossary/palabradicha", "glossary/trata")
	b.term("trata", idA, "Trata")
	b.term("otra", idB, "Otra", "slug: palabradicha-no")
	write(t, b.dir, "content/redirects.yaml", "- {from: /es/glosario/palabradicha/, forget: true}\n- {from: /es/glosario/palabradicha-no/, forget: true}\n")
	b.commit()
	wantFaults(t, b.make(), "content/redirects.yaml:2:1 forget-published")
	b.term("otra", idB, "Otra")
	b.commit()
	m := b.site()
	c := claims{t, m, map[string]*html.Node{}, nil}
	c.holds(0, "nowhere alabradicha")
	c.holds(0, "en/glossary/trata/index.html .notice-outdated exists")
	c.holds(0, "en/glossary/trata/index.html .since absent")
}

// TestDroppedAnchors wants a part that was published to keep its address.
func TestDroppedAnchors(t *testing.T) {
	b := newBranch(t, "es\nen")
	page := func(head, body string) {
		write(t, b.dir, "content/pages/metodo/index.es.md", "---\nid: \""+idA+"\"\ntitle: Método\nsummary: Cómo.\n"+head+"---\n\n"+body)
		b.commit()
	}
	page("", "## Límites {#limites}\n\n### Pieza {#pieza}\n\nUno.\n\n```\n## No {#no}\n```\n\n## Sin nombre\n\nDos.\n")
	page("", "## Bordes {#bordes}\n\n### Otra {#otra}\n\nUno.\n")
	wantFaults(t, b.make(), "content/pages/metodo/index.es.md:6:1 dropped-anchor", "content/pages/metodo/index.es.md:6:1 dropped-anchor")
	page("anchors: [{was: limites, now: nada}, {was: pieza, now: otra}, {was: bordes}]\n", "## Bordes {#bordes}\n\n### Otra {#otra}\n\nUno.\n")
	wantFaults(t, b.make(), "content/pages/metodo/index.es.md:5:10 anchor-nowhere", "content/pages/metodo/index.es.md:5:10 anchor-present")
	page("anchors: [{was: limites, now: bordes}, {was: pieza, now: otra}, {was: antes}]\n", "## Bordes {#bordes}\n\nVéase [la pieza](#pieza).\n\n### Otra {#otra}\n\nUno.\n")
	m := b.site()
	checkSite(t, m)
	c := claims{t, m, map[string]*html.Node{}, nil}
	c.holds(0, `es/metodo/index.html has "<span id=\"limites\"></span>\n<h2 id=\"bordes\""`)
	c.holds(0, `es/metodo/index.html has "<span id=\"pieza\"></span><h3 id=\"otra\""`)
	c.holds(0, `es/metodo/index.html has "<span id=\"antes\"></span>"`)
}

func wantFaults(t *testing.T, m made, want ...string) {
	t.Helper()
	var got []string
	for _, fault := range m.faults {
		got = append(got, fault.Place()+" "+fault.Code)
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults %q\nwant %q", got, want)
	}
}

// TestOutdated wants an outdated translation to show what changed in the
// original since it was made.
func TestOutdated(t *testing.T) {
	b := newBranch(t, "es\nen")
	text := "---\nid: \"" + idA + "\"\ntitle: Método\nsummary: Cómo.\n---\n\n## Límites {#limites}\n\nLa línea atiende de día y en dos lenguas, con personas de la comunidad que saben escuchar, que hablan con calma y que conocen el lugar donde viven.\n\n## Pasos {#pasos}\n\nDos.\n"
	write(t, b.dir, "content/pages/metodo/index.es.md", text)
	write(t, b.dir, "content/pages/metodo/index.en.md", "---\ntitle: Method\nsummary: How.\n"+translationHead("1:"+strings.Repeat("0", 64))+"---\n\n## Limits {#limites}\n\nOne.\n\n## Steps {#pasos}\n\nTwo.\n")
	b.hashes("pages/metodo")
	b.commit()
	b.edit("pages/metodo/index.es.md", "de día y en dos lenguas", "de noche y en tres lenguas")
	b.commit()
	m := b.site()
	c := claims{t, m, map[string]*html.Node{}, nil}
	for _, line := range strings.Split(`en/metodo/index.html .since dt = Límites
en/metodo/index.html .since del = día | dos
en/metodo/index.html .since ins = noche | tres
en/metodo/index.html .since dd@lang = es
en/metodo/index.html .since dd = La línea atiende de día noche y en dos tres lenguas, con personas de la comunidad que saben …
es/metodo/index.html .since absent
en/translations/index.html .state-outdated count 1
en/translations/index.html h1 = Translations`, "\n") {
		c.holds(0, line)
	}
	b.edit("pages/metodo/index.en.md", "One.", "One more.")
	b.commit()
	c = claims{t, b.site(), map[string]*html.Node{}, nil}
	c.holds(0, "en/metodo/index.html .notice-confirm exists")
	c.holds(0, "en/metodo/index.html .since absent")
}

// TestDifference compares texts word by word.
func TestDifference(t *testing.T) {
	for _, test := range []struct{ before, after, want string }{
		{"", "", ""},
		{"a b c", "a b c", "a b c"},
		{"a b c", "a x c", "a -b +x c"},
		{"", "a b", "+a b"},
		{"a b", "", "-a b"},
		{"a b c d e", "b c x e f", "-a b c -d +x e +f"},
		{"uno dos", "tres cuatro", "-uno dos +tres cuatro"},
	} {
		var got []string
		for _, piece := range difference(test.before, test.after) {
			got = append(got, map[string]string{"same": "", "gone": "-", "new": "+"}[piece.Kind]+piece.Text)
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%q to %q: %q, want %q", test.before, test.after, text, test.want)
		}
	}
	random := rand.New(rand.NewPCG(20261124, 3))
	for range 300 {
		some := func() string {
			words := make([]string, random.IntN(14))
			for i := range words {
				words[i] = string(rune('a' + random.IntN(4)))
			}
			return strings.Join(words, " ")
		}
		before, after := some(), some()
		var old, fresh []string
		for _, piece := range difference(before, after) {
			if piece.Kind != "new" {
				old = append(old, piece.Text)
			}
			if piece.Kind != "gone" {
				fresh = append(fresh, piece.Text)
			}
		}
		if strings.Join(old, " ") != before || strings.Join(fresh, " ") != after {
			t.Fatalf("%q to %q: %q", before, after, difference(before, after))
		}
	}
}
