package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	programassets "acervo/assets"
	programlayouts "acervo/layouts"

	"acervo/generator/diag"
	"acervo/generator/gitfs"
	"acervo/generator/site"
)

const siteVersion = site.Version

// An origin says what to read: the flags of the verbs that read a source.
type origin struct {
	source   string
	rev      string
	worktree bool
	trust    bool
	baseURL  string
}

// flags adds the flags of an origin to a verb.
func (p *program) flags(cmd *cobra.Command, o *origin) {
	cmd.Flags().StringVar(&o.source, "source", ".", p.say("flag-source"))
	cmd.Flags().StringVar(&o.rev, "rev", "HEAD", p.say("flag-rev"))
	cmd.Flags().BoolVar(&o.worktree, "worktree", false, p.say("flag-worktree"))
	cmd.Flags().BoolVar(&o.trust, "trust-source", false, p.say("flag-trust-source"))
	cmd.Flags().StringVar(&o.baseURL, "base-url", "", p.say("flag-base-url"))
	cmd.MarkFlagsMutuallyExclusive("rev", "worktree")
}

// formatFlag adds --format.
func (p *program) formatFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.format, "format", diag.Text, p.say("flag-format", "formats", strings.Join(diag.Formats, ", ")))
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(diag.Formats, cobra.ShellCompDirectiveNoFileComp))
}

// checkFlags refuses values that no verb can use.
func (p *program) checkFlags(o *origin) error {
	if p.format != "" && !slices.Contains(diag.Formats, p.format) {
		return usageError{errors.New(p.say("unknown-format", "value", p.format, "known", strings.Join(diag.Formats, ", ")))}
	}
	if o.baseURL != "" && !strings.HasPrefix(o.baseURL, "https://") && !strings.HasPrefix(o.baseURL, "http://") {
		return usageError{errors.New(p.say("bad-base-url", "value", o.baseURL))}
	}
	return nil
}

// embedded is what the program carries: layouts/ and assets/.
type embedded struct{}

func (embedded) Open(name string) (fs.File, error) {
	switch head, tail, _ := strings.Cut(name, "/"); {
	case head == "layouts" && tail == "":
		return programlayouts.Files.Open(".")
	case head == "layouts":
		return programlayouts.Files.Open(tail)
	case head == "assets" && tail == "":
		return programassets.Files.Open(".")
	case head == "assets":
		return programassets.Files.Open(tail)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// remote reports whether a source is an address and not a folder.
func remote(source string) bool {
	return strings.Contains(source, "://") || strings.HasPrefix(source, "git@")
}

// open opens the source of an origin.
func (p *program) open(ctx context.Context, o *origin) (site.Source, site.Options, error) {
	options := site.Options{BaseURL: o.baseURL}
	if err := p.checkFlags(o); err != nil {
		return site.Source{}, options, err
	}
	repo, err := p.repository(ctx, o)
	src := site.Source{Program: embedded{}, Own: o.trust || !remote(o.source)}
	if err != nil {
		if !o.worktree {
			return src, options, err
		}
		src.Files, err = gitfs.Folder(o.source)
		return src, options, err
	}
	commit, err := repo.Commit(o.rev)
	if err != nil {
		if !o.worktree {
			return src, options, err
		}
		src.Files, err = gitfs.Folder(o.source)
		return src, options, err
	}
	src.Commit = commit
	if src.History, err = repo.History(ctx, commit); errors.Is(err, gitfs.ErrShallow) {
		return src, options, faultsError{diag.List{{Code: "shallow-clone"}}}
	} else if err != nil {
		return src, options, err
	}
	return p.files(ctx, o, repo, src, options)
}

// files gives the source its files: those of the commit, or those that lie in
// the folder.
func (p *program) files(ctx context.Context, o *origin, repo *gitfs.Repo, src site.Source, options site.Options) (site.Source, site.Options, error) {
	changed, err := repo.Changed("content", "layouts", "assets")
	if err != nil {
		return src, options, err
	}
	if o.worktree {
		options.Dirty = changed
		src.Files, err = gitfs.Folder(o.source)
		return src, options, err
	}
	if changed && o.rev == "HEAD" {
		p.note("uncommitted")
	}
	tree, err := repo.Tree(src.Commit)
	if err != nil {
		return src, options, err
	}
	src.Files = tree
	return src, options, tree.Load(ctx, site.Wanted)
}

// repository opens the repository of an origin, cloned into the user's cache
// when it is somewhere else. The source of a local one becomes its top folder.
func (p *program) repository(ctx context.Context, o *origin) (*gitfs.Repo, error) {
	if remote(o.source) {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, err
		}
		var progress io.Writer
		if term.IsTerminal(int(os.Stderr.Fd())) {
			progress = p.stderr
		}
		return gitfs.Clone(ctx, o.source, filepath.Join(cache, "acervo"), progress)
	}
	return gitfs.Open(o.source)
}
