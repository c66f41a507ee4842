// Package router is a client over several targets: clients of other vendors, models or keys. A request goes to the first of
// them that may be used; what fails is retried, moved or given up as a [policy.Policy] says, waits that a provider asked for
// hold for everybody, and targets that are broken are left alone until they work again.
//
//	client, err := router.New(router.Config{Targets: router.Clients(primary, fallback)})
//
// Use it where there is more than one place to go. With one, package retry is the same engine in fewer words. It sends what
// it is given at once: to hold requests within rate limits use package dispatcher, which is a router whose targets have gates.
package router

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seed63918563/llmgate/internal/allowance"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// Router is a request.Client over several targets. It runs no goroutine of its own.
//
// Every answer and every error lists its attempts, on all targets, in the order in which they ended. A request makes no more
// attempts than the policy allows, and none after its context's deadline; engines that stand one inside the other share the
// limits of the outermost. A panic of a client passes through to the caller and is not tried again.
type Router struct {
	cfg   Config
	owner allowance.Owner
	eager *policy.Policy
	turn  atomic.Uint64
	// calls and queries are those that are not in use just now.
	calls, queries sync.Pool

	mu      sync.Mutex
	targets []*target
	retries *policy.RetryBudget // nil: no bound
	hedges  *policy.RetryBudget // nil: no hedging
	hedged  int64
	changed chan struct{}   // closed, and replaced, when a target has come back or gone out
	stacked map[uint64]bool // the outer engines that the log has named
}

var _ request.Client = (*Router)(nil)

// ids numbers the engines of the process, to tell them apart.
var ids atomic.Uint64

// hedgeBurst is how many hedges may follow one another beyond their share: slow answers come in groups.
const hedgeBurst = 10

// New checks the configuration, reporting all faults together. It starts nothing.
func New(cfg Config) (*Router, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	r := &Router{
		cfg: cfg, owner: allowance.Owner{ID: ids.Add(1), Name: cfg.Name}, eager: eager(cfg.Policy),
		changed: make(chan struct{}), stacked: map[uint64]bool{},
	}
	for i := range cfg.Targets {
		r.targets = append(r.targets, newTarget(cfg.Targets[i], cfg.Health))
	}
	r.calls.New, r.queries.New = func() any { return new(call) }, r.newQuery
	if cfg.RetryShare > 0 {
		r.retries = policy.NewRetryBudget(cfg.RetryShare, cfg.RetryBurst)
	}
	if cfg.Hedge.Share > 0 {
		r.hedges = policy.NewRetryBudget(cfg.Hedge.Share, hedgeBurst)
	}
	if r.cfg.Seed == 0 {
		r.cfg.Seed = rand.Uint64()
	}
	return r, nil
}

// Complete sends the request until it is answered or given up, and blocks as long as that takes, waits included.
func (r *Router) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	c := r.newCall(ctx, &req)
	for {
		a := c.next()
		if a == nil {
			err := c.failure()
			c.recycle()
			return nil, err
		}
		answer := c.ask
		if r.hedges != nil && len(r.targets) > 1 {
			answer = c.askTwice
		}
		if resp := answer(a); resp != nil {
			c.recycle()
			return resp, nil
		}
	}
}

// Restore brings back the target of a name, and those that were taken out with it for their common key: from being out,
// resting or open. Requests that wait for it go on. It reports false if no target has the name.
func (r *Router) Restore(name string) bool {
	if !r.restore(name) {
		return false
	}
	r.cfg.Logger.Info("target restored", r.field(name))
	r.tell(Change{Target: name, To: Restored})
	return true
}

func (r *Router) restore(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.targets, func(t *target) bool { return t.Name == name })
	if i < 0 {
		return false
	}
	for _, t := range r.targets {
		if t == r.targets[i] || t.health.Out() != nil && t.sharesKey(r.targets[i]) {
			t.health.Restore()
		}
	}
	r.wake()
	return true
}

// wake has waiting requests decide anew. The lock is held.
func (r *Router) wake() {
	close(r.changed)
	r.changed = make(chan struct{})
}
