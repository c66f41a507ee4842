// Package pace says when the requests of an open-loop load are due: at a constant rate, a ramp, steps of rates, with even or
// random spacing, or as a trace of real traffic has them. An open loop sends when requests are due, however slow the answers
// are, as users do; a closed loop, which waits for answers, needs no schedule and is the runner's.
//
// Everything here is pure: times are offsets from the start of the load, and there is no clock. A schedule may be ranged over
// again and gives the same times again. Each time is computed from the count of requests, not from the time before it, so
// that nothing drifts.
package pace

import (
	"errors"
	"iter"
	"math/rand/v2"
	"time"
)

// Arrival is when a request is due, and what a trace knows of it.
type Arrival struct {
	// At is when it is due, since the start of the load.
	At time.Duration
	// Step counts the steps of a rate that has them, from 0.
	Step int
	// Input and Output are its tokens, 0 where the schedule leaves them open. Blocks name equal pieces of prompts, of
	// BlockTokens tokens each, by a number.
	Input  int
	Output int
	Blocks []uint64
}

// BlockTokens is the size of a block of a trace.
const BlockTokens = 512

// Schedule is arrivals in order of time. It may be endless.
type Schedule = iter.Seq[Arrival]

// Load is a rate and how the requests are spaced around it.
type Load struct {
	Rate    Rate
	Spacing Spacing
	// Seed makes random spacing repeatable.
	Seed uint64
}

// Check reports what is wrong with the load, all faults together.
func (l Load) Check() error { return errors.Join(l.Rate.check(), l.Spacing.check()) }

// Schedule gives the arrivals, without end except for a rate that has steps. It is empty for a load that Check refuses.
func (l Load) Schedule() Schedule {
	return func(yield func(Arrival) bool) {
		if l.Check() != nil {
			return
		}
		rng := rand.New(rand.NewPCG(l.Seed, 0x70616365))
		for count := l.Spacing.first(rng); ; count += l.Spacing.gap(rng) {
			at, step, more := l.Rate.due(count)
			if !more || !yield(Arrival{At: at, Step: step}) {
				return
			}
		}
	}
}
