package assets

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// What can be wrong with a photo.
var (
	ErrFormat = errors.New("assets: not a JPEG or PNG picture")
	ErrLarge  = errors.New("assets: picture larger than 8 MB, 12 megapixels or 16 000 pixels of a side")
	ErrGPS    = errors.New("assets: picture tells where it was taken")
)

const (
	maxBytes   = 8_000_000
	maxPixels  = 12_000_000
	maxSide    = 16_000 // scaling costs by the side, not by the pixel
	maxScans   = 64     // a progressive JPEG has about ten; each costs a pass over all pixels
	photoWidth = 1280
	quality    = 82
)

// A Picture is a photo made fit to be published.
type Picture struct {
	Data          []byte
	Width, Height int
	Ext           string // ".jpg" or ".png"
}

// Photo re-encodes a JPEG or PNG, told by its content whatever its name says,
// so that nothing but its pixels survives: upright as its EXIF orientation
// asks, at most 1280 pixels wide. Equal data gives equal bytes. The error is
// one of ErrFormat, ErrLarge and ErrGPS, perhaps wrapped with a cause. ErrGPS
// is an error although the place would not be published: the source is public
// too.
func Photo(data []byte) (Picture, error) {
	if len(data) > maxBytes {
		return Picture{}, ErrLarge
	}
	codec, ok := codecOf(data)
	if !ok {
		return Picture{}, ErrFormat
	}
	notes, err := codec.inspect(data)
	if err != nil {
		return Picture{}, err
	}
	if notes.tellsPlace {
		return Picture{}, ErrGPS
	}
	img, err := codec.decode(data)
	if err != nil {
		return Picture{}, err
	}
	img = upright(scaled(img, notes.orientation > 4), notes.orientation)
	var out bytes.Buffer
	if err := codec.encode(&out, img); err != nil {
		return Picture{}, fmt.Errorf("assets: encode picture: %w", err)
	}
	return Picture{Data: out.Bytes(), Width: img.Bounds().Dx(), Height: img.Bounds().Dy(), Ext: codec.ext}, nil
}

// A codec is what differs between the two formats.
type codec struct {
	ext     string
	magic   string
	inspect func([]byte) (notes, error)
	config  func([]byte) (image.Config, error)
	pixels  func([]byte) (image.Image, error)
	encode  func(*bytes.Buffer, image.Image) error
}

var codecs = []codec{
	{
		ext: ".jpg", magic: "\xff\xd8\xff", inspect: inspectJPEG,
		config: func(data []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(data)) },
		pixels: func(data []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(data)) },
		encode: func(out *bytes.Buffer, img image.Image) error {
			return jpeg.Encode(out, img, &jpeg.Options{Quality: quality})
		},
	},
	{
		ext: ".png", magic: "\x89PNG\r\n\x1a\n", inspect: inspectPNG,
		config: func(data []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(data)) },
		pixels: func(data []byte) (image.Image, error) { return png.Decode(bytes.NewReader(data)) },
		encode: func(out *bytes.Buffer, img image.Image) error {
			return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(out, img)
		},
	},
}

func codecOf(data []byte) (codec, bool) {
	for _, c := range codecs {
		if bytes.HasPrefix(data, []byte(c.magic)) {
			return c, true
		}
	}
	return codec{}, false
}

// decode asks for the size before it makes room for the pixels.
func (c codec) decode(data []byte) (image.Image, error) {
	config, err := c.config(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	w, h := config.Width, config.Height
	if w <= 0 || h <= 0 || max(w, h) > maxSide || w > maxPixels/h {
		return nil, ErrLarge
	}
	img, err := c.pixels(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	return img, nil
}

// scaled returns the picture at most photoWidth wide, as measured when it
// stands upright.
func scaled(img image.Image, lies bool) image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	width := w
	if lies {
		width = h
	}
	if width <= photoWidth {
		return img
	}
	size := func(n int) int { return max(1, (n*photoWidth+width/2)/width) }
	small := image.NewRGBA(image.Rect(0, 0, size(w), size(h)))
	draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	return small
}

// upright turns and mirrors the picture as the EXIF orientation says, where 1
// is upright.
func upright(img image.Image, orientation int) image.Image {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	turned := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation > 4 {
		turned = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := target(orientation, x, y, w, h)
			turned.Set(tx, ty, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return turned
}

// target returns where the pixel at x, y of a stored picture of w × h belongs
// (EXIF 2.32, tag 0x0112).
func target(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	default: // 8
		return y, w - 1 - x
	}
}
