package limits

import (
	"fmt"
	"math"

	"github.com/seed63918563/llmgate/request"
)

// search finds one limit after the other.
type search struct {
	*prober
	requests, input, output Finding
	// tiny is what a smallest probe takes of the limits of tokens.
	tiny float64
	// answers are the last burst of probes with long answers.
	answers tally
}

// Sizes of probes in tokens: the smallest prompt, the first of growing ones, and the first bound on answers.
const (
	smallPrompt = 2
	firstPrompt = 64
	firstAnswer = 64
)

// outputAtOnce bounds a wave of answers: an answer counts when it is written, so that a whole wave gets past a limit that is
// used up.
const outputAtOnce = 4

func (s *search) run() error {
	s.requests, s.input, s.output = unknown(RPM), unknown(TPM), unknown(OTPM)
	err := s.findRequests()
	if err == nil {
		err = s.findInput()
	}
	if l := &s.stated; err == nil && (!l.Tokens.Stated || l.OutputTokens.Stated) { // headers that tell of tokens as a whole tell all
		err = s.findOutput()
	}
	s.label()
	return err
}

func (s *search) findRequests() error {
	g := gauge{prober: s.prober, size: ask{smallPrompt, 1}, atOnce: s.cfg.AtOnce, units: func(t *tally) float64 { return float64(t.admitted) }}
	s.cfg.Progress("requests: as many as are let through")
	whole, err := g.drain()
	if whole.admitted > 0 {
		s.tiny = float64(whole.reported) / float64(whole.admitted)
	}
	if err != nil {
		s.requests.AtLeast = float64(whole.admitted)
		return err
	}
	g.whole = whole
	s.cfg.Progress(fmt.Sprintf("requests: %d were let through at once; now how they come back", whole.admitted))
	f, err := g.measure()
	return s.requests.measured(f, err)
}

// share is how much of the limit of requests the probes of another limit may use.
const share = 3

// few is how many probes a burst may have without the limit of requests being met.
func (s *search) few() int {
	if s.requests.Bucket == 0 {
		return enough
	}
	return int(s.requests.Bucket)
}

// findInput makes prompts longer until tokens run out well before requests do.
func (s *search) findInput() error {
	units := func(t *tally) float64 { return float64(t.reported+t.reckoned) / 2 }
	if s.stated.InputTokens.Stated {
		units = func(t *tally) float64 { return float64(t.reported) }
	}
	grow := func(n int) ask { return ask{n, 1} }
	return s.findTokens(&s.input, gauge{prober: s.prober, atOnce: s.cfg.AtOnce, units: units}, grow, s.first(firstPrompt))
}

// findOutput does the same with answers.
func (s *search) findOutput() error {
	units := func(t *tally) float64 { return float64(t.output) }
	grow := func(n int) ask { return ask{smallPrompt, n} }
	return s.findTokens(&s.output, gauge{prober: s.prober, atOnce: min(outputAtOnce, s.cfg.AtOnce), units: units, debt: true}, grow, firstAnswer)
}

// first is a size to begin with that is not far below what is needed, where headers tell.
func (s *search) first(least int) int {
	limit := max(s.stated.Tokens.Limit, s.stated.InputTokens.Limit)
	if limit <= 0 || s.requests.PerMinute <= 0 {
		return least
	}
	return max(least, int(float64(limit)/s.requests.PerMinute*share/2))
}

func (s *search) findTokens(to *Finding, g gauge, grow func(int) ask, size int) error {
	for ; size <= s.cfg.MaxPrompt; size *= 2 {
		g.size = grow(size)
		s.cfg.Progress(fmt.Sprintf("tokens: a rest, then prompts of %d and answers of up to %d", g.size.input, g.size.output))
		if err := s.wait(rested); err != nil {
			return err
		}
		whole, err := g.burst(g.size, s.few(), g.atOnce)
		if g.size.output > 1 {
			s.answers = whole
		}
		to.AtLeast = max(to.AtLeast, g.units(&whole))
		if err != nil {
			return err
		}
		if whole.refused == 0 || whole.admitted > max(1, s.few()/share) || whole.admitted == 0 {
			continue
		}
		g.whole = whole
		s.cfg.Progress(fmt.Sprintf("tokens: %s were let through at once; now how they come back", number(g.units(&whole))))
		f, err := g.measure()
		return to.measured(f, err)
	}
	to.Unknown = "requests ran out first, with probes of " + number(float64(size/2)) + " tokens"
	return nil
}

// label tells a limit of all tokens from one of prompts, by the headers, or else by whether long answers with short prompts run
// into the same one.
func (s *search) label() {
	l := &s.stated
	s.requests.state(&l.Requests)
	switch {
	case l.InputTokens.Stated || l.OutputTokens.Stated:
		s.input.Name = ITPM
		s.input.state(&l.InputTokens)
		s.output.state(&l.OutputTokens)
	case l.Tokens.Stated:
		s.input.state(&l.Tokens)
		s.output = Finding{}
	case s.output.PerMinute > 0 && s.input.PerMinute > 0 && !s.sameLimit():
		s.input.Name = ITPM
	case s.output.PerMinute > 0 && s.input.PerMinute > 0:
		s.output = Finding{}
	}
	if s.requests.PerMinute > 0 && s.input.PerMinute > 0 && s.requests.Bucket*s.tiny > 0.9*s.input.Bucket {
		s.requests = Finding{Name: RPM, AtLeast: s.requests.PerMinute, Unknown: "tokens ran out first"}
	}
}

// sameLimit reports that long answers ran into the limit that long prompts did, counted with what they reserved or wrote.
func (s *search) sameLimit() bool {
	answers := s.output.PerMinute / float64(s.answers.output) // bursts like it, a minute
	for _, total := range []int{s.answers.reckoned, s.answers.output + s.answers.reported} {
		if math.Abs(answers*float64(total)/s.input.PerMinute-1) < 0.15 {
			return true
		}
	}
	return false
}

// state adds what headers say.
func (f *Finding) state(l *request.Limit) {
	if l.Stated {
		f.Stated = l.Limit
	}
}
