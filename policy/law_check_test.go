package policy_test

import (
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// check holds one decision against the laws, which are written here without regard to how the engine works.
func (l *life) check(d policy.Decision) {
	if d.Action == policy.Stop {
		if d.Target != -1 || d.Wait != 0 {
			l.Fatalf("a stop names a target or a wait: %+v", d)
		}
		l.checkStop(d)
		return
	}
	l.checkTime(d)
	if to := l.h.Candidates[d.Target]; to.Out {
		l.Fatalf("sent to a target that is out: %+v", d)
	}
	if len(l.h.Attempts) == 0 {
		return
	}
	l.checkLimits(d)
	l.checkPlace(d)
}

// checkTime: no send before the target's rest is over nor before the failure's own wait, none at the deadline or after it,
// and no waiting beyond the limit.
func (l *life) checkTime(d policy.Decision) {
	sent := l.now.Add(d.Wait)
	if d.Wait < 0 || sent.Before(l.h.Candidates[d.Target].RestsUntil) {
		l.Fatalf("sent while the target rests: %+v", d)
	}
	if !l.h.Deadline.IsZero() && !sent.Before(l.h.Deadline) {
		l.Fatalf("sent at the deadline or after it: %+v", d)
	}
	total := d.Wait
	for i, a := range l.h.Attempts {
		if i > 0 {
			total += a.Waited
		}
	}
	if len(l.h.Attempts) > 0 && d.Wait > 0 && (total < 0 || total > l.policy.MaxWait) {
		l.Fatalf("waits for %v in all: %+v", total, d)
	}
	if d.Action == policy.Again && d.Wait < l.failed().Err.RetryAfter {
		l.Fatalf("the provider's wait is cut short: %+v", d)
	}
}

func (l *life) checkLimits(d policy.Decision) {
	last := l.failed()
	counted := 0
	for _, a := range l.h.Attempts {
		if a.Err == nil {
			l.Fatalf("sent after a success: %+v", d)
		}
		if !waitsFree(a.Err) {
			counted++
		}
	}
	switch {
	case l.h.HandedOut:
		l.Fatalf("sent after a part was handed out: %+v", d)
	case len(l.h.Attempts) >= max(1, l.policy.MaxAttempts):
		l.Fatalf("more than %d attempts: %+v", l.policy.MaxAttempts, d)
	case !waitsFree(last.Err) && counted > l.policy.MaxRetries:
		l.Fatalf("more than %d retries: %+v", l.policy.MaxRetries, d)
	case l.policy.StopIfBilled && last.Err.MaybeBilled:
		l.Fatalf("sent again what may be billed: %+v", d)
	case l.h.Exhausted && d.Action == policy.Again && !waitsFree(last.Err):
		l.Fatalf("a retry beyond its share of the traffic: %+v", d)
	}
}

// waitsFree tells failures that use up no retries.
func waitsFree(e *request.Error) bool {
	return e.Class == request.ClassRateLimit && (e.ShouldRetry == nil || *e.ShouldRetry)
}

// checkPlace: where a request goes is where the last failure lets it go, and never where quota or auth took it away from.
func (l *life) checkPlace(d policy.Decision) {
	last := l.failed()
	if (d.Action == policy.Again) != (d.Target == last.Target) {
		l.Fatalf("the action does not fit its target: %+v", d)
	}
	var there *request.Error // the last failure there
	for _, a := range l.h.Attempts {
		if a.Target != d.Target {
			continue
		}
		if there = a.Err; there.Class == request.ClassQuota || there.Class == request.ClassAuth {
			l.Fatalf("sent to a target again that failed of %s: %+v", there.Class, d)
		}
	}
	if there != nil && d.Action == policy.Next && !waitsFree(there) {
		l.Fatalf("went back to a target that failed of %s: %+v", there.Class, d)
	}
	if d.Action == policy.Next && !l.mayGo(last, &l.h.Candidates[d.Target]) {
		l.Fatalf("went elsewhere from %s to %+v: %+v", last.Err.Class, l.h.Candidates[d.Target], d)
	}
}

// mayGo is the column of places of the table of classes, once more.
func (l *life) mayGo(last *policy.Attempt, to *policy.Candidate) bool {
	from := &l.h.Candidates[last.Target]
	otherKey := to.Provider == from.Provider && to.Model == from.Model && to.Key != from.Key
	switch last.Err.Class {
	case request.ClassAuth:
		return otherKey
	case request.ClassQuota:
		return last.Err.Reason != request.ReasonKey || otherKey
	case request.ClassContextLength:
		return to.ContextTokens > from.ContextTokens && from.ContextTokens > 0
	case request.ClassBudget:
		return to.Priced && from.Priced && to.Cost < from.Cost
	case request.ClassContentPolicy:
		return to.Provider != from.Provider && l.policy.Rules[request.ClassContentPolicy].Fallback == policy.OtherVendor
	case request.ClassInvalid, request.ClassCanceled, "made_up":
		return false
	}
	return true
}

// checkStop: a request is not given up while the plainest reading of the rules lets it go on.
func (l *life) checkStop(d policy.Decision) {
	if len(l.h.Attempts) == 0 {
		for _, c := range l.h.Candidates {
			if !c.Out && !c.RestsUntil.After(l.now) && (l.h.Deadline.IsZero() || l.now.Before(l.h.Deadline)) {
				l.Fatalf("stopped although a target is ready: %+v", d)
			}
		}
		return
	}
	last := l.failed()
	if last.Err == nil || len(l.h.Attempts) > 1 || l.h.HandedOut || l.policy.MaxAttempts < 2 || l.policy.StopIfBilled && last.Err.MaybeBilled {
		return
	}
	wait := max(last.Err.RetryAfter, time.Minute, l.h.Candidates[last.Target].RestsUntil.Sub(l.now))
	inTime := (l.h.Deadline.IsZero() || l.now.Add(wait).Before(l.h.Deadline)) && wait <= l.policy.MaxWait
	if waitsFree(last.Err) && inTime && !l.h.Candidates[last.Target].Out {
		l.Fatalf("a rate limit was not waited for: %+v", d)
	}
}
