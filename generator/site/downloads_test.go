package site

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"acervo/generator/content"
)

// head returns the name of the branch's last commit.
func (b *branch) head() string {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "git", "-C", b.dir, "rev-parse", "HEAD").Output()
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// offer lists files that were made of a commit.
func offer(commit string, langs ...string) []byte {
	var list []content.Download
	for _, lang := range langs {
		for _, kind := range []string{"zim", "html"} {
			name := "acervo-" + lang + "." + kind
			list = append(list, content.Download{
				File: name, Kind: kind, Lang: lang, Bytes: 2345678, SHA256: strings.Repeat("ab", 32), Date: time.Date(2026, 9, 22, 0, 0, 0, 0, time.UTC),
				Commit: commit, Address: "https://archivos.example/" + name,
			})
		}
	}
	return content.WriteDownloads(list)
}

// TestDownloads follows the files of a commit until a record that they may hold
// leaves the site, in each of the ways in which it can.
func TestDownloads(t *testing.T) {
	for name, leave := range map[string]func(*branch){
		"withdrawn": func(b *branch) {
			write(t, b.dir, "content/glossary/trata/index.es.md", "---\nid: \""+idB+"\"\nwithdrawn: {on: 2026-09-30, reason: safety}\n---\n")
		},
		"forgotten": func(b *branch) {
			write(t, b.dir, "content/glossary/trata/index.es.md", "---\nid: \""+idB+"\"\nwithdrawn: {on: 2026-09-30, reason: safety}\n---\n")
			write(t, b.dir, "content/redirects.yaml", "- {from: /p/"+idB+"/, forget: true}\n- {from: /es/glosario/trata/, forget: true}\n- {from: /en/glossary/trata/, forget: true}\n")
		},
		"removed": func(b *branch) { b.remove("glossary/trata") },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBranch(t, "es\nen")
			b.edit("site.yaml", "license:", "repository: https://github.com/red/acervo\nlicense:")
			b.term("trata", idB, "Trata")
			b.commit()
			holds := func(lines ...string) {
				t.Helper()
				c := claims{t, b.site(), map[string]*html.Node{}, nil}
				for _, line := range lines {
					c.holds(0, line)
				}
			}
			holds("es/downloads/index.html has Ahora no hay ningún archivo", "es/index.html .foot [href=/es/downloads/] exists")

			write(t, b.dir, "content/downloads.yaml", string(offer(b.head(), "en", "es")))
			b.commit()
			holds(
				"es/downloads/index.html .downloads h2 = Lengua es | Lengua en",
				"es/downloads/index.html .downloads h3 a@href = https://archivos.example/acervo-es.html | https://archivos.example/acervo-es.zim | https://archivos.example/acervo-en.html | https://archivos.example/acervo-en.zim",
				"es/downloads/index.html .downloads code count 4",
				"es/downloads/index.html has contenido del 22 de septiembre de 2026",
				"es/downloads/index.html has gh attestation verify acervo-es.html --repo red/acervo",
			)
			b.edit("glossary/trata/index.es.md", "Un término.", "Otro resumen.")
			b.commit()
			holds("es/downloads/index.html .downloads code count 4") // an edit is no withdrawal

			leave(b)
			b.commit()
			holds("es/downloads/index.html .downloads code count 0", "es/downloads/index.html has Ahora no hay ningún archivo")

			write(t, b.dir, "content/downloads.yaml", string(offer(b.head(), "en")))
			b.commit()
			holds("es/downloads/index.html .downloads code count 2", "es/downloads/index.html has Ahora no hay archivos en español")

			write(t, b.dir, "content/downloads.yaml", string(offer(strings.Repeat("0", 40), "es")))
			b.commit()
			holds("es/downloads/index.html .downloads code count 0") // nobody knows what they hold
		})
	}
}

// TestDownloadsWithoutHistory decides by the days.
func TestDownloadsWithoutHistory(t *testing.T) {
	for on, want := range map[string]int{"2026-09-21": 2, "2026-09-22": 0, "2026-09-23": 0} {
		g := golden{files: fstest.MapFS{}, parts: map[string]string{"languages": "es"}}
		g.fill(t)
		g.lay("content/downloads.yaml", offer(strings.Repeat("0", 40), "es"))
		g.lay("content/glossary/trata/index.es.md", fmt.Appendf(nil, "---\nid: %q\nwithdrawn: {on: %s, reason: safety}\n---\n", idB, on))
		plan, faults := Read(g.source(), Options{}, shared)
		if plan == nil {
			t.Fatal(faults)
		}
		if len(plan.offered) != want {
			t.Errorf("withdrawn on %s: %d files, want %d", on, len(plan.offered), want)
		}
	}
}

func TestOnGitHub(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/red/acervo": "red/acervo", "https://github.com/red/acervo.git": "red/acervo", "https://github.com/red": "",
		"https://otro.example/red/acervo": "", "": "",
	} {
		if got := onGitHub(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
