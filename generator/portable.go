package main

import (
	"archive/zip"
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"acervo/generator/site"
)

// portableFlags adds the flags of a portable copy to the verb build.
func (p *program) portableFlags(cmd *cobra.Command, o *origin, zipped *bool) {
	cmd.Flags().BoolVar(&o.portable, "portable", false, p.say("flag-portable"))
	cmd.Flags().BoolVar(zipped, "zip", false, p.say("flag-zip"))
	cmd.Flags().StringVar(&o.lang, "lang", "", p.say("flag-portable-lang"))
}

// buildZip makes a portable copy as one ZIP file, all or nothing. Without a
// name the file has that of the copy.
func (p *program) buildZip(ctx context.Context, o *origin, out string) error {
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		return p.wrong("zip-folder", "value", out)
	}
	start := time.Now()
	src, plan, err := p.plan(ctx, o, start)
	if err != nil {
		return err
	}
	parent, err := os.MkdirTemp("", "acervo-copy-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(parent)
	folder := filepath.Join(parent, plan.CopyName())
	report, err := p.make(ctx, plan, folder, "", start)
	if err != nil {
		return err
	}
	file := cmp.Or(out, plan.CopyName()+".zip")
	size, err := zipFolder(ctx, folder, file, src.Commit.When)
	if err != nil {
		return err
	}
	p.report(src, report, time.Since(start), archive{filepath.ToSlash(file), size})
	return nil
}

// An archive is a file that holds a site.
type archive struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// zipFolder writes a folder into a ZIP file beside its place and then puts it
// there. The same files and the same time give the same bytes.
func zipFolder(ctx context.Context, folder, file string, when time.Time) (size int64, err error) {
	draft, err := os.CreateTemp(filepath.Dir(file), ".copy-*.tmp")
	if err != nil {
		return 0, err
	}
	defer os.Remove(draft.Name()) // gone where it is in its place
	buffer := bufio.NewWriter(draft)
	out := zip.NewWriter(buffer)
	err = addFolder(ctx, out, folder, when)
	err = errors.Join(err, out.Close(), buffer.Flush(), draft.Chmod(0o644), draft.Sync(), draft.Close())
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(draft.Name())
	if err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(draft.Name(), file)
}

// addFolder adds the files of a folder, under its name, in their order.
func addFolder(ctx context.Context, out *zip.Writer, folder string, when time.Time) error {
	if when.IsZero() {
		when = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) // the format has none before
	}
	files := os.DirFS(folder)
	var names []string
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, name)
		}
		return err
	})
	slices.Sort(names)
	for _, name := range names {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		err = addFile(out, files, name, path.Join(filepath.Base(folder), name), when)
	}
	return err
}

func addFile(out *zip.Writer, files fs.FS, name, as string, when time.Time) error {
	header := &zip.FileHeader{Name: as, Method: zip.Deflate, Modified: when.UTC()}
	if ext := path.Ext(name); ext == ".jpg" || ext == ".png" {
		header.Method = zip.Store
	}
	header.SetMode(0o644)
	entry, err := out.CreateHeader(header)
	if err != nil {
		return err
	}
	file, err := files.Open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(entry, file)
	return errors.Join(err, file.Close())
}

// checkLang refuses a language that the site of a plan has not got.
func (p *program) checkLang(plan *site.Plan, lang string) error {
	if known := plan.Languages(); lang != "" && !slices.Contains(known, lang) {
		return p.wrong("not-language", "value", lang, "known", strings.Join(known, ", "))
	}
	return nil
}
