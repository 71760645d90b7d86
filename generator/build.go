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
	var zipped bool
	cmd := &cobra.Command{
		Use: "build", Example: "  generator build --base-url https://ejemplo.org/acervo/ --out public\n  generator build --zip --lang es",
		Args: p.exactly(0, "generator build"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case o.lang != "" && !o.portable && !zipped:
				return p.wrong("lang-not-portable")
			case !zipped:
				return p.build(cmd.Context(), &o, out)
			case !cmd.Flags().Changed("out"):
				out = ""
			}
			o.portable = true
			return p.buildZip(cmd.Context(), &o, out)
		},
	}
	p.flags(cmd, &o)
	p.formatFlag(cmd)
	cmd.Flags().StringVar(&out, "out", "public", p.say("flag-out"))
	p.portableFlags(cmd, &o, &zipped)
	return cmd
}

// build makes the whole site, all or nothing.
func (p *program) build(ctx context.Context, o *origin, out string) error {
	start := time.Now()
	src, plan, err := p.plan(ctx, o, start)
	if err != nil {
		return err
	}
	local := o.source
	if remote(o.source) {
		local = ""
	}
	report, err := p.make(ctx, plan, out, local, start)
	if err != nil {
		return err
	}
	p.report(src, report, time.Since(start), archive{})
	return nil
}

// plan reads the source of a build that began at start.
func (p *program) plan(ctx context.Context, o *origin, start time.Time) (site.Source, *site.Plan, error) {
	src, options, err := p.open(ctx, o)
	if err != nil {
		return src, nil, err
	}
	p.stage("stage-source", start)
	plan, faults := site.Read(src, options, nil)
	if plan == nil {
		return src, nil, faultsError{faults}
	}
	p.stage("stage-plan", start)
	return src, plan, p.checkLang(plan, o.lang)
}

// make writes a site into a folder. Source is the folder that it is made from,
// or "".
func (p *program) make(ctx context.Context, plan *site.Plan, out, source string, start time.Time) (report site.Report, err error) {
	dir, err := output.Create(out, source)
	if err != nil {
		return report, err
	}
	defer func() {
		if err != nil {
			dir.Discard()
		}
	}()
	report, faults, err := plan.Build(ctx, dir)
	if err != nil {
		return report, err
	}
	if len(faults) > 0 {
		return report, faultsError{faults}
	}
	p.stage("stage-pages", start.Add(report.Indexing+report.Packing))
	p.stage("stage-search", start.Add(report.Packing))
	p.stage("stage-offline", start)
	return report, dir.Publish()
}

// stage tells how long the build took to get here.
func (p *program) stage(code string, start time.Time) {
	if p.verbose {
		p.note(code, "time", time.Since(start).Round(time.Millisecond).String())
	}
}

// report prints the one line of a build, and the file that it went into.
func (p *program) report(src site.Source, r site.Report, took time.Duration, file archive) {
	commit := src.Commit.Hash[:min(10, len(src.Commit.Hash))]
	if p.format == diag.JSON {
		told := map[string]any{
			"commit": src.Commit.Hash, "records": r.Records, "languages": r.Languages, "pages": r.Pages,
			"files": r.Files, "bytes": r.Bytes, "seconds": took.Seconds(),
		}
		if file.Name != "" {
			told["archive"] = file
		}
		json.NewEncoder(p.stdout).Encode(told)
	} else {
		fmt.Fprintln(p.stdout, p.say("built", "commit", orDash(commit), "records", fmt.Sprint(r.Records), "languages", fmt.Sprint(r.Languages),
			"pages", fmt.Sprint(r.Pages), "bytes", size(r.Bytes), "time", took.Round(time.Millisecond).String()))
		if file.Name != "" {
			fmt.Fprintln(p.stdout, p.say("zip-written", "file", file.Name, "bytes", size(file.Bytes)))
		}
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
