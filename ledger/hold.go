package ledger

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// Request is what a call needs to be let through.
type Request struct {
	// Amount is the most that the call can cost. Unpriced: nobody knows, and Amount must be 0.
	Amount   request.Money
	Unpriced bool

	// What the call counts under; all of it may be empty. Labels are not kept or written to.
	Tenant   string
	Project  string
	Provider string
	Model    string
	Labels   map[string]string

	// NoWait refuses the call where it would have to wait for room, even if a budget says Wait.
	NoWait bool

	// Item names what the call is for, in the store.
	Item string
	// Record is written with the reservation, in one commit: the intent to send the item.
	Record store.Record
}

// Hold is money reserved for one call. End it once, by Settle, Presume or Release; whoever comes second gets ErrEnded and
// changes nothing. All three block until the end is durable, at once without a Store, and take records to be written in
// the same commit. Their error is ErrNotDurable where the store failed. A Hold is safe for concurrent use.
type Hold struct {
	ledger *Ledger
	ended  atomic.Bool // set by whoever ends the hold, before the ledger is told

	// What was asked for; the rest of the request is in the account. Nobody writes to it.
	noWait, unpriced bool
	amount           request.Money
	provider, model  string
	item             string
	intent           *store.Record // nil without one

	// The ledger's goroutine alone.
	id      int64
	at      int64
	account *account
	ticket  int64 // the place in the order of waiting
	place   int   // in the queue of the cell it waits for
	waiting *cell

	reply chan error // of capacity 1; one answer for each question
}

func newHold(l *Ledger, r *Request) *Hold {
	h := &Hold{
		ledger: l, noWait: r.NoWait, unpriced: r.Unpriced, amount: r.Amount, provider: r.Provider, model: r.Model, item: r.Item,
		reply: l.replies.Get().(chan error),
	}
	if !r.Record.IsZero() {
		h.intent = new(r.Record)
	}
	return h
}

// ID is unique in the store.
func (h *Hold) ID() int64 { return h.id }

// Amount is what was reserved.
func (h *Hold) Amount() request.Money { return h.amount }

// Settle ends the hold with what the call used. The amount counts in full, even above what was reserved: budgets then go
// over their caps, take no more reservations until there is room again, and an event of kind Overrun is sent. A usage
// without a price is presumed to have cost what was reserved.
func (h *Hold) Settle(usage request.Usage, with ...store.Record) error {
	fate := store.Settled
	usage.Units = nil
	switch {
	case usage.Priced && usage.Cost >= 0:
	case h.unpriced:
		usage.Cost, usage.CostUSD, usage.Priced = 0, 0, false
	default:
		fate = store.Presumed
		usage.SetCost(h.amount)
	}
	return h.finish(store.End{Fate: fate, Usage: usage}, with)
}

// Presume ends the hold of a call that failed and may be billed all the same: what was reserved counts as gone.
func (h *Hold) Presume(with ...store.Record) error {
	var usage request.Usage
	if !h.unpriced {
		usage.SetCost(h.amount)
	}
	return h.finish(store.End{Fate: store.Presumed, Usage: usage}, with)
}

// Release ends the hold of a call that can't have been billed.
func (h *Hold) Release(with ...store.Record) error {
	return h.finish(released(h.id), with)
}

func released(id int64) store.End {
	end := store.End{Hold: id, Fate: store.Released}
	end.Usage.SetCost(0)
	return end
}

func (h *Hold) finish(end store.End, with []store.Record) error {
	if h.ended.Swap(true) {
		return ErrEnded
	}
	end.Hold = h.id
	if h.ledger.cfg.Store != nil {
		return h.ledger.finish(h, end, with)
	}
	err := h.ledger.stepIn(func(b *books, now time.Time) { b.count(h, &end, now) })
	if err == nil && slices.ContainsFunc(with, func(r store.Record) bool { return !r.IsZero() }) {
		err = ErrNoStore
	}
	return err
}

// hold is the hold as the store has it.
func (h *Hold) hold() store.Hold {
	return store.Hold{
		ID: h.id, Account: h.account.ID, Item: h.item, Amount: h.amount, Priced: !h.unpriced, At: time.Unix(0, h.at),
	}
}
