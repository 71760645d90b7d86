package search

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Weights of the ways in which a word leads to a term.
const (
	exact     = 1
	accented  = 0.5 // another spelling of a word that was typed without accents
	synonymic = 0.6
	prefixed  = 0.7
	near      = 0.8
	loose     = 0.6
)

const (
	prefixKeys     = 8 // keys that a prefix leads to
	prefixLength   = 3 // code points that make a prefix
	shortestElided = 2 // code points after an apostrophe
)

// Resolve says which terms are meant by a reader's words. While they type, the
// last word is a prefix too.
func (x *Index) Resolve(query string, typing bool) (Plan, error) {
	r := resolver{x: x, plan: Plan{Groups: []Group{}, Phrases: [][]string{}, Exclude: []Group{}, Unknown: []string{}, Corrected: [][2]string{}}}
	for _, p := range parse(strings.ToValidUTF8(query, "\uFFFD")) {
		list := x.pipeline.words(p.text)
		list = slices.DeleteFunc(list, func(w word) bool { return w.key == "" })
		switch p.kind {
		case typedPhrase:
			r.phrase(list)
		case typedExclusion:
			r.exclude(list)
		default:
			open := typing && p.last && len(list) > 0 && list[len(list)-1].end == len(p.text)
			r.words(list, open)
		}
	}
	return r.plan, r.err
}

// A resolver makes one plan. After an error it finds nothing more.
type resolver struct {
	x    *Index
	plan Plan
	err  error
}

// words resolves words in a row, the longest keys of several words first.
func (r *resolver) words(list []word, open bool) {
	for len(list) > 0 {
		n := min(wordsOfKey, len(list))
		for ; n > 1; n-- {
			if alternatives := r.several(list[:n]); len(alternatives) > 0 {
				r.group(joined(list[:n], func(w word) string { return w.form }), alternatives)
				break
			}
		}
		if n == 1 {
			r.word(list[0], open && len(list) == 1)
		}
		list = list[n:]
	}
}

// joined writes a part of each word with one space between.
func joined(list []word, part func(word) string) string {
	parts := make([]string, len(list))
	for i, w := range list {
		parts[i] = part(w)
	}
	return strings.Join(parts, " ")
}

// several resolves a key of several words: the words themselves, and what they
// mean.
func (r *resolver) several(list []word) []Alternative {
	key := joined(list, func(w word) string { return w.key })
	s, e := r.entryIn(r.x.shardOf(list[0].key), key)
	if e == nil {
		return nil
	}
	var all []Alternative
	var own []string
	known := true
	for _, w := range list {
		form, found := r.one(w)
		if known = known && found; form != "" && !slices.Contains(own, form) {
			own = append(own, form)
		}
	}
	if known && len(own) > 0 {
		all = append(all, Alternative{own, exact})
	}
	return add(all, synonyms(s, e)...)
}

// word resolves a word.
func (r *resolver) word(w word, open bool) {
	found, known := r.written(w, open)
	for i, part := range elided(w) {
		if known {
			break
		}
		found, known = r.written(part, open && part.end == w.end)
		known = known && (i == 0 || len(found) > 0) // the stop word qu' is not what qu'écoute means
	}
	if !known {
		found, known = r.near(w)
	}
	switch {
	case len(found) > 0:
		r.group(w.form, found)
	case !known:
		r.unknown(w)
	}
}

// elided returns the parts of a word between apostrophes that can stand alone,
// the last first.
func elided(w word) []word {
	const apostrophes = "'’"
	if !strings.ContainsAny(w.form, apostrophes) {
		return nil
	}
	var parts []word
	for part := range strings.FieldsFuncSeq(w.form, func(r rune) bool { return strings.ContainsRune(apostrophes, r) }) {
		if utf8.RuneCountInString(part) >= shortestElided {
			parts = append(parts, word{form: part, key: key(part)})
		}
	}
	slices.Reverse(parts)
	if len(parts) > 0 && strings.HasSuffix(w.form, parts[0].form) {
		parts[0].end = w.end
	}
	return parts
}

