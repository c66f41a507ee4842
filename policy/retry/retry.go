// Package retry tries failed requests again: it wraps one client in the engine that package router runs over several. Waits
// that the provider asked for are honoured in full and hold for all requests of the client; other failures are tried again
// with backoff, while the deadline allows it and retries stay a fraction of the traffic.
//
//	client = retry.New(retry.Config{MaxRetries: 3})(client)
//
// Use router where a request may go to another model, vendor or key. Don't put it around another engine, such as a router or
// a dispatcher, which retries itself: that multiplies nothing, but the log will say that one of the two is of no use.
package retry

import (
	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// DefaultMaxRetries is how often a request is tried again unless the configuration says otherwise.
const DefaultMaxRetries = 3

// Config says how failures are retried. The zero value of a field is the documented default.
type Config struct {
	// MaxRetries is how often a request is tried again (3). Waiting for a rate limit is not counted: it ends with the
	// policy's MaxWait or the context's deadline. Negative is never, but for rate limits.
	MaxRetries int
	// Policy, if set, is followed as it is, in place of policy.Default() with MaxRetries.
	Policy *policy.Policy
	// RetryShare bounds retries to a share of the requests (0.2), beyond the first 50. Negative is no bound.
	RetryShare float64
	// Logger gets a line for each attempt (debug) and each rest (info), without content or secrets; nil is silent.
	Logger *zap.Logger
	// Seed makes the backoff repeatable; 0 is a seed of its own for each client.
	Seed uint64
}

// New makes the middleware. Each client it is put around has waits and a budget of its own. It panics if given a nil client, or
// if Policy is not valid.
func New(cfg Config) request.Middleware {
	if cfg.Policy == nil {
		cfg.Policy = limited(cfg.MaxRetries)
	}
	return func(c request.Client) request.Client {
		r, err := router.New(router.Config{
			Name: "retry", Targets: router.Clients(c), Policy: cfg.Policy, Health: never,
			RetryShare: cfg.RetryShare, Logger: cfg.Logger, Seed: cfg.Seed,
		})
		if err != nil {
			panic(err) // the client is nil, or the policy not valid
		}
		return r
	}
}

// never counts the only target as broken: there is nowhere else to go, and the budget spares it already.
var never = policy.HealthConfig{Consecutive: -1, Ratio: -1}

// limited is the default policy with as many retries of what it tries again at all.
func limited(retries int) *policy.Policy {
	if retries == 0 {
		retries = DefaultMaxRetries
	}
	p := policy.Default()
	p.MaxRetries = max(0, retries)
	p.MaxAttempts = max(p.MaxAttempts, p.MaxRetries+1)
	for class, rule := range p.Rules {
		if rule.Retries > 0 {
			rule.Retries = p.MaxRetries
			p.Rules[class] = rule
		}
	}
	return p
}
