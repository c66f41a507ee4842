package router

import (
	"cmp"
	"context"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// attempt is a place taken at a target, from begin on; end or abandon gives it back.
type attempt struct {
	target    *target
	candidate int  // its index in the call's history
	pass      Pass // nil where the target has no gate
	trial     policy.Trial
	waited    time.Duration
	queued    time.Duration // the part of waited that was spent at the gate
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
	return c.end(a, c.complete(c.ctx, a.target, c.requestFor(a.target)))
}

func (c *call) complete(ctx context.Context, t *target, req *request.Request) result {
	resp, err := t.Client.Complete(ctx, *req)
	if resp == nil && err == nil {
		err = &request.Error{Class: request.ClassUnknown, Provider: t.Provider, Message: "the client gave neither an answer nor an error"}
	}
	return result{resp: resp, err: err, at: time.Now()}
}

// end takes in how an attempt went: into the request's history and into what is known of the target. It returns the response
// with the attempts so far, or nil after a failure.
func (c *call) end(a *attempt, res result) *request.Response {
	if res.err != nil {
		c.fail(a, res)
		return nil
	}
	try := c.tried(a, res.at)
	try.Provider, try.Model, try.Usage = cmp.Or(a.target.Provider, res.resp.Provider), cmp.Or(res.resp.Model, try.Model), res.resp.Usage
	c.leave(a, try, res.resp, nil)
	c.router.succeeded(a, res.at, res.resp.Usage)
	a.over = true
	c.history.Attempts = append(c.history.Attempts, policy.Attempt{Target: a.candidate, Waited: a.waited - a.queued})
	c.list(res.resp.Attempts)
	res.resp.Attempts = c.tries
	return res.resp
}

func (c *call) fail(a *attempt, res result) {
	e := request.AsError(res.err)
	c.note(a, e, res)
	c.router.failed(a, res.at, e, c.meaning(a, e, res.at))
	a.over = true
}

// note takes a failure into the request's history.
func (c *call) note(a *attempt, e *request.Error, res result) {
	c.history.Attempts = append(c.history.Attempts, policy.Attempt{Target: a.candidate, Err: e, Waited: a.waited - a.queued})
	c.last, c.since, c.history.Random = res.err, res.at, c.rand().Float64()
	c.elsewhere = c.router.cfg.Fallback != nil && e.Class != request.ClassCanceled && c.router.cfg.Fallback(e)
	try := c.tried(a, res.at)
	try.Provider, try.Model = cmp.Or(a.target.Provider, e.Provider), cmp.Or(try.Model, e.Model)
	try.Class, try.Message = e.Class, message(e)
	if e.Partial != nil {
		try.Usage = e.Partial.Usage
	}
	c.leave(a, try, nil, e)
	c.list(e.Attempts)
	if len(c.history.Attempts) == 1 {
		c.appraise()
	}
}

// tried lists an attempt that has ended, with what is known of any.
func (c *call) tried(a *attempt, at time.Time) *request.Attempt {
	c.tries = append(c.tries, request.Attempt{
		Provider: a.target.Provider, Model: a.target.model(c.model), Key: a.target.Key,
		Start: a.sent, Waited: a.waited, Latency: at.Sub(a.sent), TTFT: a.ttft(),
	})
	return &c.tries[len(c.tries)-1]
}

// leave gives an attempt's pass back and writes the attempt down. After a panic of the pass, abandon gives back the place.
func (c *call) leave(a *attempt, try *request.Attempt, resp *request.Response, e *request.Error) {
	if pass := a.pass; pass != nil {
		a.pass = nil
		pass.Leave(try, resp, e)
	}
	c.router.logAttempt(a, try, e)
}

// list puts in the place of the last attempt those that an engine further in has made of it, if there is one.
func (c *call) list(inner []request.Attempt) {
	if len(inner) == 0 {
		return
	}
	last := len(c.tries) - 1
	waited := c.tries[last].Waited
	c.tries = append(c.tries[:last], inner...)
	c.tries[last].Waited += waited
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
	now := time.Now()
	e := &request.Error{Class: request.ClassCanceled, Provider: a.target.Provider, MaybeBilled: true}
	defer c.router.failed(a, now, e, meaning{byCaller: true})
	try := c.tried(a, now)
	try.Class = e.Class
	c.leave(a, try, nil, e)
}

func (a *attempt) ttft() time.Duration {
	if a.first.IsZero() {
		return 0
	}
	return a.first.Sub(a.sent)
}
