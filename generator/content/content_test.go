package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"acervo/generator/diag"
)

// TestIDs has ids of records that exist, of every kind.
func TestIDs(t *testing.T) {
	valid := strings.Fields("w5q01qx vr4zngt h5tgftg wm72vs6 0mkz14v pg9z0td 22j8wpk 87qtfk0 4p6r76m 1pfhcnn dfvtj7d st2zzs3 1ghc9d3 72vhc7c")
	for _, id := range valid {
		if !ValidID(id) {
			t.Errorf("%q is not valid", id)
		}
		if minted := id[:6] + string(checkCharacter(id[:6])); minted != id {
			t.Errorf("the check character of %q gives %q", id, minted)
		}
	}
	for _, id := range strings.Fields("w5q01q w5q01qxx W5Q01QX a5q01qx w5q01qe 145 5wq01qx") {
		if ValidID(id) {
			t.Errorf("%q is valid", id)
		}
	}
	if ValidID("") {
		t.Error("the empty id is valid")
	}
}

// TestIDSlips shows that one changed character and two swapped neighbours are
// always found: the places count differently and 29 is a prime.
func TestIDSlips(t *testing.T) {
	const id = "w5q01qx"
	for i := range id {
		for _, c := range alphabet {
			if slip := id[:i] + string(c) + id[i+1:]; slip != id && ValidID(slip) {
				t.Errorf("%q is valid", slip)
			}
		}
		if i > 0 && i < 6 && id[i] != id[i-1] {
			if slip := id[:i-1] + id[i:i+1] + id[i-1:i] + id[i+1:]; ValidID(slip) {
				t.Errorf("%q is valid", slip)
			}
		}
	}
}

func TestMint(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		if id := MintID(random.IntN); !ValidID(id) {
			t.Fatalf("minted %q", id)
		}
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"Línea 145 y comités locales":  "linea-145-y-comites-locales",
		"  ¿Qué es?  ":                 "que-es",
		"ÑANDÚ & Cía.":                 "nandu-cia",
		"À l’école, cœur et ßtraße":    "a-l-ecole-coeur-et-sstrasse",
		"Proteção às crianças":         "protecao-as-criancas",
		"Łódź Đà Nẵng":                 "lodz-da-nang",
		"Protección — 2.ª parte":       "proteccion-2-parte",
		"Термін":                       "",
		"---":                          "",
		strings.Repeat("palabra ", 20): "palabra-palabra-palabra-palabra-palabra-palabra-palabra-palabra-palabra-palabra",
		strings.Repeat("a", 90):        strings.Repeat("a", 80),
	} {
		if got := Slug(title); got != want {
			t.Errorf("Slug(%q) = %q, want %q", title, got, want)
		}
	}
	for _, bad := range []string{"", "-a", "a-", "a--b", "A", "a_b", "á", "a/b", strings.Repeat("a", 81)} {
		if IsSlug(bad) {
			t.Errorf("IsSlug(%q)", bad)
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, title := range []string{"Línea 145", "ß", "Термін", strings.Repeat("á-", 60), "\xff", "İ"} {
		f.Add(title)
	}
	f.Fuzz(func(t *testing.T, title string) {
		slug := Slug(title)
		if slug != "" && !IsSlug(slug) {
			t.Errorf("Slug(%q) = %q, which is no slug", title, slug)
		}
		if again := Slug(slug); again != slug {
			t.Errorf("Slug(%q) = %q", slug, again)
		}
	})
}

func FuzzFrontMatter(f *testing.F) {
	for _, text := range []string{
		"---\nid: w5q01qx\ntitle: \"Radio\"\n---\n\n## A {#actions}\n", "---\n---\n", "---\na: &x [*x]\n---\n", "---\r\na: b\r\n---\r\n",
		"\ufeff---\na: {b: [c, {d: e}]}\n---\n", "---\n? [a]\n: b\n---\n", "---\n!!binary x: y\n---\n", "---\na: |\n ---\n---\n", "---\n<<: {a: b}\n---\nx",
		"---\nsafety: {on: 2026-05-31, by: x}\nsources: [{id: s1}]\norganizations: [{id: x}, y]\nresults: [{unit: {es: x}}]\n---\n",
	} {
		f.Add([]byte(text))
	}
	base := tinySite(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		files := fstest.MapFS{}
		for name, file := range base {
			if strings.HasPrefix(name, "content/vocabularies/") || name == siteFile {
				files[name] = file
			}
		}
		for _, k := range Kinds {
			files["content/"+k.Folder+"/x/index.es.md"] = &fstest.MapFile{Data: data}
			files["content/"+k.Folder+"/x/index.en.md"] = &fstest.MapFile{Data: data}
		}
		_, faults := Read(files, nil)
		if len(faults) == 0 {
			t.Error("no faults: one text cannot be right for every kind and for its translation")
		}
		lines := bytes.Count(normalize(data), []byte("\n")) + 1
		for _, fault := range faults {
			if strings.HasSuffix(fault.Path, ".md") && fault.Line > lines {
				t.Errorf("%s: the file has %d lines", fault.Place(), lines)
			}
		}
		Accept(data, "1:"+strings.Repeat("0", 64))
	})
}

