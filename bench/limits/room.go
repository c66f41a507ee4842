package limits

import (
	"math"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// room keeps probes for tokens below the limit of requests, for a refusal that comes from there would be taken for theirs.
type room struct {
	counter interface {
		Wait(now time.Time, n int) time.Duration
		Take(now time.Time, n int)
	}
	// burst is how many probes may follow each other closely.
	burst int
}

// share of the limit of requests that is used at most.
const share = 0.8

// plenty is what a burst may have where no limit of requests was met.
const plenty = 200

// newRoom takes a limit at its lowest; nil is no limit.
func newRoom(f *fit) *room {
	if f == nil {
		return &room{burst: plenty}
	}
	burst := max(1, int(share*math.Floor(f.burst.Low+1e-3)))
	if f.shape == Bucket {
		return &room{limiter.NewBucket(share*f.perMinute.Low/60, burst), burst}
	}
	return &room{limiter.NewLog(burst, f.window+f.window/60), burst}
}

// epoch stands for the beginning of the search.
var epoch = time.Unix(0, 0)

// wait is how long a burst of n probes has to be put off.
func (r *room) wait(at time.Duration, n int) time.Duration {
	if r == nil || r.counter == nil {
		return 0
	}
	return r.counter.Wait(epoch.Add(at), min(n, r.burst))
}

// reserve puts a burst off until there is room for n probes, which it may have.
func (r *room) reserve(b *burst, n int) {
	if r == nil {
		return
	}
	b.probes = min(n, r.burst)
	b.at += r.wait(b.at, b.probes)
}

func (r *room) took(b *burst) {
	if r == nil || r.counter == nil {
		return
	}
	r.counter.Take(epoch.Add(b.last()), len(b.log))
}
