package layout

import (
	"math"
	"testing"
	"time"
)

func words(t *testing.T, lang string) Words {
	t.Helper()
	set := load(t, folder(t, map[string]string{
		"messages/es.yaml":    "hits: {one: \"{n} resultado\", many: \"{n} de resultados\", other: \"{n} resultados\"}\nx: \"{a}{b}{a}\"\n",
		"messages/en.yaml":    "hits: {one: \"{n} hit\", other: \"{n} hits\"}\nx: \"{a}{b}{a}\"\n",
		"messages/fr.yaml":    "hits: {one: \"{n} résultat\", many: \"{n} de résultats\", other: \"{n} résultats\"}\nx: \"{a}{b}{a}\"\n",
		"messages/pt.yaml":    "hits: {one: \"{n} resultado\", many: \"{n} de resultados\", other: \"{n} resultados\"}\nx: \"{a}{b}{a}\"\n",
		"messages/pt-BR.yaml": "x: \"br {a}\"\n",
	}), "es", "en", "fr", "pt", "pt-BR")
	return set.Words(lang)
}

func TestPlurals(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"es", 0, "0 resultados"},
		{"es", 1, "1 resultado"},
		{"es", 2, "2 resultados"},
		{"es", 300, "300 resultados"},
		{"es", 1_000_000, "1\u00a0000\u00a0000 de resultados"},
		{"es", 1_000_001, "1\u00a0000\u00a0001 resultados"},
		{"en", 0, "0 hits"},
		{"en", 1, "1 hit"},
		{"en", 1_000_000, "1,000,000 hits"},
		{"fr", 0, "0 résultat"},
		{"fr", 1, "1 résultat"},
		{"fr", 2, "2 résultats"},
		{"fr", 2_000_000, "2\u202f000\u202f000 de résultats"},
		{"pt", 0, "0 resultado"},
		{"pt", 1, "1 resultado"},
		{"pt", 21, "21 resultados"},
		{"pt-BR", 1_000_000, "1.000.000 de resultados"},
	} {
		if got := words(t, c.lang).N("hits", c.n); got != c.want {
			t.Errorf("%s %d: got %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestPluralCategories(t *testing.T) {
	arabic := categoryOf("ar")
	for n, want := range map[int]string{0: "zero", 1: "one", 2: "two", 3: "few", 11: "many", 100: "other", 1_000_003: "few"} {
		if got := arabic(n); got != want {
			t.Errorf("ar %d: got %s, want %s", n, got, want)
		}
	}
	// Garífuna and Mam have no rule in CLDR.
	for _, lang := range []string{"cab", "mam"} {
		if got := categoryOf(lang)(1); got != "other" {
			t.Errorf("%s 1: got %s, want other", lang, got)
		}
	}
}

func TestDates(t *testing.T) {
	first, last := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)
	for _, c := range []struct{ lang, first, last string }{
		{"es", "1 de marzo de 2026", "31 de diciembre de 1999"},
		{"en", "1 March 2026", "31 December 1999"},
		{"fr", "1er mars 2026", "31 décembre 1999"},
		{"pt", "1º de março de 2026", "31 de dezembro de 1999"},
		{"pt-BR", "1º de março de 2026", "31 de dezembro de 1999"},
	} {
		w := words(t, c.lang)
		if got := w.Date(first); got != c.first {
			t.Errorf("%s: got %q, want %q", c.lang, got, c.first)
		}
		if got := w.Date(last); got != c.last {
			t.Errorf("%s: got %q, want %q", c.lang, got, c.last)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"es", 0, "0"},
		{"es", 1234, "1234"},
		{"es", 12345, "12\u00a0345"},
		{"en", 999, "999"},
		{"en", 1234, "1,234"},
		{"en", -1234567, "-1,234,567"},
		{"fr", 1234, "1\u202f234"},
		{"pt", 1234, "1.234"},
		{"en", math.MinInt64, "-9,223,372,036,854,775,808"},
	} {
		if got := words(t, c.lang).Number(c.n); got != c.want {
			t.Errorf("%s %d: got %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestBytes(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int64
		want string
	}{
		{"es", 0, "0\u00a0B"},
		{"es", 999, "999\u00a0B"},
		{"es", 1000, "1.0\u00a0kB"},
		{"es", 9_949, "9.9\u00a0kB"},
		{"es", 9_950, "10\u00a0kB"},
		{"es", 999_499, "999\u00a0kB"},
		{"es", 999_500, "1.0\u00a0MB"},
		{"fr", 1_100_000, "1,1\u00a0Mo"},
		{"pt", 52_428_800, "52\u00a0MB"},
		{"en", 5_000_000_000_000, "5,000\u00a0GB"},
	} {
		if got := words(t, c.lang).Bytes(c.n); got != c.want {
			t.Errorf("%s %d: got %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestJoin(t *testing.T) {
	for _, c := range []struct {
		lang  string
		items []string
		want  string
	}{
		{"es", nil, ""},
		{"es", []string{"Guatemala"}, "Guatemala"},
		{"es", []string{"Guatemala", "Honduras", "Panamá"}, "Guatemala, Honduras y Panamá"},
		{"es", []string{"protección", "identificación"}, "protección e identificación"},
		{"es", []string{"protección", "identificación", "derechos"}, "protección, identificación y derechos"},
		{"es", []string{"madres", "hijas", "Íngrid"}, "madres, hijas e Íngrid"},
		{"es", []string{"madres", "hijas"}, "madres e hijas"},
		{"es", []string{"agua", "hielo"}, "agua y hielo"},
		{"en", []string{"protection", "identification"}, "protection and identification"},
		{"fr", []string{"a", "b"}, "a et b"},
		{"pt", []string{"a", "b"}, "a e b"},
	} {
		if got := words(t, c.lang).Join(c.items...); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.lang, c.items, got, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	if got, want := words(t, "es").T("x", "a", 1, "b", "{a}", "c", "unused"), "1{a}1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := words(t, "pt-BR").T("x", "a", "!"), "br !"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWordsPanic(t *testing.T) {
	w := words(t, "es")
	for want, call := range map[string]func(){
		`layout: no message "no.such"`:                               func() { w.T("no.such") },
		`layout: no message "months"`:                                func() { w.N("months", 1) },
		`layout: message "x" needs a value {b}`:                      func() { w.T("x", "a", 1) },
		`layout: message "hits" has plural forms and needs a number`: func() { w.T("hits") },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("got %v, want %s", got, want)
				}
			}()
			call()
		}()
	}
}
