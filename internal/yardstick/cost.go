package yardstick

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed63918563/llmgate/internal/cputime"
)

// Cost is what calls cost the process, and the latencies that half of them and 99 of 100 stayed within.
type Cost struct {
	CPU, P50, P99      time.Duration
	Allocations, Bytes uint64
}

func (c *Cost) add(more Cost) {
	c.CPU += more.CPU
	c.P50 += more.P50
	c.P99 += more.P99
	c.Allocations += more.Allocations
	c.Bytes += more.Bytes
}

// Take makes n calls from so many callers, each of which stops at an error.
func Take(call Call, callers, n int) (Cost, error) {
	latencies := make([]time.Duration, n)
	faults := make([]error, n)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, _ := cputime.Used() // the report has 0 where it is not known
	Spread(callers, n, func(ctx context.Context, i int) bool {
		begun := time.Now()
		length, err := call(ctx)
		latencies[i] = time.Since(begun)
		if err != nil || length == 0 {
			faults[i] = errors.Join(err, errRaw)
		}
		return faults[i] == nil
	})
	end, _ := cputime.Used()
	runtime.ReadMemStats(&after)
	slices.Sort(latencies)
	return Cost{
		CPU: end - start, P50: latencies[n/2], P99: latencies[n*99/100],
		Allocations: after.Mallocs - before.Mallocs, Bytes: after.TotalAlloc - before.TotalAlloc,
	}, errors.Join(faults...)
}

// Spread does a thing n times, from so many callers at once, each with a context of its own and until do returns false.
func Spread(callers, n int, do func(ctx context.Context, i int) bool) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(callers, n) {
		all.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			for i := int(next.Add(1)) - 1; i < n && do(ctx, i); i = int(next.Add(1)) - 1 {
			}
		})
	}
	all.Wait()
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
