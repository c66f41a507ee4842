package bench_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench"
	"github.com/seed63918563/llmgate/bench/histogram"
	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// truth is what the simulator's log says, worked out in the plainest way.
type truth struct {
	ttft, e2e, tpot, itl []time.Duration
	answered, good       int
	input, output        int
	wall                 time.Duration
}

func (tr *truth) add(e sim.Entry, slo measure.SLO) {
	if !e.Answered {
		return
	}
	tr.answered++
	tr.input += e.InputTokens
	tr.output += e.OutputTokens
	whole := e.Ended.Sub(e.Begun)
	tr.e2e = append(tr.e2e, whole)
	met := whole <= slo.E2E
	if len(e.Pieces) > 0 {
		first := e.Pieces[0].Sub(e.Begun)
		tr.ttft = append(tr.ttft, first)
		met = met && (slo.TTFT == 0 || first <= slo.TTFT)
		if e.OutputTokens > 1 {
			each := (whole - first) / time.Duration(e.OutputTokens-1)
			tr.tpot = append(tr.tpot, each)
			met = met && (slo.TPOT == 0 || each <= slo.TPOT)
		}
		for i := 1; i < len(e.Pieces); i++ {
			tr.itl = append(tr.itl, e.Pieces[i].Sub(e.Pieces[i-1]))
		}
	}
	if met {
		tr.good++
	}
}

// within holds a figure to 2 % of the truth.
func within(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 0.02*want {
		t.Errorf("%s is %v, the truth %v", what, got, want)
	}
}

func withinAll(t *testing.T, what string, h *histogram.Histogram, list []time.Duration) {
	t.Helper()
	if h.Count() != int64(len(list)) {
		t.Errorf("%s: %d counted, the truth has %d", what, h.Count(), len(list))
	}
	if len(list) == 0 {
		return
	}
	slices.Sort(list)
	sum := 0.0
	for _, d := range list {
		sum += d.Seconds()
	}
	within(t, "mean "+what, h.Mean().Seconds(), sum/float64(len(list)))
	for _, q := range []float64{0.5, 0.9, 0.95, 0.99} {
		within(t, what, h.Quantile(q).Seconds(), list[int(math.Ceil(q*float64(len(list))))-1].Seconds())
	}
}

// Every figure is that of the simulator's own log, for streams and for whole answers, with failures among them.
func TestTruth(t *testing.T) {
	server := sim.Config{
		Seed: 3, TTFT: sim.LogNormal(0.3, 0.4), TokensPerSecond: sim.Normal(60, 15), OutputTokens: sim.Uniform(1, 90),
		Faults: []sim.Fault{{Kind: sim.FaultStatus, Status: 503, Probability: 0.05}, {Kind: sim.FaultCut, After: 9, Probability: 0.05}},
		Limits: sim.Limits{RPM: 1500, Shape: sim.Second},
	}
	for name, stream := range map[string]bool{"streams": true, "whole": false} {
		t.Run(name, func(t *testing.T) {
			cfg := bench.Config{
				Stream: stream, Count: 1500, Load: pace.Load{Rate: pace.Constant(25), Spacing: pace.Poisson, Seed: 5},
				SLO: measure.SLO{E2E: 1500 * time.Millisecond},
			}
			if stream {
				cfg.SLO.TTFT, cfg.SLO.TPOT = 350*time.Millisecond, 20*time.Millisecond
			}
			measured(t, server, cfg, func(t *testing.T, s *stage, rep *report.Report, records []measure.Record) {
				holdToTruth(t, cfg.SLO, s, rep, records)
			})
		})
	}
}

func holdToTruth(t *testing.T, slo measure.SLO, s *stage, rep *report.Report, records []measure.Record) {
	t.Helper()
	tr := truth{}
	for _, e := range s.entries() {
		tr.add(e, slo)
		tr.wall = max(tr.wall, e.Ended.Sub(rep.Started))
	}
	total, stats := &rep.Total, s.sim.Stats()
	if total.Requests != stats.Requests || total.Answered != stats.Answered || total.RateLimited != stats.RateLimited || total.RateLimited == 0 ||
		total.Errors[request.ClassRateLimit] != stats.RateLimited || total.Errors[request.ClassTruncated] == 0 {
		t.Errorf("counted %d requests, %d answered, %d refused, %v; the simulator has %+v",
			total.Requests, total.Answered, total.RateLimited, total.Errors, stats)
	}
	l := &total.Latencies
	withinAll(t, "TTFT", &l.TTFT.Sent.Answered, tr.ttft)
	withinAll(t, "E2E", &l.E2E.Sent.Answered, tr.e2e)
	withinAll(t, "E2E from intended", &l.E2E.Intended.Answered, tr.e2e)
	withinAll(t, "TPOT", &l.TPOT, tr.tpot)
	withinAll(t, "ITL", &l.ITL, tr.itl)
	wall := tr.wall.Seconds()
	within(t, "request rate", total.Rates.Requests, float64(tr.answered)/wall)
	within(t, "goodput", total.Rates.Goodput, float64(tr.good)/wall)
	within(t, "output tokens per second", total.Rates.OutputTokens, float64(tr.output)/wall)
	within(t, "total tokens per second", total.Rates.TotalTokens, float64(tr.input+tr.output)/wall)
	if tr.good == 0 || tr.good == tr.answered {
		t.Errorf("%d of %d are good: the objectives divide nothing", tr.good, tr.answered)
	}
	checkCost(t, rep, records)
	if len(rep.Invalid) > 0 || rep.Partial != "" || l.Delay.Max() != 0 {
		t.Errorf("invalid: %v, partial: %q, delay %v", rep.Invalid, rep.Partial, l.Delay.Max())
	}
}

// checkCost holds the cost against the table of prices, request by request.
func checkCost(t *testing.T, rep *report.Report, records []measure.Record) {
	t.Helper()
	var want request.Money
	for _, r := range records {
		want += r.Cost
		if !r.Answered() { // a stream that was cut costs what came of it
			if r.Class != request.ClassTruncated && r.Cost != 0 {
				t.Fatalf("request %d was refused and cost %v", r.Index, r.Cost)
			}
			continue
		}
		u := request.Usage{InputTokens: r.Input, OutputTokens: r.Output}
		cost, ok := pricing.Cost("openai", "gpt-5-mini", &u, pricing.Service{At: rep.Started})
		if !ok || cost != r.Cost {
			t.Fatalf("request %d cost %v, the table says %v", r.Index, r.Cost, cost)
		}
	}
	if rep.Total.Cost != want || want == 0 {
		t.Errorf("cost %v, want %v", rep.Total.Cost, want)
	}
}
