package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// A portable copy of the site is opened from a folder, without a server. It is
// the same plan: outputs that make no sense in a folder are left out, and
// pages are rendered as they are and then given addresses that lead from file
// to file. An address that the copy has no file for leads to the public site.
//
// https://html.spec.whatwg.org/multipage/indices.html#attributes-3

// folderPolicy is the policy of a page in a folder, which asks nobody.
const folderPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"

// A folder is what a copy holds.
type folder struct {
	base  *url.URL // of the public site
	files map[string]bool
}

// portable leaves of the units what a copy holds, with pages that fit it, and
// adds the text that tells how to open it.
func (p *plan) portable(units []*unit) []*unit {
	base, err := url.Parse(p.base)
	if err != nil {
		p.fail(err)
		return nil
	}
	f := &folder{base, map[string]bool{}}
	for _, old := range p.old {
		f.files[old.path+"index.html"] = strings.HasPrefix(old.path, "p/")
	}
	for _, u := range units {
		u.outputs = slices.DeleteFunc(u.outputs, func(o out) bool {
			kept, decided := f.files[o.name]
			if !decided {
				kept = p.portableFile(o.name)
				f.files[o.name] = kept
			}
			return !kept
		})
		for i, o := range u.outputs {
			if strings.HasSuffix(o.name, ".html") {
				u.outputs[i].make = func(buffer *bytes.Buffer) ([]byte, error) {
					page, err := o.make(buffer)
					if err != nil {
						return nil, err
					}
					return f.page(o.name, page)
				}
			}
		}
	}
	readme := &unit{}
	readme.add(p.words[p.neutralLang()].T("portable.readme"), func() ([]byte, error) { return p.readme(), nil })
	return append(units, readme)
}

// readme tells in the languages of a copy how to open it. Its lines end as old
// editors want it.
func (p *plan) readme() []byte {
	var text strings.Builder
	line := func(words string) { text.WriteString(words + "\r\n") }
	for i, w := range p.words {
		if !p.included(i) {
			continue
		}
		line(p.frames[i].SiteTitle + " · " + p.langs[i].Name)
		line("")
		line(w.T("portable.how"))
		line(w.T("portable.kept"))
		age := w.T("portable.undated")
		if now := p.src.now(); !now.IsZero() {
			age = w.T("portable.dated", "date", w.Date(now))
		}
		line(age + " " + w.T("portable.newer") + " " + p.base)
		line("")
	}
	return []byte(text.String())
}

// portableFile reports whether a copy holds a file of the site: pages and what
// they load.
func (p *plan) portableFile(name string) bool {
	if strings.HasPrefix(name, "assets/") {
		return !strings.HasPrefix(name, "assets/offline.")
	}
	segment, _, below := strings.Cut(name, "/")
	for i, lang := range p.langs {
		if below && segment == lang.Segment() && !p.included(i) {
			return false
		}
	}
	return strings.HasSuffix(name, ".html") && name != "404.html"
}

// included reports whether the site has a language: a portable copy may have
// one alone.
func (p *plan) included(lang int) bool {
	return p.options.Lang == "" || p.langs[lang].Tag == p.options.Lang
}

// languages is the number of those that the site has.
func (p *plan) languages() int {
	if p.options.Lang != "" {
		return 1
	}
	return len(p.langs)
}

// readable reports whether a place has a page in a language of the site.
func (p *plan) readable(pl *place) bool {
	for i, path := range pl.paths {
		if path != "" && p.included(i) {
			return true
		}
	}
	return false
}

// neutralLang is the language of pages that have none of their own.
func (p *plan) neutralLang() int {
	if p.options.Lang != "" {
		return p.lang(p.options.Lang)
	}
	return p.lang(p.lib.Site.Default)
}

// foundAt is the address of a result of the search: below the site's base, or
// whole where a copy lacks the page.
func (p *plan) foundAt(pl *place, lang int) string {
	shown := pl.in(lang)
	switch {
	case !p.options.Portable:
		return pl.paths[shown]
	case !p.included(shown):
		return p.base + pl.paths[shown]
	}
	return pl.paths[shown] + "index.html"
}

// CopyName is the name of a portable copy: that of the folder in its archive,
// and without an ending that of the archive.
func (p *Plan) CopyName() string {
	name := "acervo"
	if lang := p.lib.Site.Lang(p.options.Lang); lang != nil {
		name += "-" + lang.Segment()
	}
	if now := p.src.now(); !now.IsZero() {
		name += "-" + now.UTC().Format(time.DateOnly)
	}
	return name
}

// addressed are the attributes that hold one address.
var addressed = []string{"action", "background", "cite", "data", "formaction", "href", "longdesc", "manifest", "poster", "src", "xlink:href"}

// fetched are the relations of a link that make a browser ask for its address.
var fetched = []string{
	"apple-touch-icon", "dns-prefetch", "icon", "manifest", "mask-icon", "modulepreload", "pingback", "preconnect", "prefetch", "preload",
	"prerender", "stylesheet",
}

// page gives a page of the site addresses that lead from its file to others.
// Tags without such an address stay as they are, byte for byte. It is an error
// when the page would load what the copy has not got.
func (f *folder) page(name string, page []byte) ([]byte, error) {
	made := make([]byte, 0, len(page))
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		kind := z.Next()
		begin := len(made)
		made = append(made, z.Raw()...)
		switch kind {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return nil, err
			}
			return made, nil
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token() // the tokenizer's own bytes change with it
			if tag.Data == "noscript" {
				z.NextIsNotRawText() // its tags count where scripts do not run
			}
			changed, err := f.tag(name, &tag)
			if err != nil {
				return nil, err
			}
			if changed {
				made = append(made[:begin], tag.String()...)
			}
		}
	}
}

