package site

import (
	"io/fs"
	"strings"

	"acervo/generator/assets"
)

// previewOnly reports whether a bundled file belongs to the preview and is not
// published.
func previewOnly(name string) bool { return strings.HasPrefix(name, "assets/serve.") }

// PreviewFiles returns the script that reloads a page and shows faults over
// it, and its style, from what the program carries.
func PreviewFiles(program fs.FS) (script, style []byte) {
	dir, err := fs.Sub(program, "assets")
	if err != nil {
		return nil, nil
	}
	files, faults := assets.Bundle(dir)
	if len(faults) > 0 {
		return nil, nil
	}
	for _, file := range files.All() {
		switch {
		case !previewOnly(file.Name):
		case strings.HasSuffix(file.Name, ".js"):
			script = file.Data
		default:
			style = file.Data
		}
	}
	return script, style
}
