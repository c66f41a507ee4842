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
	t.end(at, nil)
	t.pace.add(at.Sub(a.sent), a.ttft(), u)
	after := t.health.State(at)
	if before != policy.Closed && after == policy.Closed {
		r.wake()
	}
	r.mu.Unlock()
	r.logAttempt(a, at, nil)
	r.logState(t, before, after, nil)
}

// failed books a failure, and what it means for who uses the target: a rest, or that it is out.
func (r *Router) failed(a *attempt, at time.Time, e *request.Error, rest time.Duration, out bool) {
	t := a.target
	r.mu.Lock()
	before := t.health.State(at)
	t.end(at, e)
	if rest > 0 {
		t.health.Rest(at.Add(rest))
	}
	if out = out && t.health.Out() == nil && len(r.targets) > 1; out {
		r.takeOut(t, e)
	}
	after := t.health.State(at)
	r.mu.Unlock()
	r.logAttempt(a, at, e)
	r.logState(t, before, after, e)
	if rest > 0 {
		r.logRest(t, rest, e)
	}
	if out {
		r.logOut(t, e)
	}
}

// takeOut keeps everybody from a target, and from those with the same key. The only target there is stays: its provider says
// better than the router what is wrong. The lock is held.
func (r *Router) takeOut(t *target, why *request.Error) {
	for _, u := range r.targets {
		if u == t || u.sharesKey(t) {
			u.health.TakeOut(why)
		}
	}
}
