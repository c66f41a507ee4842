package histogram_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bench/histogram"
)

func of(list ...time.Duration) *histogram.Histogram {
	h := &histogram.Histogram{}
	for _, d := range list {
		h.Add(d)
	}
	return h
}

// durations spread over the orders of magnitude.
var durations = rapid.SliceOfN(rapid.Map(rapid.Float64Range(0, 13.9), func(x float64) time.Duration {
	return time.Duration(math.Pow(10, x))
}), 1, 300)

func close(got, want time.Duration) bool {
	return math.Abs(float64(got-want)) <= 0.001*float64(want)+float64(time.Microsecond)
}

// Held against a sorted list.
func TestQuantiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := durations.Draw(t, "durations")
		h := of(list...)
		slices.Sort(list)
		n, sum := len(list), 0.0
		for _, d := range list {
			sum += float64(d)
		}
		mean, squares := sum/float64(n), 0.0
		for _, d := range list {
			squares += (float64(d) - mean) * (float64(d) - mean)
		}
		if h.Count() != int64(n) || h.Min() != list[0] || h.Max() != list[n-1] || !close(h.Mean(), time.Duration(mean)) {
			t.Fatalf("%d of %v to %v, mean %v", h.Count(), h.Min(), h.Max(), h.Mean())
		}
		if want := math.Sqrt(squares / max(1, float64(n-1))); !close(h.Deviation(), time.Duration(want)) {
			t.Fatalf("deviation %v, want %v", h.Deviation(), time.Duration(want))
		}
		for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.95, 0.99, 1} {
			rank := max(1, int(math.Ceil(q*float64(n)-1e-9)))
			if got, want := h.Quantile(q), list[rank-1]; !close(got, want) {
				t.Fatalf("quantile %v of %v: %v, want %v", q, list, got, want)
			}
		}
	})
}

// Two histograms together, and one that was written and read, are what one that saw everything is.
func TestMergeAndJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := durations.Draw(t, "a"), durations.Draw(t, "b")
		merged, text := of(a...), mustWrite(t, of(b...))
		var read histogram.Histogram
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		merged.Merge(&read)
		merged.Merge(&histogram.Histogram{})
		whole := of(append(a, b...)...)
		if got, want := merged.Deviation(), whole.Deviation(); !close(got, want) || merged.Mean() != whole.Mean() && !close(merged.Mean(), whole.Mean()) {
			t.Fatalf("deviation %v, want %v", got, want)
		}
		for i := range 101 {
			if q := float64(i) / 100; merged.Quantile(q) != whole.Quantile(q) {
				t.Fatalf("quantile %v: %v, want %v", q, merged.Quantile(q), whole.Quantile(q))
			}
		}
		if merged.Count() != whole.Count() || merged.Min() != whole.Min() || merged.Max() != whole.Max() {
			t.Fatalf("%d of %v to %v", merged.Count(), merged.Min(), merged.Max())
		}
	})
}

func mustWrite(t *rapid.T, h *histogram.Histogram) []byte {
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestBounds(t *testing.T) {
	h := of(-time.Second, 48*time.Hour)
	if h.Min() != 0 || h.Max() != 24*time.Hour || h.Quantile(1) != 24*time.Hour {
		t.Errorf("%v to %v", h.Min(), h.Max())
	}
	var empty histogram.Histogram
	if empty.Count() != 0 || empty.Mean() != 0 || empty.Quantile(0.5) != 0 || empty.Deviation() != 0 {
		t.Error("an empty histogram has values")
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"count":2,"sum_ns":3e9,"min_ns":1,"max_ns":2,"buckets":[[1000,1],[2000,1]]}`))
	f.Add([]byte(`{"count":-1,"buckets":[[9223372036854775807,1]]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var h histogram.Histogram
		if json.Unmarshal(text, &h) != nil {
			return
		}
		sum := int64(0)
		for _, n := range h.Buckets() {
			sum += n
		}
		if sum != h.Count() {
			t.Fatalf("%d in buckets, %d in all", sum, h.Count())
		}
	})
}
