package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Dist is a distribution to draw numbers from 0 to a billion from. The zero value always gives 0. Times are in seconds.
type Dist struct {
	kind distKind
	a, b float64
}

type distKind uint8

const (
	constant distKind = iota
	uniform
	normal
	logNormal
	exponential
	zipf
)

// Constant always gives x.
func Constant(x float64) Dist { return Dist{constant, x, 0} }

// Uniform gives numbers between low and high.
func Uniform(low, high float64) Dist { return Dist{uniform, low, high} }

// Normal is cut off at 0.
func Normal(mean, deviation float64) Dist { return Dist{normal, mean, deviation} }

// LogNormal has the given median; sigma is the standard deviation of the logarithm.
func LogNormal(median, sigma float64) Dist { return Dist{logNormal, median, sigma} }

// Exponential has the given mean.
func Exponential(mean float64) Dist { return Dist{exponential, mean, 0} }

// Zipf gives whole numbers from 1 to most, each k as often as 1/k to the power of the exponent, which must be above 1; at or
// below, it always gives 1.
func Zipf(exponent, most float64) Dist { return Dist{zipf, exponent, most} }

// mostSample bounds the long tails: a number of seconds is to fit a time.Duration.
const mostSample = 1e9

// Sample draws a number.
func (d Dist) Sample(rng *rand.Rand) float64 {
	x := d.a
	switch d.kind {
	case uniform:
		x += (d.b - d.a) * rng.Float64()
	case normal:
		x += d.b * rng.NormFloat64()
	case logNormal:
		x *= math.Exp(d.b * rng.NormFloat64())
	case exponential:
		x *= rng.ExpFloat64()
	case zipf:
		return d.sampleZipf(rng)
	}
	if !(x > 0) { // NaN, too: nothing times infinity
		return 0
	}
	return min(x, mostSample)
}

func (d Dist) sampleZipf(rng *rand.Rand) float64 {
	if !(d.a > 1 && d.b >= 1) {
		return 1
	}
	return 1 + float64(rand.NewZipf(rng, d.a, 1, uint64(min(d.b, mostSample))-1).Uint64())
}

// distForms are the written forms: a name and how many numbers it takes.
var distForms = map[string]struct {
	kind distKind
	args int
}{
	"uniform": {uniform, 2}, "normal": {normal, 2}, "lognormal": {logNormal, 2}, "exp": {exponential, 1}, "zipf": {zipf, 2},
}

// ParseDist reads a distribution: a number or duration alone for a constant, or one of uniform(low,high),
// normal(mean,deviation), lognormal(median,sigma), exp(mean) and zipf(exponent,most), with durations or numbers.
func ParseDist(s string) (Dist, error) {
	name, rest, ok := strings.Cut(strings.TrimSpace(s), "(")
	if !ok {
		x, err := parseQuantity(name)
		return Constant(x), err
	}
	form, known := distForms[strings.TrimSpace(name)]
	args := strings.Split(strings.TrimSuffix(rest, ")"), ",")
	if !known || !strings.HasSuffix(rest, ")") || len(args) != form.args {
		return Dist{}, fmt.Errorf("distribution %q: write a number, uniform(low,high), normal(mean,deviation), lognormal(median,sigma), exp(mean) or zipf(exponent,most)", s)
	}
	d := Dist{kind: form.kind}
	for i, to := range []*float64{&d.a, &d.b}[:len(args)] {
		x, err := parseQuantity(args[i])
		if err != nil {
			return Dist{}, fmt.Errorf("distribution %q: %w", s, err)
		}
		*to = x
	}
	return d, nil
}

// parseQuantity reads a number, or a duration as seconds.
func parseQuantity(s string) (float64, error) {
	s = strings.TrimSpace(s)
	if x, err := strconv.ParseFloat(s, 64); err == nil && x >= 0 && !math.IsInf(x, 0) {
		return x, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return d.Seconds(), nil
	}
	return 0, fmt.Errorf("%q is not a number or duration of at least 0, such as 40 or 250ms", s)
}
