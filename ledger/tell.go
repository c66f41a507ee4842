package ledger

import (
	"time"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

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

// emit adds an event, if anybody wants to know.
func (b *books) emit(h *Hold, e Event) {
	if !b.watched {
		return
	}
	e.Account, e.Item, e.At = h.account.Account, h.request.Item, time.Unix(0, b.now)
	b.events = append(b.events, e)
}
