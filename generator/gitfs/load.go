package gitfs

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing"
)

// Load reads the regular files whose path want names (nil: all of them), in
// the order of the packs and in parallel. [Tree.ReadFile] then answers from
// memory with bytes that the caller must not change. Files that are equal are
// read once.
func (t *Tree) Load(ctx context.Context, want func(path string) bool) error {
	files, err := t.wanted(ctx, want)
	if err != nil {
		return fmt.Errorf("gitfs: load: %w", err)
	}
	groups := t.objects.inPackOrder(files)
	err = parallel(ctx, len(groups), func(i int) error {
		data, err := t.objects.read(groups[i][0].hash, plumbing.BlobObject)
		if err != nil {
			return err
		}
		for _, n := range groups[i] {
			n.data.Store(&data)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("gitfs: load: %w", err)
	}
	return nil
}

// wanted returns the regular files that want names and that are not in memory.
func (t *Tree) wanted(ctx context.Context, want func(path string) bool) ([]*node, error) {
	var files []*node
	err := t.walk(ctx, func(path string, n *node) {
		if n.mode.IsRegular() && n.data.Load() == nil && (want == nil || want(path)) {
			files = append(files, n)
		}
	})
	return files, err
}

// walk calls visit for everything that is no folder, level by level: the
// folders of a level are read in parallel.
func (t *Tree) walk(ctx context.Context, visit func(path string, n *node)) error {
	type folder struct {
		prefix string
		node   *node
	}
	level := []folder{{"", t.root}}
	for len(level) > 0 {
		nodes := make([]*node, len(level))
		for i, f := range level {
			nodes[i] = f.node
		}
		groups := t.objects.inPackOrder(nodes)
		err := parallel(ctx, len(groups), func(i int) error {
			for _, n := range groups[i] {
				if _, err := t.list(n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		var next []folder
		for _, f := range level {
			for _, n := range f.node.children {
				if n.mode.IsDir() {
					next = append(next, folder{f.prefix + n.name + "/", n})
				} else {
					visit(f.prefix+n.name, n)
				}
			}
		}
		level = next
	}
	return nil
}

// inPackOrder groups nodes by equal contents, and sorts the groups by pack and
// offset, so that a delta is met soon after its base. Loose objects come first.
func (s *store) inPackOrder(nodes []*node) [][]*node {
	type located struct {
		pack  string
		at    int64
		nodes []*node
	}
	group := make(map[plumbing.Hash]int, len(nodes))
	var all []located
	for _, n := range nodes {
		i, ok := group[n.hash]
		if !ok {
			i = len(all)
			group[n.hash] = i
			l := located{}
			if at, ok := s.find(n.hash); ok {
				l.pack, l.at = at.pack.path, at.at
			}
			all = append(all, l)
		}
		all[i].nodes = append(all[i].nodes, n)
	}
	slices.SortFunc(all, func(a, b located) int {
		return cmp.Or(cmp.Compare(a.pack, b.pack), cmp.Compare(a.at, b.at),
			bytes.Compare(a.nodes[0].hash[:], b.nodes[0].hash[:]))
	})
	groups := make([][]*node, len(all))
	for i, l := range all {
		groups[i] = l.nodes
	}
	return groups
}

// batch is how many neighbours one goroutine takes at a time.
const batch = 64

// parallel calls do for 0 to n-1, in batches of neighbours, on all
// processors. It returns one of the errors; after an error or the end of ctx
// no more is begun.
func parallel(ctx context.Context, n int, do func(i int) error) error {
	var next atomic.Int64
	workers := min(runtime.GOMAXPROCS(0), (n+batch-1)/batch)
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for errs[w] == nil {
				from := int(next.Add(batch)) - batch
				if from >= n {
					return
				}
				if errs[w] = ctx.Err(); errs[w] == nil {
					errs[w] = each(from, min(from+batch, n), do)
				}
			}
			next.Store(int64(n)) // the others need not go on
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func each(from, to int, do func(i int) error) error {
	for i := from; i < to; i++ {
		if err := do(i); err != nil {
			return err
		}
	}
	return nil
}

var _ interface {
	fs.ReadFileFS
	fs.ReadDirFS
	fs.StatFS
} = (*Tree)(nil)
