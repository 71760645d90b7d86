package site

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"acervo/generator/content"
	"acervo/generator/gitfs"
	"acervo/generator/search"
)

// Judged are searches of readers and the record that each should bring, as a
// person judged from the records. testdata/judged has a file for each language
// of the repository's own content. A line is
//
//	query → record            must be the first result
//	query → ^3 record         must be one of the first three
//	query → record | record   either of them
//	query… → record           the last word is being typed
//	! query → record # why    is not so; the test tells when it is
//
// where a record is its id and its folder's name. Lines with # are comments.
const judged = "testdata/judged/"

// knownFaults is how many of a file's lines may begin with !: one in this many.
const knownFaults = 10

// A judgement is a line of a file.
type judgement struct {
	line    int
	query   string
	typing  bool
	top     int // how many results are looked at
	records []string
	fault   bool
}

func TestJudged(t *testing.T) {
	plan := ownPlan(t)
	for lang, tag := range plan.lib.Site.Tags() {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			docs, options, err := plan.Search(tag)
			if err != nil {
				t.Fatal(err)
			}
			index, err := search.Build(t.Context(), docs, options)
			if err != nil {
				t.Fatal(err)
			}
			referee, err := search.NewReferee(docs, options, "")
			if err != nil {
				t.Fatal(err)
			}
			defer referee.Close()
			all, faults := judgements(t, plan, tag), 0
			for _, j := range all {
				found, asked, err := results(index, referee, plan.indexes(lang)[0].entries, j)
				if err != nil {
					t.Fatal(err)
				}
				if j.fault {
					faults++
				}
				switch right := j.right(found); {
				case right && j.fault:
					t.Errorf("%s.txt:%d: %q is right now: take its ! away", tag, j.line, j.query)
				case !right && !j.fault:
					t.Errorf("%s.txt:%d: %q\n\tfinds  %s\n\twanted %s\n\t%s", tag, j.line, j.query,
						told(plan, found), told(plan, j.records), asked)
				}
			}
			if faults*knownFaults > len(all) {
				t.Errorf("%d of %d are known faults: more than one in %d", faults, len(all), knownFaults)
			}
		})
	}
}

// right tells whether what was found is as a person judged.
func (j judgement) right(found []string) bool {
	wanted := func(id string) bool { return slices.Contains(j.records, id) }
	return slices.ContainsFunc(found[:min(j.top, len(found))], wanted)
}

// ownPlan reads the repository's own content.
func ownPlan(t *testing.T) *Plan {
	t.Helper()
	files, err := gitfs.Folder("../..")
	if err != nil {
		t.Fatal(err)
	}
	plan, faults := Read(Source{Files: files, Program: programFiles(), Own: true}, Options{}, shared)
	if plan == nil {
		t.Fatalf("%d faults", len(faults))
	}
	return plan
}

// results are the ids of the best records for a query, those with all words
// first, and what was asked of the index.
func results(index *search.Index, referee *search.Referee, entries []*content.Entry, j judgement) ([]string, string, error) {
	plan, err := index.Resolve(j.query, j.typing)
	if err != nil {
		return nil, "", err
	}
	if len(plan.Groups)+len(plan.Phrases) == 0 {
		return nil, fmt.Sprint("nothing is asked; unknown ", plan.Unknown), nil
	}
	result, err := referee.Search(plan, nil, 5)
	if err != nil {
		return nil, "", err
	}
	var ids []string
	for _, hit := range result.Hits {
		ids = append(ids, entries[hit.Doc].ID)
	}
	var groups []string
	for _, g := range plan.Groups {
		var forms []string
		for _, a := range g.Alternatives {
			forms = append(forms, strings.Join(a.Forms, "+"))
		}
		groups = append(groups, g.Word+": "+strings.Join(forms, " "))
	}
	return ids, fmt.Sprintf("asked  %d and %d; %s; unknown %v, corrected %v",
		result.Total, result.More, strings.Join(groups, ", "), plan.Unknown, plan.Corrected), nil
}

// told names records for people.
func told(p *Plan, ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, id+" "+path.Base(p.lib.Entry(id).Folder))
	}
	return strings.Join(names, " | ")
}

// judgements reads a language's file.
func judgements(t *testing.T, p *Plan, tag string) []judgement {
	t.Helper()
	name := judged + tag + ".txt"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []judgement
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		j := judgement{line: i + 1, top: 1}
		line, j.fault = strings.CutPrefix(line, "! ")
		line, why, _ := strings.Cut(line, " # ")
		if j.fault != (why != "") {
			t.Fatalf("%s:%d: ! needs a reason after #, and only !", name, j.line)
		}
		query, wanted, _ := strings.Cut(line, " → ")
		j.query, j.typing = strings.CutSuffix(query, "…")
		wanted, three := strings.CutPrefix(wanted, "^3 ")
		if three {
			j.top = 3
		}
		for record := range strings.SplitSeq(wanted, " | ") {
			id, folder, _ := strings.Cut(record, " ")
			e := p.lib.Entry(id)
			if e == nil || path.Base(e.Folder) != folder {
				t.Fatalf("%s:%d: no record %q", name, j.line, record)
			}
			j.records = append(j.records, id)
		}
		all = append(all, j)
	}
	return all
}

// TestFacetCounts holds how many records of the repository's own content each
// value of a facet has. A change of the content may change it: -update writes
// it anew, and the difference is for a person to read.
func TestFacetCounts(t *testing.T) {
	plan := ownPlan(t)
	var lines []string
	for lang, tag := range plan.lib.Site.Tags() {
		docs := plan.documents(plan.indexes(lang)[0], plan.plain)
		lines = append(lines, fmt.Sprintf("%s %d", tag, len(docs)))
		for _, facet := range plan.facetsOf(docs, lang) {
			for _, v := range facet.Values {
				n := 0
				for _, doc := range docs {
					if slices.Contains(doc.Facets[facet.ID], v.Code) {
						n++
					}
				}
				lines = append(lines, fmt.Sprintf("%s %s=%s %d %s", tag, facet.ID, v.Code, n, v.Label))
			}
		}
	}
	name, got := judged+"facets.txt", strings.Join(lines, "\n")+"\n"
	if *update {
		write(t, judged, "facets.txt", got)
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s: %s", name, lineThatDiffers(string(want), got))
	}
}

// lineThatDiffers tells the first line that is not the same.
func lineThatDiffers(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			line := func(lines []string) string { return cmp.Or(append(lines, make([]string, i+1)...)[i], "nothing") }
			return fmt.Sprintf("line %d is %q, not %q", i+1, line(g), line(w))
		}
	}
	return "nothing"
}
