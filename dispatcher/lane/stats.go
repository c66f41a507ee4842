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
	// Limit is what a whole window allows, as the provider stated it; 0 if it did not. Ceiling is the configured bound, 0 without.
	Limit   int
	Ceiling int
	// Shape is how a stated limit comes back: "bucket", "fixed window" or "sliding window".
	Shape string
	// Rate is how many come back a second; where nothing is stated and the provider has refused requests, it is the lane's own
	// estimate. Level is how many may be used at once, negative in debt.
	Rate  float64
	Level float64
	// Utilisation is what was used lately as a share of Rate.
	Utilisation float64
}

// Stats returns how the lane stands. It does not wait for anything.
func (l *Lane) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.core.stats(time.Now())
}

func (c *core) stats(now time.Time) Stats {
	s := Stats{
		State: c.stateName(now), InFlight: c.inFlight, Queued: c.queue.waiting,
		Admitted: c.admitted, RateLimited: c.rateLimited, Limits: c.meters.stats(now),
	}
	if c.gate.After(now) {
		s.CoolUntil = c.gate
	}
	if c.out != nil {
		s.Err = c.out
	}
	return s
}

func (c *core) stateName(now time.Time) string {
	switch {
	case c.stage == aborted:
		return "closed"
	case c.stage == draining:
		return "draining"
	case c.out != nil:
		return "out"
	case c.gate.After(now):
		return "cooling"
	}
	return "open"
}

// stats has the limits of which something is known.
func (m *meters) stats(now time.Time) (all []LimitStats) {
	for d := range dimensions {
		l := &m.learned[d]
		s := LimitStats{Dimension: dimensionNames[d], Limit: l.limit, Ceiling: m.ceiling[d]}
		switch {
		case l.known():
			s.Shape, s.Level = shapeNames[l.shaping.used], l.counter.Level(now)
			s.Rate = float64(l.limit) / l.shaping.window.Seconds()
		case d == tokens && m.adapting.on():
			s.Rate, s.Level = m.adapting.rate, m.adapting.pace.Level(now)
		case s.Ceiling == 0:
			continue
		default:
			s.Rate, s.Level = float64(s.Ceiling)/d.window().Seconds(), m.ceilings[d].Level(now)
		}
		s.Utilisation = l.flow.perSecond(now) / s.Rate
		all = append(all, s)
	}
	return all
}
