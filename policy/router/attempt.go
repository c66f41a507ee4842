package router

import (
	"cmp"
	"context"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// attempt is a place taken at a target, from send on; end or abandon gives it back.
type attempt struct {
	target    *target
	candidate int // its index in the call's history
	trial     policy.Trial
	waited    time.Duration
	sent      time.Time
	first     time.Time // when the first piece of a stream came
	over      bool
}

// result is how an attempt went: one of response and error.
type result struct {
	resp *request.Response
	err  error
	at   time.Time
}

// ask has an attempt answered. It returns nil if that failed.
func (c *call) ask(a *attempt) *request.Response {
	defer c.abandon(a) // a panic of the client
	return c.end(a, c.complete(c.ctx, a.target))
}

func (c *call) complete(ctx context.Context, t *target) result {
	resp, err := t.Client.Complete(ctx, c.requestFor(t))
	if resp == nil && err == nil {
		err = &request.Error{Class: request.ClassUnknown, Provider: t.Provider, Message: "the client gave neither an answer nor an error"}
	}
	return result{resp: resp, err: err, at: time.Now()}
}

// end takes in how an attempt went: into the request's history and into what is known of the target. It returns the response
// with the attempts so far, or nil after a failure.
func (c *call) end(a *attempt, res result) *request.Response {
	a.over = true
	if res.err != nil {
		c.fail(a, res)
		return nil
	}
	latency, ttft := res.at.Sub(a.sent), a.ttft()
	c.router.succeeded(a, res.at, res.resp.Usage)
	c.history.Attempts = append(c.history.Attempts, policy.Attempt{Target: a.candidate, Waited: a.waited})
	if !c.adopt(res.resp.Attempts, a.waited) {
		c.tries = append(c.tries, request.Attempt{
			Provider: cmp.Or(a.target.Provider, res.resp.Provider), Model: cmp.Or(res.resp.Model, a.target.model(&c.req)), Key: a.target.Key,
			Start: a.sent, Waited: a.waited, Latency: latency, TTFT: ttft, Usage: res.resp.Usage,
		})
	}
	res.resp.Attempts = c.tries
	return res.resp
}

func (c *call) fail(a *attempt, res result) {
	e := request.AsError(res.err)
	if len(c.history.Attempts) == 0 {
		c.appraise()
	}
	c.history.Attempts = append(c.history.Attempts, policy.Attempt{Target: a.candidate, Err: e, Waited: a.waited})
	c.last, c.since, c.history.Random = res.err, res.at, c.rand().Float64()
	c.elsewhere = c.router.cfg.Fallback != nil && e.Class != request.ClassCanceled && c.router.cfg.Fallback(e)
	c.router.failed(a, res.at, e, c.meaning(a, e, res.at))
	if c.adopt(e.Attempts, a.waited) {
		return
	}
	try := request.Attempt{
		Provider: cmp.Or(a.target.Provider, e.Provider), Model: cmp.Or(a.target.model(&c.req), e.Model), Key: a.target.Key,
		Class: e.Class, Message: message(e), Start: a.sent, Waited: a.waited, Latency: res.at.Sub(a.sent), TTFT: a.ttft(),
	}
	if e.Partial != nil {
		try.Usage = e.Partial.Usage
	}
	c.tries = append(c.tries, try)
}

// adopt lists the attempts that an engine further in has made, in place of the one that they are to this engine.
func (c *call) adopt(inner []request.Attempt, waited time.Duration) bool {
	if len(inner) == 0 {
		return false
	}
	at := len(c.tries)
	c.tries = append(c.tries, inner...)
	c.tries[at].Waited += waited
	return true
}

// meaning is what the policy says that a failure means, whatever else the request has been through.
func (c *call) meaning(a *attempt, e *request.Error, now time.Time) meaning {
	alone := policy.History{Candidates: c.history.Candidates, Attempts: []policy.Attempt{{Target: a.candidate, Err: e}}}
	d := c.router.cfg.Policy.Decide(&alone, now)
	return meaning{rest: d.Rest, out: d.Out, byCaller: c.ctx.Err() != nil}
}

// abandon gives back the place of an attempt that came to no end of its own: the caller left, or something panicked.
func (c *call) abandon(a *attempt) {
	if a.over {
		return
	}
	a.over = true
	c.router.failed(a, time.Now(), &request.Error{Class: request.ClassCanceled}, meaning{byCaller: true})
}

func (a *attempt) ttft() time.Duration {
	if a.first.IsZero() {
		return 0
	}
	return a.first.Sub(a.sent)
}
