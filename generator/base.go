package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
	"acervo/generator/site"
)

// openBase opens another version of a source that is open already.
func (p *program) openBase(ctx context.Context, o *origin, src site.Source, rev string) (site.Source, error) {
	if src.Repo == nil || src.History == nil {
		return site.Source{}, p.wrong("no-base")
	}
	base := site.Source{Repo: src.Repo, Program: src.Program, Own: src.Own}
	var err error
	if base.Commit, err = src.Repo.Commit(rev); err != nil {
		return base, err
	}
	if base.History, err = src.Repo.History(ctx, base.Commit, historyCache(src.Repo, o)); err != nil {
		return base, err
	}
	tree, err := src.Repo.Tree(base.Commit)
	if err != nil {
		return base, err
	}
	base.Files = tree
	return base, base.Load(ctx)
}

// checkAddresses tells what became of the addresses that the base published.
// Those that the history of today does not know, after it was rewritten, get
// entries in redirects.yaml. The faults are those that such entries may mend.
func (p *program) checkAddresses(ctx context.Context, o *origin, src site.Source, plan *site.Plan, rev string, faults diag.List) error {
	base, err := p.openBase(ctx, o, src, rev)
	if err != nil {
		return err
	}
	before, err := site.Addresses(base)
	if err != nil {
		return err
	}
	changes, missing := plan.AddressesSince(before)
	if len(missing) == 0 && len(faults) > 0 {
		return faultsError{faults}
	}
	if err := p.printAddresses(changes, missing); err != nil || len(missing) == 0 {
		return err
	}
	return p.writeMissing(o, src.Files, missing)
}

// printAddresses prints what becomes of addresses.
func (p *program) printAddresses(changes []site.AddressChange, missing []content.Redirect) error {
	if p.format == diag.JSON {
		if changes == nil {
			changes = []site.AddressChange{}
		}
		out := json.NewEncoder(p.stdout)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(map[string]any{"faults": []string{}, "addresses": changes, "missing": len(missing)})
	}
	if len(changes) == 0 {
		fmt.Fprintln(p.stdout, p.say("addresses-same"))
		return nil
	}
	return p.addressTable(p.stdout, changes)
}

// addressTable prints addresses, a line each.
func (p *program) addressTable(w io.Writer, changes []site.AddressChange) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range changes {
		end := c.To
		if c.Kind == site.AddressTaken {
			end = c.ID
		}
		fmt.Fprintln(table, strings.TrimRight(c.Path+"\t"+p.say("address-"+c.Kind)+"\t"+end, "\t"))
	}
	return table.Flush()
}

// writeMissing adds entries to the redirects.yaml of a work tree. Those of
// another source are printed, to be added by hand.
func (p *program) writeMissing(o *origin, files fs.FS, missing []content.Redirect) error {
	n := fmt.Sprint(len(missing))
	if _, committed := files.(*gitfs.Tree); committed && (remote(o.source) || o.rev != "HEAD" || !o.checkedOut()) {
		data, _ := content.AmendRedirects(nil, missing)
		fmt.Fprintln(p.stderr, p.say("addresses-unwritten", "file", redirectsFile, "n", n))
		p.stderr.Write(data)
		return nil
	}
	root, err := os.OpenRoot(o.source)
	if err != nil {
		return err
	}
	defer root.Close()
	old, err := root.ReadFile(redirectsFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, ok := content.AmendRedirects(old, missing)
	if !ok {
		return p.wrong("redirects-form", "file", redirectsFile)
	}
	if bytes.Equal(old, data) {
		return nil
	}
	if err := putFile(root, redirectsFile, data); err != nil {
		return err
	}
	p.note("addresses-written", "file", redirectsFile, "n", n)
	return nil
}

// checkedOut reports whether a local source has its files beside its
// repository.
func (o *origin) checkedOut() bool {
	_, err := os.Stat(filepath.Join(o.source, "content"))
	return err == nil
}
