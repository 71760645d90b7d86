package search

import "strings"

// A piece is a part of what a reader typed.
type piece struct {
	kind pieceKind
	text string
	last bool // it ends where the query ends
}

type pieceKind int

const (
	typedWords     pieceKind = iota
	typedPhrase              // words in a row
	typedExclusion           // after a - at a word's start, up to a space
)

// Signs that part a query. Any quote begins a phrase, and any ends it; a phrase
// that is not ended goes on to the end.
const (
	quotes = "\"“”«»„"
	spaces = " \t\r\n\u00A0\u3000"
)

// parse parts a query into pieces, none of them empty.
func parse(query string) []piece {
	var pieces []piece
	kind, from := typedWords, 0
	end := func(at int) {
		if at > from {
			pieces = append(pieces, piece{kind, query[from:at], at == len(query)})
		}
	}
	start := true // at a word's start
	for at, r := range query {
		switch quote := strings.ContainsRune(quotes, r); {
		case quote:
			end(at)
			if kind == typedPhrase {
				kind = typedWords
			} else {
				kind = typedPhrase
			}
			from = at + len(string(r))
		case kind == typedWords && start && r == '-':
			end(at)
			kind, from = typedExclusion, at+1
		case kind == typedExclusion && strings.ContainsRune(spaces, r):
			end(at)
			kind, from = typedWords, at
		}
		start = strings.ContainsRune(spaces, r)
	}
	end(len(query))
	return pieces
}
