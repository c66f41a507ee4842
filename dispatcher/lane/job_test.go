package lane_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher/lane"
)

// A job of 600 requests takes hardly longer than the limits demand, whether they are configured or nobody told them. In a sliding
// window the time that the first ones took, until it was known how many may go at once, comes back with them.
func TestJobTime(t *testing.T) {
	const latency = 300 * time.Millisecond
	for name, tt := range map[string]struct {
		limits   sim.Limits
		least    time.Duration // what the bucket does not have at the start comes at its rate
		ceilings lane.Limits
	}{
		"RPM 1200, a second's bucket":      {sim.Limits{RPM: 1200, Shape: sim.Second}, (600 - 20) * time.Minute / 1200, lane.Limits{}},
		"RPM 1200 and TPM 1200000":         {sim.Limits{RPM: 1200, TPM: 1_200_000, Shape: sim.Second}, (600 - 20) * time.Minute / 1200, lane.Limits{}},
		"RPM 300":                          {sim.Limits{RPM: 300}, (600 - 300) * time.Minute / 300, lane.Limits{}},
		"RPM 300, a fixed window":          {sim.Limits{RPM: 300, Shape: sim.Fixed}, time.Minute, lane.Limits{}},
		"RPM 300, a sliding window":        {sim.Limits{RPM: 300, Shape: sim.Sliding}, time.Minute, lane.Limits{}},
		"RPM 1200, refused requests count": {sim.Limits{RPM: 1200, Shape: sim.Second, CountRejected: true}, (600 - 20) * time.Minute / 1200, lane.Limits{}},
		"RPM 300, configured":              {sim.Limits{RPM: 300}, (600 - 300) * time.Minute / 300, lane.Limits{RPM: 300}},
		"RPM 300, configured, no headers":  {sim.Limits{RPM: 300, HideHeaders: true}, (600 - 300) * time.Minute / 300, lane.Limits{RPM: 300}},
		"RPM 1200, configured":             {sim.Limits{RPM: 1200, Shape: sim.Second}, (600 - 20) * time.Minute / 1200, lane.Limits{RPM: 1200}},
	} {
		jobs, most := int64(600), 0.03
		if shape := tt.limits.Shape; shape == sim.Fixed || shape == sim.Sliding { // what a window leaves over would wait for another
			jobs, most = 540, 0.1
		}
		if tt.ceilings != (lane.Limits{}) {
			most = 0.01
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLoad(t, tt.limits, lane.Config{Seed: 1, Limits: tt.ceilings}, func(c *sim.Config) { c.TTFT, c.TokensPerSecond = sim.Constant(latency.Seconds()), sim.Constant(0) })
				l.prompt, l.bound = [2]int{50, 1200}, 256
				begun := time.Now()
				var left atomic.Int64
				left.Store(jobs)
				var callers sync.WaitGroup
				for i := range 64 {
					callers.Go(func() {
						rng := rand.New(rand.NewPCG(2, uint64(i)))
						for left.Add(-1) >= 0 {
							l.ask(t.Context(), rng, fmt.Sprint(i, " "))
						}
					})
				}
				callers.Wait()
				took := time.Since(begun)
				l.lane.Abort()
				st := l.sim.Stats()
				over := float64(took-tt.least-latency) / float64(tt.least+latency)
				t.Logf("%-34s took %v, %.1f %% over the least; %.3f requests for each answer", name, took.Round(time.Millisecond), 100*over, float64(st.Requests)/float64(jobs))
				if over > most || float64(st.Requests) > 1.02*float64(jobs) || int64(st.Answered) != jobs {
					t.Errorf("%d answers; want at most %.0f %% over the least time and 1.02 requests for each answer", st.Answered, 100*most)
				}
			})
		})
	}
}
