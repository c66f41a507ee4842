package limits

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
)

// counter is a limit of a provider.
type counter interface {
	Wait(now time.Time, n int) time.Duration
	Take(now time.Time, n int)
	Give(now, taken time.Time, n int)
}

// form is a shape of the limits of a provider.
type form string

const (
	minute  form = "bucket of 60 s"
	second  form = "bucket of 1 s"
	fixed   form = "fixed window"
	sliding form = "sliding window"
)

func (f form) counter(perMinute int) counter {
	switch f {
	case second:
		return limiter.NewBucket(float64(perMinute)/60, max(1, perMinute/60))
	case fixed:
		return limiter.NewWindow(perMinute, time.Minute)
	case sliding:
		return limiter.NewLog(perMinute, time.Minute)
	}
	return limiter.NewBucket(float64(perMinute)/60, perMinute)
}

// world is a provider in simulated time.
type world struct {
	form                 form
	rpm, tpm, itpm, otpm int
	charge               Charge
	counted              bool // refusals are
	// hints are rounded up to so much; 0 is none.
	hints time.Duration
	// delay is the mean way of a request there and back, written how long answers are.
	delay   time.Duration
	written int

	trace    func(string, ...any)
	now      time.Duration
	rng      *rand.Rand
	limits   []held
	agenda   []task // in order of time
	requests int
}

// held is a limit and what a request takes of it: before, and afterwards.
type held struct {
	counter
	need, take, settle func(p *probe) int
}

type task struct {
	at time.Duration
	do func()
}

func (w *world) open() {
	w.rng = rand.New(rand.NewPCG(1, 2))
	add := func(perMinute int, need, take, settle func(*probe) int) {
		if perMinute > 0 {
			w.limits = append(w.limits, held{w.form.counter(perMinute), need, take, settle})
		}
	}
	none := func(*probe) int { return 0 }
	one := func(*probe) int { return 1 }
	reserve := func(p *probe) int {
		if w.charge == Max {
			return max(p.prompt, p.answer)
		}
		return p.prompt + p.answer
	}
	settle := none
	if w.charge == Actual {
		settle = func(p *probe) int { return p.read + p.written - p.prompt - p.answer }
	}
	add(w.rpm, one, one, none)
	add(w.tpm, reserve, reserve, settle)
	prompt := func(p *probe) int { return p.prompt }
	add(w.itpm, prompt, prompt, func(p *probe) int { return p.read - p.prompt })
	add(w.otpm, one, none, func(p *probe) int { return p.written })
}

func (w *world) clock() time.Time { return epoch.Add(w.now) }

func (w *world) later(d time.Duration, do func()) {
	at := w.now + d
	i, _ := slices.BinarySearchFunc(w.agenda, at, func(t task, at time.Duration) int {
		if t.at <= at {
			return -1
		}
		return 1
	})
	w.agenda = slices.Insert(w.agenda, i, task{at, do})
}

// way is how long a request takes in one direction.
func (w *world) way() time.Duration {
	return time.Duration(w.rng.ExpFloat64() * float64(w.delay) / 2)
}

// run lets a burst have its way.
func (w *world) run(b *burst) {
	for !b.ended() {
		s, until, ok := b.send(w.now)
		switch {
		case ok:
			b.sent(s, w.now)
			w.requests++
			p := &probe{size: s, sent: w.now}
			w.later(w.way(), func() { w.decide(b, p) })
		case len(w.agenda) > 0 && (until == 0 || w.agenda[0].at <= until):
			next := w.agenda[0]
			w.agenda = w.agenda[1:]
			w.now = max(w.now, next.at)
			next.do()
		default:
			w.now = until
		}
	}
}

func (w *world) decide(b *burst, p *probe) {
	wait := time.Duration(0)
	for _, l := range w.limits {
		wait = max(wait, l.Wait(w.clock(), l.need(p)))
	}
	p.admitted = wait == 0
	if !p.admitted {
		if w.counted && w.rpm > 0 {
			w.limits[0].Take(w.clock(), 1)
		}
		if w.hints > 0 {
			p.retryAfter = (wait + w.hints - 1) / w.hints * w.hints
		}
		w.later(w.way(), func() { w.arrive(b, p) })
		return
	}
	p.read, p.written = p.prompt+3, min(p.answer, 2)
	if b.long {
		p.written = min(p.answer, w.written)
	}
	taken := w.clock()
	for _, l := range w.limits {
		l.Take(taken, l.take(p))
	}
	w.later(w.way(), func() {
		for _, l := range w.limits {
			l.Give(w.clock(), taken, -l.settle(p))
		}
		w.later(w.way(), func() { w.arrive(b, p) })
	})
}

func (w *world) arrive(b *burst, p *probe) {
	p.done = w.now
	b.back(*p)
}

// search finds the limits of the world.
func (w *world) search(t *testing.T) *search {
	t.Helper()
	w.open()
	s := &search{atOnce: DefaultAtOnce, maxPrompt: DefaultMaxPrompt, maxAnswer: DefaultMaxAnswer, rest: DefaultRest, tell: func(string) {}}
	for b := range s.plan {
		w.run(b)
		if w.trace != nil {
			u, n := b.through()
			w.trace("%v: drain %.0f pause %v expect %.0f most %.0f: %.0f units, %d probes of %d, refused %v, took %v, probes<=%d wait %v", b.began, b.drain, b.pause, b.expect, b.most, u, n, b.count, b.refused, b.last()-b.began, b.probes, b.asksToWait()-b.last())
		}
	}
	return s
}
