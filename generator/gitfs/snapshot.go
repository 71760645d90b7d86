package gitfs

import (
	"io/fs"
	"path"
	"sync"
)

// A Snapshot is a file tree that reads each file and each folder once, until
// it is told that it changed. It is safe for concurrent use; the bytes of a
// file are shared and must not be changed.
type Snapshot struct {
	files   fs.FS
	mutex   sync.Mutex
	data    map[string][]byte
	folders map[string][]fs.DirEntry
}

// NewSnapshot returns a snapshot of a tree; nothing is read yet.
func NewSnapshot(files fs.FS) *Snapshot {
	return &Snapshot{files: files, data: map[string][]byte{}, folders: map[string][]fs.DirEntry{}}
}

// Forget lets a path be read again, with the listing of the folder that it is
// in. A folder's files are forgotten one by one.
func (s *Snapshot) Forget(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.data, name)
	delete(s.folders, name)
	delete(s.folders, path.Dir(name))
}

// Open opens the file of the tree itself.
func (s *Snapshot) Open(name string) (fs.File, error) { return s.files.Open(name) }

// ReadFile returns the bytes of a file.
func (s *Snapshot) ReadFile(name string) ([]byte, error) {
	return remember(s, s.data, name, fs.ReadFile)
}

// ReadDir returns the listing of a folder.
func (s *Snapshot) ReadDir(name string) ([]fs.DirEntry, error) {
	return remember(s, s.folders, name, fs.ReadDir)
}

// remember returns what was read before, or reads it. Errors are not kept.
func remember[T any](s *Snapshot, known map[string]T, name string, read func(fs.FS, string) (T, error)) (T, error) {
	s.mutex.Lock()
	value, ok := known[name]
	s.mutex.Unlock()
	if ok {
		return value, nil
	}
	value, err := read(s.files, name)
	if err == nil {
		s.mutex.Lock()
		known[name] = value
		s.mutex.Unlock()
	}
	return value, err
}
