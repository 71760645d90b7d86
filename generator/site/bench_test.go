package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"acervo/generator/diag"
	"acervo/generator/gitfs"
	"acervo/generator/output"
)

// programFiles is the program's own layouts/ and assets/, from the work tree.
func programFiles() fs.FS { return os.DirFS("../..") }

// processorTime returns the processor time of this process in seconds.
func processorTime() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}

// resetPeak makes the kernel forget the peak of resident memory, and peak
// returns it in MB. https://docs.kernel.org/filesystems/proc.html
func resetPeak() {
	debug.FreeOSMemory()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200)
}

func peak() float64 {
	data, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// BenchmarkPages builds a committed corpus of three languages, without search
// and packs, and compares the processor time with the bare floor: reading every
// file, goldmark with the same extensions, writing files of the same names and
// bytes.
//
//	go test -run xxx -bench Pages -benchtime 1x ./generator/site
func BenchmarkPages(b *testing.B) {
	benchmarkBuild(b, func(plan *Plan, dir *output.Dir) (diag.List, error) {
		faults, err := plan.writeUnits(b.Context(), dir, nil, nil)
		if err != nil || len(faults) > 0 {
			return faults, err
		}
		record, err := plan.buildRecord(dir.Files())
		return nil, errors.Join(err, dir.Write(output.Record, record))
	})
}

// BenchmarkBuild builds the same corpus with all that belongs to a site.
//
//	go test -run xxx -bench Build -benchtime 1x ./generator/site
func BenchmarkBuild(b *testing.B) {
	benchmarkBuild(b, func(plan *Plan, dir *output.Dir) (diag.List, error) {
		_, faults, err := plan.Build(b.Context(), dir)
		return faults, err
	})
}

func benchmarkBuild(b *testing.B, write func(*Plan, *output.Dir) (diag.List, error)) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := writeCorpus(b, n, "en", "fr")
			commit(b, dir)
			for b.Loop() {
				out := filepath.Join(b.TempDir(), "public")
				resetPeak()
				start := processorTime()
				files := buildCommit(b, dir, out, write)
				spent := processorTime() - start
				memory := peak()
				start = processorTime()
				floor(b, dir, files, out)
				bare := processorTime() - start
				b.ReportMetric(spent, "cpu-s")
				b.ReportMetric(spent/bare, "×floor")
				b.ReportMetric(memory, "peak-MB")
				b.ReportMetric(spent/float64(len(files))*1e6, "cpu-µs/file")
			}
		})
	}
}

// BenchmarkAgain builds the same corpus with a cache, edits the text of a
// practice and builds again into the folder. It compares the processor time of
// the second build with that of the first.
//
//	go test -run xxx -bench Again -benchtime 1x ./generator/site
func BenchmarkAgain(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir := writeCorpus(b, n, "en", "fr")
			commit(b, dir)
			name := filepath.Join(dir, "content/practices/practica-7/index.es.md")
			text, err := os.ReadFile(name)
			must(b, err)
			build := func(out, cache string) float64 {
				resetPeak()
				start := processorTime()
				publishedTo(b, openedWith(b, dir, cache), out)
				return processorTime() - start
			}
			edits := 0
			for b.Loop() {
				out, cache := filepath.Join(b.TempDir(), "public"), b.TempDir()
				first := build(out, cache)
				edits++
				must(b, os.WriteFile(name, fmt.Appendf(nil, "%s\nCambio %d.\n", text, edits), 0o666))
				commitAll(b, dir)
				second := build(out, cache)
				b.ReportMetric(first, "first-cpu-s")
				b.ReportMetric(second, "cpu-s")
				b.ReportMetric(second/first, "×first")
				b.ReportMetric(peak(), "peak-MB")
			}
		})
	}
}

// BenchmarkPacks packs the copies of a built corpus in three languages. Raw and
// packed are megabytes of all copies; the memory is what packing adds to the
// peak of the process, the manifest that of one language as it is sent.
//
//	go test -run xxx -bench Packs -benchtime 1x ./generator/site
func BenchmarkPacks(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			folder, err := gitfs.Folder(writeCorpus(b, n, "en", "fr"))
			if err != nil {
				b.Fatal(err)
			}
			plan, faults := Read(Source{Files: folder, Program: programFiles()}, Options{}, nil)
			if plan == nil {
				b.Fatal(faults)
			}
			dir := buildPlan(b, plan)
			benchmarkPacks(b, plan, dir)
		})
	}
}

