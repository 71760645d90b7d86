package gitfs

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
)

// A History tells which commits changed each path. It is read-only and safe
// for concurrent use.
type History struct {
	spans map[string]*Span
}

// A Span is what the history of a path comes to.
type Span struct {
	First, Last Stamp // the oldest and the newest commit that changed the path
	Count       int   // how many commits did
}

// A Stamp is a commit and its committer's time in UTC.
type Stamp struct {
	Commit string
	When   time.Time
}

// History walks the history of a commit once and returns the changes of all
// paths. When the walk ends at the edge of a shallow clone it gives
// [ErrShallow].
//
// A commit changes a path when it has a file there that differs, in contents
// or mode, from what each of its parents has. So a merge changes only what its
// authors edited while merging, and to remove a file is no change of it.
// All ancestors count, on whatever branch. They are ordered from newest to
// oldest as by "git log --date-order": no commit before its children, else by
// the committer's time.
func (r *Repo) History(ctx context.Context, c Commit) (*History, error) {
	commits, err := r.ancestors(ctx, plumbing.NewHash(c.Hash))
	if err != nil {
		return nil, fmt.Errorf("gitfs: history of %s: %w", c.Hash, err)
	}
	w := walk{objects: r.objects}
	changed := make([][]string, len(commits))
	err = parallel(ctx, len(commits), func(i int) error {
		trees := make([]plumbing.Hash, len(commits[i].parents))
		for p, parent := range commits[i].parents {
			trees[p] = parent.tree
		}
		return w.changes("", commits[i].tree, trees, &changed[i])
	})
	if err != nil {
		return nil, fmt.Errorf("gitfs: history of %s: %w", c.Hash, err)
	}
	h := &History{spans: map[string]*Span{}}
	for i, c := range commits {
		h.add(Stamp{c.hash.String(), instant(c.when)}, changed[i])
	}
	return h, nil
}

// add notes the paths that a commit changed; commits come from newest to
// oldest.
func (h *History) add(stamp Stamp, paths []string) {
	for _, path := range paths {
		span := h.spans[path]
		if span == nil {
			span = &Span{Last: stamp}
			h.spans[path] = span
		}
		span.First = stamp
		span.Count++
	}
}

// Of returns the history of a file's path, also of one that the commit no
// longer has. It is false for a path that no commit had.
func (h *History) Of(path string) (Span, bool) {
	if span := h.spans[path]; span != nil {
		return *span, true
	}
	return Span{}, false
}

// ancestor is a commit of a history.
type ancestor struct {
	hash, tree plumbing.Hash
	when       int64
	parents    []*ancestor
	children   int // that the order has not reached
}

// ancestors returns a commit and all its ancestors, newest first.
func (r *Repo) ancestors(ctx context.Context, from plumbing.Hash) ([]*ancestor, error) {
	edge, err := r.shallow()
	if err != nil {
		return nil, err
	}
	first := &ancestor{hash: from}
	known := map[plumbing.Hash]*ancestor{from: first}
	for todo := []*ancestor{first}; len(todo) > 0; {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if edge[a.hash] {
			return nil, ErrShallow
		}
		c, err := r.objects.commit(a.hash)
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, err
		}
		a.tree, a.when = c.tree, c.when
		for _, h := range c.parents {
			parent := known[h]
			if parent == nil {
				parent = &ancestor{hash: h}
				known[h] = parent
				todo = append(todo, parent)
			}
			a.parents = append(a.parents, parent)
			parent.children++
		}
	}
	return ordered(first, len(known)), nil
}

// shallow returns the commits whose parents were not cloned.
func (r *Repo) shallow() (map[plumbing.Hash]bool, error) {
	repo, err := openGit(r.dir)
	if errors.Is(err, git.ErrRepositoryNotExists) {
		err = ErrNoRepository
	}
	if err != nil {
		return nil, err
	}
	list, err := repo.Storer.Shallow()
	edge := make(map[plumbing.Hash]bool, len(list))
	for _, h := range list {
		edge[h] = true
	}
	return edge, err
}

