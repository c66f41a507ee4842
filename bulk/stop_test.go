package bulk_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/request"
)

var bothOrders = []bulk.Order{bulk.Completion, bulk.Input}

// inBothOrders runs a test in a bubble for each order.
func inBothOrders(t *testing.T, test func(t *testing.T, order bulk.Order)) {
	for _, order := range bothOrders {
		t.Run(string(order), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, order) })
		})
	}
}

func TestStopFinishesWhatIsInFlightAndTakesNoMore(t *testing.T) {
	inBothOrders(t, func(t *testing.T, order bulk.Order) {
		stop, gate := make(chan struct{}), make(chan struct{})
		client := &fake{answer: after(gate)}
		run := newRun(t, bulk.Config{Client: client, Concurrency: 3, Order: order, Stop: stop})
		src := &numbers{n: 100}
		go func() {
			synctest.Wait() // until three are in flight
			close(stop)
			synctest.Wait()
			close(gate)
		}()
		got, err := collect(t, run.Results(t.Context(), src.items()))
		if n := len(got); err != nil || n != 3 || client.calls.Load() != 3 {
			t.Fatalf("got %v, %v after %d calls; want the results of what was in flight", ids(got), err, client.calls.Load())
		}
		for _, r := range got {
			if r.Err != nil {
				t.Errorf("item %s was not finished: %v", r.Item.ID, r.Err)
			}
		}
	})
}

func TestStopBeforeTheStartTakesNothing(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	client := &fake{answer: echo}
	got, err := collect(t, newRun(t, bulk.Config{Client: client, Stop: stop}).Results(t.Context(), (&numbers{n: 9}).items()))
	if len(got) != 0 || err != nil || client.calls.Load() != 0 {
		t.Errorf("got %v, %v after %d calls", ids(got), err, client.calls.Load())
	}
}

func TestStopWhileTheReaderIsSlow(t *testing.T) {
	inBothOrders(t, func(t *testing.T, order bulk.Order) {
		stop := make(chan struct{})
		run := newRun(t, bulk.Config{Client: &fake{answer: echo}, Concurrency: 2, Order: order, Stop: stop})
		src := &numbers{n: 1000}
		n := 0
		for r, err := range run.Results(t.Context(), src.items()) {
			if n++; n == 1 {
				synctest.Wait() // until the intake waits for the reader
				close(stop)
			}
			if err != nil || r.Err != nil {
				t.Fatal(err, r.Err)
			}
		}
		if taken := int(src.taken.Load()); n < taken-1 || taken == src.n {
			t.Errorf("%d items were taken and %d have a result; only one that had not been let in may lack it", taken, n)
		}
	})
}

func TestEndOfContextEndsWhatIsInFlight(t *testing.T) {
	inBothOrders(t, func(t *testing.T, order bulk.Order) {
		ctx, cancel := context.WithCancel(t.Context())
		client := &fake{answer: untilCanceled}
		run := newRun(t, bulk.Config{Client: client, Concurrency: 3, Order: order})
		go func() {
			synctest.Wait()
			cancel()
		}()
		got, err := collect(t, run.Results(ctx, (&numbers{n: 100}).items()))
		if n := len(got); err != nil || n != 3 {
			t.Fatalf("got %v, %v; want a result for each that was in flight", ids(got), err)
		}
		for _, r := range got {
			if !errors.Is(r.Err, context.Canceled) || r.Class() != request.ClassCanceled {
				t.Errorf("item %s ended with %v, of class %s", r.Item.ID, r.Err, r.Class())
			}
		}
	})
}

func TestLeavingTheLoopCancelsAndWaits(t *testing.T) {
	inBothOrders(t, func(t *testing.T, order bulk.Order) {
		client := &fake{}
		client.answer = func(ctx context.Context, req request.Request) (*request.Response, error) {
			if number(req) == 0 {
				return echo(ctx, req)
			}
			return untilCanceled(ctx, req)
		}
		src := &numbers{n: 1000, then: func() error { return errors.New("must not be reached") }}
		for range newRun(t, bulk.Config{Client: client, Concurrency: 5, Order: order}).Results(t.Context(), src.items()) {
			synctest.Wait()
			if client.inFlight.Load() == 0 {
				t.Fatal("nothing is in flight to be cancelled")
			}
			break
		}
		if n := client.inFlight.Load(); n != 0 {
			t.Errorf("%d are still in flight after the loop", n)
		}
		if taken := src.taken.Load(); taken > 50 {
			t.Errorf("%d items were taken from the source of a loop that was left at the first result", taken)
		}
	})
}

func TestPanicInTheLoopCancelsAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		close(gate)
		client := &fake{answer: after(gate)}
		func() {
			defer func() {
				if p := recover(); p != "the reader's own" {
					t.Errorf("recovered %v", p)
				}
			}()
			for range newRun(t, bulk.Config{Client: client, Concurrency: 5}).Results(t.Context(), (&numbers{n: 1000}).items()) {
				panic("the reader's own")
			}
		}()
		if n := client.inFlight.Load(); n != 0 {
			t.Errorf("%d are still in flight after the loop", n)
		}
	})
}

// A source that has ended without an error must not be mistaken for one that a stop has cut.
func TestStopAfterTheLastItemLosesNothing(t *testing.T) {
	inBothOrders(t, func(t *testing.T, order bulk.Order) {
		stop, gate := make(chan struct{}), make(chan struct{})
		run := newRun(t, bulk.Config{Client: &fake{answer: after(gate)}, Concurrency: 4, Order: order, Stop: stop})
		go func() {
			synctest.Wait()
			close(stop)
			close(gate)
		}()
		got, err := collect(t, run.Results(t.Context(), (&numbers{n: 4}).items()))
		slices.SortFunc(got, func(a, b bulk.Result) int { return a.Item.Index - b.Item.Index })
		if err != nil || !slices.Equal(ids(got), []string{"0", "1", "2", "3"}) {
			t.Errorf("got %v, %v", ids(got), err)
		}
	})
}
