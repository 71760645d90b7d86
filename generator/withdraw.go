package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"acervo/generator/content"
	"acervo/generator/gitfs"
	"acervo/generator/site"
)

const (
	withdrawExample = "generator withdraw w5q01qx --reason safety"
	redirectsFile   = "content/redirects.yaml"
)

// A withdrawal is what the verb withdraw was asked for.
type withdrawal struct {
	source, id, reason, on string
	forget                 bool
}

// withdrawCommand is the verb withdraw.
func (p *program) withdrawCommand() *cobra.Command {
	var w withdrawal
	cmd := &cobra.Command{
		Use: p.say("withdraw-line"), Example: "  " + withdrawExample + "\n  " + withdrawExample + " --forget", Args: p.exactly(1, withdrawExample),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.id = args[0]
			return p.withdraw(cmd.Context(), w, time.Now())
		},
	}
	cmd.Flags().StringVar(&w.source, "source", ".", p.say("flag-folder"))
	cmd.Flags().StringVar(&w.reason, "reason", "", p.say("flag-reason"))
	cmd.Flags().StringVar(&w.on, "on", "", p.say("flag-on"))
	cmd.Flags().BoolVar(&w.forget, "forget", false, p.say("flag-forget"))
	return cmd
}

// withdraw turns a record into its tombstone. Other records may have faults,
// and so may this one: a withdrawal waits for nobody.
func (p *program) withdraw(ctx context.Context, w withdrawal, now time.Time) error {
	library, err := p.library(w.source)
	if err != nil {
		return err
	}
	tomb, err := p.withdrawn(library, w, now)
	if err != nil {
		return err
	}
	files, err := gitfs.Folder(w.source)
	if err != nil {
		return err
	}
	file, err := recordFile(files, w.id)
	if err != nil {
		return err
	}
	addresses, err := p.recordAddresses(ctx, w)
	switch {
	case err != nil:
		return err
	case file == "" && (!w.forget || len(addresses) == 1):
		return p.wrong("no-record", "id", w.id)
	}
	redirects, err := p.withdrawnRedirects(files, library, addresses, w.forget)
	if err != nil {
		return err
	}
	e := edition{source: file, redirects: redirects}
	if file != "" {
		e.tombstone = content.Tombstone(w.id, foreign(file, library.Site.Default), tomb)
	}
	changed, err := e.apply(w.source)
	if err != nil {
		return err
	}
	p.tellWithdrawn(files, w, file, changed)
	return nil
}

// withdrawn checks what was asked for.
func (p *program) withdrawn(library *content.Library, w withdrawal, now time.Time) (content.Withdrawal, error) {
	tomb := content.Withdrawal{On: now.UTC(), Reason: w.reason}
	var known []string
	if v := library.Vocabularies["withdrawal-reasons"]; v != nil {
		for _, code := range v.Codes {
			known = append(known, code.Code)
		}
	}
	e := library.Entry(w.id)
	switch {
	case !slices.Contains(known, w.reason):
		return tomb, p.wrong("unknown-reason", "value", w.reason, "known", strings.Join(known, ", "))
	case w.id == library.Site.Help:
		return tomb, p.wrong("withdraw-help")
	case e != nil && e.Kind == content.CountryKind:
		return tomb, p.wrong("withdraw-country")
	case w.on == "" && e != nil && e.Withdrawn != nil && !e.Withdrawn.On.IsZero():
		tomb.On = e.Withdrawn.On // it was withdrawn before
		return tomb, nil
	case w.on == "":
		return tomb, nil
	}
	on, err := time.Parse(time.DateOnly, w.on)
	if err != nil {
		return tomb, p.wrong("bad-flag-value", "value", w.on, "flag", "--on")
	}
	tomb.On = on
	return tomb, nil
}

// recordFile finds the source file of a record by its id, whatever else is
// wrong in it; "" when there is none.
func recordFile(files fs.FS, id string) (string, error) {
	names, err := fs.Glob(files, "content/*/*/index.*.md")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		if content.ReadVersion(data).ID == id {
			return name, nil
		}
	}
	return "", nil
}

// foreign returns the language of a source file that is not the site's
// default.
func foreign(file, standard string) string {
	tag := strings.TrimSuffix(strings.TrimPrefix(path.Base(file), "index."), ".md")
	if tag == standard {
		return ""
	}
	return tag
}

// recordAddresses returns every address that a record had, the permanent one
// first. Without history it has no other.
func (p *program) recordAddresses(ctx context.Context, w withdrawal) ([]string, error) {
	list := []string{"/p/" + w.id + "/"}
	src, _, err := p.open(ctx, &origin{source: w.source, rev: "HEAD", worktree: true})
	if err != nil {
		return nil, err
	}
	if src.Repo == nil && w.forget {
		p.note("withdraw-no-history")
	}
	all, err := site.Addresses(src)
	for _, a := range all {
		if address := "/" + a.Path; a.ID == w.id && address != list[0] {
			list = append(list, address)
		}
	}
	return list, err
}

