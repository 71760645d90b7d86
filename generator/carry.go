package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"acervo/generator/output"
)

// GitHub Pages replaces the whole site at once and lets browsers keep a page
// for ten minutes. Such a page asks for scripts and styles of the site before,
// so the next publication carries them once more.
//
// Only scripts and styles are carried, never pictures and never what a record
// says: what was withdrawn must not come back.
const (
	carriedBuilds = 3                   // publications that carry a file …
	carriedLeast  = time.Hour           // … or more of them, when they follow each other within it
	carriedMost   = 30 * 24 * time.Hour // however few publications there were

	carryFiles   = 64
	carryFile    = 2 << 20
	carryBytes   = 16 << 20
	carryListing = 64 << 20
	carryTime    = time.Minute
)

// carriable is the name of a script or a style sheet, with the first eight
// digits of its SHA-256.
var carriable = regexp.MustCompile(`^assets/[A-Za-z0-9][A-Za-z0-9._-]*\.([0-9a-f]{8})\.(?:css|js)$`)

// A carriedFile is a file of build.json or carried.json. Since and Builds say
// when it was first carried and in how many publications, this one included;
// build.json has neither.
type carriedFile struct {
	Name   string    `json:"name"`
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"`
	Since  time.Time `json:"since"`
	Builds int       `json:"builds"`
}

// A listing is what build.json and carried.json have in common.
type listing struct {
	Generator string        `json:"generator,omitempty"`
	Files     []carriedFile `json:"files"`
}

// names returns the names of a listing's files.
func (l listing) names() map[string]bool {
	names := map[string]bool{}
	for _, f := range l.Files {
		names[f.Name] = true
	}
	return names
}

// A liveSite reads a file of the published site. The error is fs.ErrNotExist
// when it has no such file.
type liveSite func(ctx context.Context, name string, limit int64) ([]byte, error)

// carryCommand is the verb carry.
func (p *program) carryCommand() *cobra.Command {
	example := "generator carry https://ejemplo.org/acervo public"
	return &cobra.Command{
		Use: p.say("carry-line"), Example: "  " + example, Args: p.exactly(2, example),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.carry(cmd.Context(), args[0], args[1], time.Now())
		},
	}
}

// carry adds to the site in folder the scripts and styles that the live site
// has and folder lacks, and lists them in carried.json. A live site that cannot
// be read or says something else than its own listing is no reason not to
// publish: it is told and nothing else.
func (p *program) carry(ctx context.Context, address, folder string, now time.Time) error {
	live, err := p.openLive(address)
	if err != nil {
		return err
	}
	root, built, err := p.openBuilt(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	ctx, stop := context.WithTimeout(ctx, carryTime)
	defer stop()

	files, err := p.previous(ctx, live, built, now.UTC().Truncate(time.Second))
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, fs.ErrNotExist):
		p.note("carry-first", "address", address)
	case err != nil:
		p.note("carry-unreachable", "address", address, "cause", err.Error())
	}
	kept := listing{Files: []carriedFile{}}
	var total int64
	for _, f := range files {
		if len(kept.Files) == carryFiles || total+f.Size > carryBytes {
			p.note("carry-limit", "name", f.Name)
			continue
		}
		if data, ok := p.fetch(ctx, live, f); !ok {
			continue
		} else if err := place(root, f.Name, data); err != nil {
			return err
		}
		kept.Files = append(kept.Files, f)
		total += f.Size
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return err
	}
	return p.listCarried(root, kept, total)
}

// listCarried writes carried.json, last, so that it never names a file that is
// not there.
func (p *program) listCarried(root *os.Root, kept listing, total int64) error {
	slices.SortFunc(kept.Files, func(a, b carriedFile) int { return cmp.Compare(a.Name, b.Name) })
	data, err := json.MarshalIndent(kept, "", " ")
	if err != nil {
		return err
	}
	if err := place(root, "carried.json", append(data, '\n')); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, p.say("carried", "n", fmt.Sprint(len(kept.Files)), "bytes", size(total)))
	return nil
}

// openBuilt opens the folder of a freshly built site and reads its build.json.
func (p *program) openBuilt(folder string) (*os.Root, listing, error) {
	var built listing
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, built, usageError{errors.New(p.say("carry-no-site", "folder", folder))}
	}
	data, err := root.ReadFile(output.Record)
	if err == nil {
		err = json.Unmarshal(data, &built)
	}
	if err != nil || built.Generator != "acervo" {
		root.Close()
		return nil, built, usageError{errors.New(p.say("carry-no-site", "folder", folder))}
	}
	return root, built, nil
}

