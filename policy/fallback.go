package policy

import "time"

// goTo picks, of the targets in a set of places, the first that may be used now, else the one that rests the shortest.
func (s *step) goTo(places Fallback, why Why) Decision {
	best, rest := -1, time.Duration(0)
	for i := range s.history.Candidates {
		if s.history.Candidates[i].Out || s.spent(i) || !s.lies(i, places) {
			continue
		}
		if left := s.rest(i); best < 0 || left < rest {
			best, rest = i, left
		}
	}
	switch {
	case best < 0:
		return stop(WhyNowhere)
	case s.tooLong(rest):
		return stop(WhyDeadline)
	}
	if s.lastAt(best) == nil {
		rest = s.spread(rest)
	}
	return Decision{Action: Next, Target: best, Wait: rest, Why: why}
}

// spent reports that a request does not return to a target: it is there now, or it failed there. A target that only asked to
// wait is not spent: it rests, and may be used again when that is over.
func (s *step) spent(target int) bool {
	a := s.lastAt(target)
	return a != nil && (a == s.last || a.Err == nil || a.Err.RetryAfter <= 0 || !s.policy.rule(a.Err).Free)
}

// lastAt is the last attempt at a target, or nil.
func (s *step) lastAt(target int) *Attempt {
	for i := len(s.history.Attempts) - 1; i >= 0; i-- {
		if a := &s.history.Attempts[i]; a.Target == target {
			return a
		}
	}
	return nil
}

// candidate is the target that failed.
func (s *step) candidate() *Candidate { return &s.history.Candidates[s.last.Target] }

// lies reports whether a target is in a set of places, as seen from the one that failed.
func (s *step) lies(target int, places Fallback) bool {
	if places&OtherModel != 0 {
		return true
	}
	to, failed := &s.history.Candidates[target], s.candidate()
	switch {
	case places&OtherKey != 0 && failed.sameModel(to):
		return true
	case places&LargerContext != 0 && to.ContextTokens > failed.ContextTokens && failed.ContextTokens > 0:
		return true
	case places&OtherVendor != 0 && !s.asked(to.Provider):
		return true
	}
	return places&Cheaper != 0 && to.Priced && failed.Priced && to.Cost < failed.Cost
}

// asked reports whether the request was at a vendor before.
func (s *step) asked(provider string) bool {
	for i := range s.history.Attempts {
		if s.history.Candidates[s.history.Attempts[i].Target].Provider == provider {
			return true
		}
	}
	return false
}