func ordered(first *ancestor, n int) []*ancestor {
	order := make([]*ancestor, 0, n)
	for ready := (newest{first}); len(ready) > 0; {
		a := heap.Pop(&ready).(*ancestor)
		order = append(order, a)
		for _, parent := range a.parents {
			if parent.children--; parent.children == 0 {
				heap.Push(&ready, parent)
			}
		}
	}
	return order
}

// newest is a heap of commits by time; equal times go by hash, so that the
// order is the same everywhere.
type newest []*ancestor

func (q newest) Len() int      { return len(q) }
func (q newest) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *newest) Push(a any)   { *q = append(*q, a.(*ancestor)) }

func (q newest) Less(i, j int) bool {
	if q[i].when != q[j].when {
		return q[i].when > q[j].when
	}
	return bytes.Compare(q[i].hash[:], q[j].hash[:]) < 0
}

func (q *newest) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// walk compares trees. Neighbouring commits share most of theirs.
type walk struct {
	objects *store
	recent  cache[plumbing.Hash]
}

func (w *walk) tree(h plumbing.Hash) ([]byte, error) {
	if o, ok := w.recent.get(h); ok {
		return o.data, nil
	}
	data, err := w.objects.read(h, plumbing.TreeObject)
	if err == nil {
		w.recent.put(h, object{plumbing.TreeObject, data})
	}
	return data, err
}

// changes appends the paths under prefix that tree has otherwise than each of
// the parents' trees; a parent that has no such folder is left out of them.
func (w *walk) changes(prefix string, tree plumbing.Hash, parents []plumbing.Hash, paths *[]string) error {
	if slices.Contains(parents, tree) {
		return nil
	}
	raw, err := w.tree(tree)
	if err != nil {
		return err
	}
	cursors := make([]cursor, len(parents))
	for i, parent := range parents {
		if cursors[i].rest, err = w.tree(parent); err != nil {
			return err
		}
	}
	for len(raw) > 0 {
		if next, ok := unchanged(raw, cursors); ok {
			raw = next
			continue
		}
		it, next, ok := nextItem(raw)
		if !ok {
			return fmt.Errorf("object %s: %w", tree, errMalformed)
		}
		raw = next
		if err := w.item(prefix, it, cursors, paths); err != nil {
			return err
		}
	}
	return nil
}

// unchanged skips an entry that stands, the same bytes, at every cursor, as
// nearly all do.
func unchanged(raw []byte, cursors []cursor) ([]byte, bool) {
	if len(cursors) == 0 {
		return raw, false
	}
	it, next, ok := nextItem(raw)
	if !ok {
		return raw, false
	}
	for i := range cursors {
		if !bytes.HasPrefix(cursors[i].rest, it.all) {
			return raw, false
		}
	}
	for i := range cursors {
		cursors[i].rest = cursors[i].rest[len(it.all):]
	}
	return next, true
}

// item notes the changes at one entry.
func (w *walk) item(prefix string, it item, cursors []cursor, paths *[]string) error {
	var folders []plumbing.Hash
	same := false
	for i := range cursors {
		other, ok := cursors[i].at(it)
		if !ok {
			continue
		}
		same = same || bytes.Equal(other.all, it.all)
		if other.isFolder() {
			folders = append(folders, plumbing.Hash(other.hash))
		}
	}
	path := prefix + string(it.name)
	switch {
	case same:
		return nil
	case it.isFolder():
		return w.changes(path+"/", plumbing.Hash(it.hash), folders, paths)
	}
	*paths = append(*paths, path)
	return nil
}

// cursor goes through a parent's tree in step with the tree that is compared.
type cursor struct {
	rest []byte
}

// at moves to the entry of the same name and kind, if there is one.
func (c *cursor) at(it item) (item, bool) {
	for len(c.rest) > 0 {
		other, next, ok := nextItem(c.rest)
		if !ok {
			c.rest = nil
			break
		}
		order := compareNames(other, it)
		if order > 0 {
			break
		}
		c.rest = next
		if order == 0 {
			return other, true
		}
	}
	return item{}, false
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
