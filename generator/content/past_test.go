package content

import "testing"

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
