package output

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// acceptable refuses a folder that is not ours to replace.
func acceptable(target, source string) error {
	if source != "" {
		if err := apart(target, source); err != nil {
			return err
		}
	}
	info, err := os.Lstat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	mount, err := isMountPoint(target)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%w %q: it is a symbolic link", ErrRefused, target)
	case !info.IsDir():
		return fmt.Errorf("%w %q: it is not a folder", ErrRefused, target)
	case mount || filepath.Dir(target) == target:
		return fmt.Errorf("%w %q: it is a mount point", ErrRefused, target)
	}
	return replaceable(target)
}

// replaceable refuses a folder whose files are not ours.
func replaceable(target string) error {
	entries, err := os.ReadDir(target)
	if err != nil || len(entries) == 0 {
		return err
	}
	if _, err := os.Lstat(filepath.Join(target, ".git")); err == nil {
		return fmt.Errorf("%w %q: it is a git repository", ErrRefused, target)
	}
	ours, err := hasRecord(target)
	if err == nil && !ours {
		err = fmt.Errorf("%w %q: it has files and no %s of this program", ErrRefused, target, Record)
	}
	return err
}

// guarded are the folders of a source in which nothing is published. The rest
// of a source may hold the output, as "public" often does.
var guarded = []string{"content", "layouts", "assets", "generator", ".git"}

// apart refuses an output that is, holds or lies in the guarded part of a
// source. Folders are compared as the system knows them, since one folder can
// have several paths.
func apart(target, source string) error {
	root, err := os.Stat(source)
	if err != nil {
		return err
	}
	for below, dir := "", target; ; below, dir = filepath.Base(dir), filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return err
		case err == nil && os.SameFile(info, root):
			return within(target, source, below)
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return notAbove(target, source)
}

// within judges an output at, or under the entry below of, the source.
func within(target, source, below string) error {
	if below == "" {
		return fmt.Errorf("%w %q: it is the source", ErrRefused, target)
	}
	_, head := os.Lstat(filepath.Join(source, "HEAD"))
	_, objects := os.Lstat(filepath.Join(source, "objects"))
	if head == nil && objects == nil {
		return fmt.Errorf("%w %q: it lies in a bare git repository", ErrRefused, target)
	}
	for _, name := range guarded {
		if strings.EqualFold(name, below) {
			return fmt.Errorf("%w %q: it lies in the source's %s folder", ErrRefused, target, name)
		}
	}
	return nil
}

// notAbove refuses an output that holds the source.
func notAbove(target, source string) error {
	out, err := os.Stat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	source, err = filepath.Abs(source)
	if err == nil {
		source, err = filepath.EvalSymlinks(source)
	}
	for dir := source; err == nil && dir != filepath.Dir(dir); {
		dir = filepath.Dir(dir)
		if info, err := os.Stat(dir); err == nil && os.SameFile(info, out) {
			return fmt.Errorf("%w %q: it holds the source", ErrRefused, target)
		}
	}
	return err
}

// sweep removes what killed runs left beside the folder, and puts the old
// version back where a run was killed between two renames. The caller holds
// the lock.
func sweep(target string) error {
	entries, err := os.ReadDir(filepath.Dir(target))
	if err != nil {
		return err
	}
	run := regexp.MustCompile(`^` + regexp.QuoteMeta(filepath.Base(beside(target, ""))) + `[0-9]+\.tmp$`)
	for _, e := range entries {
		work := filepath.Join(filepath.Dir(target), e.Name())
		if !e.IsDir() || !run.MatchString(e.Name()) {
			continue
		}
		if _, err := os.Lstat(filepath.Join(work, markerName)); errors.Is(err, fs.ErrNotExist) {
			// Without the marker only an empty folder can be ours: killed
			// before the first file or after the last.
			_ = os.Remove(work)
			continue
		}
		if err := restore(target, filepath.Join(work, oldName)); err != nil {
			return err
		}
		if err := removeRun(work); err != nil {
			return err
		}
	}
	return nil
}

func restore(target, old string) error {
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Rename(old, target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
