package ledger_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/ledger"
)

// Whatever callers ask for and however they end it: no balance goes over its cap, those with the same labels are let in
// first come first served, and nobody waits while there is room and nobody before him.
func TestWaiting(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list := append(budgets(rt), ledger.Budget{
			Name: "hour", Window: ledger.PerHour, Cap: 60, Each: rapid.SampledFrom([][]string{nil, {"tenant"}}).Draw(rt, "each of the hour"),
		})
		for i := range list {
			list[i].Cap += 20
			list[i].AtCap = rapid.SampledFrom([]ledger.AtCap{ledger.Wait, ledger.Wait, ledger.Wait, ledger.Refuse}).Draw(rt, "at cap")
		}
		ops := operations(rt)
		var wrong error
		synctest.Test(t, func(t *testing.T) { wrong = (&crowd{t: t, budgets: list}).run(ops) })
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
}

// crowd are callers who may wait. A call whose answer is due has no hold yet.
type crowd struct {
	t       *testing.T
	l       *ledger.Ledger
	budgets []ledger.Budget
	asked   []*asker
}

type asker struct {
	call
	order    int
	answered chan error
	err      error
	done     bool // answered
}

func (c *crowd) run(ops []operation) error {
	l, err := ledger.New(c.t.Context(), ledger.Config{Budgets: c.budgets})
	if err != nil {
		return err
	}
	c.l = l
	for i, op := range ops {
		if err := c.do(op); err != nil {
			return errors.Join(fmt.Errorf("operation %d, %+v: %w", i, op, err), c.l.Close())
		}
	}
	if err := c.l.Close(); err != nil {
		return err
	}
	synctest.Wait()
	c.collect()
	for _, a := range c.asked {
		if !a.done {
			return fmt.Errorf("%+v has no answer after Close", a.r)
		}
	}
	return nil
}

func (c *crowd) do(op operation) error {
	held := c.held()
	switch {
	case op.What == "sleep" || op.What == "restart":
		time.Sleep(op.Sleep)
	case op.What == "reserve":
		c.ask(op)
	case len(held) > 0:
		op.Amount = min(op.Amount, held[op.Which%len(held)].r.Amount) // what a provider bills is within the worst case here
		if err := endBoth(&held[op.Which%len(held)].call, op); err != nil {
			return err
		}
	}
	synctest.Wait()
	c.collect()
	return errors.Join(c.withinCaps(), c.inOrder(), c.notInVain())
}

func (c *crowd) ask(op operation) {
	a := &asker{order: len(c.asked), answered: make(chan error, 1)}
	a.r = ledger.Request{Amount: op.Amount, Tenant: op.Tenant, Model: op.Model}
	c.asked = append(c.asked, a)
	go func() {
		h, err := c.l.Reserve(c.t.Context(), a.r)
		a.hold = h
		a.answered <- err
	}()
}

func (c *crowd) collect() {
	for _, a := range c.asked {
		select {
		case a.err = <-a.answered:
			a.done = true
		default:
		}
	}
}

func (c *crowd) held() (list []*asker) {
	for _, a := range c.asked {
		if a.done && a.err == nil && a.state == "" {
			list = append(list, a)
		}
	}
	return list
}

func (c *crowd) withinCaps() error {
	for _, b := range c.l.Snapshot().Balances {
		if b.Left() < 0 {
			return fmt.Errorf("over the cap: %+v", b)
		}
	}
	return nil
}

// inOrder looks at those who were let in, by the time of their hold. One may pass another with the same labels only if the
// other was refused.
func (c *crowd) inOrder() error {
	byLabel := map[string][]*asker{}
	for _, a := range c.asked {
		if key := a.r.Tenant + "/" + a.r.Model; !a.done || a.err == nil {
			byLabel[key] = append(byLabel[key], a)
		}
	}
	for labels, list := range byLabel {
		order := slices.SortedFunc(slices.Values(list), func(x, y *asker) int {
			return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x.order, y.order))
		})
		if !slices.Equal(order, list) {
			return fmt.Errorf("those of %s were not let in as they came", labels)
		}
	}
	return nil
}

// rank is the place in the order of holds; who waits comes last.
func rank(a *asker) int64 {
	if !a.done {
		return 1 << 62
	}
	return a.hold.ID()
}

// notInVain looks at the first of all who wait: some budget must have no room for him.
func (c *crowd) notInVain() error {
	i := slices.IndexFunc(c.asked, func(a *asker) bool { return !a.done })
	if i < 0 {
		return nil
	}
	first := c.asked[i]
	for _, b := range c.l.Snapshot().Balances {
		if c.concerns(b, first) && first.r.Amount > b.Left() {
			return nil
		}
	}
	return fmt.Errorf("the first who waits, %+v, waits in vain: %+v", first.r, c.l.Snapshot().Balances)
}

func (c *crowd) concerns(b ledger.Balance, a *asker) bool {
	i := slices.IndexFunc(c.budgets, func(x ledger.Budget) bool { return x.Name == b.Budget })
	if !counts(&c.budgets[i], &a.call) {
		return false
	}
	for name, value := range b.Labels {
		if a.label(name) != value {
			return false
		}
	}
	return b.Window != ledger.PerRequest
}
