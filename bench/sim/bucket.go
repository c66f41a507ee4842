package sim

import (
	"math"
	"slices"
	"time"
)

// bucket is one limit in one dimension. All methods take the time, which must not go back. A limit of 0 admits all.
type bucket interface {
	perMinute() int
	set(now time.Time, perMinute int)
	// wait is the time until n would fit; 0 if it does now. What is larger than the bucket fits when it is full.
	wait(now time.Time, n float64) time.Duration
	// take uses n. Use while there is no limit is not held against one that comes later.
	take(now time.Time, n float64)
	// refund gives back n of what was taken at a time. It frees that share only: what has expired by now is not given twice.
	refund(now, taken time.Time, n float64)
	// used is what is missing from the bucket, more than it holds when in debt; reset the time until it is all back.
	used(now time.Time) float64
	reset(now time.Time) time.Duration
}

func newBucket(shape Shape, perMinute int) bucket {
	switch shape {
	case Second:
		return newLeaky(time.Second, perMinute)
	case Fixed:
		return &fixedWindow{limit: perMinute}
	case Sliding:
		return &slidingLog{limit: perMinute}
	}
	return newLeaky(time.Minute, perMinute)
}

// leaky is a token bucket: it holds a window's allowance and refills continuously.
type leaky struct {
	window time.Duration
	limit  int
	tokens float64
	at     time.Time
}

func newLeaky(window time.Duration, perMinute int) *leaky {
	b := &leaky{window: window, limit: perMinute}
	b.tokens = b.capacity()
	return b
}

func (b *leaky) perMinute() int    { return b.limit }
func (b *leaky) rate() float64     { return float64(b.limit) / 60 }
func (b *leaky) capacity() float64 { return math.Max(1, b.rate()*b.window.Seconds()) }

func (b *leaky) set(now time.Time, perMinute int) {
	b.refill(now)
	unlimited := b.limit == 0
	b.limit = perMinute
	if b.tokens = math.Min(b.tokens, b.capacity()); unlimited {
		b.tokens = b.capacity()
	}
}

func (b *leaky) refill(now time.Time) {
	if !b.at.IsZero() && now.After(b.at) {
		b.tokens = math.Min(b.capacity(), b.tokens+b.rate()*now.Sub(b.at).Seconds())
	}
	b.at = now
}

func (b *leaky) wait(now time.Time, n float64) time.Duration {
	if b.limit == 0 {
		return 0
	}
	b.refill(now)
	missing := math.Min(n, b.capacity()) - b.tokens
	if missing <= 1e-9+1e-14*float64(b.limit) { // rounding, which must not refuse who waited as long as told
		return 0
	}
	return seconds(missing / b.rate())
}

func (b *leaky) take(now time.Time, n float64) {
	b.refill(now)
	b.tokens -= n
}

func (b *leaky) refund(now, _ time.Time, n float64) {
	b.refill(now)
	b.tokens = math.Min(b.capacity(), b.tokens+n)
}

func (b *leaky) used(now time.Time) float64 {
	b.refill(now)
	return b.capacity() - b.tokens
}

func (b *leaky) reset(now time.Time) time.Duration {
	if b.limit == 0 {
		return 0
	}
	return seconds(b.used(now) / b.rate())
}

// seconds rounds up, so that who waits as long as told is not early.
func seconds(s float64) time.Duration {
	return time.Duration(math.Ceil(min(s, mostSample) * float64(time.Second)))
}

// fixedWindow starts a new count every minute from the first use.
type fixedWindow struct {
	limit int
	count float64
	start time.Time
}

func (b *fixedWindow) perMinute() int { return b.limit }

func (b *fixedWindow) set(now time.Time, perMinute int) {
	b.roll(now)
	b.limit = perMinute
}

func (b *fixedWindow) roll(now time.Time) {
	if b.start.IsZero() {
		b.start = now
	}
	if windows := now.Sub(b.start) / time.Minute; windows > 0 {
		b.start = b.start.Add(windows * time.Minute)
		b.count = 0
	}
}

func (b *fixedWindow) wait(now time.Time, n float64) time.Duration {
	b.roll(now)
	if b.limit == 0 || b.count+math.Min(n, float64(b.limit)) <= float64(b.limit) {
		return 0
	}
	return b.start.Add(time.Minute).Sub(now)
}

func (b *fixedWindow) take(now time.Time, n float64) {
	b.roll(now)
	if b.limit > 0 {
		b.count += n
	}
}

func (b *fixedWindow) refund(now, taken time.Time, n float64) {
	b.roll(now)
	if !taken.Before(b.start) {
		b.count -= n
	}
}

func (b *fixedWindow) used(now time.Time) float64 {
	b.roll(now)
	return b.count
}

func (b *fixedWindow) reset(now time.Time) time.Duration {
	b.roll(now)
	if b.count == 0 {
		return 0
	}
	return b.start.Add(time.Minute).Sub(now)
}

// slidingLog remembers what was used in the last minute.
type slidingLog struct {
	limit   int
	sum     float64
	entries []entry // oldest first
}

type entry struct {
	at time.Time
	n  float64
}

func (b *slidingLog) perMinute() int { return b.limit }

func (b *slidingLog) set(now time.Time, perMinute int) {
	b.forget(now)
	b.limit = perMinute
}

func (b *slidingLog) forget(now time.Time) {
	old := 0
	for old < len(b.entries) && now.Sub(b.entries[old].at) >= time.Minute {
		b.sum -= b.entries[old].n
		old++
	}
	b.entries = b.entries[old:]
	if len(b.entries) == 0 {
		b.sum = 0
	}
}

func (b *slidingLog) wait(now time.Time, n float64) time.Duration {
	b.forget(now)
	left := b.sum + math.Min(n, float64(b.limit)) - float64(b.limit)
	if b.limit == 0 || left <= 1e-9 {
		return 0
	}
	for _, e := range b.entries {
		if left -= e.n; left <= 1e-9 {
			return e.at.Add(time.Minute).Sub(now)
		}
	}
	return time.Minute
}

func (b *slidingLog) take(now time.Time, n float64) {
	b.forget(now)
	if b.limit == 0 || n == 0 {
		return
	}
	b.sum += n
	if last := len(b.entries) - 1; last >= 0 && b.entries[last].at.Equal(now) {
		b.entries[last].n += n
		return
	}
	b.entries = append(b.entries, entry{now, n})
}

func (b *slidingLog) refund(now, taken time.Time, n float64) {
	b.forget(now)
	i, found := slices.BinarySearchFunc(b.entries, taken, func(e entry, at time.Time) int { return e.at.Compare(at) })
	if !found {
		return
	}
	b.sum -= n
	if b.entries[i].n -= n; b.entries[i].n <= 0 {
		b.entries = slices.Delete(b.entries, i, i+1)
	}
}

func (b *slidingLog) used(now time.Time) float64 {
	b.forget(now)
	return b.sum
}

func (b *slidingLog) reset(now time.Time) time.Duration {
	b.forget(now)
	if len(b.entries) == 0 {
		return 0
	}
	return b.entries[len(b.entries)-1].at.Add(time.Minute).Sub(now)
}
