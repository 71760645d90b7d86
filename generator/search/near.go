package search

import "strings"

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

// mistyped finds the nearest word. Those in the key's own shard, which begin
// alike, come first; the others only count where none of these is one error
// away.
func (r *resolver) mistyped(key string) (best located) {
	n := nearest{typed: []rune(key), least: 1}
	switch {
	case len(n.typed) >= twoErrors:
		n.least = 2
	case len(n.typed) < oneError:
		return best
	}
	s := r.shard(r.x.shardOf(key))
	if s == nil {
		return best
	}
	if n.look(s.candidates(r.x.manifest.Least)); n.best.key == "" || n.least > 1 {
		n.look(r.around(key))
	}
	if s, e := r.entry(n.best.key); e != nil && alone(e) {
		best = located{s, e}
	}
	return best
}

// A nearest is the word that is nearest to one: of those at the same distance
// the most frequent, of those the first.
type nearest struct {
	typed []rune
	least int // distance; of words farther away none is taken
	best  candidate
}

func (n *nearest) look(list []candidate) {
	for _, c := range list {
		switch d := distance(n.typed, []rune(c.key), n.least); {
		case d > n.least:
		case d < n.least, c.df > n.best.df, c.df == n.best.df && compareKeys(c.key, n.best.key) < 0:
			n.least, n.best = d, c
		}
	}
}

// around are the words in the files that have all which one error leads away
// from to a key. An error leaves the beginning of a word as it is, or what
// follows the letter after that: the shards have the words with the beginning,
// the vocabulary those with the ending, and the beginning is as long as makes
// the fewest files.
func (r *resolver) around(key string) []candidate {
	var shards, ends []int
	letters := []rune(key)
	for n := 1; n < len(letters); n++ {
		begin := filesOf(string(letters[:n]), r.x.manifest.Shards)
		end := filesOf(reversed(string(letters[n+1:])), r.x.manifest.Ends)
		if n == 1 || len(begin)+len(end) < len(shards)+len(ends) {
			shards, ends = begin, end
		}
	}
	var all []candidate
	for _, n := range shards {
		if s := r.shard(n); s != nil {
			all = append(all, s.candidates(r.x.manifest.Least)...)
		}
	}
	for _, n := range ends {
		if r.err != nil {
			break
		}
		var list []candidate
		list, r.err = r.x.vocabulary(n)
		all = append(all, list...)
	}
	return all
}

// candidates are the words of a shard that so many documents have.
func (s *shard) candidates(least int) []candidate {
	var list []candidate
	for i := range s.entries {
		e := &s.entries[i]
		if !alone(e) {
			continue
		}
		if df := s.terms[e.forms[0].term].df; df >= least {
			list = append(list, candidate{e.key, min(df, mostDocuments)})
		}
	}
	return list
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
