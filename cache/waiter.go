package cache

import (
	"context"
	"errors"
	"maps"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// waiter is one caller's place at a flight. It is used by that caller alone.
type waiter struct {
	flight *flight
	labels map[string]string
	leads  bool // the flight was started for it
	left   bool
}

// complete waits for the whole answer.
func (w *waiter) complete(ctx context.Context) (*request.Response, error) {
	defer w.leave(ctx)
	select {
	case <-w.flight.tape.done:
		return w.take()
	case <-ctx.Done():
		return nil, w.ended(ctx)
	}
}

// stream hands out the answer as it comes. It returns the error if the stream failed before anything was handed out, so
// that the caller decides on it.
func (w *waiter) stream(ctx context.Context, yield func(request.Chunk, error) bool) error {
	defer w.leave(ctx)
	begun := false
	for c := range w.flight.tape.chunks(ctx) {
		if c.Limits != nil && !w.leads {
			continue // they came with an answer that was not this caller's
		}
		begun = true
		if !yield(c, nil) {
			return nil
		}
	}
	answer, err := (*request.Response)(nil), error(nil)
	if ctx.Err() != nil {
		err = w.ended(ctx)
	} else {
		answer, err = w.take()
	}
	switch {
	case err != nil && !begun:
		return err
	case err != nil:
		yield(request.Chunk{}, err)
	case begun:
		yield(request.Chunk{Response: answer}, nil)
	default:
		replay(answer, yield)
	}
	return nil
}

// replay hands out an answer that is whole already.
func replay(answer *request.Response, yield func(request.Chunk, error) bool) {
	for c := range answer.Chunks() {
		if !yield(c, nil) {
			return
		}
	}
	yield(request.Chunk{Response: answer}, nil)
}

// take gives the caller its own of what the flight, which is over, has brought.
func (w *waiter) take() (*request.Response, error) {
	o := &w.flight.tape.outcome
	switch {
	case o.panicked != nil:
		panic(o.panicked)
	case o.err != nil:
		return nil, ownError(o.err)
	case w.pays():
		return o.first, nil
	}
	return free(o.answer), nil
}

// pays decides who is given the answer as it came, with its cost: the one who made the call, or the next after that one has
// left. All others get it for nothing, so that what callers are told adds up to what was spent.
func (w *waiter) pays() bool {
	f := w.flight
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	if f.tape.first != nil && !f.charged && (w.leads || f.orphaned) {
		f.charged = true
		return true
	}
	f.cache.stats.saves(f.tape.answer)
	return false
}

// concerns tells a failure that is this caller's, too. A budget that was exceeded may be one of the labels of the one who
// made the call.
func (w *waiter) concerns(err error) bool {
	return w.leads || request.Classify(err) != request.ClassBudget || maps.Equal(w.labels, w.flight.req.Labels)
}

// leave gives the place up and reports whether it was the last. With the last the call ends, which is waited for, so that
// nothing runs on that nobody wants.
func (w *waiter) leave(ctx context.Context) (last bool) {
	if w.left {
		return false
	}
	w.left = true
	f := w.flight
	f.cache.mu.Lock()
	f.waiting--
	f.orphaned = f.orphaned || w.leads
	if last = f.waiting == 0; last {
		f.cache.close(f)
	}
	f.cache.mu.Unlock()
	if last {
		f.cancel(context.Cause(ctx))
		<-f.tape.done
	}
	return last
}

// ended leaves, for ctx has ended, and gives the error. It has what had come of the answer; the last one to leave is also
// told what became of the call.
func (w *waiter) ended(ctx context.Context) error {
	e := ended(ctx, w.flight.req.Model)
	if w.leave(ctx) {
		w.flight.tape.outcome.tell(e)
	}
	if e.Partial == nil {
		e.Partial = w.flight.tape.partial()
	}
	return e
}

// ended is the error of a caller whose context has ended.
func ended(ctx context.Context, model string) *request.Error {
	e := &request.Error{Class: request.ClassTimeout, Provider: "cache", Model: model, Err: wire.ContextError(ctx)}
	if errors.Is(ctx.Err(), context.Canceled) {
		e.Class = request.ClassCanceled
	}
	return e
}

// tell adds to the error of the last one to leave what is known of the call.
func (o *outcome) tell(e *request.Error) {
	if o.panicked != nil {
		panic(o.panicked)
	}
	e.MaybeBilled = o.first != nil
	if known, ok := errors.AsType[*request.Error](o.err); ok {
		known = cloneError(known)
		if known.Provider != "" {
			e.Provider, e.Model = known.Provider, known.Model
		}
		e.RequestID, e.Limits = known.RequestID, known.Limits
		e.MaybeBilled, e.Partial, e.Attempts = known.MaybeBilled, known.Partial, known.Attempts
	}
}
