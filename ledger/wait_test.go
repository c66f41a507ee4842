package ledger_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
)

// line is a row of callers who reserve one after the other, each on a goroutine of its own.
type line struct {
	t     *testing.T
	l     *ledger.Ledger
	mu    sync.Mutex
	holds map[string]*ledger.Hold
	errs  map[string]error
}

func newLine(t *testing.T, l *ledger.Ledger) *line {
	return &line{t: t, l: l, holds: map[string]*ledger.Hold{}, errs: map[string]error{}}
}

// join starts a caller, and returns when it has its answer or waits.
func (l *line) join(ctx context.Context, name string, r ledger.Request) {
	go func() {
		h, err := l.l.Reserve(ctx, r)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.errs[name] = err; err == nil {
			l.holds[name] = h
		}
	}()
	synctest.Wait()
}

func (l *line) settle(name string, cost request.Money) {
	l.t.Helper()
	l.mu.Lock()
	h := l.holds[name]
	l.mu.Unlock()
	check(l.t, h.Settle(usage(cost)))
	synctest.Wait()
}

// admitted lists who was let in, in that order.
func (l *line) admitted() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.SortedFunc(maps.Keys(l.holds), func(a, b string) int { return cmp.Compare(l.holds[a].ID(), l.holds[b].ID()) })
}

func (l *line) expect(names ...string) {
	l.t.Helper()
	if got := l.admitted(); !slices.Equal(got, names) {
		l.t.Errorf("let in are %v; want %v", got, names)
	}
}

func TestWaitIsFirstComeFirstServed(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 100, AtCap: ledger.Wait}}}, func(t *testing.T, l *ledger.Ledger) {
		q := newLine(t, l)
		q.join(t.Context(), "a", ask(60, ""))
		q.join(t.Context(), "b", ask(50, ""))
		q.join(t.Context(), "c", ask(5, "")) // it would fit, and has to wait behind b
		q.join(t.Context(), "d", ask(40, ""))
		q.expect("a")
		if got := l.Snapshot().Balances[0].Waiting; got != 3 {
			t.Errorf("%d wait; want 3", got)
		}
		q.settle("a", 10)
		q.expect("a", "b", "c")
		q.settle("c", 5)
		q.settle("b", 10)
		q.expect("a", "b", "c", "d")
	})
}

func TestWaitForTheWindow(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{{Window: ledger.PerHour, Cap: 100, AtCap: ledger.Wait}}}, func(t *testing.T, l *ledger.Ledger) {
		q := newLine(t, l)
		q.join(t.Context(), "a", ask(100, ""))
		time.Sleep(20 * time.Minute)
		q.join(t.Context(), "b", ask(70, ""))
		q.join(t.Context(), "c", ask(70, ""))
		q.settle("a", 90)
		q.expect("a")
		time.Sleep(40*time.Minute - 1)
		q.expect("a")
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		q.expect("a", "b")
		time.Sleep(time.Hour)
		synctest.Wait()
		q.expect("a", "b", "c")
		// b was reserved in an hour that has gone: its end changes nothing now.
		q.settle("b", 70)
		if got := balances(l, "hour"); got != [3]request.Money{0, 0, 70} {
			t.Errorf("spent, presumed, reserved are %v", got)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 100, AtCap: ledger.Wait}}}, func(t *testing.T, l *ledger.Ledger) {
		q := newLine(t, l)
		q.join(t.Context(), "a", ask(60, ""))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		q.join(ctx, "b", ask(50, ""))
		q.join(t.Context(), "c", ask(40, ""))
		time.Sleep(time.Minute)
		synctest.Wait()
		q.expect("a", "c") // nobody stands before c any more
		if err := q.errs["b"]; !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, request.ErrTimeout) {
			t.Errorf("the wait ended with %v", err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.Reserve(ended, ask(0, "")); !errors.Is(err, request.ErrCanceled) {
			t.Errorf("an ended context: %v", err)
		}
		for _, name := range []string{"a", "c"} {
			check(t, q.holds[name].Release())
		}
		if s := l.Snapshot(); s.Balances[0].Waiting != 0 || s.Reserved != 0 {
			t.Errorf("in the end: %+v", s)
		}
	})
}

