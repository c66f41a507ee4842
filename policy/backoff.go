package policy

import (
	"math"
	"time"
)

// Backoff is how long to wait before another try: a random time up to a ceiling that doubles with each failure in a row
// ("full jitter", which spreads callers that failed together).
type Backoff struct {
	// Base is the first ceiling, Max the last. A Max of 0 is no bound.
	Base time.Duration
	Max  time.Duration
}

// Wait returns the wait after so many failures in a row, counted from 1, for a random number in [0, 1).
func (b Backoff) Wait(failures int, random float64) time.Duration {
	return time.Duration(random * float64(b.ceiling(failures)))
}

func (b Backoff) ceiling(failures int) time.Duration {
	most := b.Max
	if most <= 0 {
		most = math.MaxInt64
	}
	ceiling := min(b.Base, most)
	if ceiling <= 0 {
		return 0
	}
	for range failures - 1 {
		if ceiling > most/2 {
			return most
		}
		ceiling *= 2
	}
	return ceiling
}
