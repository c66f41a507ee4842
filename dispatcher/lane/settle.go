package lane

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// settle brings what was reserved to what was counted, and learns from what the answer stated.
func (m *meters) settle(now time.Time, p *Permit, o *Outcome) {
	m.owed -= p.owed
	refused := o.Err != nil && o.Err.Class == request.ClassRateLimit
	if o.Usage.OutputTokens > 0 {
		m.answers.add(float64(o.Usage.OutputTokens))
	}
	if !o.Sent && !m.stated() {
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
	if o.Err != nil && o.Err.Reason == request.ReasonRamp {
		m.ramp.refused(now, p.admitted, m.learned[tokens].flow.perSecond(now))
	}
	if o.Sent && !refused {
		m.adapting.through++
		m.correct(now, p, &o.Usage)
		return
	}
	for d := range dimensions {
		if refused && d.ofRequests() { // some providers count refused requests as well; if not, they say that more is left
			continue
		}
		m.learned[d].give(now, p.admitted, p.cost[d])
		if c := m.ceilings[d]; c != nil {
			c.Give(now, p.admitted, p.ceilingCost(d))
		}
	}
	m.charging.unsend(p.ticket.InputTokens, p.most, p.cost[tokens])
	if refused && o.Err.Reason != request.ReasonInFlight {
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
		if c := m.ceilings[d]; c != nil {
			c.Give(now, p.admitted, n)
		}
	}
	m.charging.settle(p.ticket.InputTokens, p.most, back[tokens], u)
}

// learn goes through what an answer stated.
func (m *meters) learn(now time.Time, p *Permit, l *request.Limits, refused bool) {
	for d, one := range byDimension(l) {
		if dimension(d) == tokens && sumsUp(l) {
			continue
		}
		meter := &m.learned[d]
		requests := float64(p.turn - meter.seen)
		off, v := meter.learn(now, p, *one, refused)
		if dimension(d) == tokens && v != silent {
			off = m.charging.learn(off, p, refused, requests, v)
		}
		if v == judged {
			meter.miss(off, requests, 4*float64(max(p.cost[d], p.owed)))
		}
	}
}

// mostCost is what a request counts whatever the charge.
func (m *meters) mostCost(p *Permit, d dimension) int {
	if d == tokens || d == dailyTokens {
		return chargeSum.reserved(p.ticket.InputTokens, p.most)
	}
	return p.cost[d]
}

// sumsUp reports that the limit of tokens is none of its own but the sum of those of prompts and answers, as Anthropic states it.
// It comes back as they do, in no shape.
func sumsUp(l *request.Limits) bool {
	return l.InputTokens.Stated && l.OutputTokens.Stated && l.Tokens.Limit == l.InputTokens.Limit+l.OutputTokens.Limit
}

// guessing is how much larger a request may be than it was reckoned to be.
const guessing = 1.25

// blame finds out which limit refused a request that should have been let through: a bucket that holds less than was thought,
// if no limit was used up. Limits for the same time are taken to have buckets alike. If none can have, and not all are stated, it
// was one of the others, to which the rate adapts.
func (m *meters) blame(now time.Time, p *Permit, l *request.Limits, wait time.Duration) {
	var fullest, edge *meter
	share, used := 0.0, 0.0
	for d, one := range byDimension(l) {
		meter, n := &m.learned[d], float64(p.cost[d])
		if !meter.known() || !one.Stated || one.Remaining < 0 || n == 0 {
			continue
		}
		if float64(one.Remaining) < guessing*float64(m.mostCost(p, dimension(d))) {
			return // it was used up, as it says
		}
		u, small := meter.suspect(float64(one.Limit-one.Remaining), n)
		if small == atEdge {
			edge = meter
		}
		if s := u / float64(one.Limit); small == suspect && s > share {
			fullest, share, used = meter, s, u
		}
	}
	switch {
	case fullest != nil:
		fullest.capacity.refuse(now, used, float64(p.cost[fullest.dimension]), fullest.limit)
	case edge != nil && now.Sub(edge.began) > shareLearning:
		edge.sharing.refused(now, p.admitted, edge.flow.perSecond(now), edge.perSecond())
	case edge == nil && !m.stated():
		m.adapting.refused(now, p.admitted, p.cost[tokens], wait)
	}
}
