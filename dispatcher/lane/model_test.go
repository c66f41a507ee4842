package lane

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/request"
)

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

// pick is one of those in a state, or nil.
func (m *model) pick(t *rapid.T, s state) *Permit {
	var some []*Permit
	for _, p := range m.all {
		if p.state == s {
			some = append(some, p)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return rapid.SampledFrom(some).Draw(t, "permit")
}

func (m *model) end(t *rapid.T) {
	p := m.pick(t, admitted)
	if p == nil {
		return
	}
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
	if p == nil {
		return
	}
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
