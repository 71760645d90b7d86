package layout

import (
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	identity "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

// Words are the words of one language. A key that no message file has, or a
// value that its message needs and the call does not give, is a mistake in
// the program: the methods panic, and an executed template ends with an error.
type Words struct{ *vocabulary }

type vocabulary struct {
	messages       map[string]message
	category       func(n int) string
	small          [256]string // the categories of small numbers
	used           []string    // the categories that occur
	months         []string
	group, decimal string
	minGrouping    int
}

// T returns the message of a key; args are names and values by turns. A value
// is printed as it is: a number that a person reads comes from Number.
func (w Words) T(key string, args ...any) string {
	return must(w.message(key, args, plain))
}

// N returns the message of a key in the plural form of n, with {n} for the
// number as the language writes it.
func (w Words) N(key string, n int, args ...any) string {
	return must(w.plural(key, n, args, plain))
}

// Date returns the day of t in UTC: "24 de noviembre de 2026".
func (w Words) Date(t time.Time) string {
	t = t.UTC()
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = w.text("date.first")
	}
	return w.T("date.long", "day", day, "month", w.months[t.Month()-1], "year", t.Year())
}

// Number returns n with its thousands grouped.
func (w Words) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) < 3+w.minGrouping {
		return sign + digits
	}
	first := (len(digits)-1)%3 + 1
	grouped := digits[:first]
	for i := first; i < len(digits); i += 3 {
		grouped += w.group + digits[i:i+3]
	}
	return sign + grouped
}

// Bytes returns a size in decimal units, rounded to two figures below ten:
// "1.1 MB".
func (w Words) Bytes(n int64) string {
	unit, key := int64(1), "bytes.b"
	for _, larger := range []string{"bytes.kb", "bytes.mb", "bytes.gb"} {
		// 999 500 bytes are 1.0 MB, not 1000 kB.
		if n < unit*1000-unit/2 {
			break
		}
		unit, key = unit*1000, larger
	}
	tenths := (n*10 + unit/2) / unit
	if unit == 1 || tenths >= 100 {
		return w.T(key, "n", w.Number(int((n+unit/2)/unit)))
	}
	return w.T(key, "n", strconv.FormatInt(tenths/10, 10)+w.decimal+strconv.FormatInt(tenths%10, 10))
}

// Join returns the items as a sentence lists them: "Guatemala, Honduras y
// Panamá".
func (w Words) Join(items ...string) string {
	values := make([]any, len(items))
	for i, item := range items {
		values[i] = item
	}
	return must(w.join(values, plain))
}

// A printer says how the text of a message and its values are written.
type printer func(value any) string

// plain writes text for Go, and for templates, which escape it.
func plain(value any) string { return fmt.Sprint(value) }

// markup writes HTML: a Fragment as it is, all else escaped.
func markup(value any) string {
	if fragment, ok := value.(Fragment); ok {
		return string(fragment)
	}
	return template.HTMLEscapeString(fmt.Sprint(value))
}

func (v *vocabulary) message(key string, args []any, print printer) (string, error) {
	m, ok := v.messages[key]
	if !ok || m.forms == nil {
		return "", fmt.Errorf("no message %q", key)
	}
	if m.plural {
		return "", fmt.Errorf("message %q has plural forms and needs a number", key)
	}
	return fill(key, m.forms["other"], args, print)
}

func (v *vocabulary) plural(key string, n int, args []any, print printer) (string, error) {
	m, ok := v.messages[key]
	if !ok || m.forms == nil {
		return "", fmt.Errorf("no message %q", key)
	}
	text, ok := m.forms[v.form(n)]
	if !ok {
		text = m.forms["other"]
	}
	return fill(key, text, append([]any{"n", Words{v}.Number(n)}, args...), print)
}

// join hands the items through the joints of the language, from the first on.
func (v *vocabulary) join(items []any, print printer) (string, error) {
	if len(items) == 0 {
		return "", nil
	}
	joined := print(items[0])
	for i, item := range items[1:] {
		joint := "list.comma"
		if i == len(items)-2 {
			joint = "list.and"
			if soundsLikeI(item) {
				joint = "list.and-before-i"
			}
		}
		var err error
		// What is joined is printed already: a Fragment is not escaped again.
		if joined, err = fill(joint, v.text(joint), []any{"a", Fragment(joined), "b", item}, print); err != nil {
			return "", err
		}
	}
	return joined, nil
}

// text returns a message that takes no values, or "" where it is missing.
func (v *vocabulary) text(key string) string { return v.messages[key].forms["other"] }

// form returns the plural category of n.
func (v *vocabulary) form(n int) string {
	if n >= 0 && n < len(v.small) {
		return v.small[n]
	}
	return v.category(n)
}

// remember asks the rules once for the small numbers and notes which
// categories occur, with the round numbers for which es, fr and pt have "many".
func (v *vocabulary) remember() {
	seen := map[string]bool{v.category(1_000_000): true}
	for n := range v.small {
		v.small[n] = v.category(n)
		seen[v.small[n]] = true
	}
	for _, category := range categories {
		if seen[category] {
			v.used = append(v.used, category)
		}
	}
}

// categoryOf returns the plural rule of a language as go-i18n has it: a
// message whose forms are their own names, asked for with a number. A language
// without a rule has only "other".
func categoryOf(lang string) func(n int) string {
	tag := language.Make(lang)
	bundle := i18n.NewBundle(tag)
	err := bundle.AddMessages(tag, &i18n.Message{ID: "form", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"})
	if err != nil {
		return func(int) string { return "other" }
	}
	localizer := i18n.NewLocalizer(bundle, lang)
	return func(n int) string {
		return localizer.MustLocalize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: n, TemplateParser: identity.IdentityParser{}})
	}
}

// fill replaces each {name} of a text by the value of that name.
func fill(key, text string, args []any, print printer) (string, error) {
	var out strings.Builder
	for {
		start := strings.IndexByte(text, '{')
		end := strings.IndexByte(text, '}')
		if start < 0 || end < start {
			out.WriteString(print(text))
			return out.String(), nil
		}
		value, ok := argument(args, text[start+1:end])
		if !ok {
			return "", fmt.Errorf("message %q needs a value {%s}", key, text[start+1:end])
		}
		out.WriteString(print(text[:start]))
		out.WriteString(print(value))
		text = text[end+1:]
	}
}

func argument(args []any, name string) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}

// soundsLikeI reports whether an item begins with the vowel i, with or without
// a silent h, and not with a diphthong ("hielo").
func soundsLikeI(item any) bool {
	letters := []rune(strings.ToLower(opening.ReplaceAllString(fmt.Sprint(item), "")))
	if len(letters) > 0 && letters[0] == 'h' {
		letters = letters[1:]
	}
	if len(letters) == 0 || letters[0] != 'i' && letters[0] != 'í' {
		return false
	}
	return len(letters) == 1 || !strings.ContainsRune("aeouáéóú", letters[1])
}

// opening are the tags before the first word of a Fragment.
var opening = regexp.MustCompile(`^(\s*<[^>]*>)*\s*`)

func must(text string, err error) string {
	if err != nil {
		panic("layout: " + err.Error())
	}
	return text
}
