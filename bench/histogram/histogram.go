// Package histogram counts durations in buckets of three significant digits, from half a microsecond to a day. Memory does
// not grow with what is counted, and histograms add up exactly: the sum of two has the same counts as if one had been told
// of everything. It wraps HdrHistogram with an exact mean and deviation and a form in JSON.
package histogram

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	lowest  = int64(time.Microsecond)
	highest = int64(24 * time.Hour)
	digits  = 3
)

// Histogram counts durations. The zero value is empty and ready. It is not safe for concurrent use.
type Histogram struct {
	// counts is made with the first value: it takes a fifth of a megabyte.
	counts *hdrhistogram.Histogram
	moments
}

// moments are kept beside the buckets, as exact as a float64 is.
type moments struct {
	Count    int64         `json:"count"`
	Sum      float64       `json:"sum_ns"`
	Squares  float64       `json:"squares_ns2"`
	Least    time.Duration `json:"min_ns"`
	Greatest time.Duration `json:"max_ns"`
}

// Add counts a duration. One below zero counts as zero, one above a day as a day.
func (h *Histogram) Add(d time.Duration) {
	if h.counts == nil {
		h.counts = hdrhistogram.New(lowest, highest, digits)
	}
	d = min(max(0, d), time.Duration(highest))
	_ = h.counts.RecordValue(int64(d)) // fails only beyond the bounds
	x := float64(d)
	h.moments.add(moments{Count: 1, Sum: x, Squares: x * x, Least: d, Greatest: d})
}

// Merge counts everything that other has counted.
func (h *Histogram) Merge(other *Histogram) {
	if other.Count() == 0 {
		return
	}
	if h.counts == nil {
		h.counts = hdrhistogram.New(lowest, highest, digits)
	}
	h.counts.Merge(other.counts)
	h.moments.add(other.moments)
}

func (m *moments) add(other moments) {
	if m.Count == 0 {
		*m = other
		return
	}
	m.Count += other.Count
	m.Sum += other.Sum
	m.Squares += other.Squares
	m.Least, m.Greatest = min(m.Least, other.Least), max(m.Greatest, other.Greatest)
}

// Count is how many durations were counted.
func (h *Histogram) Count() int64 { return h.moments.Count }

// Min, Max and Mean are exact; 0 of an empty histogram.
func (h *Histogram) Min() time.Duration { return h.Least }

// Max is the greatest duration.
func (h *Histogram) Max() time.Duration { return h.Greatest }

// Mean is the sum divided by the count.
func (h *Histogram) Mean() time.Duration {
	if h.moments.Count == 0 {
		return 0
	}
	return time.Duration(math.Round(h.Sum / float64(h.moments.Count)))
}

// Deviation is the standard deviation of what was counted, as a sample; 0 below two.
func (h *Histogram) Deviation() time.Duration {
	n := float64(h.moments.Count)
	if n < 2 {
		return 0
	}
	return time.Duration(math.Sqrt(max(0, (h.Squares-h.Sum*h.Sum/n)/(n-1))))
}

// Quantile is the smallest duration that a share q of all, between 0 and 1, does not exceed: half of them the median. It is
// exact to three digits; 0 of an empty histogram.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.moments.Count == 0 {
		return 0
	}
	n := float64(h.moments.Count)
	rank := math.Ceil(q*n - 1e-9)                                  // 0.07 of 100 is 7, not 8
	d := time.Duration(h.counts.ValueAtPercentile(100 * rank / n)) // which rounds to the nearest rank
	return min(max(d, h.Least), h.Greatest)
}

// Buckets gives the durations that were counted, each for those close to it, and how often, in rising order.
func (h *Histogram) Buckets() iter.Seq2[time.Duration, int64] {
	return func(yield func(time.Duration, int64) bool) {
		if h.counts == nil {
			return
		}
		for _, bar := range h.counts.Distribution() {
			if bar.Count > 0 && !yield(time.Duration(bar.From), bar.Count) {
				return
			}
		}
	}
}

// form is a histogram in JSON: the moments, the usual figures for whoever reads it, and of each bucket in use its lower bound
// in ns and its count.
type form struct {
	moments
	Mean      time.Duration `json:"mean_ns"`
	Deviation time.Duration `json:"deviation_ns"`
	P50       time.Duration `json:"p50_ns"`
	P90       time.Duration `json:"p90_ns"`
	P95       time.Duration `json:"p95_ns"`
	P99       time.Duration `json:"p99_ns"`
	P999      time.Duration `json:"p999_ns"`
	Buckets   [][2]int64    `json:"buckets"`
}

// MarshalJSON writes the usual figures and the buckets that are in use.
func (h *Histogram) MarshalJSON() ([]byte, error) {
	f := form{
		moments: h.moments, Mean: h.Mean(), Deviation: h.Deviation(), Buckets: [][2]int64{},
		P50: h.Quantile(0.5), P90: h.Quantile(0.9), P95: h.Quantile(0.95), P99: h.Quantile(0.99), P999: h.Quantile(0.999),
	}
	for d, n := range h.Buckets() {
		f.Buckets = append(f.Buckets, [2]int64{int64(d), n})
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads what MarshalJSON wrote. The histogram is then equal to the one that was written.
func (h *Histogram) UnmarshalJSON(b []byte) error {
	var f form
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	*h = Histogram{moments: f.moments}
	if len(f.Buckets) > 0 {
		h.counts = hdrhistogram.New(lowest, highest, digits)
	}
	for _, bucket := range f.Buckets {
		if bucket[0] < 0 || bucket[1] <= 0 || bucket[1] > f.Count {
			return fmt.Errorf("histogram: bucket %v: want a duration and how often it came", bucket)
		}
		if err := h.counts.RecordValues(bucket[0], bucket[1]); err != nil {
			return fmt.Errorf("histogram: %w", err)
		}
	}
	if total := h.total(); total != f.Count || f.Count < 0 {
		return errors.New("histogram: the counts of the buckets don't add up to the count")
	}
	return nil
}

func (h *Histogram) total() int64 {
	if h.counts == nil {
		return 0
	}
	return h.counts.TotalCount()
}
