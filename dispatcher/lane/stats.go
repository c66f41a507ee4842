package lane

import "time"

// Stats is a lane as it stands.
type Stats struct {
	// State is "open", "cooling" (waiting as long as the provider said), "out" (see Err), "draining" or "closed".
	State string
	// InFlight have a permit, Queued wait for one.
	InFlight int
	Queued   int
	// Admitted is how many got a permit so far, RateLimited how many answers were refusals for rate limits.
	Admitted    int64
	RateLimited int64
	// CoolUntil is when the provider lets the lane go on; zero if it may.
	CoolUntil time.Time
	// Err is what took the lane out, or nil.
	Err error
	// Limits are those known, by dimension.
	Limits []LimitStats
}

// LimitStats is what a lane knows of one limit.
type LimitStats struct {
	// Dimension is "requests", "tokens", "input tokens", "output tokens", "requests a day" or "tokens a day".
	Dimension string
	// Limit is what a whole window allows, as stated; 0 if unknown. Ceiling is the configured bound, 0 without one.
	Limit   int
	Ceiling int
	// Rate is how many come back a second, Level how many may be used at once.
	Rate  float64
	Level float64
	// Utilisation is the share of the limit used in the last window.
	Utilisation float64
}

// Stats returns how the lane stands. It does not block.
func (l *Lane) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.core.stats(time.Now())
}

func (c *core) stats(now time.Time) Stats {
	s := Stats{State: "open", InFlight: c.inFlight, Queued: c.queue.waiting, Admitted: c.admittedTotal, RateLimited: c.rateLimited}
	if c.gate.After(now) {
		s.State, s.CoolUntil = "cooling", c.gate
	}
	if c.out != nil {
		s.State, s.Err = "out", c.out
	}
	switch c.stage {
	case draining:
		s.State = "draining"
	case aborted:
		s.State = "closed"
	}
	return s
}
