package llmgate_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/store"
)

func question(text string) llmgate.Request {
	return llmgate.Request{Messages: []llmgate.Message{{Role: llmgate.RoleUser, Content: text}}, MaxTokens: 50}
}

// simulated opens a gate on models of simulators that answer at once; it is closed with the test.
func simulated(t *testing.T, cfg llmgate.Config) *llmgate.Gate {
	t.Helper()
	if cfg.Options == nil {
		cfg.Options = []llmgate.Option{llmgate.WithTransport(simulator(t, sim.Config{}).Transport())}
	}
	g, err := llmgate.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func simulator(t *testing.T, cfg sim.Config) *sim.Sim {
	t.Helper()
	s, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewReportsAllFaults(t *testing.T) {
	_, err := llmgate.New(t.Context(), llmgate.Config{
		Models: []string{"nobody/x", "gpt-5-mini"}, Options: []llmgate.Option{llmgate.WithGetenv(func(string) string { return "" })},
		Targets: []llmgate.Target{{Model: "openai/gpt-5-mini"}}, Budget: llmgate.Budget{DailyUSD: -1},
	})
	for _, want := range []string{"nobody", "write vendor/model", "OPENAI_API_KEY", "DailyUSD"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not name %s", err, want)
		}
	}
	for want, cfg := range map[string]llmgate.Config{
		"no models": {},
		"State and": {Models: []string{"sim/a"}, State: "x", Store: store.NewMemory()},
		"Cache":     {Models: []string{"sim/a"}, Cache: &cache.Config{TTL: -1}},
		"State: ":   {Models: []string{"sim/a"}, State: filepath.Join(t.TempDir(), "missing", "x.db")},
		"RPM":       {Targets: []llmgate.Target{{Model: "sim/a", Limits: lane.Limits{RPM: -1}}}},
		"Budget: ":  {Models: []string{"sim/a"}, Budget: llmgate.Budget{More: []ledger.Budget{{Cap: -1}}}},
		"is taken":  {Models: []string{"sim/a", "sim/a"}},
	} {
		if _, err := llmgate.New(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not say %q", err, want)
		}
	}
}

// An answer costs what its model costs, and the books say so, by model.
func TestAGateCounts(t *testing.T) {
	g := simulated(t, llmgate.Config{Models: []string{"sim/openai/gpt-5-mini"}})
	resp, err := g.Complete(t.Context(), question("What does it cost?"))
	if err != nil || !resp.Usage.Priced || resp.Usage.Cost == 0 {
		t.Fatalf("%+v, %v", resp, err)
	}
	rows := g.Ledger().Summary("provider", "model")
	if len(rows) != 1 || rows[0].Labels["provider"] != "sim" || rows[0].Labels["model"] != "openai/gpt-5-mini" {
		t.Errorf("rows %+v", rows)
	}
	if s := g.Ledger().Snapshot(); s.Spent != resp.Usage.Cost || s.Open != 0 {
		t.Errorf("books %+v; the answer cost %v", s, resp.Usage.Cost)
	}
}

// What fails at one vendor is asked of the next one, for both were named.
func TestAGateFallsBack(t *testing.T) {
	broken := simulator(t, sim.Config{Faults: []sim.Fault{{Kind: sim.FaultStatus, Status: 403, Probability: 1}}})
	g := simulated(t, llmgate.Config{
		Targets: []llmgate.Target{
			{Model: "openai/gpt-5-mini", Options: []llmgate.Option{llmgate.WithTransport(broken.Transport()), llmgate.WithAPIKey("key")}},
			{Model: "sim/openai/gpt-5-nano"},
		},
	})
	resp, err := g.Complete(t.Context(), question("Who answers?"))
	if err != nil || len(resp.Attempts) != 2 || resp.Attempts[0].Class != llmgate.ClassPermission || resp.Provider != "sim" {
		t.Fatalf("%+v, %v", resp, err)
	}
}

func TestABudgetEndsAndOutlivesTheGate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "money.db")
	cfg := llmgate.Config{Models: []string{"sim/openai/gpt-5-mini"}, State: file, Budget: llmgate.Budget{TotalUSD: 0.001}}
	var spent llmgate.Money
	for round := range 2 {
		g := simulated(t, cfg)
		for n := 0; ; n++ {
			resp, err := g.Complete(t.Context(), question("Once more?"))
			if errors.Is(err, llmgate.ErrBudget) {
				if n == 0 != (round == 1) {
					t.Errorf("round %d: the budget ended after %d", round, n)
				}
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			spent += resp.Usage.Cost
		}
		if s := g.Ledger().Snapshot(); s.Spent != spent {
			t.Errorf("round %d: the books say %v, the answers %v", round, s.Spent, spent)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A cap on what nobody can price would be none.
func TestABudgetRefusesWhatNobodyPrices(t *testing.T) {
	g := simulated(t, llmgate.Config{Models: []string{"sim/demo"}, Budget: llmgate.Budget{TotalUSD: 1}})
	_, err := g.Complete(t.Context(), question("?"))
	if !errors.Is(err, llmgate.ErrBudget) || !strings.Contains(err.Error(), "sim/demo") {
		t.Errorf("%v", err)
	}
	g = simulated(t, llmgate.Config{Models: []string{"sim/demo"}, Budget: llmgate.Budget{TotalUSD: 1, Unpriced: ledger.CountTokens}})
	if _, err := g.Complete(t.Context(), question("?")); err != nil {
		t.Error(err)
	}
}

func TestAGateCaches(t *testing.T) {
	g := simulated(t, llmgate.Config{Models: []string{"sim/demo"}, Cache: &cache.Config{TTL: time.Hour, KeepTruncated: true}})
	for i := range 2 {
		resp, err := g.Complete(t.Context(), question("Again?"))
		if err != nil || resp.FromCache != (i == 1) {
			t.Errorf("%d: %+v, %v", i, resp, err)
		}
	}
}

func TestAGateLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	g, err := llmgate.New(context.Background(), llmgate.Config{Models: []string{"sim/demo"}, State: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	h := g.Submit(t.Context(), question("?"))
	if err := g.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := h.Result(); err != nil {
		t.Error(err)
	}
	g.Abort()
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before)
}
