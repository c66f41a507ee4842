package ledger_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// dumb is a ledger that remembers every call and adds all of them up whenever it is asked. Nothing is clever in it.
type dumb struct {
	budgets []ledger.Budget
	calls   []*call
}

type call struct {
	r     ledger.Request
	at    time.Time
	state store.Fate // empty is reserved
	cost  request.Money
	hold  *ledger.Hold // of the ledger under test
}

func (c *call) label(name string) string {
	if name == "tenant" {
		return c.r.Tenant
	}
	return c.r.Model
}

// counts says whether a budget is for a call.
func counts(b *ledger.Budget, c *call) bool {
	for name, value := range b.Match {
		if c.label(name) != value {
			return false
		}
	}
	return true
}

// same says whether another call counts under the balance of a budget that a call made now is to fit into.
func same(b *ledger.Budget, now, other *call) bool {
	if !counts(b, now) || !counts(b, other) {
		return false
	}
	for _, name := range b.Each {
		if now.label(name) != other.label(name) {
			return false
		}
	}
	layouts := map[ledger.Window]string{
		ledger.Total: "", ledger.PerMinute: "2006-01-02 15:04", ledger.PerHour: "2006-01-02 15", ledger.PerDay: "2006-01-02", ledger.PerMonth: "2006-01",
	}
	layout, ok := layouts[b.Window]
	return ok && now.at.UTC().Format(layout) == other.at.UTC().Format(layout)
}

// balance adds up what counts with a call made now.
func (d *dumb) balance(b *ledger.Budget, now *call) (spent, presumed, reserved request.Money) {
	for _, c := range d.calls {
		switch {
		case !same(b, now, c):
		case c.state == store.Settled:
			spent += c.cost
		case c.state == store.Presumed:
			presumed += c.r.Amount
		case c.state == "":
			reserved += c.r.Amount
		}
	}
	return spent, presumed, reserved
}

// reserve gives the budget that refuses the call and what is left of it, or takes the call in.
func (d *dumb) reserve(c *call) (refuses string, left request.Money) {
	for i := range d.budgets {
		b := &d.budgets[i]
		if !counts(b, c) {
			continue
		}
		spent, presumed, reserved := d.balance(b, c)
		if left := b.Cap - spent - presumed - reserved; c.r.Amount > left {
			return b.Name, max(0, left)
		}
	}
	d.calls = append(d.calls, c)
	return "", 0
}

func (d *dumb) open() (list []*call) {
	for _, c := range d.calls {
		if c.state == "" {
			list = append(list, c)
		}
	}
	return list
}

// operation is one thing that happens. Numbers are taken modulo what there is.
type operation struct {
	What   string
	Tenant string
	Model  string
	Amount request.Money
	Which  int
	Sleep  time.Duration
}

func operations(t *rapid.T) []operation {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) operation {
		return operation{
			What:   rapid.SampledFrom([]string{"reserve", "reserve", "reserve", "settle", "settle", "presume", "release", "sleep", "restart"}).Draw(t, "what"),
			Tenant: rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "tenant"),
			Model:  rapid.SampledFrom([]string{"m", "n"}).Draw(t, "model"),
			Amount: request.Money(rapid.IntRange(0, 40).Draw(t, "amount")),
			Which:  rapid.IntRange(0, 1000).Draw(t, "which"),
			Sleep:  time.Duration(rapid.SampledFrom([]int{1, 59, 60, 1800, 3600, 40_000, 86_400, 2_000_000}).Draw(t, "seconds")) * time.Second,
		}
	}), 20, 80).Draw(t, "operations")
}

func budgets(t *rapid.T) []ledger.Budget {
	list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ledger.Budget {
		return ledger.Budget{
			Cap:    request.Money(rapid.IntRange(0, 120).Draw(t, "cap")),
			Window: rapid.SampledFrom([]ledger.Window{ledger.Total, ledger.PerRequest, ledger.PerMinute, ledger.PerHour, ledger.PerDay, ledger.PerMonth}).Draw(t, "window"),
			Each:   rapid.SampledFrom([][]string{nil, {"tenant"}, {"model"}, {"tenant", "model"}}).Draw(t, "each"),
			Match:  rapid.SampledFrom([]map[string]string{nil, nil, {"tenant": "a"}, {"model": "n"}}).Draw(t, "match"),
		}
	}), 0, 4).Draw(t, "budgets")
	for i := range list {
		list[i].Name = fmt.Sprint("budget ", i)
	}
	return list
}

// Whatever happens, with restarts in between, the ledger says what the dumb one says.
func TestLedgerAgainstDumb(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := &dumb{budgets: budgets(rt)}
		ops := operations(rt)
		var disagree error
		synctest.Test(t, func(t *testing.T) { disagree = compareRuns(t, d, ops) })
		if disagree != nil {
			rt.Fatal(disagree)
		}
	})
}

