package lane

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// adapting finds a rate of tokens where no limit is stated, by when the provider refuses. The rate in use begins a little below
// the estimate and grows past it until the next burst of refusals, after which it begins anew; so the band around the estimate
// is probed with few refusals, and on average the estimate is used. When a burst is overdue the limit must have grown, and the
// rate grows faster.
type adapting struct {
	rate   float64 // the estimate, in tokens a second; 0 while nothing was refused
	pace   *limiter.Bucket
	recent *limiter.Log // what was sent in the last minute

	began   time.Time // of the first request
	since   time.Time // of the last burst; what was admitted before belongs to it
	tokens  float64   // sent since
	items   int       // requests sent since that had to wait
	through int       // requests let through since
	burst   int       // refusals in the last burst
	bursts  float64   // mean of that
	quick   int       // bursts in a row that came at once
	doubt   doubt     // that refusals are about the rate

	firstTokens, firstSeconds float64 // what was sent before the first burst, and how long that took
	depth                     float64 // of the bucket, in seconds of the rate; 0 while it is not known
	size                      average // of a request

	// window: all comes back at once, or a minute after its use; sliding tells the latter.
	window, sliding bool
}

const (
	// The probe band: the rate in use as a share of the estimate, right after a burst and when the next one is due.
	bandLow, bandHigh = 0.97, 1.03
	// bandItems is how many requests are sent for each refusal of a burst while the rate goes through the band. It bounds the
	// share of refusals.
	bandItems = 240
	// bandSeconds is how long that takes at least: what becomes of requests shows only when they are answered. Windows tell only at
	// their end whether there is more.
	bandSeconds, windowSeconds = 5.0, 90.0
	// mostGrowth is the logarithm of how far the rate goes beyond the band at most.
	mostGrowth = 6.0
	// fewItems are so few that the rate was too high from the beginning.
	fewItems = 20
)

func (a *adapting) on() bool { return a.rate > 0 }

func (a *adapting) wait(now time.Time, n int) time.Duration {
	if !a.on() {
		return 0
	}
	wait := a.pace.Wait(now, n)
	if a.sliding {
		wait = max(wait, a.recent.Wait(now, n))
	}
	return wait
}

// take books a request. waited: it had to wait, so that the rate is what bounds the lane.
func (a *adapting) take(now time.Time, n int, waited bool) {
	if a.recent == nil {
		a.began, a.since = now, now
		a.recent = limiter.NewLog(0, time.Minute)
	}
	a.recent.Take(now, n)
	a.size.add(float64(n))
	a.tokens += float64(n)
	if waited || !a.on() {
		a.items++
	}
	if !a.on() {
		return
	}
	a.set(now)
	a.pace.Take(now, n)
}

// give takes back a request that was not sent, or was refused.
func (a *adapting) give(now, sent time.Time, n int) {
	a.recent.Give(now, sent, n)
	if sent.After(a.since) {
		a.tokens -= float64(n)
	}
}

// set makes the rate in use follow the band.
func (a *adapting) set(now time.Time) {
	r := a.rate * a.factor(now)
	a.pace.Set(now, r, max(1, int(r/20)))
	a.recent.SetLimit(int(60 * max(r, a.rate)))
}

func (a *adapting) factor(now time.Time) float64 {
	seconds, growth := bandSeconds, 4.0
	if a.window {
		seconds, growth = windowSeconds, 1
	}
	items := bandItems * max(1, a.bursts)
	if a.depth == 0 && !a.window { // the rate is a first guess, the worse the more often it was too high at once
		items /= float64(int(4) << a.doubt.early)
	}
	if a.doubt.lost(a.rate) {
		items, seconds = items/hurry, seconds/hurry
	}
	band := max(items, seconds*a.rate/float64(a.size))
	x := max(float64(a.items)/band, float64(now.Sub(a.since))/float64(trust))
	if x <= 1 {
		return bandLow + (bandHigh-bandLow)*x
	}
	return bandHigh * math.Exp(min(growth*(x-1)*(x-1), mostGrowth))
}

// refused takes in that a request of n was refused, for a time if the provider said so. One burst lowers the rate once.
func (a *adapting) refused(now, sent time.Time, n int, wait time.Duration) {
	same := a.on() && !sent.After(a.since)
	a.give(now, sent, n)
	switch {
	case same:
		a.burst++
		return
	case a.through == 0, !a.on() && a.items < fewItems: // tells no rate; the wait and fewer at once will do
		return
	}
	elapsed := max(now.Sub(a.since).Seconds(), 1e-3)
	switch {
	case a.windowed(now, n, wait):
		a.rate = float64(a.recent.Since(now, now.Add(wait-time.Minute))) / 60
	case !a.on():
		a.firstTokens, a.firstSeconds = a.tokens, elapsed
		a.rate = a.guess(n, wait, max(elapsed, 1))
		a.doubt.trust(now, a.rate)
	default:
		e := evidence{a.factor(now) >= 1, wait > 0 && wait.Seconds()*a.rate < briefShare*float64(n), a.rate, a.items, a.tokens, elapsed}
		a.decrease(now, elapsed)
		a.rate = a.doubt.judge(now, e, a.rate)
	}
	if a.pace == nil {
		a.pace = limiter.NewBucket(a.rate, 1)
	}
	a.bursts += (float64(max(1, a.burst)) - a.bursts) / 4
	a.rate = max(a.rate, float64(a.size)/60, 1) // a request a minute
	a.since, a.tokens, a.items, a.through, a.burst = now, 0, 0, 0, 1
	a.set(now)
}

// windowed tells that all comes back at once, or as long after its use as a window is: a bucket would have had enough for the
// request much sooner. What was sent since the window began is then all that it allows.
func (a *adapting) windowed(now time.Time, n int, wait time.Duration) bool {
	if wait <= 0 || wait >= time.Minute {
		return false
	}
	if a.window {
		a.follow()
		return a.window
	}
	minute := float64(a.recent.Since(now, now.Add(-time.Minute)))
	a.window = wait > time.Second && wait.Seconds() > 5*60*float64(n)/max(1, minute)
	return a.window
}

// manyQuick bursts in a row speak against a window.
const manyQuick = 4

// follow tells a sliding window by a refusal right after the wait for its end: not all has come back.
func (a *adapting) follow() {
	if a.items >= fewItems {
		a.quick = 0
		return
	}
	a.sliding = true
	if a.quick++; a.quick > manyQuick {
		a.window, a.sliding, a.quick = false, false, 0
	}
}
