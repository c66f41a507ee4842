package router

import (
	"context"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// askTwice has an attempt answered, and a second one beside it if the first takes long. The first answer wins; the other
// attempt is cancelled and waited for. Both are listed, the winner last. It returns nil if all failed.
func (c *call) askTwice(first *attempt) *request.Response {
	after := c.router.hedgeAfter(first.target)
	if after == 0 {
		return c.ask(first)
	}
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	h := hedge{call: c, ctx: ctx, ends: make(chan end, 2)}
	defer h.abandon()
	defer h.join(cancel)
	h.start(first)
	timer := time.NewTimer(after)
	defer timer.Stop()
	for h.running > 0 && h.won == nil {
		select {
		case <-timer.C:
			if second := c.second(first); second != nil {
				h.start(second)
			}
		case e := <-h.ends:
			h.take(e)
		}
	}
	h.join(cancel)
	if h.won == nil {
		return nil
	}
	return c.end(h.won.attempt, h.won.result)
}

// hedge is attempts under way side by side.
type hedge struct {
	call    *call
	ctx     context.Context
	ends    chan end // with room for both, so that no attempt waits to report
	started []*attempt
	running int
	won     *end
}

// end is how one of them ended.
type end struct {
	attempt *attempt
	result
	panicked any
}

func (h *hedge) start(a *attempt) {
	h.started, h.running = append(h.started, a), h.running+1
	req := *h.call.requestFor(a.target)
	go func() {
		e := end{attempt: a}
		defer func() {
			e.panicked = recover() // in the caller's goroutine it belongs to the caller; here it would end the program
			h.ends <- e
		}()
		e.result = h.call.complete(h.ctx, a.target, &req)
	}()
}

// take takes in an end: the first answer is kept, to be listed last.
func (h *hedge) take(e end) {
	h.running--
	switch {
	case e.panicked != nil:
		panic(e.panicked)
	case e.err == nil && h.won == nil:
		h.won = &e
	default:
		h.call.end(e.attempt, e.result)
	}
}

// join cancels what is still under way and waits for it.
func (h *hedge) join(cancel context.CancelFunc) {
	cancel()
	for h.running > 0 {
		h.take(<-h.ends)
	}
}

// abandon gives back what a panic left.
func (h *hedge) abandon() {
	for _, a := range h.started {
		h.call.abandon(a)
	}
}

// hedgeAfter is how long to wait for a target before a second attempt; 0 is forever.
func (r *Router) hedgeAfter(t *target) time.Duration {
	if r.cfg.Hedge.After > 0 {
		return r.cfg.Hedge.After
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return t.pace.p95()
}

// second takes a place for a hedge: at the first target that has not been tried and may be used now, if the shares of traffic
// and the limits on attempts allow one more.
func (c *call) second(first *attempt) *attempt {
	r, now := c.router, time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(c.history.Attempts)+1 >= r.cfg.Policy.MaxAttempts || r.hedges.Exhausted() {
		return nil
	}
	for i := range c.order {
		t := c.target(i)
		if i == first.candidate || c.asked(i) || !t.ready(now) {
			continue
		}
		if !c.allowance.Draw(true) || !r.hedges.Retry() {
			return nil
		}
		r.hedged++
		return &attempt{target: t, candidate: i, trial: t.begin(now), sent: now}
	}
	return nil
}

func (c *call) asked(candidate int) bool {
	for i := range c.history.Attempts {
		if c.history.Attempts[i].Target == candidate {
			return true
		}
	}
	return false
}
