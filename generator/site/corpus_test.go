package site

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"acervo/generator/content"
)

// A corpus is a made-up source with a fixed seed: practices of 600 words in
// several languages, with organizations and lessons to link to.
type corpus struct {
	random *rand.Rand
	langs  []string
	words  []string
	orgs   []string
	ids    []string
}

// writeCorpus writes a source with n practices in es and the further languages
// into a folder, and returns the folder.
func writeCorpus(tb testing.TB, n int, langs ...string) string {
	tb.Helper()
	dir := tb.TempDir()
	c := &corpus{random: rand.New(rand.NewPCG(20261124, 6)), langs: langs}
	for range 3000 {
		c.words = append(c.words, c.word())
	}
	copyTree(tb, "../../content/vocabularies", filepath.Join(dir, "content/vocabularies"))
	write(tb, dir, "content/site.yaml", corpusSite)
	help := c.id()
	write(tb, dir, "content/site.yaml", strings.Replace(corpusSite, "HELP", help, 1))
	for _, lang := range append([]string{"es"}, langs...) {
		head := fmt.Sprintf("id: %s\nmenu: none\n", help)
		if lang != "es" {
			head = translationHead("1:" + strings.Repeat("0", 64))
		}
		write(tb, dir, "content/pages/ayuda/index."+lang+".md", fmt.Sprintf("---\ntitle: Ayuda\nsummary: Qué hacer.\n%s---\n\nTexto.\n", head))
	}
	for i := range max(3, n/20) {
		id := c.id()
		c.orgs = append(c.orgs, id)
		write(tb, dir, fmt.Sprintf("content/organizations/organizacion-%d/index.es.md", i),
			fmt.Sprintf("---\nid: %s\ntitle: Organización %d %s\nkind: civil-society\ncountry: HN\nsummary: %s.\n---\n", id, i, c.some(2), c.some(9)))
	}
	for range n {
		c.ids = append(c.ids, c.id())
	}
	for i := range n {
		c.practice(tb, dir, i)
	}
	return dir
}

const corpusSite = `title: {es: Corpus, en: Corpus, fr: Corpus}
summary: {es: Un corpus., en: A corpus., fr: Un corpus.}
base_url: "https://corpus.example/c/"
languages:
  - {tag: es, name: Español}
  - {tag: en, name: English}
  - {tag: fr, name: Français}
default: es
addresses:
  practices: {es: practicas, en: practices, fr: pratiques}
  lessons: {es: lecciones, en: lessons, fr: lecons}
  messages: {es: mensajes, en: messages, fr: messages}
  organizations: {es: organizaciones, en: organizations, fr: organisations}
  events: {es: encuentros, en: events, fr: rencontres}
  countries: {es: paises, en: countries, fr: pays}
  glossary: {es: glosario, en: glossary, fr: glossaire}
  themes: {es: temas, en: themes, fr: themes}
  populations: {es: poblaciones, en: populations, fr: populations}
  sectors: {es: sectores, en: sectors, fr: secteurs}
  levels: {es: alcances, en: levels, fr: niveaux}
  dimensions: {es: dimensiones, en: dimensions, fr: dimensions}
  evidence: {es: evidencia, en: evidence, fr: preuves}
contact: contacto@corpus.example
license: CC-BY-SA-4.0
exit: {es: "https://exit.example/", en: "https://exit.example/", fr: "https://exit.example/"}
help: HELP
`

func write(tb testing.TB, dir, name, text string) {
	tb.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
}

func copyTree(tb testing.TB, from, to string) {
	tb.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		tb.Fatal(err)
	}
}

func (c *corpus) id() string { return content.MintID(c.random.IntN) }

func (c *corpus) word() string {
	var word strings.Builder
	for range 1 + c.random.IntN(4) {
		word.WriteByte("bcdfglmnprstv"[c.random.IntN(13)])
		word.WriteString([]string{"a", "e", "i", "o", "u", "á", "é", "ió", "an", "es"}[c.random.IntN(10)])
	}
	return word.String()
}

// some returns words that follow Zipf's law roughly.
func (c *corpus) some(n int) string {
	words := make([]string, n)
	for i := range words {
		r := c.random.Float64()
		words[i] = c.words[int(r*r*r*float64(len(c.words)))]
	}
	return strings.Join(words, " ")
}

func (c *corpus) pick(list ...string) string { return list[c.random.IntN(len(list))] }

// practice writes one practice in all languages.
func (c *corpus) practice(tb testing.TB, dir string, i int) {
	folder := fmt.Sprintf("content/practices/practica-%d", i)
	title := fmt.Sprintf("%s %d", c.some(6), i)
	body := c.body()
	write(tb, dir, folder+"/index.es.md", fmt.Sprintf(`---
id: %s
title: %s
summary: %s.
countries: [%s]
level: %s
dimensions: [identification, %s]
themes: [%s, coordination]
sectors: [%s]
populations: [%s]
state: active
evidence: %s
organizations: [%s]
since: by 2018
results:
  - {value: "%d", unit: {es: víctimas, en: victims}, counted_by: {es: %s}, period: "2021", source: s1}
sources:
  - {id: s1, title: %s, publisher: %s, year: 2021, url: "https://source.example/%d", language: es}
  - {id: s2, title: %s, publisher: %s, year: n.d.}
related: [%s]
review: pending
safety: pending
consent: pending
---
%s`, c.ids[i], title, c.some(20), c.pick("HN", "GT", "CR", "MX", "CO", "DO"), c.pick("local", "national", "regional"),
		c.pick("prevention", "protection", "rights"), c.pick("prevention", "training", "awareness", "care", "data"),
		c.pick("public", "civil-society", "justice"), c.pick("children", "women", "indigenous", "lgbtqi"), c.pick("monitored", "self-reported"),
		c.orgs[i%len(c.orgs)], i, c.some(3), c.some(8), c.some(2), i, c.some(8), c.some(2), c.ids[(i+1)%len(c.ids)], body))
	for _, lang := range c.langs {
		write(tb, dir, folder+"/index."+lang+".md", fmt.Sprintf("---\ntitle: %s %s\nsummary: %s.\nslug: practice-%d\n%s---\n%s",
			title, lang, c.some(20), i, translationHead("1:"+strings.Repeat("0", 64)), body))
	}
}

func translationHead(hash string) string {
	return "source_hash: \"" + hash + "\"\ntranslation: {by: machine, reviewed: pending}\n"
}

// body writes about 600 words under the headings of a practice.
func (c *corpus) body() string {
	var out strings.Builder
	for _, s := range content.PracticeKind.Sections {
		fmt.Fprintf(&out, "\n## %s {#%s}\n\n", c.some(2), s.ID)
		switch s.ID {
		case "actions":
			for n := range 4 {
				fmt.Fprintf(&out, "%d. %s [@s1].\n", n+1, c.some(14))
			}
		case "blocks":
			for n := range 2 {
				fmt.Fprintf(&out, "### %s {#block-%d}\n\n%s.\n\n", c.some(3), n, c.some(20))
			}
		default:
			fmt.Fprintf(&out, "%s [@s2]. *%s* %s.\n\n%s, [%s](acervo:%s#limits).\n", c.some(34), c.some(3), c.some(10), c.some(16), c.some(2), c.ids[c.random.IntN(len(c.ids))])
		}
	}
	return out.String()
}
