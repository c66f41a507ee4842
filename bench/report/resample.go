package report

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/seed63918563/llmgate/bench/histogram"
	"github.com/seed63918563/llmgate/internal/chance"
)

// resamples is how often the bootstrap draws: enough for the ends of an interval to be steady to a tenth of its width.
const resamples = 4000

// compareQuantile bounds the difference by the 2.5th and the 97.5th percentile of that of resampled reports.
func compareQuantile(rng *rand.Rand, name string, a, b *histogram.Histogram, q float64) Difference {
	x, y := newResampler(a, q), newResampler(b, q)
	draws := make([]float64, resamples)
	for i := range draws {
		draws[i] = y.draw(rng) - x.draw(rng)
	}
	slices.Sort(draws)
	d := Difference{
		Name: name, Unit: "s", A: a.Quantile(q).Seconds(), B: b.Quantile(q).Seconds(),
		Low: draws[resamples/40], High: draws[resamples-resamples/40-1],
	}
	return d.decide(false)
}

// resampler draws a quantile of a resampled histogram without resampling it: the kth smallest of n uniform numbers has a beta
// distribution, and what stands at that place of the histogram is the kth smallest of n values drawn from it.
type resampler struct {
	values []float64
	upTo   []int64 // how many there are up to and with each value
	k, n   int64
}

func newResampler(h *histogram.Histogram, q float64) *resampler {
	r := &resampler{n: h.Count()}
	r.k = max(1, int64(math.Ceil(q*float64(r.n)-1e-9)))
	sum := int64(0)
	for d, n := range h.Buckets() {
		sum += n
		r.values, r.upTo = append(r.values, d.Seconds()), append(r.upTo, sum)
	}
	return r
}

func (r *resampler) draw(rng *rand.Rand) float64 {
	place := int64(chance.Beta(rng, float64(r.k), float64(r.n-r.k+1)) * float64(r.n))
	i, found := slices.BinarySearch(r.upTo, place)
	if found { // so many lie below; the place itself is in the next
		i++
	}
	return r.values[min(i, len(r.values)-1)]
}
