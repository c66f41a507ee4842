package ledger_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
)

// say is an event in short.
type say struct {
	Kind   ledger.Kind
	Budget string
	Amount request.Money
	Cost   request.Money
	Lost   int
}

func heard(s *ledger.Subscription) (list []say) {
	for e := range s.Events() {
		list = append(list, say{e.Kind, e.Budget, e.Amount, e.Cost, e.Lost})
	}
	return list
}

func TestEvents(t *testing.T) {
	bubble(t, ledger.Config{Budgets: []ledger.Budget{{Cap: 100}, {Name: "hour", Window: ledger.PerHour, Cap: 50, AtCap: ledger.Wait}}}, func(t *testing.T, l *ledger.Ledger) {
		all, few := l.Subscribe(100), l.Subscribe(100, ledger.Refused)
		q := newLine(t, l)
		q.join(t.Context(), "a", ask(40, ""))
		q.join(t.Context(), "b", ask(20, ""))
		q.settle("a", 41)
		refused(t, l, ask(200, ""))
		time.Sleep(time.Hour)
		synctest.Wait()
		check(t, q.holds["b"].Presume())
		check(t, reserve(t, l, ask(5, "")).Release())
		check(t, l.Close())
		refusal := say{Kind: ledger.Refused, Budget: "total", Amount: 200}
		want := []say{
			{Kind: ledger.Waiting, Budget: "hour", Amount: 20}, {Kind: ledger.Settled, Amount: 40, Cost: 41}, {Kind: ledger.Overrun, Amount: 40, Cost: 41},
			refusal, {Kind: ledger.Presumed, Amount: 20, Cost: 20}, {Kind: ledger.Released, Amount: 5},
		}
		if diff := cmp.Diff(want, heard(all)); diff != "" {
			t.Errorf("all events (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]say{refusal}, heard(few)); diff != "" {
			t.Errorf("events of one kind (-want +got):\n%s", diff)
		}
	})
}

func TestSlowSubscriber(t *testing.T) {
	l := newLedger(t, ledger.Config{})
	slow, gone := l.Subscribe(2), l.Subscribe(0)
	gone.Close()
	gone.Close()
	for range 10 {
		check(t, reserve(t, l, ask(1, "")).Release())
	}
	l.Snapshot() // all of it has happened
	if slow.Lost() != 8 || gone.Lost() != 0 {
		t.Errorf("lost are %d and %d", slow.Lost(), gone.Lost())
	}
	<-slow.Events()
	check(t, reserve(t, l, ask(1, "")).Release())
	check(t, l.Close())
	lost := 0
	for e := range slow.Events() {
		lost += e.Lost
	}
	if lost != 8 {
		t.Errorf("the events say that %d were lost", lost)
	}
	if late := l.Subscribe(1); heard(late) != nil {
		t.Error("a subscription to a closed ledger has events")
	}
}

func TestThresholds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var warnings []ledger.Event
		blocked := make(chan struct{})
		l := newLedger(t, ledger.Config{
			Budgets: []ledger.Budget{{Window: ledger.PerDay, Cap: 100, Each: []string{"tenant"}, Warn: []float64{0.9, 0.5}}},
			OnWarn: func(e ledger.Event) {
				<-blocked
				warnings = append(warnings, e)
			},
		})
		spend := func(tenant string, cost request.Money) {
			check(t, reserve(t, l, ask(cost, tenant)).Settle(usage(cost)))
		}
		reserve(t, l, ask(49, "a"))
		spend("a", 49) // what is reserved is not yet gone
		spend("b", 95)
		spend("a", 2)
		time.Sleep(24 * time.Hour)
		spend("a", 60)
		close(blocked) // none of it has waited for the callback
		check(t, l.Close())
		var got []string
		for _, w := range warnings {
			got = append(got, w.Of["tenant"]+" "+w.Cost.String()+" of "+w.Amount.String())
		}
		want := []string{
			"b $0.000000095 of $0.0000001", "b $0.000000095 of $0.0000001", "a $0.000000051 of $0.0000001", "a $0.00000006 of $0.0000001",
		}
		if diff := cmp.Diff(want, got); diff != "" || warnings[0].Share != 0.5 || warnings[1].Share != 0.9 {
			t.Errorf("warnings (-want +got):\n%s", diff)
		}
	})
}
