package pricing

import (
	"math/bits"

	"github.com/seed63918563/llmgate/request"
)

// Price is dollars for a million tokens, or for a million uses. It may be unknown, which is not a price of zero.
type Price struct {
	PerMillion request.Money
	// Sources are those that state it; none if it was given by hand.
	Sources Letters
	Known   bool
}

// PerMillion is a known price.
func PerMillion(amount request.Money) Price { return Price{PerMillion: amount, Known: true} }

// String gives the exact amount, or "" if the price is unknown.
func (p Price) String() string {
	if !p.Known {
		return ""
	}
	return p.PerMillion.String()
}

// Letters is a set of sources by their letters, a to z.
type Letters uint32

// LettersOf makes a set; what is no letter from a to z is left out.
func LettersOf(s string) (set Letters) {
	for i := range len(s) {
		if 'a' <= s[i] && s[i] <= 'z' {
			set |= 1 << (s[i] - 'a')
		}
	}
	return set
}

// String gives the letters in the order of the alphabet.
func (l Letters) String() string {
	letters := make([]byte, 0, bits.OnesCount32(uint32(l)))
	for ; l != 0; l &= l - 1 {
		letters = append(letters, 'a'+byte(bits.TrailingZeros32(uint32(l))))
	}
	return string(letters)
}

// Kind is a kind of token with a price of its own.
type Kind uint8

// The kinds, in the order in which the table writes their prices.
const (
	Input Kind = iota
	Output
	CacheRead
	CacheWrite5m
	CacheWrite1h
	ReasoningOutput
	AudioInput
	AudioOutput
	ImageInput
	ImageOutput
	kinds
)

var kindNames = [kinds]string{
	"input", "output", "cache read", "cache write 5m", "cache write 1h", "reasoning", "audio input", "audio output", "image input", "image output",
}

// String is the kind in words.
func (k Kind) String() string { return kindNames[k] }

// Rates are the prices of all kinds of tokens. Reasoning, sound and images are billed as the input or output they are part of
// where none of a model's rates has a price for them. In every other case, no price is unknown.
type Rates [kinds]Price
