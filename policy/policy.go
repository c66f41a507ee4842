// Package policy decides what becomes of a request that failed: again on the same target, on another one, or given up. It
// decides and does nothing else: no clock, no goroutine, no I/O. Time, randomness and the state of the targets come in as
// arguments, so that one engine serves the middleware in its folders and the dispatcher, and a decision can be replayed.
//
// Use retry and router, in the folders below, to have a client follow a policy. Use this package to write rules of your own.
package policy

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Policy is the rules by which requests are retried and moved, and the limits that hold over all of them. Begin with Default
// and edit it; the zero value never tries twice.
type Policy struct {
	// Rules says what to do about each class of error. A class without a rule is given up. Reasons refines them: a reason
	// found here counts for more than its class.
	Rules   map[request.Class]Rule
	Reasons map[request.Reason]Rule

	// MaxAttempts bounds all attempts of a request over all targets, whatever they failed of. 0 is one attempt.
	MaxAttempts int
	// MaxRetries bounds the failures that are tried again or elsewhere, but for those whose rule is Free. 0 is none.
	MaxRetries int
	// MaxWait bounds the sum of a request's waits between its attempts, whatever they are for. A wait that would go beyond it is
	// not begun, nor shortened. 0 is no waiting. Before its first attempt a request waits for a target as long as it has time.
	MaxWait time.Duration
	// Spread is the time within which those who wait for a target's rest are let go after it, at random, so that they do not
	// come all at once; at most a tenth of the rest is taken. The wait that a request was told itself is kept exactly.
	Spread time.Duration
	// StopIfBilled gives up what the provider may have billed (request.Error.MaybeBilled) instead of sending it again, so that
	// no answer is paid for twice. Timeouts and answers that broke off are then final.
	StopIfBilled bool
}

// Rule says what to do about one class of error.
type Rule struct {
	// Retries is how often in a row the same target is tried again.
	Retries int
	// Backoff is the wait before that where the provider named none. A wait that it named is honoured in full.
	Backoff Backoff
	// Free failures do not count against MaxRetries and Retries: the same request would have been served a moment later.
	// They have MaxWait instead.
	Free bool
	// Fallback is where the request may go when the same target is not tried again.
	Fallback Fallback
	// First is where the request goes before the same target is tried again, unless the same is free sooner.
	First Fallback
	// Effect is what the failure means for the target and so for everybody who uses it.
	Effect Effect
}

// Fallback is a set of places where a request may go after a failure.
type Fallback uint8

// The places. OtherKey is the same model with another key, OtherModel any other target in the order of the candidates,
// LargerContext one whose context is larger than that of the target that failed, OtherVendor one of a provider that the
// request was not at, Cheaper one that costs less for this request. Keys are tried before the others, if they may be used
// now. What is not known of a target, its context or its price, is never taken for larger or cheaper.
const (
	OtherKey Fallback = 1 << iota
	OtherModel
	LargerContext
	OtherVendor
	Cheaper

	Nowhere Fallback = 0
)

// Effect is what a failure means for a target.
type Effect uint8

const (
	// Unaffected: the failure was the request's own, or is counted by the target's [Health] alone.
	Unaffected Effect = iota
	// Rests: nobody sends to the target before the wait that the failure named has passed.
	Rests
	// Out: nobody sends to the target until somebody says that it works again. The request never returns to it.
	Out
	// OutUntil is Out, but only until the time that the failure named, if it named one.
	OutUntil
)
