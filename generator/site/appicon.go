package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"sync"
)

// paper is the colour behind pages, as in assets/styles/tokens.css.
const paper = "#fbfaf7"

// The mark of assets/icons/tab.svg: three lines with round ends in a square of
// 24. Home screens take pictures of pixels only.
var (
	markLines = [][3]float64{{5, 6, 14}, {5, 12, 14}, {5, 18, 9}} // x, y, length
	markWidth = 2.5
	markColor = color.NRGBA{0x5b, 0x7f, 0x86, 0xff}
	markPaper = color.NRGBA{0xfb, 0xfa, 0xf7, 0xff}
)

// A pictogram is the mark as an icon of a home screen.
type pictogram struct {
	size  int
	scale float64 // of the mark: a mask may cut off all but 4/5 of the width
	mask  bool
	file  func() []byte // the picture, drawn once
}

var appIcons = []*pictogram{newPictogram(192, 1, false), newPictogram(512, 1, false), newPictogram(512, 0.7, true)}

func newPictogram(size int, scale float64, mask bool) *pictogram {
	i := &pictogram{size: size, scale: scale, mask: mask}
	i.file = sync.OnceValue(i.paint)
	return i
}

func (i *pictogram) draw() []byte { return i.file() }

// name is the icon's below the site's base.
func (i *pictogram) name() string {
	sum := sha256.Sum256(i.draw())
	return fmt.Sprintf("%sicon-%d%s.%s.png", offlineFolder, i.size, map[bool]string{true: "-mask"}[i.mask], hex.EncodeToString(sum[:4]))
}

func (i *pictogram) listed(root string) appIcon {
	icon := appIcon{Source: root + i.name(), Sizes: fmt.Sprintf("%dx%d", i.size, i.size), Type: "image/png", Purpose: "any"}
	if i.mask {
		icon.Purpose = "maskable"
	}
	return icon
}

// shades is the number of colours between paper and mark.
const shades = 15

// paint draws the mark on paper. Edges are as many steps of shade as a pixel's
// middle is near them.
func (i *pictogram) paint() []byte {
	palette := make(color.Palette, shades+1)
	for n := range palette {
		mix := func(a, b uint8) uint8 { return uint8((int(a)*(shades-n) + int(b)*n + shades/2) / shades) }
		palette[n] = color.NRGBA{mix(markPaper.R, markColor.R), mix(markPaper.G, markColor.G), mix(markPaper.B, markColor.B), 0xff}
	}
	img := image.NewPaletted(image.Rect(0, 0, i.size, i.size), palette)
	unit := float64(i.size) / 24 * i.scale
	margin := float64(i.size) * (1 - i.scale) / 2
	for y := range i.size {
		for x := range i.size {
			px, py := (float64(x)+0.5-margin)/unit, (float64(y)+0.5-margin)/unit
			inside := 0.0
			for _, l := range markLines {
				dx := max(l[0]-px, 0, px-l[0]-l[2])
				inside = max(inside, (markWidth/2-math.Hypot(dx, py-l[1]))*unit+0.5)
			}
			img.SetColorIndex(x, y, uint8(min(inside, 1)*shades+0.5))
		}
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	_ = encoder.Encode(&out, img) // a buffer takes everything
	return out.Bytes()
}
