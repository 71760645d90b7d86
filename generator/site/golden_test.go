package site

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the whole files of golden sites, and the hash of the version's site, anew")

// TestGolden makes the sites in testdata and holds each to its claims. Every
// site is also held to what all sites must be, by checkSite.
func TestGolden(t *testing.T) {
	for _, file := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			g := readGolden(t, file)
			if g.about == "" || !strings.HasSuffix(g.about, ".") {
				t.Error("the comment does not say what the site shows")
			}
			m := g.make(t)
			c := claims{t, m, map[string]*html.Node{}, nil}
			for i, line := range strings.Split(g.parts["want"], "\n") {
				if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
					c.holds(i+1, line)
				}
			}
			c.checkFaults()
			if len(m.faults) == 0 {
				checkSite(t, m)
				whole(t, file, g, m)
			}
		})
	}
}

// claims are the lines of a file "want":
//
//	fault content/x:3:1 code      all faults must be listed
//	missing es/x/                 no file's name begins so
//	present es/x/index.html
//	nowhere 145                   neither in a name nor in any byte
//	es/index.html has text        in its bytes; text may be quoted as in Go
//	es/index.html lacks text
//	es/index.html h1 = text       of all elements found, joined by " | "
//	es/index.html link[rel=canonical]@href = value
//	es/index.html .notice exists
//	es/index.html .notice absent
//	es/index.html .card count 3
type claims struct {
	*testing.T
	site   made
	pages  map[string]*html.Node
	faults []string
}

func (c *claims) holds(n int, line string) {
	c.Helper()
	fail := func(format string, args ...any) {
		c.Helper()
		c.Errorf("want:%d: %s\n\t%s", n, line, fmt.Sprintf(format, args...))
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "fault":
		c.faults = append(c.faults, rest)
	case "missing":
		for name := range c.site.files {
			if strings.HasPrefix(name, rest) {
				fail("%s is there", name)
			}
		}
	case "present":
		if c.site.files[rest] == nil {
			fail("not there")
		}
	case "nowhere":
		for name, data := range c.site.files {
			if strings.Contains(name, rest) || bytes.Contains(data, []byte(rest)) {
				fail("it is in %s", name)
			}
		}
	default:
		if c.site.files[word] == nil {
			fail("no file %s", word)
			return
		}
		c.inFile(word, rest, fail)
	}
}

// inFile checks a claim about one file.
func (c *claims) inFile(file, claim string, fail func(string, ...any)) {
	c.Helper()
	data := string(c.site.files[file])
	if text, ok := strings.CutPrefix(claim, "has "); ok {
		if quoted, err := strconv.Unquote(text); err == nil {
			text = quoted
		}
		if !strings.Contains(data, text) {
			fail("it has not")
		}
		return
	}
	if text, ok := strings.CutPrefix(claim, "lacks "); ok {
		if strings.Contains(data, text) {
			fail("it has it")
		}
		return
	}
	selector, want, valued := strings.Cut(claim, " = ")
	if !valued {
		i := strings.LastIndexAny(strings.Replace(claim, "count ", "count_", 1), " ")
		selector, want = claim[:i], claim[i+1:]
	}
	selector, key, keyed := strings.Cut(selector, "@")
	found := find(c.page(file), selector)
	switch number, counted := strings.CutPrefix(want, "count "); {
	case !valued && counted:
		if fmt.Sprint(len(found)) != number {
			fail("there are %d", len(found))
		}
	case !valued && (want == "exists" || want == "absent"):
		if (len(found) > 0) != (want == "exists") {
			fail("there are %d", len(found))
		}
	case !valued:
		fail("unknown claim")
	default:
		var values []string
		for _, n := range found {
			if keyed {
				values = append(values, attr(n, key))
			} else {
				values = append(values, text(n))
			}
		}
		if got := strings.Join(values, " | "); got != want {
			fail("got %q", got)
		}
	}
}

func (c *claims) page(file string) *html.Node {
	if c.pages[file] == nil {
		page, err := html.Parse(bytes.NewReader(c.site.files[file]))
		if err != nil {
			c.Fatal(err)
		}
		c.pages[file] = page
	}
	return c.pages[file]
}

// checkFaults compares the faults with those wanted, in any order.
func (c *claims) checkFaults() {
	c.Helper()
	var got []string
	for _, fault := range c.site.faults {
		got = append(got, fault.Place()+" "+fault.Code)
	}
	slices.Sort(got)
	slices.Sort(c.faults)
	if !slices.Equal(got, c.faults) {
		c.Errorf("faults:\n\t%s\nwant:\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.faults, "\n\t"))
	}
}

// bundled is the hash in the name of a bundled file.
var bundled = regexp.MustCompile(`\.[0-9a-f]{8}\.(js|css)`)

// whole compares whole files, or writes them into the archive.
func whole(t *testing.T, file string, g *golden, m made) {
	t.Helper()
	archive := parseArchive(t, file)
	changed := false
	for i, f := range archive.Files {
		name, ok := strings.CutPrefix(f.Name, "want/")
		if !ok {
			continue
		}
		got := bundled.ReplaceAll(m.files[name], []byte(".HASH.$1"))
		if bytes.Equal(got, f.Data) {
			continue
		}
		if !*update {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, f.Data)
			continue
		}
		archive.Files[i].Data, changed = got, true
	}
	if changed {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
