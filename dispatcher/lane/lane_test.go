package lane_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/seed63918563/llmgate/dispatcher/lane"
	"github.com/seed63918563/llmgate/request"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newLane(t testing.TB, cfg lane.Config) *lane.Lane {
	t.Helper()
	l, err := lane.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func acquire(t testing.TB, l *lane.Lane, ticket lane.Ticket) *lane.Permit {
	t.Helper()
	p, err := l.Acquire(t.Context(), ticket)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFaultsOfTheConfiguration(t *testing.T) {
	_, err := lane.New(lane.Config{
		Name: "a lane", MaxInFlight: -1, Limits: lane.Limits{RPM: -2, TPD: -3}, Weights: map[string]float64{"x": 0},
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"a lane", "MaxInFlight -1", "Limits.RPM -2", "Limits.TPD -3", `Weights["x"] 0`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not named in: %v", part, err)
		}
	}
}

// A place is free at once when its caller leaves, whether it waits or was just admitted.
func TestCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLane(t, lane.Config{MaxInFlight: 1})
		first := acquire(t, l, lane.Ticket{})
		ctx, cancel := context.WithCancel(t.Context())
		var left sync.WaitGroup
		left.Go(func() {
			if _, err := l.Acquire(ctx, lane.Ticket{}); !errors.Is(err, context.Canceled) || !errors.Is(err, request.ErrCanceled) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		if s := l.Stats(); s.Queued != 1 || s.InFlight != 1 {
			t.Errorf("%+v", s)
		}
		cancel()
		left.Wait()
		if s := l.Stats(); s.Queued != 0 {
			t.Errorf("%d still wait", s.Queued)
		}
		if _, err := l.Acquire(ctx, lane.Ticket{}); !errors.Is(err, context.Canceled) {
			t.Errorf("a context that has ended: %v", err)
		}
		first.Done(lane.Outcome{})
		first.Done(lane.Outcome{})
		if s := l.Stats(); s.InFlight != 0 {
			t.Errorf("%d in flight", s.InFlight)
		}
		l.Abort()
	})
}

// A deadline of the context ends the wait at once where the cool-down is longer.
func TestContextDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLane(t, lane.Config{})
		defer l.Abort()
		acquire(t, l, lane.Ticket{}).Done(lane.Outcome{Sent: true, Err: &request.Error{Class: request.ClassRateLimit, RetryAfter: time.Minute}})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		begun := time.Now()
		if _, err := l.Acquire(ctx, lane.Ticket{}); !errors.Is(err, request.ErrTimeout) || time.Since(begun) != 0 {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		if p := acquire(t, l, lane.Ticket{}); time.Since(begun) < time.Minute || p.Waited() < time.Minute {
			t.Errorf("admitted after %v, waited %v", time.Since(begun), p.Waited())
		}
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLane(t, lane.Config{MaxInFlight: 1})
		first := acquire(t, l, lane.Ticket{})
		var served atomic.Int32
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				p := acquire(t, l, lane.Ticket{})
				time.Sleep(time.Second)
				served.Add(1)
				p.Done(lane.Outcome{Sent: true})
			})
		}
		synctest.Wait()
		for range 2 {
			all.Go(func() {
				if err := l.Close(t.Context()); err != nil || served.Load() != 3 {
					t.Errorf("closed with %v after %d were served", err, served.Load())
				}
			})
		}
		synctest.Wait()
		if _, err := l.Acquire(t.Context(), lane.Ticket{}); !errors.Is(err, lane.ErrClosed) {
			t.Errorf("while it drains: %v", err)
		}
		first.Done(lane.Outcome{Sent: true})
		all.Wait()
		l.Abort()
		if s := l.Stats(); s.State != "closed" || s.Admitted != 4 {
			t.Errorf("%+v", s)
		}
	})
}

func TestCloseEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLane(t, lane.Config{MaxInFlight: 1})
		held := acquire(t, l, lane.Ticket{})
		var waits sync.WaitGroup
		waits.Go(func() {
			if _, err := l.Acquire(t.Context(), lane.Ticket{}); !errors.Is(err, lane.ErrClosed) {
				t.Errorf("who waited got %v", err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close gave %v", err)
		}
		waits.Wait()
		held.Done(lane.Outcome{Sent: true})
		if err := l.Close(t.Context()); err != nil {
			t.Errorf("Close again: %v", err)
		}
	})
}

// Many callers who come, leave and fail at once: nobody is forgotten, nothing is left.
func TestManyAtOnce(t *testing.T) { manyAtOnce(t, request.ClassOverloaded) }

// The same where failures are refusals for rate limits, which lower the rate though it has nothing to do with them: nobody waits
// for long. In simulated time, for how long it takes depends on what was learned, and that on the order of the callers: a minute
// and a half mostly, two at times.
func TestManyRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		manyAtOnce(t, request.ClassRateLimit)
		if took := time.Since(begun); took > 30*time.Minute {
			t.Errorf("took %v", took)
		}
	})
}

func manyAtOnce(t *testing.T, failure request.Class) {
	l := newLane(t, lane.Config{MaxInFlight: 8})
	var ended atomic.Int64
	var callers sync.WaitGroup
	for i := range 64 {
		callers.Go(func() {
			for n := range 200 {
				ctx, cancel := context.WithCancel(context.Background())
				if (i+n)%5 == 0 {
					time.AfterFunc(time.Duration(n)*time.Microsecond, cancel)
				}
				p, err := l.Acquire(ctx, lane.Ticket{Tenant: string(rune('a' + i%5)), InputTokens: 100})
				if err == nil {
					o := lane.Outcome{Sent: true}
					if n%50 == 0 {
						o.Err = &request.Error{Class: failure, RetryAfter: time.Millisecond}
					}
					p.Done(o)
				} else if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				ended.Add(1)
				cancel()
			}
		})
	}
	callers.Wait()
	if s := l.Stats(); s.InFlight != 0 || s.Queued != 0 || ended.Load() != 64*200 {
		t.Errorf("%+v after %d", s, ended.Load())
	}
	if err := l.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
