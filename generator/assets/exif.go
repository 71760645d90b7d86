package assets

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
)

// notes are what a picture says about itself besides its pixels.
type notes struct {
	orientation int // as in EXIF; 0 where it is not told
	tellsPlace  bool
}

// The tags of TIFF that matter here.
const (
	tagOrientation = 0x0112
	tagGPS         = 0x8825
)

const exifMark = "Exif\x00\x00"

// inspectJPEG reads the segments of the first picture. For places it also
// searches all that follows: phones append a second picture or a film.
func inspectJPEG(data []byte) (notes, error) {
	var n notes
	segments, scans, end := jpegSegments(data)
	if scans > maxScans {
		return n, ErrLarge
	}
	for _, segment := range segments {
		if tiff, ok := bytes.CutPrefix(segment, []byte(exifMark)); ok && n.orientation == 0 {
			n.orientation = readTIFF(tiff).orientation
		}
	}
	// The atom in which a film of QuickTime or MP4 keeps its place.
	film := bytes.Contains(data[end:], []byte("\xa9xyz"))
	n.tellsPlace = film || mentionsPlace(data)
	rest := data
	for range 32 { // thumbnails and second pictures have their own
		_, tiff, found := bytes.Cut(rest, []byte(exifMark))
		if !found {
			return n, nil
		}
		n.tellsPlace = n.tellsPlace || readTIFF(tiff).tellsPlace
		rest = tiff
	}
	return n, ErrFormat
}

// jpegSegments returns the application segments, the number of scans and the
// offset after the picture.
func jpegSegments(data []byte) (segments [][]byte, scans, end int) {
	at := 2
	for at+2 <= len(data) && data[at] == 0xff {
		marker := data[at+1]
		switch {
		case marker == 0xff: // fill byte
			at++
			continue
		case marker == 0xd9: // end of image
			return segments, scans, at + 2
		case marker >= 0xd0 && marker <= 0xd8 || marker == 0x01: // no length
			at += 2
			continue
		}
		if at+4 > len(data) {
			break
		}
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		next := at + 2 + length
		if length < 2 || next > len(data) {
			break
		}
		if marker >= 0xe0 && marker <= 0xef {
			segments = append(segments, data[at+4:next])
		}
		at = next
		if marker == 0xda {
			scans++
			at = afterScan(data, at)
		}
	}
	return segments, scans, len(data)
}

// afterScan skips entropy-coded data, in which 0xff is followed by zero or by a
// restart marker.
func afterScan(data []byte, at int) int {
	for at+1 < len(data) {
		if data[at] == 0xff && data[at+1] != 0 && (data[at+1] < 0xd0 || data[at+1] > 0xd7) {
			return at
		}
		at++
	}
	return len(data)
}

// inspectPNG reads the chunks, and what follows the picture like any text.
func inspectPNG(data []byte) (notes, error) {
	n := notes{tellsPlace: mentionsPlace(data)}
	at := 8
	for at+12 <= len(data) {
		length := int(binary.BigEndian.Uint32(data[at:]))
		if length > len(data)-at-12 {
			break
		}
		kind, body := string(data[at+4:at+8]), data[at+8:at+8+length]
		at += 12 + length
		switch kind {
		case "eXIf":
			tiff := readTIFF(bytes.TrimPrefix(body, []byte(exifMark)))
			n.orientation = tiff.orientation
			n.tellsPlace = n.tellsPlace || tiff.tellsPlace
		case "tEXt", "zTXt", "iTXt":
			n.tellsPlace = n.tellsPlace || textTellsPlace(kind, body)
		case "IEND":
			return n, nil
		}
	}
	return n, nil
}

// textTellsPlace looks into a text chunk: XMP, or EXIF in hexadecimal digits as
// ImageMagick writes it ("Raw profile type exif").
func textTellsPlace(kind string, body []byte) bool {
	_, text, _ := bytes.Cut(body, []byte{0})
	if at := bytes.Index(text, []byte{0x78}); kind != "tEXt" && at >= 0 {
		text = append(bytes.Clone(text), inflated(text[at:])...)
	}
	if mentionsPlace(text) {
		return true
	}
	digits := strings.Join(strings.Fields(string(text)), "")
	at := strings.Index(digits, hex.EncodeToString([]byte(exifMark)))
	if at < 0 {
		return false
	}
	tiff, _ := hex.DecodeString(digits[at+2*len(exifMark):]) // as far as it goes
	return readTIFF(tiff).tellsPlace
}

// inflated returns up to a megabyte of compressed text.
func inflated(data []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(r, 1<<20)) // what could be read
	return text
}

// mentionsPlace finds the names that XMP uses.
func mentionsPlace(data []byte) bool {
	return bytes.Contains(data, []byte("GPSLatitude")) || bytes.Contains(data, []byte("GPSLongitude"))
}

// readTIFF reads the first directories of EXIF.
func readTIFF(tiff []byte) notes {
	var n notes
	if len(tiff) < 8 {
		return n
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	} else if string(tiff[:2]) != "MM" {
		return n
	}
	at := order.Uint32(tiff[4:])
	for range 4 { // the picture, its thumbnail
		entries, next := directory(tiff, at, order)
		for _, e := range entries {
			switch {
			case e.tag == tagOrientation && n.orientation == 0:
				n.orientation = int(order.Uint16(e.value))
			case e.tag == tagGPS:
				n.tellsPlace = n.tellsPlace || holdsPlace(tiff, order.Uint32(e.value), order)
			}
		}
		if next == 0 {
			break
		}
		at = next
	}
	return n
}

// An entry of a directory, with the four bytes that are its value or its
// place.
type entry struct {
	tag   uint16
	value []byte
}

// directory reads the entries at an offset and the offset of the next one.
func directory(tiff []byte, at uint32, order binary.ByteOrder) (entries []entry, next uint32) {
	if uint64(at)+2 > uint64(len(tiff)) {
		return nil, 0
	}
	count := int(order.Uint16(tiff[at:]))
	rest := tiff[at+2:]
	for range count {
		if len(rest) < 12 {
			return entries, 0
		}
		entries = append(entries, entry{order.Uint16(rest), rest[8:12]})
		rest = rest[12:]
	}
	if len(rest) < 4 {
		return entries, 0
	}
	return entries, order.Uint32(rest)
}

// holdsPlace reports whether a GPS directory says more than its version. One
// that cannot be read is taken to say it.
func holdsPlace(tiff []byte, at uint32, order binary.ByteOrder) bool {
	if uint64(at)+2 > uint64(len(tiff)) {
		return true
	}
	entries, _ := directory(tiff, at, order)
	for _, e := range entries {
		if e.tag != 0 {
			return true
		}
	}
	return len(entries) < int(order.Uint16(tiff[at:]))
}
