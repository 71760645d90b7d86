package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"acervo/generator/content"
	"acervo/generator/layout"
)

// views are the layouts with what each is given.
var views = map[string]any{
	"card": Card{}, "choose": ChooseView{}, "country": CountryView{}, "event": RecordView{}, "footer": Frame{},
	"glossary": GlossaryView{}, "header": Frame{}, "help": RecordView{}, "home": HomeView{}, "lesson": RecordView{},
	"list": ListView{}, "message": RecordView{}, "notfound": ChooseView{}, "organization": RecordView{},
	"page": RecordView{}, "permanent": ChooseView{}, "practice": PracticeView{}, "redirect": RedirectView{}, "search": SearchView{},
	"taxonomy": TaxonomyView{}, "term": RecordView{}, "tombstone": TombstoneView{}, "translations": TranslationsView{},
	"partials/link": Link{},
	"book-title":    BookTitleView{}, "book-list": BookListView{}, "book-practice": BookPracticeView{},
	"book-country": BookCountryView{}, "book-record": BookRecordView{},
	"handbook-bar": Frame{}, "downloads": DownloadsView{}, "offline": OfflineView{},
}

// keys are the fields whose values are part of a message's or an icon's name:
// they come from the program or from checked vocabularies.
var keys = map[string][]string{
	"Notice.Kind": {"fallback", "outdated", "confirm", "unreviewed-human", "unreviewed-machine", "unreviewed-community",
		"pending-safety", "pending-review", "pending-consent", "unconfirmed"},
	"CardGroup.Key": {"practices", "lessons", "messages", "organizations", "events", "countries", "glossary"},
	"Fact.Key": {"types", "themes", "populations", "countries", "event", "audiences", "valid-in", "used-by", "acronym",
		"organization-kind", "country", "event-kind", "start", "end", "place", "organizers", "sectors", "round-tables", "participants"},
	"TermGroup.Key":     {"dimensions", "themes", "populations", "sectors", "levels", "evidence"},
	"TaxonomyView.Key":  {"dimensions", "themes", "populations", "sectors", "levels", "evidence"},
	"LineItem.Channels": {"voice", "whatsapp", "sms", "web"},
	"LineItem.Free":     {"yes", "no", "unknown"},
	"Translation.Code":  {"original", "current", "outdated", "confirm", "missing"},
	"Translation.By":    {"human", "machine", "community"},
	"Term.Code":         {"prevention", "protection", "identification", "rights"},
	"ListView.Symbol":   {"prevention", "protection", "identification", "rights"},
	"Section.ID":        {"results", "adapt", "context"},
	"SourceChange.Part": {"title", "summary", "section"},
	"Piece.Kind":        {"same", "gone", "new"},
	"DownloadItem.Kind": content.DownloadKinds,

	"TranslationGroup.Key": {"message", "practice", "page"},
}

// hostile are texts that would do harm where they are not escaped.
var hostile = []string{`<script>x</script>"'`, `javascript:alert(1)`, `</title></script><img src=x onerror=x>`, "\"' onclick=x `{{"}

// TestViews executes every layout in every language with the emptiest view and
// with full ones, whose every text is hostile.
func TestViews(t *testing.T) {
	plan, faults := Read(readGolden(t, "testdata/formats.txtar").source(), Options{}, shared)
	if plan == nil {
		t.Fatal(faults)
	}
	checkViewNames(t)
	for _, name := range slices.Sorted(maps.Keys(views)) {
		t.Run(name, func(t *testing.T) {
			zero := reflect.ValueOf(views[name])
			for i, lang := range plan.langs {
				checkView(t, plan, name, lang.Tag, zero.Interface())
				for n := range 20 {
					f := filler{n: n, words: plan.words[i], text: hostile[n%len(hostile)]}
					view := reflect.New(zero.Type()).Elem()
					f.fill(view, "", 0)
					checkView(t, plan, name, lang.Tag, view.Interface())
				}
			}
		})
	}
}

// checkViewNames wants every layout of the folder to be tried.
func checkViewNames(t *testing.T) {
	t.Helper()
	files, err := fs.Glob(programFiles(), "layouts/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "layouts/"), ".html")
		if _, ok := views[name]; !ok {
			t.Errorf("layout %q is not tried here", name)
		}
	}
}

func checkView(t *testing.T, plan *Plan, name, lang string, view any) {
	t.Helper()
	var out bytes.Buffer
	if err := plan.set.Execute(&out, name, lang, view); err != nil {
		t.Fatal(err)
	}
	page, err := html.Parse(&out)
	if err != nil {
		t.Fatal(err)
	}
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "img" {
			t.Fatalf("%s: a text became an element", lang)
		}
		if n.Data == "script" && (attr(n, "type") == "application/ld+json") == has(n, "[src]") {
			t.Fatalf("%s: a text became a script: %s", lang, text(n))
		}
		if n.Data == "script" && !has(n, "[src]") && !json.Valid([]byte(n.FirstChild.Data)) {
			t.Fatalf("%s: no JSON: %s", lang, text(n))
		}
		for _, a := range n.Attr {
			link := a.Key == "href" || a.Key == "src"
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.ContainsAny(a.Key, "\"'<`{") ||
				link && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				t.Fatalf("%s: attribute %s=%q on <%s>", lang, a.Key, a.Val, n.Data)
			}
		}
	}
}

// A filler fills every field of a view; n tells which of the known keys comes
// first.
type filler struct {
	n     int
	words layout.Words
	text  string
}

func (f filler) fill(v reflect.Value, field string, depth int) {
	switch v.Addr().Interface().(type) {
	case *time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)))
		return
	case *layout.Words:
		v.Set(reflect.ValueOf(f.words))
		return
	case *template.HTML:
		v.SetString("<p>markup</p>")
		return
	case *any:
		v.Set(reflect.ValueOf(thing{f.text: []string{f.text}}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text)
		if known := keys[field]; known != nil {
			v.SetString(known[f.n%len(known)])
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(3 + f.n%2*9000))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), field, depth)
	case reflect.Slice:
		f.list(v, field, depth)
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name, depth)
		}
	default:
		panic(fmt.Sprint("a view has a ", v.Type()))
	}
}

// list fills a list with an item for each known key, at least two.
func (f filler) list(v reflect.Value, field string, depth int) {
	if depth > 3 {
		return // terms have members, which are terms
	}
	size := 2
	for name, known := range keys {
		if name == field || strings.HasPrefix(name, v.Type().Elem().Name()+".") {
			size = max(size, len(known))
		}
	}
	v.Set(reflect.MakeSlice(v.Type(), size, size))
	for i := range size {
		item := f
		item.n += i
		item.fill(v.Index(i), field, depth+1)
		if field == "HomeView.Kinds" {
			known := keys["CardGroup.Key"]
			v.Index(i).FieldByName("Code").SetString(known[item.n%len(known)])
		}
	}
}
