package lane

import (
	"errors"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/request"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// bench is a core with a clock of its own.
type bench struct {
	*core
	now time.Time
}

func newBench(cfg Config) *bench {
	cfg.Seed = 1
	if err := cfg.complete(); err != nil {
		panic(err)
	}
	return &bench{newCore(&cfg), start}
}

func (b *bench) ask(t Ticket) *Permit {
	p := &Permit{ticket: t}
	b.submit(p, b.now)
	return p
}

func (b *bench) pass(d time.Duration) {
	b.now = b.now.Add(d)
	b.tick(b.now)
}

func (b *bench) end(p *Permit, e *request.Error) { b.done(p, &Outcome{Sent: true, Err: e}, b.now) }

func TestCoolDownIsShared(t *testing.T) {
	b := newBench(Config{})
	first := b.ask(Ticket{})
	b.end(first, &request.Error{Class: request.ClassOverloaded, RetryAfter: 8 * time.Second})
	var all []*Permit
	for range 6 {
		all = append(all, b.ask(Ticket{}))
	}
	b.pass(8*time.Second - 1)
	for _, p := range all {
		if p.state != waiting {
			t.Fatal("sent before the wait has ended")
		}
	}
	b.pass(1)
	if b.inFlight != 1 {
		t.Errorf("%d were let go at once, want one after the other", b.inFlight)
	}
	for range 20 {
		b.pass(mostRelease / 20)
	}
	if b.inFlight != 6 {
		t.Errorf("%d are under way half a second after the wait, want 6", b.inFlight)
	}
}

// Who would not wait for so long is let go when the cool-down begins, and so is who comes to it; the others wait.
func TestMaxWait(t *testing.T) {
	b := newBench(Config{MaxInFlight: 1})
	first := b.ask(Ticket{})
	impatient, patient, any := b.ask(Ticket{MaxWait: 20 * time.Second}), b.ask(Ticket{MaxWait: time.Minute}), b.ask(Ticket{})
	b.pass(time.Second)
	cause := &request.Error{Class: request.ClassRateLimit, Status: 429, RetryAfter: 30 * time.Second, MaybeBilled: true}
	b.end(first, cause)
	b.pass(5 * time.Second)
	late := b.ask(Ticket{MaxWait: 20 * time.Second})
	for p, rest := range map[*Permit]time.Duration{impatient: 30 * time.Second, late: 25 * time.Second} {
		e := request.AsError(p.err)
		if p.state != ended || e == nil || e.Class != request.ClassRateLimit || e.RetryAfter != rest || e.Status != 0 || e.MaybeBilled {
			t.Errorf("got %+v, want a rate limit for %v, unsent", e, rest)
		}
	}
	if patient.state != waiting || any.state != waiting || b.ask(Ticket{MaxWait: 25 * time.Second}).state != waiting {
		t.Error("one who would wait was let go")
	}
	if b.queue.waiting != 3 {
		t.Errorf("%d wait, want 3", b.queue.waiting)
	}
}

func TestWhatTakesALaneOut(t *testing.T) {
	for name, tt := range map[string]struct {
		err   request.Error
		state string
	}{
		"auth":        {request.Error{Class: request.ClassAuth}, "out"},
		"auth, wait":  {request.Error{Class: request.ClassAuth, RetryAfter: time.Second}, "out"},
		"quota":       {request.Error{Class: request.ClassQuota}, "out"},
		"daily":       {request.Error{Class: request.ClassQuota, Reason: request.ReasonDaily, RetryAfter: time.Hour}, "cooling"},
		"daily, when": {request.Error{Class: request.ClassQuota, Reason: request.ReasonDaily}, "out"},
		"rate limit":  {request.Error{Class: request.ClassRateLimit}, "cooling"},
		"overloaded":  {request.Error{Class: request.ClassOverloaded}, "open"},
		"invalid":     {request.Error{Class: request.ClassInvalid}, "open"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(Config{MaxInFlight: 1})
			first := b.ask(Ticket{})
			second := b.ask(Ticket{})
			b.end(first, &tt.err)
			if s := b.stats(b.now); s.State != tt.state {
				t.Errorf("the lane is %s, want %s", s.State, tt.state)
			}
			if out := tt.state == "out"; out != (second.err == &tt.err) {
				t.Errorf("who waited got %v", second.err)
			}
			b.restore(b.now)
			if second.state == waiting || b.ask(Ticket{}).err != nil {
				t.Error("the lane does not work after Restore")
			}
		})
	}
}

