package content

import (
	"testing"
	"time"
)

func TestAmendRedirects(t *testing.T) {
	forget := Redirect{From: "/es/b/", Forget: true}
	for _, test := range []struct{ name, file, want string }{
		{"no file", "", "- {from: /es/b/, forget: true}\n"},
		{"comments only", "# nothing yet\n", "# nothing yet\n- {from: /es/b/, forget: true}\n"},
		{"others stay", "# one\n- {from: /es/a/, gone: true} # why\n", "# one\n- {from: /es/a/, gone: true} # why\n- {from: /es/b/, forget: true}\n"},
		{"replaced", "- {from: /es/b/, to: /es/}\n# of a\n- {from: /es/a/, gone: true}", "# of a\n- {from: /es/a/, gone: true}\n- {from: /es/b/, forget: true}\n"},
		{"in lines", "- from: /es/b/\n  to: /es/\n\n-\n  from: /es/a/\n  gone: true\n", "\n-\n  from: /es/a/\n  gone: true\n- {from: /es/b/, forget: true}\n"},
		{"twice", "- {from: /es/b/, to: /es/}\n- {from: /es/b/, gone: true}\n", "- {from: /es/b/, forget: true}\n"},
		{"in brackets", "[{from: /es/a/, gone: true}]\n", ""},
		{"no list", "from: /es/a/\n", ""},
		{"damaged", "- {from: /es/a/\n", ""},
	} {
		got, ok := AmendRedirects([]byte(test.file), []Redirect{forget})
		if string(got) != test.want || ok != (test.want != "") {
			t.Errorf("%s: %q, %t, want %q", test.name, got, ok, test.want)
		}
	}
}

func TestTombstone(t *testing.T) {
	on := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if got, want := string(Tombstone("3000003", "fr", Withdrawal{On: on, Reason: "safety"})), "---\nid: \"3000003\"\nsource: fr\nwithdrawn: {on: 2026-01-02, reason: safety}\n---\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
