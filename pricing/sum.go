package pricing

import (
	"math"
	"math/bits"

	"github.com/seed63918563/llmgate/request"
)

// million is what prices are for.
const million = 1_000_000

// sum adds up counts times prices in millionths of a unit of [request.Money], exactly: in 128 bits, as a count and a price
// of 63 bits each give a product of 126.
type sum struct {
	hi, lo uint64
	over   uint64 // carries out of the 128 bits
}

// add expects that neither number is negative.
func (s *sum) add(n int, perMillion request.Money) {
	hi, lo := bits.Mul64(uint64(n), uint64(perMillion))
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi, carry = bits.Add64(s.hi, hi, carry)
	s.over |= carry
}

// money rounds once, half to even. It fails above the range of Money.
func (s *sum) money() (request.Money, bool) {
	if s.over != 0 || s.hi >= million {
		return 0, false
	}
	units, rest := bits.Div64(s.hi, s.lo, million)
	const half = million / 2
	if rest > half || rest == half && units%2 == 1 {
		units++
	}
	return request.Money(units), units <= math.MaxInt64
}
