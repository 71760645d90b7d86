package assets

import (
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"

	"acervo/generator/diag"
)

// namespace keeps esbuild from taking our names for files of the disk.
const namespace = "assets"

var engines = []api.Engine{
	{Name: api.EngineChrome, Version: "80"},
	{Name: api.EngineFirefox, Version: "78"},
	{Name: api.EngineSafari, Version: "13"},
}

// supported is what esbuild takes for missing, since a corner of it is wrong in
// Safari before 14.1, and cannot lower.
var supported = map[string]bool{"destructuring": true}

// bundle runs esbuild over all entries. The files that it gives are named by
// their entries.
func (s source) bundle(faults *diag.List) []File {
	result := api.Build(api.BuildOptions{
		EntryPoints:       s.entries(faults),
		Bundle:            true,
		Write:             false,
		Outdir:            "/",
		Format:            api.FormatIIFE,
		Target:            api.ES2018,
		Engines:           engines,
		Supported:         supported,
		Charset:           api.CharsetUTF8,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone,
		TsconfigRaw:       `{"compilerOptions": {"useDefineForClassFields": false}}`, // else esbuild looks for one on the disk
		LogLevel:          api.LogLevelSilent,
		Plugins:           []api.Plugin{{Name: namespace, Setup: s.setup}},
	})
	for _, m := range append(result.Errors, result.Warnings...) {
		*faults = append(*faults, faultOf(m))
	}
	var files []File
	for _, file := range result.OutputFiles {
		files = append(files, File{Name: filepath.ToSlash(file.Path), Data: file.Contents})
	}
	return files
}

func (s source) entries(faults *diag.List) []string {
	entries := []string{"main.css"}
	for _, name := range s.list(".", ".ts", faults) {
		if !strings.HasSuffix(name, ".test.ts") && !strings.HasSuffix(name, ".d.ts") {
			entries = append(entries, name)
		}
	}
	return entries
}

// setup answers every question that esbuild would ask the disk.
func (s source) setup(build api.PluginBuild) {
	build.OnResolve(api.OnResolveOptions{Filter: ".*"}, s.resolve)
	build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: namespace}, s.load)
}

func (s source) resolve(args api.OnResolveArgs) (api.OnResolveResult, error) {
	name := path.Clean(args.Path)
	if args.Kind != api.ResolveEntryPoint {
		name = path.Join(path.Dir(args.Importer), args.Path)
		if !strings.HasPrefix(args.Path, "./") && !strings.HasPrefix(args.Path, "../") {
			name = ""
		}
	}
	for _, candidate := range []string{name, name + ".ts"} {
		if s.isFile(candidate) {
			return api.OnResolveResult{Path: candidate, Namespace: namespace}, nil
		}
	}
	missing := diag.Fault{Code: "asset-import", Path: base, Args: diag.Args{"path": args.Path}}
	return api.OnResolveResult{Errors: []api.Message{{Text: missing.Code, Detail: missing}}}, nil
}

var loaders = map[string]api.Loader{
	".ts":   api.LoaderTS,
	".css":  api.LoaderCSS,
	".json": api.LoaderJSON,
}

func (s source) load(args api.OnLoadArgs) (api.OnLoadResult, error) {
	loader, ok := loaders[path.Ext(args.Path)]
	if !ok {
		kind := diag.Fault{Code: "asset-kind", Path: base, Args: diag.Args{"kind": path.Ext(args.Path)}}
		return api.OnLoadResult{Errors: []api.Message{{Text: kind.Code, Detail: kind}}}, nil
	}
	data, err := s.read(args.Path)
	if err != nil {
		cause := diag.Fault{Code: "asset-unreadable", Path: path.Join(base, args.Path), Args: diag.Args{"cause": err.Error()}}
		return api.OnLoadResult{Errors: []api.Message{{Text: cause.Code, Detail: cause}}}, nil
	}
	text := string(data)
	result := api.OnLoadResult{Contents: &text, Loader: loader}
	if loader == api.LoaderCSS {
		for _, fault := range floor(path.Join(base, args.Path), text) {
			result.Warnings = append(result.Warnings, api.Message{Text: fault.Code, Detail: fault})
		}
	}
	return result, nil
}

// faultOf takes our own faults as they are, and gives them the place of the
// import to which esbuild has put them where they have none.
func faultOf(m api.Message) diag.Fault {
	fault, own := m.Detail.(diag.Fault)
	if !own {
		fault = diag.Fault{Code: "asset-syntax", Path: base, Args: diag.Args{"detail": m.Text}}
	}
	if at := m.Location; at != nil && fault.Line == 0 {
		fault.Path = path.Join(base, strings.TrimPrefix(at.File, namespace+":"))
		fault.Line = at.Line
		fault.Col = utf8.RuneCountInString(at.LineText[:min(at.Column, len(at.LineText))]) + 1
	}
	return fault
}
