package ledger

import (
	"testing"
	"time"

	"github.com/seed63918563/llmgate/store"
)

// The books take the time as it is given. A clock that is set back neither loses what was reserved nor opens a budget anew.
func TestClockGoesBack(t *testing.T) {
	cfg := Config{Budgets: []Budget{{Window: PerDay, Cap: 100}}, MaxAccounts: 1}
	late := time.Date(2026, 3, 2, 0, 0, 1, 0, time.UTC)
	early := late.Add(-time.Hour)
	b := newBooks(&cfg, early)
	at := func(now time.Time, do step) error {
		b.step(do, now)
		defer func() { b.replies = nil }()
		if len(b.replies) == 0 {
			return nil
		}
		return b.replies[0].err
	}
	reserve := func(h *Hold) step { return func(b *books, _ time.Time) { b.reserve(h, &Request{Amount: h.amount}) } }
	first, second, third := &Hold{amount: 60}, &Hold{amount: 40}, &Hold{amount: 1}
	if err := at(late, reserve(first)); err != nil {
		t.Fatal(err)
	}
	if err := at(early, reserve(second)); err != nil {
		t.Fatal(err)
	}
	if err := at(early, reserve(third)); err == nil {
		t.Error("the clock was set back, and the budget of the day forgot the first hold")
	}
	for _, h := range []*Hold{first, second} {
		end := store.End{Hold: h.id, Fate: store.Released}
		if err := at(early, func(b *books, now time.Time) { b.count(h, &end, now) }); err != nil {
			t.Fatal(err)
		}
	}
	if c := b.budgets[0].cells[""]; c.reserved != 0 || c.spent != 0 {
		t.Errorf("with nothing open, reserved is %v", c.reserved)
	}
	if at, ok := b.wake(); ok {
		t.Errorf("nobody waits, and the books want to be woken at %v", at)
	}
}
