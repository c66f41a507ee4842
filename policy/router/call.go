package router

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/seed63918563/llmgate/internal/allowance"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// call is one request on its way. One goroutine owns it.
type call struct {
	router *Router
	ctx    context.Context // carries the allowance
	req    request.Request
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

	// Room for the usual sizes, to save allocations.
	current    attempt
	shown      request.Request // to the gate
	try        request.Attempt
	granted    allowance.Allowance
	orders     [4]int
	candidates [4]policy.Candidate
	attempts   [1]policy.Attempt
}

func (r *Router) newCall(ctx context.Context, req request.Request) *call {
	c := &call{router: r, ctx: ctx, req: req, turn: r.turn.Add(1) - 1, since: time.Now()}
	c.history.Deadline, _ = ctx.Deadline()
	c.history.Attempts = c.attempts[:0]
	if c.allowance = allowance.Of(ctx); c.allowance == nil {
		c.allowance = &c.granted
		c.granted.Since = c.since
		c.ctx = c.granted.Grant(ctx, r.owner, max(1, r.cfg.Policy.MaxAttempts), r.cfg.Policy.MaxRetries)
	} else {
		r.warnStacked(c.allowance.Owner)
	}
	c.arrange()
	return c
}

// arrange puts the targets in order for the request.
func (c *call) arrange() {
	r := c.router
	c.order = c.orders[:0]
	for i := range r.targets {
		c.order = append(c.order, i)
	}
	if r.cfg.Order != nil && len(r.targets) > 1 {
		c.order = r.cfg.Order.Arrange(c.query(), c.order)
	}
	c.history.Candidates = c.candidates[:0]
	for _, i := range c.order {
		t := r.targets[i]
		c.history.Candidates = append(c.history.Candidates, policy.Candidate{Provider: t.Provider, Model: t.model(&c.req), Key: t.Key})
	}
}

func (c *call) query() *policy.Query {
	r := c.router
	q := &policy.Query{
		Request: &c.req, Turn: c.turn, Rand: c.rand(),
		Prompt:  func() int { return tokens.Request(&c.req) },
		Cost:    func(i int) (request.Money, bool) { return c.cost(r.targets[i]) },
		Targets: make([]policy.Target, len(r.targets)),
	}
	r.mu.Lock()
	for i, t := range r.targets {
		q.Targets[i] = t.view(&c.req)
	}
	r.mu.Unlock()
	for i, t := range r.targets { // without the lock: it may ask the client
		q.Targets[i].Can = t.capabilities(&c.req)
	}
	return q
}

func (c *call) cost(t *target) (request.Money, bool) {
	if t.Cost == nil {
		return 0, false
	}
	return t.Cost(&c.req)
}

// appraise adds to the candidates what only decisions about failures need.
func (c *call) appraise() {
	for i := range c.history.Candidates {
		t, candidate := c.target(i), &c.history.Candidates[i]
		candidate.ContextTokens = t.capabilities(&c.req).ContextTokens
		candidate.Cost, candidate.Priced = c.cost(t)
	}
}

func (c *call) target(candidate int) *target { return c.router.targets[c.order[candidate]] }

// rand is the request's own source of chance, so that what it draws does not depend on the others.
func (c *call) rand() *rand.Rand {
	if c.chance == nil {
		c.source.Seed(c.router.cfg.Seed, c.turn)
		c.chance = rand.New(&c.source)
	}
	return c.chance
}

// requestFor is the request as a target gets it.
func (c *call) requestFor(t *target) request.Request {
	req := c.req
	req.Model = t.model(&c.req)
	return req
}
