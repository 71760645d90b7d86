package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"acervo/generator/epub"
	"acervo/generator/site"
)

// bookCommand is the verb book.
func (p *program) bookCommand() *cobra.Command {
	var o origin
	var as, lang, out string
	cmd := &cobra.Command{
		Use: "book", Example: "  generator book --lang es --out acervo-es.epub\n  generator book --as html", Args: p.exactly(0, "generator book"),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.books(cmd.Context(), &o, as, lang, out) },
	}
	p.flags(cmd, &o)
	p.formatFlag(cmd)
	cmd.Flags().StringVar(&as, "as", bookForms[0], p.say("flag-book-as", "forms", strings.Join(bookForms, ", ")))
	cmd.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(bookForms, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().StringVar(&lang, "lang", "", p.say("flag-book-lang"))
	cmd.Flags().StringVar(&out, "out", "", p.say("flag-book-out"))
	return cmd
}

// bookForms are what a book can be: a file of electronic readers, or one page.
var bookForms = []string{"epub", "html"}

// books writes the book of a language into a file, or those of all languages
// into a folder: all of them or none.
func (p *program) books(ctx context.Context, o *origin, as, lang, out string) error {
	if !slices.Contains(bookForms, as) {
		return p.wrong("unknown-book-form", "value", as, "known", strings.Join(bookForms, ", "))
	}
	src, options, err := p.open(ctx, o)
	if err != nil {
		return err
	}
	files := map[string]string{} // by language
	settings := settingsOf(src)
	tags := settings.Tags()
	switch {
	case lang == "":
		for _, tag := range tags {
			files[tag] = filepath.Join(out, bookName(tag, as))
		}
	case len(tags) > 0 && !slices.Contains(tags, lang):
		return p.wrong("not-language", "value", lang, "known", strings.Join(tags, ", "))
	case out == "":
		tags, files[lang] = []string{lang}, bookName(lang, as)
	default:
		tags, files[lang] = []string{lang}, out
	}
	plan, faults := site.Read(src, options, nil)
	if plan == nil {
		return faultsError{faults}
	}
	if faults, err = plan.Check(ctx); err != nil {
		return err
	}
	if len(faults) > 0 {
		return faultsError{faults}
	}
	if lang == "" && out != "" {
		if err := os.MkdirAll(out, 0o777); err != nil {
			return err
		}
	}
	return p.writeBooks(ctx, plan, as, tags, files)
}

// bookName is the file's name of a language's book.
func bookName(lang, as string) string { return "acervo-" + strings.ToLower(lang) + "." + as }

// writeBooks writes each book beside its place and then puts all in theirs, so
// that an error leaves the books that were there.
func (p *program) writeBooks(ctx context.Context, plan *site.Plan, as string, tags []string, files map[string]string) (err error) {
	drafts := map[string]string{}
	defer func() {
		for _, draft := range drafts {
			os.Remove(draft) // gone where it is in its place
		}
	}()
	for _, tag := range tags {
		if err := ctx.Err(); err != nil {
			return err
		}
		if drafts[tag], err = writeBook(plan, as, tag, files[tag]); err != nil {
			return err
		}
	}
	for _, tag := range tags {
		info, err := os.Stat(drafts[tag])
		if err != nil {
			return err
		}
		if err := os.Rename(drafts[tag], files[tag]); err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, p.say("book-written", "file", filepath.ToSlash(files[tag]), "bytes", size(info.Size())))
	}
	return nil
}

// writeBook writes a book into a new file beside another and returns its name.
func writeBook(plan *site.Plan, as, lang, beside string) (draft string, err error) {
	file, err := os.CreateTemp(filepath.Dir(beside), ".book-*.tmp")
	if err != nil {
		return "", err
	}
	out := bufio.NewWriter(file)
	err = errors.Join(bind(plan, as, lang, out), out.Flush(), file.Chmod(0o644), file.Sync(), file.Close())
	return file.Name(), err
}

// bind writes the book of a language in a form.
func bind(plan *site.Plan, as, lang string, out io.Writer) error {
	if as == "html" {
		book, frame, err := plan.Handbook(lang)
		if err != nil {
			return err
		}
		return epub.WritePage(out, book, frame)
	}
	book, err := plan.Book(lang)
	if err != nil {
		return err
	}
	return epub.Write(out, book)
}
