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

// ofRequests: the limit counts requests, whatever their size.
func (d dimension) ofRequests() bool { return d == requests || d == dailyRequests }

// window is the time that a dimension's limit is for.
func (d dimension) window() time.Duration {
	if d >= dailyRequests {
		return 24 * time.Hour
	}
	return time.Minute
}

// meters are all the limits of a lane. A request is admitted by all of them or by none.
type meters struct {
	ceiling  [dimensions]int
	ceilings [dimensions]*limiter.Log // nil without one
	learned  [dimensions]meter
	charging charging
	adapting adapting

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
			m.ceilings[d] = limiter.NewLog(limit, dimension(d).window())
		}
	}
	return m
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
	wait := m.adapting.wait(now, costs[tokens])
	for d := range dimensions {
		n := costs[d]
		if log := m.ceilings[d]; log != nil {
			if d == outputTokens {
				n = m.most(p)
			}
			wait = max(wait, log.Wait(now, n))
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

// take reserves a request in all dimensions.
func (m *meters) take(now time.Time, p *Permit, waited bool) {
	m.turn++
	p.turn, p.cost = m.turn, m.costs(p)
	p.most, p.owed = m.most(p), m.expected(p)
	m.owed += p.owed
	m.charging.send(p.ticket.InputTokens, p.most, p.cost[tokens])
	p.sums, p.booked = m.charging.sums, m.charging.booked
	m.adapting.take(now, p.cost[tokens], waited)
	m.together(now, p)
	for d := range dimensions {
		if m.leader == p {
			p.marks[d] = m.learned[d].take(now, p.cost[d], nil, 0)
		} else {
			p.marks[d] = m.learned[d].take(now, p.cost[d], &m.leader.marks[d], m.leader.cost[d])
		}
		if log := m.ceilings[d]; log != nil {
			log.Take(now, p.ceilingCost(d))
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

// settle brings what was reserved to what was counted, and learns from what the answer stated.
func (m *meters) settle(now time.Time, p *Permit, o *Outcome) {
	m.owed -= p.owed
	refused := o.Err != nil && o.Err.Class == request.ClassRateLimit
	if o.Usage.OutputTokens > 0 {
		m.answers.add(float64(o.Usage.OutputTokens))
	}
	if !o.Sent {
		m.adapting.give(now, p.admitted, p.cost[tokens])
	}
	stated := &o.Limits
	if o.Err != nil && !stated.Any() {
		stated = &o.Err.Limits
	}
	if o.Sent && stated.Any() {
		m.known = true
		m.learn(now, p, stated, refused)
	}
	if o.Sent && !refused {
		m.correct(now, p, &o.Usage)
		return
	}
	for d := range dimensions {
		if refused && d.ofRequests() { // some providers count refused requests as well; if not, they say that more is left
			continue
		}
		m.learned[d].give(now, p.admitted, p.cost[d])
		if log := m.ceilings[d]; log != nil {
			log.Give(now, p.admitted, p.ceilingCost(d))
		}
	}
	m.charging.unsend(p.ticket.InputTokens, p.most, p.cost[tokens])
	if refused {
		m.blame(now, p, stated, o.Err.RetryAfter)
	}
}

// correct books the difference between what was reserved and what was used.
func (m *meters) correct(now time.Time, p *Permit, u *request.Usage) {
	back := p.cost
	for d := range back {
		back[d] = 0
	}
	back[tokens] = p.cost[tokens] - m.charging.used.settled(p.cost[tokens], u)
	back[dailyTokens] = back[tokens]
	back[inputTokens] = p.cost[inputTokens] - settledInput(p.cost[inputTokens], u)
	back[outputTokens] = -u.OutputTokens
	for d, n := range back {
		m.learned[d].give(now, p.admitted, n)
		if dimension(d) == outputTokens && u.OutputTokens > 0 {
			n += p.most
		}
		if log := m.ceilings[d]; log != nil && n > 0 {
			log.Give(now, p.admitted, n)
		} else if log != nil && n < 0 {
			log.Take(now, -n)
		}
	}
	m.charging.settle(p.ticket.InputTokens, p.most, back[tokens], u)
}

func byDimension(l *request.Limits) [dimensions]*request.Limit {
	return [dimensions]*request.Limit{&l.Requests, &l.Tokens, &l.InputTokens, &l.OutputTokens, &l.DailyRequests, &l.DailyTokens}
}

// learn goes through what an answer stated.
func (m *meters) learn(now time.Time, p *Permit, l *request.Limits, refused bool) {
	for d, one := range byDimension(l) {
		meter := &m.learned[d]
		requests := float64(p.turn - meter.seen)
		off, v := meter.learn(now, p, *one, refused)
		if dimension(d) == tokens && v != silent {
			off = m.charging.learn(off, p, refused, requests, v)
		}
		if v == judged {
			meter.miss(off, requests)
		}
	}
}

// blame finds out which limit refused a request that should have been let through: a bucket that holds less than was thought,
// if no limit was used up. Limits for the same time are taken to have buckets alike. Where none is stated the rate adapts.
func (m *meters) blame(now time.Time, p *Permit, l *request.Limits, wait time.Duration) {
	if !m.known {
		m.adapting.refused(now, p.admitted, p.cost[tokens], wait)
		return
	}
	var fullest *meter
	share, used := 0.0, 0.0
	for d, one := range byDimension(l) {
		meter, n := &m.learned[d], float64(p.cost[d])
		if !meter.known() || !one.Stated || one.Remaining < 0 || n == 0 {
			continue
		}
		if float64(one.Remaining) < n {
			return // it was used up, as it says
		}
		u := float64(one.Limit - one.Remaining)
		if !dimension(d).ofRequests() || u == meter.proven { // what is left may be without the refused request already
			u += n
		}
		if s := u / float64(one.Limit); meter.shaping.used == refill && u > meter.proven && s > share {
			fullest, share, used = meter, s, u
		}
	}
	if fullest != nil {
		fullest.refuse(now, used, float64(p.cost[fullest.dimension]))
	}
}