// written finds the terms of a word as it is written, and of its synonyms;
// when it is open, those of the words that begin so as well. A stop word is
// known without leading to anything.
func (r *resolver) written(w word, open bool) (found []Alternative, known bool) {
	s, e := r.entry(w.key)
	if e != nil {
		forms := spelled(e, w)
		known = len(e.forms) > 0 || len(e.synonyms) > 0
		for i, f := range forms {
			weight := float64(exact)
			if i > 0 && forms[0].text == w.form {
				weight = accented
			}
			found = add(found, Alternative{[]string{s.terms[f.term].name}, weight})
		}
		if len(found) > 0 || len(e.forms) == 0 {
			found = add(found, synonyms(s, e)...)
		}
	}
	if open && utf8.RuneCountInString(w.key) >= shortestPrefix(w.key) {
		begun := r.begun(w.key)
		known = known || len(begun) > 0
		found = add(found, begun...)
	}
	return found, known
}

// spelled returns the forms of a key that a word can mean, the one that is
// spelled as the word first. A word with accents means only the form that is
// spelled so, if there is one; a stop word means nothing.
func spelled(e *entry, w word) []spelling {
	at := slices.IndexFunc(e.forms, func(f spelling) bool { return f.text == w.form })
	if at >= 0 && e.forms[at].term < 0 {
		return nil
	}
	if at >= 0 && w.form != w.key {
		return e.forms[at : at+1]
	}
	var list []spelling
	if at >= 0 {
		list = append(list, e.forms[at])
	}
	for i, f := range e.forms {
		if i != at && f.term >= 0 {
			list = append(list, f)
		}
	}
	return list
}

// synonyms are the alternatives of an entry's synonyms.
func synonyms(s *shard, e *entry) []Alternative {
	var all []Alternative
	for _, terms := range e.synonyms {
		a := Alternative{Weight: synonymic}
		for _, t := range terms {
			if name := s.terms[t].name; !slices.Contains(a.Forms, name) {
				a.Forms = append(a.Forms, name)
			}
		}
		all = append(all, a)
	}
	return all
}

// shortestPrefix is how many code points of a key make a prefix: one where a
// character is a syllable or a word.
func shortestPrefix(key string) int {
	r, _ := utf8.DecodeRuneInString(key)
	switch {
	case r >= 0x1100 && r < 0x1200, r >= 0x2E80 && r < 0xD800, r >= 0xF900 && r < 0xFB00, r >= 0xFF66 && r < 0xFFE0, r >= 0x10000:
		return 1
	}
	return prefixLength
}

// A located key is an entry with its shard.
type located struct {
	*shard
	*entry
}

// begun finds the terms of the most frequent keys of one word that begin with
// a prefix.
func (r *resolver) begun(prefix string) []Alternative {
	var keys []located
	for n := r.x.shardOf(prefix); n >= 0 && n < len(r.x.manifest.Shards); n++ {
		s := r.shard(n)
		if s == nil {
			break
		}
		from, to := s.prefix(prefix)
		for i := from; i < to; i++ {
			if e := &s.entries[i]; e.key != prefix && alone(e) {
				keys = append(keys, located{s, e})
			}
		}
		if to < len(s.entries) {
			break
		}
	}
	slices.SortStableFunc(keys, func(a, b located) int {
		return cmp.Or(b.frequency()-a.frequency(), compareKeys(a.key, b.key))
	})
	var all []Alternative
	for _, k := range keys[:min(prefixKeys, len(keys))] {
		all = add(all, k.alternatives(prefixed)...)
	}
	return all
}

// alone tells whether a key is one word that leads to a term of its own.
func alone(e *entry) bool {
	return !strings.Contains(e.key, " ") && slices.ContainsFunc(e.forms, func(f spelling) bool { return f.term >= 0 })
}

