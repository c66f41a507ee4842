package dispatcher

import (
	"context"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// Handle is a request that was submitted. It always resolves. It is safe for concurrent use.
type Handle struct {
	done   chan struct{}
	cancel func()

	// Written before done is closed.
	resp *request.Response
	err  error
}

// Submit has the request answered in a goroutine of its own, as Complete would, and returns a handle to wait with. It blocks
// only while MaxHandles are unresolved, until one resolves or ctx ends. A panic becomes the handle's error.
func (d *Dispatcher) Submit(ctx context.Context, req request.Request) *Handle {
	h := &Handle{done: make(chan struct{}), cancel: func() {}}
	select {
	case d.rooms <- struct{}{}:
	case <-d.life.stopping:
		return h.refuse(d.life.refusal())
	case <-ctx.Done():
		return h.refuse(d.notSent(ctx))
	}
	ctx, visit, err := d.life.enter(ctx)
	if err != nil {
		<-d.rooms
		return h.refuse(err)
	}
	h.cancel = func() { d.life.end(visit) }
	d.life.handles.Go(func() {
		defer close(h.done) // when everything has been given back
		defer d.life.leave(visit)
		defer func() { <-d.rooms }()
		fence(&h.err, func() error {
			h.resp, h.err = d.complete(ctx, &req)
			return h.err
		})
	})
	return h
}

// notSent is the error of a request whose context ended before it was accepted.
func (d *Dispatcher) notSent(ctx context.Context) error {
	err := wire.ContextError(ctx)
	return &request.Error{Class: request.Classify(err), Provider: d.cfg.Name, Message: "not sent", Err: err}
}

func (h *Handle) refuse(err error) *Handle {
	h.err = err
	close(h.done)
	return h
}

// Done is closed when the request has its result.
func (h *Handle) Done() <-chan struct{} { return h.done }

// Result blocks until the request has its result, and returns it. It may be called again.
func (h *Handle) Result() (*request.Response, error) {
	<-h.done
	return h.resp, h.err
}

// Cancel ends the request, as the end of its context would. It does not wait for it, and changes no result that is there.
func (h *Handle) Cancel() { h.cancel() }
