package site

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"acervo/generator/content"
)

// A rendering is what a unit had made of an input.
type rendering struct {
	names   string
	sum     [32]byte
	answers []answer
}

// TestSameInputSamePages edits the repository's own content at random, line by
// line and file by file. A unit whose input is one of any step before, and whose
// answers hold, must make the pages of then.
func TestSameInputSamePages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyTree(t, "../../content", filepath.Join(dir, "content"))
	git(t, dir, "init", "-q", "-b", "main")
	commitAll(t, dir)
	random, cache := rand.New(rand.NewPCG(20261130, 2)), &Cache{}
	known := map[string]rendering{}
	first := render(t, dir, cache, known)
	steps, kept := 12, 0
	if os.Getenv("ACERVO_CI") != "" {
		steps = 40
	}
	for step := 0; step < steps; {
		what := edit(t, random, dir)
		commitAll(t, dir)
		same := render(t, dir, cache, known)
		if same < 0 { // refused
			git(t, dir, "reset", "-q", "--hard", "HEAD~1")
			continue
		}
		t.Logf("%s: %d units are the same", what, same)
		if t.Failed() {
			return
		}
		if same > 0 {
			kept++
		}
		step++
	}
	if first != 0 || kept < steps/4 {
		t.Errorf("%d units were known at first; after %d of %d edits some were the same", first, kept, steps)
	}
}

// render makes the pages of all units that tell their input, holds them to the
// renderings that are known, and returns how many were; -1 where the source has
// faults.
func render(t *testing.T, dir string, cache *Cache, known map[string]rendering) (same int) {
	t.Helper()
	plan, _ := Read(opened(t, dir), Options{}, cache)
	if plan == nil {
		return -1
	}
	if faults, err := plan.Check(t.Context()); err != nil || len(faults) > 0 {
		return -1
	}
	ground, err := plan.ground()
	must(t, err)
	plan.texts.asked = map[*content.Page]map[question]bool{}
	last := &lastBuild{ground: ground}
	var mutex sync.Mutex
	faults, err := plan.run(t.Context(), nil, func(u *unit, page *bytes.Buffer) error {
		input := last.unitInput(u)
		if input == "" {
			return nil
		}
		now, sum := rendering{}, sha256.New()
		for _, o := range u.outputs {
			page.Reset()
			data, err := o.make(page)
			if err != nil {
				return err
			}
			sum.Write(data)
			now.names += " " + o.name
		}
		now.sum = [32]byte(sum.Sum(nil))
		if u.answers != nil {
			now.answers = u.answers()
		}
		mutex.Lock()
		defer mutex.Unlock()
		before, ok := known[input]
		if ok && !slices.ContainsFunc(before.answers, func(a answer) bool { return !plan.holds(a) }) {
			same++
			if before.names != now.names || before.sum != now.sum {
				t.Errorf("the input is the same, and other bytes are in%s", now.names)
			}
		}
		known[input] = now
		return nil
	})
	must(t, err)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return same
}

// edit changes a file of the content.
func edit(t *testing.T, random *rand.Rand, dir string) string {
	t.Helper()
	var files []string
	must(t, filepath.WalkDir(filepath.Join(dir, "content"), func(file string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains([]string{".md", ".yaml"}, filepath.Ext(file)) {
			files = append(files, file)
		}
		return err
	}))
	file := files[random.IntN(len(files))]
	data, err := os.ReadFile(file)
	must(t, err)
	lines := strings.SplitAfter(string(data), "\n")
	at := random.IntN(len(lines))
	if head := slices.Index(lines[1:], "---\n"); head > 0 && random.IntN(2) == 0 {
		at = random.IntN(head + 1)
	}
	what, before := "changed", string(data)
	switch words := strings.Fields(lines[at]); random.IntN(6) {
	case 0:
		what, lines = "deleted", slices.Delete(lines, at, at+1)
	case 1:
		what, lines = "doubled", slices.Insert(lines, at, lines[at])
	case 2:
		what, lines = "added", slices.Insert(lines, at, "\nUna línea más.\n\n")
	default:
		if len(words) > 0 {
			word := words[random.IntN(len(words))]
			lines[at] = strings.Replace(lines[at], word, strings.Replace(word, "a", "o", 1)+[]string{"", " otra", "s"}[random.IntN(3)], 1)
		}
	}
	after := strings.Join(lines, "")
	if after == before {
		return edit(t, random, dir)
	}
	must(t, os.WriteFile(file, []byte(after), 0o666))
	name, _ := filepath.Rel(dir, file)
	return fmt.Sprintf("%s, line %d %s", name, at+1, what)
}

// TestGroundHasAll wants the ground to tell all of an entry: encoding/json
// leaves out what is not exported.
func TestGroundHasAll(t *testing.T) {
	told := map[string]bool{ // places in a file, and what follows from other fields
		"content.Entry.spots": true, "content.Page.body": true, "content.Vocabulary.codes": true, "content.Vocabulary.unread": true,
	}
	seen := map[reflect.Type]bool{reflect.TypeFor[content.Kind](): true} // the program's own
	var look func(reflect.Type)
	look = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			look(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] || typ.PkgPath() == "time" {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			if name := typ.String() + "." + f.Name; !f.IsExported() && !told[name] || f.Tag.Get("json") != "" {
				t.Errorf("%s is not in the ground", name)
			}
			if f.IsExported() {
				look(f.Type)
			}
		}
	}
	records := []any{
		content.Practice{}, content.Lesson{}, content.Message{}, content.Organization{}, content.Event{}, content.Country{}, content.Term{},
		content.Static{},
	}
	if len(records) != len(content.Kinds) {
		t.Errorf("%d of %d kinds", len(records), len(content.Kinds))
	}
	for _, what := range append(records, content.Entry{}, content.Site{}, content.Vocabulary{}, content.Redirect{}, content.Download{}, Options{}) {
		look(reflect.TypeOf(what))
	}
}
