package ledger_test

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/sqlite"
)

func usage(cost request.Money) request.Usage {
	u := request.Usage{InputTokens: 100, OutputTokens: 20, Reported: true}
	u.SetCost(cost)
	return u
}

func newLedger(tb testing.TB, cfg ledger.Config) *ledger.Ledger {
	tb.Helper()
	l, err := ledger.New(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	return l
}

// A ledger without a store, with callers on every processor: go test ./ledger -run '^$' -bench Memory -benchmem
func BenchmarkMemory(b *testing.B) {
	l := newLedger(b, ledger.Config{Budgets: []ledger.Budget{
		{Cap: 1 << 62}, {Window: ledger.PerDay, Cap: 1 << 62, Each: []string{"tenant"}},
	}})
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(p *testing.PB) {
		ctx, cancel := context.WithCancel(b.Context()) // each caller has one of its own, as in a server
		defer cancel()
		for p.Next() {
			h, err := l.Reserve(ctx, ledger.Request{Amount: 1000, Tenant: "acme", Provider: "openai", Model: "gpt-5-mini"})
			if err != nil {
				b.Fatal(err)
			}
			h.Settle(usage(10))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// A ledger in a file, synchronous = FULL, with 64 callers: go test ./ledger -run '^$' -bench Durable
func BenchmarkDurable(b *testing.B) {
	file, err := sqlite.Open(b.Context(), sqlite.Config{Path: filepath.Join(b.TempDir(), "x.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	counted := &counting{Store: file}
	l := newLedger(b, ledger.Config{Store: counted, Budgets: []ledger.Budget{{Cap: 1 << 62}}})
	defer l.Close()
	var left atomic.Int64
	left.Store(int64(b.N))
	var callers sync.WaitGroup
	b.ResetTimer()
	for range 64 {
		callers.Go(func() {
			for left.Add(-1) >= 0 {
				h, err := l.Reserve(b.Context(), ledger.Request{Amount: 1000, Tenant: "acme", Provider: "openai", Model: "gpt-5-mini"})
				if err != nil {
					b.Error(err)
					return
				}
				if err := h.Settle(usage(10)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	callers.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(counted.commits.Load())/float64(b.N), "commits/call")
}

// counting counts commits.
type counting struct {
	store.Store
	commits atomic.Int64
}

func (c *counting) Commit(ctx context.Context, b *store.Batch) error {
	c.commits.Add(1)
	return c.Store.Commit(ctx, b)
}
