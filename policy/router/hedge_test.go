package router_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// after is an answer that takes a while, and costs an amount.
func after(d time.Duration, cost request.Money) fake.Reply {
	r := fake.Reply{Text: "yes", Latency: d, Usage: &request.Usage{OutputTokens: 1, Reported: true}}
	r.Usage.SetCost(cost)
	return r
}

func TestHedging(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b fake.Reply
		took time.Duration
		want []string
	}{
		{"not needed", after(time.Second, 3), after(0, 5), time.Second, []string{"first "}},
		{"wins", after(time.Minute, 3), after(time.Second, 5), 3 * time.Second, []string{"first canceled", "second "}},
		{"loses", after(3*time.Second, 3), after(time.Minute, 5), 3 * time.Second, []string{"second canceled", "first "}},
		{"fails", after(3*time.Second, 3), fails(request.ClassTransient, 9), 3 * time.Second, []string{"second transient", "first "}},
		{"saves", fake.Reply{Err: request.ErrTransient, Latency: 3 * time.Second}, after(4*time.Second, 5), 6 * time.Second,
			[]string{"first transient", "second "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b, start := script(c.a), script(c.b), time.Now()
				r := over(t, a, b, router.Config{Hedge: router.Hedge{Share: 1, After: 2 * time.Second}})
				resp := ask(t, r)
				if d := cmp.Diff(c.want, way(resp.Attempts)); d != "" || time.Since(start) != c.took {
					t.Errorf("took %v, want %v; attempts (-want +got):\n%s", time.Since(start), c.took, d)
				}
				if a.InFlight()+b.InFlight() != 0 {
					t.Error("a loser is still under way")
				}
				for _, target := range r.Stats().Targets {
					if target.InFlight != 0 {
						t.Errorf("%d in flight at %s", target.InFlight, target.Name)
					}
				}
			})
		})
	}
}

// Two answers at once are both paid for.
func TestAHedgeThatAlsoAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := over(t, stubborn{script(after(3*time.Second, 3))}, stubborn{script(after(2*time.Second, 5))}, router.Config{
			Hedge: router.Hedge{Share: 1, After: 2 * time.Second},
		})
		resp := ask(t, r)
		var cost request.Money
		for _, try := range resp.Attempts {
			if !try.Usage.Priced {
				t.Errorf("the attempt at %s has no cost", try.Provider)
			}
			cost += try.Usage.Cost
		}
		if d := cmp.Diff([]string{"second ", "first "}, way(resp.Attempts)); d != "" || cost != 8 || resp.Usage.Cost != 3 {
			t.Errorf("cost %d of which the answer's %d; attempts (-want +got):\n%s", cost, resp.Usage.Cost, d)
		}
	})
}

// stubborn does not hear when it is cancelled.
type stubborn struct{ request.Client }

func (s stubborn) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	return s.Client.Complete(context.WithoutCancel(ctx), req)
}

func TestBothHedgedAttemptsFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := fake.Reply{Err: request.ErrTransient, Latency: 3 * time.Second}
		a, b := script(slow, answer), script(fake.Reply{Err: request.ErrInvalid, Latency: 5 * time.Second})
		r := over(t, a, b, router.Config{Hedge: router.Hedge{Share: 1, After: 2 * time.Second}})
		e := refused(t, t.Context(), r, request.ClassInvalid) // the last failure decides
		if d := cmp.Diff([]string{"first transient", "second invalid"}, way(e.Attempts)); d != "" {
			t.Errorf("attempts (-want +got):\n%s", d)
		}
	})
}

func TestHedgingGoesByThe95thPercentile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		replies := make([]fake.Reply, 0, 21)
		for i := range 20 {
			replies = append(replies, after(time.Duration(20-i)*time.Second, 1)) // the slowest first: none is hedged
		}
		r := over(t, script(append(replies, after(time.Hour, 1))...), script(answer), router.Config{Hedge: router.Hedge{Share: 1}})
		for range 20 {
			ask(t, r)
		}
		start := time.Now()
		ask(t, r)
		if d, s := time.Since(start), r.Stats(); d != 19*time.Second || s.Targets[0].P95 != 19*time.Second {
			t.Errorf("hedged after %v with a p95 of %v, want 19s", d, s.Targets[0].P95)
		}
	})
}

func TestHedgesAreAShareOfTheTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := script(after(0, 1))
		r := over(t, script(after(time.Minute, 1)), b, router.Config{Hedge: router.Hedge{Share: 0.1, After: time.Second}})
		for range 300 {
			ask(t, r)
		}
		if n := len(b.Calls()); n < 30 || n > 40 || r.Stats().Hedges != int64(n) {
			t.Errorf("%d hedges for 300 requests, %d counted; want a tenth, and at most 10 more", n, r.Stats().Hedges)
		}
	})
}

func TestAHedgedRequestEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		never := after(time.Hour, 1)
		r := over(t, script(never), script(never), router.Config{Hedge: router.Hedge{Share: 1, After: time.Second}})
		e := refused(t, ctx, r, request.ClassTimeout)
		if len(e.Attempts) != 2 || time.Since(start) != 5*time.Second {
			t.Errorf("%d attempts within %v", len(e.Attempts), time.Since(start))
		}
	})
}