// What can never fit is told at once, to those who come and to those who wait.
func TestWaitIsNotInVain(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 100, AtCap: ledger.Wait}, {Name: "no", Cap: 200}}}, func(t *testing.T, l *ledger.Ledger) {
		if why := refused(t, l, ask(101, "")); !why.Never {
			t.Errorf("more than the cap: %+v", why)
		}
		q := newLine(t, l)
		q.join(t.Context(), "a", ask(60, ""))
		q.join(t.Context(), "b", ask(50, ""))
		q.join(t.Context(), "c", ask(40, ""))
		q.settle("a", 60) // 40 are left for good
		q.expect("a", "c")
		why, ok := errors.AsType[*ledger.BudgetError](q.errs["b"])
		if !ok || !why.Never || why.Left != 40 {
			t.Errorf("b was told %v", q.errs["b"])
		}
	})
}

// A caller waits in one queue at a time, and those who share only another budget with it pass.
func TestWaitForOneOfSeveral(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{
		{Name: "tenant", Window: ledger.PerMinute, Cap: 50, Each: []string{"tenant"}, AtCap: ledger.Wait},
		{Name: "all", Window: ledger.PerHour, Cap: 100, AtCap: ledger.Wait},
	}}, func(t *testing.T, l *ledger.Ledger) {
		q := newLine(t, l)
		q.join(t.Context(), "x1", ask(50, "x"))
		q.join(t.Context(), "x2", ask(50, "x"))
		q.join(t.Context(), "y1", ask(50, "y"))
		q.expect("x1", "y1")
		time.Sleep(time.Minute) // x2 may now by its tenant, and has to wait for the hour
		synctest.Wait()
		q.expect("x1", "y1")
		q.settle("x1", 10)
		q.expect("x1", "y1")
		q.join(t.Context(), "z1", ask(40, "z"))
		q.settle("y1", 10)
		q.expect("x1", "y1", "x2")
		time.Sleep(time.Hour)
		synctest.Wait()
		q.expect("x1", "y1", "x2", "z1")
	})
}

func TestManyWaitWithoutWork(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{{Window: ledger.PerDay, Cap: 10, AtCap: ledger.Wait}}}, func(t *testing.T, l *ledger.Ledger) {
		q := newLine(t, l)
		var want []string
		for i := range 50 {
			want = append(want, fmt.Sprint(i))
			q.join(t.Context(), want[i], ask(10, ""))
		}
		start := time.Now()
		for range 49 {
			q.settle(q.admitted()[len(q.holds)-1], 10)
			time.Sleep(24 * time.Hour)
			synctest.Wait()
		}
		q.expect(want...)
		if got := time.Since(start); got != 49*24*time.Hour {
			t.Errorf("took %v", got)
		}
	})
}

func TestCloseAnswersWhoWaits(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 10, AtCap: ledger.Wait}}}, func(t *testing.T, l *ledger.Ledger) {
		q := newLine(t, l)
		q.join(t.Context(), "a", ask(10, ""))
		q.join(t.Context(), "b", ask(10, ""))
		drained := make(chan error, 1)
		go func() { drained <- l.Drain(t.Context()) }()
		synctest.Wait()
		if !errors.Is(q.errs["b"], ledger.ErrClosed) {
			t.Errorf("who waited was told %v", q.errs["b"])
		}
		if _, err := l.Reserve(t.Context(), ask(0, "")); !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("a new one was told %v", err)
		}
		select {
		case err := <-drained:
			t.Fatalf("Drain did not wait for a: %v", err)
		default:
		}
		q.settle("a", 7)
		check(t, <-drained)
		for range 2 {
			check(t, l.Close())
			check(t, l.Drain(t.Context()))
		}
		if s := l.Snapshot(); s.Spent != 7 || s.Open != 0 || l.Summary()[0].Calls != 1 {
			t.Errorf("after Close: %+v", s)
		}
		if _, err := l.Reserve(t.Context(), ask(0, "")); !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if err := q.holds["a"].Settle(usage(1)); !errors.Is(err, ledger.ErrEnded) {
			t.Errorf("a second end after Close: %v", err)
		}
	})
}

func TestDrainGivesUp(t *testing.T) {
	bubble(t, ledger.Config{}, func(t *testing.T, l *ledger.Ledger) {
		h := reserve(t, l, ask(10, ""))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Drain with a hold that nobody ends: %v", err)
		}
		if err := h.Settle(usage(1)); !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("an end after Close: %v", err)
		}
	})
}
