package bulk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// A job costs half via batch, and the ledger has what the provider charges.
func TestViaBatchCostsHalf(t *testing.T) {
	for _, model := range []string{"openai/gpt-4o-mini", "anthropic/claude-haiku-4-5", "gemini/gemini-2.5-flash"} {
		t.Run(model, func(t *testing.T) {
			var spent [2]request.Money
			for i, batched := range []bool{false, true} {
				inDepot(t, sim.Batches{Delay: time.Minute}, func(d *depot) {
					d.model = model
					d.change = func(cfg *bulk.JobConfig) {
						if !batched {
							cfg.Batch = nil
						}
					}
					sum := d.run(d.Context(), many(40))
					if sum.Answered != 40 || sum.Presumed != 0 || sum.Unpriced != 0 || sum.Spent != d.bill || len(d.paid) != 40 || len(d.results()) != 40 {
						d.Errorf("batched %v: the provider charged %v: %+v", batched, d.bill, sum.Snapshot)
					}
					spent[i] = sum.Spent
				})
			}
			if spent[1] == 0 || spent[0] != 2*spent[1] {
				t.Errorf("%v online, %v via batch", spent[0], spent[1])
			}
		})
	}
}

// disk is a store whose commits take time, and are counted.
type disk struct {
	store.Store
	commits atomic.Int64
}

func (d *disk) Commit(ctx context.Context, b *store.Batch) error {
	d.commits.Add(1)
	time.Sleep(10 * time.Millisecond)
	return d.Store.Commit(ctx, b)
}

// What is reserved and settled, copied and given back waits for common commits.
func TestViaBatchWritesTogether(t *testing.T) {
	inDepot(t, sim.Batches{Delay: 2 * time.Minute}, func(d *depot) {
		books := &disk{Store: d.books}
		d.books, d.cap = books, request.USD(1000)
		var input strings.Builder
		for i := range 3000 {
			fmt.Fprintf(&input, `{"id":"%d","prompt":"question %d"}`+"\n", i, i%2000) // the last thousand are the same as the first
		}
		few := func(what string, most int64) {
			d.Helper()
			if n := books.commits.Swap(0); n > most {
				d.Errorf("%s took %d commits, want at most %d", what, n, most)
			}
		}
		ctx, cancel := context.WithTimeout(d.Context(), time.Minute)
		defer cancel()
		if sum := d.run(ctx, input.String()); sum.Left != 3000 {
			d.Fatalf("%+v", sum)
		}
		few("reserving", 16)
		sum := d.run(d.Context(), input.String())
		few("settling", 16)
		if sum.Answered != 3000 || sum.Copied != 1000 || len(d.paid) != 2000 || sum.Spent != d.bill {
			d.Errorf("%+v, with %d paid", sum.Snapshot, len(d.paid))
		}
	})
}

// A budget that covers some of the items pays for as many, and the others wait for a higher one.
func TestViaBatchWithinABudget(t *testing.T) {
	inDepot(t, sim.Batches{}, func(d *depot) {
		d.change = func(cfg *bulk.JobConfig) { cfg.Order = bulk.Input }
		d.cap = request.USD(0.0065) // the worst case of one is above 0.0003 dollars
		sum := d.run(d.Context(), many(30))
		first := len(slices.Concat(d.submitted...))
		if !request.IsBudget(sum.Stopped) || first < 10 || first > 25 || sum.Answered != first || sum.Left != 30-first || len(d.results()) != first || sum.Spent != d.bill {
			d.Errorf("%d submitted, %+v", first, sum)
		}
		d.cap = request.USD(1)
		sum = d.run(d.Context(), many(30))
		if sum.EarlierAnswered != first || sum.Answered != 30-first || len(slices.Concat(d.submitted...)) != 30 || sum.Costs[0].Spent != d.bill {
			d.Errorf("with a higher budget: %+v", sum.Snapshot)
		}
	})
}
