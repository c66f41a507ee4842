package lane

import "time"

// guess is the rate after the first refusal: that of a bucket that held a minute's allowance, or what the wait says of a
// smaller one if that is more, but not above what was sent.
func (a *adapting) guess(n int, wait time.Duration, elapsed float64) float64 {
	guess := a.tokens / (60 + elapsed)
	if wait > 0 {
		guess = max(guess, float64(n)/wait.Seconds())
	}
	return min(guess, a.tokens/elapsed)
}

const (
	// overdue is how far the rate in use goes beyond the estimate before a burst must be due to a limit that has grown.
	overdue = 1.4
	// deep is a bucket, in seconds, that has much in store when its limit has grown.
	deep = 10
)

// decrease follows a burst: the rate is that of a bucket which would have been empty at the last burst and at this one, after all
// that was sent between them. One that comes at once tells too little for that.
func (a *adapting) decrease(now time.Time, elapsed float64) {
	before, inUse := a.rate, a.rate*a.factor(now)
	if a.items < fewItems {
		a.rate = min(a.rate, max(a.rate*max(0.5, 0.9-0.1*float64(a.doubt.early)), a.tokens/elapsed))
		return
	}
	a.rate = a.refill(now)
	if inUse > overdue*before && a.depth > deep { // of the time since the last burst, about half was at the limit before
		a.rate = max(a.rate, min(inUse, 2*a.rate-before))
	}
}

// refill looks for the rate between what was got on average, which a bucket had at least, and what is far above the rate in use.
func (a *adapting) refill(now time.Time) float64 {
	average := a.tokens / max(now.Sub(a.since).Seconds(), 1)
	low, high := average, 1.5*max(average, a.rate*a.factor(now))
	for range 24 {
		if rate := (low + high) / 2; a.left(now, rate) > 0 {
			high = rate
		} else {
			low = rate
		}
	}
	if a.depth == 0 {
		a.depth = a.depthAt(low)
	}
	return low
}

// left is what a bucket of a rate would have now, if it was empty at the last burst.
func (a *adapting) left(now time.Time, rate float64) (level float64) {
	room, at := rate*a.depthAt(rate), a.since
	for sent, n := range a.recent.All() {
		if sent.After(a.since) {
			level = min(room, level+rate*sent.Sub(at).Seconds()) - float64(n)
			at = sent
		}
	}
	return min(room, level+rate*now.Sub(at).Seconds())
}

// depthAt is how many seconds' worth a bucket of a rate holds: what was sent before the first burst, which emptied it.
func (a *adapting) depthAt(rate float64) float64 {
	if a.depth > 0 {
		return a.depth
	}
	return min(max(1, a.firstTokens/rate-a.firstSeconds), 60)
}