func sum(text string) string {
	hash := sha256.Sum256([]byte(text))
	return "1:" + hex.EncodeToString(hash[:])
}

// TestHash has the text that is hashed written out, and changes that do and do
// not change it.
func TestHash(t *testing.T) {
	const file = "---\nid: w5q01qx\ntitle: Víctima\nsynonyms: [uno, dos]\navoid: [{term: esclava, why: hiere}]\nsummary: >\n  Una\n  persona.\nslug: victima\n---\n\n\nCuerpo  \n\nfin.\n\n\n"
	const hashed = "Víctima\nuno\ndos\nesclava: hiere\nUna persona.\nvictima\nCuerpo\n\nfin.\n"
	read := func(file string) string {
		files := tinySite(t)
		files["content/glossary/x/index.es.md"] = &fstest.MapFile{Data: []byte(file)}
		library, _ := Read(files, nil)
		return library.PageAt("content/glossary/x/index.es.md").Hash
	}
	if got, want := read(file), sum(hashed); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	for name, same := range map[string]string{
		"CRLF":          strings.ReplaceAll(file, "\n", "\r\n"),
		"BOM":           bom + file,
		"decomposed":    strings.ReplaceAll(file, "í", "i\u0301"),
		"order of keys": strings.Replace(file, "id: w5q01qx\ntitle: Víctima", "title: \"Víctima\" # a comment\nid: w5q01qx", 1),
		"spaces":        strings.ReplaceAll(file, "fin.\n\n\n", "fin. \t\n"),
	} {
		if got := read(same); got != sum(hashed) {
			t.Errorf("%s changes the hash", name)
		}
	}
	for _, change := range [][2]string{{"dos", "tres"}, {"uno, dos", "dos, uno"}, {"hiere", "duele"}, {"fin.", "fin"}, {"Cuerpo", "cuerpo"}, {"slug: victima\n", ""}} {
		if read(strings.Replace(file, change[0], change[1], 1)) == sum(hashed) {
			t.Errorf("the change of %q does not change the hash", change[0])
		}
	}
}

// TestTable holds the struct tags of all kinds to what the check, the scaffold
// and the exports expect of them.
func TestTable(t *testing.T) {
	types := regexp.MustCompile(`^(text|word|flag|number|id|slug|tag|country|date|year|since|url|mail|license|sdg|key|code|ref|object|local|signature|source|party|sourceyear|countryid)$`)
	var check func(at string, fields []Field)
	check = func(at string, fields []Field) {
		names := map[string]bool{}
		for _, f := range fields {
			where := at + "." + f.Name
			switch {
			case names[f.Name]:
				t.Errorf("%s is there twice", where)
			case !types.MatchString(f.Type):
				t.Errorf("%s has the type %q", where, f.Type)
			case f.Type == "code" && !slices.Contains(vocabularyNames, f.Argument):
				t.Errorf("%s has the vocabulary %q", where, f.Argument)
			case f.Type == "ref" && KindNamed(f.Argument) == nil:
				t.Errorf("%s refers to the kind %q", where, f.Argument)
			case f.Type == "text" && f.Max == 0:
				t.Errorf("%s has no limit", where)
			case f.Min > 0 && !f.List:
				t.Errorf("%s is no list and has a minimum", where)
			case f.List && f.Required && f.Min == 0:
				t.Errorf("%s is required and may be empty", where)
			case f.Type == "object" && len(f.Fields) == 0:
				t.Errorf("%s has no fields", where)
			}
			names[f.Name] = true
			check(where, f.Fields)
		}
	}
	for _, k := range Kinds {
		fields := k.Fields()
		check(k.Name, fields)
		if fields[0].Name != "id" || !fields[0].Required {
			t.Errorf("%s does not begin with its id", k.Name)
		}
		if KindNamed(k.Name) != k || kindOfFolder(k.Folder) != k {
			t.Errorf("%s is not found by its name and its folder", k.Name)
		}
		for _, name := range []string{"title", "summary"} {
			if f := k.shape.byName[name]; f == nil || !f.Required {
				t.Errorf("%s has no required %s", k.Name, name)
			}
		}
		for _, section := range k.Sections {
			for _, lang := range []string{"es", "en", "fr", "pt"} {
				if headings()[section.ID][lang] == "" {
					t.Errorf("the section %q has no heading in %q", section.ID, lang)
				}
			}
		}
	}
	check("site", shapeOf(reflect.TypeFor[Lang]()).fields)
	check("translation", translationShape.byName["translation"].Fields)
}

