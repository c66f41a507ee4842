package cache_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// caller is one of two who share a call, and may leave it before its end.
type caller struct {
	streamed bool
	how      string // "", "cancel", "deadline", "break"
	after    time.Duration
}

type ending struct {
	resp *request.Response
	err  error
	at   time.Duration
}

// call asks, leaves if and when it is to, and tells how that ended.
func (who caller) call(t *testing.T, c request.Client) (end ending) {
	start, ctx := time.Now(), t.Context()
	defer func() { end.at = time.Since(start) }()
	switch who.how {
	case "cancel":
		canceled, cancel := context.WithCancel(ctx)
		defer time.AfterFunc(who.after, cancel).Stop()
		ctx = canceled
	case "deadline":
		short, cancel := context.WithTimeout(ctx, who.after)
		defer cancel()
		ctx = short
	case "break":
		for _, err := range c.Stream(ctx, ask("hi")) {
			if err != nil {
				return ending{err: err}
			}
			if time.Since(start) >= who.after {
				return ending{}
			}
		}
		return ending{err: errors.New("the stream ended before it could be left")}
	}
	if who.streamed {
		end.resp, end.err = listen(ctx, c, ask("hi"))
	} else {
		end.resp, end.err = c.Complete(ctx, ask("hi"))
	}
	return end
}

// check tells what is wrong with the end of one whose partner leaves as well, or does not.
func (who caller) check(t *testing.T, end ending) {
	t.Helper()
	class := map[string]request.Class{"cancel": request.ClassCanceled, "deadline": request.ClassTimeout}[who.how]
	cause := map[string]error{"cancel": context.Canceled, "deadline": context.DeadlineExceeded}[who.how]
	switch {
	case who.how == "":
		if end.err != nil || end.resp == nil || end.resp.Content != "0123456789" {
			t.Errorf("%+v stayed and got %+v, %v", who, end.resp, end.err)
		}
		return
	case end.at != who.after:
		t.Errorf("%+v got away after %v", who, end.at)
	case class == "":
		if end.err != nil {
			t.Errorf("%+v: %v", who, end.err)
		}
		return
	}
	e, ok := errors.AsType[*request.Error](end.err)
	if !ok || e.Class != class || !errors.Is(end.err, cause) || end.resp != nil {
		t.Errorf("%+v was told %v, want class %s and %v", who, end.err, class, cause)
	}
}

// callers are all kinds of those who leave after so long, and one who stays.
func callers(after time.Duration) (all []caller) {
	for _, streamed := range []bool{false, true} {
		all = append(all, caller{streamed: streamed}, caller{streamed, "cancel", after}, caller{streamed, "deadline", after})
	}
	return append(all, caller{true, "break", after})
}

// The call goes on for as long as one of two wants it, and no longer.
func TestLeaving(t *testing.T) {
	const whole = 12 * time.Second // of a call that is left alone
	for _, times := range [][2]time.Duration{{4 * time.Second, 6 * time.Second}, {6 * time.Second, 4 * time.Second}} {
		for _, first := range callers(times[0]) {
			for _, second := range callers(times[1]) {
				if second.how == "break" && !first.streamed {
					continue // the call gives it nothing to break at before the end
				}
				t.Run(fmt.Sprintf("%v+%v", first, second), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { leaving(t, [2]caller{first, second}, whole) })
				})
			}
		}
	}
}

func leaving(t *testing.T, who [2]caller, whole time.Duration) {
	client := fake.New(slowly())
	c := wrap(t, client, cache.Config{})
	var ends [2]ending
	var wait sync.WaitGroup
	for i := range who {
		wait.Go(func() { ends[i] = who[i].call(t, c) })
		synctest.Wait()
	}
	wait.Wait()
	for i := range who {
		who[i].check(t, ends[i])
	}
	list := client.Calls()
	if len(list) != 1 {
		t.Fatalf("%d calls, want 1", len(list))
	}
	over := max(who[0].after, who[1].after)
	alone := who[0].how != "" && who[1].how != ""
	if !alone {
		over = whole
	}
	if took := list[0].End.Sub(list[0].Start); took != over {
		t.Errorf("the call took %v, want %v", took, over)
	}
	if abandoned := errors.Is(list[0].Err, context.Canceled); abandoned != alone {
		t.Errorf("the call ended with %v", list[0].Err)
	}
	if kept := complete(t, c, ask("hi")).FromCache; kept == alone {
		t.Errorf("the answer is kept: %v", kept)
	}
}

