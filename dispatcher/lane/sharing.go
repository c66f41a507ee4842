package lane

import (
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// sharing keeps to a part of a limit whose bucket is emptied by others, too, before answers tell. Everybody's rate grows by the same
// share of the limit with time and falls by the same part of itself with each burst of refusals, which makes them equal.
type sharing struct {
	rate    float64   // a second, right after the last burst; 0 while nobody else is noticed
	since   time.Time // of that burst
	noticed time.Time // the last refusal while nobody else was
	pace    *limiter.Bucket
}

const (
	// shareFall is what is left of a rate after a burst.
	shareFall = 0.85
	// The rate grows by a share of the limit for each second since the burst, and by one for each second squared: who has left is
	// found out.
	shareStep, shareHaste = 0.001, 0.0001
	// aloneAfter so long without a refusal, one is chance.
	aloneAfter = 30 * time.Second
	// leastShare of a limit is kept in any case.
	leastShare = 0.02
)

// refused takes in that a request was refused though the bucket should have held it, while so much a second is used of a limit.
func (s *sharing) refused(now, sent time.Time, using, limit float64) {
	if s.rate == 0 && (s.noticed.IsZero() || now.Sub(s.noticed) > aloneAfter) {
		s.noticed = now
		return
	}
	if !sent.After(max2(s.since, s.noticed)) {
		return
	}
	if s.rate > 0 {
		using = min(using, s.inUse(now, limit))
	}
	s.rate, s.since = max(shareFall*min(using, limit), leastShare*limit), now
	if s.pace == nil {
		s.pace = limiter.NewBucket(s.rate, 1)
	}
}

func max2(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (s *sharing) inUse(now time.Time, limit float64) float64 {
	t := now.Sub(s.since).Seconds()
	return s.rate + limit*(shareStep*t+shareHaste*t*t)
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
	rate := s.inUse(now, limit)
	if rate > 1.1*limit {
		s.rate, s.noticed = 0, time.Time{}
		return
	}
	s.pace.Set(now, rate, max(1, int(rate/20)))
	s.pace.Take(now, n)
}
