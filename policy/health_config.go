package policy

import (
	"time"
)

// State is whether a target is used.
type State uint8

// The states of a circuit breaker. Closed: used. Open: not used for a while. HalfOpen: single requests probe it.
const (
	Closed State = iota
	Open
	HalfOpen
)

// String gives "closed", "open" or "half-open".
func (s State) String() string { return [...]string{"closed", "open", "half-open"}[s] }

// HealthConfig says when a target counts as broken. Zero values mean the defaults in parentheses; negative numbers switch a
// condition off.
type HealthConfig struct {
	// Consecutive failures that open it (8).
	Consecutive int
	// Ratio of failures among the last Window attempts that opens it (0.6 of 20).
	Ratio  float64
	Window int
	// Pause is how long it stays open at first (10 s); it doubles with each failed probe, up to MaxPause (5 min).
	Pause    time.Duration
	MaxPause time.Duration
	// Probes that must succeed in a row to close it (2).
	Probes int
}

func (c HealthConfig) complete() HealthConfig {
	or := func(v *int, fallback int) {
		if *v == 0 {
			*v = fallback
		}
	}
	or(&c.Consecutive, 8)
	or(&c.Window, 20)
	or(&c.Probes, 2)
	if c.Ratio == 0 {
		c.Ratio = 0.6
	}
	if c.Pause == 0 {
		c.Pause = 10 * time.Second
	}
	if c.MaxPause == 0 {
		c.MaxPause = 5 * time.Minute
	}
	c.Pause = min(c.Pause, c.MaxPause)
	return c
}
