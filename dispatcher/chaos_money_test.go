package dispatcher_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
)

const (
	chaosTenants = 10
	// worstBill is above what any answer of the chaos costs, meanBill about what a request costs, failures presumed.
	worstBill = request.Money(2000)
	meanBill  = 550
)

func tenantOf(i int) string { return fmt.Sprint("tenant ", i%chaosTenants) }

func price(in, out int) request.Money { return request.Money(in + 10*out) }

// strained is a ledger in which each tenant has a budget of its own, by chance too small or large enough for its share of so
// many requests.
func strained(t *testing.T, requests int) *ledger.Ledger {
	t.Helper()
	chance := rand.New(rand.NewPCG(11, 0))
	var budgets []ledger.Budget
	for i := range chaosTenants {
		enough := float64(requests / chaosTenants * meanBill)
		budgets = append(budgets, ledger.Budget{
			Name: tenantOf(i), Match: map[string]string{"tenant": tenantOf(i)},
			Cap: request.Money(enough * (0.3 + 1.5*chance.Float64())),
		})
	}
	l, err := ledger.New(t.Context(), ledger.Config{Budgets: budgets})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// bills are what the simulators charged, by the text of the request.
type bills struct {
	mu     sync.Mutex
	open   map[string][]request.Money
	number int
	total  request.Money
}

func newBills() *bills { return &bills{open: map[string][]request.Money{}} }

func (b *bills) add(one sim.Bill) {
	cost := price(one.InputTokens, one.OutputTokens)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open[one.Text] = append(b.open[one.Text], cost)
	b.number, b.total = b.number+1, b.total+cost
}

// pay takes a bill of exactly this cost away.
func (b *bills) pay(item string, cost request.Money) bool {
	i := slices.Index(b.open[item], cost)
	if i < 0 {
		return false
	}
	b.open[item] = slices.Delete(b.open[item], i, i+1)
	return true
}

// check holds the ledger against the bills. What was settled is one of the simulators' bills for that item, to the last unit;
// every other bill, of an answer that did not arrive whole or that its caller left, has a hold that is presumed gone, at no
// less; and nothing was released that was billed. No budget is over its cap.
func (b *bills) check(t *testing.T, l *ledger.Ledger, ends *ledger.Subscription) {
	t.Helper()
	books := l.Snapshot()
	l.Close()
	var spent, presumed request.Money
	settled, gone := 0, map[string]int{}
	for e := range ends.Events() {
		switch {
		case e.Lost > 0 || e.Kind == ledger.Overrun:
			t.Fatalf("%d events lost; %+v", e.Lost, e)
		case e.Kind == ledger.Settled:
			settled, spent = settled+1, spent+e.Cost
			if !b.pay(e.Item, e.Cost) {
				t.Errorf("%s: %d was settled, the bills are %v", e.Item, e.Cost, b.open[e.Item])
			}
		case e.Kind == ledger.Presumed:
			gone[e.Item], presumed = gone[e.Item]+1, presumed+e.Cost
		}
	}
	for item, unpaid := range b.open {
		if len(unpaid) > gone[item] || len(unpaid) > 0 && slices.Max(unpaid) > worstBill {
			t.Errorf("%s: bills of %v, for which %d holds are presumed gone", item, unpaid, gone[item])
		}
	}
	if books.Open != 0 || books.Reserved != 0 || books.Spent != spent || books.Presumed != presumed {
		t.Errorf("%d spent and %d presumed by the events; the books are %+v", spent, presumed, books)
	}
	full := 0
	for _, balance := range books.Balances {
		if balance.Left() < 0 {
			t.Errorf("over the cap: %+v", balance)
		} else if balance.Left() < worstBill {
			full++
		}
	}
	if full == 0 || full == chaosTenants {
		t.Errorf("%d of %d budgets were used up; want some", full, chaosTenants)
	}
	t.Logf("%d bills of %d in all; %d settled, %d spent, %d presumed; %d budgets used up", b.number, b.total, settled, spent, presumed, full)
}
