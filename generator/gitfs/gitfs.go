// Package gitfs reads a git repository as files: the tree of a commit as an
// [fs.FS], and the history of each path.
//
// A [Repo] is a work tree (also a linked one), a bare repository or the mirror
// of a remote one. [Repo.Commit] names one of its commits, [Repo.Tree] gives
// that commit's files without checking them out, [Repo.History] tells since
// when each path is there and when it changed last. [Folder] gives the files
// of a folder as they lie, under the same rules; the reader of an [fs.FS]
// cannot tell them apart:
//
//	repo, err := gitfs.Open(".")
//	commit, err := repo.Commit("HEAD")
//	files, err := repo.Tree(commit)
//	err = files.Load(ctx, func(path string) bool { return strings.HasPrefix(path, "content/") })
//	page, err := fs.ReadFile(files, "content/site.yaml")
//
// # Files
//
// Folders and regular files can be opened, whatever their executable bit. A
// symbolic link is listed with [fs.ModeSymlink], a submodule (or, in a folder,
// a device, a socket or a named pipe) with [fs.ModeIrregular] or its own type;
// opening either is an error, and no path leads through a link. Every file of
// a commit has the commit's time.
//
// A folder of a commit cannot be read when one of its names could not be a
// path of an [fs.FS] (such as "..", or one that is not UTF-8) or stands in it
// twice.
//
// # Objects
//
// Nothing of a source ever runs: neither hooks nor filters, and no git
// program. References, ignore rules, the index and the network are go-git's
// work. Objects are read here, from loose files and packs, because go-git's
// object storage cannot be shared by goroutines and decodes a pack's objects
// in no useful order. Objects over 100 MB, the limit of GitHub, are refused.
// Packs that appear while a Repo is open (a fetch, a repack) are found; a Repo
// needs no closing.
//
// Replace references and grafts are not known. A repository with SHA-256 names
// is refused: go-git holds the names of one kind only, chosen when the program
// is built.
//
// # Problems
//
// What stands in the way of reading is told as a [Problem] where a person can
// do something about it: no repository, one without commits, a revision that
// is not there, a shallow or partial clone, damaged and missing objects, an
// address that cannot be reached.
package gitfs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// A Repo is a git repository. Its methods are safe for concurrent use.
type Repo struct {
	dir     string // as given to Open
	bare    bool
	common  string // the .git folder, of the main work tree where there are several
	objects *store
}

// A Commit names a commit and the tree of its files. When is the committer's
// time in UTC; one that cannot be read is 1970-01-01, as in git itself.
type Commit struct {
	Hash, Tree string
	When       time.Time
}

// Open opens the repository at dir: the top folder of a work tree, or a bare
// repository. A folder that is neither gives [ErrNoRepository].
func Open(dir string) (*Repo, error) {
	r := &Repo{dir: dir}
	if err := r.open(); err != nil {
		return nil, about(fmt.Errorf("gitfs: open %q: %w", dir, err), dir)
	}
	return r, nil
}

func (r *Repo) open() error {
	repo, err := openGit(r.dir)
	if err != nil {
		return err
	}
	_, err = repo.Worktree()
	r.bare = errors.Is(err, git.ErrIsBareRepository)
	if r.common, err = commonDir(repo.Storer.(*filesystem.Storage).Filesystem().Root()); err != nil {
		return err
	}
	r.objects, err = openStore(filepath.Join(r.common, "objects"))
	return err
}

// openGit opens a repository with go-git, whose storage remembers what it
// read and cannot be shared: every use opens its own.
func openGit(dir string) (*git.Repository, error) {
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{EnableDotGitCommonDir: true})
	if err != nil {
		return nil, unopened(err)
	}
	config, err := repo.Config()
	switch {
	case err != nil:
		return nil, unopened(err)
	case config.Raw.Section("extensions").Option("objectformat") == "sha256":
		return nil, errSHA256
	}
	return repo, nil
}

// unopened tells why go-git does not open a repository.
func unopened(err error) error {
	var system *fs.PathError
	switch {
	case errors.Is(err, git.ErrRepositoryNotExists):
		return ErrNoRepository
	case strings.Contains(err.Error(), "objectformat"):
		return because(errSHA256, err)
	case errors.Is(err, git.ErrUnknownExtension), errors.Is(err, git.ErrUnsupportedRepositoryFormatVersion),
		errors.Is(err, git.ErrUnsupportedExtensionRepositoryFormatVersion):
		return because(errUnsupported, err)
	case errors.As(err, &system):
		return err
	}
	return because(errDamaged, err)
}

// commonDir returns the folder that holds what all work trees share.
func commonDir(gitDir string) (string, error) {
	name, err := os.ReadFile(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, os.ErrNotExist) {
		return gitDir, nil
	}
	common := string(bytes.TrimSpace(name))
	if !filepath.IsAbs(common) {
		common = filepath.Join(gitDir, common)
	}
	return common, err
}

// commit is a decoded commit object.
type commit struct {
	tree    plumbing.Hash
	parents []plumbing.Hash
	when    int64 // seconds since 1970
}

func (s *store) commit(h plumbing.Hash) (commit, error) {
	var c commit
	data, err := s.read(h, plumbing.CommitObject)
	if err != nil {
		return c, err
	}
	for len(data) > 0 && data[0] != '\n' {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch string(key) {
		case "tree":
			c.tree = plumbing.NewHash(string(value))
		case "parent":
			c.parents = append(c.parents, plumbing.NewHash(string(value)))
		case "committer":
			c.when = seconds(value)
		}
		data = rest
	}
	if c.tree.IsZero() {
		return c, about(because(errDamaged, fmt.Errorf("commit %s: %w", h, errMalformed)), h.String())
	}
	return c, nil
}

// lastSecond is the end of the year 9999; later dates have no common format.
const lastSecond = 253402300799

// seconds returns the time in a line "name <address> seconds zone", 0 where
// it cannot be read.
func seconds(line []byte) int64 {
	fields := bytes.Fields(line[bytes.LastIndexByte(line, '>')+1:])
	if len(fields) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil || n < 0 || n > lastSecond {
		return 0
	}
	return n
}

func instant(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
