package gitfs

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// Commit returns the commit that rev names: "HEAD", a branch, a tag, a hash,
// the first four or more digits of a hash, a pull request ("pull/7",
// "refs/pull/7/head") whose reference was fetched, each followed by any number
// of ~n (n times the first parent) and ^n (the nth parent).
//
// As in git a reference wins over the beginning of a hash, so that a tag
// "2024" means the tag. (go-git's own resolution has it the other way.)
func (r *Repo) Commit(rev string) (Commit, error) {
	h, err := r.resolve(rev)
	if err != nil {
		return Commit{}, about(fmt.Errorf("gitfs: resolve %q: %w", rev, err), rev)
	}
	c, err := r.objects.commit(h)
	if err != nil {
		return Commit{}, fmt.Errorf("gitfs: resolve %q: %w", rev, err)
	}
	return Commit{Hash: h.String(), Tree: c.tree.String(), When: instant(c.when)}, nil
}

var step = regexp.MustCompile(`[~^][0-9]*$`)

func (r *Repo) resolve(rev string) (plumbing.Hash, error) {
	suffix := step.FindString(rev)
	if suffix == "" {
		return r.named(rev)
	}
	h, err := r.resolve(strings.TrimSuffix(rev, suffix))
	if err != nil {
		return h, err
	}
	n := 1
	if len(suffix) > 1 {
		if n, err = strconv.Atoi(suffix[1:]); err != nil {
			return h, errNoRevision
		}
	}
	if suffix[0] == '^' {
		return r.parent(h, n)
	}
	for ; n > 0 && err == nil; n-- {
		h, err = r.parent(h, 1)
	}
	return h, err
}

// parent returns the nth parent, for 0 the commit itself.
func (r *Repo) parent(h plumbing.Hash, n int) (plumbing.Hash, error) {
	if n == 0 {
		return h, nil
	}
	c, err := r.objects.commit(h)
	if err == nil && n > len(c.parents) {
		err = errNoParent
	}
	if err != nil {
		return h, err
	}
	return c.parents[n-1], nil
}

// named returns the commit of a reference or of a hash.
func (r *Repo) named(name string) (plumbing.Hash, error) {
	if plumbing.IsHash(name) {
		h, err := r.peel(plumbing.NewHash(name))
		if errors.Is(err, errMissing) {
			err = errNoRevision
		}
		return h, err
	}
	repo, err := openGit(r.dir)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	ref, err := reference(repo, name)
	if err == nil && ref.Hash().IsZero() {
		return plumbing.ZeroHash, errDamaged // what stands there is no hash
	}
	if err == nil {
		h, err := r.peel(ref.Hash())
		if err != nil {
			err = about(r.objects.broken(err), h.String())
		}
		return h, err
	}
	if !errors.Is(err, plumbing.ErrReferenceNotFound) {
		return plumbing.ZeroHash, because(errDamaged, err)
	}
	if name == "HEAD" || name == "@" {
		return plumbing.ZeroHash, r.unborn(repo)
	}
	return r.short(name)
}

// unborn is the problem of a repository whose HEAD names no commit.
func (r *Repo) unborn(repo *git.Repository) error {
	refs, err := repo.Storer.IterReferences()
	if err != nil {
		return because(errDamaged, err)
	}
	found := errEmpty
	found.Value = r.dir
	refs.ForEach(func(ref *plumbing.Reference) error {
		switch {
		case ref.Type() != plumbing.HashReference:
		case ref.Hash().IsZero():
			found = errDamaged // a line that is no reference
		case found.Code == errEmpty.Code:
			found = errUnborn
		}
		return nil
	})
	return found
}

// places are where git looks for a reference, in git's order.
var places = []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"}

// rootName is the form of references outside of refs/; without it the name
// "config" would be read from the file of that name.
var rootName = regexp.MustCompile(`^(HEAD|[A-Z_]+_HEAD|refs/.+)$`)

// request is the form of a pull request's reference, or of GitLab's merge
// request, perhaps without what stands before and after.
var request = regexp.MustCompile(`^(?:refs/)?((?:pull|merge-requests)/[0-9]+)(/head|/merge)?(?:[~^].*)?$`)

// requested returns the reference of the pull request that rev names; "" when
// it names something else.
func requested(rev string) string {
	m := request.FindStringSubmatch(rev)
	if m == nil {
		return ""
	}
	return "refs/" + m[1] + cmp.Or(m[2], "/head")
}

func reference(repo *git.Repository, name string) (*plumbing.Reference, error) {
	if name == "@" {
		name = "HEAD"
	}
	if full := requested(name); full != "" {
		ref, err := storer.ResolveReference(repo.Storer, plumbing.ReferenceName(full))
		if !errors.Is(err, plumbing.ErrReferenceNotFound) {
			return ref, err
		}
	}
	for i, place := range places {
		full := plumbing.ReferenceName(fmt.Sprintf(place, name))
		if i == 0 && !rootName.MatchString(name) || full.Validate() != nil {
			continue
		}
		ref, err := storer.ResolveReference(repo.Storer, full)
		if !errors.Is(err, plumbing.ErrReferenceNotFound) {
			return ref, err
		}
	}
	return nil, plumbing.ErrReferenceNotFound
}

var shortHash = regexp.MustCompile(`^[0-9a-fA-F]{4,39}$`)

// short returns the one commit whose hash begins with prefix.
func (r *Repo) short(prefix string) (plumbing.Hash, error) {
	if !shortHash.MatchString(prefix) {
		return plumbing.ZeroHash, errNoRevision
	}
	all, err := r.objects.beginning(strings.ToLower(prefix))
	if err != nil {
		return plumbing.ZeroHash, err
	}
	found := plumbing.ZeroHash
	for _, h := range all {
		c, err := r.peel(h)
		if errors.Is(err, errNoRevision) || errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return c, about(r.objects.broken(err), h.String())
		}
		if !found.IsZero() && found != c {
			return c, errAmbiguous
		}
		found = c
	}
	if found.IsZero() {
		return found, errNoRevision
	}
	return found, nil
}

// maxTags ends a chain of tags of tags.
const maxTags = 10

// peel follows tags to their commit.
func (r *Repo) peel(h plumbing.Hash) (plumbing.Hash, error) {
	for range maxTags {
		o, err := r.objects.any(h)
		if err != nil || o.kind == plumbing.CommitObject {
			return h, err
		}
		target, ok := bytes.CutPrefix(o.data, []byte("object "))
		if o.kind != plumbing.TagObject || !ok || len(target) < hex.EncodedLen(len(h)) {
			break
		}
		h = plumbing.NewHash(string(target[:hex.EncodedLen(len(h))]))
	}
	return h, errNoRevision
}
