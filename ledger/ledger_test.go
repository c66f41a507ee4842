package ledger_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// ask reserves an amount for a tenant.
func ask(amount request.Money, tenant string) ledger.Request {
	return ledger.Request{Amount: amount, Tenant: tenant}
}

// reserve expects to get a hold.
func reserve(t testing.TB, l *ledger.Ledger, r ledger.Request) *ledger.Hold {
	t.Helper()
	h, err := l.Reserve(t.Context(), r)
	if err != nil {
		t.Fatalf("Reserve %v: %v", r.Amount, err)
	}
	return h
}

// refused expects to get none, and gives the reason.
func refused(t testing.TB, l *ledger.Ledger, r ledger.Request) *ledger.BudgetError {
	t.Helper()
	_, err := l.Reserve(t.Context(), r)
	why, ok := errors.AsType[*ledger.BudgetError](err)
	if !ok || !errors.Is(err, request.ErrBudget) {
		t.Fatalf("Reserve %v: %v; want a refusal by a budget", r.Amount, err)
	}
	return why
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bubble runs a test on a clock that stands at midnight UTC of 1 January 2000 and moves only while everybody sleeps.
func bubble(t *testing.T, cfg ledger.Config, test func(t *testing.T, l *ledger.Ledger)) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t, cfg)
		defer l.Close()
		test(t, l)
	})
}

// balances are spent, presumed and reserved of a budget.
func balances(l *ledger.Ledger, budget string) [3]request.Money {
	for _, b := range l.Snapshot().Balances {
		if b.Budget == budget {
			return [3]request.Money{b.Spent, b.Presumed, b.Reserved}
		}
	}
	return [3]request.Money{}
}

func TestFates(t *testing.T) {
	l := newLedger(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 100}}})
	a, b, c, d := reserve(t, l, ask(30, "")), reserve(t, l, ask(30, "")), reserve(t, l, ask(30, "")), reserve(t, l, ask(10, ""))
	if why := refused(t, l, ask(1, "")); why.Left != 0 || why.Cap != 100 || why.Budget != "total" {
		t.Errorf("at the cap: %+v", why)
	}
	check(t, a.Settle(usage(10)))
	check(t, b.Presume())
	check(t, c.Release())
	check(t, d.Settle(request.Usage{InputTokens: 5})) // no price: presumed
	if got := balances(l, "total"); got != [3]request.Money{10, 40, 0} {
		t.Errorf("spent, presumed, reserved are %v; want 10, 40, 0", got)
	}
	if why := refused(t, l, ask(51, "")); why.Asked != 51 || why.Left != 50 || !why.Never {
		t.Errorf("one too many: %+v", why)
	}
	reserve(t, l, ask(50, ""))
}

func TestEndsOnce(t *testing.T) {
	l := newLedger(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 100}}})
	h := reserve(t, l, ask(10, ""))
	var first atomic.Int64
	var all sync.WaitGroup
	for _, end := range []func() error{
		func() error { return h.Settle(usage(10)) }, func() error { return h.Presume() }, func() error { return h.Release() },
	} {
		for range 8 {
			all.Go(func() {
				switch err := end(); {
				case err == nil:
					first.Add(1)
				case !errors.Is(err, ledger.ErrEnded):
					t.Errorf("a second end: %v", err)
				}
			})
		}
	}
	all.Wait()
	s := l.Snapshot()
	if first.Load() != 1 || s.Open != 0 || s.Reserved != 0 || s.Spent+s.Presumed > 10 {
		t.Errorf("%d ends were the first; the ledger has %+v", first.Load(), s)
	}
}

func TestRefusalSays(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{
		{Name: "house", Window: ledger.PerDay, Cap: 20 * request.Dollar, Each: []string{"tenant", "team"}, AtCap: ledger.Cheaper},
	}}, func(t *testing.T, l *ledger.Ledger) {
		r := ledger.Request{Amount: 15 * request.Dollar, Tenant: "acme", Provider: "p", Model: "m", Labels: map[string]string{"team": "red"}}
		reserve(t, l, r)
		_, err := l.Reserve(t.Context(), r)
		want := `p: budget: budget "house", team "red", tenant "acme": the call may cost $15.00, $5.00 of $20.00 is left until ` +
			`2000-01-02T00:00:00Z; take a cheaper model, ask for fewer tokens, or raise the cap`
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		e, _ := errors.AsType[*request.Error](err)
		if why := refused(t, l, r); !why.Cheaper || why.Never || e.MaybeBilled || e.Model != "m" {
			t.Errorf("%+v in %+v", why, e)
		}
	})
}

