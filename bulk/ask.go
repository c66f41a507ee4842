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
	"github.com/seed63918563/llmgate/internal/dense"
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
	flights  map[dense.Key]chan struct{} // closed when the call has ended; nil as long as nobody waits
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
	// result begins with the item, which nobody changes, and gets what came of it. It is not copied: a thousand goroutines that
	// wait have a copy in each frame of their stacks.
	result *Result
}

func (t *task) item() *source.Item { return &t.result.Item }

func (t *task) name() string {
	if t.part {
		return string(partMark) + t.key.name()
	}
	return t.key.name()
}

// ask resolves a task. The outcome is durable when it returns, unless the fate says otherwise. Of those that ask the same, one
// sends, and the others copy when it is answered, all at once.
func (a *asker) ask(ctx context.Context, t *task) fate {
	for {
		if f, ok := a.remembered(ctx, t); ok {
			return f
		}
		wait := a.lead(&t.key.content)
		if wait == nil {
			defer a.leave(&t.key.content)
			break
		}
		select {
		case <-wait:
		case <-ctx.Done():
			t.result.Err = notSent(ctx)
			return left
		}
	}
	if f, ok := a.remembered(ctx, t); ok { // by who has just left
		return f
	}
	return a.send(ctx, t)
}

// remembered is the answer to the same question, if there is one.
func (a *asker) remembered(ctx context.Context, t *task) (fate, bool) {
	twin, seq, ok := a.index.twin(t.key)
	if !ok || t.item().Request.NoCache && twin != t.key {
		return left, false
	}
	return a.copy(ctx, t, twin, seq), true
}

// copy takes over the answer of a twin, or that of the task itself.
func (a *asker) copy(ctx context.Context, t *task, twin key, seq int64) fate {
	var of Result
	o, err := a.store.Outcome(ctx, seq)
	if err == nil {
		of, err = resultOf(&o)
	}
	if err != nil {
		t.result.Err = err
		return lost
	}
	t.result.Response, t.result.seq = of.Response, seq
	t.result.Response.FromCache = true
	t.result.Response.Usage.SetCost(0)
	if twin == t.key {
		return copied
	}
	return a.keep(ctx, t, copied)
}

// lead makes the caller the one who asks a question, until it leaves, or gives a channel to wait for who does.
func (a *asker) lead(content *dense.Key) (wait <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	flight, ok := a.flights[*content]
	switch {
	case !ok:
		a.flights[*content] = nil
		return nil
	case flight == nil:
		flight = make(chan struct{})
		a.flights[*content] = flight
	}
	return flight
}

func (a *asker) leave(content *dense.Key) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if flight := a.flights[*content]; flight != nil {
		close(flight)
	}
	delete(a.flights, *content)
}

func notSent(ctx context.Context) error {
	return &request.Error{Class: request.ClassCanceled, Message: "not sent", Err: context.Cause(ctx)}
}

// keep writes a result that comes without money.
func (a *asker) keep(ctx context.Context, t *task, f fate) fate {
	o, err := outcomeOf(t.name(), t.result)
	_, seq := a.index.get(t.key)
	o.Place = &seq
	if err == nil {
		err = a.ledger.Write(context.WithoutCancel(ctx), store.Record{Outcomes: []store.Outcome{o}})
	}
	if err != nil {
		t.result.Err = err
		return lost
	}
	t.result.kept = o.Body
	a.ended(t, statusOf(o.Class), seq)
	return f
}

// ended remembers how a task has ended, and under which Seq.
func (a *asker) ended(t *task, s status, seq int64) {
	t.result.seq = seq
	a.index.put(t.key, s|seen, seq)
}

// send asks until an answer passes the check, within the bound.
func (a *asker) send(ctx context.Context, t *task) fate {
	req, r := t.item().Request, t.result
	for n := 0; ; n++ {
		try := a.newTry(t)
		r.Response, r.Err = a.dispatcher.Complete(dispatcher.WithJournal(ctx, &try.journal), req)
		r.Latency = time.Since(try.start)
		if r.Err != nil {
			return a.fail(ctx, t)
		}
		a.answered.Add(1)
		written, rejected, broken := try.verdict(r.Response)
		switch {
		case broken != nil:
			r.Err = broken
			return lost
		case rejected != nil && n < a.retries:
			req = a.repaired(t, r.Response, rejected)
			continue
		case rejected != nil:
			r.Response, r.Err = nil, unfit(r.Response, rejected, n+1)
			return a.keep(ctx, t, sent)
		case !written: // it came from the dispatcher's cache, or from a call that another began
			return a.keep(ctx, t, sent)
		}
		r.kept = try.body
		a.ended(t, answered, try.seq)
		return sent
	}
}

// repaired is what to ask after an answer that did not pass the check.
func (a *asker) repaired(t *task, resp *request.Response, why error) request.Request {
	req := t.item().Request
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
func (a *asker) fail(ctx context.Context, t *task) fate {
	failure := t.result.Err
	if errors.Is(failure, ledger.ErrNotDurable) || errors.Is(failure, ledger.ErrClosed) {
		return lost
	}
	e, typed := errors.AsType[*request.Error](failure)
	switch {
	case ctx.Err() != nil, a.leaves(failure):
	case typed && errors.Is(failure, dispatcher.ErrStopped):
	default:
		return a.keep(ctx, t, sent)
	}
	if typed && len(e.Attempts) > 0 && !e.MaybeBilled {
		return a.settle(ctx, t)
	}
	return left
}

// settle takes back the intent of an item that was not answered and is not billed, so that nobody holds it for unknown.
func (a *asker) settle(ctx context.Context, t *task) fate {
	if err := a.ledger.Write(context.WithoutCancel(ctx), withdrawn(t.name())); err != nil {
		t.result.Err = errors.Join(t.result.Err, err)
		return lost
	}
	return left
}

// leaves reports a failure that leaves the item for another run. Some classes do as long as nothing has been answered: all items
// would have them.
func (a *asker) leaves(err error) bool {
	class := request.Classify(err)
	return pending(err) || (class == request.ClassPermission || class == request.ClassNotFound) && a.answered.Load() == 0
}
