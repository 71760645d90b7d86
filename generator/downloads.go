package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"acervo/generator/content"
	"acervo/generator/site"
)

// A shipment is what the verb downloads was asked for.
type shipment struct {
	origin
	out, address string
	kinds        []string
	holding      string
}

// downloadsCommand is the verb downloads.
func (p *program) downloadsCommand() *cobra.Command {
	var s shipment
	cmd := &cobra.Command{
		Use: "downloads", Args: p.exactly(0, "generator downloads"),
		Example: "  generator downloads --address https://ejemplo.org/archivos/ --out downloads\n  generator downloads --kinds html,epub",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.holding != "" {
				return p.holding(cmd.Context(), &s)
			}
			return p.downloads(cmd.Context(), &s)
		},
	}
	p.flags(cmd, &s.origin)
	p.formatFlag(cmd)
	cmd.Flags().StringVar(&s.out, "out", "downloads", p.say("flag-downloads-out"))
	cmd.Flags().StringVar(&s.address, "address", "", p.say("flag-downloads-address"))
	cmd.Flags().StringSliceVar(&s.kinds, "kinds", content.DownloadKinds, p.say("flag-downloads-kinds", "kinds", strings.Join(content.DownloadKinds, ", ")))
	cmd.Flags().StringVar(&s.holding, "holding-withdrawn", "", p.say("flag-downloads-holding"))
	cmd.MarkFlagsMutuallyExclusive("holding-withdrawn", "out")
	return cmd
}

// recordsFile tells, beside the downloads, which records they hold.
const recordsFile = "records.json"

// holds is what that file says.
type holds struct {
	Commit  string   `json:"commit"`
	Records []string `json:"records"`
}

// downloads makes the downloads of all languages in a new folder: all of them
// or none. Beside them are their list, as a browser and as the site read it,
// their checksums and the ids of the records that they hold.
func (p *program) downloads(ctx context.Context, s *shipment) error {
	for _, kind := range s.kinds {
		if !slices.Contains(content.DownloadKinds, kind) {
			return p.wrong("unknown-download", "value", kind, "known", strings.Join(content.DownloadKinds, ", "))
		}
	}
	if s.address != "" && !strings.HasSuffix(s.address, "/") {
		s.address += "/"
	}
	src, plan, err := p.plan(ctx, &s.origin, time.Now())
	if err != nil {
		return err
	}
	faults, err := plan.Check(ctx)
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return faultsError{faults}
	case s.worktree || src.Commit.Hash == "":
		return p.wrong("downloads-undated")
	}
	if err := os.Remove(s.out); err != nil && !os.IsNotExist(err) {
		return p.wrong("downloads-folder", "value", s.out)
	}
	draft, err := os.MkdirTemp(filepath.Dir(filepath.Clean(s.out)), ".downloads-*.tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft) // gone where it is in its place
	list, err := p.ship(ctx, s, plan, src, draft)
	if err != nil {
		return err
	}
	ids, err := site.IDs(src.Files)
	if err != nil {
		return err
	}
	if err := writeLists(draft, list, holds{src.Commit.Hash, ids}); err != nil {
		return err
	}
	if err := os.Chmod(draft, 0o755); err != nil {
		return err
	}
	if err := os.Rename(draft, s.out); err != nil {
		return err
	}
	for _, d := range list {
		fmt.Fprintln(p.stdout, p.say("book-written", "file", d.File, "bytes", size(int64(d.Bytes))))
	}
	return nil
}

