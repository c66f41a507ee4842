package lane

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Ticket is what a lane has to know of a request.
type Ticket struct {
	// Tenant is whose request it is. Tenants share the lane by weight, in tokens.
	Tenant string
	// Priority puts a tenant's requests in order: higher ones go first, equal ones as they came (Since).
	Priority int
	// Deadline is when it must have been sent; zero is never. The context's own counts as well, if it is earlier.
	Deadline time.Time
	// Since is when the request came first; zero is now. One that was refused and comes back keeps its place by it, before those
	// of its tenant that came later.
	Since time.Time
	// MaxWait bounds the wait for the end of a cool-down: when a longer one begins, or the request comes to one, it fails at once
	// with the error that caused it and the rest of the wait. 0 is no bound. Waits for limits and places are not bounded by it.
	MaxWait time.Duration
	// InputTokens is the size of the prompt, as well as it can be guessed, and MaxOutputTokens the bound on the answer; 0 is
	// not known.
	InputTokens     int
	MaxOutputTokens int
}

// Outcome is what became of an admitted request.
type Outcome struct {
	// Sent: the provider may have seen it. What was not sent is given back as if it had never been admitted.
	Sent bool
	// Usage is what the provider counted; leave it empty if nothing is known.
	Usage request.Usage
	// Limits are those that the headers of the answer stated; for a failure those in Err count if these are empty.
	Limits request.Limits
	// Err is the failure, or nil.
	Err *request.Error
}

// Permit lets one request be sent. It must be ended with Done.
type Permit struct {
	lane   *Lane
	ticket Ticket
	tenant *tenant
	weighs int // tokens that the tenant was charged with

	seq      uint64
	place    int // in the tenant's heap
	due      int // in the heap of deadlines, -1 without one
	state    state
	crowded  bool // others were sent right after it
	err      error
	ready    chan struct{} // closed when resolved; nil if that was at once
	admitted time.Time     // until then, when it came
	waited   time.Duration

	// As reserved: what it counts in each dimension, the marks of the meters, how the sums stood, and the bound on the answer and
	// its expected length.
	turn       uint64
	cost       [dimensions]int
	marks      [dimensions]mark
	sums       sums
	booked     float64
	most, owed int
}

// state of a Permit.
type state uint8

const (
	waiting state = iota
	admitted
	ended // failed, withdrawn or done
)

// Waited is how long the request waited in the lane.
func (p *Permit) Waited() time.Duration { return p.waited }

// Done ends the permit: it frees the place, settles what was reserved and learns from what the provider said. It does not
// block. It is called exactly once; more calls change nothing.
func (p *Permit) Done(o Outcome) { p.lane.done(p, &o) }
