package router

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// Config sets up a Router. The zero value of a field is the documented default; Targets are required.
type Config struct {
	// Name tells routers apart in logs; "router" if empty.
	Name string
	// Targets are where requests go, the preferred first unless Order says otherwise.
	Targets []Target
	// Policy decides about failures; nil is policy.Default(). It must not be changed once it is in use.
	Policy *policy.Policy
	// Order puts the targets in order for each request; nil keeps them as they are given. It must be safe for concurrent use.
	Order policy.Order
	// Fallback names the failures after which a request goes elsewhere at once, where there is a place left. Others, and all
	// if it is nil, go by Policy.
	Fallback FallbackPolicy
	// Health says when a target counts as broken.
	Health policy.HealthConfig
	// RetryShare bounds retries to a share of the requests (0.2), beyond the first RetryBurst (50): see policy.RetryBudget. A
	// negative share is no bound.
	RetryShare float64
	RetryBurst int
	// Hedge sends slow requests a second time; the zero value never does.
	Hedge Hedge
	// Logger gets a line for each attempt (debug) and each change of a target's state (info, warn), without content or
	// secrets; nil is silent.
	Logger *zap.Logger
	// Watch is told of each change of a target's state, on the goroutine of the request that found it; nil is nobody. It must
	// be safe for concurrent use.
	Watch func(Change)
	// Seed makes chance repeatable: the same requests in the same order draw the same targets and the same backoff. 0 is a
	// seed of its own for each Router.
	Seed uint64
}

// Target is a client, and what tells it from the others. Targets of one Provider and Model with different Keys are a pool of
// keys: a rate limit on one moves the request to the next, and when all are limited to the one that is back first.
type Target struct {
	// Name is unique; if empty it is made of Provider, Model and Key, or else "target 1" and so on.
	Name   string
	Client request.Client
	// Provider tells which targets are of one vendor, for moving content that another declined.
	Provider string
	// Model replaces the request's at this target. If empty, the request's own is asked for, and the client's where it names
	// none.
	Model string
	// Key is a label of the API key, never the key. Targets of one Provider and Key are taken out together.
	Key string
	// Weight and Labels are for policy.Weighted and policy.ByLabel.
	Weight int
	Labels map[string]string
	// Cost is what a request is expected to cost here; false where that is not known. nil: it never is. It must be safe for
	// concurrent use.
	Cost func(*request.Request) (request.Money, bool)
	// Gate admits attempts; nil lets all pass.
	Gate Gate
}

// Hedge says when a request gets a second attempt elsewhere while the first is still under way. It is for Complete alone;
// streams are never sent twice at a time.
type Hedge struct {
	// Share bounds hedges to a share of the requests, up to 1; 0 is none at all.
	Share float64
	// After is how long the first attempt is waited for; 0 is the 95th percentile of the target's last 64 latencies, and no
	// hedging before 16 of them are known.
	After time.Duration
}

// Clients makes targets of clients, in order of preference.
func Clients(clients ...request.Client) []Target {
	targets := make([]Target, len(clients))
	for i, c := range clients {
		targets[i].Client = c
	}
	return targets
}

// complete fills in defaults and checks the whole configuration. What it changes is its own.
func (c *Config) complete() error {
	c.Name = cmp.Or(c.Name, "router")
	c.RetryShare = cmp.Or(c.RetryShare, policy.DefaultRetryShare)
	c.RetryBurst = cmp.Or(c.RetryBurst, policy.DefaultRetryBurst)
	if c.Policy == nil {
		c.Policy = policy.Default()
	}
	if c.Logger == nil {
		c.Logger = zap.NewNop()
	}
	c.Targets = append([]Target(nil), c.Targets...)
	if faults := c.faults(); len(faults) > 0 {
		return fmt.Errorf("%s: %s", c.Name, strings.Join(faults, "; "))
	}
	return nil
}

func (c *Config) faults() (faults []string) {
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if err := c.Policy.Validate(); err != nil {
		add("%v", err)
	}
	if len(c.Targets) == 0 {
		add("no targets; give at least one")
	}
	names := map[string]bool{}
	for i := range c.Targets {
		t := &c.Targets[i]
		t.Name = t.Called(i + 1)
		if t.Client == nil {
			add("Targets[%d] (%s): no Client; give one", i, t.Name)
		}
		if names[t.Name] {
			add("Targets[%d]: the name %q is taken; give each target its own", i, t.Name)
		}
		if t.Weight < 0 {
			add("Targets[%d] (%s): Weight %d is negative; 0 counts as 1", i, t.Name, t.Weight)
		}
		if t.Gate != nil && c.Hedge.Share > 0 {
			add("Targets[%d] (%s): has a Gate, and Hedge would send beside it; use one of them", i, t.Name)
		}
		names[t.Name] = true
	}
	if c.RetryBurst < 0 {
		add("RetryBurst %d is negative; use a negative RetryShare for no bound", c.RetryBurst)
	}
	if !(c.Hedge.Share >= 0 && c.Hedge.Share <= 1) {
		add("Hedge.Share %v is not between 0 and 1", c.Hedge.Share)
	}
	if c.Hedge.After < 0 {
		add("Hedge.After %v is negative; 0 goes by the measured latency", c.Hedge.After)
	}
	return faults
}

// Called is what the nth target, from 1, is called: its Name, or what the router makes of the rest.
func (t *Target) Called(n int) string {
	made := strings.Trim(t.Provider+"/"+t.Model, "/")
	if t.Key != "" {
		made += "#" + t.Key
	}
	return cmp.Or(t.Name, made, fmt.Sprintf("target %d", n))
}
