package policy

// RetryBudget bounds retries to a share of the traffic, so that a failing provider is not hit by a storm of them. Requests pay
// in, retries draw. The zero value lets no retry pass; use NewRetryBudget. It is not safe for concurrent use.
type RetryBudget struct {
	share   float64
	most    float64
	balance float64
}

// The defaults of NewRetryBudget.
const (
	DefaultRetryShare = 0.2
	DefaultRetryBurst = 50
)

// NewRetryBudget allows retries up to a share of the requests, and so many beyond that at the start and after a quiet time.
func NewRetryBudget(share float64, burst int) *RetryBudget {
	return &RetryBudget{share: share, most: float64(burst), balance: float64(burst)}
}

// Request pays in for a request that is not a retry.
func (b *RetryBudget) Request() { b.balance = min(b.most, b.balance+b.share) }

// Exhausted reports whether no retry may be made now.
func (b *RetryBudget) Exhausted() bool { return b.balance < 1 }

// Retry draws one retry. It reports false, and draws nothing, where the budget is exhausted.
func (b *RetryBudget) Retry() bool {
	if b.Exhausted() {
		return false
	}
	b.balance--
	return true
}
