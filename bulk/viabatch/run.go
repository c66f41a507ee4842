package viabatch

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// run is one run. It is one goroutine's: every call of the client waits for the one before.
type run struct {
	Config
	ctx   context.Context
	yield func(request.BatchResult, error) bool
	// stopped: nothing more may be yielded.
	stopped bool

	// drafts are batches being filled, by model where that matters; ready are those to be submitted, not before submitAt.
	drafts   map[string]*draft
	ready    []*draft
	submitAt time.Time
	refused  int // how often in a row
	flights  []*flight
	// attached are the items of attached batches that Items has not come to yet. drained: it has come to its end.
	attached map[string]*entry
	drained  bool
}

// entry is an item on its way.
type entry struct {
	request.BatchItem
	size int
	// again: it was submitted before and not answered.
	again bool
	// Of an attached batch: the request is known once Items has come to it; done, or lost by an error, is what came of it before.
	unknown, done bool
	lost          error
}

func (r *run) run() {
	for item, err := range r.Items {
		if err != nil {
			r.fail(err)
			return
		}
		r.take(item)
		for len(r.ready) > 0 && !r.stopped {
			r.step()
		}
		if r.stopped {
			return
		}
	}
	r.drain()
	for !r.stopped && (len(r.ready) > 0 || len(r.flights) > 0) {
		r.step()
		r.flush()
	}
}

// drain is called when all items have come: nobody will tell the requests of those that are lost.
func (r *run) drain() {
	r.drained = true
	for _, e := range r.attached {
		if e.lost != nil {
			r.emit(request.BatchResult{ID: e.ID, Err: e.lost})
		}
	}
	r.flush()
}

// step submits a batch if there is a place, or waits until one is to be asked about.
func (r *run) step() {
	due, flight := r.next()
	if !r.sleep(time.Until(due)) {
		return
	}
	if flight == nil {
		r.submit()
	} else {
		r.poll(flight)
	}
}

// next is what is to be done next, and when. Without a flight, it is to submit.
func (r *run) next() (due time.Time, next *flight) {
	for _, f := range r.flights {
		if next == nil || f.due.Before(due) {
			due, next = f.due, f
		}
	}
	if len(r.ready) > 0 && len(r.flights) < r.InFlight && (next == nil || r.submitAt.Before(due)) {
		return r.submitAt, nil
	}
	return due, next
}

func (r *run) sleep(d time.Duration) bool {
	if d > 0 && r.OnWait != nil {
		r.OnWait()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.ctx.Done():
		r.fail(r.ctx.Err())
		return false
	}
}

func (r *run) emit(result request.BatchResult) {
	if !r.stopped {
		r.stopped = !r.yield(result, nil)
	}
}

// fail ends the run.
func (r *run) fail(err error) {
	if !r.stopped {
		r.stopped = true
		r.yield(request.BatchResult{}, err)
	}
}

// mostFailures in a row end the run: at the default pace, after hours.
const mostFailures = 20

// pause is how long to wait after so many failures in a row, and whether waiting can help against the last one.
func (r *run) pause(err error, failures int) (time.Duration, bool) {
	var asked time.Duration
	if e, ok := asError(err); ok {
		asked = e.RetryAfter
	}
	backoff := policy.Backoff{Base: r.Poll, Max: 16 * r.Poll}
	return max(asked, r.Poll+backoff.Wait(failures, rand.Float64())), failures < mostFailures && passes(err)
}

// passes reports whether an error may pass by itself.
func passes(err error) bool {
	switch request.Classify(err) {
	case request.ClassRateLimit, request.ClassOverloaded, request.ClassTransient, request.ClassTimeout, request.ClassTruncated:
		return true
	}
	return false
}

// concernsAll reports whether an error would strike every other request as well.
func concernsAll(err error) bool {
	switch request.Classify(err) {
	case request.ClassAuth, request.ClassPermission, request.ClassQuota, request.ClassBudget, request.ClassCanceled:
		return true
	}
	return false
}
