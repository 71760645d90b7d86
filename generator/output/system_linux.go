package output

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// exchange swaps two folders in one step. It gives errors.ErrUnsupported where
// the kernel or the file system cannot.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	switch {
	case errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS):
		return errors.ErrUnsupported
	case err != nil:
		return fmt.Errorf("exchange %q and %q: %w", a, b, err)
	}
	return nil
}

func isMountPoint(dir string) (bool, error) {
	var stat unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, dir, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_TYPE, &stat)
	if errors.Is(err, unix.ENOSYS) {
		return false, nil // the exchange itself refuses a mount point
	}
	return stat.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0, err
}
