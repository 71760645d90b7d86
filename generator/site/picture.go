package site

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"

	"acervo/generator/assets"
	"acervo/generator/content"
	"acervo/generator/diag"
)

// A picture is an image of a record as it is published.
type picture struct {
	assets.Picture
	name string // "assets/photo.1a2b3c4d.jpg"
}

// A pictureKey is what a picture is made from.
type pictureKey struct {
	sum  [32]byte
	name string
}

// photos makes the published pictures of all records' images. Only those that
// a text shows become outputs.
func (p *plan) photos(cache *Cache) {
	p.pictures, p.shows = map[string]*picture{}, map[*content.Page][]string{}
	for _, k := range content.Kinds {
		for _, e := range p.byKind[k] {
			for _, file := range e.Images {
				data, err := fs.ReadFile(p.src.Files, file)
				if err != nil {
					p.faults.Add("unreadable", file, 0, 0, diag.Args{"cause": err.Error()})
					continue
				}
				made, err := cache.photo(data, file)
				switch {
				case errors.Is(err, assets.ErrGPS):
					p.faults.Add("image-location", file, 0, 0, nil)
				case err != nil:
					p.faults.Add("bad-image", file, 0, 0, diag.Args{"cause": err.Error()})
				default:
					p.pictures[file] = made
				}
			}
			for _, page := range e.Pages {
				if len(e.Images) == 0 {
					continue
				}
				text, err := page.Body()
				if err != nil {
					p.faults.Add("unreadable", page.Path, 0, 0, diag.Args{"cause": err.Error()})
				}
				for _, file := range e.Images {
					if shows(text, file) {
						p.shows[page] = append(p.shows[page], file)
					}
				}
			}
		}
	}
}

// photo makes a picture once for each content and name that it has.
func (c *Cache) photo(data []byte, file string) (*picture, error) {
	name := cmp.Or(content.Slug(strings.TrimSuffix(path.Base(file), path.Ext(file))), "image")
	key := pictureKey{sha256.Sum256(data), name}
	if c != nil {
		c.mutex.Lock()
		known := c.pictures[key]
		c.mutex.Unlock()
		if known != nil {
			return known, nil
		}
	}
	made, err := assets.Photo(data)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(made.Data)
	result := &picture{made, "assets/" + name + "." + hex.EncodeToString(hash[:4]) + made.Ext}
	if c != nil {
		c.mutex.Lock()
		if c.pictures == nil {
			c.pictures = map[pictureKey]*picture{}
		}
		c.pictures[key] = result
		c.mutex.Unlock()
	}
	return result, nil
}

// pictureUnit is the unit of the pictures that texts show, each once: two
// records may have the same one.
func (p *plan) pictureUnit() *unit {
	u, added := &unit{}, map[string]bool{}
	for _, k := range content.Kinds {
		for _, e := range p.byKind[k] {
			for _, page := range e.Pages {
				for _, file := range p.shows[page] {
					if made := p.pictures[file]; !added[made.name] {
						added[made.name] = true
						u.add(made.name, func() ([]byte, error) { return made.Data, nil })
					}
				}
			}
		}
	}
	return u
}

// shows reports whether a text names an image, so that a file that no page
// uses is not published.
func shows(text []byte, file string) bool {
	base := []byte(path.Base(file))
	for at := text; ; {
		before, after, found := bytes.Cut(at, base)
		if !found {
			return false
		}
		if n := len(before); n == 0 || !bytes.ContainsAny(before[n-1:], nameBytes) {
			return true
		}
		at = after
	}
}

// nameBytes are the characters of a file's name: behind one of them a name is
// the end of a longer one.
const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
