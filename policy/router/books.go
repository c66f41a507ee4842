package router

import (
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// succeeded books an answer with the target that gave it.
func (r *Router) succeeded(a *attempt, at time.Time, u request.Usage) {
	t := a.target
	r.mu.Lock()
	before := t.health.State(at)
	t.end(at, a.trial, nil, false)
	t.pace.add(at.Sub(a.sent), a.ttft(), u)
	after := t.health.State(at)
	if before != policy.Closed && after == policy.Closed {
		r.wake()
	}
	r.mu.Unlock()
	r.logState(t, before, after, nil)
}

// meaning is what a failure means for everybody who uses the target: a rest, or that it is out; or, where the caller ended the
// attempt, nothing.
type meaning struct {
	rest     time.Duration
	out      bool
	byCaller bool
}

// failed books a failure with its target.
func (r *Router) failed(a *attempt, at time.Time, e *request.Error, m meaning) {
	t := a.target
	r.mu.Lock()
	before := t.health.State(at)
	t.end(at, a.trial, e, m.byCaller)
	if m.rest > 0 {
		t.health.Rest(at.Add(m.rest))
	}
	out := m.out && r.takeOut(t, e)
	after := t.health.State(at)
	r.mu.Unlock()
	r.logState(t, before, after, e)
	if m.rest > 0 {
		r.logRest(t, m.rest, e)
	}
	if out {
		r.logOut(t, e)
	}
}

// takeOut keeps everybody from a target, and from those with the same key, and has those who wait for it go elsewhere. The
// only target there is stays: its provider says better than the router what is wrong. It reports whether that changed
// anything. The lock is held.
func (r *Router) takeOut(t *target, why *request.Error) bool {
	if len(r.targets) == 1 || t.health.Out() != nil {
		return false
	}
	for _, u := range r.targets {
		if u == t || u.sharesKey(t) {
			u.health.TakeOut(why)
		}
	}
	r.wake()
	return true
}
