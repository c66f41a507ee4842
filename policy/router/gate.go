package router

import (
	"context"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// Gate holds attempts at a target back until its limits let them pass. The dispatcher's lanes stand behind it. It must be safe
// for concurrent use.
type Gate interface {
	// Enter blocks until an attempt at the request may be sent, or ctx ends. An attempt that it refuses ends with its error,
	// unsent; the policy then decides as after any failure, and nothing is held against the target. The request is not to be
	// kept beyond the attempt.
	Enter(ctx context.Context, req *request.Request) (Pass, error)
}

// Pass is the admission of one attempt. Exactly one of its methods is called, once.
type Pass interface {
	// Leave tells how the attempt ended: with a response or an error. Of an attempt that was abandoned, by a reader who left or
	// by a panic, the error has class canceled, and whether it was billed is open. It may set the cost in both usages.
	Leave(try *request.Attempt, resp *request.Response, err *request.Error)
	// Return gives back a pass that was not used, for the target was found resting or out after all.
	Return()
}

// send takes a place at the target of a decision, if it is due and what it was based on still holds; else it returns nil.
func (c *call) send(now time.Time, d policy.Decision) *attempt {
	t := c.target(d.Target)
	switch {
	case now.Before(c.since.Add(d.Wait)):
		return nil
	case t.Gate == nil:
		return c.begin(now, now, d, nil)
	}
	pass, err := c.enter(t)
	admitted := time.Now()
	if err != nil {
		c.refuse(now, admitted, d, err)
		return nil
	}
	a := c.begin(now, admitted, d, pass)
	if a == nil {
		pass.Return()
	}
	return a
}

func (c *call) enter(t *target) (Pass, error) {
	t.queued.Add(1)
	defer t.queued.Add(-1)
	return t.Gate.Enter(c.ctx, c.requestFor(t))
}

// begin starts an attempt that was due at a time and has passed the gate at another.
func (c *call) begin(due, now time.Time, d policy.Decision, pass Pass) *attempt {
	r, t := c.router, c.target(d.Target)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !t.ready(now) || !c.pay(d) {
		return nil
	}
	c.current = c.attemptOf(due, now, d)
	c.current.pass, c.current.trial = pass, t.begin(now)
	return &c.current
}

// refuse records an attempt that did not pass the gate. One that the caller ended is none.
func (c *call) refuse(due, now time.Time, d policy.Decision, err error) {
	if c.ctx.Err() != nil {
		return
	}
	c.router.mu.Lock()
	paid := c.pay(d)
	c.router.mu.Unlock()
	if !paid { // and the next decision finds so
		return
	}
	c.current = c.attemptOf(due, now, d)
	c.note(&c.current, request.AsError(err), result{err: err, at: now})
}

func (c *call) attemptOf(due, now time.Time, d policy.Decision) attempt {
	return attempt{target: c.target(d.Target), candidate: d.Target, sent: now, waited: now.Sub(c.since), queued: now.Sub(due)}
}
