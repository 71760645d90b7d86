package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"acervo/generator/diag"
	"acervo/generator/output"
	"acervo/generator/site"
)

const (
	verifyExample = "generator verify https://ejemplo.org/acervo/ --source https://github.example/acervo/acervo"
	carriedRecord = "carried.json"

	readers     = 8        // files of a published site that are read at once
	largestFile = 64 << 20 // of a published site
)

// A buildRecord is what a published site tells of itself.
type buildRecord struct {
	Version, Commit, Tree string
	Dirty                 bool
	Options               map[string]string
	listing
}

// A finding is a file of a published site that is not as it should be.
type finding struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // differs, missing, extra, carried
}

// verifyCommand is the verb verify.
func (p *program) verifyCommand() *cobra.Command {
	o := origin{rev: "HEAD", uncached: true}
	formats := []string{diag.Text, diag.JSON}
	cmd := &cobra.Command{
		Use: p.say("verify-line"), Example: "  " + verifyExample, Args: p.exactly(1, verifyExample),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(formats, p.format) {
				return p.wrong("unknown-format", "value", p.format, "known", strings.Join(formats, ", "))
			}
			return p.verify(cmd.Context(), &o, args[0])
		},
	}
	cmd.Flags().StringVar(&o.source, "source", ".", p.say("flag-source"))
	cmd.Flags().BoolVar(&o.trust, "trust-source", false, p.say("flag-trust-source"))
	cmd.Flags().StringVar(&p.format, "format", diag.Text, p.say("flag-format", "formats", strings.Join(formats, ", ")))
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// errDiffers ends the program with the status of faults; what differs has been
// told.
var errDiffers = errors.New("the site differs")

// verify makes the site of the commit that a published one names, with its
// options and without anything that was remembered, and compares the files.
func (p *program) verify(ctx context.Context, o *origin, address string) error {
	live, err := p.openLive(address)
	if err != nil {
		return err
	}
	record, told, err := p.readPublished(ctx, live, address)
	if err != nil {
		return err
	}
	o.rev, o.baseURL = told.Commit, told.Options["base-url"]
	o.portable, o.lang = told.Options["portable"] == "true", told.Options["lang"]
	rebuilt, src, err := p.rebuild(ctx, o, told)
	if err != nil {
		return err
	}
	carried, err := readListing(ctx, live, carriedRecord)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.New(p.say("verify-unread", "address", address, "cause", carriedRecord+": "+err.Error()))
	}
	findings, err := compare(ctx, live, rebuilt, told.listing, carried)
	if err != nil {
		return errors.New(p.say("verify-unread", "address", address, "cause", err.Error()))
	}
	if !remote(address) {
		names, err := extraFiles(address, rebuilt, carried)
		if err != nil {
			return err
		}
		findings = append(findings, names...)
	}
	sum := sha256.Sum256(record)
	if i := slices.IndexFunc(rebuilt, func(f output.File) bool { return f.Name == output.Record }); rebuilt[i].SHA256 != hex.EncodeToString(sum[:]) {
		findings = append(findings, finding{output.Record, "differs"})
	}
	return p.tellVerified(src, told, rebuilt, carried, tidy(findings))
}

// tidy sorts findings, each once.
func tidy(findings []finding) []finding {
	slices.SortFunc(findings, func(a, b finding) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind)) })
	return slices.Compact(findings)
}

var commitHash = regexp.MustCompile(`^[0-9a-f]{40}$`)

// readPublished reads build.json and refuses a site that this program can't
// make again.
func (p *program) readPublished(ctx context.Context, live liveSite, address string) ([]byte, buildRecord, error) {
	var told buildRecord
	record, err := live(ctx, output.Record, carryListing)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, told, p.wrong("verify-no-site", "address", address)
	} else if err != nil {
		return nil, told, errors.New(p.say("verify-unread", "address", address, "cause", err.Error()))
	}
	err = json.Unmarshal(record, &told)
	switch {
	case err != nil, told.Generator != "acervo":
		return nil, told, p.wrong("verify-no-site", "address", address)
	case told.Version != siteVersion:
		message, hint := diag.Fault{Code: "verify-version", Args: diag.Args{"published": told.Version, "own": siteVersion, "commit": told.Commit}}.Words(p.ui)
		return nil, told, usageError{errors.New(message + "\n    " + hint)}
	case told.Dirty, !commitHash.MatchString(told.Commit):
		return nil, told, p.wrong("verify-dirty")
	}
	for _, name := range slices.Sorted(maps.Keys(told.Options)) {
		if !slices.Contains([]string{"base-url", "portable", "lang"}, name) {
			return nil, told, p.wrong("verify-option", "value", name)
		}
	}
	return record, told, nil
}

