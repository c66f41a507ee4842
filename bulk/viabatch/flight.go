package viabatch

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// flight is a batch that the provider has.
type flight struct {
	id string
	// items are those without a result as yet.
	items map[string]*entry
	// due is when to ask about it next, wait the time to the question after that, failures how many failed in a row.
	due      time.Time
	wait     time.Duration
	failures int
	// unreadable: some of the results were, and they are read once more.
	unreadable bool
}

// attach takes up the batches of a former run. An item that is in several was sent again, and is the last one's.
func (r *run) attach() {
	for _, s := range slices.Backward(r.Attached) {
		var items []*entry
		for _, id := range s.Items {
			if e := r.attached[id]; e != nil {
				e.again = true
				continue
			}
			r.attached[id] = &entry{BatchItem: request.BatchItem{ID: id}, unknown: true}
			items = append(items, r.attached[id])
		}
		for _, id := range s.Again {
			if e := r.attached[id]; e != nil {
				e.again = true
			}
		}
		r.depart(s.ID, items)
		r.flights[len(r.flights)-1].due = time.Now()
	}
}

// depart begins to ask about a batch, soon and then less and less often.
func (r *run) depart(id string, items []*entry) {
	f := &flight{id: id, items: make(map[string]*entry, len(items)), wait: r.Poll / 16}
	for _, e := range items {
		f.items[e.ID] = e
	}
	f.due = time.Now().Add(f.wait)
	r.flights = append(r.flights, f)
}

// poll asks about a batch, and takes in the results of one that is over.
func (r *run) poll(f *flight) {
	batch, err := r.Client.PollBatch(r.ctx, f.id)
	if err != nil {
		r.failed(f, err)
		return
	}
	if r.OnPolled != nil {
		r.OnPolled(batch)
	}
	if !batch.State.Over() {
		f.failures = 0
		f.wait = min(2*f.wait, r.Poll)
		f.due = time.Now().Add(f.wait)
		return
	}
	if batch.State == request.BatchFailed {
		r.land(f, func(e *entry) { r.lose(e, batch.Err, passes(batch.Err)) })
		return
	}
	r.collect(f, batch.State)
}

// failed waits after a question that failed. Of a batch that can't be asked about nothing is known: its items are not sent again.
func (r *run) failed(f *flight, err error) {
	f.failures++
	wait, again := r.pause(err, f.failures)
	switch {
	case r.ctx.Err() != nil, concernsAll(err), passes(err) && !again:
		r.fail(err)
	case again:
		f.due = time.Now().Add(wait)
	default:
		r.land(f, func(e *entry) { r.lose(e, err, false) })
	}
}

// collect hands out the results of a batch that is over.
func (r *run) collect(f *flight, state request.BatchState) {
	unreadable := error(nil)
	for result, err := range r.Client.BatchResults(r.ctx, f.id) {
		if err != nil {
			r.failed(f, err) // what was handed out is not waited for any more
			return
		}
		e := f.items[result.ID]
		switch {
		case result.ID == "":
			unreadable = result.Err
		case e == nil: // a result that was read before, or of somebody else's item
		case expired(result.Err):
			e.lost = result.Err
		default:
			delete(f.items, result.ID)
			e.done = true
			r.emit(result)
		}
		if r.stopped {
			return
		}
	}
	if unreadable != nil && !f.unreadable {
		f.unreadable, f.due = true, time.Now().Add(r.Poll)
		return
	}
	r.land(f, func(e *entry) { r.leave(f, e, state, unreadable) })
}

// leave decides about an item that has no result. One whose result can't be read was paid for, and is not sent again.
func (r *run) leave(f *flight, e *entry, state request.BatchState, unreadable error) {
	err := e.lost
	e.lost = nil
	switch {
	case err != nil:
		r.lose(e, err, true)
	case unreadable != nil:
		r.lose(e, unreadable, false)
	case state == request.BatchCanceled:
		r.lose(e, &request.Error{Class: request.ClassCanceled, Message: "batch " + f.id + " was canceled"}, false)
	case state == request.BatchExpired:
		r.lose(e, &request.Error{Class: request.ClassTimeout, Reason: request.ReasonExpired, Message: "batch " + f.id + " expired"}, true)
	default:
		r.lose(e, &request.Error{Class: request.ClassTruncated, Message: fmt.Sprintf("batch %s has no result of the item", f.id), MaybeBilled: true}, true)
	}
}

// land ends a flight; each is called with the items that have no result.
func (r *run) land(f *flight, each func(*entry)) {
	r.flights = slices.DeleteFunc(r.flights, func(g *flight) bool { return g == f })
	for _, e := range f.items {
		each(e)
	}
}

// lose gives an item its error, or sends it once more.
func (r *run) lose(e *entry, err error, again bool) {
	switch {
	case !again || e.again || e.unknown && r.drained:
		e.done = true
		r.emit(request.BatchResult{ID: e.ID, Err: err})
	case e.unknown: // until Items comes to it
		e.lost = err
	case r.Resend != nil && !r.Resend(e.ID, err):
		e.done = true
		r.emit(request.BatchResult{ID: e.ID, Err: err})
	default:
		r.retry(e)
	}
}

func expired(err error) bool {
	e, ok := asError(err)
	return ok && e.Reason == request.ReasonExpired
}
