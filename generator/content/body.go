package content

import (
	"fmt"
	"io/fs"
	"sync/atomic"
)

// A body is the text of a page, from its file's front matter to its end. It is
// in memory or read again where it is wanted.
type body struct {
	files fs.FS
	size  int
	data  atomic.Pointer[[]byte] // nil where it is not in memory
}

func newBody(files fs.FS, data []byte) *body {
	b := &body{files: files, size: len(data)}
	b.data.Store(&data)
	return b
}

// Body returns the text of a page, which must not be changed. Only one that is
// not in memory can fail to be read.
func (p *Page) Body() ([]byte, error) {
	if data := p.body.data.Load(); data != nil {
		return *data, nil
	}
	data, err := fs.ReadFile(p.body.files, p.Path)
	if err != nil {
		return nil, err
	}
	data = normalize(data)
	if size := p.body.size; size >= 0 && size <= len(data) {
		return data[len(data)-size:], nil
	}
	return nil, fmt.Errorf("content: %s: is another file than was read", p.Path)
}

// Size returns the length of the page's text in bytes.
func (p *Page) Size() int { return p.body.size }

// Forget lets go of the page's text. Whoever wants it again gets it from the
// file.
func (p *Page) Forget() { p.body.data.Store(nil) }
