package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"acervo/generator/site"
)

// Two downloads are made by other programs, which are run without a shell and
// get no words of the content but as arguments of their own.

// browsers are the names under which Chromium is installed.
var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

// tool finds the first of some programs.
func (p *program) tool(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New(p.say("no-tool", "names", strings.Join(names, ", ")))
}

// use runs a program. Its output is only told when it fails.
func use(ctx context.Context, path string, args ...string) error {
	out, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(path), err, out)
	}
	return nil
}

// print prints the handbook as PDF. The browser reaches no network.
func (m *maker) print(ctx context.Context, file string) error {
	browser, err := m.tool(browsers...)
	if err != nil {
		return err
	}
	page := filepath.Join(m.work, "handbook.html")
	if err := m.bind("html", page); err != nil {
		return err
	}
	args := []string{
		"--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
		"--user-data-dir=" + filepath.Join(m.work, "browser"), "--no-pdf-header-footer", "--generate-pdf-document-outline", "--print-to-pdf=" + file,
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // the browser refuses to run as root with one
	}
	if err := use(ctx, browser, append(args, "file://"+filepath.ToSlash(page))...); err != nil {
		return err
	}
	if info, err := os.Stat(file); err != nil || info.Size() == 0 {
		return errors.New(m.say("no-pdf", "name", filepath.Base(browser)))
	}
	return nil
}

// longest are the most characters of a title and a description of a ZIM file.
// https://wiki.openzim.org/wiki/Metadata
const (
	longestTitle       = 30
	longestDescription = 80
)

// packZIM packs the portable copy as a ZIM file and checks that.
func (m *maker) packZIM(ctx context.Context, file string) error {
	writer, err := m.tool("zimwriterfs")
	if err != nil {
		return err
	}
	check, err := m.tool("zimcheck")
	if err != nil {
		return err
	}
	folder, err := m.portable(ctx)
	if err != nil {
		return err
	}
	const illustration = "illustration.png"
	if err := os.WriteFile(filepath.Join(folder, illustration), site.Illustration(), 0o644); err != nil {
		return err
	}
	defer os.Remove(filepath.Join(folder, illustration))
	lang := m.site.Lang(m.lang)
	title, _ := m.site.Title.In(m.lang, m.site.Default)
	summary, _ := m.site.Summary.In(m.lang, m.site.Default)
	base, _ := language.Make(m.lang).Base()
	if err := use(ctx, writer, "--welcome="+lang.Segment()+"/index.html", "--illustration="+illustration, "--language="+base.ISO3(),
		"--title="+shortened(title, longestTitle), "--description="+shortened(summary, longestDescription), "--creator="+title, "--publisher="+title,
		"--name=acervo_"+lang.Segment(), "--source="+cmp.Or(m.shipment.baseURL, m.site.BaseURL), folder, file); err != nil {
		return err
	}
	return use(ctx, check, file)
}

// shortened cuts a text at the end of a word, so that it has at most n
// characters.
func shortened(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	cut := string([]rune(text)[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}
