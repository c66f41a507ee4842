// Package storetest is the suite that every store must pass. A test of an implementation calls Exercise with a way to open
// an empty store, and Reopen if what is committed outlives Close.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// Exercise checks the promises of store.Store. open gives an empty store, which Exercise closes.
func Exercise(t *testing.T, open func(t *testing.T) store.Store) {
	for name, check := range map[string]func(*testing.T, store.Store){
		"empty":                 empty,
		"holds":                 holds,
		"sums":                  sums,
		"repetition":            repetition,
		"unknown end":           unknownEnd,
		"intents":               intents,
		"withdrawn intents":     withdrawnIntents,
		"outcomes":              outcomes,
		"keys":                  keys,
		"replaced outcome":      replacedOutcome,
		"commit in a loop":      commitInLoop,
		"left loop":             leftLoop,
		"cache":                 cached,
		"cache expiry":          cacheExpiry,
		"hostile text":          hostileText,
		"nothing kept":          nothingKept,
		"ended context":         endedContext,
		"closed":                closed,
		"many goroutines":       manyGoroutines,
		"money and item as one": moneyAndItem,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() { closeStore(t, s) })
			check(t, s)
		})
	}
}

// Reopen checks that what was committed is there after Close. Each call of open opens the same store.
func Reopen(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	want := fill(t, s)
	closeStore(t, s)
	for range 2 { // opening changes nothing
		s = open(t)
		if diff := cmp.Diff(want, read(t, s), compare...); diff != "" {
			t.Errorf("after Close and another open (-before +after):\n%s", diff)
		}
		closeStore(t, s)
	}
}

func closeStore(t *testing.T, s store.Store) {
	t.Helper()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// compare ignores the zone of a time and the difference between no element and none given.
var compare = []cmp.Option{cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)}

// noon is a time that every test counts from.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

func commit(t *testing.T, s store.Store, b store.Batch) {
	t.Helper()
	if err := s.Commit(t.Context(), &b); err != nil {
		t.Fatalf("Commit: %v", err)
	}
}

// hold makes a hold of one account, made so many minutes after noon.
func hold(id, account int64, minutes int, amount request.Money) store.Hold {
	at := noon.Add(time.Duration(minutes) * time.Minute)
	return store.Hold{ID: id, Account: account, Item: "item", Amount: amount, Priced: true, At: at}
}

// end makes an end with a cost and ten times as many tokens of each kind.
func end(id int64, fate store.Fate, cost request.Money) store.End {
	n := int(cost) * 10
	u := request.Usage{InputTokens: n, CacheReadTokens: n + 1, CacheWrite5mTokens: n, CacheWrite1hTokens: 2, OutputTokens: n + 3}
	u.SetCost(cost)
	return store.End{Hold: id, Fate: fate, Usage: u, At: noon.Add(time.Hour)}
}

// contents is everything that can be read of a store.
type contents struct {
	State    store.State
	Sums     []store.Sum
	Late     []store.Sum // of the holds made a minute after noon or later
	Outcomes []store.Outcome
	Intents  []store.Intent
	Cached   string
}

func read(t *testing.T, s store.Store) (c contents) {
	t.Helper()
	ctx := t.Context()
	state, err := s.Restore(ctx)
	check(t, err)
	c.State = *state
	c.Sums, err = s.Sums(ctx, time.Time{})
	check(t, err)
	c.Late, err = s.Sums(ctx, noon.Add(time.Minute))
	check(t, err)
	c.Outcomes, c.Intents = listOutcomes(t, s, 0), listIntents(t, s)
	value, err := s.Cached(ctx, "key", noon)
	check(t, err)
	c.Cached = string(value)
	return c
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fill commits something of everything, in two commits, and returns what can be read then.
func fill(t *testing.T, s store.Store) contents {
	t.Helper()
	commit(t, s, store.Batch{
		Accounts: []store.Account{{ID: 1, Tenant: "a", Model: "m", Labels: map[string]string{"k": "v"}}, {ID: 2, Project: "p", Provider: "q"}},
		Holds:    []store.Hold{hold(10, 1, 0, 7), hold(11, 2, 1, 8), hold(12, 1, 2, 9)},
		Record: store.Record{
			Intents: []store.Intent{{Item: "x", At: noon, Body: []byte("again")}, {Item: "y", At: noon}},
			Cache:   []store.CacheEntry{{Key: "key", Value: []byte("value")}},
		},
	})
	commit(t, s, store.Batch{
		Ends:   []store.End{end(10, store.Settled, 5), end(11, store.Presumed, 8)},
		Record: store.Record{Outcomes: []store.Outcome{{Item: "y", Class: request.ClassTimeout, At: noon, Body: []byte{0, 255}}}},
	})
	return read(t, s)
}

func listOutcomes(t *testing.T, s store.Store, after int64) (list []store.Outcome) {
	t.Helper()
	for o, err := range s.Outcomes(context.Background(), after) {
		check(t, err)
		list = append(list, o)
	}
	return list
}

func listIntents(t *testing.T, s store.Store) (list []store.Intent) {
	t.Helper()
	for i, err := range s.Intents(context.Background()) {
		check(t, err)
		list = append(list, i)
	}
	return list
}
