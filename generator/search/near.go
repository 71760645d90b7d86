package search

import (
	"strings"
	"unicode/utf8"
)

// How far a word may be from the one that it is taken for, in code points.
const (
	shortestNear = 4 // beginning that both share
	strictRest   = 3 // what either may have after it
	looseRest    = 4
	oneError     = 5 // length from which one typing error is looked for
	twoErrors    = 8
)

// near finds what a word was meant to be: one of its neighbours with the same
// beginning, or a word at a small distance. Words with digits are taken as they
// are.
func (r *resolver) near(w word) (found []Alternative, known bool) {
	if strings.ContainsAny(w.key, "0123456789") || !isKey(w.key) {
		return nil, false
	}
	weight := float64(near)
	k := r.neighbour(w.key, strictRest, true)
	if k.entry == nil {
		k = r.mistyped(w.key)
	}
	if k.entry == nil {
		k, weight = r.neighbour(w.key, looseRest, false), loose
	}
	if k.entry == nil {
		return nil, false
	}
	found = k.alternatives(weight)
	r.plan.Corrected = append(r.plan.Corrected, [2]string{w.form, k.best()})
	return found, true
}

// best is the most frequent spelling of a key that is no stop word.
func (k located) best() string {
	for _, f := range k.forms {
		if f.term >= 0 {
			return f.text
		}
	}
	return ""
}

// neighbour returns the key before or after a place in its shard that has the
// longer beginning in common with the word, if both leave at most rest code
// points after it. Of a strict neighbour the beginning is two thirds.
func (r *resolver) neighbour(key string, rest int, strict bool) (best located) {
	s := r.shard(r.x.shardOf(key))
	if s == nil {
		return best
	}
	place, _ := s.find(key)
	before, after := place-1, place
	for before >= 0 && !alone(&s.entries[before]) {
		before--
	}
	for after < len(s.entries) && !alone(&s.entries[after]) {
		after++
	}
	most := 0
	for _, i := range []int{before, after} {
		if i < 0 || i >= len(s.entries) {
			continue
		}
		k := located{s, &s.entries[i]}
		shared, left, longer := common(key, k.key)
		if shared < shortestNear || left > rest || strict && 3*shared < 2*longer {
			continue
		}
		if shared > most || shared == most && k.frequency() > best.frequency() {
			most, best = shared, k
		}
	}
	return best
}

// common counts the code points that two keys begin with alike, the most that
// either has after them, and those of the longer key.
func common(a, b string) (shared, left, longer int) {
	x, y := []rune(a), []rune(b)
	for shared < min(len(x), len(y)) && x[shared] == y[shared] {
		shared++
	}
	longer = max(len(x), len(y))
	return shared, longer - shared, longer
}

// mistyped finds the word of the vocabulary that is nearest.
func (r *resolver) mistyped(key string) (best located) {
	limit := 0
	switch n := utf8.RuneCountInString(key); {
	case n >= twoErrors:
		limit = 2
	case n >= oneError:
		limit = 1
	default:
		return best
	}
	if r.err != nil {
		return best
	}
	list, err := r.x.candidates()
	if err != nil {
		r.err = err
		return best
	}
	typed := []rune(key)
	least, chosen := limit+1, candidate{}
	for _, c := range list { // in the order of keys: the smaller stays
		d := distance(typed, []rune(c.key), min(limit, least))
		if d < least || d == least && d <= limit && c.df > chosen.df {
			least, chosen = d, c
		}
	}
	if least > limit {
		return best
	}
	if s, e := r.entry(chosen.key); e != nil && alone(e) {
		best = located{s, e}
	}
	return best
}

// distance is the restricted Damerau–Levenshtein distance of two words:
// letters put in, left out, changed, or two in a row exchanged. Beyond the
// limit it is limit+1.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		least := row[0]
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}
