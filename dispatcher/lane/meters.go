package lane

import (
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/internal/limiter"
	"github.com/seed63918563/llmgate/request"
)

// meters are all the limits of a lane. A request is admitted by all of them or by none.
type meters struct {
	ceiling  [dimensions]int
	ceilings [dimensions]counter // nil without one
	learned  [dimensions]meter
	charging charging
	adapting adapting
	ramp     ramp

	turn    uint64  // requests sent
	last    *Permit // the newest of them
	leader  *Permit // the first of those sent together with it
	known   bool    // some limit was stated
	answers average
	owed    int // expected answers of the requests under way
}

// average is a moving mean; 0 before the first value.
type average float64

func (a *average) add(x float64) {
	if *a == 0 {
		*a = average(x)
	}
	*a += average((x - float64(*a)) / 16)
}

func newMeters(l Limits) (m meters) {
	m.ceiling = l.list()
	for d, limit := range m.ceiling {
		m.learned[d].dimension = dimension(d)
		if limit > 0 {
			m.ceilings[d] = newCeiling(dimension(d), limit)
		}
	}
	return m
}

// newCeiling is a bucket, as limits of a minute mostly are; those of a day mostly end with it, so that a bucket would allow twice
// as much.
func newCeiling(d dimension, limit int) counter {
	if d.daily() {
		return limiter.NewLog(limit, d.window())
	}
	return limiter.NewBucket(float64(limit)/d.window().Seconds(), limit)
}

// costs is what a request takes of each dimension when it is sent. Answers are counted when they are written; what is owed to
// those under way is kept free meanwhile.
func (m *meters) costs(p *Permit) [dimensions]int {
	all := m.charging.used.reserved(p.ticket.InputTokens, m.most(p))
	return [dimensions]int{1, all, p.ticket.InputTokens, 0, 1, all}
}

// most is the bound on the answer. Where there is none, it is what answers usually are.
func (m *meters) most(p *Permit) int {
	if p.ticket.MaxOutputTokens > 0 {
		return p.ticket.MaxOutputTokens
	}
	return int(m.answers)
}

// expected is how long the answer will be.
func (m *meters) expected(p *Permit) int {
	if m.answers == 0 {
		return m.most(p)
	}
	return min(m.most(p), int(m.answers))
}

// above refuses what is larger than a whole limit.
func (m *meters) above(p *Permit) error {
	costs := m.costs(p)
	least := costs
	least[tokens] = max(p.ticket.InputTokens, p.ticket.MaxOutputTokens) // whatever the charge
	least[dailyTokens] = least[tokens]
	costs[outputTokens] = p.ticket.MaxOutputTokens
	for d := range dimensions {
		if limit := m.ceiling[d]; limit > 0 && costs[d] > limit {
			return above(d, costs[d], limit)
		}
		if limit := m.learned[d].limit; limit > 0 && least[d] > limit {
			return above(d, least[d], limit)
		}
	}
	return nil
}

func above(d dimension, n, limit int) error {
	return &request.Error{Class: request.ClassInvalid, Reason: request.ReasonAboveLimit, Message: fmt.Sprintf(
		"the request counts %d %s and the limit is %d; shorten the prompt or lower the maximum of output tokens", n, dimensionNames[d], limit)}
}

// wait is how long until all limits let the request through.
func (m *meters) wait(now time.Time, p *Permit) time.Duration {
	costs := m.costs(p)
	wait := m.ramp.wait(now, costs[tokens])
	if !m.stated() {
		wait = max(wait, m.adapting.wait(now, costs[tokens]))
	}
	for d := range dimensions {
		n := costs[d]
		if c := m.ceilings[d]; c != nil {
			if d == outputTokens {
				n = m.most(p)
			}
			wait = max(wait, c.Wait(now, n))
		}
		if l := &m.learned[d]; l.known() {
			if d == outputTokens {
				n = m.owed + m.expected(p)
			}
			wait = max(wait, l.wait(now, n, m.turn))
		}
	}
	return wait
}

// stated: what a provider may limit is stated, so that no refusal has to be guessed at.
func (m *meters) stated() bool {
	return m.learned[requests].known() && (m.learned[tokens].known() || m.learned[inputTokens].known())
}

// take reserves a request in all dimensions.
func (m *meters) take(now time.Time, p *Permit, waited bool) {
	m.turn++
	p.turn, p.cost = m.turn, m.costs(p)
	p.most, p.owed = m.most(p), m.expected(p)
	m.owed += p.owed
	m.charging.send(p.ticket.InputTokens, p.most, p.cost[tokens])
	p.sums, p.booked = m.charging.sums, m.charging.booked
	if !m.stated() {
		m.adapting.take(now, p.cost[tokens], waited)
	}
	m.ramp.take(now, p.cost[tokens])
	m.together(now, p)
	for d := range dimensions {
		if m.leader == p {
			p.marks[d] = m.learned[d].take(now, p.cost[d], nil, 0)
		} else {
			p.marks[d] = m.learned[d].take(now, p.cost[d], &m.leader.marks[d], m.leader.cost[d])
		}
		if c := m.ceilings[d]; c != nil {
			c.Take(now, p.ceilingCost(d))
		}
	}
}

// jitter is how close requests are that may reach the provider in another order.
const jitter = 2 * time.Millisecond

// together notes which requests are sent at the same time as far as the provider can tell. Only the last of them tells what is
// left after all.
func (m *meters) together(now time.Time, p *Permit) {
	if m.leader == nil || now.Sub(m.leader.admitted) > jitter {
		m.leader = p
	} else {
		m.last.crowded = true
	}
	m.last = p
}

func (p *Permit) ceilingCost(d dimension) int {
	if d == outputTokens {
		return p.most
	}
	return p.cost[d]
}
