// Package search makes the search index of a site's language, and answers from
// a bleve index what a browser answers from the files. It takes plain
// documents and knows nothing of records.
//
//	documents → Build → Index → Files     what the browser fetches
//	words     → Index.Resolve → Plan      which index terms are meant
//	Plan      → Referee.Search → Result   bleve's answer, the measure of the browser's
//
// # Terms and written forms
//
// A text is cut into words by bleve's unicode tokenizer (UAX #29). The token
// filters of the language's analyzer make a term of each word's form, or
// nothing of a stop word. A language without an analyzer has lower case only.
// All stop words of a language are in its dictionary, seen or not. The terms
// themselves are in no file: a term is named by a written form that leads to
// it, since the same filters make the same term of it again.
//
// A form is a word in lower case (with ς as σ). Its key is the form without
// accents: decomposed (NFD), without U+0300–U+036F, U+0640, U+064B–U+065F and
// U+0670, with æ, œ, ß, ø, ł, đ, ı as ae, oe, ss, o, l, d, i; ’ is '. A key has
// at least one and at most 64 code points; other words are not indexed by key
// (they count in the lengths). Keys are in the order of their UTF-16 code units.
//
// With the analyzer cjk (ja, ko, zh) forms are the analyzer's own tokens. Those
// of Han and kana are pairs of characters, which are their own terms and keys;
// other words, hangul too, stay whole and have keys as elsewhere.
//
// # Ranking
//
// The fields are title, summary, headings, body, with the boosts of [Boosts].
// A plan has groups (one for each word that is meant), each with alternatives
// of one or more terms. An alternative matches a document that has all of its
// terms, in whichever fields; a group matches where an alternative does. The
// score of a term in a field is bleve's BM25:
//
//	weight · boost · idf² · k1·√freq / (√freq + k1·(1 − b + b·length/average))
//	idf = ln(1 + (N − df + ½)/(df + ½))   k1 = 1.2   b = 0.75
//	average = ⌈terms in the field of all documents / N⌉
//	length = 1/norm²; norm = 1/√(terms in the document's field), rounded to a float32
//
// where df counts the documents with the term in that field, but for the
// summary those with it in any: a word that few summaries have need not be
// rare. The score of an alternative, of a group and of all groups together is
// the sum. The first tier are the documents that match all groups; the second
// those that match some, their sum multiplied by the share of groups that
// match. Within a tier the order is by score, then by number of the document.
// Of many documents those that are alike have numbers in a row (see
// arrange.go). Each phrase must match in both tiers and adds, for each field in
// which it stands, the scores of its terms in that field. Excluded groups and
// filters take documents away and add nothing. With one group or none the second tier is empty; without groups
// (phrases only) the first tier are the documents with all phrases, and without
// phrases too (exclusions only) all documents; but none when words are unknown,
// or when there are stop words only.
//
// # Files, format 4
//
// A file is a classic script that calls one function, so that it loads from a
// server and from a folder alike:
//
//	<dir>/manifest.js         acervoSearch("<dir>",{…})
//	<dir>/<hash>/<name>.js    acervoSearch("<dir>/<hash>/<name>","<text>")
//
// dir is the language's directory, or <dir>-<lang> for a rest index (the
// documents that are missing in dir's language, in their own). hash is the
// start of the SHA-256 of all the other files' data, 8 hexadecimal digits.
//
// The text is data compressed with zlib, in base64 (RFC 4648 §4, without
// padding). What a server compresses again is no larger for it than the data,
// while characters of 7 bits, of which a few cannot stand in a string, make 4 %.
//
// The manifest:
//
//	format   4
//	lang     language tag
//	hash     the directory with the current files
//	docs     number of documents
//	cjk      whether runs of Han and kana are cut into pairs
//	totals   number of terms in each field of all documents
//	boosts   of the fields
//	shards   where each dictionary shard begins: not after its first key, and
//	         after the last of the shard before
//	ends     where each file of the vocabulary begins
//	least    documents of a word that is in the vocabulary: 3, with fewer than
//	         1,000 documents 2, with fewer than 300 1
//	group    documents in one file of records
//	facets   ids of the facets, in order
//	rest     [{dir, lang, docs}], rest indexes
//	ranges   classes of rare characters (see rare.go), where a word has one
//
// A number in the files below is an unsigned LEB128 varint under 2³²; a string
// is its length in bytes and UTF-8. A column is one value for each item, all
// items after one another. Nothing follows the last column; what is cut short,
// runs over, or counts beyond its file is refused.
//
// d<n>: a dictionary shard, keys in a range. Terms are numbered within the
// shard in the order in which its keys first lead to them.
//
//	T                   number of terms
//	column inline[T]    documents of the term, whose postings are here; 0: in a pack
//	for each term in a pack: df, pack, the number of postings before its own there
//	F                   the file with the positions of the first term
//	B                   number of terms of other shards before it there
//	C                   number of further files with positions
//	column cuts[C]      the term with which each of them begins
//	postings            of the terms that have them here, in their order
//	K                   number of keys
//	column shared[K]    bytes that the key begins with as the one before does
//	column rest[K]      bytes that follow
//	bytes of the rests
//	column head[K]      forms·4 + (2 if it has synonyms) + (1 if it begins a key of several words)
//	for each key: its forms: spelling, then
//	  t: 0 a stop word; otherwise 1 + (terms numbered so far − the term's number),
//	  so 1 is the next new term
//	  and, where it has synonyms: their number; for each the number of its terms,
//	  each as t, a new one followed by its spelling, a string that is never empty
//
// A spelling is a number: 0: as the key; 2·m: the key with m marks, for each of
// which follow how many of the key's code points are before it (since the mark
// before) and its code point − U+0300; the whole in form NFC; 2·bytes + 1: the
// spelling follows.
//
// A key of several words has them with one space between, and is in the shard
// of its first word's place. Forms of a key are in order of falling df, then of
// spelling. The forms of one key that lead to the same term are one form: the
// most frequent spelling.
//
// Postings of terms in a row, P in all:
//
//	column high[P]      (document number − the term's one before − 1, from −1) / 128
//	column head[P]      0–239: only in the body, freq = head + 1
//	                    241–255: 240 + the sum of 1 title, 2 summary, 4 headings, 8 body
//	freqs               for each head over 240, in the order of postings and fields
//	lengths             beside the freqs of title, summary and headings: how many
//	                    terms the document's field has
//	P bytes             what the division by 128 leaves
//
// k<n>: a pack: P and the postings of frequent terms.
//
// p<n>: positions of terms in the order of all shards: their number, and a
// column with how many positions each term has, P in all; then a column high[P]
// and P bytes as with postings. For each document, each field with the term,
// there are freq differences of positions, less 1 each (from 0; the first word
// of a field is at 1; stop words count). Terms that only synonyms lead to have
// none.
//
// n: the bodies' lengths: for each the difference d from the one before (from
// 0), written as 2·d or, below 0, as −2·d − 1: a column of docs numbers, divided
// by 128, and docs bytes of what that leaves.
//
// r<n>: records of documents n·group to n·group+group−1: JSON, a list of
// [title, address, summary, lang, [names of countries], [labels]]. An asterisk
// in an address stands for the title in lower case without accents, as in a key,
// with "-" for each run of other characters than a–z and 0–9, but none at its
// ends.
//
// f: facets: JSON {"facets": [{"id", "label", "values": [[code, label], …],
// "sets": [[value, …], …], "docs": [set, run, …]}], "dates": [days, run, …]},
// where a run is how many documents in a row are so, and days count from
// 1970-01-01, 0 for unknown.
//
// v<n>: the vocabulary for typing errors, in the order of endings: keys of one
// word with four code points or more and a term that as many documents have as
// the manifest says, each with its code points from the last to the first: K,
// columns shared and rest, bytes of the rests, as in a shard; then column
// df[K], at most 255. One error leaves the beginning of a word as it is, or what
// follows the letter after that, so that some shards and files of the vocabulary
// have all words that one may be meant for. Of the splits of a word that with
// the fewest files counts; they are looked at where the word's own shard, which
// is looked at first, has none with one error. Words with two errors are found
// where these files have them: to be sure of them would take all files.
package search

