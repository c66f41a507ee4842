package bench

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/internal/cputime"
)

// pausesMetric are the times for which the collector has stopped everything.
const pausesMetric = "/sched/pauses/total/gc:seconds"

// vitals are the process's own books at one time.
type vitals struct {
	cpu    time.Duration
	known  bool
	pauses *metrics.Float64Histogram
}

func takeVitals() vitals {
	sample := []metrics.Sample{{Name: pausesMetric}}
	metrics.Read(sample)
	v := vitals{}
	if sample[0].Value.Kind() == metrics.KindFloat64Histogram {
		v.pauses = sample[0].Value.Float64Histogram()
	}
	v.cpu, v.known = cputime.Used()
	return v
}

// health is what came between two looks.
func health(before, after vitals) report.Health {
	h := report.Health{CPU: after.cpu - before.cpu, CPUKnown: before.known && after.known, Cores: runtime.GOMAXPROCS(0)}
	if before.pauses == nil || after.pauses == nil {
		return h
	}
	for i, n := range after.pauses.Counts {
		if n -= before.pauses.Counts[i]; n == 0 {
			continue
		}
		h.GCPauses += n
		bound := after.pauses.Buckets[i+1]
		if math.IsInf(bound, 1) {
			bound = after.pauses.Buckets[i]
		}
		h.GCLongest = time.Duration(bound * float64(time.Second))
	}
	return h
}