func TestSeveralBudgets(t *testing.T) {
	l := newLedger(t, ledger.Config{Budgets: []ledger.Budget{
		{Cap: 100},
		{Window: ledger.PerRequest, Cap: 40},
		{Name: "each tenant", Cap: 60, Each: []string{"tenant"}},
		{Name: "big model", Cap: 30, Match: map[string]string{"model": "big"}},
	}})
	for _, step := range []struct {
		r       ledger.Request
		refused string
	}{
		{ask(41, "a"), "request"},
		{ask(40, "a"), ""},
		{ask(21, "a"), "each tenant"},
		{ask(20, "b"), ""},
		{ledger.Request{Amount: 31, Tenant: "b", Model: "big"}, "big model"},
		{ledger.Request{Amount: 30, Tenant: "b", Model: "big"}, ""},
		{ledger.Request{Amount: 1, Tenant: "c", Model: "big"}, "big model"},
		{ask(11, "c"), "total"},
		{ask(10, "c"), ""},
	} {
		if step.refused == "" {
			check(t, reserve(t, l, step.r).Settle(usage(step.r.Amount)))
		} else if why := refused(t, l, step.r); why.Budget != step.refused {
			t.Errorf("%v for %s was refused by %s; want %s", step.r.Amount, step.r.Tenant, why.Budget, step.refused)
		}
	}
}

func TestOverrun(t *testing.T) {
	l := newLedger(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 100}}})
	events := l.Subscribe(10, ledger.Overrun)
	defer events.Close()
	check(t, reserve(t, l, ask(10, "a")).Settle(usage(130)))
	if got := <-events.Events(); got.Amount != 10 || got.Cost != 130 || got.Account.Tenant != "a" {
		t.Errorf("the event says %+v", got)
	}
	if got := balances(l, "total"); got[0] != 130 {
		t.Errorf("spent is %v, not all that was billed", got[0])
	}
	for _, amount := range []request.Money{0, 1} {
		if why := refused(t, l, ask(amount, "")); why.Left != 0 {
			t.Errorf("over the cap: %+v", why)
		}
	}
}

// A sum that wraps around would open the budget again.
func TestAbsurdCost(t *testing.T) {
	l := newLedger(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 100}}})
	a, b := reserve(t, l, ask(1, "")), reserve(t, l, ask(1, ""))
	check(t, a.Settle(usage(math.MaxInt64)))
	check(t, b.Settle(usage(math.MaxInt64)))
	if why := refused(t, l, ask(1, "")); why.Left != 0 || !why.Never {
		t.Errorf("after the greatest amounts there are: %+v", why)
	}
}

