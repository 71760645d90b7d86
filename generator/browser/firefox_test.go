package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// A firefox is a browser with one tab, driven by WebDriver BiDi.
// https://w3c.github.io/webdriver-bidi/
type firefox struct {
	testing.TB
	connection *websocket.Conn
	sent       int
	context    string   // of the tab
	console    []string // errors and warnings

	mutex sync.Mutex
	asked []string // what the browser wanted from the network
}

// A message is what the browser sends: an answer to a command or an event.
type message struct {
	ID      int
	Error   string
	Message string
	Method  string
	Params  json.RawMessage
	Result  json.RawMessage
}

// own are the hosts that the browser itself asks for updates of its parts.
var own = regexp.MustCompile(`\.(mozilla\.(com|org|net)|googleapis\.com):443$`)

// startFirefox starts a browser that reaches files and this machine only.
func startFirefox(t testing.TB) *firefox {
	t.Helper()
	var program string
	for _, name := range []string{"firefox-esr", "firefox"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		missing(t, "firefox-esr or firefox on the path")
	}
	f := &firefox{TB: t}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mutex.Lock()
		defer f.mutex.Unlock()
		if !own.MatchString(r.Host) {
			f.asked = append(f.asked, r.Method+" "+r.RequestURI)
		}
		http.Error(w, "no network", http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	port := proxy.Listener.Addr().(*net.TCPAddr).Port
	settings := fmt.Sprintf(`user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1"); user_pref("network.proxy.http_port", %d);
user_pref("network.proxy.ssl", "127.0.0.1"); user_pref("network.proxy.ssl_port", %d);
user_pref("intl.accept_languages", "es"); user_pref("network.captive-portal-service.enabled", false); user_pref("network.connectivity-service.enabled", false);
`, port, port)
	profile := t.TempDir()
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(settings), 0o666); err != nil {
		t.Fatal(err)
	}
	browser := exec.Command(program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "--remote-allow-origins", "http://127.0.0.1")
	browser.Env = append(os.Environ(), "HOME="+profile)
	said, err := browser.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		browser.Process.Kill()
		browser.Wait()
	})
	address := ""
	for lines := bufio.NewScanner(said); address == "" && lines.Scan(); {
		_, address, _ = strings.Cut(lines.Text(), "WebDriver BiDi listening on ")
	}
	go func() { // it would wait for a reader
		for lines := bufio.NewScanner(said); lines.Scan(); {
		}
	}()
	if f.connection, err = websocket.Dial(address+"/session", "", "http://127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.connection.Close() })
	f.connection.SetDeadline(time.Now().Add(2 * time.Minute))
	f.call("session.new", `{"capabilities": {}}`)
	f.call("session.subscribe", `{"events": ["log.entryAdded"]}`)
	var tab struct{ Context string } // the first one never gets the focus
	if err := json.Unmarshal(f.call("browsingContext.create", `{"type": "tab"}`), &tab); err != nil {
		t.Fatal(err)
	}
	f.context = tab.Context
	return f
}

// call sends a command and waits for its answer.
func (f *firefox) call(method, params string) json.RawMessage {
	f.Helper()
	f.sent++
	command := map[string]any{"id": f.sent, "method": method, "params": json.RawMessage(params)}
	if err := websocket.JSON.Send(f.connection, command); err != nil {
		f.Fatal(err)
	}
	for {
		var m message
		if err := websocket.JSON.Receive(f.connection, &m); err != nil {
			f.Fatalf("%s: %v", method, err)
		}
		switch {
		case m.Method != "":
			f.hear(m)
		case m.ID == f.sent && m.Error != "":
			f.Fatalf("%s: %s: %s", method, m.Error, m.Message)
		case m.ID == f.sent:
			return m.Result
		}
	}
}

// hear keeps what an event tells.
func (f *firefox) hear(m message) {
	var e struct{ Level, Text string }
	if err := json.Unmarshal(m.Params, &e); err != nil {
		f.Fatal(err)
	}
	if e.Level == "error" || e.Level == "warn" {
		f.console = append(f.console, e.Text)
	}
}

// visit opens a page.
func (f *firefox) visit(address string) {
	f.Helper()
	f.call("browsingContext.navigate", fmt.Sprintf(`{"context": %q, "url": %q, "wait": "complete"}`, f.context, address))
}

// back goes one step back in the history.
func (f *firefox) back() {
	f.Helper()
	f.call("browsingContext.traverseHistory", fmt.Sprintf(`{"context": %q, "delta": -1}`, f.context))
}

