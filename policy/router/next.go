package router

import (
	"slices"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// next waits until the request may be sent, and takes a place at the target that it goes to. It returns nil when the request
// is given up. This is the only loop over attempts, waits and targets.
func (c *call) next() *attempt {
	now := c.since
	for c.ctx.Err() == nil {
		d, free := c.decide(now)
		if d.Action == policy.Stop {
			c.why = d.Why
			return nil
		}
		if now = c.wait(now, d); c.ctx.Err() != nil {
			return nil
		}
		// While it waited others may have found the target to rest longer, or out, and drawn the last retry.
		if a := c.send(now, d, free); a != nil {
			return a
		}
	}
	return nil
}

// decide asks the policy, with all that is known by now. free: what it allows needs no budget.
func (c *call) decide(now time.Time) (d policy.Decision, free bool) {
	attempt, retry := c.allowance.Left()
	c.refresh(now)
	if len(c.history.Attempts) == 0 {
		return c.router.cfg.Policy.Decide(&c.history, c.since), true
	}
	if !attempt {
		return policy.Decision{Target: -1, Why: policy.WhyAttempts}, false
	}
	c.history.Exhausted = true
	if d := c.choose(); d.Action != policy.Stop || !c.budget || !retry {
		return d, true
	}
	c.history.Exhausted = false
	return c.choose(), false
}

// refresh brings what the request knows of targets and budget up to date.
func (c *call) refresh(now time.Time) {
	r := c.router
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range c.history.Candidates {
		at, ok := c.target(i).health.Ready(now)
		if ok && at.After(now) {
			at = at.Add(c.stagger(at))
		}
		c.history.Candidates[i].RestsUntil, c.history.Candidates[i].Out = at, !ok
	}
	c.budget = r.retries == nil || !r.retries.Exhausted()
	c.changed = r.changed
}

// stagger spreads the requests that were held back, so that they don't all come at the moment a rest ends: over a tenth of
// the wait, at most maxStagger. A request that was told to wait itself comes when it was told.
func (c *call) stagger(until time.Time) time.Duration {
	if len(c.history.Attempts) > 0 {
		return 0
	}
	if c.history.Random == 0 {
		c.history.Random = c.rand().Float64()
	}
	return time.Duration(c.history.Random * float64(min(until.Sub(c.since)/10, maxStagger)))
}

const maxStagger = 10 * time.Second

// choose decides about the last failure. A rate limit may be waited for, or gone around: what is sooner is done.
func (c *call) choose() policy.Decision {
	r := c.router
	limited := c.history.Attempts[len(c.history.Attempts)-1].Err.Class == request.ClassRateLimit
	around := r.rotating
	switch {
	case c.elsewhere && limited && r.limitsRest:
		around = r.eager
	case c.elsewhere:
		return r.eager.Decide(&c.history, c.since)
	case around == nil || !limited:
		return r.cfg.Policy.Decide(&c.history, c.since)
	}
	stay, move := r.cfg.Policy.Decide(&c.history, c.since), around.Decide(c.forgiven(), c.since)
	if move.Action == policy.Next && (stay.Action == policy.Stop || move.Wait < stay.Wait) {
		return move
	}
	return stay
}

// forgiven is the history as if all rate limits had struck the last target, so that the others count as untried: when they
// have rested they are as good as new. Those that were limited for an unknown time are not forgiven.
func (c *call) forgiven() *policy.History {
	h := c.history
	h.Attempts = slices.Clone(h.Attempts)
	last := h.Attempts[len(h.Attempts)-1].Target
	for i := range h.Attempts {
		if e := h.Attempts[i].Err; e != nil && e.Class == request.ClassRateLimit && e.RetryAfter > 0 {
			h.Attempts[i].Target = last
		}
	}
	return &h
}

// wait sleeps until a decision is due, ctx ends, or a target has come back, and returns the time.
func (c *call) wait(now time.Time, d policy.Decision) time.Time {
	left := c.since.Add(d.Wait).Sub(now)
	if left <= 0 {
		return now
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.changed:
	case <-c.ctx.Done():
	}
	return time.Now()
}

// send takes a place at the target of a decision, if it is due and what it was based on still holds; else it returns nil.
func (c *call) send(now time.Time, d policy.Decision, free bool) *attempt {
	r, t := c.router, c.target(d.Target)
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(c.since.Add(d.Wait)) || !t.ready(now) || !c.pay(free) {
		return nil
	}
	t.begin(now)
	c.current = attempt{target: t, candidate: d.Target, sent: now, waited: now.Sub(c.since)}
	return &c.current
}

// pay draws what the next attempt costs: of the request's allowance and of the router's budget. The lock is held.
func (c *call) pay(free bool) bool {
	r := c.router
	if len(c.history.Attempts) == 0 {
		if r.retries != nil {
			r.retries.Request()
		}
		if r.hedges != nil {
			r.hedges.Request()
		}
		return true
	}
	if !free && r.retries != nil && r.retries.Exhausted() || !c.allowance.Draw(free) {
		return false
	}
	return free || r.retries == nil || r.retries.Retry()
}