func TestUnpriced(t *testing.T) {
	budgets := []ledger.Budget{{Cap: 100}}
	unpriced := ledger.Request{Unpriced: true, Model: "new"}
	_, err := newLedger(t, ledger.Config{Budgets: budgets}).Reserve(t.Context(), unpriced)
	if !errors.Is(err, ledger.ErrUnpriced) || !errors.Is(err, request.ErrBudget) || !strings.Contains(err.Error(), "Unpriced") {
		t.Errorf("a call without a price: %v", err)
	}
	reserve(t, newLedger(t, ledger.Config{}), unpriced) // nothing to overshoot
	l := newLedger(t, ledger.Config{Budgets: budgets, Unpriced: ledger.CountTokens})
	check(t, reserve(t, l, unpriced).Settle(request.Usage{InputTokens: 5, CacheReadTokens: 1, CacheWrite5mTokens: 2, CacheWrite1hTokens: 3, OutputTokens: 7}))
	check(t, reserve(t, l, unpriced).Settle(usage(3))) // the provider said what it charged
	check(t, reserve(t, l, unpriced).Presume())
	want := []ledger.Row{{Labels: map[string]string{"model": "new"}, Sum: store.Sum{
		Calls: 3, Unpriced: 2, Spent: 3, InputTokens: 105, CacheReadTokens: 1, CacheWriteTokens: 5, OutputTokens: 27,
	}}}
	if diff := cmp.Diff(want, l.Summary("model")); diff != "" {
		t.Errorf("Summary (-want +got):\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	l := newLedger(t, ledger.Config{})
	for i, r := range []ledger.Request{
		{Tenant: "a", Project: "x", Provider: "p", Model: "m", Labels: map[string]string{"team": "red", "job": "1"}},
		{Tenant: "a", Project: "y", Provider: "p", Model: "n", Labels: map[string]string{"team": "red", "job": "2"}},
		{Tenant: "b", Project: "x", Provider: "q", Model: "m"},
	} {
		r.Amount = 100
		reserve(t, l, r)
		check(t, reserve(t, l, r).Settle(usage(request.Money(i+1))))
	}
	for by, want := range map[string]string{
		"tenant": "a:3/200 b:3/100", "project": "x:4/200 y:2/100", "provider": "p:3/200 q:3/100", "model": "m:4/200 n:2/100",
		"team": ":3/100 red:3/200", "job": ":3/100 1:1/100 2:2/100", "nobody": ":6/300",
	} {
		var got []string
		for _, row := range l.Summary(by) {
			got = append(got, fmt.Sprintf("%s:%d/%d", row.Labels[by], row.Spent, row.Reserved))
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("by %q: %s; want %s", by, text, want)
		}
	}
	if all := l.Summary(); len(all) != 1 || all[0].Spent != 6 || all[0].Calls != 3 || all[0].Open != 3 {
		t.Errorf("the whole is %+v", all)
	}
	if by := l.Summary("tenant", "model"); len(by) != 3 || by[1].Labels["model"] != "n" || by[2].Labels["tenant"] != "b" {
		t.Errorf("by two labels: %+v", by)
	}
}

func TestConfigFaults(t *testing.T) {
	_, err := ledger.New(t.Context(), ledger.Config{Unpriced: "x", MaxAccounts: -1, Budgets: []ledger.Budget{
		{Cap: -1, Window: "week", AtCap: "sleep", Warn: []float64{0, 1.5}, Each: []string{""}}, {Name: "b"}, {Name: "b"},
	}})
	for _, want := range []string{"Unpriced", "MaxAccounts", "Budgets[0]", "Cap", `"week"`, `"sleep"`, "Warn 0 ", "Warn 1.5", "Each", `Budgets[2]: another budget is named "b"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}

func TestBadRequest(t *testing.T) {
	l := newLedger(t, ledger.Config{})
	if _, err := l.Reserve(t.Context(), ask(-1, "")); err == nil || !strings.Contains(err.Error(), "negative") {
		t.Errorf("a negative amount: %v", err)
	}
	if _, err := l.Reserve(t.Context(), ledger.Request{Amount: 1, Unpriced: true}); err == nil {
		t.Error("an amount without a price was taken")
	}
	record := store.Record{Outcomes: []store.Outcome{{Item: "a"}}}
	if _, err := l.Reserve(t.Context(), ledger.Request{Record: record}); !errors.Is(err, ledger.ErrNoStore) {
		t.Errorf("a record without a store: %v", err)
	}
	if err := reserve(t, l, ask(5, "")).Settle(usage(5), record); !errors.Is(err, ledger.ErrNoStore) || l.Snapshot().Spent != 5 {
		t.Errorf("settled with a record that has nowhere to go: %v, spent %v", err, l.Snapshot().Spent)
	}
	if err := l.Write(t.Context(), record); !errors.Is(err, ledger.ErrNoStore) {
		t.Errorf("Write without a store: %v", err)
	}
}

// Labels that nobody budgets by do not make the ledger grow without bound.
func TestMaxAccounts(t *testing.T) {
	l := newLedger(t, ledger.Config{MaxAccounts: 3, Budgets: []ledger.Budget{{Cap: 2, Each: []string{"tenant"}}}})
	for i := range 100 {
		tenant := string(rune('a' + i%50))
		r := ledger.Request{Amount: 1, Tenant: tenant, Model: "m", Labels: map[string]string{"item": time.Duration(i).String()}}
		check(t, reserve(t, l, r).Settle(usage(1)))
	}
	if n := len(l.Summary("tenant", "item", "model")); n > 3+50 {
		t.Errorf("%d combinations are counted apart", n)
	}
	for _, row := range l.Summary("tenant") {
		if row.Spent != 2 {
			t.Errorf("tenant %s spent %v; want 2", row.Labels["tenant"], row.Spent)
		}
		refused(t, l, ask(1, row.Labels["tenant"]))
	}
}