// evaluate returns the text that a script gives.
func (f *firefox) evaluate(script string) string {
	f.Helper()
	text, _ := json.Marshal("String(" + script + ")")
	var answer struct {
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	result := f.call("script.evaluate", fmt.Sprintf(`{"target": {"context": %q}, "awaitPromise": false, "expression": %s}`, f.context, text))
	if err := json.Unmarshal(result, &answer); err != nil {
		f.Fatal(err)
	}
	if answer.ExceptionDetails.Text != "" {
		return answer.ExceptionDetails.Text // a page that comes has not all of it yet
	}
	return answer.Result.Value
}

// until waits for a condition in JavaScript.
func (f *firefox) until(condition string) {
	f.Helper()
	got := ""
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = f.evaluate(condition); got == "true" {
			return
		}
	}
	f.Fatalf("never: %s\n%s at %s", condition, got, f.evaluate("location.href"))
}

// keys are the values of keys that write nothing.
// https://w3c.github.io/webdriver/#keyboard-actions
var keys = strings.NewReplacer("⏎", "\ue007", "↓", "\ue015")

// write presses a key for each letter.
func (f *firefox) write(words string) {
	f.Helper()
	var actions []map[string]string
	for _, r := range keys.Replace(words) {
		for _, kind := range []string{"keyDown", "keyUp"} {
			actions = append(actions, map[string]string{"type": kind, "value": string(r)})
		}
	}
	list, _ := json.Marshal([]any{map[string]any{"type": "key", "id": "keys", "actions": actions}})
	f.call("input.performActions", fmt.Sprintf(`{"context": %q, "actions": %s}`, f.context, list))
}

// click clicks on what a selector finds, by the page's own means.
func (f *firefox) click(selector string) {
	f.Helper()
	f.evaluate(`document.querySelector(` + "`" + selector + "`" + `).click()`)
}

// portableFirefox reads a portable copy: pages, the search by typing, filters,
// back, another language and the way out.
func portableFirefox(t *testing.T, s *published) {
	const count = `document.querySelector(".find-count").textContent.replace(/\D/g, "")`
	f := startFirefox(t)
	for _, sample := range s.samples(t) {
		if sample.kind == "missing" || sample.kind == "root" || sample.kind == "permanent" { // which lead away
			continue
		}
		address := s.address + sample.path + "index.html"
		f.visit(address)
		f.until(`location.href === "` + address + `" && document.querySelector(".copy").checkVisibility() && getComputedStyle(document.querySelector(".exit")).position === "fixed"`)
	}
	f.call("browsingContext.navigate", fmt.Sprintf(`{"context": %q, "url": %q, "wait": "none"}`, f.context, s.address+"index.html"))
	f.until(`location.pathname.endsWith("/es/index.html")`)

	f.visit(s.address + "es/paises/index.html")
	f.write("/")
	f.until(`document.querySelector("[role=combobox]") !== null`)
	f.write("refujio")
	f.until(`document.querySelector(".suggested mark") !== null`)
	f.write("⏎")
	f.until(`location.pathname.endsWith("/es/search/index.html") && document.querySelector(".find-here input").value === "refujio" && document.querySelector("ol.cards mark") !== null`)
	all := f.evaluate(count)
	f.click(`.facet:nth-child(1) li:not([hidden]) input`)
	f.until(`document.querySelectorAll(".chip").length === 1 && location.hash.startsWith("#kind=")`)
	if some := f.evaluate(count); all == "0" || some == "0" || some == all {
		t.Errorf("%s results, filtered %s", all, some)
	}
	target := f.evaluate(`document.querySelector("ol.cards a").href`)
	f.click("ol.cards a")
	f.until(`location.href === "` + target + `" && document.querySelector("main") !== null`)
	f.back()
	f.until(`document.querySelectorAll(".chip").length === 1 && document.querySelector(".find-here input").value === "refujio"`)
	f.click(`[data-languages] [lang="en"]`)
	f.until(`location.pathname.endsWith("/en/search/index.html") && document.querySelector(".find-here input").value === "refujio" && document.querySelector(".find-count").textContent !== ""`)
	f.click(".exit")
	f.until(`location.href === "about:blank"`)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, request := range f.asked {
		t.Errorf("asks for %s", request)
	}
	for _, text := range f.console {
		t.Errorf("console: %s", text)
	}
}
