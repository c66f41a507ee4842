// Package dispatcher sends requests to models as fast as their rate limits allow, one or ten million of them. It is a
// request.Client over targets, which are clients of vendors, models or keys. Each target has a lane that admits requests;
// what fails is retried, moved or given up as a policy says, and the worst that a request can cost is reserved before it is
// sent.
//
//	d, err := dispatcher.New(dispatcher.Config{Targets: dispatcher.Clients(client)})
//	…
//	for result := range d.Run(ctx, jobs, dispatcher.RunOptions{}) {
//		…
//	}
//
// Use it wherever more than a few requests are sent. For a single client without limits, package policy/retry is enough; for
// files of work that must survive a crash, package bulk stands on this one.
//
// Every request in flight has the goroutine of its caller, or one of its own under Submit and Run; there are no workers.
package dispatcher

import (
	"context"
	"errors"
	"iter"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// Dispatcher is a request.Client over targets. It is safe for concurrent use. End it with Drain or Abort.
//
// It is a router whose targets have gates: everything that policy/router promises of attempts, waits, rests and deadlines
// holds here too.
type Dispatcher struct {
	cfg    Config
	router *router.Router
	client request.Client // the router, behind the cache if there is one
	gates  []*gate        // of the targets, in their order
	life   *life
	rooms  chan struct{} // one for each handle that is not resolved
}

var _ request.Client = (*Dispatcher)(nil)

// New checks the configuration, reporting all faults together. It sends nothing.
func New(cfg Config) (*Dispatcher, error) {
	faults := cfg.complete()
	d := &Dispatcher{cfg: cfg, life: newLife(cfg.Name), rooms: make(chan struct{}, cfg.MaxHandles)}
	if faults = append(faults, d.build()...); len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if d.client = d.router; cfg.Cache != nil {
		d.client = cfg.Cache(d.router)
	}
	return d, nil
}

// Complete sends the request until it is answered or given up, and blocks as long as that takes, queues and waits included. A
// panic of a client or of a hook passes through to the caller.
func (d *Dispatcher) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	ctx, visit, err := d.life.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer d.life.leave(visit)
	return d.complete(ctx, &req)
}

// complete is Complete for a request that was accepted.
func (d *Dispatcher) complete(ctx context.Context, req *request.Request) (resp *request.Response, err error) {
	ctx, start := d.cfg.Hooks.started(ctx, req)
	defer func() { d.cfg.Hooks.resolved(ctx, req, resp, err, start) }() // after a panic too
	return d.client.Complete(ctx, *req)
}

// Stream answers in pieces; see request.Client. A failure before the first piece is retried like any other; after it, it is
// the stream's error. A stream holds its place until it ends or is left.
func (d *Dispatcher) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		ctx, visit, err := d.life.enter(ctx)
		if err != nil {
			yield(request.Chunk{}, err)
			return
		}
		defer d.life.leave(visit)
		ctx, start := d.cfg.Hooks.started(ctx, &req)
		end := request.Chunk{}
		defer func() { d.cfg.Hooks.resolved(ctx, &req, end.Response, err, start) }() // after a panic of the loop too
		for chunk, failure := range d.client.Stream(ctx, req) {
			end.Response, err = chunk.Response, failure
			if !yield(chunk, failure) {
				return
			}
		}
	}
}

// CountTokens asks the first target that may be used now; see policy/router. It passes no lane.
func (d *Dispatcher) CountTokens(ctx context.Context, req request.Request) (request.TokenCount, error) {
	return d.client.CountTokens(ctx, req)
}

// Capabilities says what at least one of the targets can do; see policy/router. It does not block.
func (d *Dispatcher) Capabilities(model string) request.Capabilities {
	return d.client.Capabilities(model)
}

// Restore brings back the target of a name, with its lane, and those that were taken out with it for their common key. It
// reports false if no target has the name.
func (d *Dispatcher) Restore(name string) bool {
	for _, g := range d.gates {
		if g.target.Name == name {
			g.lane.Restore()
		}
	}
	return d.router.Restore(name)
}

// Drain accepts nothing more and blocks until everything that was accepted has ended. If ctx ends first it returns its cause,
// and what was accepted goes on. It may be called again, and together with Abort. Don't call it from a hook, a client or the
// loop over a stream, which would wait for themselves.
func (d *Dispatcher) Drain(ctx context.Context) error {
	d.life.stop()
	if err := d.life.wait(ctx); err != nil {
		return err
	}
	d.closeLanes()
	return nil
}

// Abort accepts nothing more, cancels everything that was accepted, and blocks until it has ended: as long as clients take
// to see that their context has. It may be called again, and together with Drain, from where that may be.
func (d *Dispatcher) Abort() {
	d.life.stop()
	d.life.endAll()
	_ = d.life.wait(context.Background())
	d.closeLanes()
}

func (d *Dispatcher) closeLanes() {
	for _, g := range d.gates {
		g.lane.Abort()
	}
}
