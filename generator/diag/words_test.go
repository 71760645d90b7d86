package diag

import "testing"

// TestFill shows which braces are places for a value.
func TestFill(t *testing.T) {
	f := Fault{Args: Args{"name": "a\u202eb", "empty": ""}}
	for template, want := range map[string]string{
		"x {name} y":                     `x a\u202Eb y`,
		"{name}{name}":                   `a\u202Eba\u202Eb`,
		"write {on: 2026, by: {name}}":   `write {on: 2026, by: a\u202Eb}`,
		"## Limits {#limits}":            "## Limits {#limits}",
		"{{if .Name}}{{name}}{{end}} {}": "{{if .Name}}{{name}}{{end}} {}",
		"{{ open":                        "{{ open",
		"{Name} {na me} {":               "{Name} {na me} {",
	} {
		if got, complete := f.fill(template); got != want || !complete {
			t.Errorf("fill(%q) = %q, %v, want %q", template, got, complete, want)
		}
	}
	for _, template := range []string{"", "{empty}", "{other} x"} {
		if got, complete := f.fill(template); complete {
			t.Errorf("fill(%q) = %q is complete", template, got)
		}
	}
}
