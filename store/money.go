package store

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Account is one combination of labels under which money is kept. ID is unique in the store and greater than 0.
type Account struct {
	ID       int64
	Tenant   string
	Project  string
	Provider string
	Model    string
	// Labels are the others, nil if there are none.
	Labels map[string]string
}

// Hold is money set aside for a call that is to be made. ID is unique in the store, greater than 0, and rises with time.
type Hold struct {
	ID      int64
	Account int64
	// Item names what the call is for; it may be empty.
	Item string
	// Amount is the most that the call can cost. Priced false: nobody knows, and Amount is 0.
	Amount request.Money
	Priced bool
	// At is when the hold was made, which decides the windows of time that the money belongs to.
	At time.Time
}

// Fate is how a hold ended.
type Fate string

// The fates.
const (
	// Settled: the call was made, and its cost is known.
	Settled Fate = "settled"
	// Presumed: the provider may have charged for the call; Cost is the most it can be.
	Presumed Fate = "presumed"
	// Released: nothing can have been charged.
	Released Fate = "released"
)

// End is the end of a hold. The cost is exact where Usage is priced; a presumed cost is the hold's amount.
type End struct {
	Hold  int64
	Fate  Fate
	Usage request.Usage
	At    time.Time
}

// State is what a ledger goes on from.
type State struct {
	Accounts []Account
	// Held are the holds without an end, oldest first. Whoever made them is gone.
	Held []Hold
	// LastHold is the greatest ID of any hold, 0 if there was none.
	LastHold int64
}

// Sum is what the holds of one account came to.
type Sum struct {
	Account int64
	// Calls counts what was settled or presumed, Unpriced those of them whose cost nobody knows.
	Calls    int64
	Unpriced int64
	// Spent is the cost of what was settled, Presumed of what may have been charged.
	Spent    request.Money
	Presumed request.Money
	// Tokens of what was settled or presumed, disjoint as in request.Usage.
	InputTokens      int64
	CacheReadTokens  int64
	CacheWriteTokens int64
	OutputTokens     int64
}

// Add takes one more end into the sum.
func (s *Sum) Add(e *End) {
	switch e.Fate {
	case Settled:
		s.Spent += e.Usage.Cost
	case Presumed:
		s.Presumed += e.Usage.Cost
	default:
		return
	}
	s.Calls++
	if !e.Usage.Priced {
		s.Unpriced++
	}
	s.InputTokens += int64(e.Usage.InputTokens)
	s.CacheReadTokens += int64(e.Usage.CacheReadTokens)
	s.CacheWriteTokens += int64(e.Usage.CacheWrite5mTokens) + int64(e.Usage.CacheWrite1hTokens)
	s.OutputTokens += int64(e.Usage.OutputTokens)
}
