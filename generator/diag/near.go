package diag

// Near returns the candidate with the smallest edit distance to word, or ""
// when none is near enough to be a likely slip: at most a third of the word's
// length, and at least one edit. The first of equal candidates wins.
func Near(word string, candidates []string) string {
	best, limit := "", max(1, len([]rune(word))/3)+1
	for _, candidate := range candidates {
		if d := distance(word, candidate, limit); d < limit {
			best, limit = candidate, d
		}
	}
	return best
}

// distance returns the number of insertions, deletions, substitutions and
// swaps of neighbours that turn a into b (optimal string alignment), or limit
// when it is at least that.
func distance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) >= limit || len(t)-len(s) >= limit {
		return limit
	}
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(t)], limit)
}
