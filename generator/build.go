package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"acervo/generator/diag"
	"acervo/generator/output"
	"acervo/generator/site"
)

// largeSite is the size above which a build warns: GitHub Pages publishes at
// most 1 GB.
const largeSite = 800 << 20

// buildCommand is the verb build.
func (p *program) buildCommand() *cobra.Command {
	var o origin
	var out string
	cmd := &cobra.Command{
		Use: "build", Example: "  generator build --base-url https://ejemplo.org/acervo/ --out public", Args: p.exactly(0, "generator build"),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.build(cmd.Context(), &o, out) },
	}
	p.flags(cmd, &o)
	p.formatFlag(cmd)
	cmd.Flags().StringVar(&out, "out", "public", p.say("flag-out"))
	return cmd
}

// build makes the whole site, all or nothing.
func (p *program) build(ctx context.Context, o *origin, out string) (err error) {
	start := time.Now()
	src, options, err := p.open(ctx, o)
	if err != nil {
		return err
	}
	p.stage("stage-source", start)
	plan, faults := site.Read(src, options, nil)
	if plan == nil {
		return faultsError{faults}
	}
	p.stage("stage-plan", start)
	local := o.source
	if remote(o.source) {
		local = ""
	}
	dir, err := output.Create(out, local)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			dir.Discard()
		}
	}()
	report, faults, err := plan.Build(ctx, dir)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return faultsError{faults}
	}
	p.stage("stage-pages", start.Add(report.Indexing))
	p.stage("stage-search", start)
	if err := dir.Publish(); err != nil {
		return err
	}
	p.report(src, report, time.Since(start))
	return nil
}

// stage tells how long the build took to get here.
func (p *program) stage(code string, start time.Time) {
	if p.verbose {
		p.note(code, "time", time.Since(start).Round(time.Millisecond).String())
	}
}

// report prints the one line of a build.
func (p *program) report(src site.Source, r site.Report, took time.Duration) {
	commit := src.Commit.Hash[:min(10, len(src.Commit.Hash))]
	if p.format == diag.JSON {
		json.NewEncoder(p.stdout).Encode(map[string]any{
			"commit": src.Commit.Hash, "records": r.Records, "languages": r.Languages, "pages": r.Pages,
			"files": r.Files, "bytes": r.Bytes, "seconds": took.Seconds(),
		})
	} else {
		fmt.Fprintln(p.stdout, p.say("built", "commit", orDash(commit), "records", fmt.Sprint(r.Records), "languages", fmt.Sprint(r.Languages),
			"pages", fmt.Sprint(r.Pages), "bytes", size(r.Bytes), "time", took.Round(time.Millisecond).String()))
	}
	if r.Bytes > largeSite {
		p.note("large-site", "bytes", size(r.Bytes))
	}
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// size tells a number of bytes.
func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// checkCommand is the verb check.
func (p *program) checkCommand() *cobra.Command {
	var o origin
	var base string
	cmd := &cobra.Command{
		Use: "check", Example: "  generator check --worktree\n  generator check --base origin/main", Args: p.exactly(0, "generator check"),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.check(cmd.Context(), &o, base) },
	}
	p.flags(cmd, &o)
	p.formatFlag(cmd)
	cmd.Flags().StringVar(&base, "base", "", p.say("flag-base"))
	return cmd
}

// check finds all faults of a source. With a base it tells what became of the
// addresses that were published there.
func (p *program) check(ctx context.Context, o *origin, base string) error {
	src, options, err := p.open(ctx, o)
	if err != nil {
		return err
	}
	plan, faults := site.Read(src, options, nil)
	if plan == nil && base != "" {
		plan, _ = site.ReadRewritten(src, options)
	}
	if plan == nil {
		return faultsError{faults}
	}
	found, err := plan.Check(ctx)
	switch {
	case err != nil:
		return err
	case len(found) > 0:
		return faultsError{append(found, faults...)}
	case base != "":
		return p.checkAddresses(ctx, o, src, plan, base, faults)
	}
	if p.format == diag.JSON {
		return diag.Write(p.stdout, nil, p.format, p.ui)
	}
	return nil
}
