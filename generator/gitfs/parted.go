package gitfs

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
)

// MergeBase returns the commit from which two others parted: a common ancestor
// of which no other common ancestor descends, the newest where there are
// several. Histories that have nothing in common are an unknown-revision
// problem.
func (r *Repo) MergeBase(ctx context.Context, a, b Commit) (Commit, error) {
	h, err := r.mergeBase(ctx, plumbing.NewHash(a.Hash), plumbing.NewHash(b.Hash))
	if err != nil {
		return Commit{}, fmt.Errorf("gitfs: merge base of %s and %s: %w", a.Hash, b.Hash, about(err, a.Hash))
	}
	return r.Commit(h.String())
}

func (r *Repo) mergeBase(ctx context.Context, a, b plumbing.Hash) (plumbing.Hash, error) {
	if a == b {
		return a, nil
	}
	one, err := r.ancestors(ctx, a, nil)
	if err != nil {
		return a, err
	}
	two, err := r.ancestors(ctx, b, nil)
	if err != nil {
		return a, err
	}
	common := make(map[plumbing.Hash]bool, len(one))
	for _, c := range one {
		common[c.hash] = false
	}
	for _, c := range two {
		if _, both := common[c.hash]; both {
			common[c.hash] = true
		}
	}
	older := map[plumbing.Hash]bool{} // parents of common ancestors
	for _, c := range one {
		if common[c.hash] {
			for _, parent := range c.parents {
				older[parent.hash] = true
			}
		}
	}
	for _, c := range one { // from newest to oldest
		if common[c.hash] && !older[c.hash] {
			return c.hash, nil
		}
	}
	return a, because(errNoRevision, errors.New("no common ancestor"))
}