import "time"

// Format is the version of the files' format.
const Format = 4

// The fields of a document, in the order of all columns.
const (
	title = iota
	summary
	headings
	body
	fields
)

// Boosts are the weights of title, summary, headings and body.
var Boosts = [fields]float64{4, 1.2, 1.8, 1}

// A Document is what can be found.
type Document struct {
	Title, Summary, Headings, Body string              // the text that is searched; Summary may have more than is shown
	Facets                         map[string][]string // codes by facet
	Date                           time.Time           // zero: unknown
	Record                         Record

	Source string          // names the text between two builds: that of a source is always the same; may be empty
	Read   func(*Document) `json:"-"` // fills in the text when it is needed; nil where it is there
}

// A Record is what a result shows.
type Record struct {
	Title, Address, Summary string // the address is relative to the site's base, or whole
	Lang                    string // language of title and summary
	Countries, Labels       []string
}

// A Facet is a filter and its values, in the order in which they are shown.
type Facet struct {
	ID, Label string
	Values    []Value
}

// A Value is a code of a facet with its label.
type Value struct{ Code, Label string }

// A Synonym lets words lead to terms that are written otherwise. Both are
// plain text of one or more words; From may be of any language.
type Synonym struct{ From, To string }

// A Rest names a rest index.
type Rest struct {
	Dir  string `json:"dir"`
	Lang string `json:"lang"`
	Docs int    `json:"docs"`
}

// Options say what an index is for.
type Options struct {
	Dir, Lang string
	Facets    []Facet
	Synonyms  []Synonym
	Rest      []Rest

	// Last returns a file that was made from a source before, nil where none is
	// known. To compress it again takes long. Last is called by several
	// goroutines, and may be nil.
	Last func(source string) []byte `json:"-"`

	Words *Words `json:"-"` // nil: nothing is known of the last build, and nothing is left to the next
}

// A File is a file of the index; its name is below the site's search folder.
type File struct {
	Name   string
	Data   []byte
	Source string // the hash of what it was made from; "" of the manifest, and where no Last was given
}

// A Plan says which terms are meant by a reader's words. Terms are named by
// written forms.
type Plan struct {
	Groups    []Group     `json:"groups"`
	Phrases   [][]string  `json:"phrases"` // forms in a row; an empty one is any word
	Exclude   []Group     `json:"exclude"`
	Unknown   []string    `json:"unknown"`   // words that lead to nothing
	Corrected [][2]string `json:"corrected"` // a word and the form that was taken for it
}

// A Group is a word, or several that mean one thing.
type Group struct {
	Word         string        `json:"word"`
	Alternatives []Alternative `json:"alternatives"`
}

// An Alternative is a way to match a group: all its forms' terms.
type Alternative struct {
	Forms  []string `json:"forms"`
	Weight float64  `json:"weight"`
}
