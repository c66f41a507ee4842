package sim_test

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
)

func TestStats(t *testing.T) {
	cfg := sim.Config{
		Script: []sim.Fault{{}, {}, {Kind: sim.FaultStatus, Status: 500}, {Kind: sim.FaultCut}, {Kind: sim.FaultDrip}},
		Limits: sim.Limits{RPM: 5}, TTFT: sim.Constant(1),
	}
	inMemory(t, cfg, func(c *caller) {
		if st := c.sim.Stats(); st != (sim.Stats{}) {
			c.t.Errorf("before the first request: %+v", st)
		}
		var input, output int
		for _, body := range []string{ask("Hello"), ask("Hello again", `"n":2`)} {
			u := c.post(body).complete().Usage
			input, output = input+u.Prompt, output+u.Completion
		}
		c.post(ask("fault"))
		c.post(ask("cut"))
		u := c.post(ask("drip")).complete().Usage
		c.post(talk())
		if r := c.post(ask("one too many")); r.status != http.StatusTooManyRequests {
			c.t.Fatalf("%d %s", r.status, r.body)
		}
		time.Sleep(6 * time.Second)
		want := sim.Stats{
			Requests: 7, Answered: 3, RateLimited: 1, Faults: 3, InputTokens: int64(input + u.Prompt), OutputTokens: int64(output + u.Completion),
			PeakInFlight: 1, Elapsed: 10 * time.Second,
		}
		want.RequestUtilisation = c.sim.Stats().RequestUtilisation
		if math.Abs(want.RequestUtilisation-6) > 1e-9 { // 5 in 10 s, of 5 a minute
			c.t.Errorf("utilisation %v, want 6", want.RequestUtilisation)
		}
		if got := c.sim.Stats(); got != want {
			c.t.Errorf("got\n%+v, want\n%+v", got, want)
		}
		var wire sim.Stats
		if err := json.Unmarshal(c.do(http.MethodGet, "/sim/stats", "").body, &wire); err != nil || wire != want {
			c.t.Errorf("over the wire\n%+v, want\n%+v", wire, want)
		}
	})
}

// What a client left is not answered.
func TestStatsLeft(t *testing.T) {
	inMemory(t, sim.Config{TTFT: sim.Constant(10), TokensPerSecond: sim.Constant(1)}, func(c *caller) {
		for _, body := range []string{ask("Hello"), streamed(ask("Hello"))} {
			for _, patience := range []time.Duration{time.Second, 15 * time.Second} {
				ctx, cancel := context.WithTimeout(c.t.Context(), patience)
				if resp, err := c.open(ctx, http.MethodPost, "chat/completions", body); err == nil {
					_, _ = resp.Body.Read(make([]byte, 10))
					resp.Body.Close()
				}
				cancel()
			}
		}
		if st := c.sim.Stats(); st.Requests != 4 || st.Answered != 0 || st.OutputTokens != 0 || st.InFlight != 0 {
			c.t.Errorf("stats %+v", st)
		}
	})
}

func TestStatsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := newSim(t, sim.Config{Respond: func(*sim.Prompt) *sim.Answer { <-gate; return nil }})
		c := &caller{t: t, sim: s, http: &http.Client{Transport: s.Transport()}, base: "http://sim.invalid/v1"}
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() { c.post(ask("Hello")).good() })
		}
		synctest.Wait()
		if st := s.Stats(); st.InFlight != 30 || st.PeakInFlight != 30 || st.Requests != 30 || st.Answered != 0 {
			t.Errorf("while 30 wait: %+v", st)
		}
		close(gate)
		wg.Wait()
		c.post(ask("One more")).good()
		if st := s.Stats(); st.InFlight != 0 || st.PeakInFlight != 30 || st.Answered != 31 {
			t.Errorf("after: %+v", st)
		}
	})
}

// A client that always has more to send and waits as told uses the whole limit.
func TestStatsUtilisation(t *testing.T) {
	for _, limits := range []sim.Limits{{RPM: 20}, {RPM: 20, Shape: sim.Second}, {RPM: 20, Shape: sim.Fixed}, {RPM: 20, Shape: sim.Sliding}} {
		inMemory(t, sim.Config{Limits: limits, OutputTokens: sim.Constant(1)}, func(c *caller) {
			for start := time.Now(); time.Since(start) < 40*time.Minute; {
				if r := c.post(ask("")); r.status == http.StatusTooManyRequests {
					time.Sleep(hint(c.t, r.header))
				}
			}
			st := c.sim.Stats()
			if st.RequestUtilisation < 0.99 || st.RequestUtilisation > 1.03 || st.TokenUtilisation != 0 {
				c.t.Errorf("%s: utilisation of %v requests, %v tokens", limits.Shape, st.RequestUtilisation, st.TokenUtilisation)
			}
		})
	}
}

// Who has an answer finds it in the books at once, over a socket too.
func TestStatsPrompt(t *testing.T) {
	bothWays(t, sim.Config{}, func(c *caller) {
		for i := range int64(200) {
			c.post(map[bool]string{true: ask("Hello"), false: streamed(ask("Hello"))}[i%2 == 0]).good()
			if st := c.sim.Stats(); st.Answered != i+1 {
				c.t.Fatalf("%d answered, after %d answers", st.Answered, i+1)
			}
		}
	})
}
