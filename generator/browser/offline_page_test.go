package browser

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"
)

// testOfflinePage looks at the page about copies in its states, with axe and
// the keyboard.
func testOfflinePage(t *testing.T, c *chromium, h *host) {
	axe := axeScript(t)
	look := func(tab *tab) {
		t.Helper()
		tab.narrow()
		tab.accessible(axe)
		tab.size(1280, 800)
	}
	tab := c.open(t, "es", chromedp.WithNewBrowserContext())
	tab.visit(h.address + "es/keep/")
	tab.row("es", "none")
	look(tab)
	h.set(func() {
		h.alter = func(_ http.ResponseWriter, name string) bool {
			if strings.HasSuffix(name, ".pack") {
				time.Sleep(2 * time.Second)
			}
			return false
		}
	})
	tab.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[data-segment] button:not([hidden])").focus()`))
	tab.press("Enter")
	tab.until(`document.querySelector("progress").checkVisibility() && document.activeElement.dataset.do === "cancel"`)
	look(tab)
	tab.says("done")
	h.set(func() { h.alter = nil })
	tab.until(`document.activeElement.matches('[data-segment="es"] button')`)
	look(tab)
	app := evaluate[string](tab, `(document.querySelector("link[rel=manifest]") || {}).href || ""`)
	if app != "" {
		t.Errorf("the page tells of an app before it was loaded anew: %s", app)
	}
	tab.visit(h.address + "es/keep/")
	tab.until(`document.querySelector("link[rel=manifest]") !== null`)
	var manifest struct {
		Name, Scope string
		Start       string `json:"start_url"`
	}
	app = strings.TrimPrefix(evaluate[string](tab, `document.querySelector("link[rel=manifest]").href`), h.address)
	if err := json.Unmarshal(h.file(app), &manifest); err != nil || manifest.Name == "" || !strings.HasPrefix(manifest.Start, basePath) || manifest.Scope != basePath {
		t.Errorf("%s: %+v, %v", app, manifest, err)
	}
	tab.erase()
	look(tab)
	tab.visit(h.address + "fr/keep/")
	tab.row("fr", "none")
	look(tab)
	tab.quiet(h.address)
	for _, name := range []string{"without script", "in an old browser"} {
		t.Run(name, func(t *testing.T) {
			tab := c.open(t, "es", chromedp.WithNewBrowserContext())
			if name == "without script" {
				tab.withoutScript()
			} else {
				tab.lacking("CompressionStream")
			}
			tab.visit(h.address + "es/keep/")
			seen := evaluate[[]bool](tab, `[".keep-plain", ".keep-here", ".keep-absent", ".keep-limits"].map((e) => document.querySelector(e).checkVisibility())`)
			if want := []bool{true, false, false, true}; !slices.Equal(seen, want) {
				t.Errorf("seen: %v, want %v", seen, want)
			}
		})
	}
}

// testKeepMemory keeps 60 MB that do not pack any better.
func testKeepMemory(t *testing.T, c *chromium, h *host) {
	const count, size = 512 + 64, 110_000
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(h.dir)); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "offline", "es")
	write := func(ext string, data []byte) string {
		sum := sha256.Sum256(data)
		name := hex.EncodeToString(sum[:])[:16]
		if err := os.WriteFile(filepath.Join(folder, name+ext), data, 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	var tables []string
	for range count / 32 {
		var rows [][2]any
		for range 32 {
			data := make([]byte, size)
			rand.Read(data)
			rows = append(rows, [2]any{write(".pack", data), size})
		}
		table, err := json.Marshal(rows)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, write(".json", table))
	}
	manifest, err := json.Marshal(map[string]any{
		"format": 2, "lang": "es", "version": "0123456789abcdef", "date": "2026-11-29", "bytes": count * size,
		"records": write(".json", []byte(`""`)), "parts": count, "tables": tables,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "manifest.json"), manifest, 0o644); err != nil {
		t.Fatal(err)
	}
	h.set(func() { h.dir = dir })
	tab := c.open(t, "es", chromedp.WithNewBrowserContext())
	tab.visit(h.address + "es/keep/")
	tab.row("es", "none")
	call(tab, network.Disable, cdp.Empty{}) // else the page's process keeps what was loaded for the protocol
	call(tab, heapprofiler.CollectGarbage, cdp.Empty{})
	heap := func() int {
		usage := call(tab, runtime.GetHeapUsage, cdp.Empty{})
		return int(usage.UsedSize + usage.EmbedderHeapUsedSize + usage.BackingStorageSize)
	}
	heapBefore, processBefore := heap(), c.resident(t)
	heapMost, processMost := heapBefore, processBefore
	tab.deed("es", "keep")
	for end := time.Now().Add(50 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		heapMost, processMost = max(heapMost, heap()), max(processMost, c.resident(t))
		if evaluate[bool](tab, `document.querySelector(".keep-said").textContent === document.querySelector("main").dataset.done`) {
			break
		}
	}
	tab.says("done")
	t.Logf("%d parts, %d MB: heap grows by %.1f MB, the largest page process by %.1f MB",
		count, count*size/1_000_000, float64(heapMost-heapBefore)/1e6, float64(processMost-processBefore)/1e6)
	if heapMost-heapBefore > 60_000_000 || processMost-processBefore > 60_000_000 {
		t.Errorf("too much memory")
	}
}

// resident returns the memory of the browser's largest page process that no
// file stands behind, in bytes; 0 where the system does not tell.
func (c *chromium) resident(t *testing.T) int {
	t.Helper()
	info, err := chromedp.CallBrowser(c.ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	most := 0
	for _, process := range info.ProcessInfo {
		if process.Type != "renderer" {
			continue
		}
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.ID))
		if match := anonymous.FindSubmatch(status); match != nil {
			kilobytes, _ := strconv.Atoi(string(match[1]))
			most = max(most, kilobytes<<10)
		}
	}
	return most
}

var anonymous = regexp.MustCompile(`RssAnon:\s+(\d+) kB`)