// rebuild makes the site again in a folder of its own, which does not stay.
func (p *program) rebuild(ctx context.Context, o *origin, told buildRecord) (files []output.File, src site.Source, err error) {
	src, options, err := p.open(ctx, o)
	if err != nil {
		return nil, src, err
	}
	if src.Commit.Tree != told.Tree {
		return nil, src, p.wrong("verify-commit", "commit", told.Commit, "tree", told.Tree)
	}
	plan, faults := site.Read(src, options, nil)
	if plan == nil {
		return nil, src, faultsError{faults}
	}
	folder, err := os.MkdirTemp("", "acervo-verify-")
	if err != nil {
		return nil, src, err
	}
	defer os.RemoveAll(folder)
	dir, err := output.Create(filepath.Join(folder, "site"), "")
	if err != nil {
		return nil, src, err
	}
	defer func() { err = errors.Join(err, dir.Discard()) }()
	_, faults, err = plan.Build(ctx, dir)
	if len(faults) > 0 {
		return nil, src, faultsError{faults}
	}
	return dir.Files(), src, err
}

// compare reads every file that the site should have and those that it lists
// besides.
func compare(ctx context.Context, live liveSite, rebuilt []output.File, told, carried listing) ([]finding, error) {
	wanted := map[string]string{} // hash by name; "" for what should not be there
	for _, f := range rebuilt {
		wanted[f.Name] = f.SHA256
	}
	kind := map[string]string{}
	for _, f := range carried.Files {
		if _, own := wanted[f.Name]; own {
			continue
		}
		wanted[f.Name], kind[f.Name] = "", "extra"
		if digits := carriable.FindStringSubmatch(f.Name); digits != nil && strings.HasPrefix(f.SHA256, digits[1]) {
			wanted[f.Name], kind[f.Name] = f.SHA256, "carried"
		}
	}
	for _, f := range told.Files {
		if _, known := wanted[f.Name]; !known {
			wanted[f.Name], kind[f.Name] = "", "extra"
		}
	}
	names := slices.Sorted(maps.Keys(wanted))
	found := make([]string, len(names))
	err := inParallel(len(names), func(i int) error {
		name := names[i]
		if !fs.ValidPath(name) {
			found[i] = "extra"
			return nil
		}
		data, err := live(ctx, name, largestFile)
		sum := sha256.Sum256(data)
		switch {
		case errors.Is(err, fs.ErrNotExist) && wanted[name] != "":
			found[i] = "missing"
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		case hex.EncodeToString(sum[:]) != wanted[name]:
			found[i] = cmp.Or(kind[name], "differs")
		}
		return nil
	})
	var findings []finding
	for i, name := range names {
		if found[i] != "" {
			findings = append(findings, finding{name, found[i]})
		}
	}
	return findings, err
}

// inParallel does n pieces of work, a few at a time, and returns the errors.
func inParallel(n int, work func(i int) error) error {
	errs := make([]error, n)
	var workers sync.WaitGroup
	for w := range readers {
		workers.Go(func() {
			for i := w; i < n; i += readers {
				if errs[i] = work(i); errs[i] != nil {
					return
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

// extraFiles lists what lies in a folder and belongs to no site.
func extraFiles(folder string, rebuilt []output.File, carried listing) ([]finding, error) {
	known := carried.names()
	known[carriedRecord] = true
	for _, f := range rebuilt {
		known[f.Name] = true
	}
	var findings []finding
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !known[name] {
			findings = append(findings, finding{name, "extra"})
		}
		return err
	})
	return findings, err
}

// tellVerified prints the result.
func (p *program) tellVerified(src site.Source, told buildRecord, rebuilt []output.File, carried listing, findings []finding) error {
	var total int64
	for _, f := range rebuilt {
		total += f.Size
	}
	n := fmt.Sprint(len(rebuilt))
	if p.format == diag.JSON {
		if findings == nil {
			findings = []finding{}
		}
		names := slices.Sorted(maps.Keys(carried.names()))
		if names == nil {
			names = []string{}
		}
		out := json.NewEncoder(p.stdout)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		out.Encode(map[string]any{"commit": told.Commit, "version": told.Version, "same": len(findings) == 0, "files": len(rebuilt), "findings": findings, "carried": names})
	} else {
		for _, f := range findings {
			fmt.Fprintln(p.stdout, p.say("verify-line-of", "kind", p.say("verify-"+f.Kind), "name", f.Name))
		}
		if len(findings) == 0 {
			fmt.Fprintln(p.stdout, p.say("verified", "commit", told.Commit, "n", n, "bytes", size(total)))
		}
		if len(carried.Files) > 0 {
			fmt.Fprintln(p.stdout, p.say("verified-carried", "n", fmt.Sprint(len(carried.Files))))
		}
	}
	if len(findings) == 0 {
		return nil
	}
	p.note("not-verified", "commit", told.Commit, "n", fmt.Sprint(len(findings)))
	if !src.Own && ownLooks(src) {
		p.note("verify-untrusted")
	}
	return errDiffers
}

// ownLooks reports whether a source has layouts or assets of its own.
func ownLooks(src site.Source) bool {
	for _, dir := range []string{"layouts", "assets"} {
		if _, err := fs.Stat(src.Files, dir); err == nil {
			return true
		}
	}
	return false
}
