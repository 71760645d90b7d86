// Package output writes a folder as a whole or not at all.
//
// [Create] begins a new version of a folder, [Dir.Write] fills it,
// [Dir.Publish] puts it in the place of the old version in one step, and
// [Dir.Discard] drops it. A run that is killed at any moment leaves the old
// folder or the new one, each whole (a kill of the process; after a power cut
// the file system decides).
//
//	dir, err := output.Create("public", "../source")
//	defer dir.Discard()
//	err = dir.Write("es/index.html", page)
//	err = dir.Write(output.Record, record)
//	err = dir.Publish()
//
// # What is never overwritten
//
// A published folder carries the file build.json, a JSON object with the
// member "generator": "acervo". Create refuses ([ErrRefused]) a folder that is
// not empty and has no such file, a folder with a .git of its own, a file, a
// symbolic link, a mount point, a folder that is or holds the source, and one
// inside of the source's content/, layouts/, assets/, generator/ or .git/.
// Publish looks again, since a build takes time. Everything in a folder that
// carries build.json is replaced.
//
// # Beside the folder
//
// While a build of "public" runs, its parent folder holds
//
//	.public.lock              locked for as long as the process lives
//	.public.123456789.tmp/    the marker "acervo-build", the new version in
//	                          "new/" and, for an instant, the old one in "old/"
//
// and neither afterwards. A second build of the same folder is refused as long
// as the first one runs. What a killed run left is removed by the next Create:
// folders of this form with our marker, which are nobody's once the lock is
// ours. On Linux the old and the new version change places in one system call.
// Elsewhere, and on file systems that cannot, two renames do it; a kill between
// them leaves no folder under the name, and the next Create puts the old one
// back.
package output

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Record is the name of the file by which a published folder is known.
const Record = "build.json"

// ErrRefused is the cause when a folder is not ours to write.
var ErrRefused = errors.New("refused")

// A Dir is a version of a folder that is being written.
type Dir struct {
	target string // the folder, absolute
	source string
	work   string // the folder of this run beside it
	lock   *os.File
	made   sync.Map // folders of the new version by path

	mu     sync.Mutex
	names  map[string]spelling // by their form without case, with all folders
	files  map[string]File
	open   int   // writes under way
	err    error // of the first write that did not succeed
	closed bool
}

// A File is a file that was written.
type File struct {
	Name   string // slash-separated
	Size   int64
	SHA256 string // in hexadecimal digits
}

// The entries of a run's folder.
const (
	markerName = "acervo-build"
	newName    = "new"
	oldName    = "old"
)

// Create begins a new version of the folder dir, which need not exist; its
// parent must. Source is the folder from which the site is built, or "".
func Create(dir, source string) (*Dir, error) {
	target, err := located(dir)
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	if err := acceptable(target, source); err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	lock, err := acquire(beside(target, "lock"))
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	d := &Dir{target: target, source: source, lock: lock, names: map[string]spelling{}, files: map[string]File{}}
	if err := d.begin(); err != nil {
		return nil, fmt.Errorf("output: %w", errors.Join(err, d.end()))
	}
	return d, nil
}

// located returns the absolute path of a folder, free of symbolic links but
// for its last part.
func located(dir string) (string, error) {
	if dir == "" {
		return "", fmt.Errorf("%w: no folder is named", ErrRefused)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w %q: the folder above it does not exist", ErrRefused, dir)
	}
	return filepath.Join(parent, filepath.Base(abs)), err
}

// beside returns the path ".<folder>.<end>" in the same parent.
func beside(target, end string) string {
	return filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+"."+end)
}

// begin clears what killed runs left and makes this run's folder.
func (d *Dir) begin() error {
	if err := sweep(d.target); err != nil {
		return err
	}
	// The sweep may have put a folder back, and the first look was taken
	// before the lock was ours.
	if err := acceptable(d.target, d.source); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(d.target), filepath.Base(beside(d.target, "*.tmp")))
	if err != nil {
		return err
	}
	d.work = work
	if err := os.WriteFile(filepath.Join(work, markerName), nil, 0o666); err != nil {
		return err
	}
	return os.Mkdir(filepath.Join(work, newName), 0o777)
}

