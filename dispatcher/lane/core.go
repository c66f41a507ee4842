package lane

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/seed63918563/llmgate/request"
)

// core is all that a lane knows, and its rules. It has no clock, goroutine or lock: each method is a step at a time that is
// passed in and does not go back. What a step resolves, and when the next is due, is left for the caller.
type core struct {
	name        string
	maxInFlight int
	meters      meters
	queue       *queue
	due         dueHeap
	rand        *rand.Rand

	inFlight int
	probe    int            // bounds what is in flight while no limit is known
	gate     time.Time      // nothing is sent before
	release  time.Time      // until then what was held back by the gate goes one by one
	cause    *request.Error // of the gate
	out      *request.Error
	restored time.Time // what was admitted before says nothing of the target any more
	stage    stage

	// Left by a step for its caller, who clears resolved and news.
	resolved []*Permit
	wake     time.Time // when the next tick is due; zero for never
	news     []news

	admitted, rateLimited int64
}

type stage uint8

const (
	open stage = iota
	draining
	aborted
)

// news is a change that is worth a line in the log.
type news struct {
	level  zapcore.Level
	text   string
	fields []zap.Field
}

func newCore(cfg *Config) *core {
	seed := cfg.Seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	return &core{
		name: cfg.Name, maxInFlight: cfg.MaxInFlight, probe: firstProbe, queue: newQueue(cfg.Weights),
		meters: newMeters(cfg.Limits), rand: rand.New(rand.NewPCG(seed, 0)),
	}
}

// firstProbe is how many requests go at once to a target of which nothing is known. Each success adds one more, a refusal takes
// half.
const firstProbe = 8

// places is how many may be in flight.
func (c *core) places() int {
	if c.meters.known || c.meters.adapting.on() {
		return c.maxInFlight
	}
	return min(c.maxInFlight, c.probe)
}

// submit takes a request in. It may be resolved at once.
func (c *core) submit(p *Permit, now time.Time) {
	p.admitted, p.due = now, -1
	if s := p.ticket.Since; s.IsZero() || s.After(now) {
		p.ticket.Since = now
	}
	switch {
	case c.stage != open:
		c.fail(p, c.closed())
		return
	case c.out != nil:
		c.fail(p, c.out)
		return
	case c.tooLong(p, now):
		c.fail(p, c.cooling(now))
		return
	}
	if c.queue.waiting == 0 && c.straight(p, now) {
		return
	}
	c.queue.push(p)
	if !p.ticket.Deadline.IsZero() {
		heap.Push(&c.due, p)
	}
	c.admit(now)
}

// straight lets a request go at once that nobody stands before, which most are. It reports false if it has to wait, or is refused.
func (c *core) straight(p *Permit, now time.Time) bool {
	end := p.ticket.Deadline
	if !end.IsZero() && !end.After(now) || c.inFlight >= c.places() || c.gate.After(now) || c.meters.above(p) != nil || c.meters.wait(now, p) > 0 {
		return false
	}
	c.queue.pass(p)
	c.let(p, now)
	c.wake = time.Time{}
	return true
}

func (c *core) closed() error {
	return &request.Error{Class: request.ClassCanceled, Message: c.name, Err: ErrClosed}
}

// fail resolves a request that is in no queue.
func (c *core) fail(p *Permit, err error) {
	p.state, p.err = ended, err
	c.resolved = append(c.resolved, p)
}

// dequeue takes a waiting request out of all queues.
func (c *core) dequeue(p *Permit) {
	c.queue.remove(p)
	if p.due >= 0 {
		heap.Remove(&c.due, p.due)
	}
}

// admit lets go who may go, and says when the next one may.
func (c *core) admit(now time.Time) {
	c.wake = time.Time{}
	for c.expire(now); c.stage != aborted; {
		p := c.queue.head()
		if p == nil || c.inFlight >= c.places() {
			break
		}
		if err := c.meters.above(p); err != nil {
			c.drop(p, err)
			continue
		}
		wait := max(c.gate.Sub(now), c.meters.wait(now, p))
		switch late := now.Add(wait); {
		case wait <= 0:
			c.grant(p, now)
			continue
		case c.inFlight == 0 && p.due >= 0 && p.ticket.Deadline.Before(late): // nothing will be given back
			c.drop(p, tooLate())
			continue
		default:
			c.wake = late
		}
		break
	}
	if len(c.due) > 0 && (c.wake.IsZero() || c.due[0].ticket.Deadline.Before(c.wake)) {
		c.wake = c.due[0].ticket.Deadline
	}
}

