// Package offline writes what a reader keeps of a site to read it without a
// network: for each language a copy, in parts that a browser fetches one by
// one and a service worker answers from.
//
// # Files
//
// A copy lies in a folder of its own. Its files:
//
//	manifest.json   what the copy is
//	<name>.json     a table of parts, or the records
//	<part>.pack     a part
//	<part>.json     the listing of that part alone, for updates
//
// The name of a part, of a table and of the records is the first 16
// hexadecimal digits of the SHA-256 of its bytes, so a file with a given name
// never changes, and whoever loads it can tell that it is whole. Files that
// are alike, such as parts without files, are one. Hashes are SHA-256 in
// lower-case hexadecimal digits, texts are UTF-8, sizes count bytes.
//
// # Manifest
//
// A browser asks for the manifest again and again, and for the rest only when
// it names something new, so it must stay small on a large site. One JSON
// object:
//
//	format   2
//	lang     the language's tag
//	version  16 digits: SHA-256 over the hashes of all parts, one after the
//	         other as digits
//	date     the day of the commit in UTC, "2026-11-29"; "" without a commit
//	bytes    the parts' sizes together
//	records  the name of the file of the records
//	parts    the number of parts
//	tables   the names of the tables, in the order of their parts
//
// A table is a JSON array with [name, size] for each of 32 parts in their
// order, the last one for those that are left.
//
// The file of the records is a JSON string: the first 8 digits of the SHA-256
// of each published record's id, sorted. Withdrawn and forgotten records are
// not among them, and nothing tells which they were.
//
// # Parts
//
// A part is one gzip stream (RFC 1952) without a name or a time. Unpacked it
// is a listing, a line of JSON that ends in "\n", and then the bytes of the
// files that it lists, in that order and with nothing between them. The
// listing has for each file
//
//	[path, size, digits, record]
//
// with the path below the site's base ("es/index.html"), the first 16 digits
// of the hash, and the id of the record that the file shows and goes with, or
// "". Files are sorted by path.
//
// The number of parts is p + s, two powers of two with s at most p; so p is the
// largest power of two below it. A file of the search, whose path begins with
// "search/", is in part p + h mod s, any other file in part h mod p, where h is
// the FNV-1a hash (32 bits) of its path. So a file is found without an index,
// and an edit changes the parts of the files that it changes and no other: the
// names of all files of a search change together.
//
// Either number is the smallest for which its files, divided by it, have at
// most 512 KiB, and then doubled, at most three times, as long as a part of
// several files could be larger than 512 KiB when packed. Pages count half
// there, anything else whole. So a part is larger only when it holds pictures
// that are larger themselves or that doubling cannot tell apart.
//
// Equal copies give equal files, whatever the number of processors.
package offline

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	format    = 2
	partSize  = 512 << 10
	mostParts = 1 << 16
	tableRows = 32 // parts of a table
	digits    = 16 // of a hash that names something
)

// A File is a file of the site.
type File struct {
	Path   string // below the site's base
	Size   int64
	SHA256 string // in hexadecimal digits
	Record string // id of the record that the file shows and goes with; else ""
}

// A Copy is what is kept of a site in one language.
type Copy struct {
	Lang    string
	Date    time.Time // of the commit; zero without one
	Records []string  // ids of all published records
	Files   []File
	Last    Last // nil: every part is packed
}

// A Last knows the parts of the last time, so that one of the same files need
// not be packed again. It is called by several goroutines at once.
type Last interface {
	// Reuse puts the files of the part that was made of an input in their
	// place, and reports whether they are there, with the hash and the size
	// of the pack.
	Reuse(input string) (sum string, size int, ok bool)
	// Keep notes the names of the files that were made of an input, the pack
	// first.
	Keep(input string, names ...string)
}

// Write makes the files of the copy and hands each to write, the manifest
// last. Open reads a file of the site. Both are called by several goroutines
// at once. The memory in use is that of a packed part and its compressor for
// each processor, not that of the copy.
func (c Copy) Write(ctx context.Context, open func(path string) (io.ReadCloser, error), write func(name string, data []byte) error) error {
	parts := split(c.Files)
	made, errs := make([]part, len(parts)), make([]error, len(parts))
	var next atomic.Int64
	var workers sync.WaitGroup
	var names sync.Map
	once := func(name string, data []byte) error {
		if _, written := names.LoadOrStore(name, true); written {
			return nil
		}
		return write(name, data)
	}
	for range min(len(parts), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			packer := newPacker(open)
			packer.last = c.Last
			for i := int(next.Add(1)) - 1; i < len(parts) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				made[i], errs[i] = packer.write(parts[i], once)
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	m, err := c.manifest(made, once)
	if err != nil {
		return err
	}
	data, err := line(m)
	if err != nil {
		return err
	}
	return write("manifest.json", data)
}

// manifest is manifest.json.
type manifest struct {
	Format  int      `json:"format"`
	Lang    string   `json:"lang"`
	Version string   `json:"version"`
	Date    string   `json:"date"`
	Bytes   int      `json:"bytes"`
	Records string   `json:"records"`
	Parts   int      `json:"parts"`
	Tables  []string `json:"tables"`
}

// A part that was written.
type part struct {
	hash string
	size int
}

func (p part) name() string { return p.hash[:digits] }

// MarshalJSON makes the part's row of a table.
func (p part) MarshalJSON() ([]byte, error) { return json.Marshal([]any{p.name(), p.size}) }

// manifest makes the manifest and writes the files that it names.
func (c Copy) manifest(parts []part, write func(string, []byte) error) (manifest, error) {
	m := manifest{Format: format, Lang: c.Lang, Parts: len(parts)}
	if !c.Date.IsZero() {
		m.Date = c.Date.UTC().Format(time.DateOnly)
	}
	all := sha256.New()
	for _, p := range parts {
		m.Bytes += p.size
		io.WriteString(all, p.hash)
	}
	m.Version = hex.EncodeToString(all.Sum(nil))[:digits]
	var err error
	if m.Records, err = writeNamed(records(c.Records), write); err != nil {
		return m, err
	}
	for rows := range slices.Chunk(parts, tableRows) {
		name, err := writeNamed(rows, write)
		if err != nil {
			return m, err
		}
		m.Tables = append(m.Tables, name)
	}
	return m, nil
}

// writeNamed writes a value under the name that its bytes give, and returns it.
func writeNamed(value any, write func(string, []byte) error) (string, error) {
	data, err := line(value)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:])[:digits]
	return name, write(name+".json", data)
}

