package bulk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// Order is the order of results.
type Order string

// The orders.
const (
	// Completion hands out each result as soon as it is there.
	Completion Order = "completion"
	// Input keeps the order of the items; results that are early wait.
	Input Order = "input"
)

// Check tells whether there is such an order.
func (o Order) Check() error {
	if o != Completion && o != Input {
		return fmt.Errorf("order %q: use completion or input", o)
	}
	return nil
}

// Config says how to run.
type Config struct {
	// Client answers. Required.
	Client request.Client
	// Concurrency is how many items are in flight at most, up to MaxConcurrency; DefaultConcurrency if 0.
	Concurrency int
	// Order of the results; Completion if empty.
	Order Order
	// Stop, when closed, ends the intake: what is in flight is finished and the rest is left.
	Stop <-chan struct{}
}

// DefaultConcurrency is for a provider whose limits are not known; MaxConcurrency is the most that is taken.
const (
	DefaultConcurrency = 32
	MaxConcurrency     = 100_000
)

// earlyResults is how many results, as a multiple of the concurrency, may wait for an earlier one.
const earlyResults = 8

// Run answers items. Its methods are safe for concurrent use.
type Run struct {
	cfg      Config
	answer   func(context.Context, *Result)
	inFlight atomic.Int64
}

// New checks the configuration.
func New(cfg Config) (*Run, error) {
	cfg.Order = cmp.Or(cfg.Order, Completion)
	if err := cfg.Order.Check(); err != nil {
		return nil, err
	}
	if cfg.Client == nil {
		return nil, errors.New("bulk: Client is nil; set it")
	}
	if cfg.Concurrency < 0 || cfg.Concurrency > MaxConcurrency {
		return nil, fmt.Errorf("concurrency of %d: must be between 1 and %d", cfg.Concurrency, MaxConcurrency)
	}
	if cfg.Concurrency == 0 {
		cfg.Concurrency = DefaultConcurrency
	}
	r := &Run{cfg: cfg}
	r.answer = r.complete
	return r, nil
}

// InFlight is the number of items being answered now.
func (r *Run) InFlight() int { return int(r.inFlight.Load()) }

// Results runs the items and returns their results. Each item that was taken in has exactly one result; when ctx ends,
// those in flight end with its error and no more are taken in. An error of the source comes last, as the second value.
// Leaving the loop early cancels what is in flight and waits for it. Items are numbered anew.
func (r *Run) Results(ctx context.Context, items iter.Seq2[source.Item, error]) iter.Seq2[Result, error] {
	drafts := func(yield func(*Result, error) bool) {
		n := 0
		for item, err := range items {
			item.Index = n
			n++
			if !yield(&Result{Item: item}, err) {
				return
			}
		}
	}
	return func(yield func(Result, error) bool) {
		for result, err := range r.resolve(ctx, drafts) {
			if err != nil {
				result = &Result{}
			}
			if !yield(*result, err) {
				return
			}
		}
	}
}

// resolve is Results for results that have nothing but what they are to be made of. It hands each of them out when it is done.
func (r *Run) resolve(ctx context.Context, drafts iter.Seq2[*Result, error]) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		p := &pass{
			Run: r, results: make(chan *Result), places: make(chan struct{}, r.cfg.Concurrency),
		}
		if r.cfg.Order == Input {
			p.window = make(chan struct{}, r.cfg.Concurrency*earlyResults)
		}
		var intake errgroup.Group
		intake.Go(func() error { return p.takeIn(ctx, drafts) })
		defer func() {
			cancel()
			for range p.results { // each in flight must be able to end, though nobody reads its result
			}
			_ = intake.Wait()
		}()
		if p.handOut(yield) {
			if err := intake.Wait(); err != nil {
				yield(nil, err)
			}
		}
	}
}

// pass is one use of a Run.
type pass struct {
	*Run
	results chan *Result
	// places bounds items being answered, or whose result is not handed out yet.
	places chan struct{}
	// window bounds items taken in whose result waits for an earlier one, so that a slow item holds up the intake. It is nil in order
	// of completion.
	window chan struct{}
}

// takeIn starts a goroutine for each draft and closes results when all have ended. It returns the source's error.
func (p *pass) takeIn(ctx context.Context, drafts iter.Seq2[*Result, error]) error {
	defer close(p.results)
	var answering sync.WaitGroup
	defer answering.Wait()
	n := 0
	for draft, err := range drafts {
		if err != nil {
			return err
		}
		if p.window != nil && !p.enter(ctx, p.window) || !p.enter(ctx, p.places) {
			return nil
		}
		draft.place = n
		n++
		answering.Go(func() { p.fulfil(ctx, draft) })
	}
	return nil
}

// fulfil turns a draft into a result. A slow reader holds up who fulfils, and so the intake.
func (p *pass) fulfil(ctx context.Context, draft *Result) {
	p.inFlight.Add(1)
	p.answer(ctx, draft)
	p.inFlight.Add(-1)
	p.results <- draft
	<-p.places
}

// enter waits for room for another item. It returns false when no more are to be taken in.
func (p *pass) enter(ctx context.Context, room chan<- struct{}) bool {
	select {
	case <-ctx.Done():
		return false
	case <-p.cfg.Stop:
		return false
	default:
	}
	select {
	case room <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-p.cfg.Stop:
	}
	return false
}

// complete answers by the client.
func (r *Run) complete(ctx context.Context, result *Result) {
	if result.Err = result.Item.Err; result.Err != nil {
		return
	}
	start := time.Now()
	result.Response, result.Err = r.cfg.Client.Complete(ctx, result.Item.Request)
	result.Latency = time.Since(start)
}

// handOut passes results on in the order asked for. It returns false when the reader has left.
func (p *pass) handOut(yield func(*Result, error) bool) bool {
	var inLine line
	for result := range p.results {
		if p.cfg.Order == Completion {
			if !yield(result, nil) {
				return false
			}
			continue
		}
		for ready := range inLine.in(result) {
			<-p.window
			if !yield(ready, nil) {
				return false
			}
		}
	}
	return true
}
