package gitfs

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"golang.org/x/crypto/ssh/knownhosts"
)

// mirrored is what a mirror holds of a remote repository: its branches and
// tags under their own names, without the refs of pull requests.
var mirrored = []config.RefSpec{"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"}

// Clone fetches the branches and tags of a remote repository into a bare
// mirror under the folder cache, or brings the mirror that is already there up
// to date, and opens it. HEAD is the remote's. When rev names a pull request
// ("pull/7"), its commits are fetched too.
//
// The address is https or ssh (also host:path). Nothing asks for a password:
// ssh keys come from the agent, a user or token for https may stand in the
// address. They are stored nowhere and do not appear in errors. Progress may
// be nil.
func Clone(ctx context.Context, url, rev, cache string, progress io.Writer) (*Repo, error) {
	end, err := transport.NewEndpoint(url)
	if err == nil && end.Protocol != "https" && end.Protocol != "ssh" {
		err = errAddress
	} else if err != nil {
		err = because(errAddress, err)
	}
	if err != nil {
		return nil, fmt.Errorf("gitfs: clone: %w", withoutSecrets(about(err, withoutUser(url)), url))
	}
	public := publicURL(end)
	dir := filepath.Join(cache, fmt.Sprintf("%x", sha256.Sum256([]byte(public)))[:32])
	if _, err = os.Stat(dir); err == nil {
		err = mirror(ctx, url, rev, dir, progress)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = newMirror(ctx, url, rev, dir, progress)
	}
	if err != nil {
		return nil, fmt.Errorf("gitfs: clone %q: %w", public, withoutSecrets(about(err, public), url))
	}
	return Open(dir)
}

// publicURL is the address without what may be secret. The user of an ssh
// address is none.
func publicURL(end *transport.Endpoint) string {
	public := *end
	public.Password = ""
	if public.Protocol == "https" {
		public.User = ""
	}
	return public.String()
}

// newMirror clones beside dir and renames, so that a broken clone is never
// taken for a mirror.
func newMirror(ctx context.Context, url, rev, dir string, progress io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "clone-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if _, err := git.PlainInit(tmp, true); err != nil {
		return err
	}
	if err := mirror(ctx, url, rev, tmp, progress); err != nil {
		return err
	}
	err = os.Rename(tmp, dir)
	if _, statErr := os.Stat(filepath.Join(dir, "HEAD")); statErr == nil {
		return nil // ours, or that of another process that was faster
	}
	return err
}

// mirror fetches all that is new and drops the references that are gone.
func mirror(ctx context.Context, url, rev, dir string, progress io.Writer) error {
	repo, err := git.PlainOpen(dir)
	if err != nil {
		return err
	}
	// A remote of its own, not of the repository's configuration: the address
	// may hold a token.
	remote := git.NewRemote(repo.Storer, &config.RemoteConfig{Name: "source", URLs: []string{url}, Fetch: mirrored})
	err = remote.FetchContext(ctx, &git.FetchOptions{RemoteName: "source", Tags: git.NoTags, Force: true, Prune: true, Progress: progress})
	if err != nil && !errors.Is(err, git.NoErrAlreadyUpToDate) {
		return unfetched(ctx, err)
	}
	if ref := requested(rev); ref != "" {
		err = remote.FetchContext(ctx, &git.FetchOptions{RemoteName: "source", Tags: git.NoTags, Force: true, Progress: progress,
			RefSpecs: []config.RefSpec{config.RefSpec("+" + ref + ":" + ref)}})
		if errors.Is(err, git.NoMatchingRefSpecError{}) {
			return about(because(errNoRevision, err), rev)
		}
		if err != nil && !errors.Is(err, git.NoErrAlreadyUpToDate) {
			return unfetched(ctx, err)
		}
	}
	refs, err := remote.ListContext(ctx, &git.ListOptions{})
	if err != nil {
		return unfetched(ctx, err)
	}
	for _, ref := range refs {
		if ref.Name() == plumbing.HEAD {
			return repo.Storer.SetReference(ref)
		}
	}
	return nil
}

// unfetched tells why a fetch failed.
func unfetched(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed), withoutKey(err):
		return because(errAccess, err)
	case errors.As(err, new(*knownhosts.KeyError)):
		return because(errHost, err)
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return because(errNotThere, err)
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return because(errEmpty, err)
	case strings.Contains(err.Error(), "object-format=sha256"): // the line of the server that go-git does not take
		return because(errSHA256, err)
	}
	return because(errUnreachable, err)
}

// withoutKey reports whether ssh had no agent to ask for a key, or none of its
// keys opened. Neither error has a type.
func withoutKey(err error) bool {
	text := err.Error()
	return strings.Contains(text, "error creating SSH agent") || strings.Contains(text, "ssh: unable to authenticate")
}

// withoutUser is an address without what stands before an "@".
func withoutUser(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	authority, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + rest[strings.LastIndex(authority, "@")+1:]
}

// withoutSecrets hides the user and password of an address in an error's text.
func withoutSecrets(err error, address string) error {
	_, rest, _ := strings.Cut(address, "://")
	authority, _, _ := strings.Cut(rest, "/")
	at := strings.LastIndex(authority, "@")
	if at < 0 {
		return err
	}
	text := err.Error()
	for secret := range strings.SplitSeq(authority[:at], ":") {
		plain, _ := url.PathUnescape(secret)
		for _, form := range []string{secret, plain, url.QueryEscape(plain), url.PathEscape(plain)} {
			if len(form) > 3 { // shorter ones are "git" and the like
				text = strings.ReplaceAll(text, form, "…")
			}
		}
	}
	return hidden{text, err}
}

// hidden is an error with another text.
type hidden struct {
	text  string
	cause error
}

func (h hidden) Error() string { return h.text }
func (h hidden) Unwrap() error { return h.cause }
