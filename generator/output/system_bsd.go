//go:build unix && !linux

package output

import (
	"errors"
	"path/filepath"

	"golang.org/x/sys/unix"
)

func exchange(_, _ string) error { return errors.ErrUnsupported }

// isMountPoint reports whether a folder lies on another device than its parent.
func isMountPoint(dir string) (bool, error) {
	var own, above unix.Stat_t
	err := errors.Join(unix.Lstat(dir, &own), unix.Lstat(filepath.Dir(dir), &above))
	return own.Dev != above.Dev, err
}