// What callers are told they owe adds up to what was spent, also when the one who made the call has left.
func TestCostMovesToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wrap(t, fake.New(slowly()), cache.Config{})
		var ends [4]ending
		var wait sync.WaitGroup
		for i, who := range []caller{{true, "cancel", time.Second}, {}, {streamed: true}, {}} {
			wait.Go(func() { ends[i] = who.call(t, c) })
			synctest.Wait()
		}
		wait.Wait()
		var cost request.Money
		for _, end := range ends[1:] {
			cost += end.resp.Usage.Cost
		}
		if cost != request.Cent {
			t.Errorf("the others were charged %v, want one cent in all", cost)
		}
	})
}

// The last to leave is told what the call has come to, as without a cache.
func TestLastToLeaveHearsOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wrap(t, fake.New(slowly()), cache.Config{})
		end := caller{true, "deadline", 4 * time.Second}.call(t, c)
		e, ok := errors.AsType[*request.Error](end.err)
		if !ok || !e.MaybeBilled || e.Provider != "fake" || e.Partial == nil || e.Partial.Content != "012"[:len(e.Partial.Content)] {
			t.Errorf("the last one was told %+v", e)
		}
	})
}

func TestContextBelow(t *testing.T) {
	type name struct{}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var seen []time.Duration
		client := &stub{answer: func(ctx context.Context, req request.Request) (*request.Response, error) {
			if ctx.Value(name{}) != "first" {
				t.Errorf("the call has the value %v, want that of the first caller", ctx.Value(name{}))
			}
			for range 4 {
				left := time.Duration(-1)
				if deadline, ok := ctx.Deadline(); ok {
					left = deadline.Sub(start)
				}
				seen = append(seen, left)
				time.Sleep(2 * time.Second)
			}
			return okay().answer(ctx, req)
		}}
		c := wrap(t, client, cache.Config{})
		var wait sync.WaitGroup
		for i, limit := range []time.Duration{10 * time.Second, 9 * time.Second, 20 * time.Second, 0} {
			wait.Go(func() {
				ctx := context.WithValue(t.Context(), name{}, []string{"first", "second", "third", "fourth"}[i])
				if limit > 0 {
					short, cancel := context.WithDeadline(ctx, start.Add(limit))
					defer cancel()
					ctx = short
				}
				if _, err := c.Complete(ctx, ask("hi")); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
			time.Sleep(1900 * time.Millisecond)
		}
		wait.Wait()
		want := []time.Duration{10 * time.Second, 10 * time.Second, 20 * time.Second, -1}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("the deadlines that the call saw (-want +got):\n%s", diff)
		}
	})
}

// A caller who reads slowly holds up neither the call nor the others, and still gets everything.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fake.New(slowly())
		c := wrap(t, client, cache.Config{})
		var wait sync.WaitGroup
		var slow []string
		wait.Go(func() {
			for chunk, err := range c.Stream(t.Context(), ask("hi")) {
				if err != nil {
					t.Error(err)
				}
				slow = append(slow, chunk.Content)
				time.Sleep(5500 * time.Millisecond)
			}
		})
		synctest.Wait()
		start := time.Now()
		var arrivals []time.Duration
		wait.Go(func() {
			for range c.Stream(t.Context(), ask("hi")) {
				arrivals = append(arrivals, time.Since(start))
			}
		})
		wait.Wait()
		for i := range 10 {
			if want := time.Duration(i+2) * time.Second; !slices.Contains(arrivals, want) {
				t.Errorf("nothing came after %v: %v", want, arrivals)
			}
		}
		if diff := cmp.Diff([]string{"0", "12345", "6789", ""}, slow); diff != "" {
			t.Errorf("the slow one got other pieces (-want +got):\n%s", diff)
		}
		if took := client.Calls()[0].End.Sub(start); took != 12*time.Second {
			t.Errorf("the call took %v", took)
		}
	})
}
