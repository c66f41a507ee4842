package sim_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

// All that is wrong with a configuration is said at once.
func TestNewFaults(t *testing.T) {
	_, err := sim.New(sim.Config{
		ContextTokens: -1,
		Limits:        sim.Limits{RPM: -1, Shape: "round", Charge: "half", Changes: []sim.Change{{After: 2, TPM: -5}, {After: 1}}},
		Script:        []sim.Fault{{Kind: "explode"}, {Kind: sim.FaultStatus, Status: 200}},
		Faults:        []sim.Fault{{Kind: sim.FaultCut, Probability: 0.7}, {Kind: sim.FaultDrip, Probability: 0.7, Delay: -1}, {Probability: 1.5}},
	})
	want := `simulator: rate-limit shape "round": use minute, second, fixed or sliding
charge "half": use sum, max or actual
rate limits: -1 RPM and 0 TPM must not be negative; 0 is no limit
change 1 of the rate limits: 0 RPM and -5 TPM must not be negative; 0 is no limit
change 2 of the rate limits: 1ns comes before the first request or the change before it; order them by time
context of -1 tokens: must not be negative; 0 is no bound
script[0]: kind "explode" is unknown; use status, reset, cut, stall, malformed, error-event or drip
script[1]: status 200 is not an error; use 300 to 599
faults[1]: after, delay and retry-after must not be negative; 0 is none
faults[2]: probability 1.5 is not between 0 and 1
faults: the probabilities add up to 2.9; at most 1 is possible`
	if got := fmt.Sprint(err); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Twenty times 0.05 is a little more than 1 in floating point, and yet a certainty.
func TestNewProbabilities(t *testing.T) {
	if _, err := sim.New(sim.Config{Faults: slices.Repeat([]sim.Fault{{Kind: sim.FaultCut, Probability: 0.05}}, 20)}); err != nil {
		t.Error(err)
	}
}

// various are requests of every sort.
func various() (bodies []string) {
	for i := range 30 {
		question := fmt.Sprint("JSON question about the weather ", i)
		bodies = append(bodies, ask(question), streamed(ask(question)), ask(question, toolbox), ask(question, `"n":2`),
			ask(question, `"response_format":{"type":"json_schema","json_schema":{"name":"w","schema":`+weatherSchema+`}}`))
	}
	return bodies
}

// record sends bodies through send and keeps what comes.
func record(c *caller, bodies []string) map[string]string {
	got := map[string]string{}
	for _, body := range bodies {
		r := c.post(body)
		r.good()
		got[body] = r.header.Get("X-Request-Id") + canonical(c.t, r.body)
	}
	return got
}

// recordAtOnce is record with all requests in flight together.
func recordAtOnce(c *caller, bodies []string) map[string]string {
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[string]string{}
	for _, body := range bodies {
		wg.Go(func() {
			one := record(c, []string{body})
			mu.Lock()
			defer mu.Unlock()
			got[body] = one[body]
		})
	}
	wg.Wait()
	return got
}

// The seed and the request decide the answer, not the order, the time or the way.
func TestSameAnswers(t *testing.T) {
	bodies := various()
	backwards := slices.Clone(bodies)
	slices.Reverse(backwards)
	type way func(*testing.T, sim.Config, func(*caller))
	run := func(seed uint64, way way, play func(*caller) map[string]string) (got map[string]string) {
		way(t, sim.Config{Seed: seed, TTFT: sim.Uniform(0, 0.001)}, func(c *caller) { got = play(c) })
		return got
	}
	want := run(7, inMemory, func(c *caller) map[string]string { return record(c, bodies) })
	if len(want) != len(bodies) {
		t.Fatalf("%d answers to %d requests", len(want), len(bodies))
	}
	for name, got := range map[string]map[string]string{
		"backwards":           run(7, inMemory, func(c *caller) map[string]string { return record(c, backwards) }),
		"at once":             run(7, inMemory, func(c *caller) map[string]string { return recordAtOnce(c, bodies) }),
		"at once over TCP":    run(7, overTCP, func(c *caller) map[string]string { return recordAtOnce(c, bodies) }),
		"backwards over TCP":  run(7, overTCP, func(c *caller) map[string]string { return record(c, backwards) }),
		"with the other seed": run(8, inMemory, func(c *caller) map[string]string { return record(c, bodies) }),
	} {
		same := 0
		for body, answer := range got {
			if answer == want[body] {
				same++
			}
		}
		switch other := name == "with the other seed"; {
		case other && same > 0:
			t.Errorf("%s: %d of %d answers are the same", name, same, len(bodies))
		case !other && same != len(bodies):
			t.Errorf("%s: only %d of %d answers are the same", name, same, len(bodies))
		}
	}
}

// A request that comes again gets another answer, and every time the same other one.
func TestSameRetries(t *testing.T) {
	var first []string
	for range 2 {
		inMemory(t, sim.Config{Seed: 3}, func(c *caller) {
			var texts []string
			for range 5 {
				texts = append(texts, c.post(ask("Again?")).text())
			}
			if first == nil {
				first = texts
			}
			if !slices.Equal(texts, first) {
				t.Errorf("answers %q, then %q", first, texts)
			}
			if sorted := slices.Sorted(slices.Values(texts)); len(slices.Compact(sorted)) != 5 {
				t.Errorf("retries get the same answer: %q", texts)
			}
		})
	}
}

// Draws of time are random, too, and as repeatable.
func TestSameTimes(t *testing.T) {
	var runs [2][]time.Duration
	for i := range runs {
		inMemory(t, sim.Config{Seed: 3, TTFT: sim.LogNormal(0.3, 0.5), TokensPerSecond: sim.Uniform(20, 200)}, func(c *caller) {
			for j := range 20 {
				start := time.Now()
				c.post(ask(fmt.Sprint(j))).good()
				runs[i] = append(runs[i], time.Since(start))
			}
		})
	}
	if !slices.Equal(runs[0], runs[1]) || len(slices.Compact(runs[1])) != 20 {
		t.Errorf("times %v, then %v", runs[0], runs[1])
	}
}
