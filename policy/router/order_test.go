package router_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// named makes targets of clients, named a, b and so on.
func named(clients ...*fake.Client) []router.Target {
	targets := make([]router.Target, len(clients))
	for i, c := range clients {
		targets[i] = router.Target{Name: string(rune('a' + i)), Client: c, Key: string(rune('a' + i))}
	}
	return targets
}

func TestChanceGoesByTheSeed(t *testing.T) {
	draw := func(seed uint64) (drawn string) {
		targets := named(script(answer), script(answer), script(answer))
		targets[1].Weight = 3
		r := open(t, router.Config{Targets: targets, Order: policy.Weighted(), Seed: seed})
		for range 100 {
			drawn += keys(ask(t, r).Attempts)
		}
		return drawn
	}
	if d := cmp.Diff(draw(1), draw(1)); d != "" {
		t.Errorf("the same seed drew otherwise:\n%s", d)
	}
	if draw(1) == draw(2) {
		t.Error("another seed drew the same")
	}
}

func TestRoundRobin(t *testing.T) {
	r := open(t, router.Config{Targets: named(script(answer), script(answer), script(answer)), Order: policy.RoundRobin()})
	got := ""
	for range 6 {
		got += keys(ask(t, r).Attempts)
	}
	if got != "abcabc" {
		t.Errorf("went round as %s", got)
	}
}

func TestLatencyIsMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := fake.Reply{Text: "yes, sir", TTFT: time.Second, Pace: time.Second, Latency: 5 * time.Second}
		quick := fake.Reply{Text: "yes, sir", TTFT: 2 * time.Second, Pace: time.Millisecond, Latency: time.Second}
		for name, c := range map[string]struct {
			order policy.Order
			want  string
		}{
			"latency": {policy.LowestLatency(), "b"}, "TTFT": {policy.LowestTTFT(), "a"}, "per token": {policy.LowestPerToken(), "b"},
		} {
			r := open(t, router.Config{Targets: named(script(slow), script(quick)), Order: c.order})
			for range 4 { // each is measured once before one is preferred
				if _, err := read(r.Stream(t.Context(), question("?"))); err != nil {
					t.Fatal(err)
				}
			}
			if got := keys(ask(t, r).Attempts); got != c.want {
				t.Errorf("by %s %s is preferred, want %s; stats %+v", name, got, c.want, r.Stats().Targets)
			}
		}
	})
}

func TestTheLeastBusyTargetIsPreferred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := fake.Reply{Text: "yes", Latency: time.Second}
		a, b := script(slow), script(slow)
		r := open(t, router.Config{Targets: named(a, b), Order: policy.LeastBusy()})
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				ask(t, r)
			})
		}
		all.Wait()
		if a.Peak() != 5 || b.Peak() != 5 {
			t.Errorf("%d and %d at once, want 5 each", a.Peak(), b.Peak())
		}
	})
}

func TestOrdersByCostAndCapability(t *testing.T) {
	can := func(vision bool) *fake.Client {
		return fake.New(fake.Config{Capabilities: func(string) request.Capabilities {
			return request.Capabilities{Known: true, Vision: vision, ContextTokens: 1000, Streaming: vision}
		}})
	}
	targets := named(can(false), can(true), can(true))
	for i, cost := range []request.Money{1, 3, 2} {
		targets[i].Cost = func(*request.Request) (request.Money, bool) { return cost, true }
	}
	r := open(t, router.Config{Targets: targets, Order: policy.Sequence(policy.LowestCost(), policy.Capable())})
	req := question("")
	req.Messages[0].Parts = []request.Part{request.ImagePart{URL: "https://example.com/cat.png"}}
	resp, err := r.Complete(t.Context(), req)
	if err != nil || keys(resp.Attempts) != "c" {
		t.Errorf("%v, %v; want the cheapest that can see", resp, err)
	}
	if got := keys(ask(t, r).Attempts); got != "a" {
		t.Errorf("a plain question went to %s, want the cheapest", got)
	}
	want := request.Capabilities{Known: true, Vision: true, ContextTokens: 1000, Streaming: true}
	if d := cmp.Diff(want, r.Capabilities("any")); d != "" {
		t.Errorf("capabilities (-want +got):\n%s", d)
	}
}

func TestUnknownCapabilitiesStayUnknown(t *testing.T) {
	known := fake.New(fake.Config{Capabilities: func(string) request.Capabilities { return request.Capabilities{Known: true} }})
	if got := open(t, router.Config{Targets: named(known, script())}).Capabilities(""); got.Known {
		t.Errorf("%+v; want unknown, as one target's are", got)
	}
}

func TestAnOrderThatLeavesNobody(t *testing.T) {
	nobody := policy.OrderFunc(func(*policy.Query, []int) []int { return nil })
	r := open(t, router.Config{Targets: named(script(answer), script(answer)), Order: nobody})
	if e := refused(t, t.Context(), r, request.ClassUnknown); e.Message != "not sent: the order leaves no target" {
		t.Error(e)
	}
}

func TestTokensAreCountedByTheFirstUsableTarget(t *testing.T) {
	counts := func(n int) *fake.Client {
		return fake.New(fake.Config{
			Rules: []fake.Rule{{Replies: []fake.Reply{fails(request.ClassAuth, 1), answer}}},
			Count: func(r *request.Request) (request.TokenCount, error) {
				return request.TokenCount{Tokens: n + len(r.Model)}, nil
			},
		})
	}
	r := over(t, counts(1), counts(2), router.Config{Policy: policy.Default()})
	for _, want := range []int{2, 3, 2} {
		got, err := r.CountTokens(t.Context(), question("?"))
		if err != nil || got.Tokens != want {
			t.Errorf("%d tokens, %v; want %d", got.Tokens, err, want)
		}
		_, _ = r.Complete(t.Context(), question("?")) // takes out the first, and then the second
	}
}