// tag changes the addresses of a tag and reports whether there were any to be
// changed.
func (f *folder) tag(from string, tag *html.Token) (changed bool, err error) {
	value := func(key string) string {
		for _, a := range tag.Attr {
			if a.Key == key {
				return a.Val
			}
		}
		return ""
	}
	for i, a := range tag.Attr {
		var to string
		switch {
		case slices.Contains(addressed, a.Key):
			if to, err = f.address(from, a.Val, loads(tag.Data, a.Key, value("rel"))); err != nil {
				return false, err
			}
		case a.Key == "srcset", a.Key == "imagesrcset":
			if to, err = f.candidates(from, a.Val); err != nil {
				return false, err
			}
		case strings.HasPrefix(a.Key, "data-"):
			to = f.data(from, a.Val)
		case tag.Data == "meta" && a.Key == "content" && strings.EqualFold(value("http-equiv"), "refresh"):
			if to, err = f.refresh(from, a.Val); err != nil {
				return false, err
			}
		default:
			continue
		}
		if to != a.Val {
			tag.Attr[i].Val, changed = to, true
		}
	}
	return changed, nil
}

// loads reports whether a browser asks for an address unasked.
func loads(tag, attribute, rel string) bool {
	switch {
	case attribute == "poster", attribute == "background", attribute == "manifest", attribute == "data" && tag == "object":
		return true
	case attribute == "src", tag == "image", tag == "use":
		return true
	case tag == "link" && attribute == "href":
		return slices.ContainsFunc(strings.Fields(strings.ToLower(rel)), func(word string) bool { return slices.Contains(fetched, word) })
	}
	return false
}

// address returns where an address on a page leads in the copy. One that is
// whole already is the public one, and stays unless it is loaded.
func (f *folder) address(from, value string, loaded bool) (string, error) {
	if value == "" || value[0] == '#' {
		return value, nil
	}
	written, err := url.Parse(strings.TrimSpace(value))
	if err != nil {
		return value, nil // no browser goes there
	}
	if !loaded && written.Scheme != "" || written.Scheme == "data" {
		return value, nil
	}
	u := f.base.JoinPath(from).ResolveReference(written)
	if name := f.file(u); name != "" {
		to := &url.URL{Path: relative(from, name), RawQuery: u.RawQuery, ForceQuery: u.ForceQuery, Fragment: u.Fragment, RawFragment: u.RawFragment}
		return to.String(), nil
	}
	if loaded {
		return "", fmt.Errorf("it loads %s, which the portable copy has not got", value)
	}
	return u.String(), nil
}

// file returns the file of the copy that has an address of the public site; ""
// where there is none.
func (f *folder) file(u *url.URL) string {
	below, own := strings.CutPrefix(u.Path, f.base.Path)
	if u.Path+"/" == f.base.Path {
		below, own = "", true
	}
	if !own || u.Scheme != f.base.Scheme || u.Host != f.base.Host || u.User != nil {
		return ""
	}
	for _, name := range []string{below, path.Join(below, "index.html")} {
		if f.files[name] {
			return name
		}
	}
	return ""
}

// relative returns the path from one file to another.
func relative(from, to string) string {
	here, there := strings.Split(from, "/"), strings.Split(to, "/")
	for len(here) > 1 && len(there) > 1 && here[0] == there[0] {
		here, there = here[1:], there[1:]
	}
	return strings.Repeat("../", len(here)-1) + strings.Join(there, "/")
}

// data returns what a data attribute holds in the copy: scripts get addresses
// by it, and words.
func (f *folder) data(from, value string) string {
	if strings.HasPrefix(value, "/") {
		if to, err := f.address(from, value, true); err == nil {
			return to
		}
	}
	return value
}

// candidates changes the addresses of a srcset.
// https://html.spec.whatwg.org/multipage/images.html#parse-a-srcset-attribute
func (f *folder) candidates(from, list string) (string, error) {
	var made []string
	for rest := strings.TrimLeft(list, ", \t\n\f\r"); rest != ""; rest = strings.TrimLeft(rest, ", \t\n\f\r") {
		address, size := rest, ""
		if end := strings.IndexAny(rest, " \t\n\f\r"); end >= 0 {
			address, rest = rest[:end], rest[end:]
		} else {
			rest = ""
		}
		if whole := strings.TrimRight(address, ","); whole != address {
			address = whole
		} else {
			size, rest, _ = strings.Cut(rest, ",")
		}
		to, err := f.address(from, address, true)
		if err != nil {
			return "", err
		}
		made = append(made, strings.TrimSpace(to+" "+strings.TrimSpace(size)))
	}
	return strings.Join(made, ", "), nil
}

// refresh changes the address that a page leads to by itself, "0; url=…".
func (f *folder) refresh(from, value string) (string, error) {
	delay, rest, found := strings.Cut(value, ";")
	rest = strings.TrimSpace(rest)
	if !found || len(rest) < 4 || !strings.EqualFold(rest[:4], "url=") {
		return value, nil
	}
	to, err := f.address(from, strings.Trim(rest[4:], `"'`), true)
	return delay + "; url=" + to, err
}
