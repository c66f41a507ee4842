package policy

import (
	"time"

	"github.com/seed63918563/llmgate/request"
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
	return c
}

// Health is the state of one target: its circuit breaker, its rest and whether it is out. It changes by what attempts report
// and with the time that is passed in. It is not safe for concurrent use.
type Health struct {
	cfg HealthConfig

	state       State
	consecutive int
	window      []bool // true is a failure; a ring
	at, full    int
	failures    int
	pause       time.Duration
	reopens     time.Time // when Open ends
	probing     bool      // a probe is under way
	probed      int       // successful probes

	rests time.Time
	out   *request.Error
}

// NewHealth begins with a target that works.
func NewHealth(cfg HealthConfig) *Health {
	cfg = cfg.complete()
	return &Health{cfg: cfg, window: make([]bool, max(cfg.Window, 1)), pause: cfg.Pause}
}

// Ready tells when the target may be sent to: now or in the past, or later. ok is false where only Restore makes it usable.
func (h *Health) Ready(now time.Time) (at time.Time, ok bool) {
	if h.out != nil {
		return time.Time{}, false
	}
	at = h.rests
	switch {
	case h.state == Open && h.reopens.After(at):
		at = h.reopens
	case h.state == HalfOpen && h.probing && now.Add(h.pause).After(at):
		at = now.Add(h.pause) // others wait for the probe
	}
	return at, true
}

// Begin records that an attempt is sent.
func (h *Health) Begin(now time.Time) {
	if h.state == Open && !now.Before(h.reopens) {
		h.state, h.probed = HalfOpen, 0
	}
	if h.state == HalfOpen {
		h.probing = true
	}
}

// End records how an attempt ended: class is empty for a success. Failures that the request is to blame for say that the
// target works; those that say nothing of it, such as a caller that left, change nothing.
func (h *Health) End(now time.Time, class request.Class) {
	h.probing = false
	if class == request.ClassCanceled || class == request.ClassBudget {
		return
	}
	failed := ofTarget(class)
	h.count(failed)
	switch {
	case h.state == HalfOpen && failed:
		h.pause = min(2*h.pause, h.cfg.MaxPause)
		h.open(now)
	case h.state == HalfOpen:
		if h.probed++; h.probed >= h.cfg.Probes {
			h.close()
		}
	case h.state == Closed && h.broken():
		h.open(now)
	}
}

func (h *Health) count(failed bool) {
	if h.window[h.at] {
		h.failures--
	}
	if h.window[h.at] = failed; failed {
		h.failures++
		h.consecutive++
	} else {
		h.consecutive = 0
	}
	h.at = (h.at + 1) % len(h.window)
	h.full = min(h.full+1, len(h.window))
}

func (h *Health) broken() bool {
	ratio := float64(h.failures) / float64(h.full)
	return h.cfg.Consecutive > 0 && h.consecutive >= h.cfg.Consecutive ||
		h.cfg.Ratio > 0 && h.cfg.Window > 0 && h.full == len(h.window) && ratio >= h.cfg.Ratio
}

func (h *Health) open(now time.Time) {
	h.state, h.reopens = Open, now.Add(h.pause)
}

func (h *Health) close() {
	clear(h.window)
	h.state, h.consecutive, h.failures, h.full, h.at, h.pause = Closed, 0, 0, 0, 0, h.cfg.Pause
}

// Rest keeps everybody from the target until a time. A rest is never shortened.
func (h *Health) Rest(until time.Time) {
	if until.After(h.rests) {
		h.rests = until
	}
}

// TakeOut keeps everybody from the target until Restore, on account of an error.
func (h *Health) TakeOut(why *request.Error) { h.out = why }

// Restore makes a target usable again that was taken out, rests or is open.
func (h *Health) Restore() {
	h.out, h.rests = nil, time.Time{}
	h.close()
}

// Out returns the error on account of which the target is out, or nil.
func (h *Health) Out() *request.Error { return h.out }

// State returns the state of the circuit breaker at a time.
func (h *Health) State(now time.Time) State {
	if h.state == Open && !now.Before(h.reopens) {
		return HalfOpen
	}
	return h.state
}
