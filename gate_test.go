package llmgate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/pricing"
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
	state := filepath.Join(t.TempDir(), "money.db")
	_, err := llmgate.New(t.Context(), llmgate.Config{
		Models: []string{"nobody/x", "gpt-5-mini"}, Options: []llmgate.Option{llmgate.WithGetenv(func(string) string { return "" })},
		Targets: []llmgate.Target{{Model: "openai/gpt-5-mini", Limits: llmgate.Ceilings{RPM: -1}}},
		Budget:  llmgate.Budget{DailyUSD: -1, More: []ledger.Budget{{Cap: -1}}},
		Cache:   &llmgate.CacheConfig{TTL: -1}, State: state, Store: store.NewMemory(), Policy: &llmgate.Policy{MaxAttempts: -1},
	})
	for _, want := range []string{
		"nobody", "write vendor/model", "OPENAI_API_KEY", "RPM", "DailyUSD", "Budget: ", "Cache: ", "State and Store", "MaxAttempts",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not name %s", err, want)
		}
	}
	if _, err := os.Stat(state); !os.IsNotExist(err) {
		t.Errorf("a configuration with faults left a file: %v", err)
	}
	for want, cfg := range map[string]llmgate.Config{
		"no models":  {},
		"no API key": {Models: []string{"sim/a", "openai/gpt-5-mini"}, Options: []llmgate.Option{llmgate.WithGetenv(func(string) string { return "" })}},
		"State and":  {Models: []string{"sim/a"}, State: "x", Store: store.NewMemory()},
		"Cache":      {Models: []string{"sim/a"}, Cache: &cache.Config{TTL: -1}},
		"State: ":    {Models: []string{"sim/a"}, State: filepath.Join(t.TempDir(), "missing", "x.db")},
		"RPM":        {Targets: []llmgate.Target{{Model: "sim/a", Limits: lane.Limits{RPM: -1}}}},
		"Budget: ":   {Models: []string{"sim/a"}, Budget: llmgate.Budget{More: []ledger.Budget{{Cap: -1}}}},
		"is taken":   {Models: []string{"sim/a", "sim/a"}},
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
	g := simulated(t, llmgate.Config{Models: []string{"sim/unheard-of"}, Budget: llmgate.Budget{TotalUSD: 1}})
	_, err := g.Complete(t.Context(), question("?"))
	if !errors.Is(err, llmgate.ErrBudget) || !strings.Contains(err.Error(), "sim/unheard-of") {
		t.Errorf("%v", err)
	}
	g = simulated(t, llmgate.Config{Models: []string{"sim/unheard-of"}, Budget: llmgate.Budget{TotalUSD: 1, Unpriced: ledger.CountTokens}})
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

// The demo is known to cost nothing, so that whoever tries a budget out gets answers. Its neighbours keep their prices, and a
// table that has the demo is left as it is.
func TestTheDemoIsFree(t *testing.T) {
	g := simulated(t, llmgate.Config{
		Models: []string{"sim/demo"}, Targets: []llmgate.Target{{Model: "sim/openai/gpt-5-mini"}}, Order: policy.RoundRobin(),
		Budget: llmgate.Budget{TotalUSD: 1},
	})
	free := map[string]bool{}
	for range 2 {
		resp, err := g.Complete(t.Context(), question("What does it cost?"))
		if err != nil || !resp.Usage.Priced {
			t.Fatalf("%+v, %v", resp, err)
		}
		free[resp.Model] = resp.Usage.Cost == 0
	}
	if d := cmp.Diff(map[string]bool{"demo": true, "openai/gpt-5-mini": false}, free); d != "" {
		t.Error(d)
	}
	own, err := pricing.Parse("[sim]\ndemo 0 1000 ? - usd=1,1\n")
	if err != nil {
		t.Fatal(err)
	}
	g = simulated(t, llmgate.Config{Models: []string{"sim/demo"}, Prices: own})
	if resp, err := g.Complete(t.Context(), question("And now?")); err != nil || resp.Usage.Cost == 0 {
		t.Errorf("%+v, %v", resp, err)
	}
}

func TestMapAndReduce(t *testing.T) {
	g := simulated(t, llmgate.Config{Models: []string{"sim/demo"}})
	lengths := llmgate.Mapping[string, int]{
		Ask:  func(text string) (llmgate.Request, error) { return question(text), nil },
		Read: func(text string, _ *llmgate.Response) (int, error) { return len(text), nil },
	}
	var got []int
	for m := range llmgate.Map(t.Context(), g, slices.Values([]string{"a", "bb", "ccc"}), lengths, llmgate.RunOptions{Order: llmgate.InputOrder}) {
		if m.Err != nil {
			t.Error(m.Err)
		}
		got = append(got, m.Value)
	}
	sums := llmgate.Mapping[[]int, int]{
		Ask:  func(group []int) (llmgate.Request, error) { return question(fmt.Sprint(group)), nil },
		Read: func(group []int, _ *llmgate.Response) (int, error) { return group[0] + group[len(group)-1], nil },
	}
	sum, err := llmgate.Reduce(t.Context(), g, []int{1, 2, 4, 8}, 2, sums, llmgate.RunOptions{})
	if !slices.Equal(got, []int{1, 2, 3}) || sum != 15 || err != nil {
		t.Errorf("mapped to %v, reduced to %d, %v", got, sum, err)
	}
}

// Whoever ends it, and how often at once: it ends once, and later requests are told.
func TestAGateIsClosedByManyAtOnce(t *testing.T) {
	before := goleak.IgnoreCurrent()
	g, err := llmgate.New(context.Background(), llmgate.Config{Models: []string{"sim/demo"}, State: filepath.Join(t.TempDir(), "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	var ends sync.WaitGroup
	for i := range 12 {
		g.Submit(t.Context(), question("?"))
		ends.Go(func() {
			end := [...]func() error{g.Close, func() error { g.Abort(); return nil }, func() error { return g.Drain(context.Background()) }}[i%3]
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
	ends.Wait()
	if _, err := g.Complete(t.Context(), question("?")); !errors.Is(err, llmgate.ErrStopped) {
		t.Errorf("%v", err)
	}
	goleak.VerifyNone(t, before)
}
