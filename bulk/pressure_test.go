package bulk_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// ahead is how many items may be taken from the source beyond the results handed out: those that the window holds, and one
// that waits to be let in.
func ahead(order bulk.Order, concurrency int) int64 {
	if order == bulk.Input {
		return int64(8*concurrency + 1)
	}
	return int64(concurrency + 1)
}

func TestReaderThatStopsHoldsUpTheIntake(t *testing.T) {
	inBothOrders(t, func(t *testing.T, order bulk.Order) {
		const concurrency = 4
		src := &numbers{n: 1000}
		run := newRun(t, bulk.Config{Client: &fake{answer: echo}, Concurrency: concurrency, Order: order})
		n := int64(0)
		for range run.Results(t.Context(), src.items()) {
			n++
			if n%100 != 1 {
				continue
			}
			synctest.Wait() // until nothing moves but for the reader
			if taken := src.taken.Load(); taken > n+ahead(order, concurrency) || taken < min(n+concurrency, 1000) {
				t.Fatalf("%d items were taken after %d results; the intake must be ahead by the concurrency, and by no more than the window", taken, n)
			}
		}
		if n != 1000 {
			t.Errorf("got %d results", n)
		}
	})
}

func TestSlowItemHoldsUpTheIntakeInInputOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const concurrency = 4
		gate := make(chan struct{})
		client := &fake{answer: func(ctx context.Context, req request.Request) (*request.Response, error) {
			if number(req) == 0 {
				return after(gate)(ctx, req)
			}
			return echo(ctx, req)
		}}
		src := &numbers{n: 1000}
		go func() {
			synctest.Wait()
			if taken := src.taken.Load(); taken != ahead(bulk.Input, concurrency) {
				t.Errorf("%d items were taken while the first is not answered, want %d", taken, ahead(bulk.Input, concurrency))
			}
			close(gate)
		}()
		got, err := collect(t, newRun(t, bulk.Config{Client: client, Concurrency: concurrency, Order: bulk.Input}).Results(t.Context(), src.items()))
		if err != nil || len(got) != 1000 {
			t.Errorf("got %d results, %v", len(got), err)
		}
	})
}

// endless is a file of so many lines that is nowhere in memory.
type endless struct {
	lines, given int
	rest         []byte
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		if e.given == e.lines {
			return 0, io.EOF
		}
		e.given++
		e.rest = fmt.Appendf(e.rest, `{"id": "item-%d", "prompt": "Why is the sky blue?", "unknown": [1, 2, 3]}`+"\n", e.given)
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestMemoryDoesNotGrowWithTheNumberOfItems(t *testing.T) {
	const slack = 2 << 20
	for order, items := range map[bulk.Order]int{bulk.Completion: 100_000, bulk.Input: 20_000} {
		t.Run(string(order), func(t *testing.T) {
			run := newRun(t, bulk.Config{Client: &fake{answer: echo}, Order: order})
			var line []byte
			var early, late uint64
			n := 0
			src, err := source.Open(source.Config{Reader: &endless{lines: items}, Format: source.FormatJSONL, Provider: "sim", AllowDuplicates: true})
			if err != nil {
				t.Fatal(err)
			}
			for r, err := range run.Results(t.Context(), src.Items()) {
				if err == nil {
					line, err = r.AppendJSON(line[:0])
				}
				if err != nil || r.Err != nil {
					t.Fatal(err, r.Err)
				}
				switch n++; n {
				case items / 10:
					early = liveHeap()
				case items / 10 * 9:
					late = liveHeap()
				}
			}
			if n != items || late > early+slack {
				t.Errorf("%d results; %d bytes were live after a tenth and %d after nine tenths", n, early, late)
			}
		})
	}
}

func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