// compareRuns has both ledgers do the operations and returns the first difference.
func compareRuns(t *testing.T, d *dumb, ops []operation) (disagree error) {
	cfg := ledger.Config{Budgets: d.budgets, Store: store.NewMemory()}
	l, err := ledger.New(t.Context(), cfg)
	if err != nil {
		return err
	}
	defer func() { disagree = errors.Join(disagree, l.Close()) }()
	for i, op := range ops {
		open := d.open()
		switch {
		case op.What == "sleep":
			time.Sleep(op.Sleep)
		case op.What == "restart":
			l, err = restart(t, l, cfg, open)
		case op.What == "reserve":
			err = reserveBoth(t, l, d, op)
		case len(open) > 0:
			err = endBoth(open[op.Which%len(open)], op)
		}
		if err == nil {
			err = compareBalances(l, d)
		}
		if err != nil {
			return fmt.Errorf("operation %d, %+v: %w", i, op, err)
		}
	}
	return nil
}

func reserveBoth(t *testing.T, l *ledger.Ledger, d *dumb, op operation) error {
	c := &call{r: ledger.Request{Amount: op.Amount, Tenant: op.Tenant, Model: op.Model}, at: time.Now()}
	want, left := d.reserve(c)
	var err error
	c.hold, err = l.Reserve(t.Context(), c.r)
	why, _ := errors.AsType[*ledger.BudgetError](err)
	switch {
	case want == "" && err != nil:
		return fmt.Errorf("refused, which the dumb one did not: %w", err)
	case want != "" && (why == nil || why.Budget != want || why.Left != left || why.Asked != op.Amount):
		return fmt.Errorf("got %v; the dumb one was refused by %s with %v left", err, want, left)
	}
	return nil
}

func endBoth(c *call, op operation) error {
	switch op.What {
	case "settle":
		c.state, c.cost = store.Settled, op.Amount // more than was reserved, now and then
		return c.hold.Settle(usage(op.Amount))
	case "presume":
		c.state = store.Presumed
		return c.hold.Presume()
	}
	c.state = store.Released
	return c.hold.Release()
}

// restart makes a new ledger of the same store, in which the open holds are unknown, and gives them to their calls.
func restart(t *testing.T, l *ledger.Ledger, cfg ledger.Config, open []*call) (*ledger.Ledger, error) {
	if err := l.Close(); err != nil {
		return l, err
	}
	next, err := ledger.New(t.Context(), cfg)
	if err != nil {
		return l, err
	}
	unknown := next.Unknown()
	if len(unknown) != len(open) {
		return next, fmt.Errorf("%d holds are unknown after a restart; %d were open", len(unknown), len(open))
	}
	for i, c := range open {
		if u := unknown[i]; u.Amount != c.r.Amount || u.Account.Tenant != c.r.Tenant || !u.At.Equal(c.at) {
			return next, fmt.Errorf("unknown is %+v; open was %+v", u, c)
		}
		c.hold = unknown[i].Hold()
	}
	return next, nil
}

// compareBalances looks at each budget through the eyes of a call of each tenant and model.
func compareBalances(l *ledger.Ledger, d *dumb) error {
	s := l.Snapshot()
	got := map[string]ledger.Balance{}
	for _, b := range s.Balances {
		got[fmt.Sprint(b.Budget, b.Labels)] = b
	}
	var all [3]request.Money
	all[0], all[1], all[2] = d.balance(&ledger.Budget{}, &call{})
	if diff := cmp.Diff(all, [3]request.Money{s.Spent, s.Presumed, s.Reserved}); diff != "" || s.Open != len(d.open()) {
		return fmt.Errorf("the whole (-dumb +got), %d open:\n%s", s.Open, diff)
	}
	for _, c := range d.calls {
		now := &call{r: c.r, at: time.Now()}
		for i := range d.budgets {
			b := &d.budgets[i]
			if !same(b, now, now) {
				continue
			}
			labels := map[string]string(nil)
			for _, name := range b.Each {
				if labels == nil {
					labels = map[string]string{}
				}
				labels[name] = c.label(name)
			}
			var want [3]request.Money
			want[0], want[1], want[2] = d.balance(b, now)
			has := got[fmt.Sprint(b.Name, labels)]
			if diff := cmp.Diff(want, [3]request.Money{has.Spent, has.Presumed, has.Reserved}); diff != "" {
				return fmt.Errorf("%s %v (-dumb +got):\n%s", b.Name, labels, diff)
			}
		}
	}
	return nil
}
