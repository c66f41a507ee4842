package ledger_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// Many goroutines spend as fast as they can against a cap that covers about half of it. The bill is kept beside the ledger,
// before each call is counted as made, and is never one unit over.
func TestCapUnderConcurrency(t *testing.T) {
	const worst = 100
	budget := request.Money(goroutines * calls * worst / 4)
	memory := store.NewMemory()
	for name, cfg := range map[string]ledger.Config{
		"without a store": {Budgets: []ledger.Budget{{Cap: budget}, {Name: "each", Cap: budget / 4, Each: []string{"tenant"}}}},
		"with a store":    {Budgets: []ledger.Budget{{Cap: budget}}, Store: memory},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLedger(t, cfg)
			var bill, over atomic.Int64
			var all sync.WaitGroup
			for g := range goroutines {
				all.Go(func() {
					tenant := string(rune('a' + g%8))
					for i := range calls {
						h, err := l.Reserve(t.Context(), ask(worst, tenant))
						if errors.Is(err, request.ErrBudget) {
							continue
						}
						if err != nil {
							t.Error(err)
							return
						}
						spend(t, h, i, worst, &bill)
						if bill.Load() > int64(budget) {
							over.Add(1)
						}
					}
				})
			}
			all.Wait()
			s := l.Snapshot()
			if over.Load() > 0 || bill.Load() > int64(s.Spent+s.Presumed) || s.Spent+s.Presumed > budget || s.Open != 0 || s.Reserved != 0 {
				t.Errorf("the bill is %d, %d times over the cap of %v; the ledger has %+v", bill.Load(), over.Load(), budget, s)
			}
			if s.Spent+s.Presumed <= budget-worst && name == "with a store" {
				t.Errorf("%v of %v were spent; calls were refused that fit", s.Spent+s.Presumed, budget)
			}
			var rows, tenants request.Money
			for _, row := range l.Summary("tenant") {
				rows += row.Spent + row.Presumed
			}
			for _, b := range s.Balances {
				if b.Budget == "each" {
					tenants += b.Spent + b.Presumed
				}
			}
			if rows != s.Spent+s.Presumed || cfg.Store == nil && tenants != rows {
				t.Errorf("rows add up to %v, the tenants' budgets to %v, the whole is %v", rows, tenants, s.Spent+s.Presumed)
			}
		})
	}
	sums, err := memory.Sums(t.Context(), time.Time{})
	check(t, err)
	var entries request.Money
	for _, sum := range sums {
		entries += sum.Spent + sum.Presumed
	}
	again := newLedger(t, ledger.Config{Store: memory})
	if s := again.Snapshot(); s.Spent+s.Presumed != entries || s.Unknown != 0 {
		t.Errorf("the entries add up to %v; the ledger that read them has %+v", entries, s)
	}
}

// spend makes the call and ends its hold, each time in another way.
func spend(t *testing.T, h *ledger.Hold, i int, worst int64, bill *atomic.Int64) {
	var err error
	switch i % 5 {
	case 0:
		bill.Add(worst)
		err = h.Presume()
	case 1:
		err = h.Release()
	default:
		bill.Add(worst * int64(i%5) / 4)
		err = h.Settle(usage(request.Money(worst * int64(i%5) / 4)))
	}
	if err != nil {
		t.Error(err)
	}
}
