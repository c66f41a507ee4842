package router

import (
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
)

const (
	// smoothing is the weight of the past in an average: a new value counts for an eighth.
	smoothing = 8
	// window is how many latencies are kept for the percentile, and enough how many it needs.
	window = 64
	enough = 16
)

// pace is how fast a target has answered lately. Failures don't count: a target that fails fast is not a fast one.
type pace struct {
	latency, ttft, perToken average

	recent [window]time.Duration // a ring
	seen   int
}

// average is a moving average, 0 before the first value.
type average time.Duration

func (a *average) add(d time.Duration) {
	d = max(d, 1) // not unknown
	if *a == 0 {
		*a = average(d)
		return
	}
	*a += (average(d) - *a) / smoothing
}

// add takes an answer in. The time per token is that between tokens where it was streamed, else the whole time shared out.
func (p *pace) add(latency, ttft time.Duration, u request.Usage) {
	p.latency.add(latency)
	if ttft > 0 {
		p.ttft.add(ttft)
	}
	switch {
	case ttft > 0 && u.OutputTokens > 1:
		p.perToken.add((latency - ttft) / time.Duration(u.OutputTokens-1))
	case ttft == 0 && u.OutputTokens > 0:
		p.perToken.add(latency / time.Duration(u.OutputTokens))
	}
	p.recent[p.seen%window] = latency
	p.seen++
}

// p95 is the latency that 95 of 100 recent answers stayed within; 0 while too few are known.
func (p *pace) p95() time.Duration {
	if p.seen < enough {
		return 0
	}
	n := min(p.seen, window)
	sorted := p.recent
	slices.Sort(sorted[:n])
	return sorted[(n*95+99)/100-1]
}
