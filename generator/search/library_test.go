package search

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
)

// A library is a corpus that is like a site's in what makes queries easy and
// hard: words are as frequent as in a language, each document is about a few
// of them, and others are about some of those too. It tells one document after
// the other, the same ones for the same number.
type library struct {
	*teller
	fellows []int // of each stem the one that often comes after it
	last    int
}

const (
	ownWords     = 8   // stems that a document is about
	subjectWords = 16  // stems of a subject
	subjectSize  = 120 // documents
)

func newLibrary(docs int) *library {
	l := &library{teller: &teller{tongue: tongues["es"], r: rand.New(rand.NewPCG(1, 7))}}
	known := map[string]bool{}
	sum := 0.0
	for len(l.stems) < 15000+2*docs {
		var b strings.Builder
		for range 1 + l.r.IntN(2)*l.r.IntN(3) {
			vowels := l.vowels[:8]
			if l.r.IntN(12) == 0 { // accents are seldom
				vowels = l.vowels
			}
			b.WriteString(l.pick(l.onsets) + l.pick(vowels))
		}
		b.WriteString(l.pick(l.onsets))
		if s := b.String(); !known[s] {
			known[s] = true
			l.stems = append(l.stems, s)
			sum += 1 / math.Pow(float64(len(l.stems))+12, 1.15)
			l.weights = append(l.weights, sum)
		}
	}
	for range l.stems {
		l.fellows = append(l.fellows, l.frequent())
	}
	return l
}

// frequent picks a stem as often as it stands in the language.
func (l *library) frequent() int {
	return min(sort.SearchFloat64s(l.weights, l.r.Float64()*l.weights[len(l.weights)-1]), len(l.stems)-1)
}

// spell writes the word of a stem, now and then in the plural.
func (l *library) spell(stem int) string {
	l.last = stem
	word := l.prefixes[stem*13%len(l.prefixes)] + l.stems[stem] + l.endings[stem*7%len(l.endings)]
	if l.r.IntN(5) == 0 && strings.ContainsAny(word[len(word)-1:], "aeo") {
		word += "s"
	}
	return word
}

func (l *library) stopWord() string { return l.stops[l.skewed(len(l.stops))] }

// document tells the i-th document. Subjects are many stems apart.
func (l *library) document(i, docs int) Document {
	subject := l.r.IntN(docs/subjectSize + 1)
	ofSubject := func() int { return (subject*97 + l.skewed(subjectWords)) % len(l.stems) }
	var own []int
	for len(own) < ownWords {
		stem := ofSubject()
		if len(own) >= ownWords-2 {
			stem = l.frequent()
		}
		if !slices.Contains(own, stem) {
			own = append(own, stem)
		}
	}
	word := func() string {
		switch n := l.r.IntN(1000); {
		case n < 450:
			return l.stopWord()
		case n < 590:
			return l.spell(own[l.r.IntN(ownWords)])
		case n < 700:
			return l.spell(ofSubject())
		case n < 820: // what is often said together
			return l.spell(l.fellows[l.last])
		case n < 823: // a name, a slip: a word that is seen once
			return l.pick(l.stems) + l.pick(l.onsets) + l.pick(l.vowels) + l.pick(l.endings)
		case n < 830:
			return fmt.Sprint(l.r.IntN(3000))
		default:
			return l.spell(l.frequent())
		}
	}
	d := Document{Title: l.title(own), Summary: l.sentences(20, word), Body: l.sentences(300+l.r.IntN(600), word)}
	var headings []string
	for range 4 {
		headings = append(headings, l.title(own))
	}
	d.Headings = strings.Join(headings, "\n")
	d.Facets = map[string][]string{"theme": {fmt.Sprint(l.r.IntN(8))}, "country": {fmt.Sprint(l.skewed(20))}}
	d.Record = Record{Title: d.Title, Address: fmt.Sprintf("es/practices/%s-%d/", slug(d.Title), i),
		Summary: d.Summary, Lang: "es", Countries: d.Facets["country"]}
	return d
}

// slug is a title in an address.
func slug(title string) string {
	var parts []string
	for _, w := range words(title) {
		parts = append(parts, w.key)
	}
	return strings.Join(parts, "-")
}

// title makes a title of 5 to 9 words: every other one of those that the
// document is about.
func (l *library) title(own []int) string {
	order := l.r.Perm(len(own))
	n := 0
	return strings.TrimRight(l.sentences(5+l.r.IntN(5), func() string {
		if n++; n%2 == 1 {
			return l.spell(own[order[n/2]])
		}
		return l.stopWord()
	}), ".,;–- ")
}

// libraryOptions are the options of a library's index.
func libraryOptions() Options {
	o := Options{Dir: "es", Lang: "es", Facets: []Facet{{ID: "theme", Label: "Tema"}, {ID: "country", Label: "País"}}}
	for i, n := range []int{8, 20} {
		for v := range n {
			o.Facets[i].Values = append(o.Facets[i].Values, Value{fmt.Sprint(v), fmt.Sprint("Valor ", v)})
		}
	}
	return o
}
