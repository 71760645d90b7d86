package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	programassets "acervo/assets"
	programlayouts "acervo/layouts"

	"acervo/generator/content"
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
	portable bool   // the site is a copy to be opened from a folder
	lang     string // the only one of such a copy
	uncached bool   // nothing that was remembered is used
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
	if o.worktree && remote(o.source) {
		return p.wrong("worktree-address", "value", "--worktree")
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

// hostPath is the short form of an ssh address.
var hostPath = regexp.MustCompile(`^[\w.-]+@[\w.-]+:`)

// remote reports whether a source is an address and not a folder.
func remote(source string) bool {
	return strings.Contains(source, "://") || hostPath.MatchString(source)
}

// open opens the source of an origin.
func (p *program) open(ctx context.Context, o *origin) (site.Source, site.Options, error) {
	options := site.Options{BaseURL: o.baseURL, Portable: o.portable, Lang: o.lang}
	if err := p.checkFlags(o); err != nil {
		return site.Source{}, options, err
	}
	src := site.Source{Program: embedded{}, Own: o.trust || !remote(o.source)}
	repo, err := p.repository(ctx, o)
	if err == nil {
		src.Commit, err = repo.Commit(o.rev)
	}
	if o.worktree && undated(err) {
		src.Files, err = gitfs.Folder(o.source)
		return src, options, err
	}
	if err != nil {
		return src, options, err
	}
	src.Repo, src.Cache = repo, historyCache(repo, o)
	if src.History, err = repo.History(ctx, src.Commit, src.Cache); err != nil {
		return src, options, err
	}
	return p.files(ctx, o, repo, src, options)
}

// undated reports whether a work tree has no commit to take dates from, or none
// that can be read, for a reason that is no damage.
func undated(err error) bool {
	var problem gitfs.Problem
	return errors.As(err, &problem) && slices.Contains([]string{
		"no-repository", "empty-repository", "unborn-branch", "sha256-repository", "unsupported-repository",
	}, problem.Code)
}

// historyCache is the folder in which the history of a source is remembered.
// One that has come with the source is not believed.
func historyCache(repo *gitfs.Repo, o *origin) string {
	if o.uncached {
		return ""
	}
	if remote(o.source) {
		cache, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		return filepath.Join(cache, "acervo", fmt.Sprintf("history-%x", sha256.Sum256([]byte(o.source)))[:40])
	}
	if head, err := repo.Commit("HEAD"); err == nil {
		tree, err := repo.Tree(head)
		if err != nil {
			return ""
		}
		names, err := fs.ReadDir(tree, ".")
		came := func(e fs.DirEntry) bool { return strings.EqualFold(e.Name(), cacheDir) }
		if err != nil || slices.ContainsFunc(names, came) {
			return ""
		}
	}
	if _, err := os.Stat(filepath.Join(o.source, ".git")); err != nil {
		return "" // a bare repository has no folder of ours
	}
	return filepath.Join(o.source, cacheDir, "history")
}

// cacheDir is the folder of a work tree for what can be made again.
const cacheDir = ".cache"

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
	return src, options, src.Load(ctx)
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
		return gitfs.Clone(ctx, o.source, o.rev, filepath.Join(cache, "acervo"), progress)
	}
	return gitfs.Open(o.source)
}

// tell tells why a repository cannot be read, and returns the exit status.
func (p *program) tell(problem gitfs.Problem, err error) int {
	fault := diag.Fault{Code: problem.Code, Args: diag.Args{"value": problem.Value}}
	if problem.Code == "shallow-clone" || problem.Code == "partial-clone" {
		p.print(diag.List{fault})
		return exitFaults
	}
	message, hint := fault.Words(p.ui)
	fmt.Fprintln(p.stderr, message)
	if hint != "" {
		fmt.Fprintln(p.stderr, "    "+hint)
	}
	if p.verbose {
		fmt.Fprintln(p.stderr, "    "+err.Error())
	}
	switch problem.Code {
	case "unknown-revision", "ambiguous-revision", "revision-parent", "source-address":
		return exitUsage
	}
	return exitIO
}

// settingsOf reads the settings alone, as far as they can be read. What is wrong
// with them is told when the site is read as a whole.
func settingsOf(src site.Source) content.Site {
	data, _ := fs.ReadFile(src.Files, "content/site.yaml")
	settings, _ := content.ReadPastSite(data)
	return settings
}
