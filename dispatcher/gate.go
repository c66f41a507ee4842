package dispatcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/internal/allowance"
	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// gate stands before a target: first its lane, then the ledger.
type gate struct {
	dispatcher *Dispatcher
	target     *Target
	lane       *lane.Lane
	maxWait    time.Duration // for the end of a cool-down; 0 is no bound
	books      books
}

// newGate makes the gate of the nth target, from 1.
func newGate(d *Dispatcher, t *Target, n int) (*gate, error) {
	g := &gate{dispatcher: d, target: t}
	plain := g.routed()
	t.Name = plain.Called(n)
	var err error
	g.lane, err = lane.New(lane.Config{
		Name: t.Name, MaxInFlight: t.MaxInFlight, Limits: t.Limits, Weights: d.cfg.Tenants,
		Logger: d.cfg.Logger, Seed: d.cfg.Seed,
	})
	if err != nil {
		return g, fmt.Errorf("target %d: %w", n, err)
	}
	if len(d.cfg.Targets) > 1 { // there is somewhere else to go
		g.maxWait = cmp.Or(d.cfg.Policy, policy.Default()).MaxWait
	}
	return g, nil
}

// routed is the target as the router sees it.
func (g *gate) routed() router.Target {
	t := g.target
	cost := t.Cost
	if cost == nil {
		cost = g.cost
	}
	return router.Target{
		Name: t.Name, Client: t.Client, Provider: t.Provider, Model: t.Model, Key: t.Key,
		Weight: t.Weight, Labels: t.Labels, Cost: cost, Gate: g,
	}
}

// Enter waits for a place in the lane and reserves what the attempt can cost.
func (g *gate) Enter(ctx context.Context, req *request.Request) (router.Pass, error) {
	ticket := lane.Ticket{
		Tenant: req.Tenant, Priority: req.Priority, InputTokens: tokens.Reckoned(req), MaxOutputTokens: req.MaxTokens,
		MaxWait: g.maxWait,
	}
	if a := allowance.Of(ctx); a != nil {
		ticket.Since = a.Since
	}
	permit, err := g.lane.Acquire(ctx, ticket)
	if err != nil {
		return nil, final(err)
	}
	p := &pass{gate: g, ctx: ctx, req: req, permit: permit}
	entered := false
	defer func() { // a refusal, or a panic
		if !entered {
			p.Return()
		}
	}()
	if p.hold, err = g.reserve(ctx, req); err != nil {
		return nil, err
	}
	g.dispatcher.cfg.Hooks.admitted(ctx, g.target.Name, permit.Waited())
	entered = true
	return p, nil
}

// final marks a deadline that can't be kept here as nothing to be tried here again.
func final(err error) error {
	e, ok := errors.AsType[*request.Error](err)
	if !ok || e.Class != request.ClassTimeout {
		return err
	}
	e = new(*e)
	e.ShouldRetry = new(false)
	return e
}

// pass is an attempt that was let through.
type pass struct {
	gate   *gate
	ctx    context.Context
	req    *request.Request
	permit *lane.Permit
	hold   *ledger.Hold // nil without a ledger
}

// Leave settles what the attempt used, with the lane, the ledger and the books, and tells the hooks.
func (p *pass) Leave(try *request.Attempt, resp *request.Response, e *request.Error) {
	defer p.leave(try, resp, e) // whether or not the price panics
	p.price(try, resp, e)
}

func (p *pass) leave(try *request.Attempt, resp *request.Response, e *request.Error) {
	out := lane.Outcome{Sent: sent(resp, e), Usage: try.Usage, Err: e}
	if resp != nil {
		out.Limits = resp.Limits
	}
	p.permit.Done(out)
	p.settle(&try.Usage, resp, e)
	p.gate.books.add(try)
	p.gate.dispatcher.cfg.Hooks.attempted(p.ctx, p.gate.target.Name, try, e)
}

// sent reports whether the provider may have seen an attempt.
func sent(resp *request.Response, e *request.Error) bool {
	if resp != nil {
		return !resp.FromCache
	}
	return e.MaybeBilled || e.Status != 0
}

// Return gives back a pass that was not used.
func (p *pass) Return() {
	p.permit.Done(lane.Outcome{})
	if p.hold != nil {
		p.report(p.hold.Release())
	}
}
