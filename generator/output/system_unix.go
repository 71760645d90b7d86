//go:build unix

package output

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const noFollow = unix.O_NOFOLLOW

// tryLock reports whether the lock is ours now.
func tryLock(file *os.File) (bool, error) {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, os.NewSyscallError("flock", err)
}

// release removes the lock's file before it gives the lock back, so that
// nobody can hold a lock on a file that is being removed.
func release(lock *os.File) error {
	return errors.Join(os.Remove(lock.Name()), lock.Close())
}
