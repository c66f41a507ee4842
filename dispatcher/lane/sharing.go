package lane

import (
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// sharing keeps to a part of a limit where others empty the same bucket before answers tell. Everybody's rate grows by the same
// share of the limit with time, and falls by the same share of itself with each burst of refusals, which makes the rates equal.
type sharing struct {
	rate  float64   // a second, right after the last burst; 0 while nobody else is noticed
	since time.Time // of the last burst
	close int       // bursts that came close together, the last of them included
	pace  *limiter.Bucket
}

const (
	// shareKept is what is left of a rate after a burst.
	shareKept = 0.85
	// For each second since the burst the rate grows by shareStep of the limit, and for each of them squared by shareHaste, so that
	// what others have left is soon taken up.
	shareStep, shareHaste = 0.001, 0.0001
	// While it is found out how requests are charged, refusals have that cause.
	shareLearning = 30 * time.Second
	// So many bursts, each so close to the one before, are not chance.
	shareBursts, shareClose = 4, 30 * time.Second
	// leastShare of a limit is kept in any case; whose rate is above aloneShare needs no bound.
	leastShare, aloneShare = 0.02, 1.1
)

// refused takes in that a bucket was empty though less was used of it here than it is known to hold. Of a limit so much a second was
// used lately.
func (s *sharing) refused(now, sent time.Time, using, limit float64) {
	if !sent.After(s.since) {
		return // the same burst
	}
	if s.rate > 0 {
		using = min(using, s.bound(now, limit))
	}
	if s.close++; now.Sub(s.since) > shareClose {
		s.close = 1
	}
	s.since = now
	if s.rate == 0 && s.close < shareBursts {
		return
	}
	s.rate = max(shareKept*min(using, limit), leastShare*limit)
	if s.pace == nil {
		s.pace = limiter.NewBucket(s.rate, 1)
	}
}

// bound is the rate by now.
func (s *sharing) bound(now time.Time, limit float64) float64 {
	seconds := now.Sub(s.since).Seconds()
	return s.rate + limit*(shareStep*seconds+shareHaste*seconds*seconds)
}

func (s *sharing) wait(now time.Time, n int) time.Duration {
	if s.rate == 0 {
		return 0
	}
	return s.pace.Wait(now, n)
}

func (s *sharing) take(now time.Time, n int, limit float64) {
	if s.rate == 0 {
		return
	}
	bound := s.bound(now, limit)
	if bound > aloneShare*limit {
		s.rate = 0
		return
	}
	s.pace.Set(now, bound, max(1, int(bound/20)))
	s.pace.Take(now, n)
}
