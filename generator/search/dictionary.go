package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A dictionary has all keys in order, and the terms that they lead to.
type dictionary struct {
	keys  []lemma
	terms []inverted
}

// A lemma is a key before it has a shard: terms have the numbers of the build.
type lemma struct {
	key      string
	begins   bool
	forms    []lead
	synonyms [][]lead
}

// A lead is a form that leads to a term, or to none.
type lead struct {
	text string
	term uint32
}

// dictionary brings the forms of each key together.
func (b *build) dictionary(terms []inverted) *dictionary {
	d := &dictionary{keys: make([]lemma, 0, len(b.forms)), terms: terms}
	slices.SortFunc(b.forms, func(x, y formCount) int {
		return cmp.Or(compareKeys(x.key, y.key), cmp.Compare(x.term, y.term), cmp.Compare(y.count, x.count), strings.Compare(x.text, y.text))
	})
	for i := 0; i < len(b.forms); {
		from, key := i, b.forms[i].key
		for i < len(b.forms) && b.forms[i].key == key {
			i++
		}
		if forms := d.leads(b.forms[from:i]); len(forms) > 0 && isKey(key) {
			d.keys = append(d.keys, lemma{key: key, forms: forms})
		}
	}
	b.forms = nil
	b.addSynonyms(d)
	return d
}

// leads are the forms of one key: of those that lead to one term the most
// frequent, which comes first.
func (d *dictionary) leads(forms []formCount) []lead {
	var list []lead
	for i, f := range forms {
		known := f.term == noTerm || d.terms[f.term].df > 0
		if known && (i == 0 || f.term == noTerm || f.term != forms[i-1].term) {
			list = append(list, lead{f.text, f.term})
		}
	}
	slices.SortFunc(list, func(x, y lead) int {
		return cmp.Or(cmp.Compare(d.df(y), d.df(x)), strings.Compare(x.text, y.text))
	})
	return list
}

func (d *dictionary) df(l lead) int {
	if l.term == noTerm {
		return 0
	}
	return d.terms[l.term].df
}

// wordsOfKey is how many words a key may have.
const wordsOfKey = 6

// addSynonyms gives keys their synonyms. Those that lead to terms which no
// document has are left out.
func (b *build) addSynonyms(d *dictionary) {
	byKey := map[string][][]lead{}
	var order []string
	for _, s := range b.options.Synonyms {
		key, to := b.synonymKey(s.From), b.synonymTerms(d, s.To)
		if key == "" || len(to) == 0 {
			continue
		}
		if byKey[key] == nil {
			order = append(order, key)
		}
		if !slices.ContainsFunc(byKey[key], func(l []lead) bool { return sameTerms(l, to) }) {
			byKey[key] = append(byKey[key], to)
		}
	}
	size := len(d.keys)
	for _, key := range order {
		if i, ok := find(d.keys[:size], key); ok {
			d.keys[i].setSynonyms(byKey[key])
		} else {
			d.keys = append(d.keys, lemma{key: key, synonyms: byKey[key]})
		}
	}
	slices.SortFunc(d.keys, func(x, y lemma) int { return compareKeys(x.key, y.key) })
	for _, key := range order {
		first, _, several := strings.Cut(key, " ")
		if i, ok := find(d.keys, first); several && ok {
			d.keys[i].begins = true
		}
	}
}

func find(keys []lemma, key string) (int, bool) {
	return slices.BinarySearchFunc(keys, key, func(l lemma, key string) int { return compareKeys(l.key, key) })
}

// setSynonyms leaves out those that the key's own forms lead to.
func (l *lemma) setSynonyms(list [][]lead) {
	for _, s := range list {
		if len(s) > 1 || !slices.ContainsFunc(l.forms, func(f lead) bool { return f.term == s[0].term }) {
			l.synonyms = append(l.synonyms, s)
		}
	}
}

func sameTerms(a, b []lead) bool {
	return slices.EqualFunc(a, b, func(x, y lead) bool { return x.term == y.term })
}

// synonymKey is the key of a text of one or more words, empty when no key can
// be made of it.
func (b *build) synonymKey(text string) string {
	var keys []string
	for _, w := range b.pipeline.words(text) {
		keys = append(keys, w.key)
	}
	all := strings.Join(keys, " ")
	if len(keys) > wordsOfKey || slices.Contains(keys, "") || !isKey(all) {
		return ""
	}
	return all
}

// synonymTerms are the terms of a text, without its stop words; none when a
// term is in no document.
func (b *build) synonymTerms(d *dictionary, text string) []lead {
	var list []lead
	for _, w := range b.pipeline.words(text) {
		term, ok := b.pipeline.term(w.form)
		if !ok {
			continue
		}
		at, ok := slices.BinarySearch(b.terms, term)
		if !ok || d.terms[at].df == 0 {
			return nil
		}
		if l := (lead{w.form, uint32(at)}); !slices.ContainsFunc(list, func(x lead) bool { return x.term == l.term }) {
			list = append(list, l)
		}
	}
	return list
}

// shortest is how many code points a word has that may be meant by a word
// with a typing error: only words of five or more are corrected.
const shortest = oneError - 1

// least is how many documents have a word that may be meant by another.
func (b *build) least() int {
	switch {
	case len(b.docs) < 300:
		return 1
	case len(b.docs) < 1000:
		return 2
	}
	return 3
}

// vocabulary makes the files of words for typing errors, and returns where
// each begins.
func (b *build) vocabulary(d *dictionary) (files []raw, firsts []string) {
	var list []candidate // with reversed keys
	for _, l := range d.keys {
		if len(l.forms) == 0 || strings.Contains(l.key, " ") || utf8.RuneCountInString(l.key) < shortest {
			continue
		}
		if df := d.df(l.forms[0]); df >= b.least() {
			list = append(list, candidate{reversed(l.key), min(df, mostDocuments)})
		}
	}
	slices.SortFunc(list, func(x, y candidate) int { return compareKeys(x.key, y.key) })
	before := ""
	for from := 0; from < len(list); {
		to, size := from, 0
		for to < len(list) && size < endsSize {
			last := ""
			if to > from {
				last = list[to-1].key
			}
			size += 3 + len(list[to].key) - sharedBytes(last, list[to].key)
			to++
		}
		files = append(files, encodeVocabulary(fmt.Sprint("v", len(files)), list[from:to]))
		firsts = append(firsts, between(before, list[from].key))
		before, from = list[to-1].key, to
	}
	return files, append([]string{}, firsts...)
}

func encodeVocabulary(name string, list []candidate) raw {
	keys := make([]string, len(list))
	for i, c := range list {
		keys[i] = c.key
	}
	data, bytes := appendKeys(nil, keys)
	file := raw{name, data, []int{bytes, len(data)}}
	for _, c := range list {
		file.data = appendNumber(file.data, c.df)
	}
	return file
}

// between is the shortest beginning of a key that is after the key before it.
func between(before, key string) string {
	for at := range key {
		if compareKeys(before, key[:at]) < 0 {
			return key[:at]
		}
	}
	return key
}
