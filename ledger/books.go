package ledger

import (
	"maps"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
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

// message is one thing asked of the books.
type message struct {
	kind kind
	hold *Hold    // of reserve, cancel and end
	note *writing // of write
	ask  func(*books)
}

type kind int

const (
	reserve kind = iota
	cancel
	end
	write
	ask
)

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

// step does what a message asks, at a time that may be earlier than that of the step before.
func (b *books) step(m message, now time.Time) {
	b.advance(now)
	switch m.kind {
	case reserve:
		b.reserve(m.hold)
	case cancel:
		b.cancel(m.hold)
	case end:
		b.end(m.hold, now)
	case write:
		b.written = append(b.written, m.note)
	case ask:
		m.ask(b)
	}
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

func (b *books) reserve(h *Hold) {
	if b.draining {
		b.answer(h, ErrClosed)
		return
	}
	h.account = b.account(&h.request)
	b.lastTicket++
	h.ticket = b.lastTicket
	at, err := b.try(h)
	switch {
	case err != nil:
		b.refuse(h, err)
	case at != nil:
		at.join(h)
		b.emit(h, Event{Kind: Waiting, Budget: at.budget.name(), Amount: h.request.Amount})
	default:
		b.grant(h)
	}
}

// try looks for room for a hold in every balance. It returns where the hold is to wait, or why it is refused, or neither.
// Nothing is taken while it waits, so that holds can't block each other for good.
func (b *books) try(h *Hold) (wait *cell, refusal *BudgetError) {
	amount := h.request.Amount
	for _, c := range h.account.cells {
		c.look()
		room := amount <= c.left()
		switch {
		case c.never(amount), !room && c.budget.AtCap != Wait:
			return nil, c.refusal(amount)
		case wait == nil && (!room || c.queue.ahead(h)):
			wait = c
		}
	}
	return wait, nil
}

func (b *books) grant(h *Hold) {
	b.lastHold++
	h.id, h.at = b.lastHold, b.now
	b.take(h)
	if b.durable {
		b.granted = append(b.granted, h)
		return
	}
	b.answer(h, nil)
}

// take counts an open hold.
func (b *books) take(h *Hold) {
	for _, c := range h.account.cells {
		if c.look(); c.counts(h.at) {
			c.reserved += h.request.Amount
		}
	}
	h.account.reserved += h.request.Amount
	h.account.open++
	b.holds++
}

// give is the opposite of take.
func (b *books) give(h *Hold) {
	for _, c := range h.account.cells {
		if c.look(); c.counts(h.at) {
			c.reserved -= h.request.Amount
		}
		if len(c.queue) > 0 {
			b.dirty = append(b.dirty, c)
		}
	}
	h.account.reserved -= h.request.Amount
	h.account.open--
	b.holds--
}

// cancel ends the wait of a hold. One that was granted or refused meanwhile has its answer.
func (b *books) cancel(h *Hold) {
	if c := h.waiting; c != nil {
		c.leave(h)
		b.dirty = append(b.dirty, c)
		b.answer(h, errCanceled)
	}
}

func (b *books) end(h *Hold, now time.Time) {
	h.end.At = now
	b.give(h)
	delete(b.unknown, h.id)
	cost := h.end.Usage.Cost
	for _, c := range h.account.cells {
		if !c.counts(h.at) {
			continue
		}
		if h.end.Fate == store.Presumed {
			c.presumed = add(c.presumed, cost)
		} else {
			c.spent = add(c.spent, cost)
		}
		b.warn(h, c)
	}
	h.account.sum.Add(&h.end)
	b.tell(h, cost)
	if b.durable {
		b.pending.Ends = append(b.pending.Ends, h.end)
		for _, r := range h.with {
			b.pending.Record.Append(r)
		}
		b.ended = append(b.ended, h)
	}
}

// tell sends the events of an end.
func (b *books) tell(h *Hold, cost request.Money) {
	kind := Settled
	switch h.end.Fate {
	case store.Presumed:
		kind = Presumed
	case store.Released:
		kind = Released
	}
	b.emit(h, Event{Kind: kind, Amount: h.request.Amount, Cost: cost})
	if cost > h.request.Amount && !h.request.Unpriced {
		b.emit(h, Event{Kind: Overrun, Amount: h.request.Amount, Cost: cost})
	}
}

// warn sends the events of thresholds newly passed.
func (b *books) warn(h *Hold, c *cell) {
	for n := c.passed(); c.warned < n; c.warned++ {
		b.emit(h, Event{
			Kind: Threshold, Budget: c.budget.name(), Of: c.labels(), Share: c.budget.Warn[c.warned],
			Cost: add(c.spent, c.presumed), Amount: c.budget.Cap,
		})
	}
}

// admit lets in those who wait where there may be room now.
func (b *books) admit() {
	for len(b.dirty) > 0 {
		c := b.dirty[len(b.dirty)-1]
		b.dirty = b.dirty[:len(b.dirty)-1]
		for len(c.queue) > 0 && b.admitFirst(c) {
		}
	}
}

// admitFirst reports whether the first in the queue of c has left it.
func (b *books) admitFirst(c *cell) bool {
	h := c.queue[0]
	at, err := b.try(h)
	if at == c {
		return false
	}
	c.leave(h)
	switch {
	case err != nil:
		b.refuse(h, err)
	case at != nil:
		at.join(h)
	default:
		b.grant(h)
	}
	return true
}

func (b *books) refuse(h *Hold, why *BudgetError) {
	b.emit(h, Event{Kind: Refused, Budget: why.Budget, Of: why.Labels, Amount: why.Asked, Err: why})
	b.answer(h, refused(&h.request, why))
}

func (b *books) answer(h *Hold, err error) { b.replies = append(b.replies, reply{h.reply, err}) }

// emit adds an event, if anybody wants to know.
func (b *books) emit(h *Hold, e Event) {
	if !b.watched {
		return
	}
	e.Account, e.Item, e.At = h.account.Account, h.request.Item, time.Unix(0, b.now)
	b.events = append(b.events, e)
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
