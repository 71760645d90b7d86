package content

import "strings"

// alphabet has the characters of an id in the order of their values: digits
// and consonants, so that no id spells a word.
const alphabet = "0123456789bcdfghjkmnpqrstvwxz"

const idLength = 7

// checkCharacter returns the NOID check character of the first six characters
// of an id: the sum of place × value modulo 29, places counted from 1.
// https://metacpan.org/dist/Noid/view/noid#NOID-CHECK-DIGIT-ALGORITHM
func checkCharacter(six string) byte {
	sum := 0
	for i := range len(six) {
		sum += (i + 1) * max(0, strings.IndexByte(alphabet, six[i]))
	}
	return alphabet[sum%len(alphabet)]
}

// ValidID reports whether id has seven characters of the alphabet and the last
// one checks the others.
func ValidID(id string) bool {
	if len(id) != idLength {
		return false
	}
	for i := range len(id) {
		if strings.IndexByte(alphabet, id[i]) < 0 {
			return false
		}
	}
	return checkCharacter(id[:idLength-1]) == id[idLength-1]
}

// MintID returns a new id made from the randomness that random gives: one
// number below n at each call.
func MintID(random func(n int) int) string {
	six := make([]byte, idLength-1)
	for i := range six {
		six[i] = alphabet[random(len(alphabet))]
	}
	return string(six) + string(checkCharacter(string(six)))
}
