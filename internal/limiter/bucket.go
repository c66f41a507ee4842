// Package limiter counts use against a rate limit, in three shapes that limits have: a bucket that refills all the time, a
// window after which everything begins afresh, and a log of which every entry counts for a while. Nothing in it reads a clock,
// waits or locks: times are arguments and must not go back. Who takes may run into debt, for what was used is often known only
// afterwards.
package limiter

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// Bucket holds up to its burst and refills all the time.
type Bucket struct {
	limiter   *rate.Limiter
	perSecond float64
	burst     int

	// level is what was there at a time, for a step asks more than once, and a Limiter locks each time.
	at    time.Time
	level float64
}

// NewBucket makes a full bucket. The rate is in units per second.
func NewBucket(perSecond float64, burst int) *Bucket {
	return &Bucket{limiter: rate.NewLimiter(rate.Limit(perSecond), burst), perSecond: perSecond, burst: burst}
}

// roundingError is the share of a bucket that a wait may have lost to the conversion into nanoseconds and back.
const roundingError = 1e-9

// Wait is how long until n are there, 0 if they are. What is larger than the bucket waits until it is full.
func (b *Bucket) Wait(now time.Time, n int) time.Duration {
	missing := float64(min(n, b.burst)) - b.Level(now)
	if missing <= roundingError*float64(b.burst) {
		return 0
	}
	return seconds(missing / b.perSecond)
}

// Take uses n, which may leave the bucket in debt.
func (b *Bucket) Take(now time.Time, n int) {
	if n > b.burst { // which would be refused
		b.limiter.SetBurstAt(now, n)
		defer b.limiter.SetBurstAt(now, b.burst)
	}
	b.limiter.ReserveN(now, n)
	b.level = min(b.level-float64(n), float64(b.burst)) // if it is of now
}

// Give brings back n of what was taken, as far as the bucket has room. Below 0 it takes more.
func (b *Bucket) Give(now, _ time.Time, n int) { b.Take(now, -n) }

// Level is what is in the bucket, negative in debt.
func (b *Bucket) Level(now time.Time) float64 {
	if now != b.at {
		b.at, b.level = now, b.limiter.TokensAt(now)
	}
	return b.level
}

// Set changes rate and burst. What is in the bucket stays, as far as it has room.
func (b *Bucket) Set(now time.Time, perSecond float64, burst int) {
	b.limiter.SetLimitAt(now, rate.Limit(perSecond))
	b.limiter.SetBurstAt(now, burst)
	b.perSecond, b.burst, b.at = perSecond, burst, time.Time{}
}

// seconds rounds up, so that who waits is not early, and bounds what does not fit.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(math.Ceil(s * float64(time.Second)))
}
