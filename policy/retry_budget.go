package policy

import "math"

// RetryBudget bounds retries to a share of the traffic, so that a failing provider is not hit by a storm of them. Requests pay
// in; each Again for which Why is WhyRetry draws. Waits for rate limits and other targets are free. The zero value lets no
// retry pass; use NewRetryBudget. It is not safe for concurrent use.
type RetryBudget struct {
	// In millionths of a retry, so that shares add up exactly.
	share, most, balance int64
}

const oneRetry = 1_000_000

// The defaults of NewRetryBudget.
const (
	DefaultRetryShare = 0.2
	DefaultRetryBurst = 50
)

// NewRetryBudget allows retries up to a share of the requests, to a millionth, and so many beyond that at the start and after
// a quiet time; a burst below 1 lets none pass. A share above 1,000 counts as 1,000.
func NewRetryBudget(share float64, burst int) *RetryBudget {
	b := &RetryBudget{most: int64(min(max(0, burst), math.MaxInt32)) * oneRetry}
	if share > 0 { // not so for NaN
		b.share = int64(math.Round(min(share, 1000) * oneRetry))
	}
	b.balance = b.most
	return b
}

// Request pays in for a request that is not a retry.
func (b *RetryBudget) Request() { b.balance = min(b.most, b.balance+b.share) }

// Exhausted reports whether no retry may be made now.
func (b *RetryBudget) Exhausted() bool { return b.balance < oneRetry }

// Retry draws one retry. It reports false, and draws nothing, where the budget is exhausted.
func (b *RetryBudget) Retry() bool {
	if b.Exhausted() {
		return false
	}
	b.balance -= oneRetry
	return true
}
