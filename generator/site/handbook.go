package site

import (
	"bytes"
	"strings"

	"acervo/generator/epub"
)

// Handbook returns what makes the catalogue in a language one page that stands
// alone: its book, and what the page has around it. What holds for Book holds
// for it.
func (p *Plan) Handbook(lang string) (epub.Book, epub.Frame, error) {
	b, err := p.Book(lang)
	if err != nil {
		return b, epub.Frame{}, err
	}
	l := p.lang(lang)
	var bar bytes.Buffer
	if err := p.set.Execute(&bar, "handbook-bar", p.langs[l].Tag, p.frames[l].Frame); err != nil {
		return b, epub.Frame{}, err
	}
	return b, epub.Frame{
		Style: string(p.script("handbook.css")) + p.pageFoot(l), Early: string(p.script("exit.js")), Script: string(p.script("handbook.js")), Bar: bar.String(),
	}, nil
}

// pageFoot is the style that prints the catalogue's name, its date and the
// number of the page at the foot of each page but the first.
// https://www.w3.org/TR/css-page-3/#margin-boxes
func (p *plan) pageFoot(lang int) string {
	w, text := p.words[lang], p.frames[lang].SiteTitle
	if now := p.src.now(); !now.IsZero() {
		text = w.T("book.page-foot", "site", text, "date", w.Date(now))
	}
	const font = "font:8.5pt sans-serif;color:#444"
	return "@page{@bottom-left{content:" + cssString(text) + ";" + font + "}@bottom-right{content:counter(page);" + font + "}}" +
		"@page:first{@bottom-left{content:none}@bottom-right{content:none}}\n"
}

// cssString quotes a text for a style sheet.
// https://www.w3.org/TR/css-syntax-3/#consume-string-token
func cssString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\5c `, `"`, `\22 `, "\n", `\a `, "\r", `\d `, "\f", `\c `, "<", `\3c `).Replace(text) + `"`
}
