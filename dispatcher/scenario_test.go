package dispatcher_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/providers/openai"
)

// prompts are jobs of 50 to 1,200 tokens.
func prompts(n int) iter.Seq[dispatcher.Job] {
	return func(yield func(dispatcher.Job) bool) {
		for i := range n {
			req := question(fmt.Sprint(i, " ", strings.Repeat("word ", 50+i*7919%1150)))
			req.MaxTokens = 256
			if !yield(dispatcher.Job{Request: req}) {
				return
			}
		}
	}
}

// Limits that nobody knows are used to the full and hardly ever run into, in simulated time: 600 requests of 64 callers.
func TestLimitsAreUsedToTheFull(t *testing.T) {
	const latency = 300 * time.Millisecond
	for name, test := range map[string]struct {
		limits  sim.Limits
		ceiling lane.Limits
		least   time.Duration // that the limits allow
	}{
		"requests, a second's worth": {sim.Limits{RPM: 1200, Shape: sim.Second}, lane.Limits{}, 29 * time.Second},
		"tokens, a minute's worth":   {sim.Limits{RPM: 1200, TPM: 300_000}, lane.Limits{}, 64 * time.Second},
		"requests, a minute's worth": {sim.Limits{RPM: 300}, lane.Limits{}, 60 * time.Second},
		"tokens, a second's worth":   {sim.Limits{RPM: 1200, TPM: 600_000, Shape: sim.Second}, lane.Limits{}, 61200 * time.Millisecond},
		"refusals count":             {sim.Limits{RPM: 1200, Shape: sim.Second, CountRejected: true}, lane.Limits{}, 29 * time.Second},
		"configured":                 {sim.Limits{RPM: 1200, Shape: sim.Second}, lane.Limits{RPM: 1200}, 29 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, d := limited(t, test.limits, test.ceiling, latency)
				start, answered := time.Now(), 0
				for r := range d.Run(t.Context(), prompts(600), dispatcher.RunOptions{InFlight: 64}) {
					if r.Err == nil {
						answered++
					}
				}
				passed, asked := time.Since(start), s.Stats().Requests
				t.Logf("%v of at least %v, %d requests for %d answers", passed, test.least+latency, asked, answered)
				if answered != 600 || asked > 618 || passed > (test.least+latency)*103/100 {
					t.Errorf("%d answers in %d requests and %v; want 600, at most 618 and %v and 3 %%", answered, asked, passed, test.least+latency)
				}
			})
		})
	}
}

// limited is a simulator with limits and a dispatcher over it.
func limited(t *testing.T, limits sim.Limits, ceiling lane.Limits, latency time.Duration, hooks ...any) (*sim.Sim, *dispatcher.Dispatcher) {
	t.Helper()
	s, err := sim.New(sim.Config{Limits: limits, TTFT: sim.Constant(latency.Seconds()), OutputTokens: sim.Constant(50)})
	if err != nil {
		t.Fatal(err)
	}
	return s, open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: simulated(t, s), Limits: ceiling}}, Hooks: hooks})
}

// simulated is a client of a simulator in the same process.
func simulated(t testing.TB, s *sim.Sim) *openai.Client {
	t.Helper()
	client, err := openai.New(openai.Config{BaseURL: "http://simulated/v1", Model: "m", Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return client
}
