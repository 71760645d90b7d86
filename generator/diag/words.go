package diag

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

//go:embed messages/*.yaml
var messages embed.FS

// Languages are the languages of the program's own words. The first is the
// default.
var Languages = []string{"es", "en"}

type wording struct {
	Text      string `yaml:"text"`
	Hint      string `yaml:"hint"`
	Otherwise string `yaml:"otherwise"`
}

// catalogs reads the embedded message files once; they are part of the program
// and a broken one is a programmer's mistake.
var catalogs = sync.OnceValue(func() map[string]map[string]wording {
	all := map[string]map[string]wording{}
	for _, lang := range Languages {
		data, err := messages.ReadFile("messages/" + lang + ".yaml")
		if err != nil {
			panic(err)
		}
		words := map[string]wording{}
		if err := yaml.Unmarshal(data, &words); err != nil {
			panic(fmt.Sprintf("messages/%s.yaml: %v", lang, err))
		}
		all[lang] = words
	}
	return all
})

// Words returns the message and the hint of a fault in a language of
// [Languages]; another language gives the default. The hint may be empty. A
// code without words is its own message.
func (f Fault) Words(lang string) (message, hint string) {
	words, ok := catalogs()[lang]
	if !ok {
		words = catalogs()[Languages[0]]
	}
	w, ok := words[f.Code]
	if !ok {
		return f.Code, ""
	}
	message, _ = f.fill(w.Text)
	if hint, ok = f.fill(w.Hint); !ok {
		if hint, ok = f.fill(w.Otherwise); !ok {
			hint = ""
		}
	}
	return message, hint
}

// Sentence returns the program's own words for a code, such as the closing
// line of a build.
func Sentence(lang, code string, args Args) string {
	message, _ := Fault{Code: code, Args: args}.Words(lang)
	return message
}

// placeholder is a name of an argument in braces. Doubled braces and braces
// around anything else stand for themselves: usage texts and examples of YAML
// have them.
var placeholder = regexp.MustCompile(`\{\{|\{([a-z]+)\}`)

// fill replaces each {name} of a template. It reports whether the template is
// not empty and every argument it names has a value.
func (f Fault) fill(template string) (string, bool) {
	complete := template != ""
	var out strings.Builder
	for {
		at := placeholder.FindStringSubmatchIndex(template)
		if at == nil {
			out.WriteString(template)
			return out.String(), complete
		}
		out.WriteString(template[:at[0]])
		if at[2] < 0 { // {{ … }}
			end := at[1]
			if i := strings.Index(template[end:], "}}"); i >= 0 {
				end += i + len("}}")
			}
			out.WriteString(template[at[0]:end])
			template = template[end:]
			continue
		}
		value := f.Args[template[at[2]:at[3]]]
		complete = complete && value != ""
		out.WriteString(printable(value))
		template = template[at[1]:]
	}
}

// printable makes control and bidirectional characters of a quoted value
// visible, so that a hostile file cannot rewrite a terminal.
func printable(value string) string {
	var out strings.Builder
	for _, r := range value {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || Invisible(r) {
			fmt.Fprintf(&out, "\\u%04X", r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// Invisible reports whether r changes how its neighbours are shown without
// being seen itself: bidirectional controls, zero-width characters, soft
// hyphen, line separators and the byte order mark.
func Invisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x61c, r == 0x180e, r == 0xfeff,
		r >= 0x200b && r <= 0x200f,
		r >= 0x2028 && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f:
		return true
	}
	return false
}

// Place returns path:line:col, without what the fault does not have.
func (f Fault) Place() string {
	place := f.Path
	if f.Line > 0 {
		place += fmt.Sprintf(":%d", f.Line)
		if f.Col > 0 {
			place += fmt.Sprintf(":%d", f.Col)
		}
	}
	return printable(place)
}

// The formats of [Write].
const (
	Text   = "text"
	GitHub = "github"
	JSON   = "json"
)

// Formats are the names of the formats that [Write] knows.
var Formats = []string{Text, GitHub, JSON}

// Write prints the faults, sorted, in one of [Formats]: lines for people,
// annotations for GitHub Actions, or one JSON array.
func Write(w io.Writer, l List, format, lang string) error {
	switch format {
	case JSON:
		return writeJSON(w, l.Sorted(), lang)
	case GitHub:
		return writeGitHub(w, l.Sorted(), lang)
	}
	for _, f := range l.Sorted() {
		message, hint := f.Words(lang)
		line := message + " [" + f.Code + "]"
		if place := f.Place(); place != "" {
			line = place + ": " + line
		}
		if hint != "" {
			line += "\n    " + hint
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(w io.Writer, l List, lang string) error {
	type row struct {
		Path    string `json:"path,omitempty"`
		Line    int    `json:"line,omitempty"`
		Col     int    `json:"column,omitempty"`
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
	}
	rows := make([]row, 0, len(l))
	for _, f := range l {
		message, hint := f.Words(lang)
		rows = append(rows, row{f.Path, f.Line, f.Col, f.Code, message, hint})
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(rows)
}

// The characters that end a property or a message of a workflow command:
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func writeGitHub(w io.Writer, l List, lang string) error {
	for _, f := range l {
		message, hint := f.Words(lang)
		if hint != "" {
			message += "\n" + hint
		}
		place := "file=" + escapeProperty.Replace(f.Path)
		if f.Path == "" {
			place = "title=" + escapeProperty.Replace(f.Code)
		}
		if f.Line > 0 {
			place += fmt.Sprintf(",line=%d", f.Line)
		}
		if f.Col > 0 {
			place += fmt.Sprintf(",col=%d", f.Col)
		}
		if _, err := fmt.Fprintf(w, "::error %s::%s [%s]\n", place, escapeData.Replace(message), f.Code); err != nil {
			return err
		}
	}
	return nil
}
