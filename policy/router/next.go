package router

import (
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

// decide asks the policy, with all that is known by now. free: what it says counts as no retry.
func (c *call) decide(now time.Time) (d policy.Decision, free bool) {
	attempt, retry := c.allowance.Left()
	c.refresh(now)
	switch {
	case len(c.history.Attempts) == 0:
		return c.router.cfg.Policy.Decide(&c.history, c.since), true
	case !attempt:
		return policy.Decision{Target: -1, Why: policy.WhyAttempts}, true
	}
	if d := c.choose(false); d.Action != policy.Stop || !retry {
		return d, true
	}
	return c.choose(true), false
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

// choose decides about the last failure, with the retries that are left or without any.
func (c *call) choose(retries bool) policy.Decision {
	r := c.router
	if c.elsewhere {
		return c.by(r.eager, retries)
	}
	d := c.by(r.cfg.Policy, retries)
	if r.rotating == nil || c.history.Attempts[len(c.history.Attempts)-1].Err.Class != request.ClassRateLimit {
		return d
	}
	if key := c.by(r.rotating, retries); key.Action == policy.Next && (d.Action == policy.Stop || key.Wait < d.Wait) {
		return key
	}
	return d
}

// by asks a policy. Without retries it allows only what is not counted as one, such as waiting for a rate limit.
func (c *call) by(p *policy.Policy, retries bool) policy.Decision {
	if retries {
		return p.Decide(&c.history, c.since)
	}
	none := *p
	none.MaxRetries = 0
	return none.Decide(&c.history, c.since)
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

// send takes a place at the target of a decision, if it is due and what it was based on still holds; else it returns nil.
func (c *call) send(now time.Time, d policy.Decision, free bool) *attempt {
	r, t := c.router, c.target(d.Target)
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(c.since.Add(d.Wait)) || !t.ready(now) || !c.pay(d.Why, free) {
		return nil
	}
	c.current = attempt{target: t, candidate: d.Target, trial: t.begin(now), sent: now, waited: now.Sub(c.since)}
	return &c.current
}

// pay draws what an attempt costs: of the request's allowance, and a retry of the router's budget. The lock is held.
func (c *call) pay(why policy.Why, free bool) bool {
	r := c.router
	if why == policy.WhyFirst {
		for _, b := range []*policy.RetryBudget{r.retries, r.hedges} {
			if b != nil {
				b.Request()
			}
		}
		return true
	}
	draws := why == policy.WhyRetry && r.retries != nil
	if draws && r.retries.Exhausted() || !c.allowance.Draw(free) {
		return false
	}
	return !draws || r.retries.Retry()
}