// behind finds the examples that a draft has behind number signs.
var behind = regexp.MustCompile(`(?m)^( *)#([a-z]|  )`)

// TestDraft shows that a new record of each kind, in each language, has faults
// only where a person must write, and that its examples are right too.
func TestDraft(t *testing.T) {
	files := tinySite(t)
	library, _ := Read(files, nil)
	for _, k := range Kinds {
		for _, lang := range []string{"es", "fr"} {
			if k == EventKind && lang != "es" {
				continue
			}
			d := Draft{Kind: k, ID: "vr4zngt", Title: `A "b": \c #d`, Lang: lang, UI: "en"}
			if k == CountryKind {
				d.ID = "hn"
			}
			file, data, faults := library.Draft(d)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			onlyToFill(t, files, file, data)
			examples, _, _ := bytes.Cut(data, []byte("\n#withdrawn:"))
			_, body, _ := bytes.Cut(data, []byte("\n---\n"))
			onlyToFill(t, files, file, append(behind.ReplaceAll(examples, []byte("$1$2")), "\n---\n"+string(body)...))
		}
	}
}

func onlyToFill(t *testing.T, base fstest.MapFS, file string, data []byte) {
	t.Helper()
	files := fstest.MapFS{file: {Data: data}}
	for name, f := range base {
		files[name] = f
	}
	library, faults := Read(files, nil)
	for _, f := range faults {
		if f.Code != "to-fill" || f.Path != file {
			message, _ := f.Words("en")
			t.Errorf("%s: %s [%s]", f.Place(), message, f.Code)
		}
	}
	if page := library.PageAt(file); page == nil || page.Title != `A "b": \c #d` {
		t.Errorf("%s: the title is not what was given\n%s", file, data)
	}
}

// TestDraftTitle shows that a title which would be a fault is refused.
func TestDraftTitle(t *testing.T) {
	library, _ := Read(tinySite(t), nil)
	for title, code := range map[string]string{"": "empty-value", "a\nb": "invisible-character", strings.Repeat("a", 121): "too-long", "Tel. 2222 3333": "phone-number"} {
		_, _, faults := library.Draft(Draft{Kind: PracticeKind, ID: "vr4zngt", Title: title, Lang: "es", UI: "en"})
		if len(faults) != 1 || faults[0].Code != code {
			t.Errorf("%q: faults %v, want %s", title, faults, code)
		}
	}
}

// TestScaffoldWords shows that every field of a new record is explained in both
// languages of the program.
func TestScaffoldWords(t *testing.T) {
	for _, ui := range diag.Languages {
		for _, k := range Kinds {
			s := &scaffold{kind: k, ui: ui}
			for _, f := range k.Fields() {
				if s.words("field-"+k.Name+"-"+f.Name) == "" && s.words("field-"+f.Name) == "" {
					t.Errorf("%s: %s.%s is not explained", ui, k.Name, f.Name)
				}
				for _, inner := range f.Fields {
					if f.Name != "emergency" && f.short == "" && s.words("field-"+f.Name+"-"+inner.Name) == "" {
						t.Errorf("%s: %s.%s.%s is not explained", ui, k.Name, f.Name, inner.Name)
					}
				}
			}
		}
	}
}

