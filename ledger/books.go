package ledger

import (
	"maps"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/store"
)

// books are every balance and who waits for it: the ledger without its goroutine. They change by step and by what follows
// a commit, know no clock, and wait for nothing.
type books struct {
	budgets     []*budget
	named       map[string]bool // labels that budgets go by
	maxAccounts int
	accounts    map[string]*account // by appendKey
	unknown     map[int64]*Hold
	lastAccount int64
	lastHold    int64
	lastTicket  int64
	holds       int // without an end, unknown ones included
	draining    bool

	now   int64 // never before the start of a window
	roll  int64 // when the next window of any budget ends
	dirty []*cell

	durable bool
	pending store.Batch // ends that a commit is to write, and those that one failed to
	writes  store.Batch // what the last commit wrote or tried to: what was pending, and new holds
	failed  error       // of the last commit

	// What came of the steps since the last commit.
	granted []*Hold
	written []*writing
	ended   []*Hold
	replies []reply
	events  []Event
	watched bool // somebody reads events

	key   []byte   // room for appendKey
	names []string // and for its labels
}

// reply is an answer that is due.
type reply struct {
	to  chan error
	err error
}

// step is one thing done to the books, at a time that may be earlier than that of the step before.
type step func(b *books, now time.Time)

// writing is a record to be written without money.
type writing struct {
	record store.Record
	reply  chan error
}

func newBooks(cfg *Config, now time.Time) *books {
	b := &books{
		named: map[string]bool{}, maxAccounts: cfg.MaxAccounts, accounts: map[string]*account{}, unknown: map[int64]*Hold{},
		durable: cfg.Store != nil,
	}
	for _, each := range cfg.Budgets {
		each.Warn, each.Each, each.Match = slices.Sorted(slices.Values(each.Warn)), slices.Clone(each.Each), maps.Clone(each.Match)
		b.budgets = append(b.budgets, newBudget(each, now))
		for name := range each.Match {
			b.named[name] = true
		}
		for _, name := range each.Each {
			b.named[name] = true
		}
	}
	b.advance(now)
	return b
}

// step takes a step, with all that follows from it.
func (b *books) step(do step, now time.Time) {
	b.advance(now)
	do(b, now)
	b.admit()
}

// advance begins the windows anew that have ended. A clock that goes back does not bring back an earlier window.
func (b *books) advance(now time.Time) {
	b.now = now.UnixNano()
	if b.now < b.roll {
		for _, budget := range b.budgets {
			b.now = max(b.now, budget.window.start)
		}
		return
	}
	b.roll = always.end
	for _, budget := range b.budgets {
		if b.now >= budget.window.end {
			budget.window = budget.Window.at(now, budget.Zone)
			for c := range budget.waiting {
				b.dirty = append(b.dirty, c)
			}
		}
		if budget.Window != Total && budget.Window != PerRequest {
			b.now = max(b.now, budget.window.start)
			b.roll = min(b.roll, budget.window.end)
		}
	}
}

// wake is when something is to happen without a message: the next window of a budget that somebody waits for.
func (b *books) wake() (at int64, ok bool) {
	at = always.end
	for _, budget := range b.budgets {
		if len(budget.waiting) > 0 {
			at = min(at, budget.window.end)
		}
	}
	return at, at != always.end
}

// count takes the end of a hold into the books, and into what the next commit writes.
func (b *books) count(h *Hold, end *store.End, now time.Time, with ...store.Record) {
	end.At = now
	b.give(h)
	delete(b.unknown, h.id)
	cost := end.Usage.Cost
	for _, c := range h.account.cells {
		if !c.counts(h.at) {
			continue
		}
		if end.Fate == store.Presumed {
			c.presumed = add(c.presumed, cost)
		} else {
			c.spent = add(c.spent, cost)
		}
		b.warn(h, c)
	}
	h.account.sum.Add(end)
	b.tell(h, end)
	if b.durable {
		b.pending.Ends = append(b.pending.Ends, *end)
		for _, r := range with {
			b.pending.Record.Append(r)
		}
	}
}

// close answers all who wait and takes no more reservations.
func (b *books) close() {
	b.draining = true
	for _, budget := range b.budgets {
		for c := range budget.waiting {
			for len(c.queue) > 0 {
				h := c.queue[0]
				c.leave(h)
				b.answer(h, ErrClosed)
			}
		}
	}
}
