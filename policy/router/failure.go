package router

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// message is what an attempt's record says of its failure.
func message(e *request.Error) string {
	if e.Message == "" && e.Err != nil {
		return e.Err.Error()
	}
	return e.Message
}

// failure is the error of a request that was given up.
func (c *call) failure() error {
	byCaller := c.why == ""
	switch {
	case byCaller && (c.last == nil || !errors.Is(c.last, c.ctx.Err())):
		return c.ended()
	case c.last == nil:
		return c.unsent()
	}
	c.logGivenUp()
	return withAttempts(c.last, c.tries)
}

// withAttempts is an error with the attempts that led to it. Errors may be shared: it is a copy.
func withAttempts(err error, tries []request.Attempt) error {
	e := new(*request.AsError(err))
	e.Attempts = tries
	if _, direct := err.(*request.Error); direct || e.Err == err {
		return e
	}
	return &wrapped{text: err, known: e}
}

// wrapped is an error that a client wrapped around its *request.Error. It reads as before, and has the attempts.
type wrapped struct {
	text  error
	known *request.Error
}

func (w *wrapped) Error() string   { return w.text.Error() }
func (w *wrapped) Unwrap() []error { return []error{w.known, w.text} }

// ended is the error of a request whose context ended while it waited. What it waited for stays in its chain.
func (c *call) ended() error {
	e := &request.Error{Class: request.ClassTimeout, Err: wire.ContextError(c.ctx), Attempts: c.tries}
	if errors.Is(c.ctx.Err(), context.Canceled) {
		e.Class = request.ClassCanceled
	}
	if c.last == nil {
		e.Provider, e.Model, e.Message = c.router.cfg.Name, c.model, "the call ended before it could be sent"
		return e
	}
	last := request.AsError(c.last)
	e.Provider, e.Model, e.MaybeBilled, e.Partial = last.Provider, last.Model, last.MaybeBilled, last.Partial
	e.Message = "the call ended while it waited to be tried again"
	e.Err = fmt.Errorf("%w; the last failure: %w", e.Err, c.last)
	return e
}

// unsent is the error of a request that no target could take in time. It says what keeps the target that will be back first:
// its class, and the time until then.
func (c *call) unsent() error {
	now := time.Now()
	e := &request.Error{Class: request.ClassUnknown, Provider: c.router.cfg.Name, Model: c.model}
	e.Message = "not sent: the order leaves no target"
	var states []string
	c.router.mu.Lock()
	defer c.router.mu.Unlock()
	for i := range c.history.Candidates {
		t := c.target(i)
		states = append(states, t.Name+" "+t.describe(now))
		why, wait := t.obstacle(now)
		if why == nil || e.Err != nil && (wait == 0 || e.RetryAfter > 0 && wait >= e.RetryAfter) {
			continue
		}
		e.Class, e.Reason, e.RetryAfter, e.Err = why.Class, why.Reason, wait, why
	}
	if len(states) > 0 {
		e.Message = "not sent: no target can take it in time: " + strings.Join(states, "; ")
	}
	return e
}

// obstacle is the failure that keeps a target from being used, and for how long: 0 is until Restore.
func (t *target) obstacle(now time.Time) (why *request.Error, wait time.Duration) {
	if out := t.health.Out(); out != nil {
		return out, 0
	}
	at, _ := t.health.Ready(now)
	return t.last, max(0, at.Sub(now))
}

func (t *target) describe(now time.Time) string {
	why, wait := t.obstacle(now)
	switch {
	case t.health.Out() != nil:
		return fmt.Sprintf("is out (%s)", why.Class)
	case wait > 0 && t.health.State(now) != policy.Closed:
		return fmt.Sprintf("is %v for %v", t.health.State(now), wait)
	case wait > 0:
		return fmt.Sprintf("rests for %v", wait)
	}
	return "is ready"
}
