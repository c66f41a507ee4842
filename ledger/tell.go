package ledger

import (
	"time"

	"github.com/seed63918563/llmgate/store"
)

// tell sends the events of an end.
func (b *books) tell(h *Hold, end *store.End) {
	kind, cost := Settled, end.Usage.Cost
	switch end.Fate {
	case store.Presumed:
		kind = Presumed
	case store.Released:
		kind = Released
	}
	b.emit(h, Event{Kind: kind, Amount: h.amount, Cost: cost})
	if cost > h.amount && !h.unpriced {
		b.emit(h, Event{Kind: Overrun, Amount: h.amount, Cost: cost})
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

// emit adds an event, if anybody wants to know.
func (b *books) emit(h *Hold, e Event) {
	if !b.watched {
		return
	}
	e.Account, e.Item, e.At = h.account.Account, h.item, time.Unix(0, b.now)
	b.events = append(b.events, e)
}
