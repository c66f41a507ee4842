// Package budget caps what a client spends. It is the ledger as middleware: the worst case of each request is reserved before
// it is sent, and what it cost is settled after, on every path, so that the cap holds under any concurrency.
//
//	client = budget.New(budget.Config{Provider: "openai", DailyUSD: 20, TotalUSD: 500})(client)
//
// Put it right around the client of a provider, inside of retries: it counts each try. A cache belongs outside of it.
//
// Give it a Ledger to have several clients share budgets, to keep them beyond the process, or to cap tenants and projects.
// A program that only wants to know what its calls cost does without: responses say so.
package budget

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Config says what may be spent. Amounts are in dollars; 0 is no cap.
type Config struct {
	PerRequestUSD float64
	HourlyUSD     float64
	DailyUSD      float64
	MonthlyUSD    float64
	TotalUSD      float64
	// AtCap says what happens to a request that does not fit into one of these; empty is to refuse.
	AtCap ledger.AtCap

	// Ledger, in place of all amounts, has the budgets. It is not closed by Close.
	Ledger *ledger.Ledger
	// Unpriced says what happens to requests whose worst case nobody knows; with Ledger, that says so. With AllowUnbounded a
	// request that may cost more than the worst case that is known, for its extra fields or for content whose tokens can't be
	// bounded, is let through at that; a cap may then be overshot.
	Unpriced       ledger.Unpriced
	AllowUnbounded bool

	// Provider is the name by which prices are found and money is counted, such as "openai". Model is that of requests that
	// name none.
	Provider string
	Model    string
	// Prices are the table of prices; nil is the one that is part of the program.
	Prices *pricing.Table

	// Worst, in place of Prices, gives the most that a request can cost, or why nobody knows. It must be safe for
	// concurrent use.
	Worst func(*request.Request) (request.Money, error)
	// Cost, in place of Prices, gives the cost of an answer that does not say what it cost, false if nobody knows.
	Cost func(*request.Request, *request.Response) (request.Money, bool)

	owned bool // Ledger was started here
}

// New makes the middleware. Clients that it is put around share the budgets. It panics if the configuration is wrong, naming
// every fault. Without a Ledger it starts one in memory, which ends with Close of any of the clients.
func New(cfg Config) request.Middleware {
	if err := cfg.complete(); err != nil {
		panic(err)
	}
	return func(next request.Client) request.Client { return &Client{Client: next, cfg: cfg} }
}

// Client is a client with a budget. CountTokens and Capabilities are those of the client inside and cost nothing.
type Client struct {
	request.Client
	cfg Config
}

// Ledger gives the books.
func (c *Client) Ledger() *ledger.Ledger { return c.cfg.Ledger }

// Close ends the ledger that New started. A second Close does nothing.
func (c *Client) Close() error {
	if !c.cfg.owned {
		return nil
	}
	return c.cfg.Ledger.Close()
}

// Complete implements request.Client. A request that does not fit fails with an error of class budget and is not sent.
func (c *Client) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	hold, err := c.reserve(ctx, &req)
	if err != nil {
		return nil, err
	}
	defer hold.Presume() // if the client panics; it is too late otherwise
	resp, err := c.Client.Complete(ctx, req)
	if err != nil {
		return resp, c.failed(hold, &req, err)
	}
	c.settle(hold, &req, resp)
	return resp, nil
}

// Stream implements request.Client. A stream that is left early is presumed to cost the worst: the provider bills what it has
// written by then, and does not say how much.
func (c *Client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		hold, err := c.reserve(ctx, &req)
		if err != nil {
			yield(request.Chunk{}, err)
			return
		}
		defer hold.Presume() // if the loop is left, a panic ends it, or the stream has no end; it is too late otherwise
		for chunk, err := range c.Client.Stream(ctx, req) {
			if err != nil {
				yield(chunk, c.failed(hold, &req, err))
				return
			}
			if chunk.Response != nil {
				c.settle(hold, &req, chunk.Response)
			}
			if !yield(chunk, nil) {
				return
			}
		}
	}
}

func (c *Client) reserve(ctx context.Context, req *request.Request) (*ledger.Hold, error) {
	priced := *req
	if priced.Model == "" {
		priced.Model = c.cfg.Model
	}
	worst, unpriced := c.cfg.Worst(&priced)
	if unpriced != nil {
		worst = 0
	}
	hold, err := c.cfg.Ledger.Reserve(ctx, ledger.Request{
		Amount: worst, Unpriced: unpriced != nil,
		Tenant: req.Tenant, Project: req.Labels["project"], Provider: c.cfg.Provider, Model: priced.Model, Labels: req.Labels,
	})
	switch _, typed := errors.AsType[*request.Error](err); {
	case errors.Is(err, ledger.ErrUnpriced):
		err = &request.Error{Class: request.ClassBudget, Provider: c.cfg.Provider, Model: priced.Model, Message: unpriced.Error(), Err: err}
	case err != nil && !typed:
		err = &request.Error{Class: request.ClassUnknown, Provider: c.cfg.Provider, Model: priced.Model, Err: err}
	}
	return hold, err
}

// settle counts what an answer cost. Where the store fails the answer is good all the same, and says so.
func (c *Client) settle(hold *ledger.Hold, req *request.Request, resp *request.Response) {
	if resp.FromCache {
		c.warn(resp, hold.Release())
		return
	}
	c.price(req, resp)
	c.warn(resp, hold.Settle(resp.Usage))
}

func (c *Client) warn(resp *request.Response, err error) {
	if err != nil {
		resp.Warnings = append(resp.Warnings, request.Warning{Field: "budget", Message: err.Error()})
	}
}

func (c *Client) price(req *request.Request, resp *request.Response) {
	if resp.Usage.Priced {
		return
	}
	if cost, ok := c.cfg.Cost(req, resp); ok {
		resp.Usage.SetCost(cost)
	}
}

// failed ends the hold of a request that failed: at no cost where none can be, at what the provider reported where it did, as
// for a refusal, and else at the worst.
func (c *Client) failed(hold *ledger.Hold, req *request.Request, err error) error {
	if ended := c.endFailed(hold, req, err); ended != nil {
		return fmt.Errorf("%w; besides, %w", err, ended)
	}
	return err
}

func (c *Client) endFailed(hold *ledger.Hold, req *request.Request, err error) error {
	e, ok := errors.AsType[*request.Error](err)
	switch {
	case ok && !e.MaybeBilled:
		return hold.Release()
	case ok && e.Partial != nil && e.Partial.Usage.Reported && !e.Partial.Usage.Estimated:
		c.price(req, e.Partial)
		return hold.Settle(e.Partial.Usage)
	}
	return hold.Presume()
}
