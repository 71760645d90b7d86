package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/spf13/cobra"

	"acervo/generator/assets"
	"acervo/generator/diag"
	"acervo/generator/gitfs"
	"acervo/generator/site"
)

// serveCommand is the verb serve.
func (p *program) serveCommand() *cobra.Command {
	o := origin{rev: "HEAD", worktree: true}
	port := 0
	cmd := &cobra.Command{
		Use: "serve", Example: "  generator serve --port 1313", Args: p.exactly(0, "generator serve"),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), &o, port) },
	}
	cmd.Flags().StringVar(&o.source, "source", ".", p.say("flag-source"))
	cmd.Flags().StringVar(&o.baseURL, "base-url", "", p.say("flag-base-url"))
	cmd.Flags().IntVar(&port, "port", defaultPort, p.say("flag-port"))
	return cmd
}

const defaultPort = 1313

// A preview is the site of a work tree as it lies, made anew at each save. The
// pages shown are those of the last state without faults.
type preview struct {
	program       *program
	origin        *origin
	cache         site.Cache
	script, style assets.File // what reloads a page and shows faults in it
	files         *gitfs.Snapshot
	source        site.Source // of the last commit seen

	mutex     sync.Mutex
	plan      *site.Plan // the last good one; nil before there was one
	root      string
	faults    diag.List
	version   int
	listeners map[chan struct{}]bool
}

// serve shows the site until it is interrupted.
func (p *program) serve(ctx context.Context, o *origin, port int) error {
	if err := p.checkFlags(o); err != nil {
		return err
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watcher.Close()
	v := &preview{program: p, origin: o, root: "/", listeners: map[chan struct{}]bool{}}
	// Someone waits for each page, and there is memory to spare.
	debug.SetGCPercent(300)
	v.script, v.style = site.PreviewFiles(embedded{})
	for _, dir := range []string{"content", "layouts", "assets"} {
		v.watchBelow(watcher, filepath.Join(o.source, dir))
	}
	if err := v.rebuild(ctx); err != nil {
		return err
	}
	listener, err := listen(port)
	if err != nil {
		return err
	}
	if taken := listener.Addr().(*net.TCPAddr).Port; taken != port && port != 0 {
		p.note("port-taken", "port", fmt.Sprint(port))
	}
	fmt.Fprintln(p.stdout, p.say("serving", "address", "http://"+listener.Addr().String()+v.root))
	server := &http.Server{Handler: v, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	context.AfterFunc(ctx, func() { server.Close() })
	go v.watch(ctx, watcher)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listen takes the port, or a free one when it is taken. Only this machine can
// connect.
func listen(port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return listener, nil
}

// forget lets a changed file be read again.
func (v *preview) forget(file string) {
	if name, err := filepath.Rel(v.origin.source, file); err == nil && v.files != nil {
		v.files.Forget(filepath.ToSlash(name))
	}
}

// watchBelow watches a folder and all below it. What is there already was made
// before the folder was watched.
func (v *preview) watchBelow(watcher *fsnotify.Watcher, root string) {
	filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		v.forget(file)
		if !d.IsDir() {
			return nil
		}
		if d.Name() == "node_modules" {
			return fs.SkipDir
		}
		watcher.Add(file)
		return nil
	})
}

// settle is how long a burst of changes must be quiet: an editor writes a file
// in several steps.
const settle = 10 * time.Millisecond

// watch rebuilds after each burst of changes.
func (v *preview) watch(ctx context.Context, watcher *fsnotify.Watcher) {
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case event, ok := <-watcher.Events:
			if !ok {
				return
			}
			v.forget(event.Name)
			if event.Has(fsnotify.Create) {
				v.watchBelow(watcher, event.Name)
			}
			if !event.Has(fsnotify.Chmod) || event.Op != fsnotify.Chmod {
				quiet.Reset(settle)
			}
		case err := <-watcher.Errors:
			if err != nil {
				fmt.Fprintln(v.program.stderr, err)
			}
		case <-quiet.C:
			start := time.Now()
			if err := v.rebuild(ctx); err != nil {
				fmt.Fprintln(v.program.stderr, err)
				continue
			}
			if v.program.verbose {
				v.program.note("rebuilt", "time", time.Since(start).Round(time.Millisecond).String())
			}
		}
	}
}

