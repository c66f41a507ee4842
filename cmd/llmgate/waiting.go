package main

import (
	"context"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// waiting is a hook that knows which requests are not sent yet, or wait to be sent again. When a run is drained it lets go of them:
// what waits for a rate limit, or for a model that is down, is not in flight, and might keep a person waiting for ever.
type waiting struct {
	mu    sync.Mutex
	over  bool
	calls map[*call]struct{}
}

// call is a request on its way. sent are its attempts under way.
type call struct {
	sent  int
	letGo context.CancelCauseFunc
}

type callKey struct{}

func newWaiting() *waiting { return &waiting{calls: map[*call]struct{}{}} }

// Started is told by the dispatcher, as are the next three.
func (w *waiting) Started(ctx context.Context, _ request.Request) context.Context {
	c := &call{}
	ctx, c.letGo = context.WithCancelCause(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[c] = struct{}{}
	if w.over {
		c.letGo(bulk.ErrInterrupted)
	}
	return context.WithValue(ctx, callKey{}, c)
}

// Admitted counts an attempt in.
func (w *waiting) Admitted(ctx context.Context, _ string, _ time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.of(ctx).sent++
}

// Attempted counts an attempt out. One that failed may not be repeated any more.
func (w *waiting) Attempted(ctx context.Context, _ string, _ *request.Attempt, err *request.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.of(ctx)
	if c.sent--; w.over && err != nil && c.sent == 0 {
		c.letGo(bulk.ErrInterrupted)
	}
}

// Resolved forgets a request.
func (w *waiting) Resolved(ctx context.Context, _ dispatcher.Resolution) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.of(ctx)
	delete(w.calls, c)
	c.letGo(nil)
}

func (w *waiting) of(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// letGo ends what is not sent, now and from now on.
func (w *waiting) letGo() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	for c := range w.calls {
		if c.sent == 0 {
			c.letGo(bulk.ErrInterrupted)
		}
	}
}
