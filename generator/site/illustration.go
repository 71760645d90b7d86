package site

// Illustration returns the mark as a PNG of 48 by 48 pixels, by which a
// library of offline sites shows a copy.
func Illustration() []byte { return newPictogram(48, 1, false).draw() }
