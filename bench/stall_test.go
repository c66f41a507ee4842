package bench_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench"
	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/bench/sim"
)

const (
	stallFrom = 5 * time.Second
	stallTo   = 15 * time.Second
	service   = 100 * time.Millisecond
)

// stalling answers each request after service, except that nothing happens from stallFrom to stallTo.
func stalling() sim.Config {
	start := sync.OnceValue(time.Now) // of the first request, which comes at once
	return sim.Config{TTFT: seconds(service), Respond: func(*sim.Prompt) *sim.Answer {
		if at := time.Since(start()); at >= stallFrom && at < stallTo {
			time.Sleep(stallTo - at)
		}
		return nil
	}}
}

// queue is the same server and a client with so many places, worked out by hand: when requests are sent and end.
func queue(due []time.Duration, places int) (sent, end []time.Duration) {
	free := make([]time.Duration, places)
	for _, at := range due {
		slices.Sort(free)
		s := max(at, free[0])
		e := s + service
		if s >= stallFrom && s < stallTo {
			e = stallTo + service
		}
		free[0] = e
		sent, end = append(sent, s), append(end, e)
	}
	return sent, end
}

// A stall is in the latency from the intended time, even where the client could not send while it lasted. Latency from the
// actual time hides it.
func TestStall(t *testing.T) {
	for name, tt := range map[string]struct {
		places int
		hidden bool
	}{"few places": {4, true}, "enough places": {1000, false}} {
		t.Run(name, func(t *testing.T) {
			cfg := bench.Config{Load: pace.Load{Rate: pace.Constant(20)}, Count: 500, MaxInFlight: tt.places}
			measured(t, stalling(), cfg, func(t *testing.T, _ *stage, rep *report.Report, records []measure.Record) {
				due := make([]time.Duration, len(records))
				for i := range records {
					due[i] = time.Duration(i) * 50 * time.Millisecond
				}
				sent, end := queue(due, tt.places)
				for i, r := range records {
					if r.Intended != due[i] || r.Sent != sent[i] || r.End != end[i] {
						t.Fatalf("request %d: due %v, sent %v, ended %v; want %v, %v, %v", i, r.Intended, r.Sent, r.End, due[i], sent[i], end[i])
					}
				}
				fromSent := rep.Total.Latencies.E2E.Sent.Answered.Quantile(0.9)
				fromDue := rep.Total.Latencies.E2E.Intended.Answered.Quantile(0.9)
				if fromDue < 7*time.Second || (fromSent < 2*service) != tt.hidden {
					t.Errorf("p90 from sent %v, from intended %v", fromSent, fromDue)
				}
				invalid := strings.Join(rep.Invalid, "")
				if strings.Contains(invalid, "requests were sent late: p99") != tt.hidden || (rep.Health.Held > 0) != tt.hidden {
					t.Errorf("invalid: %q, held %d", invalid, rep.Health.Held)
				}
			})
		})
	}
}
