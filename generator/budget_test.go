package main

import (
	"bytes"
	"compress/gzip"
	"maps"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"acervo/generator/assets"
	"acervo/generator/gitfs"
	"acervo/generator/site"
)

// The limits of what a reader on a slow line loads, compressed as GitHub Pages
// compresses.
const (
	pageBudget   = 30 << 10 // a page, its style and its scripts
	scriptBudget = 6 << 10
)

// searchBudgets are the limits of the scripts that a search loads: the engine
// with the field's suggestions, what a misspelt word needs, what phrases need,
// and the search page.
var searchBudgets = map[string]int{"search": 9 << 10, "correct": 1400, "phrase": 1300, "search-page": 13 << 8}

var loaded = regexp.MustCompile(`(?:<script src|<link rel="stylesheet" href)="/([^"]+)"`)

// TestBudget weighs the home page and the largest practice of the repository's
// own content.
func TestBudget(t *testing.T) {
	files, err := gitfs.Folder("..")
	if err != nil {
		t.Fatal(err)
	}
	plan, faults := site.Read(site.Source{Files: files, Program: embedded{}, Own: true}, site.Options{BaseURL: "https://acervo.example/"}, nil)
	if plan == nil {
		t.Fatal(faults)
	}
	largest, weight := "", 0
	for _, name := range plan.Names() {
		if !strings.HasPrefix(name, "es/") || !strings.HasSuffix(name, ".html") {
			continue
		}
		if page := made(t, plan, name); bytes.Contains(page, []byte(`<body class="is-practice"`)) && len(page) > weight {
			largest, weight = name, len(page)
		}
	}
	for _, name := range []string{"es/index.html", largest} {
		total, scripts := compressed(t, made(t, plan, name)), 0
		for _, match := range loaded.FindAllSubmatch(made(t, plan, name), -1) {
			size := compressed(t, made(t, plan, string(match[1])))
			total += size
			if strings.HasSuffix(string(match[1]), ".js") {
				scripts += size
			}
		}
		t.Logf("%s: %d bytes, of which scripts %d", name, total, scripts)
		if total > pageBudget || scripts > scriptBudget {
			t.Errorf("%s: %d bytes with %d of scripts; allowed are %d and %d", name, total, scripts, pageBudget, scriptBudget)
		}
	}
}

// TestSearchBudget weighs the scripts of the search as they are published.
func TestSearchBudget(t *testing.T) {
	bundle, faults := assets.Bundle(os.DirFS("../assets"))
	if bundle == nil {
		t.Fatal(faults)
	}
	left := maps.Clone(searchBudgets)
	for _, file := range bundle.All() {
		entry, _, _ := strings.Cut(path.Base(file.Name), ".")
		limit, ok := left[entry]
		if !ok {
			continue
		}
		size := compressed(t, file.Data)
		t.Logf("%s: %d bytes", file.Name, size)
		if delete(left, entry); size > limit {
			t.Errorf("%s: %d bytes; allowed are %d", file.Name, size, limit)
		}
	}
	for entry := range left {
		t.Errorf("no script %s", entry)
	}
}

// made makes a file of the site.
func made(t *testing.T, plan *site.Plan, name string) []byte {
	t.Helper()
	data, found, err := plan.Make(name)
	if err != nil || !found {
		t.Fatalf("%s: found %t, %v", name, found, err)
	}
	return data
}

func compressed(t *testing.T, data []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