// rebuild reads the work tree again. With faults the last good pages stay.
func (v *preview) rebuild(ctx context.Context) error {
	if err := v.open(ctx); err != nil {
		return err
	}
	plan, faults := site.Read(v.source, site.Options{BaseURL: v.origin.baseURL, Dirty: true}, &v.cache)
	if plan != nil {
		var err error
		if faults, err = plan.Check(ctx); err != nil {
			return err
		}
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if plan != nil && (len(faults) == 0 || v.plan == nil) {
		v.plan, v.root = plan, plan.Root()
	}
	v.faults = faults
	v.version++
	for listener := range v.listeners {
		select {
		case listener <- struct{}{}:
		default: // it has not seen the change before this one either
		}
	}
	if len(faults) > 0 {
		v.program.print(faults)
	}
	return nil
}

// open prepares the source: its files as they lie, each read again only when
// it changed, and the dates of the commit at HEAD, walked again only when that
// moved.
func (v *preview) open(ctx context.Context) error {
	if v.files == nil {
		folder, err := gitfs.Folder(v.origin.source)
		if err != nil {
			return err
		}
		v.files = gitfs.NewSnapshot(folder)
		v.source = site.Source{Files: v.files, Program: embedded{}, Own: true}
	}
	repo, err := gitfs.Open(v.origin.source)
	if errors.Is(err, gitfs.ErrNoRepository) {
		return nil
	} else if err != nil {
		return err
	}
	commit, err := repo.Commit("HEAD")
	if err != nil || commit.Hash == v.source.Commit.Hash {
		return nil // without a commit there are no dates
	}
	cache := historyCache(repo, v.origin)
	history, err := repo.History(ctx, commit, cache)
	if err != nil && !errors.Is(err, gitfs.ErrShallow) {
		return err
	}
	v.source.Repo, v.source.Commit, v.source.History, v.source.Cache = repo, commit, history, cache
	return nil
}

// The addresses of what only the preview has.
const (
	ownFolder  = "-/"
	eventsName = ownFolder + "events"
)

// ServeHTTP answers with a file of the site, made when it is asked for.
func (v *preview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mutex.Lock()
	plan, root, version := v.plan, v.root, v.version
	v.mutex.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	name, ok := strings.CutPrefix(r.URL.Path, root)
	switch {
	case !ok:
		http.Redirect(w, r, root, http.StatusFound)
	case name == eventsName:
		v.events(w, r)
	case name == ownFolder+v.script.Name:
		v.write(w, http.StatusOK, v.script.Name, v.script.Data, version)
	case name == ownFolder+v.style.Name:
		v.write(w, http.StatusOK, v.style.Name, v.style.Data, version)
	case plan == nil:
		v.write(w, http.StatusOK, "index.html", []byte(emptyPage), version)
	default:
		v.file(w, r, plan, name, version)
	}
}

// emptyPage carries the overlay while there is no good state to show.
const emptyPage = "<!doctype html>\n<head>\n<meta charset=\"utf-8\">\n<title>·</title>\n</head>\n<body>\n</body>\n"

// file answers with a file of the plan, as GitHub Pages would.
func (v *preview) file(w http.ResponseWriter, r *http.Request, plan *site.Plan, name string, version int) {
	status := http.StatusOK
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	data, found, err := plan.Make(name)
	if !found {
		if _, isFolder, _ := plan.Make(name + "/index.html"); isFolder {
			http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
			return
		}
		status, name = http.StatusNotFound, "404.html"
		data, _, err = plan.Make(name)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	v.write(w, status, name, data, version)
}

// write sends a file; pages get the script that reloads them, with the version
// that they are of.
func (v *preview) write(w http.ResponseWriter, status int, name string, data []byte, version int) {
	kind := mime.TypeByExtension(path.Ext(name))
	if strings.HasSuffix(name, ".html") {
		own := v.root + ownFolder
		script := fmt.Sprintf("<script src=\"%s%s\" data-style=\"%s%s\" data-events=\"%s%s?%d\" defer></script>\n</head>",
			own, v.script.Name, own, v.style.Name, v.root, eventsName, version)
		data = bytes.Replace(data, []byte("</head>"), []byte(script), 1)
	}
	if carriable.MatchString(name) { // its name says what is in it
		w.Header().Set("Cache-Control", "max-age=31536000, immutable")
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(data)
}

// events tells a page when to reload and what is wrong, by server-sent events.
// A page that is of an older version reloads at once: the change came before it
// could listen.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (v *preview) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	changes := make(chan struct{}, 1)
	v.mutex.Lock()
	v.listeners[changes] = true
	isOld := r.URL.RawQuery != strconv.Itoa(v.version)
	v.mutex.Unlock()
	defer func() {
		v.mutex.Lock()
		delete(v.listeners, changes)
		v.mutex.Unlock()
	}()
	v.send(w, isOld)
	for {
		select {
		case <-r.Context().Done():
			return
		case <-changes:
			v.send(w, true)
		}
	}
}

// send writes one event: the faults, or that there is a new good state.
func (v *preview) send(w http.ResponseWriter, changed bool) {
	v.mutex.Lock()
	faults := v.faults
	v.mutex.Unlock()
	event, data := "ok", []byte("{}")
	switch {
	case len(faults) > 0:
		type row struct {
			Place   string `json:"place"`
			Message string `json:"message"`
			Hint    string `json:"hint"`
		}
		var rows []row
		for _, f := range faults.Sorted() {
			message, hint := f.Words(v.program.ui)
			rows = append(rows, row{f.Place(), message, hint})
		}
		event = "faults"
		data, _ = json.Marshal(rows)
	case changed:
		event = "reload"
	}
	fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, data)
	http.NewResponseController(w).Flush()
}
