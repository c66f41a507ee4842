package ledger_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// gate is a store whose commits wait to be let through, and may be made to fail, before or after the batch is written.
type gate struct {
	*store.Memory
	mu      sync.Mutex
	err     error
	written bool          // it is written all the same
	opens   chan struct{} // one element lets one commit through; nil lets all through
	commits atomic.Int64
	largest atomic.Int64 // batch, in holds and ends
}

func (g *gate) fail(err error, written bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.err, g.written = err, written
}

func (g *gate) Commit(ctx context.Context, b *store.Batch) error {
	if g.opens != nil {
		<-g.opens
	}
	g.commits.Add(1)
	g.largest.Store(max(g.largest.Load(), int64(len(b.Holds)+len(b.Ends))))
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		if g.written {
			_ = g.Memory.Commit(ctx, b)
		}
		return g.err
	}
	return g.Memory.Commit(ctx, b)
}

func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := ledger.Config{Store: store.NewMemory(), Budgets: []ledger.Budget{
			{Cap: 1000}, {Window: ledger.PerDay, Cap: 100, Each: []string{"tenant"}, Warn: []float64{0.5}},
		}}
		first := newLedger(t, cfg)
		check(t, reserve(t, first, ask(50, "a")).Settle(usage(40)))
		time.Sleep(24 * time.Hour)
		check(t, reserve(t, first, ask(50, "a")).Settle(usage(30)))
		check(t, reserve(t, first, ask(25, "a")).Presume())
		for _, item := range []string{"one", "two", "three"} {
			r := ask(10, "b")
			r.Item, r.Record = item, store.Record{Intents: []store.Intent{{Item: item}}}
			reserve(t, first, r)
		}
		check(t, first.Close())

		second := newLedger(t, cfg)
		warnings := second.Subscribe(10, ledger.Threshold)
		if s := second.Snapshot(); s.Spent != 70 || s.Presumed != 25 || s.Reserved != 30 || s.Open != 3 || s.Unknown != 3 {
			t.Fatalf("after a restart: %+v", s)
		}
		if why := refused(t, second, ask(46, "a")); why.Left != 45 || why.Window != ledger.PerDay {
			t.Errorf("the day of a: %+v", why)
		}
		check(t, reserve(t, second, ask(1, "a")).Release())
		unknown := second.Unknown()
		check(t, unknown[0].Resend())
		check(t, unknown[1].Charge(4, store.Record{Outcomes: []store.Outcome{{Item: "two"}}}))
		if err := unknown[1].Release(); !errors.Is(err, ledger.ErrEnded) {
			t.Errorf("a second word on an unknown hold: %v", err)
		}
		if again := second.Unknown(); len(again) != 1 || again[0].Item != "three" || again[0].Account.Tenant != "b" || again[0].Amount != 10 {
			t.Errorf("still unknown: %+v", again)
		}
		check(t, unknown[2].Release())
		check(t, second.Close())
		for w := range warnings.Events() {
			t.Errorf("warned again after a restart: %+v", w)
		}

		third := newLedger(t, cfg)
		defer third.Close()
		if s := third.Snapshot(); s.Spent != 74 || s.Presumed != 35 || s.Reserved != 0 || s.Open != 0 {
			t.Errorf("after all was resolved and another restart: %+v", s)
		}
		if o, err := cfg.Store.Outcome(t.Context(), 1); err != nil || o.Item != "two" {
			t.Errorf("the outcome that came with the charge: %+v, %v", o, err)
		}
	})
}

// An outcome, a cached answer and the money of a call are in one commit: whatever a crash leaves, it leaves all or nothing.
func TestOneCommit(t *testing.T) {
	g := &gate{Memory: store.NewMemory()}
	l := newLedger(t, ledger.Config{Store: g})
	r := ask(10, "a")
	r.Record = store.Record{Intents: []store.Intent{{Item: "x"}}}
	h := reserve(t, l, r)
	before := g.commits.Load()
	check(t, h.Settle(usage(4), store.Record{Outcomes: []store.Outcome{{Item: "x"}}}, store.Record{Cache: []store.CacheEntry{{Key: "k"}}}))
	if n := g.commits.Load() - before; n != 1 {
		t.Errorf("settling took %d commits", n)
	}
	_, outcome := g.Outcome(t.Context(), 1)
	_, cached := g.Cached(t.Context(), "k", time.Now())
	sums, err := g.Sums(t.Context(), time.Time{})
	if outcome != nil || cached != nil || err != nil || sums[0].Spent != 4 {
		t.Errorf("the store has %v, %v, %v, %v", outcome, cached, sums, err)
	}
	check(t, l.Write(t.Context(), store.Record{Outcomes: []store.Outcome{{Item: "y"}}}))
	if o, err := g.Outcome(t.Context(), 2); err != nil || o.Item != "y" {
		t.Errorf("Write: %+v, %v", o, err)
	}
}

// While a commit is under way 64 callers come. The next one takes all of them: nobody waits for more than two.
func TestGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{Memory: store.NewMemory(), opens: make(chan struct{})}
		l := newLedger(t, ledger.Config{Store: g})
		var all sync.WaitGroup
		all.Go(func() { reserve(t, l, ask(1, "")) })
		synctest.Wait() // the first commit waits at the gate
		var done atomic.Int64
		for range 64 {
			all.Go(func() {
				reserve(t, l, ask(1, ""))
				done.Add(1)
			})
		}
		synctest.Wait()
		g.opens <- struct{}{}
		synctest.Wait()
		if done.Load() != 0 {
			t.Errorf("%d callers had their answer before their commit", done.Load())
		}
		g.opens <- struct{}{}
		all.Wait()
		if g.commits.Load() != 2 || g.largest.Load() != 64 {
			t.Errorf("%d commits, the largest of %d", g.commits.Load(), g.largest.Load())
		}
		check(t, l.Close())
	})
}

