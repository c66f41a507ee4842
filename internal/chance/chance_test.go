package chance_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed63918563/llmgate/internal/chance"
)

// moments are the mean and the variance of many draws.
func moments(draw func(*rand.Rand) float64) (mean, variance float64) {
	const n = 400_000
	rng, sum, squares := rand.New(rand.NewPCG(1, 2)), 0.0, 0.0
	for range n {
		x := draw(rng)
		sum += x
		squares += x * x
	}
	mean = sum / n
	return mean, squares/n - mean*mean
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 0.02*want {
		t.Errorf("%s: %v, want about %v", what, got, want)
	}
}

func TestGamma(t *testing.T) {
	for _, shape := range []float64{0.25, 0.5, 1, 1.5, 4, 1000} {
		mean, variance := moments(func(rng *rand.Rand) float64 { return chance.Gamma(rng, shape) })
		near(t, "mean", mean, shape)
		near(t, "variance", variance, shape)
	}
}

func TestBeta(t *testing.T) {
	for _, p := range [][2]float64{{0.5, 0.5}, {1, 1}, {2, 5}, {990, 11}} {
		a, b := p[0], p[1]
		mean, variance := moments(func(rng *rand.Rand) float64 { return chance.Beta(rng, a, b) })
		near(t, "mean", mean, a/(a+b))
		near(t, "variance", variance, a*b/((a+b)*(a+b)*(a+b+1)))
	}
}

// Shapes so small that every draw is 0 in a float64 still give numbers between 0 and 1.
func TestBetaTiny(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		if x := chance.Beta(rng, 1e-6, 1e-6); !(x >= 0 && x <= 1) {
			t.Fatalf("drew %v", x)
		}
	}
}
