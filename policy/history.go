package policy

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// History is one request's way so far. Who decides keeps it and appends to it; Decide only reads it.
type History struct {
	// Candidates are the targets that may serve the request, the preferred first.
	Candidates []Candidate
	// Attempts are the tries so far, the last one last.
	Attempts []Attempt
	// Deadline is when the caller gives up; zero is never.
	Deadline time.Time
	// HandedOut: a part of an answer has reached the caller, so that the request must not be sent again.
	HandedOut bool
	// Exhausted: the traffic has had its share of retries (see [RetryBudget]). A target that failed is not tried again; rate
	// limits are waited for, and other targets may be tried, for whom the request is new.
	Exhausted bool
	// Random is a number in [0, 1), a fresh one for each decision.
	Random float64
}

// Attempt is one try.
type Attempt struct {
	// Target is an index into History.Candidates.
	Target int
	// Err is nil for a success. request.AsError makes one of any error.
	Err *request.Error
	// Waited is the time spent waiting before it, as the decision before it said or longer.
	Waited time.Duration
}

// Candidate is what a decision needs to know of a target.
type Candidate struct {
	// Provider, Model and Key tell which targets share one of them.
	Provider string
	Model    string
	Key      string
	// ContextTokens is the size of the model's context, 0 if unknown.
	ContextTokens int
	// Cost is what this request may cost there; it counts only where Priced.
	Cost   request.Money
	Priced bool
	// RestsUntil is when the target may be sent to again, by the Rest of decisions and by its [Health]; it may be past, and is
	// zero for a target that does not rest.
	RestsUntil time.Time
	// Out: the target is not to be used.
	Out bool
}

// sameModel reports whether two candidates differ in nothing but the key.
func (c *Candidate) sameModel(other *Candidate) bool {
	return c.Provider == other.Provider && c.Model == other.Model && c.Key != other.Key
}

// streak is how many attempts at the end of the history failed on the last target.
func (h *History) streak() int {
	n, last := 0, h.Attempts[len(h.Attempts)-1].Target
	for i := len(h.Attempts) - 1; i >= 0 && h.Attempts[i].Target == last; i-- {
		n++
	}
	return n
}
