package router

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/seed63918563/llmgate/internal/allowance"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// call is one request on its way. One goroutine owns it. It is used again for others, so that nothing that
// points into it may outlive it.
type call struct {
	router *Router
	ctx    context.Context // carries the allowance
	req    request.Request // names the model of the target that it is for just now
	model  string          // that the caller named
	turn   uint64
	chance *rand.Rand // nil until something is left to it
	source rand.PCG

	order   []int // the target of each candidate
	history policy.History
	tries   []request.Attempt
	last    error      // of the last attempt, as the client gave it
	why     policy.Why // it was given up; empty if ctx ended it
	// since is when the request came, or when the last attempt ended. Decisions are taken as of then, however often they
	// are taken anew while the request waits, so that a wait is never begun afresh.
	since time.Time
	// elsewhere: the FallbackPolicy has named the last failure.
	elsewhere bool

	allowance *allowance.Allowance
	changed   chan struct{} // as last seen

	// What chance and the attempt under way point to.
	dice    rand.Rand
	current attempt
}

func (r *Router) newCall(ctx context.Context, req *request.Request) *call {
	c := r.calls.Get().(*call)
	c.router, c.ctx, c.req, c.model, c.turn, c.since = r, ctx, *req, req.Model, r.turn.Add(1)-1, time.Now()
	c.history.Deadline, _ = ctx.Deadline()
	if c.allowance = allowance.Of(ctx); c.allowance == nil {
		c.allowance = new(allowance.Allowance) // its context may outlive the call
		c.allowance.Since = c.since
		c.ctx = c.allowance.Grant(ctx, r.owner, max(1, r.cfg.Policy.MaxAttempts), r.cfg.Policy.MaxRetries)
	} else {
		r.warnStacked(c.allowance.Owner)
	}
	c.arrange()
	return c
}

// recycle is for a call that came to its end; one that a panic ends is left alone. The next one has the room of its lists.
func (c *call) recycle() {
	r, h := c.router, &c.history
	clear(h.Attempts)
	*c = call{order: c.order[:0], history: policy.History{Candidates: h.Candidates[:0], Attempts: h.Attempts[:0]}}
	r.calls.Put(c)
}

// arrange puts the targets in order for the request.
func (c *call) arrange() {
	r := c.router
	for i := range r.targets {
		c.order = append(c.order, i)
	}
	if r.cfg.Order != nil && len(r.targets) > 1 {
		q := r.ask(c)
		c.order = r.cfg.Order.Arrange(&q.Query, c.order)
		r.asked(q)
	}
	for _, i := range c.order {
		t := r.targets[i]
		c.history.Candidates = append(c.history.Candidates, policy.Candidate{Provider: t.Provider, Model: t.model(c.model), Key: t.Key})
	}
}

// cost is what the request is expected to cost at a target.
func (c *call) cost(t *target) (request.Money, bool) {
	if t.Cost == nil {
		return 0, false
	}
	defer func() { c.req.Model = c.model }()
	return t.Cost(c.requestFor(t))
}

// appraise adds to the candidates what only decisions about failures need.
func (c *call) appraise() {
	for i := range c.history.Candidates {
		t, candidate := c.target(i), &c.history.Candidates[i]
		candidate.ContextTokens = t.capabilities(c.model).ContextTokens
		candidate.Cost, candidate.Priced = c.cost(t)
	}
}

func (c *call) target(candidate int) *target { return c.router.targets[c.order[candidate]] }

// rand is the request's own source of chance, so that what it draws does not depend on the others.
func (c *call) rand() *rand.Rand {
	if c.chance == nil {
		c.source.Seed(c.router.cfg.Seed, c.turn)
		c.dice = *rand.New(&c.source)
		c.chance = &c.dice
	}
	return c.chance
}

// requestFor is the request as a target gets it. It is the call's own, and stays so until it is made for another.
func (c *call) requestFor(t *target) *request.Request {
	c.req.Model = t.model(c.model)
	return &c.req
}
