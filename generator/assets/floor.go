package assets

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"acervo/generator/diag"
)

// What the oldest browsers for which the site is made (Chrome 80, Firefox 78,
// Safari 13) drop together with the block or rule around it, and esbuild does
// not lower. A declaration that they drop alone (aspect-ratio, gap in a flex
// box) is left to the author, except the logical shorthands, whose longhands
// they know.
var (
	lost      = regexp.MustCompile(`@layer\b|@scope\b|:(?:is|where|has)\(`)
	shorthand = regexp.MustCompile(`(?:^|[;{\s])((?:margin|padding)-(?:inline|block)|inset-(?:inline|block)(?:-start|-end)?)\s*:`)
	unread    = regexp.MustCompile(`(?s)/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`)
)

// floor returns what of a style sheet is lost in old browsers, save what stands
// inside of @supports.
func floor(name, css string) diag.List {
	var faults diag.List
	code := unread.ReplaceAllStringFunc(css, func(text string) string { return strings.Repeat(" ", len(text)) })
	code = withoutSupports(code)
	add := func(id string, start, end int) {
		before := css[:start]
		line := strings.LastIndexByte(before, '\n') + 1
		faults.Add(id, name, strings.Count(before, "\n")+1, utf8.RuneCountInString(before[line:])+1, diag.Args{"feature": css[start:end]})
	}
	for _, at := range lost.FindAllStringIndex(code, -1) {
		add("style-floor", at[0], at[1])
	}
	for _, at := range shorthand.FindAllStringSubmatchIndex(code, -1) {
		add("style-shorthand", at[2], at[3])
	}
	return faults
}

// withoutSupports blanks each block of @supports with its condition.
func withoutSupports(css string) string {
	for {
		start := strings.Index(css, "@supports")
		if start < 0 {
			return css
		}
		end := closing(css, start)
		css = css[:start] + strings.Repeat(" ", end-start) + css[end:]
	}
}

// closing returns the offset after the block that follows start.
func closing(css string, start int) int {
	depth := 0
	for i := start; i < len(css); i++ {
		switch css[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth <= 0 {
				return i + 1
			}
		case ';':
			if depth == 0 { // an at-rule without a block
				return i + 1
			}
		}
	}
	return len(css)
}
