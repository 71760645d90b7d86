package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"acervo/generator/content"
	"acervo/generator/gitfs"
	"acervo/generator/markdown"
)

const newExample = `generator new practice "Radio en lenguas mayas" --lang es`

// newCommand is the verb new.
func (p *program) newCommand() *cobra.Command {
	var source, lang, translate string
	cmd := &cobra.Command{
		Use: "new " + strings.Join(kindNames(), "|"), Example: "  " + newExample + "\n  generator new --translate w5q01qx --lang fr",
		ValidArgs: kindNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			library, err := p.library(source)
			if err != nil {
				return err
			}
			if translate != "" {
				return p.newTranslation(library, source, translate, lang, args)
			}
			return p.newRecord(library, source, lang, args)
		},
	}
	cmd.Flags().StringVar(&source, "source", ".", p.say("flag-folder"))
	cmd.Flags().StringVar(&lang, "lang", "", p.say("flag-lang"))
	cmd.Flags().StringVar(&translate, "translate", "", p.say("flag-translate"))
	return cmd
}

func kindNames() []string {
	names := make([]string, len(content.Kinds))
	for i, k := range content.Kinds {
		names[i] = k.Name
	}
	return names
}

// library reads the records of a work tree. Their faults are only counted: who
// begins a record need not mend all others first. Without the site's languages
// nothing can be begun.
func (p *program) library(source string) (*content.Library, error) {
	files, err := gitfs.Folder(source)
	if err != nil {
		return nil, err
	}
	library, faults := content.Read(files, nil)
	if library.Site.Lang(library.Site.Default) == nil {
		return nil, faultsError{faults}
	}
	switch n := len(faults.Sorted()); {
	case n == 1:
		p.note("one-other-fault")
	case n > 1:
		p.note("other-faults", "n", fmt.Sprint(n))
	}
	return library, nil
}

// wrong is the error of a wrong use.
func (p *program) wrong(code string, args ...string) error {
	return usageError{errors.New(p.say(code, args...))}
}

// newRecord writes the first file of a new record and prints its path.
func (p *program) newRecord(library *content.Library, source, lang string, args []string) error {
	site := &library.Site
	if len(args) != 2 {
		return p.wrong("new-arguments", "example", newExample)
	}
	if lang == "" {
		lang = site.Default
	}
	kind := content.KindNamed(args[0])
	switch {
	case kind == nil:
		return p.wrong("unknown-kind", "value", args[0], "known", strings.Join(kindNames(), ", "))
	case site.Lang(lang) == nil:
		return p.wrong("not-language", "value", lang, "known", strings.Join(site.Tags(), ", "))
	case kind == content.EventKind && lang != site.Default:
		return p.wrong("event-language", "lang", site.Default)
	}
	draft := content.Draft{Kind: kind, ID: freshID(library), Title: args[1], Lang: lang, UI: p.ui}
	if kind == content.CountryKind {
		code := content.CountryCode(strings.TrimSpace(args[1]), lang, "es", "en")
		if code == "" {
			return p.wrong("not-country", "value", args[1])
		}
		draft.ID, draft.Title = strings.ToLower(code), content.CountryName(code, lang)
	}
	file, data, faults := library.Draft(draft)
	if len(faults) > 0 {
		message, _ := faults[0].Words(p.ui)
		return usageError{errors.New(message)}
	}
	return p.create(source, file, data, true)
}

// freshID mints an id that no record has.
func freshID(library *content.Library) string {
	for {
		id := content.MintID(func(n int) int {
			i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
			if err != nil {
				panic(err) // crypto/rand never fails
			}
			return int(i.Int64())
		})
		if library.Entry(id) == nil {
			return id
		}
	}
}

// create writes a file that must not exist yet and prints its path. A new
// record has a folder of its own, which must not exist either.
func (p *program) create(source, file string, data []byte, folder bool) error {
	root, err := os.OpenRoot(source)
	if err != nil {
		return err
	}
	defer root.Close()
	if folder {
		if err := root.MkdirAll(path.Dir(path.Dir(file)), 0o777); err != nil {
			return err
		}
		if err := root.Mkdir(path.Dir(file), 0o777); errors.Is(err, fs.ErrExist) {
			return p.wrong("exists", "file", path.Dir(file))
		} else if err != nil {
			return err
		}
	}
	f, err := root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return p.wrong("exists", "file", file)
	} else if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		root.Remove(file)
		return err
	}
	fmt.Fprintln(p.stdout, file)
	return nil
}

// newTranslation writes a translation to be filled in beside its source.
func (p *program) newTranslation(library *content.Library, source, id, lang string, args []string) error {
	e := library.Entry(id)
	switch {
	case len(args) > 0:
		return p.wrong("wrong-arguments", "n", "0", "given", fmt.Sprint(len(args)), "example", "generator new --translate w5q01qx --lang fr")
	case lang == "":
		return p.wrong("translate-lang")
	case library.Site.Lang(lang) == nil:
		return p.wrong("not-language", "value", lang, "known", strings.Join(library.Site.Tags(), ", "))
	case e == nil:
		return p.wrong("no-record", "id", id)
	case e.Withdrawn != nil:
		return p.wrong("record-withdrawn", "id", id)
	case e.Source == lang:
		return p.wrong("own-language", "id", id, "lang", lang)
	}
	original := e.Original()
	text, err := original.Body()
	if err != nil {
		return err
	}
	doc, _ := markdown.New().Convert(text, e.Source, markdown.Place{Path: original.Path, Line: original.BodyLine})
	file, data := e.Translation(lang, p.ui, outline(doc, lang))
	return p.create(source, file, data, false)
}

// countedID is the id of a heading that has none of its own. It is the same in
// the translation without being written.
var countedID = regexp.MustCompile(`^h[0-9]+$`)

// escapeMarkdown keeps the plain words of a heading plain.
var escapeMarkdown = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, "`", "\\`", "&", `\&`)

// outline returns the headings of a text with ??? where its words were. The
// headings of fixed sections are in the language of the translation, the
// others as they are.
func outline(doc *markdown.Doc, lang string) string {
	const blank = "???\n\n"
	var out strings.Builder
	heading := func(level int, title, id string) {
		title = escapeMarkdown.Replace(title)
		if !countedID.MatchString(id) {
			title += " {#" + id + "}"
		}
		out.WriteString(strings.Repeat("#", level) + " " + title + "\n\n")
	}
	for i, s := range doc.Sections {
		if i > 0 {
			title := content.SectionTitle(s.ID, lang)
			if title == "" {
				title = s.Title
			}
			heading(2, title, s.ID)
		}
		if i > 0 || s.Text != "" {
			out.WriteString(blank)
		}
		for _, h := range s.Headings {
			heading(h.Level, h.Text, h.ID)
			out.WriteString(blank)
		}
	}
	return out.String()
}
