package policy

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Health is the state of one target: its circuit breaker, its rest and whether it is out. It changes by what attempts report
// and with the time that is passed in. It is not safe for concurrent use.
type Health struct {
	cfg HealthConfig

	state       State
	era         Trial // counts changes of the state
	consecutive int
	window      []bool // true is a failure; a ring
	at, full    int
	failures    int
	pause       time.Duration
	reopens     time.Time // when Open ends
	probe       time.Time // when the probe under way began; zero for none
	probed      int       // successful probes

	rests time.Time
	out   *request.Error
}

// Trial ties the end of an attempt to its beginning: what began before the state changed says nothing of the target any more.
type Trial uint64

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
	case h.state == HalfOpen && !h.probe.IsZero():
		if others := h.probe.Add(h.pause); others.After(at) { // they wait for the probe, but not for ever
			at = others
		}
	}
	return at, true
}

// Begin records that an attempt is sent. Each is followed by one End with what it returned.
func (h *Health) Begin(now time.Time) Trial {
	if h.state == Open && !now.Before(h.reopens) {
		h.become(HalfOpen)
	}
	if h.state == HalfOpen {
		h.probe = now
	}
	return h.era
}

// End records how an attempt ended: class is empty for a success. Failures that the request is to blame for, and rate limits,
// say that the target works. Those that say nothing of it change nothing: ClassBudget, and ClassCanceled, which is also to be
// given where a deadline of the caller's own ended the attempt.
func (h *Health) End(now time.Time, trial Trial, class request.Class) {
	if trial != h.era {
		return
	}
	h.probe = time.Time{}
	if class == request.ClassCanceled || class == request.ClassBudget {
		return
	}
	failed := blamesTarget(class)
	switch {
	case h.state == Closed:
		if h.count(failed); h.broken() {
			h.open(now)
		}
	case h.state == HalfOpen && failed:
		h.pause = min(2*h.pause, h.cfg.MaxPause)
		h.open(now)
	case h.state == HalfOpen:
		if h.probed++; h.probed >= h.cfg.Probes {
			h.close()
		}
	}
}

// blamesTarget tells the failures that are the target's own.
func blamesTarget(class request.Class) bool {
	switch class {
	case request.ClassTransient, request.ClassTimeout, request.ClassTruncated, request.ClassOverloaded, request.ClassUnknown:
		return true
	}
	return false
}

// count moves the window on.
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
	return h.cfg.Consecutive > 0 && h.consecutive >= h.cfg.Consecutive ||
		h.cfg.Ratio > 0 && h.full == h.cfg.Window && float64(h.failures) >= h.cfg.Ratio*float64(h.full)
}

func (h *Health) become(s State) {
	h.state, h.probe, h.probed = s, time.Time{}, 0
	h.era++
}

func (h *Health) open(now time.Time) {
	h.become(Open)
	h.reopens = now.Add(h.pause)
}

func (h *Health) close() {
	h.become(Closed)
	clear(h.window)
	h.consecutive, h.failures, h.full, h.at, h.pause = 0, 0, 0, 0, h.cfg.Pause
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
