package policy

import "time"

// goTo picks, of the targets that fit, the first that may be used now, else the one that rests the shortest. A nil fits takes
// all.
func (s *step) goTo(why Why, fits func(s *step, to *Candidate) bool) Decision {
	best, rest := -1, time.Duration(0)
	for i := range s.history.Candidates {
		c := &s.history.Candidates[i]
		if c.Out || s.spent(i) || fits != nil && !fits(s, c) {
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
	return Decision{Action: Next, Target: best, Wait: s.spread(rest), Why: why}
}

// spent reports that a request does not return to a target: it is there now, or it failed there. A target that only asked to
// wait is not spent: it rests, and may be used again when that is over.
func (s *step) spent(target int) bool {
	if s.last == nil {
		return false
	}
	if target == s.last.Target {
		return true
	}
	for i := len(s.history.Attempts) - 1; i >= 0; i-- {
		if a := &s.history.Attempts[i]; a.Target == target {
			return a.Err == nil || a.Err.RetryAfter <= 0 || !s.policy.rule(a.Err).Free
		}
	}
	return false
}

// candidate is the target that failed.
func (s *step) candidate() *Candidate { return &s.history.Candidates[s.last.Target] }

func (s *step) otherKey(to *Candidate) bool { return s.candidate().sameModel(to) }

func (s *step) otherModel(to *Candidate) bool {
	failed, places := s.candidate(), s.rule.Fallback
	switch {
	case places&OtherModel != 0:
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
