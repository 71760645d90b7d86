package layout

import (
	"errors"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"acervo/generator/diag"
)

// A reader reads files from folders laid over each other and collects faults.
type reader struct {
	layers []fs.FS
	faults diag.List
}

func (r *reader) fault(code, name string, line, col int, args diag.Args) {
	r.faults.Add(code, path.Join(base, name), line, col, args)
}

// unreadable notes an error of the file system; that a file is not there is
// none.
func (r *reader) unreadable(name string, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		r.fault("layout-unreadable", name, 0, 0, diag.Args{"cause": err.Error()})
	}
}

// files returns the names of all HTML files of a folder, sorted, so that
// faults and overriding do not depend on the order of the layers.
func (r *reader) files(folder string) []string {
	var names []string
	for _, layer := range r.layers {
		entries, err := fs.ReadDir(layer, folder)
		if err != nil {
			r.unreadable(folder, err)
		}
		for _, entry := range entries {
			if !entry.IsDir() && strings.HasSuffix(entry.Name(), ".html") {
				names = append(names, path.Join(folder, entry.Name()))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// top returns the file of the uppermost layer that has it.
func (r *reader) top(name string) string {
	for _, layer := range slices.Backward(r.layers) {
		data, err := fs.ReadFile(layer, name)
		if err == nil {
			return strings.ReplaceAll(string(data), "\r\n", "\n")
		}
		r.unreadable(name, err)
	}
	return ""
}

// templates parses every file into root and returns their texts by name.
func (r *reader) templates(root *template.Template) map[string]string {
	texts := map[string]string{}
	for _, file := range append(r.files("."), r.files("partials")...) {
		name := strings.TrimSuffix(file, ".html")
		texts[name] = r.top(file)
	}
	definedIn := map[string]string{}
	for _, name := range sortedKeys(texts) {
		r.template(root, name, texts[name], definedIn)
	}
	return texts
}

// template parses one file by itself first, to learn which names it defines.
func (r *reader) template(root *template.Template, name, text string, definedIn map[string]string) {
	alone, err := template.New(name).Funcs(functions(Words{}, nil)).Parse(text)
	if err != nil {
		line, detail := parseError(err)
		r.fault("template-syntax", name+".html", line, 0, diag.Args{"detail": detail})
		return
	}
	for _, t := range alone.Templates() {
		other, twice := definedIn[t.Name()]
		if twice {
			r.fault("template-twice", name+".html", 0, 0, diag.Args{"name": t.Name(), "other": path.Join(base, other+".html")})
			return
		}
		definedIn[t.Name()] = name
	}
	template.Must(root.New(name).Parse(text))
}

var placed = regexp.MustCompile(`^template: [^:]*:(\d+):(?:\d+:)? (.*)$`)

// parseError takes the line out of the text of text/template/parse, which has
// no type for its errors.
func parseError(err error) (line int, detail string) {
	m := placed.FindStringSubmatch(err.Error())
	if m == nil {
		return 0, err.Error()
	}
	line, _ = strconv.Atoi(m[1])
	return line, m[2]
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