func benchmarkPacks(b *testing.B, plan *Plan, dir *output.Dir) {
	var raw int64
	files := slices.DeleteFunc(dir.Files(), func(f output.File) bool { return strings.HasPrefix(f.Name, offlineFolder) })
	for lang := range plan.langs {
		for _, f := range plan.copied(files, lang) {
			raw += f.Size
		}
	}
	open := func(name string) (io.ReadCloser, error) { return dir.Open(name) }
	for b.Loop() {
		var sum, asked atomic.Int64
		resetPeak()
		before, start, began := peak(), processorTime(), time.Now()
		err := plan.copies(b.Context(), files, nil, open, func(name string, data []byte) error {
			sum.Add(int64(len(data)))
			if strings.HasSuffix(name, "/manifest.json") {
				asked.Store(int64(packed(b, data)))
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		spent := processorTime() - start
		b.ReportMetric(float64(raw)/1e6/time.Since(began).Seconds(), "MB/s")
		b.ReportMetric(spent/float64(raw)*1e9, "cpu-s/GB")
		b.ReportMetric(float64(raw)/1e6, "raw-MB")
		b.ReportMetric(float64(raw)/float64(sum.Load()), "ratio")
		b.ReportMetric(float64(asked.Load()), "manifest-B")
		b.ReportMetric(peak()-before, "more-MB")
	}
}

// buildPlan makes the files of a plan in a folder that is dropped at the end.
func buildPlan(tb testing.TB, plan *Plan) *output.Dir {
	tb.Helper()
	dir, err := output.Create(filepath.Join(tb.TempDir(), "public"), "")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { dir.Discard() })
	if _, faults, err := plan.Build(tb.Context(), dir); err != nil || len(faults) > 0 {
		tb.Fatal(err, faults[:min(3, len(faults))])
	}
	return dir
}

// commit commits a folder with the git program.
func commit(tb testing.TB, dir string) {
	tb.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", "Corpus"}, {"repack", "-q", "-a", "-d"}} {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Corpus", "-c", "user.email=corpus@example.org", "-c", "core.fsync=none", "-c", "gc.auto=0"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if message, err := cmd.CombinedOutput(); err != nil {
			tb.Fatalf("git %s: %v\n%s", args, err, message)
		}
	}
}

// buildCommit builds a repository's site, as the program does, and returns its
// files.
func buildCommit(tb testing.TB, dir, out string, write func(*Plan, *output.Dir) (diag.List, error)) []output.File {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	ctx := context.Background()
	repo, err := gitfs.Open(dir)
	must(err)
	head, err := repo.Commit("HEAD")
	must(err)
	history, err := repo.History(ctx, head, "")
	must(err)
	tree, err := repo.Tree(head)
	must(err)
	must(tree.Load(ctx, Wanted))
	plan, faults := Read(Source{Files: tree, Commit: head, History: history, Repo: repo, Program: programFiles()}, Options{}, nil)
	if plan == nil {
		tb.Fatal(faults[:min(3, len(faults))])
	}
	folder, err := output.Create(out, "")
	must(err)
	faults, err = write(plan, folder)
	must(err)
	if len(faults) > 0 {
		tb.Fatal(faults[:min(3, len(faults))])
	}
	must(folder.Publish())
	return folder.Files()
}

// floor does the least that any generator of these files must do.
func floor(tb testing.TB, dir string, files []output.File, built string) {
	tb.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Footnote, extension.DefinitionList, extension.Typographer))
	var sources []string
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error {
		switch {
		case d.Name() == ".git":
			return fs.SkipDir
		case !d.IsDir():
			sources = append(sources, path)
		}
		return nil
	})
	half(len(sources), func(i int) {
		data, _ := os.ReadFile(sources[i])
		if _, body, ok := bytes.Cut(data, []byte("\n---\n")); ok {
			var html bytes.Buffer
			md.Convert(body, &html)
		}
	})
	out := filepath.Join(tb.TempDir(), "floor")
	half(len(files), func(i int) {
		data := make([]byte, files[i].Size)
		name := filepath.Join(out, files[i].Name)
		os.MkdirAll(filepath.Dir(name), 0o755)
		if err := os.WriteFile(name, data, 0o644); err != nil {
			tb.Error(err)
		}
	})
}

// half lets two workers share n pieces of work.
func half(n int, work func(int)) {
	var workers sync.WaitGroup
	for w := range 2 {
		workers.Go(func() {
			for i := w; i < n; i += 2 {
				work(i)
			}
		})
	}
	workers.Wait()
}

// BenchmarkEdit reads and checks a corpus again after one edit, as the preview
// does before it tells the browser to reload, and makes the page.
//
//	go test -run xxx -bench Edit ./generator/site
func BenchmarkEdit(b *testing.B) {
	dir := writeCorpus(b, 1000, "en", "fr")
	folder, err := gitfs.Folder(dir)
	if err != nil {
		b.Fatal(err)
	}
	files, cache := gitfs.NewSnapshot(folder), &Cache{}
	name := "content/practices/practica-7/index.es.md"
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		b.Fatal(err)
	}
	read := func() *Plan {
		plan, faults := Read(Source{Files: files, Program: programFiles()}, Options{}, cache)
		if plan == nil {
			b.Fatal(faults)
		}
		if faults, err := plan.Check(context.Background()); err != nil || len(faults) > 0 {
			b.Fatal(faults, err)
		}
		return plan
	}
	read()
	for n := 0; b.Loop(); n++ {
		write(b, dir, name, string(text)+fmt.Sprintf("\nCambio %d.\n", n))
		files.Forget(name)
		if _, found, err := read().Make("es/practicas/practica-7/index.html"); !found || err != nil {
			b.Fatal(found, err)
		}
	}
}
