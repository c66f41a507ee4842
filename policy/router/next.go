package router

import (
	"time"

	"github.com/seed63918563/llmgate/policy"
)

// next waits until the request may be sent, and takes a place at the target that it goes to. It returns nil when the request
// is given up. This is the only loop over attempts, waits and targets.
func (c *call) next() *attempt {
	now := c.since
	for c.ctx.Err() == nil {
		d := c.decide(now)
		if d.Action == policy.Stop {
			c.why = d.Why
			return nil
		}
		if now = c.wait(now, d); c.ctx.Err() != nil {
			return nil
		}
		// While it waited others may have found the target to rest longer, or out, and drawn the last retry.
		if a := c.send(now, d); a != nil {
			return a
		}
		if c.since.After(now) { // a gate took its time to refuse
			now = c.since
		}
	}
	return nil
}

// decide asks the policy, with all that is known by now, and holds it to the attempts that engines around this one have left.
func (c *call) decide(now time.Time) policy.Decision {
	c.refresh(now)
	p := c.router.cfg.Policy
	if c.elsewhere {
		p = c.router.eager
	}
	d := p.Decide(&c.history, c.since)
	attempt, retry := c.allowance.Left()
	if d.Action != policy.Stop && d.Why != policy.WhyFirst && (!attempt || !retry && !d.Free) {
		return policy.Decision{Target: -1, Why: policy.WhyAttempts}
	}
	return d
}

// refresh brings what the request knows of targets and budget up to date.
func (c *call) refresh(now time.Time) {
	r := c.router
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range c.history.Candidates {
		at, ok := c.target(i).health.Ready(now)
		c.history.Candidates[i].RestsUntil, c.history.Candidates[i].Out = at, !ok
		if at.After(c.since) && c.history.Random == 0 {
			c.history.Random = c.rand().Float64()
		}
	}
	c.history.Exhausted = r.retries != nil && r.retries.Exhausted()
	c.changed = r.changed
}

// wait sleeps until a decision is due, ctx ends, or a target has come back or gone out, and returns the time.
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

// pay draws what an attempt costs: of the request's allowance, and a retry of the router's budget. The lock is held.
func (c *call) pay(d policy.Decision) bool {
	r := c.router
	if d.Why == policy.WhyFirst {
		for _, b := range []*policy.RetryBudget{r.retries, r.hedges} {
			if b != nil {
				b.Request()
			}
		}
		return true
	}
	draws := d.Why == policy.WhyRetry && r.retries != nil
	if draws && r.retries.Exhausted() || !c.allowance.Draw(d.Free) {
		return false
	}
	return !draws || r.retries.Retry()
}
