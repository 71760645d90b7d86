package offline

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// mostUnpacked is the number of bytes that a part may unpack to.
const mostUnpacked = 256 << 20

// Unpack reads a part: its files with their bytes, each under its path. Of a
// file's hash only the first 16 digits are known. It refuses what Write would
// not have written: a listing in another form or order, bytes that a file's
// hash does not have, anything behind the last file. What it returns shares
// memory.
func Unpack(pack []byte) ([]File, map[string][]byte, error) {
	unzip, err := gzip.NewReader(bytes.NewReader(pack))
	if err != nil {
		return nil, nil, fmt.Errorf("offline: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(unzip, mostUnpacked+1))
	if err != nil {
		return nil, nil, fmt.Errorf("offline: %w", err)
	}
	end := bytes.IndexByte(data, '\n') + 1
	files, err := parseListing(data[:end])
	if err != nil {
		return nil, nil, fmt.Errorf("offline: listing: %w", err)
	}
	data = data[end:]
	contents := make(map[string][]byte, len(files))
	for _, f := range files {
		if f.Size > int64(len(data)) {
			return nil, nil, fmt.Errorf("offline: %s: %w", f.Path, io.ErrUnexpectedEOF)
		}
		sum := sha256.Sum256(data[:f.Size])
		if hex.EncodeToString(sum[:])[:digits] != f.SHA256 {
			return nil, nil, fmt.Errorf("offline: %s: its bytes have another hash", f.Path)
		}
		contents[f.Path], data = data[:f.Size:f.Size], data[f.Size:]
	}
	if len(data) > 0 {
		return nil, nil, errors.New("offline: more bytes than files")
	}
	return files, contents, nil
}

var errListing = errors.New("not a line that a part begins with")

// parseListing reads a listing in the one form that Write gives it.
func parseListing(line []byte) ([]File, error) {
	var rows [][4]json.RawMessage
	if err := json.Unmarshal(line, &rows); err != nil {
		return nil, err
	}
	files := make([]File, len(rows))
	for i, row := range rows {
		f := &files[i]
		err := errors.Join(json.Unmarshal(row[0], &f.Path), json.Unmarshal(row[1], &f.Size), json.Unmarshal(row[2], &f.SHA256), json.Unmarshal(row[3], &f.Record))
		if err != nil {
			return nil, err
		}
		if !fs.ValidPath(f.Path) || f.Size < 0 || len(f.SHA256) != digits || i > 0 && f.Path <= files[i-1].Path {
			return nil, errListing
		}
	}
	if own, err := listingOf(files); err != nil || !bytes.Equal(own, line) {
		return nil, errListing
	}
	return files, nil
}
