package gitfs

import (
	"github.com/go-git/go-git/v5/plumbing"

	"acervo/generator/memo"
)

// A memory file has what was found out about commits, by their names:
//
//	number of paths, each: length, bytes
//	number of commits, each: name, tree, time, number of parents, their names,
//	    number of changes, each: path's number and kind, blob of a placed one
//
// Numbers are unsigned varints, names of objects are 20 bytes. Which commits
// there are depends on the walks before; what the file says of one does not.
const (
	memoryFile = "history"
	memoryForm = "history 1" // another whenever a change would be told in another way
)

// recall reads the memory of a folder; one that is not there, is damaged or has
// another form is empty.
func recall(dir string) map[plumbing.Hash]*fact {
	data, ok := memo.Read(dir, memoryFile, memoryForm)
	if !ok {
		return nil
	}
	d := decoder{memo.NewReader(data)}
	facts := d.facts()
	if !d.Whole() {
		return nil
	}
	return facts
}

func encode(commits []*ancestor) []byte {
	numbers := map[string]uint64{}
	var paths, body memo.Writer
	for _, a := range commits {
		body.Bytes(a.hash[:])
		body.Bytes(a.tree[:])
		body.Number(uint64(a.when))
		body.Count(len(a.parents))
		for _, parent := range a.parents {
			body.Bytes(parent.hash[:])
		}
		body.Count(len(a.changes))
		for _, c := range a.changes {
			n, ok := numbers[c.path]
			if !ok {
				n = uint64(len(numbers))
				numbers[c.path] = n
				paths.Text(c.path)
			}
			body.Number(n<<kindBits | uint64(c.kind))
			if c.kind&placed != 0 {
				body.Bytes(c.blob[:])
			}
		}
	}
	var all memo.Writer
	all.Count(len(numbers))
	all.Bytes(paths.Data)
	all.Count(len(commits))
	all.Bytes(body.Data)
	return all.Data
}

const kindBits = 3

// decoder takes a memory file apart.
type decoder struct{ memo.Reader }

func (d *decoder) facts() map[plumbing.Hash]*fact {
	paths := make([]string, d.Count(1))
	for i := range paths {
		paths[i] = d.Text()
	}
	n := d.Count(2 * hashLen)
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
	f.when = int64(min(d.Number(), lastSecond))
	f.parents = make([]plumbing.Hash, d.Count(hashLen))
	for i := range f.parents {
		f.parents[i] = d.hash()
	}
	f.changes = make([]change, d.Count(1))
	f.compared = true
	for i := range f.changes {
		n := d.Number()
		c := change{kind: changeKind(n & (1<<kindBits - 1))}
		if n >>= kindBits; n < uint64(len(paths)) {
			c.path = paths[n]
		} else {
			d.Refuse()
		}
		if c.kind&placed != 0 {
			c.blob = d.hash()
		}
		f.changes[i] = c
	}
}

func (d *decoder) hash() (h plumbing.Hash) {
	copy(h[:], d.Bytes(hashLen))
	return h
}
