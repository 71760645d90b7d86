// Package assets makes the files that pages load, from the folder assets/.
//
// # Scripts and styles
//
// Each *.ts file directly in the folder is an entry and becomes one classic
// script: main.ts with all it imports becomes main.js. main.css becomes one
// style sheet, in the order of its imports. A style sheet that a script imports
// is published beside it: serve.ts and styles/faults.css give serve.js and
// serve.css. *.test.ts and *.d.ts are no entries.
//
// An import names a file of the folder by a path that begins with "./" or
// "../"; ".ts" may be left out. esbuild bundles and minifies in this process
// and reads through the given file system only. Another repository lays its own
// folder over the first one, file by file.
//
// The published code runs in Chrome 80, Firefox 78 and Safari 13: esbuild
// lowers nesting, range queries and inset. What it can't lower, and what costs
// such a browser a whole rule or block, is a fault unless it stands in a block
// of @supports (see floor.go). esbuild's warnings are faults.
//
// A published name carries the hash of its content,
// "assets/main.1a2b3c4d.css", so a file with a given name never changes.
//
// # Icons
//
// Each icons/*.svg is written anew from the few elements and attributes that
// draw; anything else in it is a fault. The result is markup for layouts.
//
// # Photos
//
// [Photo] re-encodes a picture that stands beside a record.
package assets

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"acervo/generator/diag"
)

// base is the folder of the source that Bundle reads, as it stands in the
// paths of faults, and the folder of the site for what is made of it.
const base = "assets"

// A File is a file to be published, named below the site's base.
type File struct {
	Name string
	Data []byte
}

// Files are the bundled files. They never change and are safe for concurrent
// use; nobody may change their bytes.
type Files struct {
	all   []File
	names map[string]string // by entry: "main.css"
	icons map[string]string
}

// Bundle makes the files of the folder fsys; over are further folders, each
// laid over those before it. The Files are nil when there is a fault.
func Bundle(fsys fs.FS, over ...fs.FS) (*Files, diag.List) {
	src := source{layers: append([]fs.FS{fsys}, over...)}
	files := &Files{names: map[string]string{}, icons: map[string]string{}}
	var faults diag.List
	for _, file := range src.bundle(&faults) {
		entry := path.Base(file.Name)
		sum := sha256.Sum256(file.Data)
		ext := path.Ext(entry)
		file.Name = path.Join(base, strings.TrimSuffix(entry, ext)+"."+hex.EncodeToString(sum[:4])+ext)
		files.names[entry] = file.Name
		files.all = append(files.all, file)
	}
	slices.SortFunc(files.all, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	src.drawings(files.icons, &faults)
	if len(faults) > 0 {
		return nil, faults.Sorted()
	}
	return files, nil
}

// Name returns the name under which an entry is published: "main.css" gives
// "assets/main.1a2b3c4d.css". It panics when there is no such entry.
func (f *Files) Name(entry string) string {
	name, ok := f.names[entry]
	if !ok {
		panic(fmt.Sprintf("assets: no entry %q", entry))
	}
	return name
}

// All returns the files, sorted by name. It includes those of the preview.
func (f *Files) All() []File { return slices.Clone(f.all) }

// Icons returns the icons as markup, by name without ".svg".
func (f *Files) Icons() map[string]string { return maps.Clone(f.icons) }

// A source is a folder, with others laid over it.
type source struct{ layers []fs.FS }

// read returns the file of the uppermost layer that has it.
func (s source) read(name string) ([]byte, error) {
	for _, layer := range slices.Backward(s.layers) {
		data, err := fs.ReadFile(layer, name)
		if !errors.Is(err, fs.ErrNotExist) {
			return data, err
		}
	}
	return nil, fs.ErrNotExist
}

// isFile reports whether a layer has a regular file of that name.
func (s source) isFile(name string) bool {
	return fs.ValidPath(name) && slices.ContainsFunc(s.layers, func(layer fs.FS) bool {
		info, err := fs.Stat(layer, name)
		return err == nil && info.Mode().IsRegular()
	})
}

// list returns the files of a folder whose names have the suffix, sorted.
func (s source) list(folder, suffix string, faults *diag.List) []string {
	var names []string
	for _, layer := range s.layers {
		entries, err := fs.ReadDir(layer, folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			unreadable(faults, folder, err)
		}
		for _, entry := range entries {
			if !entry.IsDir() && strings.HasSuffix(entry.Name(), suffix) {
				names = append(names, path.Join(folder, entry.Name()))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func unreadable(faults *diag.List, name string, err error) {
	faults.Add("asset-unreadable", path.Join(base, name), 0, 0, diag.Args{"cause": err.Error()})
}
