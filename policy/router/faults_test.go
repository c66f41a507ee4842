package router_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// simulated makes a provider that fails three requests in ten, in all ways, and a client of it.
func simulated(t *testing.T, name string, seed uint64) (*sim.Sim, request.Client) {
	t.Helper()
	status := func(status int) sim.Fault {
		return sim.Fault{Kind: sim.FaultStatus, Status: status, Probability: 0.05}
	}
	s, err := sim.New(sim.Config{
		Seed: seed, TTFT: sim.Constant(0.2), TokensPerSecond: sim.Constant(100),
		Faults: []sim.Fault{
			status(http.StatusInternalServerError), status(http.StatusServiceUnavailable), status(529),
			{Kind: sim.FaultReset, Probability: 0.05}, {Kind: sim.FaultCut, Probability: 0.05, After: 1},
			{Kind: sim.FaultStall, Probability: 0.05, After: 1},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := openai.New(openai.Config{
		APIKey: "k", Provider: name, Model: "m", Transport: s.Transport(), IdleTimeout: 30 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, client
}

// tally is how the requests of a test went.
type tally struct {
	t                            *testing.T
	answered, attempts, surprise atomic.Int64
}

// right are the classes of the faults that the simulator plays.
var right = map[request.Class]bool{
	request.ClassTransient: true, request.ClassOverloaded: true, request.ClassTruncated: true, request.ClassTimeout: true,
}

func (c *tally) take(resp *request.Response, err error) {
	if err == nil {
		c.answered.Add(1)
		c.count(resp.Attempts, "")
		return
	}
	e := request.AsError(err)
	c.count(e.Attempts, e.Class)
	if !right[e.Class] && c.surprise.Add(1) < 5 {
		c.t.Errorf("class %s: %v", e.Class, err)
	}
}

// count checks that attempts end as the request did.
func (c *tally) count(tries []request.Attempt, end request.Class) {
	c.attempts.Add(int64(len(tries)))
	if len(tries) == 0 || tries[len(tries)-1].Class != end {
		c.t.Errorf("ended with %q after %v", end, way(tries))
	}
}

func TestTenThousandRequestsOverFailingProviders(t *testing.T) {
	for _, run := range []struct {
		requests int64
		share    float64 // of retries
		answered int64   // at least, in percent
	}{{10_000, 0.2, 80}, {2_000, -1, 95}} {
		t.Run(fmt.Sprintf("%d, share of retries %v", run.requests, run.share), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, first := simulated(t, "first", 1)
				b, second := simulated(t, "second", 2)
				r := open(t, router.Config{
					Targets: router.Clients(first, second), Fallback: router.OnTransient, RetryShare: run.share, Seed: 1,
				})
				books := tally{t: t}
				var all sync.WaitGroup
				for worker := range int64(100) {
					all.Go(func() {
						for i := worker; i < run.requests; i += 100 {
							req := question(fmt.Sprint("question ", i))
							if i%2 == 0 {
								books.take(r.Complete(t.Context(), req))
							} else {
								books.take(request.Collect(r.Stream(t.Context(), req)))
							}
						}
					})
				}
				all.Wait()

				sent, faults := a.Stats().Requests+b.Stats().Requests, a.Stats().Faults+b.Stats().Faults
				if got := books.attempts.Load(); got != sent {
					t.Errorf("%d attempts are listed, the providers saw %d", got, sent)
				}
				if most := run.requests*12/10 + faults; sent > most {
					t.Errorf("%d attempts with %d faults, want at most %d", sent, faults, most)
				}
				if got := books.answered.Load(); got*100 < run.requests*run.answered {
					t.Errorf("%d answered, want at least %d %%", got, run.answered)
				}
			})
		})
	}
}
