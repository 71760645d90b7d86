// Package site makes the site of a source: it reads the records, plans every
// address, links records, renders pages and writes them.
//
// # The way of the data
//
//	Source → Read → Plan → outputs → output.Dir
//
// [Read] reads content, layouts and assets and plans: which pages there are,
// at which address, in which languages, with which text, and what links to
// what. The [Plan] is a list of outputs, each a pure function of the plan: the
// order in which they are made, and whether others are made, changes nothing.
// [Build] makes all of them; a preview makes those that the browser asks for.
//
// # Addresses
//
//	/                          choice of language
//	/<lang>/                   home
//	/<lang>/<kind>/            list of a kind, further pages at page/<n>/
//	/<lang>/<kind>/<slug>/     record
//	/<lang>/<taxonomy>/        the terms of a taxonomy
//	/<lang>/<taxonomy>/<slug>/ a term and its records
//	/<lang>/<slug>/            static page
//	/<lang>/translations/      every record with the state of its texts
//	/<lang>/downloads/         the files that hold the whole catalogue
//	/p/<id>/                   permanent address of a record
//
// Two owners of one address are a fault. A record without a page in a language
// of the site has one there all the same, in the language's frame with the
// source's text, a notice and noindex; a partial language has none.
//
// # Old addresses
//
// Every readable address that the published branch ever had is known from its
// first-parent chain, and answers for ever: with a page that leads to where
// its record is now, in one step, or with a tombstone. A record is known by
// its id alone. An address has one owner at a time: a page at the address of
// another record is a fault, and two that change places with one another each
// have what they have now. What content/redirects.yaml says of an address, or
// of a record's permanent one, wins over history; "forget" leaves nothing.
//
// # Units
//
// Outputs come in units. The unit of a record converts its Markdown once for
// all languages, finds what is wrong in it, renders its pages and lets go of
// it, so that memory does not grow with the number of records. References
// from one text into another are checked when all units are done; what was
// written by then is thrown away if there is a fault.
package site

import (
	"context"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"acervo/generator/content"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
)

// Version is the version of the generator. It is raised whenever the same
// source would give other bytes; a test holds it to the hash of a site.
const Version = "0.5.0"

// A Source is what a site is made from.
type Source struct {
	Files   fs.FS          // the repository's files: a commit's or a folder's
	Commit  gitfs.Commit   // zero where there is none
	History *gitfs.History // nil where there is none: the site then has no dates
	Repo    *gitfs.Repo    // of the history; nil where there is none: the site then knows no old addresses
	Cache   string         // folder for what files say and what the last build made; "" for none
	Program fs.FS          // layouts/ and assets/ of the program itself
	Own     bool           // whether the repository's layouts/ and assets/ are laid over the program's
}

// Load reads what a plan of the source needs from the repository, where the
// files are a commit's: in the order in which it lies there and not when it is
// asked for. The texts of records that the cache knows are left out.
func (s Source) Load(ctx context.Context) error {
	tree, committed := s.Files.(*gitfs.Tree)
	if !committed {
		return nil
	}
	records := s.records()
	return tree.Load(ctx, func(path string) bool { return Wanted(path) && records.Needs(path) })
}

// records returns what the cache knows of the records; nil for nothing.
func (s Source) records() *content.Memory {
	if s.Cache == "" {
		return nil
	}
	program, err := programSum()
	if err != nil {
		return nil
	}
	return content.NewMemory(s.Files, s.Cache, Version+" "+program)
}

// Options change what is made of a source. They are part of build.json.
type Options struct {
	BaseURL  string // where the site will be; empty for the one in site.yaml
	Dirty    bool   // the files are a work tree with changes
	Portable bool   // a copy to be opened from a folder
	Lang     string // the only language of a portable copy; empty for all
}

// loadable are the folders that a site is made from.
var loadable = []string{"content", "layouts", "assets"}

// Wanted reports whether a file of the repository can take part in a build, so
// that only those are read from it.
func Wanted(path string) bool {
	for _, dir := range loadable {
		if strings.HasPrefix(path, dir+"/") {
			return !strings.HasPrefix(path, "assets/node_modules/")
		}
	}
	return false
}

// irregular refuses links and submodules below the folders that are read: what
// they lead to is not part of the source.
func irregular(files fs.FS) diag.List {
	var faults diag.List
	for _, dir := range loadable {
		fs.WalkDir(files, dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil && path == dir:
				return fs.SkipDir
			case err != nil:
				faults.Add("unreadable", path, 0, 0, diag.Args{"cause": err.Error()})
			case d.IsDir() && d.Name() == "node_modules":
				return fs.SkipDir
			case d.Type()&fs.ModeSymlink != 0:
				faults.Add("symbolic-link", path, 0, 0, nil)
			case !d.IsDir() && d.Type() != 0:
				faults.Add("submodule", path, 0, 0, nil)
			}
			return nil
		})
	}
	return faults
}

// now is the date of the commit; a site without one has no date of its own.
func (s Source) now() time.Time { return s.Commit.When }

// rootOf returns the path of a base address, with slashes at both ends.
func rootOf(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Path == "" {
		return "/"
	}
	return strings.TrimSuffix(u.Path, "/") + "/"
}
