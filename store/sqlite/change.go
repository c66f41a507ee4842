package sqlite

import (
	"database/sql/driver"
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/store"
)

// change is one commit on its way into the file, and what it makes of the writer's memory once it is there.
type change struct {
	*writer
	err  error // of the first statement that failed; the others are not executed
	page begun // what it begins and does not end
	// ended and met are of what was under way before: calls, and items.
	ended map[int64]bool
	met   map[string]bool
	last  int64 // the number of the row that was inserted last
	first int64 // the Seq of the first outcome
	// withdraws: an item was taken out of what is under way, and left no trace to know that by.
	withdraws bool
	// gathers: its page has all that is under way.
	gathers bool
	text    []byte // room for the page
}

func newChange(w *writer) change {
	return change{writer: w, page: newBegun(), ended: map[int64]bool{}, met: map[string]bool{}}
}

// change begins one, in the room of the one before.
func (w *writer) change() *change {
	c := &w.made
	clear(c.page.holds)
	clear(c.page.intents)
	clear(c.ended)
	clear(c.met)
	c.err, c.last, c.withdraws, c.gathers = nil, 0, false, false
	c.entries.clear()
	c.outcomes.clear()
	c.page.lastHold, c.page.lastSeq = w.begun.lastHold, w.begun.lastSeq
	return c
}

// do executes a statement, and gives the row that it inserted.
func (c *change) do(s *statement, values ...driver.Value) (row int64) {
	if c.err == nil {
		row, c.err = s.insert(values...)
	}
	return row
}

// write executes the statements of a batch until one fails.
func (c *change) write(b *store.Batch) error {
	for i := range b.Accounts {
		a := &b.Accounts[i]
		c.do(c.newAccount, a.ID, a.Tenant, a.Project, a.Provider, a.Model, labelText(a.Labels))
	}
	for i := range b.Holds {
		c.hold(&b.Holds[i])
	}
	for i := range b.Ends {
		c.settle(&b.Ends[i])
	}
	c.rest(&c.entries)
	for _, n := range b.Intents {
		n.Body = slices.Clone(n.Body)
		c.page.intents[n.Item] = n
	}
	c.writeOutcomes(b.Outcomes)
	for _, item := range b.Withdrawn {
		c.withdraws = c.meet(item) || c.withdraws
	}
	c.cached(&b.Record)
	c.paginate()
	return c.err
}

// hold begins a call, unless it is there already.
func (c *change) hold(h *store.Hold) {
	if _, ok := c.begun.holds[h.ID]; ok || h.ID <= c.page.lastHold && c.exists(h.ID) {
		return
	}
	c.page.holds[h.ID] = *h
	c.page.lastHold = max(c.page.lastHold, h.ID)
}

func (c *change) exists(id int64) (found bool) {
	if c.err == nil {
		found, c.err = c.hasEntry.finds(id)
	}
	return found
}

// settle makes an entry of a call that is under way.
func (c *change) settle(e *store.End) {
	h, ok := c.page.holds[e.Hold]
	if ok {
		delete(c.page.holds, e.Hold)
	} else {
		if h, ok = c.begun.holds[e.Hold]; !ok || c.ended[e.Hold] {
			return
		}
		c.ended[e.Hold] = true
	}
	u := &e.Usage
	c.insert(&c.entries, h.ID, h.Account, h.Item, string(e.Fate), int64(h.Amount), int64(u.Cost), u.Priced, int64(u.InputTokens), int64(u.CacheReadTokens),
		int64(u.CacheWrite5mTokens+u.CacheWrite1hTokens), int64(u.OutputTokens), nanos(h.At), nanos(e.At))
}

// writeOutcomes writes outcomes before it takes away those that they replace, so that the greatest Seq is never given twice.
func (c *change) writeOutcomes(list []store.Outcome) {
	for i := range list {
		o := &list[i]
		c.insert(&c.outcomes, o.Item, string(o.Class), nanos(o.At), o.Body)
		c.meet(o.Item)
	}
	c.rest(&c.outcomes)
	if len(list) > 0 {
		c.first, c.page.lastSeq = c.last-int64(len(list))+1, c.last
	}
	for i := range list {
		if o := &list[i]; o.Place != nil && *o.Place != 0 {
			c.do(c.replaced, *o.Place, o.Item)
		}
	}
}

// meet ends an item, and reports that it was under way.
func (c *change) meet(item string) bool {
	_, now := c.page.intents[item]
	delete(c.page.intents, item)
	_, before := c.begun.intents[item]
	if before {
		c.met[item] = true
	}
	return now || before
}

// paginate writes the page of what is begun, or of all that is under way where too much of what the pages have has ended.
func (c *change) paginate() {
	left := c.begun.len() - len(c.ended) - len(c.met) + c.page.len()
	c.gathers = c.withdraws || c.paged > 0 && (left <= 0 || c.paged+c.page.len() > 4*left+1000)
	page := c.page
	if c.gathers {
		c.do(c.writer.clear)
		page = c.left()
	}
	if page.len() > 0 {
		c.text = page.append(c.text[:0])
		c.do(c.newPage, page.lastSeq, c.text)
	}
}

// left is what will be under way.
func (c *change) left() begun {
	all := c.page
	all.holds, all.intents = maps.Clone(c.begun.holds), maps.Clone(c.begun.intents)
	c.apply(&all)
	return all
}

func (c *change) apply(open *begun) {
	for id := range c.ended {
		delete(open.holds, id)
	}
	for item := range c.met {
		delete(open.intents, item)
	}
	maps.Copy(open.holds, c.page.holds)
	maps.Copy(open.intents, c.page.intents)
	open.lastHold, open.lastSeq = c.page.lastHold, c.page.lastSeq
}

// accept takes the change into the writer's memory, and tells the places of outcomes.
func (c *change) accept(b *store.Batch) {
	c.apply(&c.begun)
	c.paged += c.page.len()
	if c.gathers {
		c.paged = c.begun.len()
	}
	for i := range b.Outcomes {
		if place := b.Outcomes[i].Place; place != nil {
			*place = c.first + int64(i)
		}
	}
}

func (c *change) cached(r *store.Record) {
	for _, key := range r.Forget {
		c.do(c.forget, key)
	}
	if !r.ForgetExpired.IsZero() {
		c.do(c.forgetExpired, nanos(r.ForgetExpired))
	}
	for i := range r.Cache {
		e := &r.Cache[i]
		c.do(c.newCached, e.Key, e.Value, nanos(e.Expires))
	}
}