// frequency is the number of documents with the most frequent form of a key.
func (k located) frequency() int {
	most := 0
	for _, f := range k.forms {
		if f.term >= 0 {
			most = max(most, k.terms[f.term].df)
		}
	}
	return most
}

// alternatives are all forms of a key.
func (k located) alternatives(weight float64) []Alternative {
	var all []Alternative
	for _, f := range k.forms {
		if f.term >= 0 {
			all = add(all, Alternative{[]string{k.terms[f.term].name}, weight})
		}
	}
	return all
}

// add appends alternatives whose terms are not there yet.
func add(all []Alternative, more ...Alternative) []Alternative {
	for _, a := range more {
		if len(a.Forms) > 0 && !slices.ContainsFunc(all, func(b Alternative) bool { return slices.Equal(a.Forms, b.Forms) }) {
			all = append(all, a)
		}
	}
	return all
}

// group adds a group, unless there is one that means the same.
func (r *resolver) group(word string, alternatives []Alternative) {
	r.plan.Groups = addGroup(r.plan.Groups, Group{word, alternatives})
}

func addGroup(all []Group, g Group) []Group {
	if slices.ContainsFunc(all, func(b Group) bool { return reflect.DeepEqual(b.Alternatives, g.Alternatives) }) {
		return all
	}
	return append(all, g)
}

// unknown notes a word that leads to nothing.
func (r *resolver) unknown(w word) {
	if !slices.Contains(r.plan.Unknown, w.form) {
		r.plan.Unknown = append(r.plan.Unknown, w.form)
	}
}

// exclude takes words away, in each of their spellings.
func (r *resolver) exclude(list []word) {
	for _, w := range list {
		if k, _ := r.located(w); k.entry != nil {
			if all := k.alternatives(exact); len(all) > 0 {
				r.plan.Exclude = addGroup(r.plan.Exclude, Group{w.form, all})
			}
		}
	}
}

// located finds the key of a word, or of the part of it that has one, and the
// word or part.
func (r *resolver) located(w word) (located, word) {
	for i, part := range append([]word{w}, elided(w)...) {
		s, e := r.entry(part.key)
		if e != nil && len(e.forms) > 0 && (i < 2 || alone(e)) {
			return located{s, e}, part
		}
	}
	return located{}, w
}

// phrase resolves words in a row. A stop word and a word that is not known may
// be any word; at the ends of a phrase they say nothing.
func (r *resolver) phrase(list []word) {
	forms := make([]string, len(list))
	first, last := len(list), -1
	for i, w := range list {
		form, known := r.one(w)
		if !known {
			r.unknown(w)
		}
		if forms[i] = form; form != "" {
			first, last = min(first, i), i
		}
	}
	switch {
	case last < 0:
	case first == last:
		r.group(list[first].form, []Alternative{{forms[first : first+1], exact}})
	default:
		r.plan.Phrases = append(r.plan.Phrases, forms[first:last+1])
	}
}

// one finds the one term that a word means: of the form that is spelled so,
// otherwise of the most frequent. It is empty for a stop word.
func (r *resolver) one(w word) (form string, known bool) {
	k, part := r.located(w)
	if k.entry == nil {
		return "", false
	}
	if forms := spelled(k.entry, part); len(forms) > 0 {
		return k.terms[forms[0].term].name, true
	}
	return "", true
}

// entry finds a key of one word.
func (r *resolver) entry(key string) (*shard, *entry) {
	return r.entryIn(r.x.shardOf(key), key)
}

// entryIn finds a key in a shard.
func (r *resolver) entryIn(n int, key string) (*shard, *entry) {
	s := r.shard(n)
	if s == nil {
		return nil, nil
	}
	if i, ok := s.find(key); ok {
		return s, &s.entries[i]
	}
	return nil, nil
}

// shard returns a shard, nil when there is none.
func (r *resolver) shard(n int) *shard {
	if n < 0 || r.err != nil {
		return nil
	}
	s, err := r.x.shard(n)
	if err != nil {
		r.err = err
		return nil
	}
	return s
}
