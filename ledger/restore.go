package ledger

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// restore takes over what the store remembers, before the goroutine begins.
func (l *Ledger) restore(ctx context.Context) error {
	state, err := l.cfg.Store.Restore(ctx)
	if err != nil {
		return err
	}
	b := l.books
	accounts := map[int64]*account{}
	for _, a := range state.Accounts {
		b.key = b.appendKey(b.key[:0], &a)
		accounts[a.ID] = b.open(a)
		accounts[a.ID].written = true
		b.lastAccount = max(b.lastAccount, a.ID)
	}
	if err := l.restoreSums(ctx, accounts); err != nil {
		return err
	}
	b.lastHold = state.LastHold
	for _, held := range state.Held {
		if a := accounts[held.Account]; a != nil {
			b.inherit(l, a, held)
		}
	}
	return nil
}

// restoreSums reads the sums of each window that a budget needs, once, and of all time.
func (l *Ledger) restoreSums(ctx context.Context, accounts map[int64]*account) error {
	all, err := l.cfg.Store.Sums(ctx, time.Time{})
	if err != nil {
		return err
	}
	for _, sum := range all {
		if a := accounts[sum.Account]; a != nil {
			a.sum = sum
		}
	}
	read := map[int64][]store.Sum{always.start: all}
	for _, budget := range l.books.budgets {
		start := budget.window.start
		if budget.Window == PerRequest {
			continue
		}
		if _, ok := read[start]; !ok {
			if read[start], err = l.cfg.Store.Sums(ctx, time.Unix(0, start)); err != nil {
				return err
			}
		}
		budget.restore(read[start], accounts)
	}
	return nil
}

// restore counts sums of the present window. Thresholds that they pass were told of before.
func (b *budget) restore(sums []store.Sum, accounts map[int64]*account) {
	for _, sum := range sums {
		a := accounts[sum.Account]
		if a == nil {
			continue
		}
		for _, c := range a.cells {
			if c.budget == b {
				c.spent, c.presumed = add(c.spent, sum.Spent), add(c.presumed, sum.Presumed)
				c.warned = c.passed()
			}
		}
	}
}

// inherit takes over a hold that a process before left open.
func (b *books) inherit(l *Ledger, a *account, held store.Hold) {
	h := &Hold{
		ledger: l, amount: held.Amount, unpriced: !held.Priced, provider: a.Provider, model: a.Model, item: held.Item,
		account: a, id: held.ID, at: held.At.UnixNano(),
	}
	b.take(h)
	b.unknown[h.id] = h
}

// Unknown is a hold of a process that ended without saying what became of the call: it may have been made and billed. What
// was reserved stays reserved until one of the methods is called; see Hold for what they have in common.
type Unknown struct {
	// Item is what the call was for, Account its labels.
	Item    string
	Account store.Account
	Amount  request.Money
	At      time.Time

	hold *Hold
}

// Unknown lists them, oldest first.
func (l *Ledger) Unknown() (list []Unknown) {
	l.ask(func(b *books) {
		for _, h := range b.unknown {
			list = append(list, Unknown{
				Item: h.item, Account: h.account.Account, Amount: h.amount, At: time.Unix(0, h.at), hold: h,
			})
		}
	})
	slices.SortFunc(list, func(a, b Unknown) int { return cmp.Compare(a.hold.id, b.hold.id) })
	return list
}

// Resend says that the item will be sent again, under a hold of its own: the call before is presumed to have been billed.
func (u Unknown) Resend(with ...store.Record) error { return u.hold.Presume(with...) }

// Charge says that the call was billed.
func (u Unknown) Charge(cost request.Money, with ...store.Record) error {
	var usage request.Usage
	usage.SetCost(cost)
	return u.hold.Settle(usage, with...)
}

// Release says that the call was not billed.
func (u Unknown) Release(with ...store.Record) error { return u.hold.Release(with...) }
