package bulk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// asker makes calls that are remembered: what was answered is not sent again, and of the same question asked under several IDs
// one is sent.
type asker struct {
	dispatcher *dispatcher.Dispatcher
	ledger     *ledger.Ledger
	store      store.Store
	index      *index
	check      func(*source.Item, *request.Response) error
	repair     func(request.Request, *request.Response, error) request.Request
	retries    int // of answers that did not pass the check

	answered atomic.Int64 // calls that were answered in this run
	mu       sync.Mutex
	flights  map[[16]byte]chan struct{} // closed when the call has ended
}

// fate is how an item came to its result.
type fate uint8

const (
	// fresh: nothing was done yet; revived: its outcome was superseded, and counts again. before: it has an outcome of a run
	// before.
	fresh fate = iota
	revived
	before
	// sent: a call was made. copied: another item's answer costs nothing. left: it has no outcome and is to be sent another
	// time. lost: the state could not be read or written.
	sent
	copied
	left
	lost
)

// task is what is asked for: an item, or a part of what an item's answer is made of, which is named by its content alone.
type task struct {
	key  key
	part bool
	item *source.Item // which nobody changes
}

func (t *task) name() string {
	if t.part {
		return string(partMark) + t.key.name()
	}
	return t.key.name()
}

// ask resolves a task. The outcome is durable when it returns, unless the fate says otherwise. Of those that ask the same, one
// sends, and the others copy when it is answered, all at once.
func (a *asker) ask(ctx context.Context, t *task) (Result, fate) {
	for {
		if r, f, ok := a.remembered(ctx, t); ok {
			return r, f
		}
		leave, wait := a.lead(t.key)
		if leave != nil {
			defer leave()
			break
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return Result{Item: *t.item, Err: notSent(ctx)}, left
		}
	}
	if r, f, ok := a.remembered(ctx, t); ok { // by who has just left
		return r, f
	}
	return a.send(ctx, t)
}

// remembered is the answer to the same question, if there is one.
func (a *asker) remembered(ctx context.Context, t *task) (Result, fate, bool) {
	twin, seq, ok := a.index.twin(t.key)
	if !ok || t.item.Request.NoCache && twin != t.key {
		return Result{}, left, false
	}
	var r Result
	o, err := a.store.Outcome(ctx, seq)
	if err == nil {
		r, err = resultOf(&o)
	}
	if err != nil {
		return Result{Item: *t.item, Err: err}, lost, true
	}
	r.Item, r.Latency, r.seq = *t.item, 0, seq
	r.Response.FromCache = true
	r.Response.Usage.SetCost(0)
	if twin == t.key {
		return r, copied, true
	}
	kept, f := a.keep(ctx, t, r, copied)
	return kept, f, true
}

// lead makes the caller the one who asks a question, or gives a channel to wait for who does.
func (a *asker) lead(k key) (leave func(), wait <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if flight := a.flights[k.content]; flight != nil {
		return nil, flight
	}
	flight := make(chan struct{})
	a.flights[k.content] = flight
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.flights, k.content)
		close(flight)
	}, nil
}

func notSent(ctx context.Context) error {
	return &request.Error{Class: request.ClassCanceled, Message: "not sent", Err: context.Cause(ctx)}
}

// keep writes a result that comes without money.
func (a *asker) keep(ctx context.Context, t *task, r Result, f fate) (Result, fate) {
	o, err := outcomeOf(t.name(), &r)
	_, seq := a.index.get(t.key)
	o.Place = &seq
	if err == nil {
		err = a.ledger.Write(context.WithoutCancel(ctx), store.Record{Outcomes: []store.Outcome{o}})
	}
	if err != nil {
		return Result{Item: r.Item, Response: r.Response, Err: err}, lost
	}
	r.seq = seq
	a.ended(t, statusOf(o.Class), seq)
	return r, f
}

// ended remembers how a task has ended, and under which Seq.
func (a *asker) ended(t *task, s status, seq int64) { a.index.put(t.key, s|seen, seq) }

// send asks until an answer passes the check, within the bound.
func (a *asker) send(ctx context.Context, t *task) (Result, fate) {
	req := t.item.Request
	for n := 0; ; n++ {
		try := a.newTry(t)
		resp, err := a.dispatcher.Complete(dispatcher.WithJournal(ctx, &try.journal), req)
		r := Result{Item: *t.item, Response: resp, Err: err, Latency: time.Since(try.start)}
		if err != nil {
			return a.fail(ctx, t, r)
		}
		a.answered.Add(1)
		written, rejected, broken := try.verdict(resp)
		switch {
		case broken != nil:
			r.Err = broken
			return r, lost
		case rejected != nil && n < a.retries:
			req = a.repaired(t, resp, rejected)
			continue
		case rejected != nil:
			r.Response, r.Err = nil, unfit(resp, rejected, n+1)
			return a.keep(ctx, t, r, sent)
		case !written: // it came from the dispatcher's cache, or from a call that another began
			return a.keep(ctx, t, r, sent)
		}
		r.seq = try.seq
		a.ended(t, answered, r.seq)
		return r, sent
	}
}

// repaired is what to ask after an answer that did not pass the check.
func (a *asker) repaired(t *task, resp *request.Response, why error) request.Request {
	req := t.item.Request
	if a.repair != nil {
		req = a.repair(req, resp, why)
	}
	req.NoCache = true // a cache would say the same again
	return req
}

// unfit is the error of an item none of whose answers passed the check.
func unfit(resp *request.Response, why error, tries int) error {
	return &request.Error{
		Class: request.ClassUnknown, Code: "check_failed", Provider: resp.Provider, Model: resp.Model, Partial: resp, Attempts: resp.Attempts,
		ShouldRetry: new(false), Err: fmt.Errorf("the answer was rejected, of %d the last: %w", tries, why),
	}
}

// fail writes a failure that says something of the item. The others leave it to be sent another time.
func (a *asker) fail(ctx context.Context, t *task, r Result) (Result, fate) {
	if errors.Is(r.Err, ledger.ErrNotDurable) || errors.Is(r.Err, ledger.ErrClosed) {
		return r, lost
	}
	e, typed := errors.AsType[*request.Error](r.Err)
	switch {
	case ctx.Err() != nil, a.leaves(r.Err):
	case typed && errors.Is(r.Err, dispatcher.ErrStopped):
	default:
		return a.keep(ctx, t, r, sent)
	}
	if typed && len(e.Attempts) > 0 && !e.MaybeBilled {
		return a.settle(ctx, t, r)
	}
	return r, left
}

// settle takes back the intent of an item that was not answered and is not billed, so that nobody holds it for unknown.
func (a *asker) settle(ctx context.Context, t *task, r Result) (Result, fate) {
	if err := a.ledger.Write(context.WithoutCancel(ctx), withdrawn(t.name())); err != nil {
		r.Err = errors.Join(r.Err, err)
		return r, lost
	}
	return r, left
}

// leaves reports a failure that leaves the item for another run. Some classes do as long as nothing has been answered: all items
// would have them.
func (a *asker) leaves(err error) bool {
	class := request.Classify(err)
	return pending(err) || (class == request.ClassPermission || class == request.ClassNotFound) && a.answered.Load() == 0
}
