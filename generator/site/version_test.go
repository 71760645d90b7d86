package site

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// TestVersion holds the version to the bytes of a fixed site: whoever changes
// what the same source gives raises the version.
func TestVersion(t *testing.T) {
	const file = "testdata/version"
	m := readGolden(t, "testdata/whole.txtar").make(t)
	if len(m.faults) > 0 {
		t.Fatal(m.faults)
	}
	sums := map[string]string{}
	for name, data := range m.files {
		sum := sha256.Sum256(data)
		sums[name] = hex.EncodeToString(sum[:])
	}
	got := Version + " " + sumOf(sums) + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := string(data)
	switch version, _, _ := strings.Cut(want, " "); {
	case got == want:
	case version == Version:
		t.Errorf("the same source gives other bytes than before: raise site.Version, then run this test with -update")
	default:
		t.Errorf("site.Version is %s and %s has %s: run this test with -update", Version, file, version)
	}
}
