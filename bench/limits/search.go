package limits

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// search says what to send when, and draws its conclusions from what comes back. It has no clock and sends nothing: times are
// arguments and count from its start.
type search struct {
	atOnce, maxPrompt, maxAnswer int
	rest                         time.Duration
	// tell is told in words what comes next.
	tell func(string)
	// stated are the limits that headers told last; its keeper writes them.
	stated request.Limits

	requests, tokens, answers *gauge
}

// plan goes through the bursts one by one. Each is over, its log complete, when the next is asked for. It ends when all is
// found that can be, or when no more is asked for.
func (s *search) plan(yield func(*burst) bool) {
	s.requests = &gauge{fire: yield, rest: s.rest, longest: math.Inf(1), atOnce: s.atOnce, fits: every(PerRequest, PerTry)}
	if !s.findRequests(s.requests) {
		return
	}
	s.tokens = &gauge{fire: yield, rest: s.rest, longest: math.Inf(1), atOnce: s.atOnce, fits: every(s.charges()...), room: s.room()}
	if !s.findTokens(s.tokens) {
		return
	}
	if !s.apart() {
		return
	}
	s.answers = &gauge{fire: yield, rest: s.rest, longest: math.Inf(1), atOnce: s.atOnce, fits: every(Answer), long: true, room: s.tokens.room}
	if s.findAnswers(s.answers) {
		s.settle()
	}
}

// charges are what may count, where headers name the limits.
func (s *search) charges() []Charge {
	switch l := &s.stated; {
	case l.InputTokens.Stated || l.OutputTokens.Stated:
		return []Charge{Prompt}
	case l.Tokens.Stated:
		return []Charge{Sum, Max, Actual}
	}
	return []Charge{Sum, Max, Actual, Prompt}
}

// room is what the limit of requests, as far as it is known, leaves for other probes.
func (s *search) room() *room {
	g := s.requests
	if g.most == 0 {
		return newRoom(nil)
	}
	worst := fit{shape: Sliding, window: s.rest, burst: Bounds{Low: g.most / 2}}
	if len(g.fits) > 0 && g.why == "" {
		worst = g.one()
	}
	return newRoom(&worst)
}

func (s *search) findRequests(g *gauge) bool {
	s.tell("requests: as many as are let through")
	g.size = func(*burst) size { return size{smallest, 1} }
	g.units = func(size) float64 { return 1 }
	if !g.send(&burst{}) || !g.last.refused {
		return false
	}
	_, n := g.last.through()
	s.tell(fmt.Sprintf("requests: %d were let through; now how they come back", n))
	return g.measure() && g.refusals()
}

// refusals tells whether those count: a limit that was used up refuses many at once, and later has less back then.
func (g *gauge) refusals() bool {
	if g.why != "" || len(g.charged()) < 2 || g.fits[0].shape == Fixed {
		return true
	}
	const many = 10
	n := math.Ceil(min(many, g.most/4))
	whole := math.Floor(g.burst().Low + 1e-3)
	if !g.send(&burst{at: g.whenFull(), most: whole}) {
		return false
	}
	began, half := g.last.began, g.full()/2
	back := 0.
	if g.fits[0].shape == Bucket {
		back = g.rate().Middle() * half.Minutes()
	}
	if !g.send(&burst{at: began + half, expect: back + n}) {
		return false
	}
	ok := g.send(&burst{at: max(began+2*half, g.last.asksToWait()), expect: whole / 2})
	g.fits = explain(g.fits, g.log)
	return ok
}

// The first sizes of probes for tokens, and in how many the limit is to be divided.
const (
	firstPrompt, firstAnswer = 64, 32
	pieces                   = 48
	// few at once leave no doubt about what had come back before.
	few = 4
)

func (s *search) findTokens(g *gauge) bool {
	g.units = size.tokens
	make := func(units float64) size { return size{max(smallest, min(int(units), s.maxPrompt)) - 1, 1} }
	if found, ok := s.meet(g, "tokens: prompts that grow", make, firstPrompt, float64(s.maxPrompt)); !found {
		return ok
	}
	if !g.measure() {
		return false
	}
	return g.why != "" || len(g.charged()) < 2 || s.mixed(g)
}

