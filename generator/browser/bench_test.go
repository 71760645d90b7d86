package browser

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"acervo/generator/content"
)

// BenchmarkReload saves a practice among 1,000 and tells how long it takes
// until the browser has loaded its page again, by the browser's own clock: until
// the page's event "load".
//
//	go test -run xxx -bench Reload -benchtime 20x ./generator/browser
func BenchmarkReload(b *testing.B) {
	source := b.TempDir()
	if err := os.CopyFS(filepath.Join(source, "content"), os.DirFS("../../content")); err != nil {
		b.Fatal(err)
	}
	multiply(b, filepath.Join(source, "content/practices"), 1000)
	address := startServe(b, source)
	tab := startChromium(b).open(b, "es")
	tab.visit(address + "es/practicas/agentes-de-cambio/")
	file := filepath.Join(source, "content/practices/agentes-de-cambio/index.es.md")
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var total, worst float64
	n := 0
	for b.Loop() {
		n++
		line := fmt.Sprintf("Cambio número %d.", n)
		saved := time.Now()
		save(b, file, string(text)+"\n"+line+"\n")
		time.Sleep(300 * time.Millisecond) // asking the page meanwhile would slow it down
		tab.until(`document.readyState === "complete" && document.body.textContent.includes("` + line + `")`)
		loaded := evaluate[float64](tab, `performance.timeOrigin + performance.getEntriesByName("renewed").pop().startTime`)
		spent := loaded - float64(saved.UnixMicro())/1000
		total, worst = total+spent, max(worst, spent)
	}
	b.ReportMetric(total/float64(n), "ms/reload")
	b.ReportMetric(worst, "ms-worst")
}

// multiply copies practices under new ids until there are n of them.
func multiply(b *testing.B, dir string, n int) {
	b.Helper()
	random := rand.New(rand.NewPCG(20261124, 2))
	folders, err := os.ReadDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n - len(folders) {
		from := folders[i%len(folders)].Name()
		to := filepath.Join(dir, fmt.Sprintf("%s-%d", from, i))
		if err := os.CopyFS(to, os.DirFS(filepath.Join(dir, from))); err != nil {
			b.Fatal(err)
		}
		renamed, _ := filepath.Glob(filepath.Join(to, "index.*.md"))
		for _, file := range renamed {
			renew(b, file, content.MintID(random.IntN), i)
		}
	}
}

// renew gives a file's record another id and another address.
func renew(b *testing.B, file, id string, n int) {
	b.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "id: "):
			lines[i] = "id: " + id
		case strings.HasPrefix(line, "slug: "):
			lines[i] = fmt.Sprintf("%s-%d", line, n)
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		b.Fatal(err)
	}
}