// previous returns what the site may carry from the live one, the youngest
// first.
func (p *program) previous(ctx context.Context, live liveSite, built listing, now time.Time) ([]carriedFile, error) {
	published, err := readListing(ctx, live, output.Record)
	if err != nil {
		return nil, err
	}
	if published.Generator != "acervo" {
		return nil, errors.New("its build.json is not of this program")
	}
	before, err := readListing(ctx, live, "carried.json")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.note("carry-unlisted", "cause", err.Error())
	}
	known := built.names()
	var files []carriedFile
	take := func(f carriedFile) {
		digits := carriable.FindStringSubmatch(f.Name)
		if digits != nil && strings.HasPrefix(f.SHA256, digits[1]) && f.Size >= 0 && f.Size <= carryFile && !known[f.Name] && !f.outlived(now) {
			known[f.Name] = true
			files = append(files, f)
		}
	}
	for _, f := range published.Files {
		f.Since, f.Builds = now, 1
		take(f)
	}
	slices.SortStableFunc(before.Files, func(a, b carriedFile) int { return b.Since.Compare(a.Since) })
	for _, f := range before.Files {
		f.Builds++
		if f.Since.After(now) {
			f.Since = now
		}
		take(f)
	}
	return files, nil
}

// outlived reports whether no page that asks for the file can still be in a
// browser's cache.
func (f carriedFile) outlived(now time.Time) bool {
	age := now.Sub(f.Since)
	return age > carriedMost || f.Builds > carriedBuilds && age > carriedLeast
}

func readListing(ctx context.Context, live liveSite, name string) (listing, error) {
	var l listing
	data, err := live(ctx, name, carryListing)
	if err != nil {
		return l, err
	}
	if err := json.Unmarshal(data, &l); err != nil {
		return listing{}, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

// fetch reads a file of the live site and reports whether it is the one that
// the live site lists.
func (p *program) fetch(ctx context.Context, live liveSite, f carriedFile) ([]byte, bool) {
	data, err := live(ctx, f.Name, f.Size)
	if err != nil {
		p.note("carry-unread", "name", f.Name, "cause", err.Error())
		return nil, false
	}
	sum := sha256.Sum256(data)
	if hex.EncodeToString(sum[:]) != f.SHA256 {
		p.note("carry-differs", "name", f.Name)
		return nil, false
	}
	return data, true
}

// place writes a file whole or not at all.
func place(root *os.Root, name string, data []byte) error {
	if err := root.MkdirAll("assets", 0o777); err != nil {
		return err
	}
	const temporary = "assets/.carry.tmp"
	if err := root.WriteFile(temporary, data, 0o666); err != nil {
		return err
	}
	return root.Rename(temporary, name)
}

// openLive tells what to read the live site with.
func (p *program) openLive(address string) (liveSite, error) {
	if !remote(address) {
		return folderSite(address), nil
	}
	base, err := url.Parse(strings.TrimSuffix(address, "/") + "/")
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, usageError{errors.New(p.say("carry-bad-address", "address", address))}
	}
	client := &http.Client{CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) > 3 || r.URL.Host != base.Host || !private(r.URL) {
			return fmt.Errorf("redirected to %q", r.URL)
		}
		return nil
	}}
	return func(ctx context.Context, name string, limit int64) ([]byte, error) {
		if !private(base) {
			return nil, errors.New("not https")
		}
		return get(ctx, client, base.JoinPath(name).String(), limit)
	}, nil
}

// private reports whether nobody between here and the host can change what an
// address gives.
func private(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

func get(ctx context.Context, client *http.Client, address string, limit int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return readAll(answer.Body, limit)
	case http.StatusNotFound:
		return nil, fs.ErrNotExist
	}
	return nil, errors.New(answer.Status)
}

// folderSite is a published site that lies in a folder.
func folderSite(folder string) liveSite {
	return func(_ context.Context, name string, limit int64) ([]byte, error) {
		root, err := os.OpenRoot(folder)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		file, err := root.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return readAll(file, limit)
	}
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	var data bytes.Buffer
	n, err := io.Copy(&data, io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	return data.Bytes(), err
}
