package gitfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

var (
	errSymlink   = errors.New("is a symbolic link")
	errIrregular = errors.New("is not a regular file")
	errFolder    = errors.New("is a folder")
	errNoFolder  = errors.New("is not a folder")
)

// A Tree is the files of a commit: an [fs.FS], [fs.ReadFileFS],
// [fs.ReadDirFS] and [fs.StatFS]. It is read-only and safe for concurrent use.
// Folders are read when first asked for.
type Tree struct {
	objects *store
	root    *node
	when    time.Time
}

// node is a file or a folder of a tree.
type node struct {
	name string
	mode fs.FileMode
	hash plumbing.Hash

	once     sync.Once // of a folder: fills children and err
	children []*node   // by name
	err      error

	data atomic.Pointer[[]byte] // of a file, after Load
}

// Tree returns the files of a commit.
func (r *Repo) Tree(c Commit) (*Tree, error) {
	root := &node{name: ".", mode: fs.ModeDir | 0o555, hash: plumbing.NewHash(c.Tree)}
	t := &Tree{objects: r.objects, root: root, when: c.When}
	if _, err := t.list(root); err != nil {
		return nil, fmt.Errorf("gitfs: tree of commit %s: %w", c.Hash, err)
	}
	return t, nil
}

// list returns what a folder holds.
func (t *Tree) list(n *node) ([]*node, error) {
	n.once.Do(func() {
		raw, err := t.objects.read(n.hash, plumbing.TreeObject)
		if err == nil {
			if n.children, err = children(raw); err != nil {
				err = about(because(errDamaged, err), n.hash.String())
			}
		}
		n.err = err
	})
	return n.children, n.err
}

// children decodes a tree object.
func children(raw []byte) ([]*node, error) {
	var list []*node
	for len(raw) > 0 {
		var it item
		var ok bool
		if it, raw, ok = nextItem(raw); !ok {
			return nil, errMalformed
		}
		name := string(it.name)
		if name == "." || !fs.ValidPath(name) || strings.Contains(name, "/") {
			return nil, fmt.Errorf("file name %q cannot be read", name)
		}
		list = append(list, &node{name: name, mode: it.mode(), hash: plumbing.Hash(it.hash)})
	}
	// git sorts a folder as if its name ended in a slash.
	slices.SortFunc(list, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(list); i++ {
		if list[i].name == list[i-1].name {
			return nil, fmt.Errorf("file name %q stands twice in its folder", list[i].name)
		}
	}
	return list, nil
}

// item is an entry of a tree object, "mode name\0hash"; its parts are slices
// of the object.
type item struct {
	all, digits, name, hash []byte
}

// nextItem returns the first entry of a tree object and the rest.
func nextItem(raw []byte) (it item, rest []byte, ok bool) {
	space := bytes.IndexByte(raw[:min(len(raw), len("100644 "))], ' ')
	if space < 0 {
		return it, nil, false
	}
	zero := space + 1 + bytes.IndexByte(raw[space+1:], 0)
	end := zero + 1 + hashLen
	if zero == space || end > len(raw) {
		return it, nil, false
	}
	return item{raw[:end], raw[:space], raw[space+1 : zero], raw[zero+1 : end]}, raw[end:], true
}

func (it item) isFolder() bool { return string(it.digits) == "40000" || string(it.digits) == "040000" }

func (it item) isRegular() bool { return bytes.HasPrefix(it.digits, []byte("100")) }

func (it item) mode() fs.FileMode {
	switch {
	case it.isFolder():
		return fs.ModeDir | 0o555
	case string(it.digits) == "120000":
		return fs.ModeSymlink | 0o777
	case it.isRegular():
		return 0o444
	}
	return fs.ModeIrregular
}

// find returns the node of a path.
func (t *Tree) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n := t.root
	if name == "." {
		return n, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !n.mode.IsDir() {
			return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		list, err := t.list(n)
		if err != nil {
			return nil, &fs.PathError{Op: op, Path: name, Err: err}
		}
		i, ok := slices.BinarySearchFunc(list, part, func(n *node, part string) int { return strings.Compare(n.name, part) })
		if !ok {
			return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		n = list[i]
	}
	return n, nil
}

// Open opens a folder or a regular file.
func (t *Tree) Open(name string) (fs.File, error) {
	n, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.mode.IsDir() {
		entries, err := t.ReadDir(name)
		return &openFolder{info: info{n, 0, t.when}, path: name, rest: entries}, err
	}
	data, err := t.contents(n)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openFile{bytes.NewReader(data), info{n, int64(len(data)), t.when}}, nil
}

// ReadFile returns the contents of a file. After [Tree.Load] they are the
// shared bytes in memory, which the caller must not change.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	n, err := t.find("read", name)
	if err != nil {
		return nil, err
	}
	if data := n.data.Load(); data != nil {
		return *data, nil
	}
	data, err := t.contents(n)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return append([]byte{}, data...), nil
}

// Forget lets go of the bytes that [Tree.Load] has read of a file. Whoever reads
// it again gets them from the repository.
func (t *Tree) Forget(name string) {
	if n, err := t.find("forget", name); err == nil {
		n.data.Store(nil)
	}
}

// Hash returns the id that git gives to the bytes of a file; "" when there is no
// such file.
func (t *Tree) Hash(name string) string {
	n, err := t.find("hash", name)
	if err != nil || !n.mode.IsRegular() {
		return ""
	}
	return n.hash.String()
}

// contents returns the shared bytes of a file.
func (t *Tree) contents(n *node) ([]byte, error) {
	switch {
	case n.mode.IsDir():
		return nil, errFolder
	case n.mode&fs.ModeSymlink != 0:
		return nil, errSymlink
	case !n.mode.IsRegular():
		return nil, errIrregular
	}
	if data := n.data.Load(); data != nil {
		return *data, nil
	}
	return t.objects.read(n.hash, plumbing.BlobObject)
}

// ReadDir lists a folder by name.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errNoFolder}
	}
	list, err := t.list(n)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	entries := make([]fs.DirEntry, len(list))
	for i, n := range list {
		entries[i] = dirEntry{t, n}
	}
	return entries, nil
}

