// Package allowance bounds what one request may spend, however many engines it passes through: a retry around a router
// around a dispatcher shares the allowance of the outermost and does not multiply its attempts by theirs. The engine that a
// request reaches first grants it, in the context of the calls it makes; the others find it there and draw on it.
package allowance

import (
	"context"
	"sync"
	"time"
)

// Allowance is what a request may spend. It is safe for concurrent use: hedged attempts draw on one.
type Allowance struct {
	// Owner is the engine that granted it.
	Owner Owner
	// Since is when the request came to it; the owner sets it before it grants.
	Since time.Time

	carrier  carrier
	mu       sync.Mutex
	attempts int
	retries  int
}

// carrier is the context that an allowance travels in. It is a part of it, to save an allocation.
type carrier struct {
	context.Context
	allowance *Allowance
}

// Value finds the allowance.
func (c *carrier) Value(k any) any {
	if k == (key{}) {
		return c.allowance
	}
	return c.Context.Value(k)
}

// Owner names an engine: ID tells engines apart, Name is for the log.
type Owner struct {
	ID   uint64
	Name string
}

// Grant makes the allowance of a request: so many attempts in all, the first of them paid for, and so many retries of those
// that no rate limit is to blame for. It returns the context to make the attempts with.
func (a *Allowance) Grant(ctx context.Context, owner Owner, attempts, retries int) context.Context {
	a.Owner, a.attempts, a.retries = owner, attempts-1, retries
	a.carrier = carrier{ctx, a}
	return &a.carrier
}

// Of returns the allowance that an engine further out has granted, or nil. Its first attempt is paid for by the caller.
func Of(ctx context.Context) *Allowance {
	a, _ := ctx.Value(key{}).(*Allowance)
	return a
}

type key struct{}

// Left reports whether one more attempt may be made, and whether one that counts as a retry.
func (a *Allowance) Left() (attempt, retry bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.attempts > 0, a.attempts > 0 && a.retries > 0
}

// Draw takes one attempt, and a retry with it unless it is free. It reports false, and takes nothing, where none is left.
func (a *Allowance) Draw(free bool) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.attempts <= 0, !free && a.retries <= 0:
		return false
	case !free:
		a.retries--
	}
	a.attempts--
	return true
}
