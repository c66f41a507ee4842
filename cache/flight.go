package cache

import (
	"context"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// flight is one call to the client below, and those who wait for it. It has a goroutine and a context of its own, so that
// it depends on none of them alone: it ends when it is done or when the last of them has left.
type flight struct {
	tape     tape
	cache    *Cache
	key      Key
	req      request.Request // a copy: the caller that it came from may leave, and change it
	streamed bool
	ctx      patience
	cancel   context.CancelCauseFunc
	first    waiter // the place of the caller that it was started for

	// Under the cache's lock:
	waiting  int
	keep     bool      // one of them lets the answer be kept
	deadline time.Time // the latest of theirs, zero if one has none
	charged  bool      // one of them has the answer with its cost
	orphaned bool      // the one who made the call has left
}

// patience is the context of a flight. It has the values of the first caller's, and a deadline for those below who plan by
// one: the last moment at which anybody may still be there.
type patience struct {
	context.Context
	flight *flight
}

// Deadline gives the latest of all deadlines so far.
func (p *patience) Deadline() (time.Time, bool) {
	c := p.flight.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	return p.flight.deadline, !p.flight.deadline.IsZero()
}

// enter gives a kept answer, or a place among those who wait for one.
func (c *Cache) enter(ctx context.Context, key Key, req *request.Request, streamed bool) (*request.Response, *waiter) {
	deadline, _ := ctx.Deadline() // unlocked: ctx may be of a flight of this cache, whose client asks it something else
	c.mu.Lock()
	if e := c.memory.get(key, time.Now()); e != nil {
		c.stats.Hits++
		c.stats.saves(e.answer)
		c.mu.Unlock()
		return free(e.answer), nil
	}
	defer c.mu.Unlock()
	f, flying := c.flights[key]
	if flying {
		c.stats.Shared++
		f.await(deadline)
	} else {
		f = c.takeOff(ctx, key, req, streamed)
		f.deadline = deadline
	}
	f.waiting++
	f.keep = f.keep || !req.NoStore
	if !flying {
		return nil, &f.first
	}
	return nil, &waiter{flight: f, labels: req.Labels}
}

// takeOff starts a flight. The caller has the lock.
func (c *Cache) takeOff(ctx context.Context, key Key, req *request.Request, streamed bool) *flight {
	f := &flight{tape: tape{done: make(chan struct{})}, cache: c, key: key, req: cloneRequest(req), streamed: streamed}
	f.first = waiter{flight: f, labels: req.Labels, leads: true}
	f.ctx.flight = f
	f.ctx.Context, f.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	c.flights[key] = f
	go f.run()
	return f
}

// await puts the deadline off to that of one more caller, zero if it has none. The caller has the lock.
func (f *flight) await(deadline time.Time) {
	if deadline.IsZero() || !f.deadline.IsZero() && deadline.After(f.deadline) {
		f.deadline = deadline
	}
}

// stackRoom is what a call takes of its goroutine's stack, through the dispatcher and net/http.
const stackRoom = 6 << 10

// makeRoom has the stack of a new goroutine grow at once while it is empty: growing on the way is to copy it three times, deep.
//
//go:noinline
func makeRoom() byte {
	var room [stackRoom]byte
	return room[len(room)-1]
}

// run is the flight's goroutine.
func (f *flight) run() {
	makeRoom()
	var o outcome
	var e *entry
	returned := false
	defer func() {
		if v := recover(); v != nil {
			o, e = outcome{panicked: newPanic(v)}, nil
		} else if !returned {
			o.err = &request.Error{Class: request.ClassUnknown, Provider: "cache", Model: f.req.Model, Message: "the client's goroutine ended within its call"}
		}
		f.land(o, e)
	}()
	o, e = f.ask(&f.ctx)
	returned = true
}

// ask gets the answer, from the Store or from the client below, and also as an entry if it may be kept.
func (f *flight) ask(ctx context.Context) (outcome, *entry) {
	c := f.cache
	if e := c.load(ctx, f.key); e != nil {
		return outcome{answer: e.answer}, e
	}
	c.count(func(s *Stats) { s.Misses++ })
	resp, err := f.call(ctx)
	if err != nil {
		return outcome{err: err}, nil
	}
	o := outcome{answer: kept(resp), first: resp}
	if !c.cfg.keeps(resp) {
		return o, nil
	}
	e := newEntry(f.key, o.answer, time.Now())
	if f.mayKeep() {
		c.save(ctx, e)
	}
	return o, e
}

// call asks the client below the way that the first caller did.
func (f *flight) call(ctx context.Context) (*request.Response, error) {
	if f.streamed {
		return f.record(ctx)
	}
	return f.cache.next.Complete(ctx, f.req)
}

// record puts a stream on the tape and gives the whole answer.
func (f *flight) record(ctx context.Context) (whole *request.Response, err error) {
	for chunk, err := range f.cache.next.Stream(ctx, f.req) {
		if err != nil {
			return nil, err
		}
		if chunk.Response != nil {
			whole = chunk.Response
		}
		f.tape.add(chunk)
	}
	if whole == nil {
		return request.Collect(f.tape.heard()) // the error for a stream that was cut
	}
	return whole, nil
}

func (f *flight) mayKeep() bool {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	return f.keep
}

// land keeps the answer, if there is one to keep, and tells those who wait. In this order, so that a request that comes
// later finds either the flight or the answer.
func (f *flight) land(o outcome, e *entry) {
	c := f.cache
	c.mu.Lock()
	if e != nil && f.keep {
		c.memory.put(e)
	}
	c.close(f)
	c.mu.Unlock()
	f.cancel(nil)
	f.tape.finish(o)
}

// close takes a flight off the list, so that nobody else joins it. The caller has the lock.
func (c *Cache) close(f *flight) {
	if c.flights[f.key] == f {
		delete(c.flights, f.key)
	}
}
