package dispatcher

import (
	"context"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// Hooks are values that are told of events. Each implements at least one of the interfaces of this file, and is told of those
// events alone, on the goroutine of the request: it must be quick, and safe for concurrent use. What it is told holds content;
// it must not change it. A panic of a hook is the request's, as one of a client would be.
type Hooks []any

// StartHook is told of a request that was accepted, before anything is done about it. The request goes on with the context that
// it returns, which hooks then get, and clients.
type StartHook interface {
	Started(ctx context.Context, req request.Request) context.Context
}

// AdmitHook is told when an attempt has been let through a target's lane, before it is sent.
type AdmitHook interface {
	Admitted(ctx context.Context, target string, waited time.Duration)
}

// AttemptHook is told how an attempt ended that was let through. The error is nil for a success; of class canceled for one that
// the caller left.
type AttemptHook interface {
	Attempted(ctx context.Context, target string, try *request.Attempt, err *request.Error)
}

// ResultHook is told what became of each request that was accepted: a response or an error; or neither, of a stream that the
// caller left and of a request that a panic ended.
type ResultHook interface {
	Resolved(ctx context.Context, r Resolution)
}

// Resolution is how a request ended.
type Resolution struct {
	Request  request.Request
	Response *request.Response
	Err      error
	// Start is when it came, Latency the time until its end, waits included.
	Start   time.Time
	Latency time.Duration
}

// StateHook is told of changes of a target's state.
type StateHook interface {
	Changed(change router.Change)
}

func (h Hooks) faults() (faults []error) {
	for i, hook := range h {
		switch hook.(type) {
		case StartHook, AdmitHook, AttemptHook, ResultHook, StateHook:
		default:
			faults = append(faults, fmt.Errorf("hook %d: a %T is none; give it one of the methods Started, Admitted, Attempted, Resolved, Changed", i+1, hook))
		}
	}
	return faults
}

// started also gives the time, unless there is nobody to tell it.
func (h Hooks) started(ctx context.Context, req *request.Request) (_ context.Context, start time.Time) {
	if len(h) > 0 {
		start = time.Now()
	}
	for _, hook := range h {
		if hook, ok := hook.(StartHook); ok {
			ctx = hook.Started(ctx, *req)
		}
	}
	return ctx, start
}

func (h Hooks) admitted(ctx context.Context, target string, waited time.Duration) {
	for _, hook := range h {
		if hook, ok := hook.(AdmitHook); ok {
			hook.Admitted(ctx, target, waited)
		}
	}
}

func (h Hooks) attempted(ctx context.Context, target string, try *request.Attempt, err *request.Error) {
	for _, hook := range h {
		if hook, ok := hook.(AttemptHook); ok {
			hook.Attempted(ctx, target, try, err)
		}
	}
}

func (h Hooks) resolved(ctx context.Context, req *request.Request, resp *request.Response, err error, start time.Time) {
	if len(h) == 0 {
		return
	}
	latency := time.Since(start)
	for _, hook := range h {
		if hook, ok := hook.(ResultHook); ok {
			hook.Resolved(ctx, Resolution{Request: *req, Response: resp, Err: err, Start: start, Latency: latency})
		}
	}
}

func (h Hooks) changed(change router.Change) {
	for _, hook := range h {
		if hook, ok := hook.(StateHook); ok {
			hook.Changed(change)
		}
	}
}
