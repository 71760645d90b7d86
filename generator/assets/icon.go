package assets

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"acervo/generator/diag"
)

const svgSpace = "http://www.w3.org/2000/svg"

// The elements of an icon, and its attributes: geometry and paint, nothing
// that names another thing, runs or styles.
var (
	containers = []string{"svg", "g"}
	shapes     = []string{"path", "circle", "rect", "line"}
	attributes = strings.Fields(`viewBox width height d cx cy r x y rx ry x1 y1 x2 y2 transform opacity
		fill fill-rule fill-opacity clip-rule stroke stroke-width stroke-linecap stroke-linejoin
		stroke-miterlimit stroke-dasharray stroke-opacity vector-effect`)
	harmless = regexp.MustCompile(`^[\w\s.,#%()+-]*$`)
	iconName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// An icon is never alone: a word stands beside it, so that it is hidden from
// screen readers, and a title of its own would be read twice.
const opening = `<svg class="icon" aria-hidden="true" focusable="false"`

// drawings reads icons/*.svg.
func (s source) drawings(icons map[string]string, faults *diag.List) {
	for _, file := range s.list("icons", ".svg", faults) {
		name := strings.TrimSuffix(path.Base(file), ".svg")
		data, err := s.read(file)
		if err != nil {
			unreadable(faults, file, err)
			continue
		}
		drawing := drawing{in: xml.NewDecoder(bytes.NewReader(data))}
		if err := drawing.read(); err != nil {
			line, col := drawing.in.InputPos()
			faults.Add("icon-harmful", path.Join(base, file), line, col, diag.Args{"what": err.Error()})
		}
		if !iconName.MatchString(name) {
			faults.Add("icon-name", path.Join(base, file), 0, 0, diag.Args{"name": name})
		}
		icons[name] = drawing.out.String()
	}
}

// A drawing writes an SVG anew while it reads it.
type drawing struct {
	in   *xml.Decoder
	out  strings.Builder
	open []string
	seen bool
}

var errNoDrawing = errors.New("<svg>")

func (d *drawing) read() error {
	for {
		token, err := d.in.Token()
		if err == io.EOF && d.seen {
			return nil
		}
		if err == io.EOF {
			return errNoDrawing
		}
		if err != nil {
			return err
		}
		if err := d.token(token); err != nil {
			return err
		}
	}
}

func (d *drawing) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return d.start(t)
	case xml.EndElement:
		d.open = d.open[:len(d.open)-1]
		if slices.Contains(containers, t.Name.Local) {
			fmt.Fprintf(&d.out, "</%s>", t.Name.Local)
		}
	case xml.CharData:
		inTitle := len(d.open) > 0 && d.open[len(d.open)-1] == "title"
		if text := strings.TrimSpace(string(t)); text != "" && !inTitle {
			return errors.New(text)
		}
	case xml.Directive: // <!DOCTYPE and <!ENTITY
		return errors.New("<!" + string(t) + ">")
	}
	return nil
}

func (d *drawing) start(t xml.StartElement) error {
	name := t.Name.Local
	parent := ""
	if len(d.open) > 0 {
		parent = d.open[len(d.open)-1]
	}
	d.open = append(d.open, name)
	known := slices.Contains(containers, name) || slices.Contains(shapes, name) || name == "title"
	isRoot := parent == "" && !d.seen
	if !known || isRoot != (name == "svg") || !isRoot && !slices.Contains(containers, parent) || t.Name.Space != svgSpace && t.Name.Space != "" {
		return errors.New("<" + name + ">")
	}
	d.seen = true
	if name == "title" {
		return nil
	}
	if isRoot {
		d.out.WriteString(opening)
	} else {
		d.out.WriteString("<" + name)
	}
	return d.attributes(t)
}

func (d *drawing) attributes(t xml.StartElement) error {
	for _, a := range t.Attr {
		if a.Name.Local == "xmlns" && a.Name.Space == "" && a.Value == svgSpace {
			continue // HTML knows the element
		}
		isKnown := a.Name.Space == "" && slices.Contains(attributes, a.Name.Local)
		if !isKnown || !harmless.MatchString(a.Value) || strings.Contains(strings.ToLower(a.Value), "url(") {
			return fmt.Errorf("%s=%q", a.Name.Local, a.Value)
		}
		fmt.Fprintf(&d.out, ` %s="%s"`, a.Name.Local, html.EscapeString(strings.Join(strings.Fields(a.Value), " ")))
	}
	if slices.Contains(shapes, t.Name.Local) {
		d.out.WriteByte('/')
	}
	d.out.WriteByte('>')
	return nil
}
