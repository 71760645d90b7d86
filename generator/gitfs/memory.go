package gitfs

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"
)

// A memory file has what was found out about commits, by their names:
//
//	format, SHA-256 of the rest
//	number of paths, each: length, bytes
//	number of commits, each: name, tree, time, number of parents, their names,
//	    number of changes, each: path's number and kind, blob of a placed one
//
// Numbers are unsigned varints, names of objects are 20 bytes. Which commits
// there are depends on the walks before; what the file says of one does not.
const (
	memoryFile   = "history"
	memoryFormat = "acervo history 1\n" // another whenever a change would be told in another way
	memoryHead   = len(memoryFormat) + sha256.Size
)

// recall reads the memory of a folder; one that is not there, is damaged or has
// another format is empty.
func recall(dir string) map[plumbing.Hash]*fact {
	if dir == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(dir, memoryFile))
	if err != nil || len(data) < memoryHead || string(data[:len(memoryFormat)]) != memoryFormat {
		return nil
	}
	rest := data[memoryHead:]
	if sum := sha256.Sum256(rest); !bytes.Equal(sum[:], data[len(memoryFormat):memoryHead]) {
		return nil
	}
	d := decoder{rest: string(rest)}
	facts := d.facts()
	if d.bad || d.rest != "" {
		return nil
	}
	return facts
}

// keep writes the memory of a folder. It is never needed, so that a folder that
// cannot be written to is no error.
func keep(dir string, commits []*ancestor) {
	if dir == "" || os.MkdirAll(dir, 0o777) != nil {
		return
	}
	file, err := os.CreateTemp(dir, memoryFile+"-*.tmp")
	if err != nil {
		return
	}
	_, err = file.Write(encode(commits))
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, memoryFile))
	}
	if err != nil {
		os.Remove(file.Name())
	}
}

func encode(commits []*ancestor) []byte {
	numbers := map[string]uint64{}
	var paths, body []byte
	for _, a := range commits {
		body = append(append(body, a.hash[:]...), a.tree[:]...)
		body = binary.AppendUvarint(body, uint64(a.when))
		body = binary.AppendUvarint(body, uint64(len(a.parents)))
		for _, parent := range a.parents {
			body = append(body, parent.hash[:]...)
		}
		body = binary.AppendUvarint(body, uint64(len(a.changes)))
		for _, c := range a.changes {
			n, ok := numbers[c.path]
			if !ok {
				n = uint64(len(numbers))
				numbers[c.path] = n
				paths = binary.AppendUvarint(paths, uint64(len(c.path)))
				paths = append(paths, c.path...)
			}
			body = binary.AppendUvarint(body, n<<kindBits|uint64(c.kind))
			if c.kind&placed != 0 {
				body = append(body, c.blob[:]...)
			}
		}
	}
	data := make([]byte, memoryHead, memoryHead+len(paths)+len(body)+2*binary.MaxVarintLen64)
	data = append(binary.AppendUvarint(data, uint64(len(numbers))), paths...)
	data = append(binary.AppendUvarint(data, uint64(len(commits))), body...)
	sum := sha256.Sum256(data[memoryHead:])
	copy(data, memoryFormat)
	copy(data[len(memoryFormat):], sum[:])
	return data
}

const kindBits = 3

// decoder takes a memory file apart. Its checksum guards against accidents
// only, so nothing in it is believed beyond its end.
type decoder struct {
	rest string // strings, so that paths are parts of it
	bad  bool
}

func (d *decoder) facts() map[plumbing.Hash]*fact {
	paths := make([]string, d.count(1))
	for i := range paths {
		paths[i] = d.bytes(d.count(1))
	}
	n := d.count(2 * hashLen)
	facts := make(map[plumbing.Hash]*fact, n)
	list := make([]fact, n)
	for i := range list {
		h := d.hash()
		d.fact(&list[i], paths)
		facts[h] = &list[i]
	}
	return facts
}

func (d *decoder) fact(f *fact, paths []string) {
	f.tree = d.hash()
	f.when = int64(min(d.number(), lastSecond))
	f.parents = make([]plumbing.Hash, d.count(hashLen))
	for i := range f.parents {
		f.parents[i] = d.hash()
	}
	f.changes = make([]change, d.count(1))
	f.compared = true
	for i := range f.changes {
		n := d.number()
		c := change{kind: changeKind(n & (1<<kindBits - 1))}
		if n >>= kindBits; n < uint64(len(paths)) {
			c.path = paths[n]
		} else {
			d.bad = true
		}
		if c.kind&placed != 0 {
			c.blob = d.hash()
		}
		f.changes[i] = c
	}
}

func (d *decoder) number() uint64 {
	var n uint64
	for shift := 0; shift < 64 && d.rest != ""; shift += 7 {
		b := d.rest[0]
		d.rest = d.rest[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	d.bad = true
	return 0
}

// count reads how many things of some bytes at least follow.
func (d *decoder) count(size int) int {
	n := d.number()
	if n > uint64(len(d.rest)/size) {
		d.bad = true
		return 0
	}
	return int(n)
}

func (d *decoder) bytes(n int) string {
	if n > len(d.rest) {
		d.bad = true
		return ""
	}
	text := d.rest[:n]
	d.rest = d.rest[n:]
	return text
}

func (d *decoder) hash() (h plumbing.Hash) {
	copy(h[:], d.bytes(hashLen))
	return h
}
