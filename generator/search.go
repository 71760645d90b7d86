package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"acervo/generator/diag"
	"acervo/generator/search"
	"acervo/generator/site"
)

const searchExample = `generator search "línea de ayuda" --lang es --filter country=HN`

// A searchQuery is what the verb search is asked.
type searchQuery struct {
	words   string
	lang    string   // empty: the site's default
	filters []string // facet=code
	limit   int
}

// A searchAnswer is what it answers to machines.
type searchAnswer struct {
	Words string      `json:"words"`
	Lang  string      `json:"lang"`
	Plan  search.Plan `json:"plan"`
	Total int         `json:"total"` // with all words
	More  int         `json:"more"`  // with some of them
	Hits  []searchHit `json:"hits"`
}

// A searchHit is a record that was found. Fragments are HTML.
type searchHit struct {
	Title     string   `json:"title"`
	Address   string   `json:"address"`
	Summary   string   `json:"summary"`
	Lang      string   `json:"lang"`
	Countries []string `json:"countries"`
	Labels    []string `json:"labels"`
	Tier      int      `json:"tier"`
	Score     float64  `json:"score"`
	Fragments []string `json:"fragments"`
}

// searchCommand is the verb search.
func (p *program) searchCommand() *cobra.Command {
	var o origin
	var q searchQuery
	cmd := &cobra.Command{
		Use: p.say("search-line"), Example: "  " + searchExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			if q.words = strings.Join(args, " "); strings.TrimSpace(q.words) == "" {
				return p.wrong("search-words", "example", searchExample)
			}
			if p.format != diag.Text && p.format != diag.JSON {
				return p.wrong("unknown-format", "value", p.format, "known", diag.Text+", "+diag.JSON)
			}
			if q.limit < 1 {
				return p.wrong("bad-flag-value", "value", fmt.Sprint(q.limit), "flag", "--limit")
			}
			return p.search(cmd.Context(), &o, q)
		},
	}
	p.flags(cmd, &o)
	formats := []string{diag.Text, diag.JSON}
	cmd.Flags().StringVar(&p.format, "format", diag.Text, p.say("flag-format", "formats", strings.Join(formats, ", ")))
	cmd.Flags().StringVar(&q.lang, "lang", "", p.say("flag-lang"))
	cmd.Flags().StringArrayVar(&q.filters, "filter", nil, p.say("flag-filter"))
	cmd.Flags().IntVar(&q.limit, "limit", 10, p.say("flag-limit"))
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// search answers from a bleve index of the source. The index is made anew in
// memory: that takes less than the reading of the source.
func (p *program) search(ctx context.Context, o *origin, q searchQuery) error {
	src, options, err := p.open(ctx, o)
	if err != nil {
		return err
	}
	if q.lang, err = p.searchLanguage(src, q.lang); err != nil {
		return err
	}
	plan, faults := site.Read(src, options, nil)
	if plan == nil {
		return faultsError{faults}
	}
	docs, made, err := plan.Search(q.lang)
	if err != nil {
		return err
	}
	filters, err := p.searchFilters(q.filters, made.Facets)
	if err != nil {
		return err
	}
	index, err := search.Build(ctx, docs, made)
	if err != nil {
		return err
	}
	answer := searchAnswer{Words: q.words, Lang: q.lang, Hits: []searchHit{}}
	if answer.Plan, err = index.Resolve(q.words, false); err != nil {
		return err
	}
	if err := answer.find(docs, made, filters, q.limit); err != nil {
		return err
	}
	if p.format == diag.JSON {
		out := json.NewEncoder(p.stdout)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(answer)
	}
	p.printAnswer(answer)
	return nil
}

// find answers the plan.
func (a *searchAnswer) find(docs []search.Document, o search.Options, filters map[string][]string, limit int) error {
	referee, err := search.NewReferee(docs, o, "")
	if err != nil {
		return err
	}
	defer referee.Close()
	result, err := referee.Search(a.Plan, filters, limit)
	if err != nil {
		return err
	}
	a.Total, a.More = result.Total, result.More
	for _, hit := range result.Hits {
		r := docs[hit.Doc].Record
		a.Hits = append(a.Hits, searchHit{r.Title, r.Address, r.Summary, r.Lang, r.Countries, r.Labels, hit.Tier, hit.Score, hit.Fragments})
	}
	return nil
}

// searchLanguage is the language to search in: the one that was asked for, or
// the site's default.
func (p *program) searchLanguage(src site.Source, lang string) (string, error) {
	settings := settingsOf(src)
	if lang == "" {
		lang = settings.Default
	}
	if tags := settings.Tags(); len(tags) > 0 && settings.Lang(lang) == nil {
		return "", p.wrong("not-language", "value", lang, "known", strings.Join(tags, ", "))
	}
	return lang, nil
}

// searchFilters reads filters as they are written: facet=code.
func (p *program) searchFilters(written []string, facets []search.Facet) (map[string][]string, error) {
	filters := map[string][]string{}
	for _, w := range written {
		id, code, ok := strings.Cut(w, "=")
		if !ok {
			return nil, p.wrong("bad-flag-value", "value", w, "flag", "--filter")
		}
		var ids, codes []string
		for _, f := range facets {
			if ids = append(ids, f.ID); f.ID != id {
				continue
			}
			for _, v := range f.Values {
				codes = append(codes, v.Code)
			}
		}
		if !slices.Contains(ids, id) {
			return nil, p.wrong("unknown-filter", "value", id, "known", strings.Join(ids, ", "))
		}
		at := slices.IndexFunc(codes, func(known string) bool { return strings.EqualFold(known, code) })
		if at < 0 {
			return nil, p.wrong("unknown-filter-code", "filter", id, "value", code, "known", strings.Join(codes, ", "))
		}
		filters[id] = append(filters[id], codes[at])
	}
	return filters, nil
}

// printAnswer prints an answer for people.
func (p *program) printAnswer(a searchAnswer) {
	for _, pair := range a.Plan.Corrected {
		p.note("search-corrected", "word", pair[0], "other", pair[1])
	}
	for _, word := range a.Plan.Unknown {
		p.note("search-unknown", "word", word)
	}
	marks := strings.NewReplacer("<mark>", "", "</mark>", "")
	if p.stdout == os.Stdout && term.IsTerminal(int(os.Stdout.Fd())) {
		marks = strings.NewReplacer("<mark>", "\x1b[1m", "</mark>", "\x1b[0m")
	}
	for i, hit := range a.Hits {
		if hit.Tier == 2 && (i == 0 || a.Hits[i-1].Tier == 1) {
			fmt.Fprintln(p.stdout, p.say("search-some"))
		}
		fmt.Fprintf(p.stdout, "%d. %s\n   %s\n", i+1, hit.Title, strings.Join(append([]string{hit.Address}, append(hit.Labels, hit.Countries...)...), " · "))
		if len(hit.Fragments) == 0 {
			fmt.Fprintf(p.stdout, "   %s\n", hit.Summary)
		}
		for _, fragment := range hit.Fragments {
			fragment = html.UnescapeString(marks.Replace(strings.Join(strings.Fields(fragment), " ")))
			fmt.Fprintf(p.stdout, "   %s\n", fragment)
		}
	}
	if len(a.Hits) == 0 {
		p.note("search-none")
		return
	}
	fmt.Fprintln(p.stdout, p.say("search-totals", "total", fmt.Sprint(a.Total), "more", fmt.Sprint(a.More)))
}