// Write writes a file of the new version, with the folders that it needs. The
// name is slash-separated and relative. A name is refused that leaves the
// folder, holds a backslash or a control character, was written before, differs
// from another one, or from another's folder, only by case or by Unicode
// normalisation, or is that of a folder. Write is safe for concurrent use.
func (d *Dir) Write(name string, data []byte) error {
	if err := d.claim(name); err != nil {
		return fmt.Errorf("output: write %q: %w", name, err)
	}
	err := d.create(name, data)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open--
	if err != nil {
		d.err = errors.Join(d.err, err)
		return fmt.Errorf("output: %w", err)
	}
	sum := sha256.Sum256(data)
	d.files[name] = File{Name: name, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
	return nil
}

// Reuse takes files over from the version that is published, if that has all of
// them with the bytes that their size and hash tell, and reports whether it did.
// They are then as if Write had written them. Where it did not, nothing has
// happened, and they can be written. Reuse is safe for concurrent use.
func (d *Dir) Reuse(files ...File) bool {
	if slices.ContainsFunc(files, func(f File) bool { return !d.published(f) }) {
		return false
	}
	for i, f := range files {
		if d.link(f) == nil {
			continue
		}
		for _, f := range files[:i] {
			d.unlink(f)
		}
		return false
	}
	return true
}

// Published returns the bytes of a file of the version that is published, and
// reports whether that has it as its size and hash tell.
func (d *Dir) Published(f File) ([]byte, bool) {
	name, ok := d.inPlace(f)
	if !ok || wellFormed(f.Name) != nil {
		return nil, false
	}
	data, err := os.ReadFile(name)
	if sum := sha256.Sum256(data); err != nil || hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, false
	}
	return data, true
}

// inPlace returns where a file of the published version is, and reports whether
// one of that size is there.
func (d *Dir) inPlace(f File) (name string, ok bool) {
	name = filepath.Join(d.target, filepath.FromSlash(f.Name))
	info, err := os.Lstat(name)
	return name, err == nil && info.Mode().IsRegular() && info.Size() == f.Size
}

// published reports whether the published version has a file.
func (d *Dir) published(f File) bool {
	name, ok := d.inPlace(f)
	if !ok {
		return false
	}
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	sum := sha256.New()
	_, err = io.CopyBuffer(sum, struct{ io.Reader }{file}, *buffer)
	return err == nil && hex.EncodeToString(sum.Sum(nil)) == f.SHA256
}

// buffers are what files are read into to be hashed. A build takes over tens of
// thousands.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 64<<10)) }}

// link makes a file of the published version one of the new version too.
func (d *Dir) link(f File) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return errClosed
	}
	if err := d.register(f.Name); err != nil {
		return err
	}
	full := filepath.Join(d.work, newName, filepath.FromSlash(f.Name))
	err := d.folder(filepath.Dir(full))
	if err == nil {
		err = os.Link(filepath.Join(d.target, filepath.FromSlash(f.Name)), full)
	}
	if err != nil {
		delete(d.names, caseless(f.Name))
		return err
	}
	d.files[f.Name] = f
	return nil
}

func (d *Dir) unlink(f File) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.names, caseless(f.Name))
	delete(d.files, f.Name)
	if err := os.Remove(filepath.Join(d.work, newName, filepath.FromSlash(f.Name))); err != nil {
		d.err = errors.Join(d.err, err)
	}
}

// claim notes a name as written, or says why it may not be.
func (d *Dir) claim(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := errClosed
	if !d.closed {
		if err = d.register(name); err == nil {
			d.open++
			return nil
		}
	}
	d.err = errors.Join(d.err, fmt.Errorf("write %q: %w", name, err))
	return err
}

