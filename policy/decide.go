package policy

import "time"

// Action is what to do next with a request.
type Action uint8

const (
	// Stop gives the request up, or is done with it: Why tells which.
	Stop Action = iota
	// Again sends it to the same target, Next to another, both after Wait.
	Again
	Next
)

// String gives "stop", "again" or "next".
func (a Action) String() string { return [...]string{"stop", "again", "next"}[a] }

// Decision is what to do next. It concerns one request but for Rest and Out, which concern all who use the target that failed.
type Decision struct {
	Action Action
	// Target is an index into History.Candidates; -1 with Stop.
	Target int
	// Wait is how long to wait before sending. It includes the rest that the target has at the time of the decision; who waits
	// looks again before sending, for others may have prolonged it.
	Wait time.Duration
	// Free: the failure before it counts as no retry.
	Free bool
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
	WhyWait      Why = "wait" // again, under a rule that is Free
	WhyFallback  Why = "fallback"
	WhyRule      Why = "rule"       // the rule for the error allows nothing more
	WhyAttempts  Why = "attempts"   // MaxAttempts or MaxRetries is used up
	WhyDeadline  Why = "deadline"   // what could be done would come too late, or wait longer than MaxWait
	WhyHandedOut Why = "handed_out" // a part of the answer is with the caller
	WhyBilled    Why = "billed"     // sending again might be billed twice
	WhyBudget    Why = "budget"     // traffic has had its share of retries
	WhyNowhere   Why = "nowhere"    // no candidate may be used
)

// Decide says what to do next with a request, at a time. It changes nothing and allocates nothing.
func (p *Policy) Decide(h *History, now time.Time) Decision {
	if len(h.Attempts) == 0 {
		s := step{policy: p, history: h, now: now}
		return s.goTo(OtherModel, WhyFirst)
	}
	last := &h.Attempts[len(h.Attempts)-1]
	if last.Err == nil {
		return stop(WhyDone)
	}
	s := step{policy: p, history: h, now: now, last: last, rule: p.rule(last.Err)}
	s.tally()
	d := s.next()
	d.Rest, d.Out = s.effect()
	d.Free = s.rule.Free
	return d
}

// step is one decision. After a failure, last is the attempt that failed and rule the one for its error; before the first
// attempt there is neither.
type step struct {
	policy  *Policy
	history *History
	now     time.Time
	last    *Attempt
	rule    Rule
	// failures are those that count, in all and on the last target; waited is the sum of the waits between attempts.
	failures, here int
	waited         time.Duration
}

// tally counts what the limits are on.
func (s *step) tally() {
	for i := range s.history.Attempts {
		a := &s.history.Attempts[i]
		if i > 0 {
			s.waited += a.Waited
		}
		if a.Err != nil && s.policy.rule(a.Err).Free {
			continue
		}
		s.failures++
		if a.Target == s.last.Target {
			s.here++
		}
	}
}

func (s *step) next() Decision {
	switch {
	case s.history.HandedOut:
		return stop(WhyHandedOut)
	case s.policy.StopIfBilled && s.last.Err.MaybeBilled:
		return stop(WhyBilled)
	case len(s.history.Attempts) >= s.policy.MaxAttempts, !s.rule.Free && s.failures > s.policy.MaxRetries:
		return stop(WhyAttempts)
	}
	again := s.again()
	places := s.places(again)
	if again.Action != Stop && places == Nowhere {
		return again
	}
	there := s.elsewhere(places)
	switch {
	case there.Action == Stop && again.Why != WhyRule:
		return again
	case again.Action != Stop && again.Wait < there.Wait:
		return again
	}
	return there
}

// again tries the same target once more, if the rule and the time allow it.
func (s *step) again() Decision {
	switch {
	case s.rule.Effect >= Out, s.candidate().Out, !s.rule.Free && s.here > s.rule.Retries:
		return stop(WhyRule)
	case !s.rule.Free && s.history.Exhausted:
		return stop(WhyBudget)
	}
	wait, rest := s.ownWait(), s.rest(s.last.Target)
	if rest > wait {
		wait = s.spread(rest)
	}
	if s.tooLong(wait) {
		return stop(WhyDeadline)
	}
	d := Decision{Action: Again, Target: s.last.Target, Wait: wait, Why: WhyRetry}
	if s.rule.Free {
		d.Why = WhyWait
	}
	return d
}

// places are where the request may go instead of to the same target again. All that the rule names, if it can't be tried again
// or rests for longer than the failure asks, as one does that has failed others too; a rate limit is waited for.
func (s *step) places(again Decision) Fallback {
	if again.Action == Stop || !s.rule.Free && s.rest(s.last.Target) > s.ownWait() {
		return s.rule.Fallback
	}
	return s.rule.First
}

// elsewhere moves on to another target, if there is a place to go: keys that may be used now come first.
func (s *step) elsewhere(places Fallback) Decision {
	if places == Nowhere {
		return stop(WhyRule)
	}
	if places&OtherKey != 0 {
		if d := s.goTo(OtherKey, WhyFallback); d.Action != Stop && d.Wait == 0 {
			return d
		}
	}
	return s.goTo(places, WhyFallback)
}

// effect is what the failure means for the target.
func (s *step) effect() (rest time.Duration, out bool) {
	wait := s.last.Err.RetryAfter
	switch s.rule.Effect {
	case Rests:
		return wait, false
	case Out:
		return 0, true
	case OutUntil:
		return wait, wait <= 0
	}
	return 0, false
}

func stop(why Why) Decision { return Decision{Target: -1, Why: why} }
