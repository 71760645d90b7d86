package layout_test

import (
	"html/template"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"acervo/generator/layout"
	"acervo/generator/site"
)

// views are the data of the layouts that are pages, by name.
var views = map[string]any{
	"choose": site.ChooseView{}, "country": site.CountryView{}, "event": site.RecordView{}, "glossary": site.GlossaryView{},
	"help": site.RecordView{}, "home": site.HomeView{}, "lesson": site.RecordView{}, "list": site.ListView{},
	"message": site.RecordView{}, "notfound": site.ChooseView{}, "organization": site.RecordView{}, "page": site.RecordView{},
	"permanent": site.ChooseView{}, "practice": site.PracticeView{}, "redirect": site.RedirectView{},
	"taxonomy": site.TaxonomyView{}, "term": site.RecordView{}, "tombstone": site.TombstoneView{},
	"header": site.Frame{}, "footer": site.Frame{}, "card": site.Card{}, "partials/link": site.Link{},
}

// interpreted are the layouts that call methods of their data, which programs
// do not. Each is made a few times at most.
var interpreted = map[string]bool{"choose": true, "notfound": true, "tombstone": true}

// hostile are texts that need care somewhere.
var hostile = []string{
	"Atención", `<script>alert("1")</script>`, `"'><&+ `, "javascript:alert(1)", "https://x.example/a b?c=d&e=é'(1)%zz",
	"mailto:a@b.example?subject=%C3%A9%20+x&body=1", "/es/practicas/x/#a", "//x.example", "HTTPS://x.example", "\x00\xff\u2028\u00a0</title>-->",
	"a:b/c", "/a:b", "%", "%4", "&amp;", "ﬀ\\", "`${x}`",
}

// TestProgramsEqual holds programs to html/template: the fullest views, the
// emptiest, and each hostile text in every place.
func TestProgramsEqual(t *testing.T) {
	set := realSet(t)
	for name, empty := range views {
		for i := range 2 * len(hostile) {
			view := filler{hostile[i%len(hostile)], set.Words("es")}.filled(empty, i)
			equal(t, set, name, view)
		}
		equal(t, set, name, empty)
	}
}

// equal compares the outputs. The program must not have given up.
func equal(t *testing.T, set *layout.Set, name string, view any) {
	t.Helper()
	for _, lang := range []string{"es", "fr"} {
		var want strings.Builder
		err := set.Interpret(&want, name, lang, view)
		got, done := set.Compiled(name, lang, view)
		switch {
		case !done && got != "":
			t.Errorf("%s: a program that gave up wrote %.60q", name, got)
		case done && (err != nil || got != want.String()):
			t.Fatalf("%s in %s (%v):\ngot  %s\nwant %s", name, lang, err, around(got, want.String()), around(want.String(), got))
		case err != nil:
			t.Fatalf("the view is not complete: %v", err)
		case !done && !interpreted[name]:
			t.Fatalf("%s in %s was not compiled", name, lang)
		}
	}
}

// around returns where a text begins to differ from another.
func around(text, other string) string {
	i := 0
	for i < min(len(text), len(other)) && text[i] == other[i] {
		i++
	}
	return text[max(0, i-80):min(len(text), i+80)]
}

// TestUsualValues writes single values as html/template does.
func TestUsualValues(t *testing.T) {
	values := []any{0, -3, 12500, template.HTML("<b>&amp;"), map[string]any{"a": "</script>\u2028&", "b": []string{"x"}}, time.Time{}, true, template.URL("x:y")}
	for _, text := range hostile {
		values = append(values, text, template.HTML(text))
	}
	for c := range 0x180 {
		values = append(values, "x"+string(rune(c))+"y")
	}
	for _, v := range values {
		layout.Usual(v, func(before, after, got string) {
			var want strings.Builder
			template.Must(template.New("").Parse(before+"{{.}}"+after)).Execute(&want, v)
			if before+got+after != want.String() {
				t.Errorf("%#v: got %s%s%s, want %s", v, before, got, after, want.String())
			}
		})
	}
}

func realSet(t *testing.T) *layout.Set {
	t.Helper()
	icons := map[string]string{}
	files, err := filepath.Glob("../../assets/icons/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		icons[strings.TrimSuffix(filepath.Base(file), ".svg")] = "<svg></svg>"
	}
	set, faults := layout.Load(os.DirFS("../../layouts"), []string{"es", "fr"}, icons)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return set
}

// A filler fills views: a text in every field, lists of three, and codes that
// the layouts know where they ask for a message or an icon.
type filler struct {
	text  string
	words layout.Words
}

func (f filler) filled(empty any, seed int) any {
	v := reflect.New(reflect.TypeOf(empty)).Elem()
	f.fill(v, "", seed)
	return v.Interface()
}

func (f filler) fill(v reflect.Value, name string, seed int) {
	switch target := v.Addr().Interface().(type) {
	case *layout.Words:
		*target = f.words
		return
	case *time.Time:
		*target = time.Date(2026, 11, 24, seed%24, 0, 0, 0, time.UTC)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(known(name, f.text, seed))
	case reflect.Int:
		v.SetInt(int64(seed % 8))
	case reflect.Bool:
		v.SetBool(seed%2 == 0)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), name, seed)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"@type": "X", "name": f.text, "list": []string{f.text}}))
	case reflect.Slice:
		if v.Type().Elem() == reflect.TypeFor[site.Term]() && name == "Members" {
			return // terms hold terms
		}
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			f.fill(v.Index(i), name, seed+i)
		}
	case reflect.Struct:
		f.fields(v, name, seed)
	}
}

func (f filler) fields(v reflect.Value, name string, seed int) {
	for i := range v.NumField() {
		key := v.Type().Field(i).Name
		switch key {
		case "Code", "Kind", "Key", "By":
			key = v.Type().Name() + "." + key
		}
		if name == "Kinds" {
			key = "CardGroup.Key"
		}
		f.fill(v.Field(i), key, seed)
	}
}

// known returns a value that makes a message's key, or the text.
func known(name, text string, seed int) string {
	pick := func(list ...string) string { return list[seed%len(list)] }
	switch name {
	case "Term.Code", "Symbol":
		return pick("identification", "prevention", "protection", "rights")
	case "Translation.Code":
		return pick("original", "current", "outdated", "confirm", "missing")
	case "Translation.By":
		return pick("human", "machine", "community")
	case "Notice.Kind":
		return pick("fallback", "outdated", "pending-review")
	case "Fact.Key":
		return pick("themes", "countries")
	case "CardGroup.Key":
		return pick("practices", "lessons", "messages")
	case "TermGroup.Key":
		return pick("dimensions", "themes")
	case "TaxonomyView.Key":
		return pick("dimensions", "themes")
	case "Channels":
		return pick("voice", "whatsapp")
	case "Frame.Kind":
		return pick("home", "practice")
	case "ID":
		return pick(text, "adapt", "results")
	case "Free":
		return pick("yes", "no", "unknown")
	}
	return text
}
