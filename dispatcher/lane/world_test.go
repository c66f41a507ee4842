package lane

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// world is callers who send to one provider through lanes, each its own process, in simulated time: an event loop over the pure
// core, a thousand times faster than goroutines.
type world struct {
	now      time.Time
	rng      *rand.Rand
	events   events
	provider *provider
	lanes    []*process
	// prompt is the range of sizes in tokens, which callers know but for a tenth; bound is the most that a request says its
	// answer has, answer what it has.
	prompt, answer [2]int
	bound          int
	latency        func(rng *rand.Rand, out int) time.Duration
	jobs           int // that may still be begun
	seq            int
}

// process is a lane with its callers.
type process struct {
	*core
	world    *world
	alarm    time.Time // of the earliest tick that is due
	running  map[*Permit]job
	answered int
	left     bool // its callers begin nothing new
}

// job is a request of which its caller alone knows the true size.
type job struct{ in, guess, out int }

func newWorld(p *provider, seed uint64) *world {
	return &world{
		now: start, rng: rand.New(rand.NewPCG(seed, 1)), provider: p, jobs: 1 << 40,
		prompt: [2]int{200, 600}, answer: [2]int{100, 300}, bound: 400,
		latency: func(rng *rand.Rand, out int) time.Duration {
			return time.Duration((0.2 + 0.8*rng.Float64() + float64(out)/200) * float64(time.Second))
		},
	}
}

// join adds a process with callers who are always busy.
func (w *world) join(callers int, cfg Config) *process {
	cfg.Seed = w.rng.Uint64()
	if err := cfg.complete(); err != nil {
		panic(err)
	}
	l := &process{core: newCore(&cfg), world: w, running: map[*Permit]job{}}
	w.lanes = append(w.lanes, l)
	for range callers {
		w.after(0, l.next)
	}
	return l
}

func (w *world) between(r [2]int) int { return r[0] + w.rng.IntN(r[1]-r[0]+1) }

// next begins a caller's next job.
func (l *process) next() {
	w := l.world
	if w.jobs == 0 || l.left {
		return
	}
	w.jobs--
	in := w.between(w.prompt)
	l.ask(job{in, int(float64(in) * (0.9 + 0.2*w.rng.Float64())), w.between(w.answer)})
}

func (l *process) ask(j job) {
	p := &Permit{ticket: Ticket{InputTokens: j.guess, MaxOutputTokens: l.world.bound}}
	l.running[p] = j
	l.submit(p, l.world.now)
	l.step()
}

// step sends what was admitted and sets the alarm.
func (l *process) step() {
	w := l.world
	for _, p := range l.resolved {
		w.after(time.Duration(w.rng.Int64N(int64(time.Millisecond))), func() { l.arrive(p) })
	}
	l.resolved, l.news = l.resolved[:0], l.news[:0]
	if at := l.wake; !at.IsZero() && (l.alarm.IsZero() || at.Before(l.alarm)) {
		l.alarm = at
		w.after(at.Sub(w.now), func() {
			if l.alarm.Equal(at) {
				l.alarm = time.Time{}
			}
			l.tick(w.now)
			l.step()
		})
	}
}

func (l *process) arrive(p *Permit) {
	w, j, arrived := l.world, l.running[p], l.world.now
	reserved, used := w.provider.counts(j.in, w.bound, j.out)
	stated, refusal := w.provider.arrive(arrived, reserved)
	delete(l.running, p)
	if refusal != nil {
		w.after(time.Millisecond, func() {
			l.done(p, &Outcome{Sent: true, Limits: stated, Err: refusal}, w.now)
			l.ask(j)
		})
		return
	}
	w.after(w.latency(w.rng, j.out), func() {
		w.provider.answer(w.now, arrived, reserved, used)
		l.answered++
		l.done(p, &Outcome{Sent: true, Limits: stated, Usage: request.Usage{InputTokens: j.in, OutputTokens: j.out, Reported: true}}, w.now)
		l.step()
		l.next()
	})
}

// run lets time pass, or all jobs end.
func (w *world) run(until time.Duration) {
	for end := start.Add(until); len(w.events) > 0 && !w.events[0].at.After(end); {
		e := heap.Pop(&w.events).(event)
		w.now = e.at
		e.do()
	}
}

// books are the provider's, up to now.
func (w *world) books(at time.Duration) books {
	w.run(at)
	w.provider.account(start.Add(at))
	return w.provider.books
}

func (w *world) after(d time.Duration, do func()) {
	w.seq++
	heap.Push(&w.events, event{w.now.Add(d), w.seq, do})
}

// outcome is the share of the binding limit that was used, and that of the requests which were refused.
type outcome struct{ used, refused float64 }

func between(a, b books) outcome {
	share := func(d int) float64 {
		if b.available[d] == a.available[d] {
			return 0
		}
		return (b.granted[d] - a.granted[d]) / (b.available[d] - a.available[d])
	}
	return outcome{max(share(0), share(1)), float64(b.refused-a.refused) / float64(max(1, b.sent-a.sent))}
}

type event struct {
	at  time.Time
	seq int
	do  func()
}

type events []event

func (h events) Len() int { return len(h) }
func (h events) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].seq < h[j].seq
}
func (h events) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *events) Push(x any)   { *h = append(*h, x.(event)) }
func (h *events) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	*h = (*h)[:last]
	return e
}
