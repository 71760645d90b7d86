package gitfs

import (
	"context"
	"fmt"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// Blobs reads many files by the hashes of their bytes, in the order of the
// packs and in parallel. One that is missing is an error. The caller must not
// change the bytes.
func (r *Repo) Blobs(ctx context.Context, hashes []string) (map[string][]byte, error) {
	nodes := make([]*node, len(hashes))
	for i, h := range hashes {
		nodes[i] = &node{hash: plumbing.NewHash(h)}
	}
	groups := r.objects.inPackOrder(nodes)
	blobs := make(map[string][]byte, len(groups))
	var mutex sync.Mutex
	err := parallel(ctx, len(groups), func(i int) error {
		h := groups[i][0].hash
		data, err := r.objects.read(h, plumbing.BlobObject)
		mutex.Lock()
		defer mutex.Unlock()
		blobs[h.String()] = data
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("gitfs: read blobs: %w", err)
	}
	return blobs, nil
}
