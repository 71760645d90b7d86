package gitfs

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Folder returns the files of a folder as they lie, with the times and modes
// that they have there. Nothing outside of the folder is ever read. Like a
// [Tree], it lists symbolic links and does not follow them: neither a link nor
// anything that is no regular file or folder can be opened.
func Folder(dir string) (fs.FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("gitfs: folder %q: %w", dir, err)
	}
	return folder{root}, nil
}

type folder struct {
	root *os.Root
}

// lookup hands the file or folder of a path to use: its parent folder, its
// name there, and what it is. It goes down folder by folder, since a path may
// not lead through a link. Between the look at a folder and its opening it may
// become one, but os.Root does not let that leave the folder.
func (f folder) lookup(op, name string, use func(parent *os.Root, base string, info fs.FileInfo) error) error {
	err := error(fs.ErrInvalid)
	if fs.ValidPath(name) {
		err = descend(f.root, name, use)
	}
	if err != nil {
		return &fs.PathError{Op: op, Path: name, Err: cause(err)}
	}
	return nil
}

func descend(dir *os.Root, name string, use func(parent *os.Root, base string, info fs.FileInfo) error) error {
	first, rest, deeper := strings.Cut(name, "/")
	info, err := dir.Lstat(first)
	switch {
	case err != nil:
		return err
	case !deeper:
		return use(dir, first, info)
	case info.Mode()&fs.ModeSymlink != 0:
		return errSymlink
	case !info.IsDir():
		return fs.ErrNotExist
	}
	below, err := dir.OpenRoot(first)
	if err != nil {
		return err
	}
	defer below.Close()
	return descend(below, rest, use)
}

// cause strips the path and the operation of a system call.
func cause(err error) error {
	if path, ok := err.(*fs.PathError); ok {
		return path.Err
	}
	return err
}

// readable refuses what cannot be opened: a named pipe would wait for a writer
// for ever.
func readable(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return errSymlink
	case !mode.IsRegular() && !mode.IsDir():
		return errIrregular
	}
	return nil
}

func (f folder) Open(name string) (file fs.File, err error) {
	err = f.lookup("open", name, func(parent *os.Root, base string, info fs.FileInfo) error {
		if err := readable(info); err != nil {
			return err
		}
		file, err = parent.FS().Open(base)
		return err
	})
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (f folder) ReadFile(name string) (data []byte, err error) {
	err = f.lookup("read", name, func(parent *os.Root, base string, info fs.FileInfo) error {
		if err := readable(info); err != nil {
			return err
		}
		data, err = parent.ReadFile(base)
		return err
	})
	return data, err
}

func (f folder) ReadDir(name string) (list []fs.DirEntry, err error) {
	err = f.lookup("readdir", name, func(parent *os.Root, base string, info fs.FileInfo) error {
		if err := readable(info); err != nil {
			return err
		}
		list, err = fs.ReadDir(parent.FS(), base)
		return err
	})
	return list, err
}

func (f folder) Stat(name string) (found fs.FileInfo, err error) {
	err = f.lookup("stat", name, func(_ *os.Root, _ string, info fs.FileInfo) error {
		found = info
		return nil
	})
	return found, err
}
