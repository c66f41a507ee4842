// Package chance draws from distributions that math/rand lacks. It is for load and for statistics, not for secrets.
package chance

import (
	"math"
	"math/rand/v2"
)

// Gamma draws from the gamma distribution of a shape above 0 and a scale of 1, whose mean and variance are the shape. It is
// the rejection method of Marsaglia and Tsang (2000), which takes about one try.
func Gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 { // the method needs 1 or more; a power of a uniform number makes up for it
		return Gamma(rng, shape+1) * math.Pow(1-rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// Beta draws from the beta distribution, of numbers between 0 and 1, whose mean is a/(a+b). Both must be above 0.
func Beta(rng *rand.Rand, a, b float64) float64 {
	x, y := Gamma(rng, a), Gamma(rng, b)
	if x+y == 0 { // both too small for a float64
		return a / (a + b)
	}
	return x / (x + y)
}
