package yardstick

import (
	"net/http"
	"testing"
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
	var sums [2]Cost
	var cpu, p50 []float64
	b.ResetTimer()
	for turn := range turns {
		var now [2]Cost
		for i := range contenders {
			who := (turn + i) % 2
			now[who] = take(b, contenders[who], callers, max(1, b.N/turns))
			sums[who].add(now[who])
		}
		cpu = append(cpu, float64(now[1].CPU)/float64(max(1, now[0].CPU)))
		p50 = append(p50, float64(now[1].P50)/float64(max(1, now[0].P50)))
	}
	b.ReportAllocs()
	b.ReportMetric(0, "ns/op") // it is that of both
	b.ReportMetric(median(cpu), "cpu-ratio")
	b.ReportMetric(median(p50), "p50-ratio")
	for i, prefix := range []string{"raw-", ""} {
		s, n := sums[i], float64(turns*max(1, b.N/turns))
		b.ReportMetric(float64(s.CPU)/n, prefix+"cpu-ns/op")
		b.ReportMetric(float64(s.Allocations)/n, prefix+"allocs/op")
		b.ReportMetric(float64(s.Bytes)/n, prefix+"B/op")
		b.ReportMetric(float64(s.P50)/turns/1e6, prefix+"p50-ms")
	}
}

// take is Take for a benchmark.
func take(b *testing.B, call Call, callers, n int) Cost {
	b.Helper()
	c, err := Take(call, callers, n)
	if err != nil {
		b.Error(err)
	}
	return c
}
