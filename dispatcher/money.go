package dispatcher

import (
	"context"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/request"
)

// Ledger reserves money. Package ledger is one.
type Ledger interface {
	// Reserve sets aside what an attempt can cost, or refuses, with a *request.Error of class budget where a cap stands
	// against it. It may block until there is room, and does no longer than ctx lasts. The attempt has its place in the lane
	// by then.
	Reserve(ctx context.Context, c Charge) (Hold, error)
}

// Charge is what an attempt can cost, and what it counts under.
type Charge struct {
	// Amount is the most that it can cost. Unpriced: nobody knows, and Amount is 0.
	Amount   request.Money
	Unpriced bool

	Tenant   string
	Provider string
	Model    string
	// Labels are the request's own, not to be kept or written to.
	Labels map[string]string
}

// Hold is money set aside for one attempt. Exactly one of its methods is called, once.
type Hold interface {
	// Settle replaces it by what the attempt used, with the cost in it unless that is not known.
	Settle(request.Usage) error
	// Presume counts it as gone: the attempt failed, or was left, and may be billed all the same.
	Presume() error
	// Release gives it back: the attempt can't have been billed.
	Release() error
}

// reserve sets aside the worst case of an attempt. Without a ledger there is no hold.
func (g *gate) reserve(ctx context.Context, req *request.Request) (Hold, error) {
	ledger := g.dispatcher.cfg.Ledger
	if ledger == nil {
		return nil, nil
	}
	worst, known := g.worst(req)
	return ledger.Reserve(ctx, Charge{
		Amount: worst, Unpriced: !known,
		Tenant: req.Tenant, Provider: g.target.Provider, Model: req.Model, Labels: req.Labels,
	})
}

func (g *gate) worst(req *request.Request) (request.Money, bool) {
	if worst := g.dispatcher.cfg.Worst; worst != nil {
		return worst(g.target, req)
	}
	return 0, false
}

// price sets what an attempt cost, in its record and in the answer, unless the provider has said so itself.
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
	if p.report(err); err != nil && resp != nil {
		resp.Warnings = append(resp.Warnings, request.Warning{Field: "ledger", Message: err.Error()})
	}
}

func (p *pass) end(u *request.Usage, resp *request.Response, e *request.Error) error {
	switch {
	case e != nil && !e.MaybeBilled, resp != nil && resp.FromCache:
		return p.hold.Release()
	case e == nil || u.Reported && !u.Estimated:
		return p.hold.Settle(*u)
	}
	return p.hold.Presume()
}

// report logs that the end of a hold may not be there for good.
func (p *pass) report(err error) {
	if err != nil {
		p.gate.dispatcher.cfg.Logger.Error("the ledger did not take the end of an attempt", zap.String("target", p.gate.target.Name), zap.Error(err))
	}
}
