package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
	"acervo/generator/site"
)

// A translationState is how a record's text in a language stands to its
// source.
type translationState string

// The states of a translation; the words for people are at "state-" + state.
const (
	stateOriginal translationState = "original"
	stateCurrent  translationState = "current"
	stateOutdated translationState = "outdated"
	stateConfirm  translationState = "confirm" // changed after the source's last change, but not signed
	stateMissing  translationState = "missing"
)

// A statusRow is a record with its state in each language.
type statusRow struct {
	ID    string                `json:"id"`
	Kind  string                `json:"kind"`
	Title string                `json:"title"`
	Path  string                `json:"path"` // of the source
	Pages map[string]statusPage `json:"pages"`
}

// A statusPage is a record's state in one language.
type statusPage struct {
	State    translationState `json:"state"`
	Path     string           `json:"path"` // of the file that is or would be there
	Reviewed bool             `json:"reviewed"`
}

// statusCommand is the verb status.
func (p *program) statusCommand() *cobra.Command {
	var source, lang string
	var accept []string
	var all bool
	cmd := &cobra.Command{
		Use: "status", Example: "  generator status --lang fr\n  " + acceptExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(accept) == 0 && len(args) > 0 {
				return p.wrong("accept-alone", "example", acceptExample)
			}
			if p.format != diag.Text && p.format != diag.JSON {
				return p.wrong("unknown-format", "value", p.format, "known", diag.Text+", "+diag.JSON)
			}
			library, err := p.library(source)
			switch {
			case err != nil:
				return err
			case all:
				return p.acceptAll(library, source)
			case len(accept) > 0:
				return p.accept(library, source, append(accept, args...))
			}
			history, err := p.historyOf(cmd.Context(), source)
			if err != nil {
				return err
			}
			return p.printStatus(library, history, lang)
		},
	}
	formats := []string{diag.Text, diag.JSON}
	cmd.Flags().StringVar(&source, "source", ".", p.say("flag-folder"))
	cmd.Flags().StringVar(&lang, "lang", "", p.say("flag-status-lang"))
	cmd.Flags().StringVar(&p.format, "format", diag.Text, p.say("flag-format", "formats", strings.Join(formats, ", ")))
	cmd.Flags().StringArrayVar(&accept, "accept", nil, p.say("flag-accept"))
	cmd.Flags().BoolVar(&all, "accept-all", false, p.say("flag-accept-all"))
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	cmd.MarkFlagsMutuallyExclusive("accept", "accept-all", "lang")
	return cmd
}

const acceptExample = "generator status --accept content/practices/radio/index.fr.md"

// historyOf returns the history of a work tree; nil where there is none, which
// leaves translations outdated that would only have to be confirmed.
func (p *program) historyOf(ctx context.Context, source string) (*gitfs.History, error) {
	o := &origin{source: source, rev: "HEAD"}
	repo, err := gitfs.Open(source)
	var head gitfs.Commit
	if err == nil {
		head, err = repo.Commit("HEAD")
	}
	var history *gitfs.History
	if err == nil {
		history, err = repo.History(ctx, head, historyCache(repo, o))
	}
	if undated(err) {
		return nil, nil
	}
	return history, err
}

// printStatus prints the table of all records, or what is to do in a language.
func (p *program) printStatus(library *content.Library, history *gitfs.History, lang string) error {
	tags := library.Site.Tags()
	if lang != "" && library.Site.Lang(lang) == nil {
		return p.wrong("not-language", "value", lang, "known", strings.Join(tags, ", "))
	}
	rows := []statusRow{}
	if lang != "" {
		for _, e := range site.ByUrgency(library, lang) {
			row := statusOf(e, history, tags)
			if state := row.Pages[lang].State; state == stateMissing || state == stateOutdated || state == stateConfirm {
				rows = append(rows, row)
			}
		}
	} else {
		for _, e := range library.Entries {
			if e.Withdrawn == nil {
				rows = append(rows, statusOf(e, history, tags))
			}
		}
	}
	switch {
	case p.format == diag.JSON:
		out := json.NewEncoder(p.stdout)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(rows)
	case lang != "":
		return p.printWork(rows, lang)
	}
	return p.printTable(rows, tags)
}

