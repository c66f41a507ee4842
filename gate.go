package llmgate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/sqlite"
)

// Gate sends requests to models at the speed that their rate limits allow, within a budget: a dispatcher with a ledger, prices
// and, if asked for, a cache and a file that remembers. It is a Client, with the dispatcher's Submit, Run, Stats and Restore. It is
// safe for concurrent use. End it with Drain or Close.
type Gate struct {
	*dispatcher.Dispatcher
	ledger *ledger.Ledger
	prices *pricing.Table
	owned  store.Store // to be closed with the Gate; nil for none
	close  func() error
}

var _ Client = (*Gate)(nil)

// New opens the models and everything around them. It sends nothing, and blocks only while it reads the State. All faults of the
// configuration are reported together.
func New(ctx context.Context, cfg Config) (*Gate, error) {
	cfg.Prices = cfg.prices()
	targets, faults := cfg.targets(ctx)
	budgets, more := cfg.Budget.list()
	faults = slices.Concat(faults, more, cfg.check(ctx, targets, budgets))
	if len(faults) > 0 {
		return nil, fmt.Errorf("llmgate: %w", errors.Join(faults...))
	}
	g := &Gate{prices: cfg.Prices}
	g.close = sync.OnceValue(g.closeBooks)
	if err := g.openBooks(ctx, &cfg, budgets); err != nil {
		return nil, errors.Join(err, g.close())
	}
	d, err := dispatcher.New(cfg.dispatcher(targets, g.ledger))
	if err != nil {
		return nil, errors.Join(err, g.close())
	}
	g.Dispatcher = d
	return g, nil
}

// check asks each part for faults before anything is opened that would have to be closed, or would leave a file.
func (c *Config) check(ctx context.Context, targets []dispatcher.Target, budgets []ledger.Budget) (faults []error) {
	if c.State != "" && c.Store != nil {
		faults = append(faults, errors.New("both State and Store are set; give one"))
	}
	if c.Cache != nil {
		if _, err := cache.Wrap(nowhere{}, *c.Cache); err != nil {
			faults = append(faults, fmt.Errorf("in Cache: %w", err))
			c.Cache = nil
		}
	}
	if len(targets) > 0 {
		if _, err := dispatcher.New(c.dispatcher(targets, nil)); err != nil {
			faults = append(faults, err)
		}
	}
	books, err := ledger.New(ctx, ledger.Config{Budgets: budgets, Unpriced: c.Budget.Unpriced})
	if err != nil {
		return append(faults, fmt.Errorf("in Budget: %w", err))
	}
	if err := books.Close(); err != nil {
		faults = append(faults, err)
	}
	return faults
}

// nowhere stands for a client while a configuration is checked.
type nowhere struct{ request.Client }

func (nowhere) Capabilities(string) request.Capabilities { return request.Capabilities{} }

func (c *Config) dispatcher(targets []dispatcher.Target, books *ledger.Ledger) dispatcher.Config {
	return dispatcher.Config{
		Name: "llmgate", Targets: targets, Policy: c.Policy, Order: c.Order, Tenants: c.Tenants,
		Ledger: books, Prices: c.Prices, AllowUnbounded: c.Budget.AllowUnbounded, Cache: c.middleware(),
		Logger: c.Logger, Hooks: c.Hooks, Seed: c.Seed,
	}
}

func (c *Config) middleware() request.Middleware {
	if c.Cache == nil {
		return nil
	}
	return cache.New(*c.Cache)
}

func (g *Gate) openBooks(ctx context.Context, cfg *Config, budgets []ledger.Budget) (err error) {
	books := cfg.Store
	if cfg.State != "" {
		file, err := sqlite.Open(ctx, sqlite.Config{Path: cfg.State})
		if err != nil {
			return fmt.Errorf("llmgate: State: %w", err)
		}
		books, g.owned = file, file
	}
	g.ledger, err = ledger.New(ctx, ledger.Config{Budgets: budgets, Unpriced: cfg.Budget.Unpriced, Store: books, OnWarn: cfg.Budget.OnWarn})
	if err != nil {
		return fmt.Errorf("llmgate: Budget: %w", err)
	}
	return nil
}

// Ledger has the money: balances, sums by label, and what a run before left unknown.
func (g *Gate) Ledger() *ledger.Ledger { return g.ledger }

// Prices is the table by which it prices calls, that of the Config with an entry for "sim/demo" where that answers. It is nil for
// the one that is part of the program.
func (g *Gate) Prices() *pricing.Table { return g.prices }

// Drain takes nothing new, blocks until everything that was accepted has ended, and closes the Gate. If ctx ends first, it
// returns its cause, and what was accepted goes on. It may be called again.
func (g *Gate) Drain(ctx context.Context) error {
	if err := g.Dispatcher.Drain(ctx); err != nil {
		return err
	}
	return g.close()
}

// Close takes nothing new, cancels everything that was accepted, and blocks until it has ended and all money is written. Its
// error says that something was not. It may be called again, and after Drain.
func (g *Gate) Close() error {
	g.Dispatcher.Abort()
	return g.close()
}

// Abort is Close for those who don't ask for its error.
func (g *Gate) Abort() { _ = g.Close() }

func (g *Gate) closeBooks() (err error) {
	if g.ledger != nil {
		err = g.ledger.Close()
	}
	if g.owned != nil {
		err = errors.Join(err, g.owned.Close())
	}
	return err
}
