package assets

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

var corners = []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}

// sample returns a picture whose quarters are red, green, blue and white.
func sample(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, corners[2*y/h*2+2*x/w])
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withSegment puts an APP1 segment behind the start of a JPEG.
func withSegment(data []byte, segment string) []byte {
	head := []byte{0xff, 0xd8, 0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(head[4:], uint16(len(segment)+2))
	return append(append(head, segment...), data[2:]...)
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(data []byte, kind, body string) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, kind...), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE([]byte(kind+body)))
	return append(append(bytes.Clone(data[:33]), chunk...), data[33:]...)
}

// tiff returns a directory with an orientation and, if gps is not nil, a GPS
// directory with entries of these tags.
func tiff(order binary.AppendByteOrder, orientation uint16, gps []uint16) string {
	out := []byte("MM")
	if order.String() == "LittleEndian" {
		out = []byte("II")
	}
	out = order.AppendUint16(out, 42)
	out = order.AppendUint32(out, 8)
	entry := func(tag, kind uint16, value []byte) {
		out = order.AppendUint16(out, tag)
		out = order.AppendUint16(out, kind)
		out = order.AppendUint32(out, 1)
		out = append(out, append(value, 0, 0, 0, 0)[:4]...)
	}
	count := uint16(1)
	if gps != nil {
		count = 2
	}
	out = order.AppendUint16(out, count)
	entry(tagOrientation, 3, order.AppendUint16(nil, orientation))
	if gps != nil {
		entry(tagGPS, 4, order.AppendUint32(nil, uint32(8+2+2*12+4)))
	}
	out = order.AppendUint32(out, 0)
	if gps != nil {
		out = order.AppendUint16(out, uint16(len(gps)))
		for _, tag := range gps {
			entry(tag, 1, []byte{2, 3, 0, 0})
		}
		out = order.AppendUint32(out, 0)
	}
	return string(out)
}

