package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"acervo/generator/content"
)

// What old files say of addresses is kept in a folder between two builds. It
// follows from the bytes of each file, so that nothing in it grows old; a
// damaged file is none, and one of another version of the program too.

// versionsFile is the name of the file in the folder: a line of its own form
// and the hash of the others, then a line for each blob.
const versionsFile = "versions"

// rememberVersions reads what is kept in a folder.
func rememberVersions(dir string) map[string]content.Version {
	if dir == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(dir, versionsFile))
	head, rest, ok := bytes.Cut(data, []byte("\n"))
	if err != nil || !ok || string(head) != versionsHead(rest) {
		return nil
	}
	known := make(map[string]content.Version, bytes.Count(rest, []byte("\n")))
	for line := range strings.Lines(string(rest)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) == 5 {
			known[fields[0]] = content.Version{ID: fields[1], Slug: fields[2], Source: fields[3], Withdrawn: fields[4] == "true"}
		}
	}
	return known
}

func versionsHead(rest []byte) string {
	sum := sha256.Sum256(rest)
	return "acervo " + versionsFile + " " + Version + " " + hex.EncodeToString(sum[:])
}

// keepVersions writes versions into a folder. They can be read again, so that
// a folder that cannot be written to is no error.
func keepVersions(dir string, versions map[string]content.Version) {
	if dir == "" || os.MkdirAll(dir, 0o777) != nil {
		return
	}
	var rest bytes.Buffer
	for _, blob := range slices.Sorted(maps.Keys(versions)) {
		v := versions[blob]
		line := strings.Join([]string{blob, v.ID, v.Slug, v.Source, strconv.FormatBool(v.Withdrawn)}, "\t")
		if strings.Count(line, "\t") == 4 && !strings.ContainsAny(line, "\r\n") {
			rest.WriteString(line + "\n")
		}
	}
	file, err := os.CreateTemp(dir, versionsFile+"-*.tmp")
	if err != nil {
		return
	}
	_, err = file.WriteString(versionsHead(rest.Bytes()) + "\n" + rest.String())
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, versionsFile))
	}
	if err != nil {
		os.Remove(file.Name())
	}
}
