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
	// MaxWait bounds the sum of waits under rules that are Free, such as those for rate limits. A wait that would go beyond it
	// is not begun. 0 is no waiting.
	MaxWait time.Duration
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
	// Elsewhere goes to another target at once, where there is one, before the same is tried again.
	Elsewhere bool
	// Effect is what the failure means for the target and so for everybody who uses it.
	Effect Effect
}

// Fallback is a set of places where a request may go after a failure.
type Fallback uint8

// The places. OtherKey is the same model with another key, OtherModel any other target, LargerContext one whose context is
// larger than that of the target that failed, OtherVendor one of another provider, Cheaper one that costs less for this
// request. Keys are tried before models.
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
	// Out: nobody sends to the target until somebody says that it works again.
	Out
)

// rule finds the rule for an error.
func (p *Policy) rule(e *request.Error) Rule {
	rule, ok := p.Reasons[e.Reason]
	if !ok || e.Reason == "" {
		rule = p.Rules[e.Class]
	}
	if e.ShouldRetry != nil {
		rule = p.ordered(rule, *e.ShouldRetry)
	}
	return rule
}

// ordered applies the provider's explicit word on whether to try again.
func (p *Policy) ordered(rule Rule, again bool) Rule {
	switch {
	case !again:
		rule.Retries, rule.Free = 0, false
	case rule.Retries == 0 && !rule.Free:
		transient := p.Rules[request.ClassTransient]
		rule.Retries, rule.Backoff = transient.Retries, transient.Backoff
	}
	return rule
}
