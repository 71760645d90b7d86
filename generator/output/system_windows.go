package output

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

const noFollow = 0

func exchange(_, _ string) error { return errors.ErrUnsupported }

// isMountPoint reports whether a folder is a junction or another reparse point.
func isMountPoint(dir string) (bool, error) {
	info, err := os.Lstat(dir)
	return err == nil && info.Mode()&fs.ModeIrregular != 0, err
}

// tryLock reports whether the lock is ours now.
func tryLock(file *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(file.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, os.NewSyscallError("LockFileEx", err)
}

// release gives the lock back and removes its file, unless another process has
// opened it: Windows then refuses the removal, which is right.
func release(lock *os.File) error {
	err := lock.Close()
	_ = os.Remove(lock.Name())
	return err
}