func (d *Dir) create(name string, data []byte) error {
	full := filepath.Join(d.work, newName, filepath.FromSlash(name))
	if err := d.folder(filepath.Dir(full)); err != nil {
		return err
	}
	file, err := os.OpenFile(full, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// folder makes a folder of the new version unless this run has made it. Most
// pages have one of their own, below one that is there.
func (d *Dir) folder(dir string) error {
	if _, made := d.made.Load(dir); made {
		return nil
	}
	err := os.Mkdir(dir, 0o777)
	if err != nil {
		err = os.MkdirAll(dir, 0o777)
	}
	if err == nil {
		d.made.Store(dir, nil)
	}
	return err
}

// Files returns what was written so far, by name.
func (d *Dir) Files() []File {
	d.mu.Lock()
	defer d.mu.Unlock()
	files := make([]File, 0, len(d.files))
	for _, f := range d.files {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// File returns a file that was written.
func (d *Dir) File(name string) (File, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, ok := d.files[name]
	return f, ok
}

// Open opens a file of the new version that Write has written.
func (d *Dir) Open(name string) (*os.File, error) {
	d.mu.Lock()
	_, written := d.files[name]
	closed := d.closed
	d.mu.Unlock()
	err := error(fs.ErrNotExist)
	if closed {
		err = errClosed
	}
	if closed || !written {
		return nil, fmt.Errorf("output: open %q: %w", name, err)
	}
	return os.Open(filepath.Join(d.work, newName, filepath.FromSlash(name)))
}

// Publish puts the new version in the place of the old one and ends the run.
// It is refused, and the folder left as it was, when a file could not be
// written, when there is no build.json with our mark, or when the folder is no
// longer one that Create accepts.
func (d *Dir) Publish() error {
	if err := d.close(); err != nil {
		return fmt.Errorf("output: publish %q: %w", d.target, err)
	}
	fresh := filepath.Join(d.work, newName)
	err := d.complete(fresh)
	if err == nil {
		err = acceptable(d.target, d.source)
	}
	if err == nil {
		err = d.swap(fresh)
	}
	if err != nil {
		return fmt.Errorf("output: publish %q: %w", d.target, errors.Join(err, d.end()))
	}
	// The new version is in place. What is left to do the next Create would do.
	_ = d.end()
	return nil
}

var errClosed = errors.New("the build has ended")

// close lets no more writes begin.
func (d *Dir) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return errClosed
	}
	d.closed = true
	return nil
}

// complete refuses a version with holes, and one that the next Create would
// take for a stranger's.
func (d *Dir) complete(fresh string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.err != nil:
		return d.err
	case d.open > 0:
		return errors.New("files are still being written")
	}
	ours, err := hasRecord(fresh)
	if err == nil && !ours {
		err = fmt.Errorf(`no %s with "generator": "acervo" was written`, Record)
	}
	return err
}

// hasRecord reports whether a folder carries our build.json.
func hasRecord(dir string) (bool, error) {
	data, err := os.ReadFile(filepath.Join(dir, Record))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	var record struct {
		Generator string `json:"generator"`
	}
	// A build.json of another form is a stranger's.
	return err == nil && json.Unmarshal(data, &record) == nil && record.Generator == "acervo", err
}

// swap puts the new version in place; the old one ends in the run's folder.
func (d *Dir) swap(fresh string) error {
	if _, err := os.Lstat(d.target); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(fresh, d.target)
	}
	err := exchange(fresh, d.target)
	if errors.Is(err, errors.ErrUnsupported) {
		return d.renameBoth(fresh)
	}
	return err
}

func (d *Dir) renameBoth(fresh string) error {
	old := filepath.Join(d.work, oldName)
	if err := os.Rename(d.target, old); err != nil {
		return err
	}
	if err := os.Rename(fresh, d.target); err != nil {
		return errors.Join(err, os.Rename(old, d.target))
	}
	return nil
}

// Discard drops the new version and leaves nothing of it. After Publish or
// another Discard it does nothing.
func (d *Dir) Discard() error {
	if d.close() != nil {
		return nil
	}
	if err := d.end(); err != nil {
		return fmt.Errorf("output: discard: %w", err)
	}
	return nil
}

// end removes this run's folder and gives the lock back.
func (d *Dir) end() error {
	var err error
	if d.work != "" {
		err = removeRun(d.work)
	}
	return errors.Join(err, release(d.lock))
}

// removeRun removes the folder of a run, the marker last: a kill in between
// leaves a folder that still carries it.
func removeRun(work string) error {
	for _, part := range []string{newName, oldName, markerName} {
		if err := os.RemoveAll(filepath.Join(work, part)); err != nil {
			return err
		}
	}
	return os.Remove(work)
}

// spelling is how the name of a file or folder was first written.
type spelling struct {
	written string
	folder  bool
}

// register notes a name and those of its folders, or says with what it
// collides.
func (d *Dir) register(file string) error {
	if err := wellFormed(file); err != nil {
		return err
	}
	all := []spelling{{file, false}}
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		all = append(all, spelling{dir, true})
	}
	for _, n := range all {
		other, taken := d.names[caseless(n.written)]
		switch {
		case !taken || other == n && n.folder:
		case other.written != n.written:
			return fmt.Errorf("%q differs from %q only by case or Unicode normalisation", n.written, other.written)
		case other.folder != n.folder:
			return fmt.Errorf("%q would be a file and a folder", n.written)
		default:
			return errors.New("written twice")
		}
	}
	for _, n := range all {
		d.names[caseless(n.written)] = n
	}
	return nil
}
