package content

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"acervo/generator/diag"
)

// isCountry reports whether code is an ISO 3166-1 alpha-2 code.
func isCountry(code string) bool {
	if len(code) != 2 || code != strings.ToUpper(code) {
		return false
	}
	region, err := language.ParseRegion(code)
	return err == nil && region.IsCountry() && region.Canonicalize().String() == code // DD is Germany now
}

// nearCountry guesses the code that was meant: by its three letters, its
// lower-case form or its name in Spanish or English.
func nearCountry(text string) string {
	if region, err := language.ParseRegion(text); err == nil && region.IsCountry() {
		return region.String()
	}
	byName := map[string]string{}
	var names []string
	for _, code := range []string{"AR", "BO", "BR", "BZ", "CL", "CO", "CR", "CU", "DO", "EC", "GT", "HN", "HT", "JM", "MX", "NI", "PA", "PE", "PR", "PY", "SV", "US", "UY", "VE"} {
		region := language.MustParseRegion(code)
		for _, namer := range []display.Namer{display.Spanish.Regions(), display.English.Regions()} {
			name := Slug(namer.Name(region))
			byName[name] = code
			names = append(names, name)
		}
	}
	return byName[diag.Near(Slug(text), names)]
}

// CountryName returns the name of a country in a language, by its ISO 3166-1
// code: in the language itself where its name is known, else in its parent,
// else the code.
func CountryName(code, lang string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if namer := display.Regions(language.Make(lang)); namer != nil {
		if name := namer.Name(region); name != "" {
			return name
		}
	}
	return code
}

// LanguageName returns the name of a language in another, or its tag.
func LanguageName(tag, lang string) string {
	if namer := display.Tags(language.Make(lang)); namer != nil {
		if name := namer.Name(language.Make(tag)); name != "" {
			return name
		}
	}
	return tag
}

// Licenses are the SPDX identifiers that a record may carry.
// https://spdx.org/licenses/
var Licenses = []string{
	"CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0",
	"CC-BY-3.0", "CC-BY-SA-3.0", "CC-BY-3.0-IGO", "CC-BY-NC-SA-3.0-IGO", "Apache-2.0",
}
