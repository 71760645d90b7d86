//go:build unix

package gitfs

import (
	"io/fs"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A named pipe in a source must not make a build wait for a writer.
func TestFolderDoesNotOpenPipes(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mkfifo(filepath.Join(dir, "pipe"), 0o666); err != nil {
		t.Fatal(err)
	}
	files, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	refuses(t, "folder", files, "pipe")
	info, err := fs.Stat(files, "pipe")
	if err != nil || info.Mode().Type() != fs.ModeNamedPipe {
		t.Errorf("got %v, %v", info, err)
	}
}
