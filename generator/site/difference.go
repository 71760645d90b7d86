package site

import (
	"slices"
	"strings"
)

// A text is compared by words where that costs little: the effort grows with
// the number of words times that of the changes.
const (
	comparedWords = 6000
	comparedEdits = 600
)

// contextWords is the number of words that are shown beside what changed.
const contextWords = 8

// difference compares two texts word by word. It is nil for texts that are
// too long or have too little in common to be read side by side.
func difference(before, after string) []Piece {
	a, b := strings.Fields(before), strings.Fields(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	gone, fresh := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(gone)+len(fresh) > comparedWords {
		return nil
	}
	middle, ok := compared(gone, fresh)
	if !ok {
		return nil
	}
	var pieces []Piece
	for _, run := range slices.Concat([]run{{"same", a[:head]}}, middle, []run{{"same", a[len(a)-tail:]}}) {
		if len(run.words) > 0 {
			pieces = append(pieces, Piece{run.kind, strings.Join(run.words, " ")})
		}
	}
	return shortened(pieces)
}

// A run is a row of words with one fate.
type run struct {
	kind  string
	words []string
}

// compared is Myers' algorithm: the shortest way from a to b, found by the
// furthest points that n edits reach. https://doi.org/10.1007/BF01840446
func compared(a, b []string) ([]run, bool) {
	reach := map[int]int{1: 0} // by diagonal: x - y
	var trace []map[int]int
	for edits := 0; edits <= min(len(a)+len(b), comparedEdits); edits++ {
		step := make(map[int]int, edits+1)
		for k := -edits; k <= edits; k += 2 {
			x := reach[k-1] + 1
			if k == -edits || k != edits && reach[k-1] < reach[k+1] {
				x = reach[k+1]
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			step[k] = x
			if x >= len(a) && x-k >= len(b) {
				return walked(a, b, append(trace, step)), true
			}
		}
		trace = append(trace, step)
		reach = step
	}
	return nil, false
}

// walked goes the way back that was found.
func walked(a, b []string, trace []map[int]int) []run {
	var runs []run
	add := func(kind, word string) {
		if last := len(runs) - 1; last >= 0 && runs[last].kind == kind {
			runs[last].words = append(runs[last].words, word)
		} else {
			runs = append(runs, run{kind, []string{word}})
		}
	}
	x, y := len(a), len(b)
	for edits := len(trace) - 1; edits > 0; edits-- {
		k, before := x-y, trace[edits-1]
		down := k == -edits || k != edits && before[k-1] < before[k+1]
		from := k - 1
		if down {
			from = k + 1
		}
		startX := before[from]
		endX := startX // of the edit; the words after it are the same
		if !down {
			endX++
		}
		for ; x > endX; x, y = x-1, y-1 {
			add("same", a[x-1])
		}
		if down {
			add("new", b[y-1])
		} else {
			add("gone", a[x-1])
		}
		x, y = startX, startX-from
	}
	for ; x > 0 && y > 0; x, y = x-1, y-1 {
		add("same", a[x-1])
	}
	for i := range runs {
		slices.Reverse(runs[i].words)
	}
	slices.Reverse(runs)
	return tidied(runs)
}

// tidied puts what is gone before what is new wherever nothing stands between
// them.
func tidied(runs []run) []run {
	var all []run
	for _, r := range runs {
		last := len(all) - 1
		switch {
		case last >= 0 && all[last].kind == r.kind:
			all[last].words = append(all[last].words, r.words...)
		case last >= 0 && all[last].kind == "new" && r.kind == "gone":
			if last > 0 && all[last-1].kind == "gone" {
				all[last-1].words = append(all[last-1].words, r.words...)
			} else {
				all = slices.Insert(all, last, r)
			}
		default:
			all = append(all, r)
		}
	}
	return all
}

// shortened leaves of long runs that did not change a few words on the sides
// of those that did.
func shortened(pieces []Piece) []Piece {
	for i, piece := range pieces {
		words := strings.Fields(piece.Text)
		if piece.Kind != "same" || len(words) <= 2*contextWords+2 {
			continue
		}
		first, last := words[:contextWords], words[len(words)-contextWords:]
		switch {
		case i == 0:
			words = append([]string{"…"}, last...)
		case i == len(pieces)-1:
			words = append(slices.Clone(first), "…")
		default:
			words = slices.Concat(first, []string{"…"}, last)
		}
		pieces[i].Text = strings.Join(words, " ")
	}
	return pieces
}
