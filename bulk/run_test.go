package bulk_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

func newRun(t *testing.T, cfg bulk.Config) *bulk.Run {
	t.Helper()
	run, err := bulk.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// collect reads results to their end, and demands that an error is the last thing.
func collect(t *testing.T, results iter.Seq2[bulk.Result, error]) (list []bulk.Result, last error) {
	t.Helper()
	for result, err := range results {
		if last != nil {
			t.Fatalf("after the error %v came another pair: %v, %v", last, result, err)
		}
		if last = err; err == nil {
			list = append(list, result)
		}
	}
	return list, last
}

func ids(results []bulk.Result) []string {
	var list []string
	for _, r := range results {
		list = append(list, r.Item.ID)
	}
	return list
}

func TestNewReportsWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		cfg  bulk.Config
		want string
	}{
		{bulk.Config{}, "Client is nil"},
		{bulk.Config{Client: &fake{}, Order: "random"}, `order "random": use completion or input`},
		{bulk.Config{Client: &fake{}, Concurrency: -1}, "concurrency of -1: must be between 1 and 100000"},
		{bulk.Config{Client: &fake{}, Concurrency: 1 << 62}, "must be between 1 and 100000"},
	} {
		if run, err := bulk.New(test.cfg); run != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("New(%+v) gave %v, %v; want an error with %q", test.cfg, run, err, test.want)
		}
	}
}

func TestZeroConfigRunsTheDefaultConcurrencyInOrderOfCompletion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &fake{}
		client.answer = func(ctx context.Context, req request.Request) (*request.Response, error) {
			time.Sleep(time.Duration(bulk.DefaultConcurrency-number(req)) * time.Second)
			return echo(ctx, req)
		}
		src := &numbers{n: bulk.DefaultConcurrency}
		got, err := collect(t, newRun(t, bulk.Config{Client: client}).Results(t.Context(), src.items()))
		if err != nil || len(got) != src.n || got[0].Item.Index != src.n-1 || got[src.n-1].Item.Index != 0 {
			t.Errorf("got %v, %v; want the items from the last, which is the fastest, to the first", ids(got), err)
		}
		if client.peak.Load() != bulk.DefaultConcurrency {
			t.Errorf("%d were in flight at most; want %d", client.peak.Load(), bulk.DefaultConcurrency)
		}
	})
}

func TestResultCarriesItemAnswerAndLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failure := &request.Error{Class: request.ClassOverloaded}
		client := &fake{}
		run := newRun(t, bulk.Config{Client: client, Order: bulk.Input})
		client.answer = func(ctx context.Context, req request.Request) (*request.Response, error) {
			if run.InFlight() == 0 {
				t.Error("an item is being answered and none is in flight")
			}
			time.Sleep(3 * time.Second)
			if number(req) == 1 {
				return nil, failure
			}
			return echo(ctx, req)
		}
		broken := errors.New("broken line")
		items := func(yield func(source.Item, error) bool) {
			_ = yield(numbered(0), nil) && yield(numbered(1), nil) && yield(source.Item{ID: "bad", Line: 9, Err: broken}, nil)
		}
		got, err := collect(t, run.Results(t.Context(), items))
		if err != nil || !slices.Equal(ids(got), []string{"0", "1", "bad"}) {
			t.Fatalf("got %v, %v", ids(got), err)
		}
		for i, r := range got {
			if r.Item.Index != i {
				t.Errorf("item %s has the index %d, want %d", r.Item.ID, r.Item.Index, i)
			}
		}
		if got[0].Err != nil || got[0].Response.Content != "0" || got[0].Latency != 3*time.Second {
			t.Errorf("the answer came as %+v", got[0])
		}
		if got[1].Err != failure || got[1].Response != nil || got[1].Latency != 3*time.Second {
			t.Errorf("the failure came as %+v", got[1])
		}
		if got[2].Err != broken || got[2].Latency != 0 || client.calls.Load() != 2 {
			t.Errorf("the broken item came as %+v after %d calls; it must not be sent", got[2], client.calls.Load())
		}
		if run.InFlight() != 0 {
			t.Errorf("%d are in flight at the end", run.InFlight())
		}
	})
}

func TestSourceErrorComesAfterAllResults(t *testing.T) {
	for _, order := range []bulk.Order{bulk.Completion, bulk.Input} {
		t.Run(string(order), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				broken := errors.New("broken source")
				client := &fake{answer: func(ctx context.Context, req request.Request) (*request.Response, error) {
					time.Sleep(time.Duration(5-number(req)) * time.Second)
					return echo(ctx, req)
				}}
				src := &numbers{n: 5, then: func() error { return broken }}
				got, err := collect(t, newRun(t, bulk.Config{Client: client, Concurrency: 5, Order: order}).Results(t.Context(), src.items()))
				if len(got) != 5 || err != broken {
					t.Errorf("got %v, %v; want 5 results and the error of the source", ids(got), err)
				}
			})
		})
	}
}

func TestEmptySource(t *testing.T) {
	got, err := collect(t, newRun(t, bulk.Config{Client: &fake{}}).Results(t.Context(), (&numbers{}).items()))
	if len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", ids(got), err)
	}
}

func TestSourceThatBlocksHoldsNoResultBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		more := make(chan struct{})
		src := &numbers{n: 3, then: func() error { <-more; return nil }}
		run := newRun(t, bulk.Config{Client: &fake{answer: echo}, Order: bulk.Input})
		n := 0
		for _, err := range run.Results(t.Context(), src.items()) {
			if n++; err != nil {
				t.Fatal(err)
			}
			if n == 3 {
				close(more) // only now may the source go on
			}
		}
		if n != 3 {
			t.Errorf("got %d results, want 3", n)
		}
	})
}

func TestRunServesSeveralPassesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &fake{answer: func(ctx context.Context, req request.Request) (*request.Response, error) {
			time.Sleep(time.Second)
			return echo(ctx, req)
		}}
		run := newRun(t, bulk.Config{Client: client, Concurrency: 4, Order: bulk.Input})
		inner := 0
		for r, err := range run.Results(t.Context(), (&numbers{n: 5}).items()) {
			got, innerErr := collect(t, run.Results(t.Context(), (&numbers{n: 7}).items()))
			if err != nil || innerErr != nil || r.Err != nil || !slices.Equal(ids(got), []string{"0", "1", "2", "3", "4", "5", "6"}) {
				t.Fatalf("got %v, %v, %v", ids(got), err, innerErr)
			}
			inner++
		}
		if inner != 5 {
			t.Errorf("got %d results, want 5", inner)
		}
	})
}
