package dispatcher

import (
	"math/bits"
	"time"
)

// Percentiles of durations, each too high by a sixteenth at most; 0 while nothing was measured.
type Percentiles struct {
	P50, P90, P99, Max time.Duration
}

// histogram counts durations in buckets that are at most a sixteenth of their values wide.
type histogram struct {
	counts [buckets]int64
	total  int64
	max    time.Duration
}

const (
	// perOctave is the number of buckets between a power of two of microseconds and the next.
	perOctave = 16
	// buckets reach beyond a year.
	buckets = perOctave * 42
)

func (h *histogram) add(d time.Duration) {
	h.counts[bucketOf(d)]++
	h.total++
	h.max = max(h.max, d)
}

// bucketOf counts microseconds up to 32 one by one, and from there on by their five highest bits.
func bucketOf(d time.Duration) int {
	us := uint64(max(0, d) / time.Microsecond)
	if us < 2*perOctave {
		return int(us)
	}
	shift := bits.Len64(us) - 5
	return min(buckets-1, shift*perOctave+int(us>>shift))
}

// top is the end of a bucket.
func top(bucket int) time.Duration {
	if bucket < 2*perOctave {
		return time.Duration(bucket+1) * time.Microsecond
	}
	shift := bucket/perOctave - 1
	return time.Duration(bucket%perOctave+perOctave+1) << shift * time.Microsecond
}

// at is a duration that a share of all, in percent, stayed within.
func (h *histogram) at(percent int64) time.Duration {
	rank, seen := (h.total*percent+99)/100, int64(0)
	for bucket, n := range h.counts {
		if seen += n; seen >= rank && n > 0 {
			return min(top(bucket), h.max)
		}
	}
	return 0
}

func (h *histogram) percentiles() Percentiles {
	return Percentiles{P50: h.at(50), P90: h.at(90), P99: h.at(99), Max: h.max}
}