// drop fails a request that waits.
func (c *core) drop(p *Permit, err error) {
	c.dequeue(p)
	c.fail(p, err)
}

func tooLate() error {
	return &request.Error{Class: request.ClassTimeout, Message: "the deadline passes before the request may be sent"}
}

// expire fails those whose deadline passes before anything may be sent.
func (c *core) expire(now time.Time) {
	earliest := now
	if c.gate.After(now) {
		earliest = c.gate
	}
	for len(c.due) > 0 && !c.due[0].ticket.Deadline.After(earliest) {
		c.drop(c.due[0], tooLate())
	}
}

func (c *core) grant(p *Permit, now time.Time) {
	c.queue.serve(p)
	if p.due >= 0 {
		heap.Remove(&c.due, p.due)
	}
	c.let(p, now)
}

// let admits a request that is in no queue any more.
func (c *core) let(p *Permit, now time.Time) {
	p.state, p.waited, p.admitted = admitted, now.Sub(p.admitted), now
	c.meters.take(now, p, p.waited > 0)
	c.stagger(now)
	c.inFlight++
	c.admitted++
	c.resolved = append(c.resolved, p)
}

// withdraw takes back a request whose caller has left. If it was admitted meanwhile, it was not sent.
func (c *core) withdraw(p *Permit, now time.Time) {
	switch p.state {
	case waiting:
		c.dequeue(p)
		p.state = ended
		c.admit(now)
	case admitted:
		c.done(p, &Outcome{}, now)
	}
}

// done ends a request that was admitted.
func (c *core) done(p *Permit, o *Outcome, now time.Time) {
	if p.state != admitted {
		return
	}
	p.state = ended
	c.inFlight--
	c.meters.settle(now, p, o)
	if u := &o.Usage; u.Reported || u.Estimated {
		c.queue.charge(p, u.TotalTokens())
	}
	if o.Err != nil {
		c.failed(p, o.Err, now)
	} else {
		c.probe++
	}
	c.admit(now)
}

// failed draws the conclusions for everybody from one failure.
func (c *core) failed(p *Permit, e *request.Error, now time.Time) {
	if e.Class == request.ClassRateLimit {
		c.rateLimited++
		c.probe = max(1, c.probe/2)
	}
	switch {
	case e.RetryAfter > 0 && e.Class != request.ClassAuth:
		c.cool(now, e.RetryAfter, e)
	case e.Class == request.ClassRateLimit:
		c.cool(now, defaultWait, e)
	case (e.Class == request.ClassAuth || e.Class == request.ClassQuota) && !p.admitted.Before(c.restored):
		c.takeOut(e)
	}
}

// takeOut fails everybody until restore.
func (c *core) takeOut(e *request.Error) {
	if c.out != nil {
		return
	}
	c.out = e
	c.news = append(c.news, news{zapcore.WarnLevel, "lane out", []zap.Field{zap.String("class", string(e.Class))}})
	c.failAll(e)
}

func (c *core) failAll(err error) {
	for p := c.queue.head(); p != nil; p = c.queue.head() {
		c.drop(p, err)
	}
}

func (c *core) tick(now time.Time) { c.admit(now) }

func (c *core) restore(now time.Time) {
	c.out, c.gate, c.release, c.restored = nil, time.Time{}, time.Time{}, now
	c.admit(now)
}

func (c *core) drain(now time.Time) {
	c.stage = max(c.stage, draining)
	c.admit(now)
}

func (c *core) abort(now time.Time) {
	c.stage = aborted
	c.failAll(c.closed())
	c.admit(now)
}

// drained: nothing is left and nothing will come.
func (c *core) drained() bool { return c.stage != open && c.inFlight == 0 && c.queue.waiting == 0 }
