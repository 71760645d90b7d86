package gitfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A Problem is why a repository, or a commit of it, cannot be read. It is found
// by [errors.As], for whoever tells it in the words of another language.
type Problem struct {
	Code  string // "unborn-branch"; the words of the program have an entry for each
	Value string // the folder, the address, the revision or the object in question
	text  string
}

func (p Problem) Error() string { return p.text }

// Is reports whether the target is the same problem, of whatever value.
func (p Problem) Is(target error) bool {
	other, ok := target.(Problem)
	return ok && other.Code == p.Code
}

var (
	// ErrNoRepository is the cause when a folder is no git repository.
	ErrNoRepository error = problem("no-repository", "not a git repository")

	// ErrShallow is the cause when a history ends because the repository was
	// cloned without it.
	ErrShallow error = problem("shallow-clone", "the repository is a shallow clone")

	errPartial     = problem("partial-clone", "the repository was cloned without some of its objects")
	errEmpty       = problem("empty-repository", "the repository has no commit yet")
	errUnborn      = problem("unborn-branch", "the branch has no commit yet")
	errNoRevision  = problem("unknown-revision", "no such revision")
	errAmbiguous   = problem("ambiguous-revision", "more than one commit begins so")
	errNoParent    = problem("revision-parent", "no such parent")
	errMissing     = problem("missing-object", "no such object")
	errDamaged     = problem("damaged-repository", "the repository is damaged")
	errTooLarge    = problem("large-object", "over 100 MB")
	errSHA256      = problem("sha256-repository", "the repository has SHA-256 names")
	errUnsupported = problem("unsupported-repository", "the repository has a form that is not known")
	errAddress     = problem("source-address", "the address is neither https nor ssh")
	errAccess      = problem("source-access", "the server asks who is there")
	errHost        = problem("source-host", "the server is not the one that is known")
	errNotThere    = problem("source-missing", "the server has no such repository")
	errUnreachable = problem("source-unreachable", "the repository cannot be fetched")
)

func problem(code, text string) Problem { return Problem{Code: code, text: text} }

// about names the value of an error's problem, unless it has one.
func about(err error, value string) error {
	var p Problem
	if !errors.As(err, &p) || p.Value != "" {
		return err
	}
	p.Value = value
	return told{err.Error(), p, err}
}

// because makes an error, which has a text of its own, a problem.
func because(p Problem, err error) error { return told{err.Error(), p, err} }

// told is an error with a text and a problem, and what it was before.
type told struct {
	text    string
	problem Problem
	cause   error
}

func (t told) Error() string   { return t.text }
func (t told) Unwrap() []error { return []error{t.problem, t.cause} }

// broken tells why an object of a repository could not be read. What the
// system says of a file is left as it is; anything else is damage.
func (s *store) broken(err error) error {
	var system *fs.PathError
	var known Problem
	switch {
	case errors.Is(err, errMissing):
		return s.lacking()
	case errors.As(err, &system), errors.As(err, &known):
		return err
	}
	return because(errDamaged, err)
}

// lacking is the problem when an object is not there: a repository may have
// been cloned without it.
func (s *store) lacking() error {
	if _, err := os.Stat(filepath.Join(filepath.Dir(s.dirs[0]), "shallow")); err == nil {
		return ErrShallow
	}
	if promised, _ := filepath.Glob(filepath.Join(s.dirs[0], "pack", "*.promisor")); len(promised) > 0 {
		return errPartial
	}
	return errMissing
}
