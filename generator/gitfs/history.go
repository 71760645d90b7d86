package gitfs

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"acervo/generator/memo"
)

// A History tells which commits changed each path. It is read-only and safe
// for concurrent use.
type History struct {
	spans map[string]*Span
	chain func() []Published // made when first asked for
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

// A Published is a commit of the first-parent chain: what a branch showed
// since then.
type Published struct {
	Stamp
	Changes []Change // in the order of the paths in git's trees
}

// A Change is a regular file below content/ as a commit left it.
type Change struct {
	Path string
	Blob string // the hash of its bytes; "" where the file was removed
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
//
// What was read is kept in the folder cache (none: ""), and the next walk reads
// the other commits only. The result is the same with every cache: what a
// commit changed never changes, which commits count is found anew each time,
// and a cache that cannot be read or written is none.
func (r *Repo) History(ctx context.Context, c Commit, cache string) (*History, error) {
	h, err := r.history(ctx, plumbing.NewHash(c.Hash), cache)
	if err != nil {
		return nil, fmt.Errorf("gitfs: history of %s: %w", c.Hash, err)
	}
	return h, nil
}

func (r *Repo) history(ctx context.Context, from plumbing.Hash, cache string) (*History, error) {
	known := recall(cache)
	commits, err := r.ancestors(ctx, from, known)
	if err != nil {
		return nil, err
	}
	unread := fresh(commits)
	w := walk{objects: r.objects}
	if err := parallel(ctx, len(unread), func(i int) error { return w.compare(unread[i]) }); err != nil {
		return nil, err
	}
	if len(unread) > 0 {
		memo.Write(cache, memoryFile, memoryForm, encode(commits))
	}
	h := &History{map[string]*Span{}, sync.OnceValue(commits[0].chain)}
	for _, a := range commits {
		h.count(a)
	}
	return h, nil
}

// count notes the files that a commit changed; commits come from newest to
// oldest.
func (h *History) count(a *ancestor) {
	stamp := a.stamp()
	for _, c := range a.changes {
		if c.kind&counted == 0 {
			continue
		}
		span := h.spans[c.path]
		if span == nil {
			span = &Span{Last: stamp}
			h.spans[c.path] = span
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

// Chain returns the commits, oldest first, that changed a regular file below
// content/ from what their first parent has: from the last of them one comes to
// the first by first parents. A merge has all that it brought. The caller must
// not change the list.
func (h *History) Chain() []Published { return h.chain() }

// ancestor is a commit of a history.
type ancestor struct {
	*fact
	hash     plumbing.Hash
	parents  []*ancestor
	children int // that the order has not reached
}

func (a *ancestor) stamp() Stamp { return Stamp{a.hash.String(), instant(a.when)} }

// chain returns what the commits of the first-parent chain changed that ends in
// a commit, oldest first.
func (a *ancestor) chain() []Published {
	var list []Published
	for {
		if changes := a.published(); len(changes) > 0 {
			list = append(list, Published{a.stamp(), changes})
		}
		if len(a.parents) == 0 {
			break
		}
		a = a.parents[0]
	}
	slices.Reverse(list)
	return list
}

// published returns the changes of the files that a site is made from.
func (a *ancestor) published() []Change {
	n := 0
	for _, c := range a.changes {
		if c.kind&(placed|removed) != 0 {
			n++
		}
	}
	changes := make([]Change, 0, n)
	for _, c := range a.changes {
		switch {
		case c.kind&placed != 0:
			changes = append(changes, Change{c.path, c.blob.String()})
		case c.kind&removed != 0:
			changes = append(changes, Change{Path: c.path})
		}
	}
	return changes
}

// fresh returns the commits whose changes are not known yet.
func fresh(commits []*ancestor) []*ancestor {
	var list []*ancestor
	for _, a := range commits {
		if !a.compared {
			list = append(list, a)
		}
	}
	return list
}

// ancestors returns a commit and all its ancestors, newest first, with what is
// known of them.
func (r *Repo) ancestors(ctx context.Context, from plumbing.Hash, known map[plumbing.Hash]*fact) ([]*ancestor, error) {
	edge, err := r.shallow()
	if err != nil {
		return nil, err
	}
	first := &ancestor{hash: from}
	met := map[plumbing.Hash]*ancestor{from: first}
	for todo := []*ancestor{first}; len(todo) > 0; {
		a := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if edge[a.hash] {
			return nil, ErrShallow
		}
		if a.fact = known[a.hash]; a.fact == nil {
			c, err := r.objects.commit(a.hash)
			if err = errors.Join(err, ctx.Err()); err != nil {
				return nil, err
			}
			a.fact = &fact{commit: c}
		}
		for _, h := range a.fact.parents {
			parent := met[h]
			if parent == nil {
				parent = &ancestor{hash: h}
				met[h] = parent
				todo = append(todo, parent)
			}
			a.parents = append(a.parents, parent)
			parent.children++
		}
	}
	return ordered(first, len(met)), nil
}

// shallow returns the commits whose parents were not cloned.
func (r *Repo) shallow() (map[plumbing.Hash]bool, error) {
	repo, err := openGit(r.dir)
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
