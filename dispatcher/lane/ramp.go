package lane

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// ramp bounds how fast traffic grows after a provider has refused it for growing too fast, whatever the limits allow. OpenAI
// wants at most half as much again every quarter of an hour.
type ramp struct {
	rate  float64 // tokens a second right after the refusal; 0 for no bound
	since time.Time
	pace  *limiter.Bucket
}

const (
	rampStep   = 15 * time.Minute
	rampGrowth = 1.5
	// rampDrop is what is left of the rate that was refused.
	rampDrop = 0.7
	// rampOver: after this long the bound is far above what was refused.
	rampOver = 2 * time.Hour
)

func (r *ramp) wait(now time.Time, n int) time.Duration {
	if r.rate == 0 {
		return 0
	}
	return r.pace.Wait(now, n)
}

func (r *ramp) take(now time.Time, n int) {
	switch {
	case r.rate == 0:
	case now.Sub(r.since) > rampOver:
		r.rate = 0
	default:
		r.set(now)
		r.pace.Take(now, n)
	}
}

func (r *ramp) set(now time.Time) {
	bound := r.rate * math.Pow(rampGrowth, float64(now.Sub(r.since))/float64(rampStep))
	r.pace.Set(now, bound, max(1, int(bound/4)))
}

// refused takes in the refusal of a request, and what was sent a second lately. Those sent before the last drop don't count.
func (r *ramp) refused(now, sent time.Time, perSecond float64) {
	if r.rate > 0 && !sent.After(r.since) {
		return
	}
	r.rate, r.since = max(1, rampDrop*perSecond), now
	if r.pace == nil {
		r.pace = limiter.NewBucket(r.rate, 1)
	}
	r.set(now)
}
