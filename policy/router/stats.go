package router

import (
	"maps"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// Stats are a Router's books as they stand.
type Stats struct {
	// Requests have come so far; Hedges are attempts made beside another one.
	Requests uint64
	Hedges   int64
	// Targets in the order of the configuration.
	Targets []TargetStats
}

// TargetStats are the books of one target.
type TargetStats struct {
	Name  string
	State policy.State
	// ReadyAt is when a target that rests or is open may be sent to again; zero for one that may be now, or is out.
	ReadyAt time.Time
	// Out is why the target was taken out, until Restore; nil if it was not.
	Out *request.Error
	// InFlight are attempts under way, Attempts all so far. Failures count those that failed, by class; attempts that were
	// ended by the caller or lost to a hedge are of class canceled.
	InFlight int
	Attempts int64
	Failures map[request.Class]int64
	// Latency, TTFT and PerToken are moving averages over answers, P95 the 95th percentile of the last 64 latencies; 0 while
	// unknown.
	Latency  time.Duration
	TTFT     time.Duration
	PerToken time.Duration
	P95      time.Duration
}

// Stats returns the books as they stand. It does not block.
func (r *Router) Stats() Stats {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Stats{Requests: r.turn.Load(), Hedges: r.hedged}
	for _, t := range r.targets {
		s.Targets = append(s.Targets, t.stats(now))
	}
	return s
}

func (t *target) stats(now time.Time) TargetStats {
	s := TargetStats{
		Name: t.Name, State: t.health.State(now), Out: t.health.Out(),
		InFlight: t.inFlight, Attempts: t.attempts, Failures: maps.Clone(t.failures),
		Latency: time.Duration(t.pace.latency), TTFT: time.Duration(t.pace.ttft), PerToken: time.Duration(t.pace.perToken),
		P95: t.pace.p95(),
	}
	if at, ok := t.health.Ready(now); ok && at.After(now) {
		s.ReadyAt = at
	}
	return s
}