// statusOf finds the state of an entry in each language.
func statusOf(e *content.Entry, history *gitfs.History, tags []string) statusRow {
	original := e.Original()
	row := statusRow{ID: e.ID, Kind: e.Kind.Name, Title: original.Title, Path: original.Path, Pages: map[string]statusPage{}}
	for _, tag := range tags {
		page := e.Page(tag)
		state := statusPage{State: stateMissing, Path: e.Folder + "/index." + tag + ".md"}
		switch {
		case page == nil:
		case page.Translation == nil:
			state.State, state.Reviewed = stateOriginal, true
		default:
			state.State, state.Reviewed = stateOutdated, !page.Translation.Reviewed.Pending
			if page.Current() {
				state.State = stateCurrent
			} else if site.ChangedAfter(history, page, original) {
				state.State = stateConfirm
			}
		}
		row.Pages[tag] = state
	}
	return row
}

// told returns the words for a state, marked where nobody reviewed.
func (p *program) told(s statusPage) string {
	words := p.say("state-" + string(s.State))
	if s.State != stateMissing && !s.Reviewed {
		words += "*"
	}
	return words
}

// printTable prints records by language.
func (p *program) printTable(rows []statusRow, tags []string) error {
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\t"+strings.Join(tags, "\t"))
	for _, row := range rows {
		cells := []string{strings.TrimPrefix(filepath.ToSlash(filepath.Dir(row.Path)), "content/")}
		for _, tag := range tags {
			cells = append(cells, p.told(row.Pages[tag]))
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	fmt.Fprintln(table, "\n"+p.say("status-unreviewed"))
	return table.Flush()
}

// printWork prints what is to do in a language, with what is needed to begin,
// in the order in which readers need it.
func (p *program) printWork(rows []statusRow, lang string) error {
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(table, strings.Join([]string{p.say("state-" + string(row.Pages[lang].State)), row.ID, row.Pages[lang].Path, row.Title}, "\t"))
	}
	return table.Flush()
}

// acceptAll accepts every translation.
func (p *program) acceptAll(library *content.Library, source string) error {
	var paths []string
	for _, e := range library.Entries {
		for _, page := range e.Pages {
			if page.Translation != nil {
				paths = append(paths, page.Path)
			}
		}
	}
	return p.accept(library, source, paths)
}

// accept stores in translations that they were made from the source as it lies
// now. All paths are looked up before the first file is changed.
func (p *program) accept(library *content.Library, source string, paths []string) error {
	root, err := os.OpenRoot(source)
	if err != nil {
		return err
	}
	defer root.Close()
	changes := map[string][]byte{}
	for _, path := range paths {
		page := pageAt(library, source, path)
		if page == nil || page.Translation == nil {
			return p.wrong("no-translation", "path", path)
		}
		old, err := root.ReadFile(page.Path)
		if err != nil {
			return err
		}
		changed, ok := content.Accept(old, page.Entry.Original().Hash)
		if !ok {
			return p.wrong("not-accepted", "path", page.Path)
		}
		if page.SourceHash != page.Entry.Original().Hash {
			changes[page.Path] = changed
		}
	}
	for path, data := range changes {
		if err := replaceFile(root, path, data); err != nil {
			return err
		}
	}
	fmt.Fprintln(p.stdout, p.say("accepted", "n", fmt.Sprint(len(changes))))
	return nil
}

// pageAt returns the page that a path means: below the source as faults write
// it, or from where the command is run.
func pageAt(library *content.Library, source, path string) *content.Page {
	if page := library.PageAt(filepath.ToSlash(filepath.Clean(path))); page != nil {
		return page
	}
	root, err := filepath.Abs(source)
	if err != nil {
		return nil
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil
	}
	inside, err := filepath.Rel(root, path)
	if err != nil {
		return nil
	}
	return library.PageAt(filepath.ToSlash(inside))
}

// replaceFile replaces a file whole: who reads it sees the old or the new one.
func replaceFile(root *os.Root, path string, data []byte) error {
	info, err := root.Lstat(path)
	if err != nil {
		return err
	}
	next := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
	f, err := root.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close())
	if err == nil {
		err = root.Rename(next, path)
	}
	if err != nil {
		root.Remove(next)
	}
	return err
}
