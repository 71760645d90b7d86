package site

import (
	"os"
	"testing"

	"acervo/generator/diag"
	"acervo/generator/gitfs"
)

// TestOwnContent holds the repository's own content to have no fault.
func TestOwnContent(t *testing.T) {
	files, err := gitfs.Folder("../..")
	if err != nil {
		t.Fatal(err)
	}
	plan, faults := Read(Source{Files: files, Program: programFiles(), Own: true}, Options{}, shared)
	if plan != nil {
		if faults, err = plan.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(faults) > 0 {
		t.Errorf("%d faults", len(faults))
		diag.Write(os.Stderr, faults, diag.Text, "en")
	}
}
