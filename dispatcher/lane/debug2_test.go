package lane_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher/lane"
)

func TestDebug2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLoad(t, sim.Limits{RPM: 1200, Shape: sim.Second, CountRejected: true}, lane.Config{Seed: 1}, func(c *sim.Config) { c.TTFT, c.TokensPerSecond = sim.Constant(.3), sim.Constant(0) })
		l.callers = 64
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { l.run(ctx) })
		l.prompt, l.bound = [2]int{50, 1200}, 256
		for i := 1; i <= 30; i++ {
			time.Sleep(500 * time.Millisecond)
			st := l.sim.Stats()
			fmt.Printf("429 %d of %d | %s\n", st.RateLimited, st.Requests, l.lane.Dump())
		}
		cancel()
		running.Wait()
		l.lane.Abort()
	})
}
