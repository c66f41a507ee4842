package policy_test

import (
	"testing"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// situations are those that a decision is measured in: the one before the first attempt and the one after a success are on
// every request's way.
func situations() map[string]*policy.History {
	limited := &request.Error{Class: request.ClassRateLimit, RetryAfter: 30 * time.Second}
	broken := &request.Error{Class: request.ClassTransient}
	targets := []policy.Candidate{
		{Provider: "openai", Model: "small", Key: "1"}, {Provider: "openai", Model: "small", Key: "2"}, {Provider: "anthropic", Model: "large", Key: "1"},
	}
	history := func(errs ...*request.Error) *policy.History {
		h := &policy.History{Candidates: targets, Deadline: noon.Add(time.Hour), Random: 0.5}
		for _, err := range errs {
			h.Attempts = append(h.Attempts, policy.Attempt{Err: err})
		}
		return h
	}
	return map[string]*policy.History{
		"arrives": history(), "success": history(nil), "success after a failure": history(broken, nil),
		"rate limit": history(limited), "failure": history(broken), "fallback": history(broken, broken, broken),
		"quota": history(&request.Error{Class: request.ClassQuota, Reason: request.ReasonProject}),
	}
}

func BenchmarkDecide(b *testing.B) {
	p := policy.Default()
	for name, h := range situations() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Decide(h, noon)
			}
		})
	}
}

func BenchmarkOrders(b *testing.B) {
	for name, o := range map[string]policy.Order{
		"weighted": policy.Weighted(), "least busy": policy.LeastBusy(), "lowest cost": policy.LowestCost(), "sticky": policy.Sticky(nil),
		"capable": policy.Capable(),
	} {
		b.Run(name, func(b *testing.B) {
			q, candidates := query(), make([]int, 4)
			q.Request.PromptCacheKey = "key"
			b.ReportAllocs()
			for b.Loop() {
				copy(candidates, []int{0, 1, 2, 3})
				o.Arrange(q, candidates)
			}
		})
	}
}

func TestDecidingAllocatesNothing(t *testing.T) {
	p := policy.Default()
	for name, h := range situations() {
		if n := testing.AllocsPerRun(100, func() { p.Decide(h, noon) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