// Stat describes a file or folder; of a symbolic link, the link itself.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	return t.stat(n)
}

func (t *Tree) stat(n *node) (fs.FileInfo, error) {
	if data := n.data.Load(); data != nil {
		return info{n, int64(len(*data)), t.when}, nil
	}
	if !n.mode.IsRegular() && n.mode.Type() != fs.ModeSymlink {
		return info{n, 0, t.when}, nil
	}
	size, err := t.objects.size(n.hash)
	return info{n, size, t.when}, err
}

// dirEntry is an entry of a listing. The size is looked up only for its Info.
type dirEntry struct {
	tree *Tree
	node *node
}

func (e dirEntry) Name() string               { return e.node.name }
func (e dirEntry) IsDir() bool                { return e.node.mode.IsDir() }
func (e dirEntry) Type() fs.FileMode          { return e.node.mode.Type() }
func (e dirEntry) Info() (fs.FileInfo, error) { return e.tree.stat(e.node) }
func (e dirEntry) String() string             { return fs.FormatDirEntry(e) }

type info struct {
	node *node
	size int64
	when time.Time
}

func (i info) Name() string       { return i.node.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.node.mode }
func (i info) ModTime() time.Time { return i.when }
func (i info) IsDir() bool        { return i.node.mode.IsDir() }
func (i info) Sys() any           { return nil }
func (i info) String() string     { return fs.FormatFileInfo(i) }

type openFile struct {
	*bytes.Reader
	info info
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

type openFolder struct {
	info info
	path string
	rest []fs.DirEntry
}

func (f *openFolder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFolder) Close() error               { return nil }

func (f *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.path, Err: errFolder}
}

func (f *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(f.rest)
	} else if len(f.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(f.rest))
	list := f.rest[:n:n]
	f.rest = f.rest[n:]
	return list, nil
}
