package lane

import (
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
	"github.com/seed63918563/llmgate/request"
)

// dimension is what a limit counts.
type dimension int

const (
	requests dimension = iota
	tokens
	inputTokens
	outputTokens
	dailyRequests
	dailyTokens
	dimensions
)

var dimensionNames = [dimensions]string{"requests", "tokens", "input tokens", "output tokens", "requests a day", "tokens a day"}

// window is the time that a dimension's limit is for.
func (d dimension) window() time.Duration {
	if d >= dailyRequests {
		return 24 * time.Hour
	}
	return time.Minute
}

// meters are all the limits of a lane.
type meters struct {
	ceilings [dimensions]*limiter.Log // nil without one
	ceiling  [dimensions]int
}

func newMeters(l Limits) (m meters) {
	m.ceiling = l.list()
	for d, limit := range m.ceiling {
		if limit > 0 {
			m.ceilings[d] = limiter.NewLog(limit, dimension(d).window())
		}
	}
	return m
}

// costs is what a request takes of each dimension.
func (m *meters) costs(p *Permit) [dimensions]int {
	in, out := p.ticket.InputTokens, p.ticket.MaxOutputTokens
	return [dimensions]int{1, in + out, in, out, 1, in + out}
}

// above refuses what is larger than a whole limit.
func (m *meters) above(p *Permit) error {
	costs := m.costs(p)
	for d, limit := range m.ceiling {
		if limit > 0 && costs[d] > limit {
			return &request.Error{Class: request.ClassInvalid, Reason: request.ReasonAboveLimit, Message: fmt.Sprintf(
				"the request counts %d %s and the limit is %d; shorten the prompt or lower the maximum of output tokens", costs[d], dimensionNames[d], limit)}
		}
	}
	return nil
}

func (m *meters) wait(now time.Time, p *Permit) (wait time.Duration) {
	costs := m.costs(p)
	for d, log := range m.ceilings {
		if log != nil {
			wait = max(wait, log.Wait(now, costs[d]))
		}
	}
	return wait
}

func (m *meters) take(now time.Time, p *Permit) {
	p.cost = m.costs(p)
	for d, log := range m.ceilings {
		if log != nil {
			log.Take(now, p.cost[d])
		}
	}
}

func (m *meters) settle(now time.Time, p *Permit, o *Outcome) {
	for d, log := range m.ceilings {
		if log == nil {
			continue
		}
		if !o.Sent {
			log.Give(now, p.admitted, p.cost[d])
		}
	}
}
