package content

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestReadVersion reads old files leniently.
func TestReadVersion(t *testing.T) {
	for _, test := range []struct {
		name, file string
		want       Version
	}{
		{"whole", "---\nid: \"3000003\"\ntitle: Trata\nslug: trata\nsource: en\n---\nX", Version{ID: "3000003", Slug: "trata", Source: "en"}},
		{"CRLF and byte order mark", "\ufeff---\r\nid: \"3000003\"\r\nslug: trata\r\n---\r\n", Version{ID: "3000003", Slug: "trata"}},
		{"broken elsewhere", "---\nid: \"3000003\"\ntitle: a: b: c\nlist: [\nslug: trata\n---\n", Version{ID: "3000003", Slug: "trata"}},
		{"withdrawn", "---\nid: \"3000003\"\nwithdrawn:\n  on: 2026-05-01\n  reason: safety\n---\n", Version{ID: "3000003", Withdrawn: true}},
		{"in braces", "---\n{id: \"3000003\",\ntitle: Trata, slug: trata}\n---\n", Version{ID: "3000003", Slug: "trata"}},
		{"key in quotes", "---\n\"id\": \"3000003\"\n---\n", Version{ID: "3000003"}},
		{"a country", "---\nid: hn\n---\n", Version{ID: "hn"}},
		{"no id", "---\nid: 12\nslug: trata\n---\n", Version{Slug: "trata"}},
		{"inner keys", "---\nsources:\n  - id: s1\n    slug: no\n---\nid: no\n", Version{}},
		{"not closed", "---\nid: \"3000003\"\n", Version{}},
		{"a conflict", "<<<<<<< a\n---\nid: \"3000003\"\n---\n", Version{}},
		{"nothing", "", Version{}},
	} {
		if got := ReadVersion([]byte(test.file)); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

// TestPlainVersion wants lines that are read without a parser to say what they
// say to one.
func TestPlainVersion(t *testing.T) {
	random, plain := rand.New(rand.NewPCG(20261124, 8)), 0
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	for range 5000 {
		var lines strings.Builder
		for range random.IntN(4) {
			lines.WriteString(pick("id", "slug", "source", "withdrawn", "\"id\"") + pick(":", ": ", ":  ", ":\t") +
				pick("", "\"", "'") + pick("", "a", "3000003", "null", "~", "0x1f", "1e3", "a-b", "-a", "no", "a b", "a: b", "# a", "{}", "ñ") +
				pick("", "\"", "'") + pick("", " ", " # b") + pick("\n", "\n", "\n  c\n"))
		}
		v, ok := plainVersion([]byte(lines.String()))
		if !ok {
			continue
		}
		plain++
		want := Version{}
		if node := (&decoder{}).parse([]byte(lines.String()), 0); node != nil {
			want = Version{ID: valueOf(node, "id").Value, Slug: valueOf(node, "slug").Value, Source: valueOf(node, "source").Value}
		}
		if v != want {
			t.Errorf("%q: %+v, want %+v", lines.String(), v, want)
		}
	}
	if plain < 500 {
		t.Errorf("%d of the lines were plain", plain)
	}
}

// TestTexts takes old files apart, and wants the hash that a reading of the
// whole record gives.
func TestTexts(t *testing.T) {
	files := tinySite(t)
	library, _ := Read(files, nil)
	for _, e := range library.Entries {
		if e.Withdrawn != nil {
			continue
		}
		text, ok := TextsOf(e.Kind).Read(files[e.Original().Path].Data)
		if !ok || text.Hash() != e.Original().Hash || text.Title != e.Original().Title || text.Summary != e.Original().Summary {
			t.Errorf("%s: read %v, %q, %q, hash %s, want %s", e.Folder, ok, text.Title, text.Summary, text.Hash(), e.Original().Hash)
		}
	}
	read := TextsOf(TermKind)
	first, _ := read.Read([]byte("---\nid: \"3000003\"\ntitle: A\nreview: pending\n---\nX\n"))
	second, _ := read.Read([]byte("---\ntitle: A\nid: \"3000003\"\nreview: {by: equipo, on: 2026-05-01}\n---\nX\n"))
	if first.Facts != second.Facts || first.Signed != "" || second.Signed == "" {
		t.Errorf("%+v\n%+v", first, second)
	}
	if _, ok := read.Read([]byte("nada")); ok {
		t.Error("a file without front matter was read")
	}
}
