package router_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// moody is a client of random answers, failures and waits, by a seed.
func moody(seed uint64) *fake.Client {
	var mu sync.Mutex
	chance := rand.New(rand.NewPCG(seed, 0))
	classes := []request.Class{
		request.ClassTransient, request.ClassOverloaded, request.ClassTimeout, request.ClassRateLimit, request.ClassInvalid,
		request.ClassNotFound, request.ClassUnknown, request.ClassQuota, request.ClassAuth,
	}
	weights := []int{6, 3, 2, 6, 1, 1, 1, 1, 1} // of 40; the rest are answers
	return fake.New(fake.Config{Rules: []fake.Rule{{Respond: func(*request.Request) fake.Reply {
		mu.Lock()
		defer mu.Unlock()
		reply := fake.Reply{Text: "yes", Latency: time.Duration(chance.IntN(3000)) * time.Millisecond}
		dice := chance.IntN(40)
		for i, class := range classes {
			if dice -= weights[i]; dice < 0 {
				e := &request.Error{Class: class}
				if class == request.ClassRateLimit || class == request.ClassOverloaded {
					e.RetryAfter = time.Duration(chance.IntN(60)) * time.Second
				}
				reply.Err = e
				break
			}
		}
		return reply
	}}}})
}

// What always holds, whatever the targets do: the limit on attempts, the deadline, shared rests, and that a dead key is dead.
func TestWhatAlwaysHolds(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			p := policy.Default()
			p.MaxAttempts = 6
			clients := []*fake.Client{moody(3 * seed), moody(3*seed + 1), moody(3*seed + 2)}
			targets := named(clients...)
			for i := range targets {
				targets[i].Provider, targets[i].Model = "p", []string{"m", "m", "n"}[i]
			}
			fallback := []router.FallbackPolicy{nil, router.OnRateLimit, router.OnTransient}[seed%3]
			r := open(t, router.Config{Targets: targets, Policy: p, Seed: seed + 1, Fallback: fallback})
			var all sync.WaitGroup
			for i := range 30 {
				all.Go(func() {
					time.Sleep(time.Duration(i) * time.Second / 3)
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
					defer cancel()
					deadline, _ := ctx.Deadline()
					resp, err := r.Complete(ctx, question("?"))
					checkEnd(t, resp, err, p.MaxAttempts, deadline)
				})
			}
			all.Wait()
			for i, c := range clients {
				checkRests(t, fmt.Sprintf("seed %d, target %d", seed, i), c.Calls())
			}
		})
	}
}

func checkEnd(t *testing.T, resp *request.Response, err error, most int, deadline time.Time) {
	t.Helper()
	if time.Now().After(deadline) {
		t.Errorf("ended %v after its deadline", time.Since(deadline))
	}
	tries := []request.Attempt(nil)
	if err == nil {
		tries = resp.Attempts
	} else {
		tries = request.AsError(err).Attempts
	}
	if len(tries) > most {
		t.Errorf("%d attempts, want at most %d", len(tries), most)
	}
	dead := map[string]bool{}
	for _, try := range tries {
		if dead[try.Key] {
			t.Errorf("key %s was used again after it died: %v", try.Key, way(tries))
		}
		dead[try.Key] = try.Class == request.ClassAuth || try.Class == request.ClassQuota
	}
}

// checkRests holds each call of a target against all that ended before it.
func checkRests(t *testing.T, where string, calls []fake.Call) {
	t.Helper()
	for _, before := range calls {
		e, ok := errors.AsType[*request.Error](before.Err)
		if !ok {
			continue
		}
		for _, call := range calls {
			since := call.Start.Sub(before.End)
			switch {
			case since <= 0:
			case e.Class == request.ClassAuth || e.Class == request.ClassQuota:
				t.Errorf("%s: called %v after %s", where, since, e.Class)
			case since < e.RetryAfter:
				t.Errorf("%s: called %v after it was told to wait %v", where, since, e.RetryAfter)
			}
		}
	}
}

func TestAThousandCallers(t *testing.T) {
	targets := router.Clients()
	for i := range 4 {
		targets = append(targets, router.Target{Client: script(fails(request.ClassTransient, 100), answer), Name: fmt.Sprint(i)})
	}
	r := open(t, router.Config{
		Targets: targets, Order: policy.Sequence(policy.Weighted(), policy.LeastBusy(), policy.LowestLatency(), policy.Sticky(nil)),
		Fallback: router.OnTransient, Hedge: router.Hedge{Share: 0.5, After: 1}, RetryShare: -1,
		Policy: &policy.Policy{MaxAttempts: 5, MaxRetries: 4}, Health: policy.HealthConfig{Consecutive: -1, Ratio: -1},
	})
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			switch i % 4 {
			case 0:
				_, _ = request.Collect(r.Stream(ctx, question("?")))
			case 1:
				for range r.Stream(ctx, question("?")) {
					break
				}
			case 2:
				r.Restore("2")
				_ = r.Stats()
				fallthrough
			default:
				_, _ = r.Complete(ctx, question("?"))
			}
		})
	}
	all.Wait()
	s, attempts := r.Stats(), int64(0)
	for i, target := range s.Targets {
		attempts += target.Attempts
		if calls := int64(len(targets[i].Client.(*fake.Client).Calls())); target.InFlight != 0 || calls > target.Attempts {
			t.Errorf("target %s: %d in flight, %d attempts, %d calls", target.Name, target.InFlight, target.Attempts, calls)
		}
	}
	if s.Requests != 1000 || attempts < 1000 {
		t.Errorf("%d requests in %d attempts", s.Requests, attempts)
	}
}
