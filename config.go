package llmgate

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/store"
)

// Config sets up a Gate. The zero value of a field is the documented default; Models or Targets are required.
type Config struct {
	// Models answer, the preferred first, named "vendor/model" as for Open. Where one can't, the next one is asked, as the
	// policy says.
	Models []string
	// Targets, besides Models and after them, say more about a model.
	Targets []Target
	// Options open every model; the options of a target come after them.
	Options []Option

	// Budget caps what is spent; the zero value caps nothing.
	Budget Budget
	// State is a SQLite file that keeps money across restarts, made if it is not there; empty keeps it for as long as the Gate
	// lives. Store, in its place, is any store; it is not closed with the Gate. One Gate writes to a store at a time.
	State string
	Store store.Store
	// Cache answers repeated requests; nil is none.
	Cache *cache.Config

	// Policy decides about failures; nil is policy.Default(). Order puts the targets in order for each request; see dispatcher.Config.
	Policy *policy.Policy
	Order  policy.Order
	// Tenants are the shares of tenants while several have requests waiting; a tenant that is not named has 1.
	Tenants map[string]float64
	// Prices describe and price models; nil is the table that is part of the program. The simulator's "sim/demo" costs nothing,
	// and "sim/openai/gpt-5-mini" what the model costs that it is named after.
	Prices *pricing.Table

	// Logger gets a line for each attempt (debug) and each change of state (info, warn), without content or secrets; nil is
	// silent. Hooks are told of events; see package dispatcher.
	Logger *zap.Logger
	Hooks  dispatcher.Hooks
	// Seed makes chance repeatable, as far as requests come in the same order; 0 is a seed of its own for each Gate.
	Seed uint64
}

// Target is a model, and how it is to be used.
type Target struct {
	// Model is "vendor/model", as for Open.
	Model string
	// Name is unique and stands in logs and attempts; empty is made of the model and the key.
	Name string
	// Key is a label of the API key, never the key, which an Option gives: targets of one Model with different keys are a pool.
	Key     string
	Options []Option
	// Limits are ceilings on the rates; the provider's own limits are learned. MaxInFlight bounds the requests under way; 0 is
	// 4,096.
	Limits      lane.Limits
	MaxInFlight int
	// Weight and Labels are for policy.Weighted and policy.ByLabel.
	Weight int
	Labels map[string]string
}

// Budget is what may be spent, in dollars; 0 is no cap. The worst case of a request is reserved before it is sent, so that no
// cap is exceeded under any concurrency.
type Budget struct {
	PerRequestUSD float64
	HourlyUSD     float64
	DailyUSD      float64
	MonthlyUSD    float64
	TotalUSD      float64
	// More are budgets of any other kind, such as one for each tenant.
	More []ledger.Budget
	// AtCap says what happens to a request that does not fit into one of the amounts. Empty: under TotalUSD it waits as long as
	// what is reserved by others may be given back. What can't fit goes to a cheaper target, and else fails with class budget.
	AtCap ledger.AtCap
	// Unpriced says what happens, where there are budgets, to requests whose cost nobody knows; empty is to refuse them.
	// AllowUnbounded lets pass what may cost more than the worst case that is known.
	Unpriced       ledger.Unpriced
	AllowUnbounded bool
	// OnWarn is told when a share of a budget (ledger.Budget.Warn) is spent; see ledger.Config.
	OnWarn func(ledger.Event)
}

// list turns the amounts into the ledger's budgets.
func (b *Budget) list() (budgets []ledger.Budget, faults []error) {
	for _, amount := range []struct {
		field  string
		usd    float64
		window ledger.Window
	}{
		{"PerRequestUSD", b.PerRequestUSD, ledger.PerRequest},
		{"HourlyUSD", b.HourlyUSD, ledger.PerHour},
		{"DailyUSD", b.DailyUSD, ledger.PerDay},
		{"MonthlyUSD", b.MonthlyUSD, ledger.PerMonth},
		{"TotalUSD", b.TotalUSD, ledger.Total},
	} {
		switch {
		case amount.usd < 0 || math.IsNaN(amount.usd):
			faults = append(faults, fmt.Errorf("in Budget.%s, %v is not an amount; leave it 0 for no cap", amount.field, amount.usd))
		case amount.usd > 0:
			budgets = append(budgets, ledger.Budget{Window: amount.window, Cap: USD(amount.usd), AtCap: b.atCap(amount.window)})
		}
	}
	return append(budgets, b.More...), faults
}

// atCap is AtCap, or its default. A total never begins anew, so that a wait for it is one for those under way.
func (b *Budget) atCap(w ledger.Window) ledger.AtCap {
	switch {
	case b.AtCap != "":
		return b.AtCap
	case w == ledger.Total:
		return ledger.Wait
	}
	return ledger.Cheaper
}

// targets opens the models.
func (c *Config) targets(ctx context.Context) (targets []dispatcher.Target, faults []error) {
	var wanted []Target
	for _, model := range c.Models {
		wanted = append(wanted, Target{Model: model})
	}
	wanted = append(wanted, c.Targets...)
	if len(wanted) == 0 {
		faults = append(faults, errors.New(`no models; name one, such as Models: []string{"openai/gpt-5-mini"}`))
	}
	for _, t := range wanted {
		opened, err := c.open(ctx, &t)
		if err != nil {
			faults = append(faults, err)
		}
		targets = append(targets, opened)
	}
	return targets, faults
}

func (c *Config) open(ctx context.Context, t *Target) (dispatcher.Target, error) {
	opts := []Option{providers.WithModels(c.Prices)}
	opts = append(append(opts, c.Options...), t.Options...)
	client, err := Open(ctx, t.Model, opts...)
	if err != nil {
		client = nowhere{} // so that the target's other faults are found
	}
	provider, model := providers.Parse(t.Model)
	return dispatcher.Target{
		Name: t.Name, Client: client, Provider: provider, Model: model, Key: t.Key,
		Limits: t.Limits, MaxInFlight: t.MaxInFlight, Weight: t.Weight, Labels: t.Labels,
	}, err
}
