package bench_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bench"
	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/prompt"
	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// stage is a simulator in memory, its log, and a client of it.
type stage struct {
	sim    *sim.Sim
	client request.Client

	mu  sync.Mutex
	log []sim.Entry
}

func newStage(t *testing.T, cfg sim.Config) *stage {
	t.Helper()
	s := &stage{}
	cfg.Log = func(e sim.Entry) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log = append(s.log, e)
	}
	var err error
	if s.sim, err = sim.New(cfg); err != nil {
		t.Fatal(err)
	}
	s.client, err = openai.New(openai.Config{BaseURL: "http://sim.invalid/v1", APIKey: "k", Model: "gpt-5-mini", Transport: s.sim.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// entries is the log, in the order in which requests came.
func (s *stage) entries() []sim.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(s.log), func(a, b sim.Entry) int { return a.Begun.Compare(b.Begun) })
}

// measured runs a load under a clock that moves only while everybody waits, and hands over the report and the records.
func measured(t *testing.T, server sim.Config, cfg bench.Config, check func(*testing.T, *stage, *report.Report, []measure.Record)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, server)
		cfg.Client = s.client
		rep, records := s.run(t, cfg)
		check(t, s, rep, records)
	})
}

func (s *stage) run(t *testing.T, cfg bench.Config) (*report.Report, []measure.Record) {
	t.Helper()
	var records []measure.Record
	cfg.Record = func(r *measure.Record) error {
		records = append(records, *r)
		return nil
	}
	if cfg.Prompts == nil {
		cfg.Prompts = prompt.Synthetic{Input: sim.Uniform(10, 60)}.Source()
	}
	rep, err := bench.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(records, func(a, b measure.Record) int { return a.Index - b.Index })
	return rep, records
}

// seconds are durations as they are in distributions.
func seconds(d time.Duration) sim.Dist { return sim.Constant(d.Seconds()) }
