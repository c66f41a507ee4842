package sim

import (
	"sync"
	"sync/atomic"
	"time"
)

// Stats are the simulator's own books, to hold a client's against.
type Stats struct {
	// Requests is every request for an answer, items of batches included. Answered got one in full, RateLimited a 429 by the limits, and Faults were
	// struck by a fault; one that stalls or drips may be answered all the same. The rest were invalid or their client left.
	Requests    int64 `json:"requests"`
	Answered    int64 `json:"answered"`
	RateLimited int64 `json:"rate_limited"`
	Faults      int64 `json:"faults"`
	// Tokens of the answers given, as reported in their usage; those from a prompt cache are part of InputTokens.
	InputTokens  int64 `json:"input_tokens"`
	OutputTokens int64 `json:"output_tokens"`
	// InFlight and PeakInFlight count requests being worked on.
	InFlight     int64 `json:"in_flight"`
	PeakInFlight int64 `json:"peak_in_flight"`
	// Elapsed is the time since the first request; RequestUtilisation and TokenUtilisation are what was admitted, as a
	// share of what RPM and TPM allowed in that time.
	Elapsed            time.Duration `json:"elapsed_ns"`
	RequestUtilisation float64       `json:"request_utilisation"`
	TokenUtilisation   float64       `json:"token_utilisation"`
}

type counters struct {
	requests, answered, rateLimited, faults atomic.Int64
	inputTokens, outputTokens               atomic.Int64

	mu             sync.Mutex
	inFlight, peak int64
	first          time.Time
}

// enter counts a request in and returns how to count it out.
func (c *counters) enter() (leave func()) {
	c.requests.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first.IsZero() {
		c.first = time.Now()
	}
	c.inFlight++
	c.peak = max(c.peak, c.inFlight)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.inFlight--
	}
}

// Stats returns the books as they stand.
func (s *Sim) Stats() Stats {
	st := Stats{
		Requests: s.requests.Load(), Answered: s.answered.Load(), RateLimited: s.rateLimited.Load(), Faults: s.faults.Load(),
		InputTokens: s.inputTokens.Load(), OutputTokens: s.outputTokens.Load(),
	}
	now := time.Now()
	s.mu.Lock()
	st.InFlight, st.PeakInFlight = s.inFlight, s.peak
	if !s.first.IsZero() {
		st.Elapsed = now.Sub(s.first)
	}
	s.mu.Unlock()
	if st.Requests > 0 {
		st.RequestUtilisation, st.TokenUtilisation = s.limiter.utilisation(now)
	}
	return st
}