// withdrawnRedirects returns redirects.yaml as it must be without the record's
// addresses; nil where it may stay as it is. What led to the record leads
// nowhere any more.
func (p *program) withdrawnRedirects(files fs.FS, library *content.Library, addresses []string, forget bool) ([]byte, error) {
	old, err := fs.ReadFile(files, redirectsFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	theirs := slices.Clone(addresses)
	for range library.Redirects { // one may lead to the next
		for _, r := range library.Redirects {
			if slices.Contains(theirs, r.To) && !slices.Contains(theirs, r.From) {
				theirs = append(theirs, r.From)
			}
		}
	}
	var entries []content.Redirect
	for i, from := range theirs {
		at := slices.IndexFunc(library.Redirects, func(r content.Redirect) bool { return r.From == from })
		switch {
		case forget && (at < 0 || !library.Redirects[at].Forget):
			entries = append(entries, content.Redirect{From: from, Forget: true})
		case !forget && at >= 0 && library.Redirects[at].To != "" && i >= len(addresses):
			entries = append(entries, content.Redirect{From: from, Gone: true})
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	data, ok := content.AmendRedirects(old, entries)
	if !ok {
		return nil, p.wrong("redirects-form", "file", redirectsFile)
	}
	return data, nil
}

// tellWithdrawn says what was done and what a person must still do.
func (p *program) tellWithdrawn(files fs.FS, w withdrawal, file string, changed []string) {
	code := "withdrawn"
	if w.forget {
		code = "withdrawn-forgotten"
	}
	fmt.Fprintln(p.stdout, p.say(code, "id", w.id))
	for _, name := range changed {
		fmt.Fprintln(p.stdout, "    "+name)
	}
	fmt.Fprintln(p.stdout, p.say("withdraw-next"))
	if names := mentions(files, w.id, path.Dir(file)); len(names) > 0 {
		fmt.Fprintln(p.stdout, p.say("withdraw-mentions", "n", fmt.Sprint(len(names))))
		for _, name := range names {
			fmt.Fprintln(p.stdout, "    "+name)
		}
	}
	fmt.Fprintln(p.stdout, p.say("withdraw-history"))
}

// mentions lists the files of the content, but for those in a folder, that
// name an id.
func mentions(files fs.FS, id, but string) []string {
	var names []string
	fs.WalkDir(files, "content", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Dir(name) == but || name == redirectsFile || !slices.Contains([]string{".md", ".yaml"}, path.Ext(name)) {
			return nil
		}
		if data, err := fs.ReadFile(files, name); err == nil && bytes.Contains(data, []byte(id)) {
			names = append(names, name)
		}
		return nil
	})
	return names
}

// An edition is what a withdrawal changes in a work tree.
type edition struct {
	source    string // file of the record; "" where only addresses are forgotten
	tombstone []byte
	redirects []byte // nil where the file stays
}

// apply makes all changes or none, and returns the paths that it changed. Who
// ends it in between has a tombstone with its translations still there, which
// is not published, and runs it again.
func (e edition) apply(folder string) (changed []string, err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var undo []func()
	defer func() {
		if err != nil {
			for _, u := range slices.Backward(undo) {
				u()
			}
		}
	}()
	put := func(name string, data []byte) error {
		old, err := root.ReadFile(name)
		there := err == nil
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if bytes.Equal(old, data) {
			return nil
		}
		if err := putFile(root, name, data); err != nil {
			return err
		}
		changed = append(changed, name)
		undo = append(undo, func() {
			if there {
				putFile(root, name, old)
			} else {
				root.Remove(name)
			}
		})
		return nil
	}
	if e.source != "" {
		if err := put(e.source, e.tombstone); err != nil {
			return nil, err
		}
	}
	if e.redirects != nil {
		if err := put(redirectsFile, e.redirects); err != nil {
			return nil, err
		}
	}
	if e.source == "" {
		return changed, nil
	}
	aside, moved, back, err := moveAside(root, e.source)
	undo = append(undo, back)
	if err != nil {
		return nil, err
	}
	return append(changed, moved...), root.RemoveAll(aside)
}

// moveAside moves all files beside a record's source out of its folder, into
// one that nothing reads. Back undoes it.
func moveAside(root *os.Root, source string) (aside string, moved []string, back func(), err error) {
	folder := path.Dir(source)
	aside = path.Join(path.Dir(folder), "."+path.Base(folder)+".withdrawn")
	back = func() {
		for _, name := range moved {
			root.Rename(path.Join(aside, path.Base(name)), name)
		}
		root.Remove(aside)
	}
	if err := root.RemoveAll(aside); err != nil {
		return aside, nil, back, err
	}
	if err := root.Mkdir(aside, 0o700); err != nil {
		return aside, nil, back, err
	}
	dir, err := root.Open(folder)
	if err != nil {
		return aside, nil, back, err
	}
	items, err := dir.ReadDir(-1)
	if err = errors.Join(err, dir.Close()); err != nil {
		return aside, nil, back, err
	}
	slices.SortFunc(items, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, item := range items {
		name := path.Join(folder, item.Name())
		if name == source {
			continue
		}
		if err := root.Rename(name, path.Join(aside, item.Name())); err != nil {
			return aside, moved, back, err
		}
		moved = append(moved, name)
	}
	return aside, moved, back, nil
}

// putFile writes a file whole, whether there is one or not.
func putFile(root *os.Root, name string, data []byte) error {
	if _, err := root.Lstat(name); err == nil {
		return replaceFile(root, name, data)
	}
	next := path.Join(path.Dir(name), "."+path.Base(name)+".tmp")
	err := root.WriteFile(next, data, 0o666)
	if err == nil {
		err = root.Rename(next, name)
	}
	if err != nil {
		root.Remove(next)
	}
	return err
}
