package lane

import (
	"math"

	"github.com/seed63918563/llmgate/request"
)

// charge is what of a request a provider counts against a limit of tokens. Providers do not say; it is told from what they
// state to be left.
type charge int

const (
	// chargeActual takes prompt and maximum answer, and gives back what was not used.
	chargeActual charge = iota
	// chargeUncached does the same, and what came from a prompt cache is free.
	chargeUncached
	// chargeSum takes prompt and maximum answer for good.
	chargeSum
	// chargeMax takes the larger of the two for good.
	chargeMax
	charges
)

// reserved is what a request counts when it is sent.
func (c charge) reserved(in, out int) int {
	if c == chargeMax {
		return max(in, out)
	}
	return in + out
}

// settled is what it counts in the end.
func (c charge) settled(reserved int, u *request.Usage) int {
	switch {
	case !u.Reported && !u.Estimated:
		return reserved
	case c == chargeActual:
		return u.TotalTokens()
	case c == chargeUncached:
		return u.TotalTokens() - u.CacheReadTokens
	}
	return reserved
}

// settledInput is what a prompt counts in the end against a limit of prompts alone.
func settledInput(reserved int, u *request.Usage) int {
	if !u.Reported && !u.Estimated {
		return reserved
	}
	return u.PromptTokens() - u.CacheReadTokens
}

// charging finds out how a provider charges: every way of charging has its sum, and the one that explains best how what is
// left has changed from one answer to the next is in use.
type charging struct {
	used charge
	// sums are what all requests so far count under each charge, booked what was taken of the meter.
	sums   sums
	booked float64
	// told is how the sums stood at the answer that was used last, misses how far each charge was off lately.
	told    sums
	toldOf  float64
	misses  [charges]float64
	samples int
}

// sums have what requests count under each charge.
type sums [charges]float64

// enoughSamples is how many answers must speak for another charge.
const enoughSamples = 4

// send books a request.
func (c *charging) send(in, out, booked int) {
	for i := range c.sums {
		c.sums[i] += float64(charge(i).reserved(in, out))
	}
	c.booked += float64(booked)
}

// settle books what became of it; given is what the meter got back.
func (c *charging) settle(in, out, given int, u *request.Usage) {
	for i := range c.sums {
		reserved := charge(i).reserved(in, out)
		c.sums[i] += float64(charge(i).settled(reserved, u) - reserved)
	}
	c.booked -= float64(given)
}

// unsend takes back a request that was not counted.
func (c *charging) unsend(in, out, given int) {
	for i := range c.sums {
		c.sums[i] -= float64(charge(i).reserved(in, out))
	}
	c.booked -= float64(given)
}

// learn takes in that what is left was off by so many tokens, over so many requests since the answer before, under what was
// booked. It returns how far the charge in use was off.
func (c *charging) learn(off float64, p *Permit, refused bool, requests float64, v verdict) (miss float64) {
	sent, booked := p.sums, p.booked
	if refused { // it was not counted after all
		for i := range sent {
			sent[i] -= float64(charge(i).reserved(p.ticket.InputTokens, p.most))
		}
		booked -= float64(p.cost[tokens])
	}
	var misses [charges]float64
	for i := range misses {
		misses[i] = off - (booked - c.toldOf) + (sent[i] - c.told[i])
	}
	c.told, c.toldOf = sent, booked
	if v != judged {
		return 0
	}
	c.samples++
	best := c.used
	for i, m := range misses {
		c.misses[i] += (math.Abs(m)/requests - c.misses[i]) / min(float64(c.samples), 16)
		if c.misses[i] < c.misses[best] {
			best = charge(i)
		}
	}
	if c.samples >= enoughSamples && c.misses[best] < c.misses[c.used]/2 {
		c.used = best
	}
	return misses[c.used]
}
