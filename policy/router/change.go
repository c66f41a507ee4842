package router

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Change is a change of a target's state.
type Change struct {
	Target string
	// To is "closed", "open" or "half-open", as policy.State has them, or one of the constants below.
	To string
	// Rest is how long a target rests.
	Rest time.Duration
	// Err is the failure that did it; nil where an answer or Restore did.
	Err *request.Error
}

// What a target becomes beside the states of its circuit breaker. Targets that share the key of one that was taken out go
// with it and are not named.
const (
	Resting  = "resting"
	TakenOut = "out"
	Restored = "restored"
)

func (r *Router) tell(c Change) {
	if r.cfg.Watch != nil {
		r.cfg.Watch(c)
	}
}
