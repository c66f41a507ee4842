package policy

import (
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Action is what to do next with a request.
type Action uint8

const (
	// Stop gives the request up, or is done with it: Why tells which.
	Stop Action = iota
	// Again sends it to the same target, Next to another, both after Wait.
	Again
	Next
)

// Decision is what to do next. It concerns one request but for Rest and Out, which concern all who use the target that failed.
type Decision struct {
	Action Action
	// Target is an index into History.Candidates; -1 with Stop.
	Target int
	// Wait is how long to wait before sending. It includes the rest that the target has at the time of the decision.
	Wait time.Duration
	// Rest is how long nobody may send to the target that failed; Out, that nobody may until somebody says that it works again.
	Rest time.Duration
	Out  bool
	// Why is one of the Why constants.
	Why Why
}

// Why is the ground of a decision, for logs and tests.
type Why string

// The grounds.
const (
	WhyDone      Why = "done"
	WhyFirst     Why = "first"
	WhyRetry     Why = "retry"
	WhyWait      Why = "wait"
	WhyFallback  Why = "fallback"
	WhyRule      Why = "rule"       // the rule for the error allows nothing more, or there is nowhere to go
	WhyAttempts  Why = "attempts"   // MaxAttempts or MaxRetries is used up
	WhyDeadline  Why = "deadline"   // what could be done would come too late, or wait longer than MaxWait
	WhyHandedOut Why = "handed_out" // a part of the answer is with the caller
	WhyBudget    Why = "budget"     // traffic has had its share of retries
	WhyNowhere   Why = "nowhere"    // no candidate may be used
)

// Decide says what to do next with a request, at a time. It changes nothing and allocates nothing.
func (p *Policy) Decide(h *History, now time.Time) Decision {
	if len(h.Attempts) == 0 {
		return p.first(h, now)
	}
	last := &h.Attempts[len(h.Attempts)-1]
	if last.Err == nil {
		return Decision{Target: -1, Why: WhyDone}
	}
	s := step{policy: p, history: h, now: now, last: last, rule: p.rule(last.Err)}
	s.tally()
	d := s.next()
	d.Rest, d.Out = s.effect()
	return d
}

// first picks the first target: the first that may be used now, else the one that rests the shortest.
func (p *Policy) first(h *History, now time.Time) Decision {
	s := step{policy: p, history: h, now: now}
	return s.goTo(WhyFirst, func(int) bool { return true })
}

// step is one decision after a failure.
type step struct {
	policy  *Policy
	history *History
	now     time.Time
	last    *Attempt
	rule    Rule
	// failures are those that count, in all and on the last target; waited is the sum of waits for rate limits.
	failures, here int
	waited         time.Duration
}

// tally counts what the limits are on.
func (s *step) tally() {
	for i := range s.history.Attempts {
		a := &s.history.Attempts[i]
		if a.Err != nil && s.policy.rule(a.Err).Free {
			continue
		}
		s.failures++
		if a.Target == s.last.Target {
			s.here++
		}
	}
	for i := 1; i < len(s.history.Attempts); i++ {
		if before := s.history.Attempts[i-1].Err; before != nil && s.policy.rule(before).Free {
			s.waited += s.history.Attempts[i].Waited
		}
	}
}

func (s *step) next() Decision {
	switch {
	case s.history.HandedOut:
		return stop(WhyHandedOut)
	case len(s.history.Attempts) >= s.policy.MaxAttempts, !s.rule.Free && s.failures > s.policy.MaxRetries:
		return stop(WhyAttempts)
	}
	if s.rule.Elsewhere {
		if d := s.elsewhere(); d.Action != Stop {
			return d
		}
	}
	again := s.again()
	if again.Action != Stop || s.rule.Elsewhere {
		return again
	}
	if d := s.elsewhere(); d.Action != Stop || again.Why == WhyRule {
		return d
	}
	return again
}

// again tries the same target once more, if the rule and the time allow it.
func (s *step) again() Decision {
	switch {
	case s.rule.Effect == Out, !s.rule.Free && s.here > s.rule.Retries:
		return stop(WhyRule)
	case !s.rule.Free && s.history.Exhausted:
		return stop(WhyBudget)
	}
	wait := s.wait()
	if s.tooLong(wait) {
		return stop(WhyDeadline)
	}
	d := Decision{Action: Again, Target: s.last.Target, Wait: wait, Why: WhyRetry}
	if s.rule.Free {
		d.Why = WhyWait
	}
	return d
}

// wait is what the provider asked for, else the backoff; and never less than the rest of the target.
func (s *step) wait() time.Duration {
	wait := s.last.Err.RetryAfter
	if wait <= 0 {
		wait = s.rule.Backoff.Wait(s.history.streak(), s.history.Random)
	}
	return max(wait, s.history.Candidates[s.last.Target].RestsUntil.Sub(s.now))
}

// tooLong reports that a wait would end after the deadline, or use up MaxWait.
func (s *step) tooLong(wait time.Duration) bool {
	deadline := s.history.Deadline
	return !deadline.IsZero() && !s.now.Add(wait).Before(deadline) || s.rule.Free && s.waited+wait > s.policy.MaxWait
}

// elsewhere moves on to a target that has not been tried, if the rule names a place: keys first, then models.
func (s *step) elsewhere() Decision {
	if s.rule.Fallback == Nowhere {
		return stop(WhyRule)
	}
	if s.history.Exhausted && !s.rule.Free {
		return stop(WhyBudget)
	}
	if s.rule.Fallback&OtherKey != 0 {
		if d := s.goTo(WhyFallback, s.otherKey); d.Action != Stop {
			return d
		}
	}
	return s.goTo(WhyFallback, s.otherModel)
}

func (s *step) otherKey(target int) bool {
	failed := &s.history.Candidates[s.last.Target]
	return failed.sameModel(&s.history.Candidates[target])
}

func (s *step) otherModel(target int) bool {
	to, failed := &s.history.Candidates[target], &s.history.Candidates[s.last.Target]
	places := s.rule.Fallback
	switch {
	case places&OtherModel != 0:
		return true
	case places&LargerContext != 0 && to.ContextTokens > failed.ContextTokens && failed.ContextTokens > 0:
		return true
	case places&OtherVendor != 0 && to.Provider != failed.Provider:
		return true
	}
	return places&Cheaper != 0 && to.Priced && failed.Priced && to.Cost < failed.Cost
}

// goTo picks the first untried target that fits and may be used now, else the one that rests the shortest.
func (s *step) goTo(why Why, fits func(target int) bool) Decision {
	best, rest := -1, time.Duration(0)
	for i := range s.history.Candidates {
		c := &s.history.Candidates[i]
		if c.Out || s.history.tried(i) || !fits(i) {
			continue
		}
		left := max(0, c.RestsUntil.Sub(s.now))
		if best < 0 || left < rest {
			best, rest = i, left
		}
	}
	switch {
	case best < 0:
		return stop(WhyNowhere)
	case rest > 0 && s.tooLong(rest):
		return stop(WhyDeadline)
	}
	return Decision{Action: Next, Target: best, Wait: rest, Why: why}
}

// effect is what the failure means for the target.
func (s *step) effect() (rest time.Duration, out bool) {
	switch s.rule.Effect {
	case Rests:
		return s.last.Err.RetryAfter, false
	case Out:
		return 0, true
	}
	return 0, false
}

func stop(why Why) Decision { return Decision{Target: -1, Why: why} }

// classes that the target's health is judged by: the failures that are its own.
func ofTarget(class request.Class) bool {
	switch class {
	case request.ClassTransient, request.ClassTimeout, request.ClassTruncated, request.ClassOverloaded, request.ClassUnknown:
		return true
	}
	return false
}
