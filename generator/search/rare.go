package search

import "slices"

// rareBlocks are characters of scripts that few languages are written in. Their
// classes make up most of the segmenter's table; scripts have them only where
// an index has such words. Where it has none, it doesn't matter how they are
// cut.
var rareBlocks = [][2]rune{{0x530, 0x1DFF}, {0x1F00, 0x1FFF}, {0x2C00, 0x2DFF}, {0xA4D0, 0xABFF}, {0xFB00, 0xFDFF}, {0x10000, 0x1EFFF}}

func isRare(r rune) bool {
	return r >= rareBlocks[0][0] && slices.ContainsFunc(rareBlocks, func(b [2]rune) bool { return r >= b[0] && r <= b[1] })
}

// ranges are the classes of rare characters, if a form has one.
func (d *dictionary) ranges() string {
	for i := range d.keys {
		for _, f := range d.keys[i].forms {
			if !plain(f.text) && slices.ContainsFunc([]rune(f.text), isRare) {
				return rareRanges
			}
		}
	}
	return ""
}
