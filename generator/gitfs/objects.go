package gitfs

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxObject is the size of the largest object that is read: GitHub takes no
// larger file. It bounds what a hostile pack can make us allocate.
const maxObject = 100 << 20

var errMalformed = errors.New("malformed")

type object struct {
	kind plumbing.ObjectType
	data []byte // shared with the cache: not to be changed
}

// store reads the objects of a repository. It is safe for concurrent use.
type store struct {
	dirs      []string // folders of objects: the repository's, then its alternates
	packs     atomic.Pointer[[]*pack]
	refreshed sync.Mutex
	recent    cache[place] // bases of deltas
	inflaters sync.Pool
}

func openStore(dir string) (*store, error) {
	s := &store{}
	s.inflaters.New = func() any { return &inflater{} }
	if err := s.addDir(dir); err != nil {
		return nil, err
	}
	return s, s.refresh()
}

// addDir adds a folder of objects and those that it borrows from.
func (s *store) addDir(dir string) error {
	if slices.Contains(s.dirs, dir) {
		return nil
	}
	s.dirs = append(s.dirs, dir)
	list, err := os.ReadFile(filepath.Join(dir, "info", "alternates"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for line := range strings.Lines(string(list)) {
		other := strings.TrimSpace(line)
		if other == "" || other[0] == '#' {
			continue
		}
		if !filepath.IsAbs(other) {
			other = filepath.Join(dir, other)
		}
		if err := s.addDir(filepath.Clean(other)); err != nil {
			return err
		}
	}
	return err
}

// refresh lists the packs anew and keeps those that are known.
func (s *store) refresh() error {
	s.refreshed.Lock()
	defer s.refreshed.Unlock()
	known := map[string]*pack{}
	if old := s.packs.Load(); old != nil {
		for _, p := range *old {
			known[p.path] = p
		}
	}
	var packs []*pack
	for _, dir := range s.dirs {
		files, err := os.ReadDir(filepath.Join(dir, "pack"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, f := range files {
			name := filepath.Join(dir, "pack", f.Name())
			if filepath.Ext(name) != ".pack" {
				continue
			}
			p, ok := known[name]
			if !ok {
				if p, err = openPack(name); errors.Is(err, fs.ErrNotExist) {
					continue // still being written, or just removed
				}
			}
			if err != nil {
				return s.broken(err)
			}
			packs = append(packs, p)
		}
	}
	s.packs.Store(&packs)
	return nil
}

// find returns where a packed object lies.
func (s *store) find(h plumbing.Hash) (place, bool) {
	for _, p := range *s.packs.Load() {
		if at, ok := p.find(h); ok {
			return place{p, at}, true
		}
	}
	return place{}, false
}

// read returns the data of an object of a kind. The caller must not change it.
func (s *store) read(h plumbing.Hash, kind plumbing.ObjectType) ([]byte, error) {
	o, err := s.any(h)
	if err == nil && o.kind != kind {
		err = fmt.Errorf("is a %s, not a %s", o.kind, kind)
	}
	if err != nil {
		return nil, about(fmt.Errorf("object %s: %w", h, s.broken(err)), h.String())
	}
	return o.data, nil
}

// any returns an object of any kind.
func (s *store) any(h plumbing.Hash) (o object, err error) {
	err = s.reach(h,
		func(at place) error { o, err = s.unpack(at); return err },
		func(file []byte) error { o, err = s.loose(file); return err })
	return o, err
}

// size returns the length of an object without reading it.
func (s *store) size(h plumbing.Hash) (n int64, err error) {
	err = s.reach(h,
		func(at place) error { n, err = s.packedSize(at); return err },
		func(file []byte) error { n, err = s.looseSize(file); return err })
	if err != nil {
		return 0, about(fmt.Errorf("object %s: %w", h, s.broken(err)), h.String())
	}
	return n, nil
}

// reach hands the place of an object in a pack, or its loose file, to one of
// two readers. A miss is tried again with a new list of packs: git moves
// objects into new packs while we read.
func (s *store) reach(h plumbing.Hash, packed func(place) error, loose func([]byte) error) error {
	if at, ok := s.find(h); ok {
		if err := packed(at); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	name := h.String()
	for _, dir := range s.dirs {
		file, err := os.ReadFile(filepath.Join(dir, name[:2], name[2:]))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		return loose(file)
	}
	if err := s.refresh(); err != nil {
		return err
	}
	if at, ok := s.find(h); ok {
		return packed(at)
	}
	return errMissing
}

// loose decodes a loose object: a compressed "kind size\0" and the data.
func (s *store) loose(file []byte) (object, error) {
	in := s.inflater()
	defer s.inflaters.Put(in)
	r, kind, size, err := in.looseHeader(file)
	if err != nil {
		return object{}, err
	}
	data := make([]byte, size)
	return object{kind, data}, exactly(r, data)
}

func (s *store) looseSize(file []byte) (int64, error) {
	in := s.inflater()
	defer s.inflaters.Put(in)
	_, _, size, err := in.looseHeader(file)
	return size, err
}

func (in *inflater) looseHeader(file []byte) (*bufio.Reader, plumbing.ObjectType, int64, error) {
	z, err := in.open(bytes.NewReader(file))
	if err != nil {
		return nil, 0, 0, err
	}
	// The header is shorter than the smallest buffer of a bufio.Reader.
	r := bufio.NewReaderSize(z, 64)
	line, err := r.ReadSlice(0)
	if err != nil {
		return nil, 0, 0, errMalformed
	}
	word, digits, _ := bytes.Cut(line[:len(line)-1], []byte(" "))
	size, err := strconv.ParseInt(string(digits), 10, 64)
	kind, unknown := plumbing.ParseObjectType(string(word))
	if err != nil || unknown != nil || size < 0 {
		return nil, 0, 0, errMalformed
	}
	if size > maxObject {
		return nil, 0, 0, errTooLarge
	}
	return r, kind, size, nil
}

// beginning returns the hashes that begin with some hexadecimal digits, two at
// least.
func (s *store) beginning(prefix string) ([]plumbing.Hash, error) {
	if err := s.refresh(); err != nil {
		return nil, err
	}
	found := map[plumbing.Hash]bool{}
	for _, p := range *s.packs.Load() {
		p.beginning(prefix, found)
	}
	for _, dir := range s.dirs {
		files, err := os.ReadDir(filepath.Join(dir, prefix[:2]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, f := range files {
			name := prefix[:2] + f.Name()
			if plumbing.IsHash(name) && strings.HasPrefix(name, prefix) {
				found[plumbing.NewHash(name)] = true
			}
		}
	}
	list := make([]plumbing.Hash, 0, len(found))
	for h := range found {
		list = append(list, h)
	}
	// Sorted: the same ambiguity is told the same way.
	slices.SortFunc(list, func(a, b plumbing.Hash) int { return bytes.Compare(a[:], b[:]) })
	return list, nil
}

func (p *pack) beginning(prefix string, found map[plumbing.Hash]bool) {
	first, _ := hex.DecodeString(prefix[:2])
	from, to := p.bucket(first[0])
	for i := from; i < to; i++ {
		if h := p.name(i); strings.HasPrefix(hex.EncodeToString(h), prefix) {
			found[plumbing.Hash(h)] = true
		}
	}
}
