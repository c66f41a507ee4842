package pace_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bench/pace"
)

// take gives the first n arrivals.
func take(s pace.Schedule, n int) []pace.Arrival {
	var list []pace.Arrival
	for a := range s {
		if list = append(list, a); len(list) == n {
			break
		}
	}
	return list
}

// times are the arrivals' times, in seconds.
func times(list []pace.Arrival) []float64 {
	out := make([]float64, len(list))
	for i, a := range list {
		out[i] = a.At.Seconds()
	}
	return out
}

// Evenly spaced requests are exactly where the rate has them, however many came before.
func TestConstantDoesNotDrift(t *testing.T) {
	for _, rate := range []float64{0.3, 3, 7, 1000.0 / 3, 12_345} {
		const n = 100_000
		last := take(pace.Load{Rate: pace.Constant(rate)}.Schedule(), n)[n-1].At
		if want := time.Duration(math.Round((n - 1) / rate * 1e9)); last != want {
			t.Errorf("at %v/s the last of %d is due at %v, want %v", rate, n, last, want)
		}
	}
}

// Gaps of every spacing have the mean and the variance of theory.
func TestSpacingMoments(t *testing.T) {
	const n, rate = 200_000, 50.0
	for _, tt := range []struct {
		spacing  pace.Spacing
		variance float64 // in units of the squared mean
	}{{pace.Even, 0}, {pace.Poisson, 1}, {pace.Gamma(0.25), 4}, {pace.Gamma(1), 1}, {pace.Gamma(5), 0.2}} {
		at := times(take(pace.Load{Rate: pace.Constant(rate), Spacing: tt.spacing, Seed: 1}.Schedule(), n))
		sum, squares := 0.0, 0.0
		for i := 1; i < n; i++ {
			gap := at[i] - at[i-1]
			sum += gap
			squares += gap * gap
		}
		mean := sum / (n - 1)
		variance := (squares/(n-1) - mean*mean) * rate * rate
		if math.Abs(mean*rate-1) > 0.02 || math.Abs(variance-tt.variance) > 0.05*tt.variance+1e-6 {
			t.Errorf("%v: gaps of mean %v and variance %v, want 1 and %v", tt.spacing, mean*rate, variance, tt.variance)
		}
	}
}

// Counts of a Poisson load in equal intervals vary as much as they are large.
func TestPoissonCounts(t *testing.T) {
	const intervals, rate = 4000, 25.0
	counts := make([]float64, intervals)
	for a := range (pace.Load{Rate: pace.Constant(rate), Spacing: pace.Poisson, Seed: 9}).Schedule() {
		second := int(a.At / time.Second)
		if second >= intervals {
			break
		}
		counts[second]++
	}
	sum, squares := 0.0, 0.0
	for _, c := range counts {
		sum += c
		squares += c * c
	}
	mean := sum / intervals
	if variance := squares/intervals - mean*mean; math.Abs(mean-rate) > 0.5 || math.Abs(variance-rate) > 2 {
		t.Errorf("mean %v, variance %v, want %v each", mean, variance, rate)
	}
}

// As many have come by any time as the integral of the rate says: held against small steps of addition.
func TestRateIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.5, 200)
		over := time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second
		from, to := rate.Draw(t, "from"), rate.Draw(t, "to")
		ramp := rapid.Bool().Draw(t, "ramp")
		r := pace.Steps(over, from, to)
		if ramp {
			r = pace.Ramp(from, to, over)
		}
		now := func(s float64) float64 {
			switch x := s / over.Seconds(); {
			case ramp:
				return from + (to-from)*min(1, x)
			case x < 1:
				return from
			}
			return to
		}
		list := take(pace.Load{Rate: r}.Schedule(), 300)
		const step = 0.001
		due, i := 0.0, 0
		for s := 0.0; i < len(list) && s < 2*over.Seconds(); s += step {
			due += now(s+step/2) * step
			for i < len(list) && float64(i) < due-1e-6 {
				if at := list[i].At.Seconds(); math.Abs(at-s) > 0.01 {
					t.Fatalf("%v: request %d is due at %v, want about %v", r, i, at, s)
				}
				i++
			}
		}
	})
}

func TestSteps(t *testing.T) {
	r := pace.Steps(2*time.Second, 1, 2, 0.5)
	var got []float64
	var steps []int
	for a := range (pace.Load{Rate: r}).Schedule() {
		got, steps = append(got, a.At.Seconds()), append(steps, a.Step)
	}
	if want := []float64{0, 1, 2, 2.5, 3, 3.5, 4}; !slices.Equal(got, want) {
		t.Errorf("due at %v, want %v", got, want)
	}
	if want := []int{0, 0, 1, 1, 1, 1, 2}; !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
	if r.Lasts() != 6*time.Second {
		t.Errorf("lasts %v", r.Lasts())
	}
}

// A schedule repeats itself, its times never fall, and another seed gives other times.
func TestScheduleRepeats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]pace.Rate{pace.Constant(3), pace.Ramp(0, 9, time.Minute), pace.Ramp(9, 1, time.Second), pace.Steps(time.Minute, 5, 1)}).Draw(t, "rate")
		spacing := rapid.SampledFrom([]pace.Spacing{pace.Even, pace.Poisson, pace.Gamma(0.3)}).Draw(t, "spacing")
		load := pace.Load{Rate: rate, Spacing: spacing, Seed: rapid.Uint64().Draw(t, "seed")}
		first := times(take(load.Schedule(), 100))
		if !slices.Equal(first, times(take(load.Schedule(), 100))) {
			t.Fatal("a second time it gave other times")
		}
		if !slices.IsSorted(first) || first[0] < 0 {
			t.Fatalf("not in order: %v", first)
		}
		load.Seed++
		if same := slices.Equal(first, times(take(load.Schedule(), 100))); same != (spacing == pace.Even) {
			t.Fatalf("with another seed: same times is %v", same)
		}
	})
}

func TestLoadCheck(t *testing.T) {
	bad := pace.Load{Rate: pace.Ramp(-1, 0, 0), Spacing: pace.Gamma(-1)}
	if err := bad.Check(); err == nil || len(take(bad.Schedule(), 1)) != 0 {
		t.Errorf("%v passed, with %v", bad, take(bad.Schedule(), 1))
	}
	if err := (pace.Load{}).Check(); err == nil {
		t.Error("no rate passed")
	}
}