// mixed tells what of a request counts: probes whose prompt is short, whose answer is bounded high and comes out short. They are
// large and few, so that answers run into no limit of their own.
func (s *search) mixed(g *gauge) bool {
	plain, before, n := g.size, g.fits, len(g.log)
	defer func() { g.size = plain }()
	units := int(max(g.each, g.most/8))
	g.size = func(*burst) size { return size{max(smallest, units/3), max(1, units-units/3)} }
	s.tell("tokens: which of them count")
	ok := g.send(&burst{at: g.whenFull(), expect: g.burst().Low, atOnce: few, probes: 30})
	if g.fits = explain(g.fits, g.log); len(g.fits) == 0 { // something else was used up: answers count apart
		g.log, g.fits = g.log[:n], slices.DeleteFunc(before, func(f fit) bool { return f.charge != Prompt })
	}
	return ok
}

// charged are the charges that are possible.
func (g *gauge) charged() (list []Charge) {
	for i := range g.fits {
		if c := g.fits[i].charge; len(list) == 0 || list[len(list)-1] != c {
			list = append(list, c)
		}
	}
	return list
}

// apart reports that answers may not count with prompts: short ones did not.
func (s *search) apart() bool { return slices.Contains(s.tokens.charged(), Prompt) }

// promptsOnly: nothing but prompts counts against the limit of tokens.
func (s *search) promptsOnly() bool {
	if s.tokens == nil || len(s.tokens.fits) == 0 {
		return s.stated.InputTokens.Stated
	}
	charged := s.tokens.charged()
	return len(charged) == 1 && charged[0] == Prompt
}

func (s *search) findAnswers(g *gauge) bool {
	make := func(units float64) size { return size{smallest + 12, max(1, min(int(units), s.maxAnswer))} }
	g.units = func(a size) float64 { return float64(a.answer) }
	if found, ok := s.meet(g, "answers: that grow", make, firstAnswer, float64(s.maxAnswer)); !found {
		return ok
	}
	return g.measure()
}

// settle tells the limit of prompts from one of all tokens: long answers ran into the same limit, or into another.
func (s *search) settle() {
	charged := s.tokens.charged()
	if s.answers == nil || len(s.answers.fits) == 0 || !slices.Contains(charged, Actual) {
		return
	}
	drop := Actual
	if near(s.tokens.burst(), s.answers.burst()) && near(s.tokens.rate(), s.answers.rate()) {
		drop, s.answers = Prompt, nil
	}
	s.tokens.fits = slices.DeleteFunc(s.tokens.fits, func(f fit) bool { return f.charge == drop })
}

// near reports that two quantities may be the same but for the short prompts of long answers.
func near(a, b Bounds) bool {
	const slack = 1.15
	return a.Low <= b.High*slack && b.Low <= a.High
}

// meet uses a limit up with probes that grow, and then chooses their size for what follows.
func (s *search) meet(g *gauge, what string, make func(units float64) size, first, largest float64) (found, ok bool) {
	grow := max(1, min(8, float64(g.room.burst)/10))
	at := s.end()
	for start := first; ; start *= 8 {
		s.tell(what)
		b := &burst{at: at, size: func(b *burst) size { return make(min(g.longest, b.longest(), max(start, b.asked/grow))) }}
		if !g.send(b) {
			return false, false
		}
		if b.refused {
			break
		}
		if start >= largest || b.longest() < start {
			g.why = "requests ran out first"
			return false, true
		}
		at, g.log = s.end(), nil // by then all is back, and a log begins anew
	}
	through, _ := g.last.through()
	g.each = max(first/4, through/max(4, min(pieces, 0.3*float64(g.room.burst))))
	g.size = func(b *burst) size { return make(min(g.longest, g.piece(b))) }
	return true, true
}

// piece is the size of a probe: small where what is left may end, and large where much is known to fit.
func (g *gauge) piece(b *burst) float64 {
	if left := b.drain - b.asked; left > 0 {
		return min(left, max(g.each, b.drain/4))
	}
	if g.room.burst < pieces {
		return max(g.each/6, min(g.each, math.Abs(b.left())/2)) // there are too few requests to be more exact
	}
	return max(g.each/8, min(g.each, math.Abs(b.left())/4))
}

// end is when every limit is whole again.
func (s *search) end() (at time.Duration) {
	for _, g := range []*gauge{s.requests, s.tokens, s.answers} {
		if g != nil && g.last != nil {
			at = max(at, g.end()+s.rest, g.last.asksToWait())
		}
	}
	return at
}
