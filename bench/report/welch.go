package report

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/bench/measure"
)

type rate struct {
	name string
	of   func(*measure.Second) int
	less bool // is better
}

var comparedRates = []rate{
	{"Answers", func(s *measure.Second) int { return s.Answered }, false},
	{"Output tokens", func(s *measure.Second) int { return s.OutputTokens }, false},
	{"Failures", func(s *measure.Second) int { return s.Failed }, true},
	{"429s", func(s *measure.Second) int { return s.RateLimited }, true},
}

// compareRate compares means over seconds by Welch's interval. It needs two whole seconds of each.
func compareRate(a, b *Report, of rate) (Difference, bool) {
	x, y := whole(a, of), whole(b, of)
	if x.n < 2 || y.n < 2 {
		return Difference{}, false
	}
	d := Difference{Name: of.name, Unit: "1/s", A: x.mean, B: y.mean}
	error2 := x.variance/x.n + y.variance/y.n
	if error2 > 0 {
		freedom := error2 * error2 / (square(x.variance/x.n)/(x.n-1) + square(y.variance/y.n)/(y.n-1))
		margin := studentT(freedom) * math.Sqrt(error2)
		d.Low, d.High = d.B-d.A-margin, d.B-d.A+margin
	} else {
		d.Low, d.High = d.B-d.A, d.B-d.A
	}
	return d.decide(!of.less), true
}

type sample struct{ n, mean, variance float64 }

// whole takes a rate over the whole seconds of the window.
func whole(r *Report, of rate) (s sample) {
	first, last := int((r.Total.From+time.Second-1)/time.Second), int(r.Total.To/time.Second)
	sum, squares := 0.0, 0.0
	for i := first; i < min(last, len(r.Series)); i++ {
		x := float64(of.of(&r.Series[i]))
		s.n++
		sum += x
		squares += x * x
	}
	if s.n > 1 {
		s.mean = sum / s.n
		s.variance = max(0, squares-sum*sum/s.n) / (s.n - 1)
	}
	return s
}

func square(x float64) float64 { return x * x }

// studentT is the two-sided 95 % point of Student's distribution, by the expansion of Cornish and Fisher around that of the
// normal: within 2 % from 3 degrees of freedom on. Below, it is read from the table, never less than the truth.
func studentT(freedom float64) float64 {
	const z = 1.959964
	if freedom < 3 {
		return 4.303 + (12.706-4.303)*max(0, 2-freedom) // the values for 2 and for 1
	}
	n := freedom
	return z + (z*z*z+z)/(4*n) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*n*n) +
		(3*math.Pow(z, 7)+19*math.Pow(z, 5)+17*z*z*z-15*z)/(384*n*n*n)
}
