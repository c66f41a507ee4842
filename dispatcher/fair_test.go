package dispatcher_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/providers/fake"
)

// shares is a hook that counts the tokens of answers, by tenant and second.
type shares struct {
	start time.Time
	mu    sync.Mutex
	used  map[string]map[int]int
}

func (s *shares) Resolved(_ context.Context, r dispatcher.Resolution) {
	if r.Response == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[r.Request.Tenant] == nil {
		s.used[r.Request.Tenant] = map[int]int{}
	}
	s.used[r.Request.Tenant][int(time.Since(s.start)/time.Second)] += r.Response.Usage.TotalTokens()
}

// of is what a tenant used from one second to another.
func (s *shares) of(tenant string, from, to int) (sum int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for second := from; second < to; second++ {
		sum += s.used[tenant][second]
	}
	return sum
}

// backlog has more requests of a tenant waiting than the limits let through, of all sizes, until it leaves at a time.
func backlog(ctx context.Context, d *dispatcher.Dispatcher, tenant string, until time.Time) {
	ctx, leave := context.WithCancel(ctx)
	defer time.AfterFunc(time.Until(until), leave).Stop()
	jobs := func(yield func(dispatcher.Job) bool) {
		for i := 0; ; i++ {
			req := question(fmt.Sprint(tenant, i, strings.Repeat(" word", 20+i*7919%400)))
			if req.Tenant, req.MaxTokens = tenant, 60; !yield(dispatcher.Job{Request: req}) {
				return
			}
		}
	}
	for range d.Run(ctx, jobs, dispatcher.RunOptions{InFlight: 200}) {
	}
}

// Two tenants of weights 3 and 1 share the tokens three to one in every ten seconds while both have enough to ask. What one
// of them leaves is the other's within a second, and it has its share back within a second when it returns.
func TestTenantsShareTheTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := sim.New(sim.Config{
			Limits: sim.Limits{TPM: 600_000, Shape: sim.Second}, TTFT: sim.Constant(0.2), OutputTokens: sim.Constant(60),
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := &shares{start: time.Now(), used: map[string]map[int]int{}}
		d := open(t, dispatcher.Config{
			Targets: []dispatcher.Target{{Client: simulated(t, s)}}, Seed: 1, Tenants: map[string]float64{"big": 3}, Hooks: dispatcher.Hooks{seen},
		})
		at := func(second int) time.Time { return seen.start.Add(time.Duration(second) * time.Second) }
		var all sync.WaitGroup
		all.Go(func() { backlog(t.Context(), d, "big", at(60)) })
		all.Go(func() {
			backlog(t.Context(), d, "small", at(35))
			time.Sleep(time.Until(at(45)))
			backlog(t.Context(), d, "small", at(60))
		})
		all.Wait()
		for _, from := range []int{4, 14, 24, 46} {
			big, small := seen.of("big", from, from+10), seen.of("small", from, from+10)
			if ratio := float64(big) / float64(small); math.Abs(ratio-3) > 0.15 {
				t.Errorf("from second %d: %d and %d tokens, which is %.3f to 1", from, big, small, ratio)
			}
		}
		both, alone := seen.of("big", 4, 34)+seen.of("small", 4, 34), 30*seen.of("big", 36, 45)/9
		if float64(alone) < 0.95*float64(both) {
			t.Errorf("alone %d tokens in the time that both used %d", alone, both)
		}
	})
}

// However many requests of another tenant wait, a request waits for one of them at most: the one that is under way.
func TestAFewRequestsPassBulkBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{takes(time.Second)}}}})
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: client, MaxInFlight: 1}}})
		ctx, cancel := context.WithCancel(t.Context())
		var bulk sync.WaitGroup
		bulk.Go(func() {
			jobs, _ := count(1_000_000)
			for range d.Run(ctx, jobs, dispatcher.RunOptions{InFlight: manyAtOnce / 10}) {
			}
		})
		for range 10 {
			time.Sleep(7500 * time.Millisecond)
			if queued := d.Stats().Targets[0].Lane.Queued; queued < manyAtOnce/10-1 {
				t.Fatalf("%d wait", queued)
			}
			req, start := question("quick"), time.Now()
			req.Tenant = "interactive"
			if _, err := d.Complete(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("answered after %v, of which 1s is its own", took)
			}
		}
		cancel()
		bulk.Wait()
	})
}
