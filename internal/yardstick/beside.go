package yardstick

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/cputime"
)

// turns is how often the two clients of Beside take turns.
const turns = 20

// Beside measures the hand-written client and ours in turns, from so many callers at once, so that what drifts hits both. b.N is
// the number of calls of each. It reports what a call of each costs, and of CPU and of the latency at p50 the median of the
// turns' ratios, hand-written = 1.
func Beside(b *testing.B, callers int, url string, header http.Header, raw RawCall, ours Call) {
	b.Helper()
	contenders := [2]Call{raw(newRaw(url, header, false)), ours}
	for _, call := range contenders { // dials what it will need
		take(b, call, callers, 4*callers)
	}
	var sums [2]cost
	var cpu, p50 []float64
	b.ResetTimer()
	for turn := range turns {
		var now [2]cost
		for i := range contenders {
			who := (turn + i) % 2
			now[who] = take(b, contenders[who], callers, max(1, b.N/turns))
			sums[who].add(now[who])
		}
		cpu = append(cpu, float64(now[1].cpu)/float64(max(1, now[0].cpu)))
		p50 = append(p50, float64(now[1].p50)/float64(max(1, now[0].p50)))
	}
	b.ReportAllocs()
	b.ReportMetric(0, "ns/op") // it is that of both
	b.ReportMetric(median(cpu), "cpu-ratio")
	b.ReportMetric(median(p50), "p50-ratio")
	for i, prefix := range []string{"raw-", ""} {
		s, n := sums[i], float64(turns*max(1, b.N/turns))
		b.ReportMetric(float64(s.cpu)/n, prefix+"cpu-ns/op")
		b.ReportMetric(float64(s.allocations)/n, prefix+"allocs/op")
		b.ReportMetric(float64(s.bytes)/n, prefix+"B/op")
		b.ReportMetric(float64(s.p50)/turns/1e6, prefix+"p50-ms")
	}
}

// cost is what calls cost the process, and the latency that half of them stayed within.
type cost struct {
	cpu, p50           time.Duration
	allocations, bytes uint64
}

func (c *cost) add(more cost) {
	c.cpu += more.cpu
	c.p50 += more.p50
	c.allocations += more.allocations
	c.bytes += more.bytes
}

// take makes n calls from so many callers.
func take(b *testing.B, call Call, callers, n int) cost {
	b.Helper()
	latencies := make([]time.Duration, n)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, _ := cputime.Used()
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(callers, n) {
		all.Go(func() {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				begun := time.Now()
				if length, err := call(ctx); err != nil || length == 0 {
					b.Error(errors.Join(err, errRaw))
					return
				}
				latencies[i] = time.Since(begun)
			}
		})
	}
	all.Wait()
	end, _ := cputime.Used()
	runtime.ReadMemStats(&after)
	return cost{cpu: end - start, p50: median(latencies), allocations: after.Mallocs - before.Mallocs, bytes: after.TotalAlloc - before.TotalAlloc}
}

func median[T float64 | time.Duration](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}
