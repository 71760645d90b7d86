package site

import (
	"io/fs"
	"strings"

	"acervo/generator/assets"
)

// public reports whether a bundled file is published as it is: those of the
// preview and of the handbook and the service workers are not.
func public(name string) bool {
	return !previewOnly(name) && !strings.HasPrefix(name, "assets/handbook.") && !strings.HasPrefix(name, "assets/worker.") &&
		!strings.HasPrefix(name, "assets/worker-off.")
}

// previewOnly reports whether a bundled file belongs to the preview.
func previewOnly(name string) bool { return strings.HasPrefix(name, "assets/serve.") }

// PreviewFiles returns the script that reloads a page and shows faults over
// it, and its style, from what the program carries.
func PreviewFiles(program fs.FS) (script, style assets.File) {
	dir, err := fs.Sub(program, "assets")
	if err != nil {
		return script, style
	}
	files, faults := assets.Bundle(dir)
	if len(faults) > 0 {
		return script, style
	}
	for _, file := range files.All() {
		switch {
		case !previewOnly(file.Name):
		case strings.HasSuffix(file.Name, ".js"):
			script = file
		default:
			style = file
		}
	}
	return script, style
}
