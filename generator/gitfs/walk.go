package gitfs

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// fact is what is known of a commit by its name alone.
type fact struct {
	commit
	changes  []change
	compared bool // changes are known
}

// change is a path at which a commit differs from its first parent.
type change struct {
	path string
	blob plumbing.Hash // of a placed one
	kind changeKind
}

type changeKind uint8

const (
	counted changeKind = 1 << iota // there is a file, other than that of every parent
	placed                         // it is a regular file below content/, with other bytes
	removed                        // there was a regular file below content/
)

// published is the folder whose files the chain has.
const published = "content/"

// walk compares trees. Neighbouring commits share most of theirs.
type walk struct {
	objects *store
	recent  cache[plumbing.Hash]
}

// compare finds the changes of a commit. The difference from the first parent
// has all of them; a merge counts only what differs from the others too.
func (w *walk) compare(a *ancestor) error {
	var changes []change
	first := plumbing.ZeroHash
	if len(a.parents) > 0 {
		first = a.parents[0].tree
	}
	if err := w.diff("", first, a.tree, &changes); err != nil {
		return err
	}
	for _, other := range a.parents[min(1, len(a.parents)):] {
		if err := w.keepOwn(changes, other.tree, a.tree); err != nil {
			return err
		}
	}
	a.changes = slices.DeleteFunc(changes, func(c change) bool { return c.kind == 0 })
	a.compared = true
	return nil
}

// keepOwn counts no longer what a merge has as another parent has it.
func (w *walk) keepOwn(changes []change, parent, tree plumbing.Hash) error {
	if !slices.ContainsFunc(changes, func(c change) bool { return c.kind&counted != 0 }) {
		return nil
	}
	var differ []change
	if err := w.diff("", parent, tree, &differ); err != nil {
		return err
	}
	own := make(map[string]bool, len(differ))
	for _, c := range differ {
		own[c.path] = own[c.path] || c.kind&counted != 0
	}
	for i := range changes {
		if !own[changes[i].path] {
			changes[i].kind &^= counted
		}
	}
	return nil
}

// tree returns a tree object; that of the zero hash is empty.
func (w *walk) tree(h plumbing.Hash) ([]byte, error) {
	if h.IsZero() {
		return nil, nil
	}
	if o, ok := w.recent.get(h); ok {
		return o.data, nil
	}
	data, err := w.objects.read(h, plumbing.TreeObject)
	if err == nil {
		w.recent.put(h, object{plumbing.TreeObject, data})
	}
	return data, err
}

// diff appends the changes under prefix between two trees. It compares their
// bytes and looks only at the entries between the first and the last
// difference.
func (w *walk) diff(prefix string, from, to plumbing.Hash, changes *[]change) error {
	if from == to {
		return nil
	}
	old, err := w.tree(from)
	if err != nil {
		return err
	}
	now, err := w.tree(to)
	if err != nil {
		return err
	}
	equal := commonItems(old, now)
	old, now = old[equal:], now[equal:]
	end := commonEnd(old, now)
	for len(old) != len(now) || len(now) > end {
		a, restOld, okOld := nextItem(old)
		b, restNow, okNow := nextItem(now)
		if !okOld && len(old) > 0 || !okNow && len(now) > 0 {
			return about(because(errDamaged, fmt.Errorf("tree %s or %s: %w", from, to, errMalformed)), to.String())
		}
		switch order := compareItems(a, b, okOld, okNow); {
		case order < 0:
			old, b = restOld, item{}
		case order > 0:
			now, a = restNow, item{}
		default:
			old, now = restOld, restNow
			if bytes.Equal(a.all, b.all) {
				continue
			}
		}
		if err := w.entry(prefix, a, b, changes); err != nil {
			return err
		}
	}
	return nil
}

// compareItems is compareNames where one of the trees may have ended.
func compareItems(a, b item, okA, okB bool) int {
	switch {
	case !okB:
		return -1
	case !okA:
		return 1
	}
	return compareNames(a, b)
}

// commonItems returns the length of the entries with which both trees begin.
func commonItems(a, b []byte) int {
	same := 0
	for n := min(len(a), len(b)); same < n; {
		step := min(stride, n-same)
		if !bytes.Equal(a[same:same+step], b[same:same+step]) {
			for a[same] == b[same] {
				same++
			}
			break
		}
		same += step
	}
	at := 0
	for {
		it, _, ok := nextItem(a[at:])
		if !ok || at+len(it.all) > same {
			return at
		}
		at += len(it.all)
	}
}

// commonEnd returns how many bytes both trees end in.
func commonEnd(a, b []byte) int {
	n := min(len(a), len(b))
	a, b = a[len(a)-n:], b[len(b)-n:]
	for n > 0 {
		step := min(stride, n)
		if !bytes.Equal(a[n-step:n], b[n-step:n]) {
			break
		}
		n -= step
	}
	for n > 0 && a[n-1] == b[n-1] {
		n--
	}
	return len(a) - n
}

// stride is how many bytes are compared at once.
const stride = 256

// entry notes the changes at one name and kind; one of the two may be none.
func (w *walk) entry(prefix string, old, now item, changes *[]change) error {
	name := now.name
	if name == nil {
		name = old.name
	}
	path := prefix + string(name)
	if old.isFolder() || now.isFolder() {
		if now.all == nil && !strings.HasPrefix(path+"/", published) {
			return nil // nothing of it is counted or published
		}
		return w.diff(path+"/", folderHash(old), folderHash(now), changes)
	}
	if c := changeOf(path, old, now); c.kind != 0 {
		*changes = append(*changes, c)
	}
	return nil
}

func folderHash(it item) (h plumbing.Hash) {
	copy(h[:], it.hash)
	return h
}

func changeOf(path string, old, now item) change {
	c := change{path: path}
	if now.all != nil {
		c.kind |= counted
	}
	if !strings.HasPrefix(path, published) {
		return c
	}
	switch was, is := old.isRegular(), now.isRegular(); {
	case is && !(was && bytes.Equal(old.hash, now.hash)):
		c.kind |= placed
		copy(c.blob[:], now.hash)
	case was && !is:
		c.kind |= removed
	}
	return c
}

// compareNames compares as git sorts a tree: the name of a folder as if it
// ended in a slash.
func compareNames(a, b item) int {
	n := min(len(a.name), len(b.name))
	if c := bytes.Compare(a.name[:n], b.name[:n]); c != 0 {
		return c
	}
	return int(a.after(n)) - int(b.after(n))
}

// after returns the byte at n of the name as git sorts it.
func (it item) after(n int) byte {
	switch {
	case n < len(it.name):
		return it.name[n]
	case it.isFolder():
		return '/'
	}
	return 0
}