// line writes a value as JSON.
func line(value any) ([]byte, error) {
	data, err := json.Marshal(value)
	return append(data, '\n'), err
}

// records tells which ids there are to whoever knows an id, and to nobody else.
func records(ids []string) string {
	sums := make([]string, len(ids))
	for i, id := range ids {
		sum := sha256.Sum256([]byte(id))
		sums[i] = hex.EncodeToString(sum[:4])
	}
	slices.Sort(sums)
	return strings.Join(slices.Compact(sums), "")
}

// searchFolder has the files of the search.
const searchFolder = "search/"

// split shares the files out among parts.
func split(files []File) [][]File {
	files = slices.SortedFunc(slices.Values(files), func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	var pages, search []File
	for _, f := range files {
		if strings.HasPrefix(f.Path, searchFolder) {
			search = append(search, f)
		} else {
			pages = append(pages, f)
		}
	}
	s := number(search, 1)
	p := number(pages, s)
	return slices.Concat(share(pages, p), share(search, s))
}

// number returns how many parts some files need, a power of two and at least
// the one given.
func number(files []File, n int) int {
	var total int64
	for _, f := range files {
		total += f.Size
	}
	for n < mostParts && total > int64(n)*partSize {
		n *= 2
	}
	for most := min(8*n, mostParts); n < most && slices.ContainsFunc(share(files, n), heavy); {
		n *= 2
	}
	return n
}

func share(files []File, n int) [][]File {
	parts := make([][]File, n)
	for _, f := range files {
		hash := fnv.New32a()
		io.WriteString(hash, f.Path)
		i := hash.Sum32() % uint32(n)
		parts[i] = append(parts[i], f)
	}
	return parts
}

// heavy reports whether a part of several files could be too large when it is
// packed.
func heavy(files []File) bool {
	var weight int64
	for _, f := range files {
		if strings.HasSuffix(f.Path, ".html") {
			weight += f.Size / 2
		} else {
			weight += f.Size
		}
	}
	return len(files) > 1 && weight > partSize
}

// level is that of compress/gzip.
const level = 6

// A packer packs one part after the other.
type packer struct {
	open func(path string) (io.ReadCloser, error)
	last Last
	gzip *gzip.Writer
	out  bytes.Buffer
	copy []byte
}

func newPacker(open func(string) (io.ReadCloser, error)) *packer {
	p := &packer{open: open, copy: make([]byte, 32<<10)}
	p.gzip, _ = gzip.NewWriterLevel(&p.out, level) // the level is a valid one
	return p
}

// write writes a part with its listing, or finds them made.
func (p *packer) write(files []File, write func(string, []byte) error) (part, error) {
	if p.last == nil {
		return p.pack(files, write)
	}
	input := inputOf(files)
	if sum, size, ok := p.last.Reuse(input); ok {
		return part{sum, size}, nil
	}
	made, err := p.pack(files, write)
	if err == nil {
		p.last.Keep(input, made.name()+".pack", made.name()+".json")
	}
	return made, err
}

// inputOf is the hash of all that a part is made from.
func inputOf(files []File) string {
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%q %d %s %q\n", f.Path, f.Size, f.SHA256, f.Record)
	}
	return string(sum.Sum(nil))
}

// pack packs the files of a part and writes it with its listing.
func (p *packer) pack(files []File, write func(string, []byte) error) (part, error) {
	listing, err := listingOf(files)
	if err != nil {
		return part{}, err
	}
	p.out.Reset()
	p.gzip.Reset(&p.out)
	p.gzip.Write(listing) // writes to a buffer don't fail
	for _, f := range files {
		if err := p.add(f); err != nil {
			return part{}, fmt.Errorf("offline: %s: %w", f.Path, err)
		}
	}
	if err := p.gzip.Close(); err != nil {
		return part{}, err
	}
	sum := sha256.Sum256(p.out.Bytes())
	made := part{hex.EncodeToString(sum[:]), p.out.Len()}
	if err := write(made.name()+".pack", p.out.Bytes()); err != nil {
		return part{}, err
	}
	return made, write(made.name()+".json", listing)
}

// add adds the bytes of a file.
func (p *packer) add(f File) error {
	in, err := p.open(f.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	// A file would bring a buffer of its own.
	n, err := io.CopyBuffer(p.gzip, struct{ io.Reader }{in}, p.copy)
	if err == nil && n != f.Size {
		err = fmt.Errorf("it has %d bytes, not %d", n, f.Size)
	}
	return err
}

// listingOf is the first line of a part.
func listingOf(files []File) ([]byte, error) {
	rows := make([][4]any, len(files))
	for i, f := range files {
		rows[i] = [4]any{f.Path, f.Size, f.SHA256[:digits], f.Record}
	}
	return line(rows)
}
