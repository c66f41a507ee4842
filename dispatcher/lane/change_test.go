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

// A limit that changes is followed within ten seconds where the provider states it.
func TestLimitChanges(t *testing.T) {
	const before = 500_000
	for _, shape := range []sim.Shape{sim.Minute, sim.Second} {
		for name, after := range map[string]int{"halved": before / 2, "doubled": 2 * before} {
			t.Run(fmt.Sprint(shape, " ", name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newLoad(t, sim.Limits{TPM: before, Shape: shape, Changes: []sim.Change{{After: 2 * time.Minute, TPM: after}}}, lane.Config{Seed: 1})
					ctx, cancel := context.WithCancel(t.Context())
					var running sync.WaitGroup
					running.Go(func() { l.run(ctx) })
					granted := func(at time.Duration) float64 { // in minutes of the new limit
						minutes := 2*float64(before)/float64(after) + (at - 2*time.Minute).Minutes()
						return l.sim.Stats().TokenUtilisation * minutes
					}
					time.Sleep(130 * time.Second)
					from, refusedBefore := granted(130*time.Second), l.sim.Stats().RateLimited
					time.Sleep(10 * time.Second)
					used := (granted(140*time.Second) - from) * 6
					refused := l.sim.Stats().RateLimited
					cancel()
					running.Wait()
					l.lane.Abort()
					t.Logf("10 to 20 seconds after: used %.1f %% of the new limit; refused %d before that and %d in it", 100*used, refusedBefore, refused-refusedBefore)
					if used < 0.95 {
						t.Errorf("used %.1f %% of the new limit, want 95 %%", 100*used)
					}
				})
			})
		}
	}
}
