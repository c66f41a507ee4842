package lane

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// adapting finds a rate of tokens where no limit is stated. Between two bursts of refusals the provider's allowance was used up
// twice, so that what was sent in between, over the time between, is its rate. The rate in use begins a little below that and
// grows past it, until the next refusal; when none comes, the limit has grown and the rate grows faster.
type adapting struct {
	rate float64 // tokens a second by the last bursts; 0 while nothing was refused
	pace limiter.Bucket

	began  time.Time // of the first request
	since  time.Time // of the last burst; what was admitted before belongs to it
	tokens float64   // sent since
	items  int       // requests sent since that had to wait for the rate
	idle   bool      // there was a time since when nobody waited
	burst  int       // refusals in the last burst
	bursts float64   // mean of that
}

const (
	// The probe band: the rate in use, as a share of the measured one, right after a burst and when another one is due.
	bandLow, bandHigh = 0.97, 1.03
	// bandItems is how many requests are sent for each refusal that a burst has, while the rate goes through the band. It
	// bounds the share of refusals.
	bandItems = 160
	// fewItems are too few to measure a rate by.
	fewItems = 20
)

func (a *adapting) on() bool { return a.rate > 0 }

func (a *adapting) wait(now time.Time, n int) time.Duration {
	if !a.on() {
		return 0
	}
	return a.pace.Wait(now, n)
}

// take books a request. waited: it had to wait for the rate, or for one that had to.
func (a *adapting) take(now time.Time, n int, waited bool) {
	if a.began.IsZero() {
		a.began, a.since = now, now
	}
	a.tokens += float64(n)
	if !a.on() {
		return
	}
	if waited {
		a.items++
	}
	a.set(now)
	a.pace.Take(now, n)
}

// give takes back a request that was not sent.
func (a *adapting) give(sent time.Time, n int) {
	if sent.After(a.since) {
		a.tokens -= float64(n)
	}
}

// set follows the band.
func (a *adapting) set(now time.Time) {
	r := a.rate * a.factor()
	a.pace.Set(now, r, max(1, int(r/4)))
}

func (a *adapting) factor() float64 {
	x := float64(a.items) / (bandItems * max(1, a.bursts))
	if x <= 1 {
		return bandLow + (bandHigh-bandLow)*x
	}
	return bandHigh * math.Exp(min(4*(x-1), 3))
}

// refused takes in that a request of n was refused, for a time if the provider said so.
func (a *adapting) refused(now, sent time.Time, n int, wait time.Duration) {
	if a.on() && !sent.After(a.since) {
		a.burst++
		return
	}
	a.tokens -= float64(n)
	elapsed := max(now.Sub(a.since).Seconds(), 1e-3)
	if a.on() {
		a.bursts += (float64(a.burst) - a.bursts) / 4
		a.decrease(a.tokens / elapsed)
	} else {
		a.rate = a.guess(n, wait, max(elapsed, 1))
		a.pace = limiter.NewBucket(a.rate, 1)
	}
	a.since, a.tokens, a.items, a.idle, a.burst = now, 0, 0, false, 1
	a.set(now)
}

// guess is the rate after the first refusal: that of a bucket that held a minute's allowance, or what the wait says of a
// smaller one if that is more, but not above what was sent.
func (a *adapting) guess(n int, wait time.Duration, elapsed float64) float64 {
	guess := a.tokens / (60 + elapsed)
	if wait > 0 {
		guess = max(guess, float64(n)/wait.Seconds())
	}
	return max(1, min(guess, a.tokens/elapsed))
}

func (a *adapting) decrease(measured float64) {
	switch now := a.rate * a.factor(); {
	case a.items < fewItems:
		a.rate *= 0.7
	case a.idle:
		a.rate = min(a.rate, max(measured, now*0.85))
	case math.Abs(measured/a.rate-1) > 0.2:
		a.rate = measured
	default:
		a.rate += (measured - a.rate) / 2
	}
}