// What was sent before Restore can't take the lane out again.
func TestRestoreOutlivesOldFailures(t *testing.T) {
	b := newBench(Config{})
	one, two := b.ask(Ticket{}), b.ask(Ticket{})
	b.end(one, &request.Error{Class: request.ClassAuth})
	b.now = b.now.Add(time.Second)
	b.restore(b.now)
	b.end(two, &request.Error{Class: request.ClassAuth})
	if s := b.stats(b.now); s.State != "open" {
		t.Errorf("the lane is %s", s.State)
	}
}

func TestDeadlines(t *testing.T) {
	b := newBench(Config{MaxInFlight: 1})
	first := b.ask(Ticket{})
	soon := b.ask(Ticket{Deadline: start.Add(time.Second)})
	late := b.ask(Ticket{Deadline: start.Add(time.Minute)})
	if b.wake != start.Add(time.Second) {
		t.Errorf("wakes at %v, want at the first deadline", b.wake.Sub(start))
	}
	b.pass(time.Second)
	if !errors.Is(soon.err, request.ErrTimeout) || late.state != waiting {
		t.Errorf("at the deadline: %v; the other: %v", soon.err, late.state)
	}
	b.end(first, &request.Error{Class: request.ClassRateLimit, RetryAfter: 2 * time.Minute})
	if !errors.Is(late.err, request.ErrTimeout) {
		t.Errorf("who can't make it any more got %v", late.err)
	}
	if p := b.ask(Ticket{Deadline: b.now.Add(time.Minute)}); !errors.Is(p.err, request.ErrTimeout) {
		t.Errorf("who can't make it from the beginning got %v", p.err)
	}
	if b.queue.waiting != 0 || len(b.due) != 0 {
		t.Errorf("%d wait, %d with a deadline", b.queue.waiting, len(b.due))
	}
}

// A deadline before the limits let a request through fails at once, if nothing is under way that may give some back.
func TestDeadlineBeforeTheLimit(t *testing.T) {
	b := newBench(Config{Limits: Limits{RPM: 1}})
	b.end(b.ask(Ticket{}), nil)
	if p := b.ask(Ticket{Deadline: start.Add(59 * time.Second)}); !errors.Is(p.err, request.ErrTimeout) {
		t.Errorf("got %v", p.err)
	}
	if p := b.ask(Ticket{Deadline: start.Add(61 * time.Second)}); p.state != waiting {
		t.Errorf("got %v", p.err)
	}
}

func TestAboveALimit(t *testing.T) {
	b := newBench(Config{Limits: Limits{TPM: 1000, OTPM: 500}})
	for _, ticket := range []Ticket{{InputTokens: 1001}, {InputTokens: 600, MaxOutputTokens: 401}, {MaxOutputTokens: 501}} {
		p := b.ask(ticket)
		if e := request.AsError(p.err); e == nil || e.Class != request.ClassInvalid || e.Reason != request.ReasonAboveLimit {
			t.Errorf("%+v: got %v", ticket, p.err)
		}
	}
	if p := b.ask(Ticket{InputTokens: 600, MaxOutputTokens: 400}); p.state != admitted {
		t.Errorf("exactly the limit: %v", p.err)
	}
}

// A ramp that was refused is followed by less, once for each burst, which then grows slowly.
func TestRamp(t *testing.T) {
	b := newBench(Config{})
	var sent []*Permit
	for range 100 {
		sent = append(sent, b.ask(Ticket{InputTokens: 1000}))
		b.end(sent[len(sent)-1], nil)
		b.pass(100 * time.Millisecond)
	}
	late := []*Permit{b.ask(Ticket{InputTokens: 1000}), b.ask(Ticket{InputTokens: 1000})}
	for _, p := range late {
		b.end(p, &request.Error{Class: request.ClassOverloaded, Reason: request.ReasonRamp})
	}
	if r := b.meters.ramp.rate; r < 6500 || r > 7700 {
		t.Errorf("bounded to %.0f tokens a second, want about 7 of the 10 thousand that were sent", r)
	}
}