func deflated(t testing.TB, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const xmp = "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><rdf:Description exif:GPSLatitude=\"14,4.5N\"/></x:xmpmeta>"

func TestPhotoErrors(t *testing.T) {
	big, little := binary.AppendByteOrder(binary.BigEndian), binary.AppendByteOrder(binary.LittleEndian)
	jpg, pic := jpegOf(t, sample(16, 8)), pngOf(t, sample(16, 8))
	place := tiff(big, 1, []uint16{0, 1, 2})
	profile := "\nexif\n 100\n" + hex.EncodeToString([]byte(exifMark+place))
	sized := func(w, h uint32) []byte {
		data := bytes.Clone(pic)
		binary.BigEndian.PutUint32(data[16:], w)
		binary.BigEndian.PutUint32(data[20:], h)
		binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
		return data
	}
	scan := []byte{0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 1, 2, 3}

	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, ErrFormat},
		{"HTML", []byte("<!doctype html><script>alert(1)</script>"), ErrFormat},
		{"SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ErrFormat},
		{"PDF", []byte("%PDF-1.7"), ErrFormat},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00"), ErrFormat},
		{"WebP", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), ErrFormat},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic"), ErrFormat},
		{"HTML behind the first bytes of a JPEG", []byte("\xff\xd8\xff<script>alert(1)</script>"), ErrFormat},
		{"HTML behind the first bytes of a PNG", []byte("\x89PNG\r\n\x1a\n<script>alert(1)</script>"), ErrFormat},
		{"a JPEG that breaks off", jpg[:len(jpg)/2], ErrFormat},
		{"a PNG that breaks off", pic[:len(pic)/2], ErrFormat},
		{"more than 8 MB", append(bytes.Clone(jpg), make([]byte, maxBytes)...), ErrLarge},
		{"more than 12 megapixels", sized(12_000, 1_001), ErrLarge},
		{"more pixels than a number can hold", sized(1<<31-1, 1<<31-1), ErrFormat},
		{"a side of more than 16 000 pixels", sized(16_001, 1), ErrLarge},
		{"more scans than a picture has", append(bytes.Clone(jpg[:len(jpg)-2]), bytes.Repeat(scan, maxScans)...), ErrLarge},
		{"GPS, big endian", withSegment(jpg, exifMark+place), ErrGPS},
		{"GPS, little endian", withSegment(jpg, exifMark+tiff(little, 1, []uint16{0, 1, 2})), ErrGPS},
		{"GPS directory that cannot be read", withSegment(jpg, exifMark+place[:40]), ErrGPS},
		{"GPS in XMP", withSegment(jpg, xmp), ErrGPS},
		{"GPS in a second segment", withSegment(withSegment(jpg, exifMark+place), exifMark+tiff(big, 1, nil)), ErrGPS},
		{"GPS in a second picture", append(bytes.Clone(jpg), withSegment(jpg, exifMark+place)...), ErrGPS},
		{"GPS in a film behind the picture", append(bytes.Clone(jpg), "moov\xa9xyz\x00\x12+14.07-087.19/"...), ErrGPS},
		{"GPS in a PNG", withChunk(pic, "eXIf", place), ErrGPS},
		{"GPS in a PNG's XMP", withChunk(pic, "iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp), ErrGPS},
		{"GPS in a PNG's compressed XMP", withChunk(pic, "iTXt", "XML:com.adobe.xmp\x00\x01\x00\x00\x00"+deflated(t, xmp)), ErrGPS},
		{"GPS in a PNG's profile", withChunk(pic, "tEXt", "Raw profile type exif\x00"+profile), ErrGPS},
		{"GPS in a PNG's compressed profile", withChunk(pic, "zTXt", "Raw profile type exif\x00\x00"+deflated(t, profile)), ErrGPS},
		{"a GPS directory that tells its version only", withSegment(jpg, exifMark+tiff(big, 1, []uint16{0})), nil},
		{"a GPS directory without entries", withSegment(jpg, exifMark+tiff(big, 1, []uint16{})), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Photo(c.data); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestPhotoOrientation(t *testing.T) {
	// For each orientation the sample's corners as they must appear: top left,
	// top right, bottom left, bottom right.
	want := map[uint16][4]int{
		0: {0, 1, 2, 3}, 1: {0, 1, 2, 3}, 2: {1, 0, 3, 2}, 3: {3, 2, 1, 0}, 4: {2, 3, 0, 1},
		5: {0, 2, 1, 3}, 6: {2, 0, 3, 1}, 7: {3, 1, 2, 0}, 8: {1, 3, 0, 2}, 9: {0, 1, 2, 3},
	}
	for orientation, quarters := range want {
		segment := tiff(binary.LittleEndian, orientation, nil)
		for _, data := range [][]byte{
			withSegment(jpegOf(t, sample(48, 32)), exifMark+segment),
			withChunk(pngOf(t, sample(48, 32)), "eXIf", segment),
		} {
			picture, err := Photo(data)
			if err != nil {
				t.Fatal(err)
			}
			w, h := 48, 32
			if orientation >= 5 && orientation <= 8 {
				w, h = h, w
			}
			if picture.Width != w || picture.Height != h {
				t.Errorf("%d: got %d × %d, want %d × %d", orientation, picture.Width, picture.Height, w, h)
			}
			checkCorners(t, picture, quarters)
		}
	}
}

func checkCorners(t *testing.T, picture Picture, quarters [4]int) {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(picture.Data))
	if err != nil {
		t.Fatal(err)
	}
	for i, quarter := range quarters {
		x, y := picture.Width/4+i%2*picture.Width/2, picture.Height/4+i/2*picture.Height/2
		r, g, b, _ := img.At(x, y).RGBA()
		want := corners[quarter]
		if far(r, want.R) || far(g, want.G) || far(b, want.B) {
			t.Errorf("%s, quarter %d: got %v, want %v", picture.Ext, i, img.At(x, y), want)
		}
	}
}

func far(got uint32, want uint8) bool {
	d := int(got>>8) - int(want)
	return d > 24 || d < -24
}

func TestPhotoSize(t *testing.T) {
	for _, c := range []struct {
		w, h, orientation int
		wantW, wantH      int
	}{
		{1280, 10, 1, 1280, 10},
		{2560, 100, 1, 1280, 50},
		{1500, 1, 1, 1280, 1},
		{100, 2560, 1, 100, 2560},
		{100, 2560, 6, 1280, 50},
		{2560, 100, 6, 100, 2560},
	} {
		data := withSegment(jpegOf(t, sample(c.w, c.h)), exifMark+tiff(binary.BigEndian, uint16(c.orientation), nil))
		picture, err := Photo(data)
		if err != nil {
			t.Fatal(err)
		}
		if picture.Width != c.wantW || picture.Height != c.wantH {
			t.Errorf("%d × %d, orientation %d: got %d × %d, want %d × %d", c.w, c.h, c.orientation, picture.Width, picture.Height, c.wantW, c.wantH)
		}
		config, _, err := image.DecodeConfig(bytes.NewReader(picture.Data))
		if err != nil || config.Width != c.wantW || config.Height != c.wantH {
			t.Errorf("the picture is %d × %d (%v)", config.Width, config.Height, err)
		}
	}
}

func TestPhotoKeepsNoMetadata(t *testing.T) {
	secret := "Nombre Apellido"
	exif := exifMark + tiff(binary.BigEndian, 1, nil) + secret
	jpg := append(withSegment(withSegment(jpegOf(t, sample(16, 8)), exif), "http://ns.adobe.com/xap/1.0/\x00"+secret), secret...)
	pic := append(withChunk(withChunk(pngOf(t, sample(16, 8)), "tEXt", "Author\x00"+secret), "eXIf", exif[6:]), secret...)
	for _, data := range [][]byte{jpg, pic} {
		picture, err := Photo(data)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(picture.Data, []byte("Apellido")) || bytes.Contains(picture.Data, []byte("Exif")) {
			t.Errorf("%s: metadata survived", picture.Ext)
		}
		checkClean(t, picture)
		again, err := Photo(data)
		if err != nil || !bytes.Equal(picture.Data, again.Data) {
			t.Errorf("%s: two runs differ (%v)", picture.Ext, err)
		}
	}
}

// checkClean asks that a published picture has none but the parts that pixels
// need, and ends where they end.
func checkClean(t *testing.T, picture Picture) {
	t.Helper()
	if picture.Ext == ".jpg" {
		segments, _, end := jpegSegments(picture.Data)
		if len(segments) > 0 || end != len(picture.Data) {
			t.Errorf("got %d segments, %d of %d bytes", len(segments), end, len(picture.Data))
		}
		return
	}
	for at := 8; at < len(picture.Data); {
		kind := string(picture.Data[at+4 : at+8])
		if !strings.Contains("IHDR PLTE tRNS IDAT IEND", kind) {
			t.Errorf("got a chunk %s", kind)
		}
		at += 12 + int(binary.BigEndian.Uint32(picture.Data[at:]))
	}
}

func FuzzPhoto(f *testing.F) {
	jpg, pic := jpegOf(f, sample(16, 8)), pngOf(f, sample(16, 8))
	exif := tiff(binary.BigEndian, 6, []uint16{0})
	f.Add(jpg)
	f.Add(pic)
	f.Add(withSegment(jpg, exifMark+exif))
	f.Add(withSegment(jpg, exifMark+tiff(binary.LittleEndian, 3, []uint16{0, 1})))
	f.Add(withSegment(jpg, xmp))
	f.Add(withChunk(pic, "eXIf", exif))
	f.Add(withChunk(pic, "zTXt", "Raw profile type exif\x00\x00"+deflated(f, "x")))
	f.Fuzz(func(t *testing.T, data []byte) {
		picture, err := Photo(data)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrLarge) && !errors.Is(err, ErrGPS) {
				t.Errorf("got an error of no kind: %v", err)
			}
			return
		}
		again, err := Photo(picture.Data)
		if err != nil {
			t.Fatalf("our own picture is refused: %v", err)
		}
		if again.Width != picture.Width || again.Height != picture.Height || again.Ext != picture.Ext {
			t.Error("our own picture becomes another")
		}
		checkClean(t, picture)
	})
}
