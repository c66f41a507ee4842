package lane

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

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

// The core's laws, over arbitrary lives of requests.
func TestCoreLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := Config{MaxInFlight: rapid.IntRange(1, 5).Draw(t, "places"), Limits: Limits{RPM: 20, TPM: 10_000}}
		b := newBench(cfg)
		m := &model{t: t, bench: b, cfg: cfg, times: map[*Permit]int{}, refused: map[*Permit]time.Time{}}
		t.Repeat(map[string]func(*rapid.T){
			"ask":      m.ask,
			"end":      m.end,
			"withdraw": m.withdraw,
			"pass": func(t *rapid.T) {
				b.pass(time.Duration(rapid.Int64Range(0, int64(30*time.Second)).Draw(t, "d")))
			},
			"": m.check,
		})
		b.abort(b.now)
		for p, n := range m.resolved() {
			if n != 1 {
				t.Fatalf("a request was resolved %d times: %+v", n, p.ticket)
			}
		}
	})
}

// model keeps the books of a core in a dumb way.
type model struct {
	t     *rapid.T
	bench *bench
	cfg   Config
	all   []*Permit
	times map[*Permit]int
	cool  time.Time
	sent  []*Permit

	refused map[*Permit]time.Time // when
}

func (m *model) note() {
	for _, p := range m.bench.resolved {
		m.times[p]++
		if p.state == admitted {
			m.sent = append(m.sent, p)
			if m.bench.now.Before(m.cool) {
				m.t.Fatalf("sent %v before the provider lets it", m.cool.Sub(m.bench.now))
			}
		}
	}
	m.bench.resolved = m.bench.resolved[:0]
}

func (m *model) ask(t *rapid.T) {
	ticket := Ticket{
		Tenant: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "tenant"), Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
		InputTokens: rapid.IntRange(0, 2000).Draw(t, "in"), MaxOutputTokens: rapid.IntRange(0, 2000).Draw(t, "out"),
	}
	if rapid.Bool().Draw(t, "hurried") {
		ticket.Deadline = m.bench.now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "deadline")) * time.Second)
	}
	m.all = append(m.all, m.bench.ask(ticket))
	m.note()
}

func (m *model) pick(t *rapid.T, s state) *Permit {
	var some []*Permit
	for _, p := range m.all {
		if p.state == s {
			some = append(some, p)
		}
	}
	if len(some) == 0 {
		t.Skip("none")
	}
	return rapid.SampledFrom(some).Draw(t, "permit")
}

func (m *model) end(t *rapid.T) {
	p := m.pick(t, admitted)
	e := rapid.SampledFrom([]*request.Error{
		nil, nil, {Class: request.ClassRateLimit, RetryAfter: 7 * time.Second}, {Class: request.ClassTransient},
	}).Draw(t, "outcome")
	if e != nil && e.RetryAfter > 0 {
		m.refused[p] = m.bench.now
		if until := m.bench.now.Add(e.RetryAfter); until.After(m.cool) {
			m.cool = until
		}
	}
	m.bench.end(p, e)
	m.bench.end(p, nil) // changes nothing
	m.note()
}

func (m *model) withdraw(t *rapid.T) {
	p := m.pick(t, waiting)
	m.bench.withdraw(p, m.bench.now)
	m.times[p]++
	m.note()
}

func (m *model) resolved() map[*Permit]int {
	m.note()
	for _, p := range m.all {
		if _, ok := m.times[p]; !ok {
			m.times[p] = 0
		}
	}
	return m.times
}

func (m *model) check(t *rapid.T) {
	m.note()
	inFlight, waits := 0, 0
	for _, p := range m.all {
		switch p.state {
		case admitted:
			inFlight++
		case waiting:
			waits++
			if d := p.ticket.Deadline; !d.IsZero() && !d.After(m.bench.now) {
				t.Fatal("waits after its deadline")
			}
		}
	}
	if inFlight > m.cfg.MaxInFlight || inFlight != m.bench.inFlight || waits != m.bench.queue.waiting {
		t.Fatalf("%d in flight of %d, %d wait; the core says %d and %d", inFlight, m.cfg.MaxInFlight, waits, m.bench.inFlight, m.bench.queue.waiting)
	}
	if waits > 0 && inFlight == 0 && m.bench.wake.IsZero() {
		t.Fatal("somebody waits, and nothing will wake the lane")
	}
	for _, first := range m.sent {
		m.ceilings(t, first.admitted)
	}
}

// ceilings are kept since any time: a minute's worth at once, and what comes back at the rate.
func (m *model) ceilings(t *rapid.T, since time.Time) {
	n, tokensSent := 0, 0
	for _, p := range m.sent {
		after, refused := !p.admitted.Before(since), m.refused[p]
		if after {
			n++
		}
		switch { // who is refused counts no tokens, but did until then
		case after && refused.IsZero():
			tokensSent += p.cost[tokens]
		case !after && !refused.Before(since):
			tokensSent -= p.cost[tokens]
		}
	}
	minutes := 1 + m.bench.now.Sub(since).Minutes()
	if most := minutes * float64(m.cfg.Limits.RPM); float64(n) > most+0.001 {
		t.Fatalf("%d requests since %v, the ceiling allows %.1f", n, since, most)
	}
	if most := minutes * float64(m.cfg.Limits.TPM); float64(tokensSent) > most+0.001 {
		t.Fatalf("%d tokens since %v, the ceiling allows %.1f", tokensSent, since, most)
	}
}
