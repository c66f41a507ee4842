package schemagen

import (
	"math/rand/v2"
	"strings"
)

var words = []string{
	"amber", "anchor", "autumn", "bridge", "canvas", "cedar", "copper", "coral", "crystal", "delta",
	"ember", "falcon", "forest", "garden", "granite", "harbor", "horizon", "island", "jasmine", "lantern",
	"lemon", "maple", "marble", "meadow", "morning", "orchard", "pebble", "prairie", "quartz", "river",
	"saffron", "silver", "spruce", "summit", "sunrise", "timber", "valley", "velvet", "violet", "willow",
}

var sentences = []string{
	"A short walk along the river in the morning.",
	"The report covers the last three months.",
	"Everything arrived on time and in good order.",
	"The team agreed on the next steps.",
	"A quiet place with a view over the harbor.",
	"The second draft is clearer than the first.",
	"Most visitors prefer the early hours.",
	"The plan leaves room for later changes.",
}

func pick[T any](rng *rand.Rand, from []T) T {
	return from[rng.IntN(len(from))]
}

// phrase joins words to a text of exactly length letters and single spaces.
func phrase(rng *rand.Rand, length int) string {
	var text strings.Builder
	for text.Len() < length {
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(pick(rng, words))
	}
	return endInLetter(text.String()[:length])
}

// endInLetter replaces a space that a cut has left at the end.
func endInLetter(text string) string {
	if cut, ok := strings.CutSuffix(text, " "); ok {
		return cut + "s"
	}
	return text
}

// letters is the last resort where words run out: short texts that have to
// differ.
func letters(rng *rand.Rand, length int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	text := make([]byte, length)
	for i := range text {
		text[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(text)
}
