package schemagen

import (
	"math/rand/v2"
	"unicode"
)

// anyRune is the class that a dot stands for.
var anyRune = []rune{0, unicode.MaxRune}

// wideClass tells a class that lists characters from one that excludes some.
const wideClass = 128

// pickRune chooses from a class, given as pairs of first and last. Readers of
// the answer are better served by a letter than by U+0001, so a class that
// leaves the choice gets plain characters.
func pickRune(rng *rand.Rand, class []rune, wild bool) rune {
	if classSize(class) > wideClass && !wild {
		if letters := members(class, 'a', 'z'); len(letters) > 0 {
			return letters[rng.IntN(len(letters))]
		}
		if digits := members(class, '0', '9'); len(digits) > 0 {
			return digits[rng.IntN(len(digits))]
		}
	}
	if printable := members(class, '!', '~'); len(printable) > 0 {
		return printable[rng.IntN(len(printable))]
	}
	if len(members(class, ' ', ' ')) > 0 {
		return ' '
	}
	return pickAny(rng, class)
}

func classSize(class []rune) int {
	size := 0
	for i := 0; i+1 < len(class); i += 2 {
		size += int(class[i+1]-class[i]) + 1
	}
	return size
}

// members lists the runes of class between first and last.
func members(class []rune, first, last rune) []rune {
	var out []rune
	for i := 0; i+1 < len(class); i += 2 {
		for r := max(class[i], first); r <= min(class[i+1], last); r++ {
			out = append(out, r)
		}
	}
	return out
}

// pickAny leaves out surrogates, which no JSON text can hold.
func pickAny(rng *rand.Rand, class []rune) rune {
	const firstSurrogate, lastSurrogate = 0xD800, 0xDFFF
	left := rng.IntN(max(1, classSize(class)))
	for i := 0; i+1 < len(class); i += 2 {
		size := int(class[i+1]-class[i]) + 1
		if left < size {
			r := class[i] + rune(left)
			if r >= firstSurrogate && r <= lastSurrogate {
				return class[0]
			}
			return r
		}
		left -= size
	}
	return 'a'
}
