package policy

import "time"

// ownWait is how long the failure itself asks to wait: what the provider said, else the backoff.
func (s *step) ownWait() time.Duration {
	if wait := s.last.Err.RetryAfter; wait > 0 {
		return wait
	}
	return s.rule.Backoff.Wait(s.history.streak(), s.history.Random)
}

// rest is how long a target rests from now on.
func (s *step) rest(target int) time.Duration {
	until := s.history.Candidates[target].RestsUntil
	if until.IsZero() {
		return 0
	}
	return max(0, until.Sub(s.now))
}

// spread prolongs a rest that many wait for by a random time, as far as the limits allow.
func (s *step) spread(rest time.Duration) time.Duration {
	later := rest + time.Duration(s.history.Random*float64(min(s.policy.Spread, rest/10)))
	if later < rest || s.tooLong(later) {
		return rest
	}
	return later
}

// tooLong reports that a wait would end at the deadline or after it, or, between attempts, go beyond MaxWait.
func (s *step) tooLong(wait time.Duration) bool {
	deadline := s.history.Deadline
	return !deadline.IsZero() && !s.now.Add(wait).Before(deadline) || s.last != nil && wait > 0 && wait > s.policy.MaxWait-s.waited
}
