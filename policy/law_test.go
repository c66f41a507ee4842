package policy_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// life drives one request through a policy, whatever happens to it, as a router would, and checks every decision.
type life struct {
	*rapid.T
	policy *policy.Policy
	h      policy.History
	start  time.Time
	now    time.Time
}

func TestWhateverHappensTheLawsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{T: t, policy: drawPolicy(t), start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
		l.now = l.start
		l.h.Candidates = rapid.SliceOfN(rapid.Custom(l.candidate), 0, 5).Draw(t, "candidates")
		if rapid.Bool().Draw(t, "has a deadline") {
			l.h.Deadline = l.start.Add(rapid.Custom(drawWait).Draw(t, "deadline"))
		}
		if err := l.policy.Validate(); err != nil {
			t.Fatal(err)
		}
		for l.decide() {
		}
	})
}

func drawPolicy(t *rapid.T) *policy.Policy {
	p := policy.Default()
	p.MaxAttempts = rapid.IntRange(0, 8).Draw(t, "max attempts")
	p.MaxRetries = rapid.IntRange(0, 6).Draw(t, "max retries")
	p.MaxWait = rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, time.Hour, math.MaxInt64}).Draw(t, "max wait")
	p.Spread = rapid.Custom(drawWait).Draw(t, "spread")
	p.StopIfBilled = rapid.Bool().Draw(t, "stop if billed")
	if rapid.Bool().Draw(t, "other vendors allowed") {
		p.AllowOtherVendor()
	}
	for _, class := range []request.Class{request.ClassRateLimit, request.ClassTransient} {
		rule := p.Rules[class]
		rule.First = policy.Fallback(rapid.IntRange(0, 31).Draw(t, string(class)+" goes first to"))
		p.Rules[class] = rule
	}
	return p
}

// drawWait gives waits of all sizes, up to the longest that there is.
func drawWait(t *rapid.T) time.Duration {
	return rapid.OneOf(
		rapid.SampledFrom([]time.Duration{0, 1, time.Second, time.Minute, time.Hour, math.MaxInt64}),
		rapid.Map(rapid.Int64Range(0, int64(2*time.Minute)), func(n int64) time.Duration { return time.Duration(n) }),
	).Draw(t, "wait")
}

func (l *life) candidate(t *rapid.T) policy.Candidate {
	c := policy.Candidate{
		Provider:      rapid.SampledFrom([]string{"openai", "anthropic"}).Draw(t, "provider"),
		Model:         rapid.SampledFrom([]string{"small", "large"}).Draw(t, "model"),
		Key:           rapid.SampledFrom([]string{"1", "2"}).Draw(t, "key"),
		ContextTokens: rapid.SampledFrom([]int{0, 8000, 100_000}).Draw(t, "context"),
		Cost:          request.Money(rapid.Int64Range(0, 3).Draw(t, "cost")),
		Priced:        rapid.Bool().Draw(t, "priced"),
		Out:           rapid.IntRange(0, 5).Draw(t, "out") == 0,
	}
	if rapid.Bool().Draw(t, "rests") {
		c.RestsUntil = l.start.Add(rapid.Custom(drawWait).Draw(t, "rest"))
	}
	return c
}

var classes = []request.Class{
	request.ClassUnknown, request.ClassRateLimit, request.ClassOverloaded, request.ClassQuota, request.ClassAuth,
	request.ClassPermission, request.ClassNotFound, request.ClassInvalid, request.ClassContextLength, request.ClassContentPolicy,
	request.ClassTransient, request.ClassTimeout, request.ClassTruncated, request.ClassCanceled, request.ClassBudget, "made_up",
}

func drawFailure(t *rapid.T) *request.Error {
	e := &request.Error{
		// Rate limits and failures of the server come more often, or no request would live long.
		Class:       rapid.SampledFrom(append(slices.Repeat([]request.Class{request.ClassRateLimit, request.ClassTransient}, 8), classes...)).Draw(t, "class"),
		MaybeBilled: rapid.IntRange(0, 4).Draw(t, "billed") == 0,
	}
	switch e.Class {
	case request.ClassQuota:
		e.Reason = rapid.SampledFrom([]request.Reason{"", request.ReasonDaily, request.ReasonKey, request.ReasonProject}).Draw(t, "reason")
	case request.ClassInvalid:
		e.Reason = rapid.SampledFrom([]request.Reason{"", request.ReasonTooLarge, request.ReasonConflict}).Draw(t, "reason")
	}
	if rapid.Bool().Draw(t, "has a hint") {
		e.RetryAfter = rapid.Custom(drawWait).Draw(t, "hint")
	}
	switch rapid.IntRange(0, 5).Draw(t, "explicit word") {
	case 0:
		e.ShouldRetry = new(true)
	case 1:
		e.ShouldRetry = new(false)
	}
	return e
}

// decide takes one decision, checks it, and lets it come true. It reports whether the request goes on.
func (l *life) decide() bool {
	l.h.Random = rapid.Float64Range(0, math.Nextafter(1, 0)).Draw(l.T, "random")
	l.h.Exhausted = rapid.IntRange(0, 4).Draw(l.T, "exhausted") == 0
	before := l.h
	before.Candidates, before.Attempts = slices.Clone(l.h.Candidates), slices.Clone(l.h.Attempts)
	d := l.policy.Decide(&l.h, l.now)
	if diff := cmp.Diff(before, l.h); diff != "" {
		l.Fatalf("Decide changed the history: %s", diff)
	}
	if again := l.policy.Decide(&l.h, l.now); again != d {
		l.Fatalf("the same history was decided differently: %+v, then %+v", d, again)
	}
	l.check(d)
	l.apply(d)
	if d.Action == policy.Stop {
		return false
	}
	return l.send(d)
}

// apply has the target rest or go out.
func (l *life) apply(d policy.Decision) {
	if len(l.h.Attempts) == 0 {
		return
	}
	c := &l.h.Candidates[l.failed().Target]
	if until := l.now.Add(d.Rest); d.Rest > 0 && until.After(c.RestsUntil) {
		c.RestsUntil = until
	}
	c.Out = c.Out || d.Out
}

// send waits, has others disturb the targets meanwhile, and ends the attempt. It reports whether it was sent.
func (l *life) send(d policy.Decision) bool {
	if d.Wait > 1<<62 {
		return false // who drives does not live for two centuries
	}
	sent := l.now.Add(d.Wait)
	for i := range l.h.Candidates {
		c := &l.h.Candidates[i]
		switch rapid.IntRange(0, 9).Draw(l.T, "others") {
		case 0:
			c.RestsUntil = sent.Add(rapid.Custom(drawWait).Draw(l.T, "more rest"))
		case 1:
			c.Out = true
		case 2:
			c.RestsUntil, c.Out = time.Time{}, false
		}
	}
	waited := d.Wait
	if left := l.h.Candidates[d.Target].RestsUntil.Sub(sent); left > 0 && left < time.Hour {
		waited += left
	} else if left > 0 {
		return false // who drives gives up
	}
	l.now = l.now.Add(waited + rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Minute}).Draw(l.T, "latency"))
	a := policy.Attempt{Target: d.Target, Waited: waited}
	if rapid.IntRange(0, 9).Draw(l.T, "success") > 0 {
		a.Err = drawFailure(l.T)
	}
	l.h.Attempts = append(l.h.Attempts, a)
	l.h.HandedOut = rapid.IntRange(0, 19).Draw(l.T, "handed out") == 0
	return true
}

func (l *life) failed() *policy.Attempt { return &l.h.Attempts[len(l.h.Attempts)-1] }
