package pace

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/seed63918563/llmgate/internal/chance"
)

// Spacing is how arrivals lie around their rate. The zero value is Even.
type Spacing struct {
	// burstiness is the shape of the gamma distribution of the gaps; 0 is even.
	burstiness float64
}

// The spacings. Even has equal gaps; Poisson is what many users make who know nothing of each other.
var (
	Even    = Spacing{}
	Poisson = Spacing{1}
)

// Gamma has gaps from a gamma distribution. Below 1 it comes in bursts, 1 is Poisson, above it comes more and more evenly: the
// variance of a gap is the square of its mean, divided by the burstiness.
func Gamma(burstiness float64) Spacing { return Spacing{burstiness} }

func (s Spacing) check() error {
	if !(s.burstiness >= 0.001 && s.burstiness <= 1e6) && s != Even {
		return fmt.Errorf("burstiness %v: must be between 0.001 and a million; 1 is Poisson", s.burstiness)
	}
	return nil
}

// first is the place of the first arrival, counted in requests: evenly spaced ones begin at once.
func (s Spacing) first(rng *rand.Rand) float64 {
	if s == Even {
		return 0
	}
	return s.gap(rng)
}

// gap is the distance to the next arrival, counted in requests, of mean 1.
func (s Spacing) gap(rng *rand.Rand) float64 {
	switch s {
	case Even:
		return 1
	case Poisson:
		return rng.ExpFloat64()
	}
	return chance.Gamma(rng, s.burstiness) / s.burstiness
}

// ParseSpacing reads "even", "poisson" or "gamma:BURSTINESS".
func ParseSpacing(text string) (Spacing, error) {
	s := Spacing{}
	var err error
	name, burstiness, given := strings.Cut(strings.TrimSpace(text), ":")
	switch {
	case name == "even" && !given:
		return Even, nil
	case name == "poisson" && !given:
		return Poisson, nil
	case name == "gamma" && given:
		if s.burstiness, err = strconv.ParseFloat(burstiness, 64); err == nil && s != Even {
			return s, s.check()
		}
	}
	return Even, fmt.Errorf("spacing %q: write even, poisson, or gamma:0.5 for bursts", text)
}

// String gives the spacing in the form that ParseSpacing reads.
func (s Spacing) String() string {
	switch s {
	case Even:
		return "even"
	case Poisson:
		return "poisson"
	}
	return "gamma:" + strconv.FormatFloat(s.burstiness, 'g', -1, 64)
}
