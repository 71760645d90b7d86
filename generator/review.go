package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"acervo/generator/diag"
	"acervo/generator/site"
)

const (
	reviewExample = "generator review --base origin/main --html review.html"
	markdownForm  = "markdown"

	listedLines = 200 // of one kind in a review for people
	quotedRunes = 200 // of a text that a review quotes
)

// reviewCommand is the verb review.
func (p *program) reviewCommand() *cobra.Command {
	var o origin
	var base, file string
	formats := []string{diag.Text, markdownForm, diag.JSON}
	cmd := &cobra.Command{
		Use: "review", Example: "  " + reviewExample, Args: p.exactly(0, reviewExample),
		RunE: func(cmd *cobra.Command, _ []string) error {
			form := p.format
			switch {
			case !slices.Contains(formats, form):
				return p.wrong("unknown-format", "value", form, "known", strings.Join(formats, ", "))
			case base == "":
				return p.wrong("review-base", "example", reviewExample)
			}
			p.format = diag.Text
			return p.review(cmd.Context(), &o, base, form, file)
		},
	}
	p.flags(cmd, &o)
	cmd.Flags().StringVar(&base, "base", "", p.say("flag-review-base"))
	cmd.Flags().StringVar(&file, "html", "", p.say("flag-html"))
	cmd.Flags().StringVar(&p.format, "format", diag.Text, p.say("flag-format", "formats", strings.Join(formats, ", ")))
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// review tells what a source changes since it parted from a base.
func (p *program) review(ctx context.Context, o *origin, rev, form, file string) error {
	src, options, err := p.open(ctx, o)
	if err != nil {
		return err
	}
	if src.Repo == nil || src.History == nil {
		return p.wrong("no-base")
	}
	head, err := src.Repo.Commit(rev)
	if err != nil {
		return err
	}
	parted, err := src.Repo.MergeBase(ctx, head, src.Commit)
	if err != nil {
		return err
	}
	base, err := p.openBase(ctx, o, src, parted.Hash)
	if err != nil {
		return err
	}
	r, err := site.Compare(ctx, base, src, options)
	if err != nil {
		return err
	}
	if file != "" {
		page, err := r.HTML(p.ui)
		if err == nil {
			err = writeBeside(file, page)
		}
		if err != nil {
			return err
		}
	}
	if err := p.printReview(r, form); err != nil {
		return err
	}
	if len(r.Faults) > 0 {
		return errDiffers
	}
	return nil
}

// writeBeside writes a file whole.
func writeBeside(file string, data []byte) error {
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer root.Close()
	return putFile(root, filepath.Base(file), data)
}

func (p *program) printReview(r *site.Review, form string) error {
	switch form {
	case diag.JSON:
		return p.reviewJSON(r)
	case markdownForm:
		return p.reviewText(r, codeSpan, "- ", "### ")
	}
	return p.reviewText(r, plain, "  ", "")
}

func (p *program) reviewJSON(r *site.Review) error {
	var faults strings.Builder
	if err := diag.Write(&faults, r.Faults, diag.JSON, p.ui); err != nil {
		return err
	}
	out := json.NewEncoder(p.stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(struct {
		*site.Review
		Faults json.RawMessage `json:"faults"`
	}{r, json.RawMessage(faults.String())})
}

// reviewText writes a review for people. What it quotes was written by anybody:
// quote makes that harmless.
func (p *program) reviewText(r *site.Review, quote func(string) string, item, heading string) error {
	w, first := p.stdout, true
	if len(r.Records)+len(r.Addresses)+len(r.Outdated)+len(r.Files)+len(r.Faults) == 0 {
		fmt.Fprintln(w, p.say("review-nothing"))
		return nil
	}
	section := func(code string, lines []string) {
		if len(lines) == 0 {
			return
		}
		if !first {
			fmt.Fprintln(w)
		}
		first = false
		fmt.Fprintf(w, "%s%s\n\n", heading, p.say(code, "n", fmt.Sprint(len(lines))))
		for _, line := range lines[:min(len(lines), listedLines)] {
			fmt.Fprintln(w, item+line)
		}
		if more := len(lines) - listedLines; more > 0 {
			fmt.Fprintln(w, item+p.say("review-more", "n", fmt.Sprint(more)))
		}
	}
	section("review-list-faults", p.faultLines(r, quote))
	section("review-list-records", p.recordLines(r, quote))
	section("review-list-addresses", p.addressLines(r, quote))
	section("review-list-outdated", outdatedLines(r, quote))
	var files []string
	for _, name := range r.Files {
		files = append(files, quote(name))
	}
	section("review-list-files", files)
	return nil
}

func (p *program) faultLines(r *site.Review, quote func(string) string) []string {
	var lines []string
	for _, f := range r.Faults.Sorted() {
		message, _ := f.Words(p.ui)
		lines = append(lines, quote(strings.TrimPrefix(f.Place()+": "+message, ": "))+" ["+f.Code+"]")
	}
	return lines
}

func (p *program) recordLines(r *site.Review, quote func(string) string) []string {
	var lines []string
	for _, record := range r.Records {
		line := p.say("review-"+record.Change) + " " + quote(record.ID)
		if record.Title != "" && record.Change != site.RecordWithdrawn {
			line += " " + quote(record.Title)
		}
		var parts []string
		if record.Change != site.RecordWithdrawn && record.Change != site.RecordRemoved {
			for _, f := range record.Files {
				parts = append(parts, p.fileLine(f, quote))
			}
		}
		if len(parts) > 0 {
			line += ": " + strings.Join(parts, "; ")
		}
		lines = append(lines, line)
	}
	return lines
}

// fileLine tells what changed in a file of a record.
func (p *program) fileLine(f site.FileChange, quote func(string) string) string {
	var changes []string
	for _, c := range f.Changes {
		text := p.say("change-" + c.Kind)
		if ids := slices.DeleteFunc(slices.Clone(c.Sections), func(id string) bool { return id == "" }); len(ids) > 0 {
			text += " " + quote(strings.Join(ids, ", "))
		}
		changes = append(changes, text)
	}
	if f.Lang != "" {
		return f.Lang + " " + strings.Join(changes, ", ")
	}
	return quote(filepath.Base(f.Path)) + " " + strings.Join(changes, ", ")
}

func (p *program) addressLines(r *site.Review, quote func(string) string) []string {
	var lines []string
	for _, c := range r.Addresses {
		line := quote(c.Path) + " " + p.say("address-"+c.Kind)
		switch {
		case c.Kind == site.AddressTaken:
			line += " " + quote(c.ID)
		case c.To != "":
			line += " " + quote(c.To)
		}
		lines = append(lines, line)
	}
	return lines
}

func outdatedLines(r *site.Review, quote func(string) string) []string {
	var lines []string
	for _, o := range r.Outdated {
		lines = append(lines, o.Lang+" "+quote(o.ID)+" "+quote(o.Title)+" "+quote(o.Path))
	}
	return lines
}

// plain is a text in one line, without characters that steer a terminal.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || diag.Invisible(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > quotedRunes {
		s = string(runes[:quotedRunes]) + "…"
	}
	return s
}

// codeSpan sets a text as code in Markdown, so that nothing in it is a link, a
// mention or markup.
func codeSpan(s string) string {
	s = plain(s)
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}
