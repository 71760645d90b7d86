package output

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// acquire locks a file that it makes where needed. The lock ends with the
// process, however that ends; the file may stay.
func acquire(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o666)
		if err != nil {
			return nil, err
		}
		current, err := lock(file)
		if current && err == nil {
			return file, nil
		}
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
	}
}

// lock locks a file and reports whether it still has its name: its holder may
// have removed it between our opening and locking it, and then somebody else
// can lock a new one.
func lock(file *os.File) (current bool, err error) {
	held, err := tryLock(file)
	if err != nil {
		return false, err
	}
	if !held {
		return false, fmt.Errorf("%w: another build is writing the folder and holds %q", ErrRefused, file.Name())
	}
	mine, err := file.Stat()
	if err != nil {
		return false, err
	}
	if mine.Size() > 0 {
		return false, fmt.Errorf("%w: %q is not the lock of a build, which is empty", ErrRefused, file.Name())
	}
	named, err := os.Stat(file.Name())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(named, mine), err
}
