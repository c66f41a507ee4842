package dispatcher

import (
	"cmp"
	"fmt"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Config sets up a Dispatcher. The zero value of a field is the documented default; Targets are required.
type Config struct {
	// Name tells dispatchers apart in logs and errors; "dispatcher" if empty.
	Name string
	// Targets are where requests go, the preferred first unless Order says otherwise.
	Targets []Target
	// Policy decides about failures; nil is policy.Default(). It must not be changed once it is in use.
	Policy *policy.Policy
	// Order puts the targets in order for each request. Nil keeps them as they are given, but of those that differ in nothing
	// but the key, the one with the shortest queue for its weight comes first. It must be safe for concurrent use.
	Order policy.Order
	// Health says when a target counts as broken.
	Health policy.HealthConfig
	// RetryShare bounds retries to a share of the requests (0.2), beyond the first RetryBurst (50); see policy.RetryBudget. A
	// negative share is no bound.
	RetryShare float64
	RetryBurst int
	// Tenants are the shares of tenants of each lane while several have requests waiting; a tenant that is not named has 1.
	Tenants map[string]float64

	// Ledger reserves what an attempt can cost before it is sent, and has the budgets; nil accounts for nothing. It is closed
	// by who made it, after the Dispatcher has ended.
	Ledger *ledger.Ledger
	// Prices say what attempts can cost, by the Provider and Model of their target; nil is the table that is part of the
	// program. With AllowUnbounded a request that may cost more than the worst case that is known is let through at that; see
	// pricing.Quote.
	Prices         *pricing.Table
	AllowUnbounded bool
	// Worst, in place of Prices, is the most that a request can cost at a target, or why nobody knows. It is asked before each
	// attempt, and tells which target is cheaper where that has no Cost. Price is what an answer, whole or partial, cost there
	// if the answer does not say so itself. Both must be safe for concurrent use and change nothing.
	Worst func(*Target, *request.Request) (request.Money, error)
	Price func(*Target, *request.Request, *request.Response) (request.Money, bool)
	// Cache is put around everything: what it answers reaches no lane. Nil is none.
	Cache request.Middleware

	// MaxHandles is how many handles of Submit may be unresolved at once (10,000).
	MaxHandles int
	// Logger gets a line for each attempt (debug) and each change of a target's or a lane's state (info, warn), without
	// content or secrets; nil is silent.
	Logger *zap.Logger
	// Hooks are told of events.
	Hooks Hooks
	// Seed makes chance repeatable, as far as requests come in the same order; 0 is a seed of its own for each Dispatcher.
	Seed uint64
}

// Target is a client, and what tells it from the others. Targets of one Provider and Model with different Keys are a pool of
// keys. Each target is a lane of its own: what one provider counts together should be one target.
type Target struct {
	// Name is unique; if empty it is made of Provider, Model and Key, or else "target 1" and so on.
	Name   string
	Client request.Client
	// Provider tells which targets are of one vendor; Model replaces the request's at this target, unless it is empty.
	Provider string
	Model    string
	// Key is a label of the API key, never the key. Targets of one Provider and Key are taken out together.
	Key string
	// Limits are ceilings on the rates; the provider's own limits are learned. MaxInFlight bounds the requests under way; 0 is
	// the lane's default.
	Limits      lane.Limits
	MaxInFlight int
	// Weight and Labels are for policy.Weighted and policy.ByLabel.
	Weight int
	Labels map[string]string
	// Cost is what a request is expected to cost here; false where that is not known. Nil is the worst case. It must be safe
	// for concurrent use.
	Cost func(*request.Request) (request.Money, bool)
}

// Clients makes targets of clients, in order of preference.
func Clients(clients ...request.Client) []Target {
	targets := make([]Target, len(clients))
	for i, c := range clients {
		targets[i].Client = c
	}
	return targets
}

const defaultMaxHandles = 10_000

// complete fills in defaults and reports the faults in what is the dispatcher's own. What it changes is its own.
func (c *Config) complete() []error {
	c.Name = cmp.Or(c.Name, "dispatcher")
	c.MaxHandles = cmp.Or(c.MaxHandles, defaultMaxHandles)
	c.Targets = append([]Target(nil), c.Targets...)
	if c.Logger == nil {
		c.Logger = zap.NewNop()
	}
	if c.Order == nil && pooled(c.Targets) {
		c.Order = shortestQueue
	}
	if c.Worst == nil {
		c.Worst = byTable(c.Prices, c.AllowUnbounded)
	}
	faults := c.Hooks.faults()
	if c.MaxHandles < 0 {
		faults = append(faults, fmt.Errorf("a MaxHandles of %d is negative; 0 is %d", c.MaxHandles, defaultMaxHandles))
		c.MaxHandles = defaultMaxHandles
	}
	return faults
}

// build makes the lanes and the router over them, which check the rest.
func (d *Dispatcher) build() (faults []error) {
	targets := make([]router.Target, len(d.cfg.Targets))
	for i := range d.cfg.Targets {
		g, err := newGate(d, &d.cfg.Targets[i], i+1)
		if err != nil {
			faults = append(faults, err)
		}
		d.gates = append(d.gates, g)
		targets[i] = g.routed()
	}
	var err error
	d.router, err = router.New(router.Config{
		Name: d.cfg.Name, Targets: targets, Policy: d.cfg.Policy, Order: d.cfg.Order, Health: d.cfg.Health,
		RetryShare: d.cfg.RetryShare, RetryBurst: d.cfg.RetryBurst,
		Logger: d.cfg.Logger, Watch: d.cfg.Hooks.changed, Seed: d.cfg.Seed,
	})
	if err != nil {
		faults = append(faults, err)
	}
	return faults
}
