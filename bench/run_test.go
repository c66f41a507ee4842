package bench_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench"
	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/dispatcher"
)

// A closed loop always has so many in flight, and sends no more after the duration.
func TestClosedLoop(t *testing.T) {
	cfg := bench.Config{Concurrency: 8, Duration: 10 * time.Second}
	measured(t, sim.Config{TTFT: seconds(time.Second)}, cfg, func(t *testing.T, s *stage, rep *report.Report, records []measure.Record) {
		if len(records) != 80 || rep.Total.Rates.Requests != 8 || s.sim.Stats().PeakInFlight != 8 {
			t.Errorf("%d requests, %v a second, at most %d at once", len(records), rep.Total.Rates.Requests, s.sim.Stats().PeakInFlight)
		}
		if len(rep.Invalid) > 0 || rep.Setup.Load != "closed loop, 8 in flight" || rep.Setup.MaxDelay != 0 {
			t.Errorf("%+v", rep.Setup)
		}
		for i, second := range rep.Series[:9] {
			if second.InFlight != 8 || second.Sent != 8 {
				t.Errorf("second %d: %+v", i, second)
			}
		}
	})
}

// Warm-up and cool-down count neither in latencies nor in rates.
func TestCuts(t *testing.T) {
	server := sim.Config{TTFT: seconds(500 * time.Millisecond), OutputTokens: sim.Constant(10)}
	cfg := bench.Config{Load: pace.Load{Rate: pace.Constant(10)}, Duration: 20 * time.Second, Warmup: 5 * time.Second, Cooldown: 5 * time.Second}
	measured(t, server, cfg, func(t *testing.T, s *stage, rep *report.Report, records []measure.Record) {
		total := &rep.Total
		if len(records) != 200 || total.Requests != 100 || total.Rates.Requests != 10 {
			t.Errorf("%d requests, %d in the window, %+v", len(records), total.Requests, total.Rates)
		}
		tokens := 0
		for _, r := range records {
			if r.End >= 5*time.Second && r.End < 15*time.Second {
				tokens += r.Output
			}
		}
		within(t, "output tokens per second", total.Rates.OutputTokens, float64(tokens)/10)
		if total.From != 5*time.Second || total.To != 15*time.Second {
			t.Errorf("window from %v to %v", total.From, total.To)
		}
	})
}

// A load above what the server's limits give shows in the rates of its steps, and in the limit used.
func TestSweep(t *testing.T) {
	server := sim.Config{TTFT: seconds(100 * time.Millisecond), Limits: sim.Limits{RPM: 1200, Shape: sim.Second}}
	cfg := bench.Config{Load: pace.Load{Rate: pace.Steps(30*time.Second, 10, 20, 40)}}
	measured(t, server, cfg, func(t *testing.T, _ *stage, rep *report.Report, _ []measure.Record) {
		if len(rep.Steps) != 3 {
			t.Fatalf("%d steps", len(rep.Steps))
		}
		for i, want := range []float64{10, 20, 20 + 20.0/30} { // the last begins with a second's allowance saved up
			within(t, "rate of a step", rep.Steps[i].Rates.Requests, want)
		}
		if last := &rep.Steps[2]; last.Offered != 40 || last.RateLimited < 500 || rep.Steps[0].RateLimited != 0 {
			t.Errorf("at %v/s %d refused, at first %d", last.Offered, last.RateLimited, rep.Steps[0].RateLimited)
		}
		use := rep.LimitUse()
		if len(use) == 0 || use[0].Name != "RPM" || use[0].Limit != 1200 || !rep.Setup.Limits.Stated {
			t.Fatalf("limits %+v, used %+v", rep.Setup.Limits, use)
		}
		within(t, "limit used", use[0].Share, (10.0+20+20)/60)
	})
}

// Through a dispatcher, 429s and waits are series of their own, and the attempts are counted.
func TestThroughDispatcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, sim.Config{TTFT: seconds(100 * time.Millisecond), Limits: sim.Limits{RPM: 600, Shape: sim.Second}})
		d, err := dispatcher.New(dispatcher.Config{Targets: dispatcher.Clients(s.client), Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Abort()
		s.client = d
		rep, _ := s.run(t, bench.Config{Client: d, Load: pace.Load{Rate: pace.Constant(20)}, Duration: 30 * time.Second})
		stats := s.sim.Stats()
		refused := 0
		var waited time.Duration
		for _, second := range rep.Series {
			refused += second.RateLimited
			waited = max(waited, second.Waited)
		}
		if rep.Total.Answered != 600 || rep.Total.Attempts != stats.Requests || int64(refused) != stats.RateLimited {
			t.Errorf("%d answered in %d attempts, %d refused; the simulator has %+v", rep.Total.Answered, rep.Total.Attempts, refused, stats)
		}
		if mean := rep.Total.Latencies.Waited.Mean(); waited < 20*time.Second || mean < 10*time.Second {
			t.Errorf("waited %v at most in a second's mean, %v in all", waited, mean)
		}
	})
}

