package dispatcher

import (
	"cmp"
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// reserve sets aside the worst case of an attempt. Without a ledger there is no hold.
func (g *gate) reserve(ctx context.Context, req *request.Request) (*ledger.Hold, error) {
	books := g.dispatcher.cfg.Ledger
	if books == nil {
		return nil, nil
	}
	worst, unpriced := g.dispatcher.cfg.Worst(g.target, req)
	if unpriced != nil {
		worst = 0
	}
	j := journalOf(ctx)
	hold, err := books.Reserve(ctx, ledger.Request{
		Amount: worst, Unpriced: unpriced != nil,
		Tenant: req.Tenant, Project: req.Labels["project"], Provider: g.target.Provider, Model: req.Model, Labels: req.Labels,
		Item: j.Item, Record: j.Intent,
	})
	return hold, g.refusal(req, err, unpriced)
}

// refusal gives the ledger's error its class.
func (g *gate) refusal(req *request.Request, err, unpriced error) error {
	switch _, typed := errors.AsType[*request.Error](err); {
	case unpriced != nil && errors.Is(err, ledger.ErrUnpriced):
		return &request.Error{Class: request.ClassBudget, Provider: g.target.Provider, Model: req.Model, Message: unpriced.Error(), Err: ledger.ErrUnpriced}
	case err == nil, typed:
		return err
	}
	return &request.Error{Class: request.ClassUnknown, Provider: g.target.Provider, Model: req.Model, Err: err, ShouldRetry: new(false)}
}

// cost is what the router compares targets by.
func (g *gate) cost(req *request.Request) (request.Money, bool) {
	worst, err := g.dispatcher.cfg.Worst(g.target, req)
	return worst, err == nil
}

// byTable bounds requests by a table of prices. The prompt is bounded by its bytes, so that nobody needs to be asked for its
// tokens.
func byTable(table *pricing.Table, unbounded bool) func(*Target, *request.Request) (request.Money, error) {
	return func(t *Target, req *request.Request) (request.Money, error) {
		prices := table
		if prices == nil { // which is not read before it is needed
			prices = pricing.Builtin()
		}
		guess := request.TokenCount{Estimated: true}
		q := prices.Estimate(t.Provider, cmp.Or(t.Model, req.Model), req, guess, pricing.Service{At: time.Now()})
		worst, err := q.Bound()
		if unbounded && q.Priced {
			err = nil
		}
		return worst, err
	}
}

// price sets what an attempt cost, in its record and in the answer, unless the provider or the client has said so.
func (p *pass) price(try *request.Attempt, resp *request.Response, e *request.Error) {
	answer, price := resp, p.gate.dispatcher.cfg.Price
	if answer == nil && e != nil {
		answer = e.Partial
	}
	if price == nil || answer == nil || try.Usage.Priced {
		return
	}
	cost, known := price(p.gate.target, p.req, answer)
	if !known {
		return
	}
	try.Usage.SetCost(cost)
	if resp != nil { // a partial answer may be shared, as errors may
		resp.Usage.SetCost(cost)
	}
}

// settle ends the hold of an attempt that was let through, and says on the answer if the ledger failed: it is good all the
// same. What a failure used counts only as far as the provider reported it.
func (p *pass) settle(u *request.Usage, resp *request.Response, e *request.Error) {
	if p.hold == nil {
		return
	}
	err := p.end(u, resp, e)
	if p.report(err); err == nil || resp == nil {
		return
	}
	resp.Warnings = append(resp.Warnings, request.Warning{Field: "ledger", Message: err.Error()})
	journalOf(p.ctx).failed(err)
}

func (p *pass) end(u *request.Usage, resp *request.Response, e *request.Error) error {
	with := journalOf(p.ctx).outcome(resp)
	switch {
	case e != nil && !e.MaybeBilled, resp != nil && resp.FromCache:
		return p.hold.Release(with...)
	case e == nil || u.Reported && !u.Estimated:
		return p.hold.Settle(*u, with...)
	}
	return p.hold.Presume(with...)
}

// report logs that the end of a hold may not be there for good.
func (p *pass) report(err error) {
	if err != nil {
		p.gate.dispatcher.cfg.Logger.Error("the ledger did not take the end of an attempt", zap.String("target", p.gate.target.Name), zap.Error(err))
	}
}
