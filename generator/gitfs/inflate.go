package gitfs

import (
	"compress/zlib"
	"errors"
	"io"
	"sync"
)

// inflater decompresses one object after the other without making garbage.
type inflater struct {
	window window
	zlib   io.ReadCloser
	deltas []byte // of the chain in work
	chain  []link
}

func (s *store) inflater() *inflater { return s.inflaters.Get().(*inflater) }

// open starts to decompress what r holds.
func (in *inflater) open(r io.Reader) (io.Reader, error) {
	if in.zlib == nil {
		z, err := zlib.NewReader(r)
		in.zlib = z
		return z, err
	}
	return in.zlib, in.zlib.(zlib.Resetter).Reset(r, nil)
}

// read decompresses at the window's place into all of data.
func (in *inflater) read(data []byte) error {
	z, err := in.open(&in.window)
	if err != nil {
		return err
	}
	return exactly(z, data)
}

// begin decompresses the beginning only.
func (in *inflater) begin(data []byte) error {
	z, err := in.open(&in.window)
	if err != nil {
		return err
	}
	_, err = io.ReadFull(z, data)
	return err
}

// exactly reads data and the end; zlib compares its checksum at the end.
func exactly(r io.Reader, data []byte) error {
	if _, err := io.ReadFull(r, data); err != nil {
		return err
	}
	var more [1]byte
	n, err := r.Read(more[:])
	for n == 0 && err == nil {
		n, err = r.Read(more[:])
	}
	if errors.Is(err, io.EOF) && n == 0 {
		return nil
	}
	if err == nil {
		err = errMalformed
	}
	return err
}

// window is a buffered reader that can be moved. Moving within what is
// buffered reads nothing, so that neighbours in a pack share one read.
type window struct {
	file  io.ReaderAt
	start int64 // offset of buf[0]
	next  int   // next byte in buf
	end   int   // bytes in buf
	buf   [16 << 10]byte
}

func (w *window) seek(file io.ReaderAt, at int64) {
	if file == w.file && at >= w.start && at < w.start+int64(w.end) {
		w.next = int(at - w.start)
		return
	}
	w.file, w.start, w.next, w.end = file, at, 0, 0
}

func (w *window) fill() error {
	w.start += int64(w.end)
	n, err := w.file.ReadAt(w.buf[:], w.start)
	w.next, w.end = 0, n
	if n > 0 {
		return nil
	}
	return err
}

// ReadByte keeps compress/flate from wrapping the window in a buffer of its
// own, which would read too far.
func (w *window) ReadByte() (byte, error) {
	if w.next == w.end {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	b := w.buf[w.next]
	w.next++
	return b, nil
}

func (w *window) Read(p []byte) (int, error) {
	if w.next == w.end {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.buf[w.next:w.end])
	w.next += n
	return n, nil
}

// A cache keeps recently used objects, between one and two generations of
// them. Its zero value is ready.
type cache[K comparable] struct {
	mu         sync.Mutex
	young, old map[K]object
	size       int // of young
}

// generation is the size of one generation; objects over an eighth of it are
// not kept.
const generation = 16 << 20

func (c *cache[K]) get(key K) (object, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o, ok := c.young[key]; ok {
		return o, true
	}
	o, ok := c.old[key]
	if ok {
		c.keep(key, o)
	}
	return o, ok
}

func (c *cache[K]) put(key K, o object) {
	if len(o.data) > generation/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(key, o)
}

func (c *cache[K]) keep(key K, o object) {
	if c.young == nil || c.size > generation {
		c.old, c.young, c.size = c.young, map[K]object{}, 0
	}
	c.young[key] = o
	c.size += len(o.data) + 100 // and what the map holds beside
}
