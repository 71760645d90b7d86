package site

import (
	"slices"
	"strings"
	"testing"

	"acervo/generator/content"
)

// refused are the histories that end in faults.
var refused = []string{"created-again", "page-on-a-list", "taken"}

// TestAddressesSince shows that a site does nothing to the addresses of its own
// commit, whatever its history, and loses none when that is rewritten.
func TestAddressesSince(t *testing.T) {
	for _, name := range sortedNames(histories) {
		if slices.Contains(refused, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBranch(t, "es\nen")
			histories[name](b)
			before := addressesAt(b)
			plan, faults := Read(opened(b, b.dir), Options{}, shared)
			if plan == nil {
				t.Fatalf("%v", faults)
			}
			if changes, missing := plan.AddressesSince(before); len(changes) > 0 || len(missing) > 0 {
				t.Fatalf("against itself: %v, missing %v", changes, missing)
			}
			b.rewritten(before)
		})
	}
}

func addressesAt(b *branch) []Address {
	b.Helper()
	all, err := Addresses(opened(b, b.dir))
	if err != nil || len(all) == 0 {
		b.Fatalf("%d addresses, %v", len(all), err)
	}
	return all
}

// rewritten forgets the history but for its last state, adds the entries that
// are missing then, and wants every address to be known again.
func (b *branch) rewritten(before []Address) {
	b.Helper()
	b.git("checkout", "-q", "--orphan", "fresh")
	b.commit()
	plan, faults := ReadRewritten(opened(b, b.dir), Options{})
	if plan == nil {
		b.Fatalf("%v", faults)
	}
	_, missing := plan.AddressesSince(before)
	var entries strings.Builder
	own, _ := content.Read(opened(b, b.dir).Files, nil)
	missing = append(missing, own.Redirects...)
	for _, r := range missing {
		switch {
		case r.Forget:
			entries.WriteString("- {from: " + r.From + ", forget: true}\n")
		case r.Gone:
			entries.WriteString("- {from: " + r.From + ", gone: true}\n")
		default:
			entries.WriteString("- {from: " + r.From + ", to: " + r.To + "}\n")
		}
	}
	if entries.Len() > 0 {
		write(b, b.dir, "content/redirects.yaml", entries.String())
		b.commit()
	}
	if plan, faults = Read(opened(b, b.dir), Options{}, shared); plan == nil {
		b.Fatalf("%v\n%s", faults, entries.String())
	}
	for _, a := range before {
		_, known := plan.owners[a.Path]
		if !known && !plan.isForgotten(a.Path, a.claim.owner) && (a.redirect == nil || !a.redirect.Forget) {
			b.Errorf("/%s is lost; entries:\n%s", a.Path, entries.String())
		}
	}
}
