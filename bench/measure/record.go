// Package measure turns what happened to each request of a load into figures: latencies, rates, goodput, cost. It is pure:
// times are offsets from the start of the load. The formulas, with N the tokens of an answer:
//
//	TTFT    = first piece of content − send
//	ITL     = the gaps between pieces of content
//	E2E     = end − send
//	TPOT    = (E2E − TTFT) / (N − 1)
//	goodput = requests that met every objective / time
//
// TTFT and E2E are taken from the moment a request was sent and, beside it, from the moment it was due. Only the second
// shows what users had to wait while the client was held up (coordinated omission).
package measure

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Record is what happened to one request. Times are since the start of the load.
type Record struct {
	Index int `json:"index"`
	// Step is that of the schedule.
	Step int `json:"step"`
	// Intended is when it was due, Sent when it was handed to the client, End when the client was done.
	Intended time.Duration `json:"intended_ns"`
	Sent     time.Duration `json:"sent_ns"`
	End      time.Duration `json:"end_ns"`
	// Pieces are when each piece of a streamed answer came that has content.
	Pieces []time.Duration `json:"pieces_ns,omitempty"`

	Input  int `json:"input_tokens"`
	Output int `json:"output_tokens"`
	// Estimated: the provider left out a count, and it is a guess.
	Estimated bool `json:"estimated,omitempty"`
	// Cost is that of all attempts as far as it is known; Priced: it is.
	Cost   request.Money `json:"cost_usd"`
	Priced bool          `json:"priced"`

	// Class and Error are empty for an answer.
	Class request.Class `json:"class,omitempty"`
	Error string        `json:"error,omitempty"`
	// Attempts are the tries below the client, as far as it tells; one at least.
	Attempts []Attempt `json:"attempts"`
	// Limits are those that the response stated.
	Limits *request.Limits `json:"-"`
}

// Attempt is one try at a request.
type Attempt struct {
	Target string        `json:"target,omitempty"`
	Class  request.Class `json:"class,omitempty"`
	// Sent and End are since the start of the load; Waited is the time spent before, for places, limits and in backoff.
	Sent   time.Duration `json:"sent_ns"`
	End    time.Duration `json:"end_ns"`
	Waited time.Duration `json:"waited_ns"`
}

// Answered reports that the whole answer came.
func (r *Record) Answered() bool { return r.Class == "" }

// Canceled reports that it was the caller who ended it.
func (r *Record) Canceled() bool { return r.Class == request.ClassCanceled }

// Delay is how late the request was sent: the client's own fault.
func (r *Record) Delay() time.Duration { return r.Sent - r.Intended }

// Waited is the time that attempts spent before they were sent.
func (r *Record) Waited() (sum time.Duration) {
	for i := range r.Attempts {
		sum += r.Attempts[i].Waited
	}
	return sum
}

// RateLimited counts the attempts that ran into a rate limit.
func (r *Record) RateLimited() (n int) {
	for i := range r.Attempts {
		if r.Attempts[i].Class == request.ClassRateLimit {
			n++
		}
	}
	return n
}

// first is when the first piece came. A failure before it counts with its end, which is less than the truth: leaving it out
// would have failures make the figures better.
func (r *Record) first() (time.Duration, bool) {
	if len(r.Pieces) > 0 {
		return r.Pieces[0], true
	}
	return r.End, !r.Answered()
}

// tpot is the time per output token; false if there is no second token or the answer was not streamed.
func (r *Record) tpot() (time.Duration, bool) {
	if len(r.Pieces) == 0 || r.Output < 2 {
		return 0, false
	}
	return (r.End - r.Pieces[0]) / time.Duration(r.Output-1), true
}
