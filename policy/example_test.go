package policy_test

import (
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/request"
)

// A rate limit is waited for, unless the deadline forbids it: then the request goes elsewhere at once.
func ExamplePolicy_Decide() {
	p := policy.Default()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	h := policy.History{
		Candidates: []policy.Candidate{{Provider: "openai", Model: "gpt-5-mini"}, {Provider: "anthropic", Model: "claude-haiku-4-5"}},
		Attempts:   []policy.Attempt{{Target: 0, Err: &request.Error{Class: request.ClassRateLimit, RetryAfter: 30 * time.Second}}},
	}

	d := p.Decide(&h, now)
	fmt.Println(d.Action, h.Candidates[d.Target].Provider, "after", d.Wait)

	h.Deadline = now.Add(10 * time.Second)
	d = p.Decide(&h, now)
	fmt.Println(d.Action, h.Candidates[d.Target].Provider, "after", d.Wait)
	// Output:
	// again openai after 30s
	// next anthropic after 0s
}

// Rules are data.
func ExampleDefault() {
	p := policy.Default().AllowOtherVendor()
	rule := p.Rules[request.ClassRateLimit]
	rule.First = policy.OtherModel // do not wait while another target is free
	p.Rules[request.ClassRateLimit] = rule
	fmt.Println(p.Validate())
	// Output: <nil>
}

// The cheapest target that can serve the request, but the same one for all requests of a tenant among equals.
func ExampleSequence() {
	o := policy.Sequence(policy.Sticky(nil), policy.LowestCost(), policy.Capable())
	q := &policy.Query{
		Request: &request.Request{Tools: []request.Tool{{Name: "weather"}}},
		Targets: []policy.Target{
			{Name: "cheap", Can: request.Capabilities{Known: true}},
			{Name: "dear", Can: request.Capabilities{Known: true, Tools: true}},
			{Name: "fair", Can: request.Capabilities{Known: true, Tools: true}},
		},
		Cost: func(target int) (request.Money, bool) { return []request.Money{1, 9, 5}[target] * request.Cent, true },
	}
	for _, i := range o.Arrange(q, []int{0, 1, 2}) {
		fmt.Println(q.Targets[i].Name)
	}
	// Output:
	// fair
	// dear
}