// An interrupt ends the load with a report of what was done, marked as partial.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, sim.Config{TTFT: seconds(time.Second)})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5550*time.Millisecond, cancel)
		rep, err := bench.Run(ctx, bench.Config{Client: s.client, Load: pace.Load{Rate: pace.Constant(10)}, Count: 1000})
		if err != nil || rep.Partial != "interrupted" {
			t.Fatalf("partial %q, %v", rep.Partial, err)
		}
		if total := &rep.Total; total.Answered != 46 || total.Canceled != 10 || total.Failed != 0 || rep.Elapsed > 6*time.Second {
			t.Errorf("%d answered, %d canceled, %d failed after %v", total.Answered, total.Canceled, total.Failed, rep.Elapsed)
		}
	})
}

func TestTimeout(t *testing.T) {
	cfg := bench.Config{Concurrency: 1, Count: 3, Timeout: time.Second}
	measured(t, sim.Config{TTFT: seconds(time.Minute)}, cfg, func(t *testing.T, _ *stage, rep *report.Report, _ []measure.Record) {
		if rep.Total.Errors["timeout"] != 3 || rep.Elapsed != 3*time.Second || rep.Partial != "" {
			t.Errorf("%v after %v", rep.Total.Errors, rep.Elapsed)
		}
	})
}

// A recorder that fails ends the load, and the report says why.
func TestRecordFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		s := newStage(t, sim.Config{TTFT: seconds(time.Second)})
		rep, err := bench.Run(t.Context(), bench.Config{
			Client: s.client, Concurrency: 2, Count: 1000, Record: func(*measure.Record) error { return full },
		})
		if !errors.Is(err, full) || rep == nil || !strings.Contains(rep.Partial, "disk full") || rep.Elapsed > 2*time.Second {
			t.Errorf("%v, %+v", err, rep)
		}
	})
}

// A trace is replayed in its own time, or faster, with its lengths.
func TestTrace(t *testing.T) {
	trace := pace.Trace{{Input: 100, Output: 7}, {At: 4 * time.Second, Input: 50, Output: 3}}
	cfg := bench.Config{Trace: trace, Speed: 2, Prompts: nil}
	measured(t, sim.Config{OutputTokens: sim.Constant(1000)}, cfg, func(t *testing.T, _ *stage, rep *report.Report, records []measure.Record) {
		if len(records) != 2 || records[1].Sent != 2*time.Second || records[0].Output != 7 || records[1].Output != 3 {
			t.Fatalf("%+v", records)
		}
		if in := records[0].Input; in < 95 || in > 105 {
			t.Errorf("a prompt of 100 tokens has %d", in)
		}
	})
}

func TestConfigFaults(t *testing.T) {
	s := newStage(t, sim.Config{})
	even := pace.Load{Rate: pace.Constant(1)}
	for name, tt := range map[string]struct {
		cfg  bench.Config
		want []string
	}{
		"nothing":       {bench.Config{}, []string{"client: is required", "exactly one of", "give a count or a duration"}},
		"two loads":     {bench.Config{Client: s.client, Load: even, Concurrency: 1, Count: 1}, []string{"exactly one of"}},
		"bad rate":      {bench.Config{Client: s.client, Load: pace.Load{Rate: pace.Constant(-1)}, Count: 1}, []string{"rate -1"}},
		"all cut":       {bench.Config{Client: s.client, Load: even, Duration: time.Second, Warmup: time.Second}, []string{"nothing is left of 1s"}},
		"cool":          {bench.Config{Client: s.client, Load: even, Count: 1, Cooldown: 1}, []string{"cool-down: it is counted"}},
		"ttft of whole": {bench.Config{Client: s.client, Load: even, Count: 1, SLO: measure.SLO{TTFT: 1}}, []string{"without streams"}},
		"negative":      {bench.Config{Client: s.client, Concurrency: -1, Count: -1, Timeout: -1}, []string{"concurrency -1", "count, duration", "timeout"}},
	} {
		t.Run(name, func(t *testing.T) {
			rep, err := bench.Run(t.Context(), tt.cfg)
			if err == nil || rep != nil {
				t.Fatalf("%v, %v", rep, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v lacks %q", err, want)
				}
			}
		})
	}
}
