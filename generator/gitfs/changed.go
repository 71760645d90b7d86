package gitfs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// Changed reports whether the work tree has, under one of the folders (none:
// anywhere), what HEAD has not, or the reverse: changed, removed, staged or
// untracked files. Ignored files, executable bits, submodules and the kind of
// line ends do not count. A bare repository has no work tree and no changes.
func (r *Repo) Changed(dirs ...string) (bool, error) {
	if r.bare {
		return false, nil
	}
	d, err := r.difference(dirs)
	if err == nil {
		err = d.compare()
	}
	if errors.Is(err, errChanged) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("gitfs: compare the work tree: %w", err)
	}
	return false, nil
}

// errChanged ends a comparison at the first difference.
var errChanged = errors.New("changed")

// difference is what the comparison of a work tree needs.
type difference struct {
	dir     string            // the work tree
	under   []string          // folders that count; none: all
	head    map[string]string // hashes of HEAD's files
	entries []*index.Entry    // of the index, those that count
	tracked map[string]bool   // all of the index
	written time.Time         // when the index was
	ignored []gitignore.Pattern
}

func (r *Repo) difference(dirs []string) (*difference, error) {
	repo, err := openGit(r.dir)
	if err != nil {
		return nil, err
	}
	idx, err := repo.Storer.Index()
	if err != nil {
		return nil, err
	}
	d := &difference{dir: r.dir, under: dirs, tracked: map[string]bool{}}
	// go-git gives no time where the index lies outside of the work tree.
	file, err := os.Stat(filepath.Join(repo.Storer.(*filesystem.Storage).Filesystem().Root(), "index"))
	if err == nil {
		d.written = file.ModTime()
	}
	for _, e := range idx.Entries {
		d.tracked[e.Name] = true
		if d.counts(e.Name) {
			d.entries = append(d.entries, e)
		}
	}
	if d.head, err = r.headFiles(d.counts); err != nil {
		return nil, err
	}
	d.ignored = append(personalPatterns(), patterns(filepath.Join(r.common, "info", "exclude"), nil)...)
	return d, nil
}

// compare returns errChanged when anything differs; what is cheapest first.
func (d *difference) compare() error {
	if err := d.staged(); err != nil {
		return err
	}
	if err := d.modified(); err != nil {
		return err
	}
	return d.untracked(nil, d.ignored)
}

// counts reports whether a path lies under the folders that count.
func (d *difference) counts(path string) bool {
	return len(d.under) == 0 || slices.ContainsFunc(d.under, func(dir string) bool {
		return dir == "." || path == dir || strings.HasPrefix(path, dir+"/")
	})
}

// leads reports whether a folder that counts lies under path.
func (d *difference) leads(path string) bool {
	return slices.ContainsFunc(d.under, func(dir string) bool { return strings.HasPrefix(dir, path+"/") })
}

func (r *Repo) headFiles(counts func(path string) bool) (map[string]string, error) {
	files := map[string]string{}
	c, err := r.Commit("HEAD")
	if errors.Is(err, errUnborn) || errors.Is(err, errEmpty) {
		return files, nil
	}
	if err != nil {
		return nil, err
	}
	t, err := r.Tree(c)
	if err != nil {
		return nil, err
	}
	err = t.walk(context.Background(), func(path string, n *node) {
		if counts(path) {
			files[path] = n.hash.String()
		}
	})
	return files, err
}

// staged compares the index with HEAD. A stage other than 0 is a conflict.
func (d *difference) staged() error {
	if len(d.entries) != len(d.head) {
		return errChanged
	}
	for _, e := range d.entries {
		if e.Stage != 0 || d.head[e.Name] != e.Hash.String() {
			return errChanged
		}
	}
	return nil
}

// modified compares the files with the index.
func (d *difference) modified() error {
	for _, e := range d.entries {
		if e.SkipWorktree || e.Mode == filemode.Submodule {
			continue
		}
		path := filepath.Join(d.dir, filepath.FromSlash(e.Name))
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return errChanged
		}
		if err != nil {
			return err
		}
		link := info.Mode()&fs.ModeSymlink != 0
		if link != (e.Mode == filemode.Symlink) || !link && !info.Mode().IsRegular() {
			return errChanged
		}
		if d.untouched(e, info) {
			continue
		}
		if err := compareContents(path, link, e); err != nil {
			return err
		}
	}
	return nil
}

// untouched reports whether a file is as old and as large as when the index
// was written. A file as young as the index may have changed since in the same
// instant ("racy git").
func (d *difference) untouched(e *index.Entry, info fs.FileInfo) bool {
	return uint32(info.Size()) == e.Size && info.ModTime().Equal(e.ModifiedAt) && e.ModifiedAt.Before(d.written)
}

func compareContents(path string, link bool, e *index.Entry) error {
	var data []byte
	var err error
	if link {
		var target string
		target, err = os.Readlink(path)
		data = []byte(filepath.ToSlash(target))
	} else {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return err
	}
	if plumbing.ComputeHash(plumbing.BlobObject, data) == e.Hash {
		return nil
	}
	// git may have been told to check out text with CRLF.
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if plumbing.ComputeHash(plumbing.BlobObject, data) == e.Hash {
		return nil
	}
	return errChanged
}

// untracked looks for files that are neither in the index nor ignored.
func (d *difference) untracked(folder []string, ignored []gitignore.Pattern) error {
	dir := filepath.Join(append([]string{d.dir}, folder...)...)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	ignored = append(ignored[:len(ignored):len(ignored)], patterns(filepath.Join(dir, ".gitignore"), folder)...)
	matcher := gitignore.NewMatcher(ignored)
	for _, e := range entries {
		names := append(folder[:len(folder):len(folder)], e.Name())
		path := strings.Join(names, "/")
		if e.Name() == ".git" || d.tracked[path] || !d.counts(path) && !d.leads(path) || matcher.Match(names, e.IsDir()) {
			continue
		}
		if !e.IsDir() {
			return errChanged
		}
		if err := d.untracked(names, ignored); err != nil {
			return err
		}
	}
	return nil
}

// patterns reads an ignore file; one that cannot be read has none, as in git.
func patterns(file string, folder []string) []gitignore.Pattern {
	text, _ := os.ReadFile(file)
	var list []gitignore.Pattern
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) != "" && line[0] != '#' {
			list = append(list, gitignore.ParsePattern(line, folder))
		}
	}
	return list
}

// personalPatterns are those of the user's own configuration. They spare a
// message about editors' files; a configuration that go-git cannot read must
// not stop a build.
func personalPatterns() []gitignore.Pattern {
	list, _ := gitignore.LoadGlobalPatterns(osfs.New("/"))
	return list
}
