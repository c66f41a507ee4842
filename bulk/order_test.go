package bulk_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// trial is a run with drawn latencies, and when things happened in it.
type trial struct {
	cfg       bulk.Config
	latencies []int // seconds; a negative one is an item that is broken from the start

	peak     int64
	ended    []time.Time // when the answer to each item was there
	got      []bulk.Result
	received []time.Time
	err      error
}

func drawTrial(t *rapid.T) *trial {
	return &trial{
		latencies: rapid.SliceOfN(rapid.IntRange(-1, 20), 0, 120).Draw(t, "latencies"),
		cfg: bulk.Config{
			Concurrency: rapid.IntRange(1, 12).Draw(t, "concurrency"),
			Order:       rapid.SampledFrom(bothOrders).Draw(t, "order"),
		},
	}
}

// run plays the trial in a bubble, where a reader that does nothing takes no time at all.
func (x *trial) run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x.ended = make([]time.Time, len(x.latencies))
		client := &fake{answer: func(ctx context.Context, req request.Request) (*request.Response, error) {
			i := number(req)
			time.Sleep(time.Duration(x.latencies[i]) * time.Second)
			x.ended[i] = time.Now()
			return echo(ctx, req)
		}}
		x.cfg.Client = client
		run := newRun(t, x.cfg)
		for result, err := range run.Results(t.Context(), x.items) {
			if err != nil {
				x.err = err
				continue
			}
			x.got, x.received = append(x.got, result), append(x.received, time.Now())
		}
		x.peak = client.peak.Load()
	})
}

func (x *trial) items(yield func(source.Item, error) bool) {
	for i, latency := range x.latencies {
		item := numbered(i)
		if latency < 0 {
			item.Err, x.ended[i] = errors.New("broken"), time.Now()
		}
		if !yield(item, nil) {
			return
		}
	}
}

func TestEachItemHasOneResultInTheOrderAskedFor(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x := drawTrial(rt)
		x.run(t)
		if x.err != nil || len(x.got) != len(x.latencies) {
			rt.Fatalf("%d items gave %d results, %v", len(x.latencies), len(x.got), x.err)
		}
		if x.peak > int64(x.cfg.Concurrency) {
			rt.Fatalf("%d were in flight", x.peak)
		}
		seen := map[int]bool{}
		var last time.Time
		for place, r := range x.got {
			i := r.Item.Index
			if seen[i] || r.Item.Line != i+1 {
				rt.Fatalf("item %d came twice or with the index of another: %+v", i, r.Item)
			}
			seen[i] = true
			if broken := x.latencies[i] < 0; broken != (r.Err != nil) || !broken && r.Response.Content != r.Item.ID {
				rt.Fatalf("item %d got %+v", i, r)
			}
			if x.cfg.Order == bulk.Input && i != place {
				rt.Fatalf("item %d came at place %d", i, place)
			}
			x.checkTime(rt, place, &last)
		}
	})
}

// checkTime demands that a result is handed out at the moment when it can be: when it is there, and in the order of the
// input when those before it are there, too.
func (x *trial) checkTime(rt *rapid.T, place int, last *time.Time) {
	i := x.got[place].Item.Index
	due := x.ended[i]
	if x.cfg.Order == bulk.Input && due.Before(*last) {
		due = *last
	}
	*last = due
	if x.latencies[i] >= 0 && !x.received[place].Equal(due) {
		rt.Fatalf("the result of item %d was there at %v and handed out at %v", i, due, x.received[place])
	}
}

func TestAsManyAreInFlightAsAllowed(t *testing.T) {
	inBothOrders(t, func(t *testing.T, order bulk.Order) {
		client := &fake{answer: func(ctx context.Context, req request.Request) (*request.Response, error) {
			time.Sleep(time.Second)
			return echo(ctx, req)
		}}
		start := time.Now()
		run := newRun(t, bulk.Config{Client: client, Concurrency: 7, Order: order})
		got, err := collect(t, run.Results(t.Context(), (&numbers{n: 70}).items()))
		if err != nil || len(got) != 70 || client.peak.Load() != 7 || time.Since(start) != 10*time.Second {
			t.Errorf("%d results, %v, %d in flight, %v; want 70 in ten rounds of 7", len(got), err, client.peak.Load(), time.Since(start))
		}
	})
}
