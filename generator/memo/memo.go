// Package memo keeps in files what a program found out and could find out
// again: the next run is quicker, and the same without them. A file that is not
// there, is damaged or has another form is none, and one that cannot be written
// is no error.
package memo

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
)

// head is the line that a file of a form begins with; the SHA-256 of the rest
// follows.
func head(form string) string { return "acervo " + form + "\n" }

// Read returns what was written under a name in a folder ("": none) in the same
// form. The form is a line that tells everything on which the data's meaning
// depends. The checksum guards against accidents only.
func Read(dir, name, form string) (data string, ok bool) {
	if dir == "" {
		return "", false
	}
	file, err := os.ReadFile(filepath.Join(dir, name))
	rest, known := bytes.CutPrefix(file, []byte(head(form)))
	if err != nil || !known || len(rest) < sha256.Size {
		return "", false
	}
	if sum := sha256.Sum256(rest[sha256.Size:]); !bytes.Equal(sum[:], rest[:sha256.Size]) {
		return "", false
	}
	return string(rest[sha256.Size:]), true
}

// Write writes data under a name into a folder, which it makes, in place of
// what was there: whole or not at all.
func Write(dir, name, form string, data []byte) {
	if dir == "" || os.MkdirAll(dir, 0o777) != nil {
		return
	}
	file, err := os.CreateTemp(dir, name+"-*.tmp")
	if err != nil {
		return
	}
	sum := sha256.Sum256(data)
	for _, part := range [][]byte{[]byte(head(form)), sum[:], data} {
		if err == nil {
			_, err = file.Write(part)
		}
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		os.Remove(file.Name())
	}
}

// A Writer puts data together that a [Reader] takes apart. Its zero value is
// ready.
type Writer struct{ Data []byte }

// Number writes an unsigned varint.
func (w *Writer) Number(n uint64) { w.Data = binary.AppendUvarint(w.Data, n) }

// Count writes how many things follow.
func (w *Writer) Count(n int) { w.Number(uint64(n)) }

// Text writes a text with its length.
func (w *Writer) Text(text string) {
	w.Count(len(text))
	w.Data = append(w.Data, text...)
}

// Bytes writes bytes of which the reader knows how many they are.
func (w *Writer) Bytes(data []byte) { w.Data = append(w.Data, data...) }

// A Reader takes data apart. It believes nothing beyond their end: what is not
// there is 0 or empty, and the data are then bad.
type Reader struct {
	rest string // so that texts are parts of it
	bad  bool
}

// NewReader reads data.
func NewReader(data string) Reader { return Reader{rest: data} }

// Whole reports whether the data have been read to their end and were not bad.
func (r *Reader) Whole() bool { return !r.bad && r.rest == "" }

// More reports whether there is anything left to read.
func (r *Reader) More() bool { return r.rest != "" }

// Refuse makes the data bad.
func (r *Reader) Refuse() { r.bad, r.rest = true, "" }

// Number reads a number.
func (r *Reader) Number() uint64 {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.Refuse()
	return 0
}

// Count reads how many things of some bytes at least follow.
func (r *Reader) Count(size int) int {
	n := r.Number()
	if n > uint64(len(r.rest)/size) {
		r.Refuse()
		return 0
	}
	return int(n)
}

// Below reads a number that is less than n.
func (r *Reader) Below(n int) int {
	if i := r.Number(); i < uint64(n) {
		return int(i)
	}
	r.Refuse()
	return 0
}

// Text reads a text.
func (r *Reader) Text() string { return r.Bytes(r.Count(1)) }

// Bytes reads n bytes.
func (r *Reader) Bytes(n int) string {
	if n > len(r.rest) {
		r.Refuse()
		return ""
	}
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}

// Hex writes out n names of some bytes each in hexadecimal digits, as parts of
// one text.
func (r *Reader) Hex(n, size int) []string {
	const digits = "0123456789abcdef"
	if n > len(r.rest)/size {
		r.Refuse()
		return make([]string, n)
	}
	var all strings.Builder
	all.Grow(2 * n * size)
	for _, b := range []byte(r.Bytes(n * size)) {
		all.WriteByte(digits[b>>4])
		all.WriteByte(digits[b&15])
	}
	names := make([]string, n)
	for i := range names {
		names[i] = all.String()[2*i*size:][:2*size]
	}
	return names
}