// ship makes the files of each language and lists them.
func (p *program) ship(ctx context.Context, s *shipment, plan *site.Plan, src site.Source, folder string) ([]content.Download, error) {
	work, err := os.MkdirTemp("", "acervo-downloads-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	library, _ := content.Read(src.Files, nil)
	var list []content.Download
	for _, lang := range library.Site.Languages {
		m := &maker{p, s, plan, src, &library.Site, lang.Tag, work, ""}
		for _, kind := range content.DownloadKinds {
			if !slices.Contains(s.kinds, kind) {
				continue
			}
			name := bookName(lang.Segment(), kind)
			if err := m.make(ctx, kind, filepath.Join(folder, name)); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			d, err := listed(filepath.Join(folder, name))
			if err != nil {
				return nil, err
			}
			d.Kind, d.Lang, d.Date, d.Commit, d.Address = kind, lang.Tag, src.Commit.When, src.Commit.Hash, s.address+name
			list = append(list, d)
		}
	}
	return list, nil
}

// listed measures a file.
func listed(name string) (content.Download, error) {
	file, err := os.Open(name)
	if err != nil {
		return content.Download{}, err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	return content.Download{File: filepath.Base(name), Bytes: int(n), SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// writeLists writes what tells of the downloads. The list that the site reads
// is only written where their addresses are known.
func writeLists(folder string, list []content.Download, h holds) error {
	type entry struct {
		File    string `json:"file"`
		Kind    string `json:"kind"`
		Lang    string `json:"lang"`
		Bytes   int    `json:"bytes"`
		SHA256  string `json:"sha256"`
		Date    string `json:"date"`
		Commit  string `json:"commit"`
		Address string `json:"address"`
	}
	entries, sums := []entry{}, bytes.Buffer{}
	for _, d := range list {
		entries = append(entries, entry{d.File, d.Kind, d.Lang, d.Bytes, d.SHA256, d.Date.UTC().Format(time.DateOnly), d.Commit, d.Address})
		fmt.Fprintf(&sums, "%s  %s\n", d.SHA256, d.File)
	}
	files := map[string][]byte{"SHA256SUMS": sums.Bytes()}
	if len(list) > 0 && strings.Contains(list[0].Address, "://") {
		files["downloads.yaml"] = content.WriteDownloads(list)
	}
	for name, value := range map[string]any{"downloads.json": entries, recordsFile: h} {
		data, err := json.MarshalIndent(value, "", " ")
		if err != nil {
			return err
		}
		files[name] = append(data, '\n')
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// holding prints the names of the folders, below one, whose downloads hold a
// record that the site has no longer. One that does not tell what it holds is
// named too. Faults of records hold nothing up.
func (p *program) holding(ctx context.Context, s *shipment) error {
	src, _, err := p.open(ctx, &s.origin)
	if err != nil {
		return err
	}
	ids, err := site.IDs(src.Files)
	if err != nil {
		return err
	}
	folders, err := os.ReadDir(s.holding)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		var h holds
		data, err := os.ReadFile(filepath.Join(s.holding, folder.Name(), recordsFile))
		if err == nil {
			err = json.Unmarshal(data, &h)
		}
		gone := func(id string) bool { _, found := slices.BinarySearch(ids, id); return !found }
		if err != nil || len(h.Records) == 0 || slices.ContainsFunc(h.Records, gone) {
			fmt.Fprintln(p.stdout, folder.Name())
		}
	}
	return nil
}

// A maker makes the downloads of a language.
type maker struct {
	*program
	shipment *shipment
	plan     *site.Plan
	src      site.Source
	site     *content.Site
	lang     string
	work     string // a folder for what is not kept
	copy     string // the portable copy of the language, once it is made
}

// make makes a file of a kind.
func (m *maker) make(ctx context.Context, kind, file string) error {
	switch kind {
	case "pdf":
		return m.print(ctx, file)
	case "zip":
		folder, err := m.portable(ctx)
		if err == nil {
			_, err = zipFolder(ctx, folder, file, m.src.Commit.When)
		}
		return err
	case "zim":
		return m.packZIM(ctx, file)
	}
	return m.bind(kind, file)
}

// bind writes the book of the language in a form.
func (m *maker) bind(form, file string) error {
	draft, err := writeBook(m.plan, form, m.lang, file)
	return cmp.Or(err, os.Rename(draft, file))
}

// portable makes the portable copy of the language once.
func (m *maker) portable(ctx context.Context) (string, error) {
	if m.copy != "" {
		return m.copy, nil
	}
	o := m.shipment.origin
	o.portable, o.lang = true, m.lang
	start := time.Now()
	_, plan, err := m.program.plan(ctx, &o, start)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(m.work, plan.CopyName())
	if _, err := m.program.make(ctx, plan, folder, "", start); err != nil {
		return "", err
	}
	m.copy = folder
	return folder, nil
}
