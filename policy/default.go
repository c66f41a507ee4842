package policy

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Default returns a policy of its own for each caller, to be edited:
//
//   - Failures of the network and the server are tried again twice, with backoff, and then elsewhere; what nobody classified,
//     once. Where the provider names a wait, everybody waits.
//   - A rate limit is waited for as long as the provider says, at most an hour in all, unless another key of the same model is
//     free sooner. Where a deadline forbids the wait, the request goes elsewhere at once.
//   - Money that is used up and keys that are refused take the target out, until the day that the provider named if it named
//     one; the request goes to another key or target.
//   - A prompt that is too long goes to a larger model; content that a vendor declined goes nowhere (see AllowOtherVendor).
//   - What the request itself is to blame for is given up.
//
// A request has at most 20 attempts in all, of which 3 may follow failures that are not rate limits.
func Default() *Policy {
	quick := Backoff{Base: 500 * time.Millisecond, Max: 30 * time.Second}
	patient := Backoff{Base: time.Second, Max: 10 * time.Minute}
	again := Rule{Retries: 2, Backoff: quick, Fallback: OtherModel, Effect: Rests}
	return &Policy{
		MaxAttempts: 20, MaxRetries: 3, MaxWait: time.Hour, Spread: 10 * time.Second,
		Rules: map[request.Class]Rule{
			request.ClassRateLimit:  {Free: true, Backoff: patient, First: OtherKey, Fallback: OtherModel, Effect: Rests},
			request.ClassOverloaded: {Retries: 2, Backoff: Backoff{Base: 2 * time.Second, Max: time.Minute}, Fallback: OtherModel, Effect: Rests},
			request.ClassTransient:  again,
			request.ClassTimeout:    again,
			request.ClassTruncated:  again,
			request.ClassUnknown:    {Retries: 1, Backoff: quick, Fallback: OtherModel, Effect: Rests},

			request.ClassQuota:         {Fallback: OtherModel, Effect: OutUntil},
			request.ClassAuth:          {Fallback: OtherKey, Effect: Out},
			request.ClassPermission:    {Fallback: OtherModel},
			request.ClassNotFound:      {Fallback: OtherModel},
			request.ClassContextLength: {Fallback: LargerContext},
			request.ClassBudget:        {Fallback: Cheaper},
			request.ClassContentPolicy: {},
			request.ClassInvalid:       {},
			request.ClassCanceled:      {},
		},
		Reasons: map[request.Reason]Rule{
			request.ReasonInFlight:   {Free: true, Backoff: patient, Effect: Rests},
			request.ReasonAboveLimit: {Fallback: LargerContext},
			request.ReasonConflict:   {Retries: 1, Backoff: quick},
			request.ReasonProject:    {Fallback: OtherKey | OtherModel, Effect: OutUntil},
			request.ReasonKey:        {Fallback: OtherKey, Effect: OutUntil},
		},
	}
}

// AllowOtherVendor lets content that one vendor declined be sent to another. It returns the policy.
func (p *Policy) AllowOtherVendor() *Policy {
	if p.Rules == nil {
		p.Rules = map[request.Class]Rule{}
	}
	rule := p.Rules[request.ClassContentPolicy]
	rule.Fallback |= OtherVendor
	p.Rules[request.ClassContentPolicy] = rule
	return p
}
