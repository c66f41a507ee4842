// Package lane admits requests to one target, a model behind one key, as fast as its rate limits allow: it bounds what is in
// flight, keeps to all limits at once, waits when the provider says so, and shares what there is between tenants. Nothing
// has to be configured: limits are learned from what the provider answers.
//
// Use one Lane for everything that one provider counts together. It knows nothing of requests but their size, sends nothing
// and never retries; that is for who holds the permits.
package lane

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/seed63918563/llmgate/request"
)

// ErrClosed is what ends a request that a lane will not admit any more because it was closed or aborted.
var ErrClosed = errors.New("lane is closed")

// Lane admits requests to one target. It is safe for concurrent use.
//
// Everything that it knows is in a core that changes in steps; the lock is held for one step at a time. A goroutine with a mailbox
// in place of the lock takes three times as long for each request (BenchmarkMailbox, BenchmarkAdmit).
type Lane struct {
	cfg Config

	mu    sync.Mutex
	core  *core
	alarm alarm
	idle  chan struct{} // closed when draining has ended
}

// New makes a lane, reporting all faults of the configuration together.
func New(cfg Config) (*Lane, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	l := &Lane{cfg: cfg, core: newCore(&cfg), idle: make(chan struct{})}
	l.alarm.ring = l.tick
	return l, nil
}

// Acquire blocks until the request may be sent. Its error is a *request.Error: of the caller's own end (ctx), of a deadline
// that can't be kept (ClassTimeout), of a request above a whole limit (ClassInvalid, ReasonAboveLimit), of what took the lane
// out (as it came), of a cool-down longer than MaxWait (the class of what caused it), or wrapping ErrClosed.
func (l *Lane) Acquire(ctx context.Context, t Ticket) (*Permit, error) {
	if err := ctx.Err(); err != nil {
		return nil, callerEnded(err)
	}
	if end, ok := ctx.Deadline(); ok && (t.Deadline.IsZero() || end.Before(t.Deadline)) {
		t.Deadline = end
	}
	p := &Permit{lane: l, ticket: t}
	l.mu.Lock()
	now := time.Now()
	l.core.submit(p, now)
	if p.state == waiting {
		p.ready = make(chan struct{})
	}
	l.unlock(now)
	if p.ready != nil {
		select {
		case <-p.ready:
		case <-ctx.Done():
			l.withdraw(p)
			return nil, callerEnded(ctx.Err())
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return p, nil
}

func callerEnded(err error) *request.Error {
	class := request.ClassCanceled
	if errors.Is(err, context.DeadlineExceeded) {
		class = request.ClassTimeout
	}
	return &request.Error{Class: class, Message: "the caller ended the wait for a place", Err: err}
}

// unlock ends a step: whoever was resolved by it goes on, and the alarm is set for the next one.
func (l *Lane) unlock(now time.Time) {
	c := l.core
	for i, p := range c.resolved {
		if p.ready != nil {
			close(p.ready)
		}
		c.resolved[i] = nil
	}
	c.resolved = c.resolved[:0]
	l.alarm.set(now, c.wake)
	if c.drained() {
		select {
		case <-l.idle:
		default:
			close(l.idle)
		}
	}
	l.report()
	l.mu.Unlock()
}

// report logs what has changed.
func (l *Lane) report() {
	for _, n := range l.core.news {
		if entry := l.cfg.Logger.Check(n.level, n.text); entry != nil {
			entry.Write(append(n.fields, zap.String("lane", l.cfg.Name))...)
		}
	}
	l.core.news = l.core.news[:0]
}

func (l *Lane) tick() {
	l.mu.Lock()
	now := time.Now()
	l.alarm.at = time.Time{}
	l.core.tick(now)
	l.unlock(now)
}

func (l *Lane) withdraw(p *Permit) {
	l.mu.Lock()
	now := time.Now()
	l.core.withdraw(p, now)
	l.unlock(now)
}

func (l *Lane) done(p *Permit, o *Outcome) {
	l.mu.Lock()
	now := time.Now()
	l.core.done(p, o, now)
	l.unlock(now)
}

// Restore brings back a lane that an error took out, and ends a cool-down.
func (l *Lane) Restore() {
	l.mu.Lock()
	now := time.Now()
	l.core.restore(now)
	l.unlock(now)
}

// Close admits what waits, takes nothing new, and blocks until every permit is done. When ctx ends first it aborts and returns
// its error. It may be called again, and after Abort.
func (l *Lane) Close(ctx context.Context) error {
	l.mu.Lock()
	now := time.Now()
	l.core.drain(now)
	l.unlock(now)
	select {
	case <-l.idle:
		l.Abort()
		return nil
	case <-ctx.Done():
		l.Abort()
		return ctx.Err()
	}
}

// Abort fails all that wait and takes nothing new. Permits that are out may still be ended. It may be called again, and after
// Close. After it the lane has no goroutine.
func (l *Lane) Abort() {
	l.mu.Lock()
	now := time.Now()
	l.core.abort(now)
	l.unlock(now)
	l.alarm.stop(&l.mu)
}
