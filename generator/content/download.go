package content

import (
	"bytes"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"acervo/generator/diag"
)

// A Download is an entry of content/downloads.yaml: a file with the whole
// catalogue, in one language or in all, that lies outside of the site.
type Download struct {
	File    string    `field:"file" rule:"required file"`
	Kind    string    `field:"kind" rule:"required word=html,epub,zip,pdf,zim"`
	Lang    string    `field:"lang" rule:"tag"` // empty for all languages
	Bytes   int       `field:"bytes" rule:"required number"`
	SHA256  string    `field:"sha256" rule:"required sum"`
	Date    time.Time `field:"date" rule:"required date"`     // of the commit
	Commit  string    `field:"commit" rule:"required commit"` // that the file was made from
	Address string    `field:"address" rule:"required url"`
}

// DownloadsFile lists the downloads. A source need not have it.
const DownloadsFile = "content/downloads.yaml"

// DownloadKinds are the kinds of files in the order in which they are offered.
var DownloadKinds = []string{"html", "epub", "zip", "pdf", "zim"}

// readDownloads reads downloads.yaml.
func (r *reader) readDownloads() {
	data, err := fs.ReadFile(r.files, DownloadsFile)
	if err != nil {
		return
	}
	d := r.decoder(DownloadsFile)
	defer func() { r.keep(d) }()
	node := d.parse(normalize(data), 0)
	if node == nil {
		return
	}
	if node.Kind != yaml.SequenceNode {
		d.fault(node, "want-list", diag.Args{"key": "downloads", "value": shown(node)})
		return
	}
	tags := r.library.Site.Tags()
	seen := map[string]bool{}
	for _, item := range node.Content {
		var entry Download
		d.object(shapeOf(reflect.TypeFor[Download]()), item, reflect.ValueOf(&entry).Elem(), nil)
		switch lang := valueOf(item, "lang"); {
		case entry.Lang != "" && !slices.Contains(tags, entry.Lang):
			d.fault(lang, "unknown-language", diag.Args{"lang": entry.Lang, "known": strings.Join(tags, ", "), "near": diag.Near(entry.Lang, tags)})
		case entry.Address != "" && seen[entry.Address]:
			d.fault(item, "double-item", diag.Args{"key": "address", "value": entry.Address})
		default:
			r.library.Downloads = append(r.library.Downloads, entry)
		}
		seen[entry.Address] = true
	}
}

// WriteDownloads returns a downloads.yaml with the entries in their order.
func WriteDownloads(entries []Download) []byte {
	var out bytes.Buffer
	out.WriteString("# Written by the command \"downloads\"; the workflow \"release\" proposes it.\n")
	for _, e := range entries {
		fmt.Fprintf(&out, "- {file: %s, kind: %s, ", e.File, e.Kind)
		if e.Lang != "" {
			fmt.Fprintf(&out, "lang: %s, ", e.Lang)
		}
		fmt.Fprintf(&out, "bytes: %d, date: %s,\n   commit: %s,\n   sha256: %s,\n   address: %s}\n",
			e.Bytes, e.Date.UTC().Format(time.DateOnly), quote(e.Commit), quote(e.SHA256), quote(e.Address))
	}
	if len(entries) == 0 {
		out.WriteString("[]\n")
	}
	return out.Bytes()
}
