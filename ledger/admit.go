package ledger

import "time"

func (b *books) reserve(h *Hold, r *Request) {
	if b.draining {
		b.answer(h, ErrClosed)
		return
	}
	h.account = b.account(r)
	b.lastTicket++
	h.ticket = b.lastTicket
	at, err := b.try(h)
	switch {
	case err != nil:
		b.refuse(h, err)
	case at != nil:
		at.join(h)
		b.emit(h, Event{Kind: Waiting, Budget: at.budget.name(), Amount: h.amount})
	default:
		b.grant(h)
	}
}

// try looks for room for a hold in every balance. It returns where the hold is to wait, or why it is refused, or neither.
// Nothing is taken while it waits, so that holds can't block each other for good.
func (b *books) try(h *Hold) (wait *cell, refusal *BudgetError) {
	amount := h.amount
	for _, c := range h.account.cells {
		c.look()
		room := amount <= c.left()
		waits := !room || c.queue.ahead(h)
		switch {
		case c.never(amount), !room && c.budget.AtCap != Wait, waits && h.noWait:
			return nil, c.refusal(amount)
		case wait == nil && waits:
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
			c.reserved += h.amount
		}
	}
	h.account.reserved += h.amount
	h.account.open++
	b.holds++
}

// give is the opposite of take.
func (b *books) give(h *Hold) {
	for _, c := range h.account.cells {
		if c.look(); c.counts(h.at) {
			c.reserved -= h.amount
		}
		if len(c.queue) > 0 {
			b.dirty = append(b.dirty, c)
		}
	}
	h.account.reserved -= h.amount
	h.account.open--
	b.holds--
}

// cancel is for a hold whose caller has left: it waits no more, or, if it was granted meanwhile, it is released.
func (b *books) cancel(h *Hold, now time.Time) {
	switch c := h.waiting; {
	case c != nil:
		c.leave(h)
		b.dirty = append(b.dirty, c)
	case h.id != 0 && !h.ended.Swap(true):
		b.count(h, new(released(h.id)), now)
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
	b.answer(h, refused(h.provider, h.model, why))
}

func (b *books) answer(h *Hold, err error) { b.replies = append(b.replies, reply{h.reply, err}) }
