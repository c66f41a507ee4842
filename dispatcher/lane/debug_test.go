package lane_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher/lane"
)

func TestDebug(t *testing.T) {
	parts := strings.Split(os.Getenv("CELL"), "/")
	if len(parts) < 3 {
		return
	}
	synctest.Test(t, func(t *testing.T) {
		limits := sim.Limits{RPM: 1250, TPM: 500_000, Shape: sim.Shape(parts[1]), Charge: sim.Charge(parts[2]), HideHeaders: parts[0] == "off"}
		l := newLoad(t, limits, lane.Config{Seed: 1})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { l.run(ctx) })
		begin := time.Now()
		var prev sim.Stats
		step := 1
		for i := 1; i <= 480; i += step {
			time.Sleep(time.Duration(step) * time.Second)
			st := l.sim.Stats()
			g := func(s sim.Stats) float64 { return s.TokenUtilisation * s.Elapsed.Seconds() }
			if i < 20 || i%10 == 0 {
				fmt.Printf("%3.0fs used %.2f total %.2f 429 %d of %d | %s\n", time.Since(begin).Seconds(), (g(st)-g(prev))/float64(step), st.TokenUtilisation, st.RateLimited, st.Requests, l.lane.Dump())
			}
			prev = st
		}
		cancel()
		running.Wait()
		l.lane.Abort()
	})
}