func TestSectionTitle(t *testing.T) {
	for _, c := range []struct{ id, lang, want string }{
		{"limits", "es", "Límites"}, {"limits", "pt-BR", "Limites"}, {"limits", "cab", "Limits"}, {"emergency", "es", ""},
	} {
		if got := SectionTitle(c.id, c.lang); got != c.want {
			t.Errorf("SectionTitle(%q, %q) = %q, want %q", c.id, c.lang, got, c.want)
		}
	}
}

// TestOfflineIsOn reads the repository's site.yaml, which says nothing of
// copies, and one that is against them.
func TestOfflineIsOn(t *testing.T) {
	data, err := os.ReadFile("../../content/site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"": true, "offline: true\n": true, "offline: false\n": false} {
		lib, _ := Read(fstest.MapFS{"content/site.yaml": {Data: append(bytes.Clone(data), text...)}}, nil)
		if lib.Site.Offline != want {
			t.Errorf("%q: %t", text, lib.Site.Offline)
		}
	}
}

func TestCountryCode(t *testing.T) {
	for name, want := range map[string]string{"HN": "HN", "hn": "HN", "Honduras": "HN", "república dominicana": "DO", "Brasil": "BR", "Germany": "DE", "Atlantis": "", "XX": "", "": ""} {
		if got := CountryCode(name, "es", "en"); got != want {
			t.Errorf("CountryCode(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestAccept shows that only the value of the hash changes.
func TestAccept(t *testing.T) {
	hash := sum("x")
	line := `source_hash: "` + hash + `"`
	for name, c := range map[string][2]string{
		"empty":         {"---\ntitle: x\nsource_hash: \"\"\ntranslation: {by: human}\n---\nsource_hash: z\n", "---\ntitle: x\n" + line + "\ntranslation: {by: human}\n---\nsource_hash: z\n"},
		"no value":      {"---\nsource_hash:\n---\n", "---\n" + line + "\n---\n"},
		"plain":         {"---\nsource_hash: 1:abc\n---\n", "---\n" + line + "\n---\n"},
		"comment":       {"---\nsource_hash: 'x'  # theirs\na: b \n---\n", "---\n" + line + "  # theirs\na: b \n---\n"},
		"CRLF":          {"---\r\nsource_hash: \"\"\r\na: b\r\n---\r\n", "---\r\n" + line + "\r\na: b\r\n---\r\n"},
		"missing":       {"---\ntitle: x\ntranslation:\n  by: human\n---\nx", "---\ntitle: x\n" + line + "\ntranslation:\n  by: human\n---\nx"},
		"missing, CRLF": {"---\r\ntitle: x\r\ntranslation: {}\r\n---\r\n", "---\r\ntitle: x\r\n" + line + "\r\ntranslation: {}\r\n---\r\n"},
		"missing both":  {"---\ntitle: x\n---\n", "---\ntitle: x\n" + line + "\n---\n"},
		"BOM":           {bom + "---\nsource_hash: \"\"\n---\n", bom + "---\n" + line + "\n---\n"},
		"a rule below":  {"---\ntitle: x\n---\na\n\n---\nsource_hash: b\n", "---\ntitle: x\n" + line + "\n---\na\n\n---\nsource_hash: b\n"},
		"in a text":     {"---\ntitle: >\n  a\n  source_hash: b\ntranslation: {}\n---\n", "---\ntitle: >\n  a\n  source_hash: b\n" + line + "\ntranslation: {}\n---\n"},
	} {
		got, ok := Accept([]byte(c[0]), hash)
		if !ok || string(got) != c[1] {
			t.Errorf("%s: %v\n%q, want\n%q", name, ok, got, c[1])
		}
	}
	for name, file := range map[string]string{
		"no front matter": "source_hash: x\n", "flow": "---\n{source_hash: x}\n---\n", "two lines": "---\nsource_hash: >\n  x\n---\n", "empty": "",
	} {
		if got, ok := Accept([]byte(file), hash); ok {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestOwnContent holds the records of this repository to their rules.
func TestOwnContent(t *testing.T) {
	_, faults := Read(os.DirFS("../.."), nil)
	var told bytes.Buffer
	diag.Write(&told, faults, diag.Text, "en")
	if len(faults) > 0 {
		t.Error(told.String())
	}
}