// Whose context ends while the hold is being written leaves at once, and the hold is given back.
func TestCanceledWhileCommitting(t *testing.T) {
	for name, err := range map[string]error{"the commit succeeds": nil, "the commit fails": store.ErrFull} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { canceledWhileCommitting(t, err) })
		})
	}
}

func canceledWhileCommitting(t *testing.T, fails error) {
	g := &gate{Memory: store.NewMemory(), opens: make(chan struct{})}
	l := newLedger(t, ledger.Config{Store: g, Budgets: []ledger.Budget{{Cap: 2}}})
	g.fail(fails, false)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	leave := func() {
		if _, err := l.Reserve(ctx, ask(1, "")); !errors.Is(err, context.Canceled) || !errors.Is(err, request.ErrCanceled) {
			t.Errorf("Reserve: %v", err)
		}
	}
	all.Go(leave)
	synctest.Wait() // the first is being written
	all.Go(leave)
	synctest.Wait() // the second is in the mailbox, and the end of both comes behind it
	cancel()
	all.Wait()
	g.opens <- struct{}{}
	synctest.Wait()
	g.fail(nil, false)
	close(g.opens)
	time.Sleep(2 * time.Second)
	if s := l.Snapshot(); s.Open != 0 || s.Reserved != 0 || s.Balances[0].Left() != 2 {
		t.Errorf("nobody has a hold, and the ledger has %+v", s)
	}
	reserve(t, l, ask(2, ""))
	check(t, l.Close())
	if state, err := g.Restore(t.Context()); err != nil || len(state.Held) != 1 {
		t.Errorf("the store has %+v, %v; want the last hold alone", state, err)
	}
}

func TestStoreFails(t *testing.T) {
	for name, written := range map[string]bool{"nothing was written": false, "it was written all the same": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { storeFails(t, written) })
		})
	}
}

func storeFails(t *testing.T, written bool) {
	g := &gate{Memory: store.NewMemory()}
	cfg := ledger.Config{Store: g, Budgets: []ledger.Budget{{Cap: 100}}}
	l := newLedger(t, cfg)
	events := l.Subscribe(10, ledger.StoreFailed, ledger.StoreRecovered)
	h := reserve(t, l, ask(30, ""))
	g.fail(store.ErrFull, written)
	var place int64
	outcome := store.Record{Outcomes: []store.Outcome{{Item: "x", Place: &place}}}
	if err := h.Settle(usage(20), outcome); !errors.Is(err, ledger.ErrNotDurable) || !errors.Is(err, store.ErrFull) {
		t.Fatalf("Settle on a full disk: %v", err)
	}
	if _, err := l.Reserve(t.Context(), ask(1, "")); !errors.Is(err, ledger.ErrNotDurable) {
		t.Fatalf("Reserve on a full disk: %v", err)
	}
	if err := l.Write(t.Context(), outcome); !errors.Is(err, ledger.ErrNotDurable) {
		t.Fatalf("Write on a full disk: %v", err)
	}
	if got := balances(l, "total"); got != [3]request.Money{20, 0, 0} {
		t.Errorf("spent, presumed, reserved are %v", got)
	}
	if !written {
		if s, err := g.Restore(t.Context()); err != nil || len(s.Held) != 1 || s.Held[0].Amount != 30 {
			t.Errorf("a crash now would leave %+v, %v; want the hold at its worst case", s, err)
		}
	}
	g.fail(nil, false)
	time.Sleep(2 * time.Second) // the ledger tries again by itself
	synctest.Wait()
	if o, err := g.Outcome(t.Context(), place); err != nil || o.Item != "x" {
		t.Errorf("what was settled meanwhile was not written: %+v, %v", o, err)
	}
	for o, err := range g.Outcomes(t.Context(), 0) {
		if err != nil || o.Seq != place {
			t.Errorf("it was written twice: %+v, %v", o, err)
		}
	}
	check(t, l.Close())
	var kinds []ledger.Kind
	for e := range events.Events() {
		kinds = append(kinds, e.Kind)
	}
	if diff := cmp.Diff([]ledger.Kind{ledger.StoreFailed, ledger.StoreRecovered}, kinds); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	again := newLedger(t, cfg)
	defer again.Close()
	if s := again.Snapshot(); s.Spent != 20 || s.Reserved != 0 || s.Unknown != 0 {
		t.Errorf("after a restart: %+v", s)
	}
}

func TestCloseWhileStoreFails(t *testing.T) {
	g := &gate{Memory: store.NewMemory()}
	l := newLedger(t, ledger.Config{Store: g})
	h := reserve(t, l, ask(30, ""))
	g.fail(store.ErrFull, false)
	if err := h.Settle(usage(20)); !errors.Is(err, ledger.ErrNotDurable) {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Close(); !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "1 call") {
			t.Errorf("Close, with something settled that could not be written: %v", err)
		}
	}
}

func TestStoreCannotBeRead(t *testing.T) {
	m := store.NewMemory()
	check(t, m.Close())
	if _, err := ledger.New(t.Context(), ledger.Config{Store: m}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("New with a closed store: %v", err)
	}
}
