package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

func empty(t *testing.T, s store.Store) {
	state, err := s.Restore(t.Context())
	check(t, err)
	sums, err := s.Sums(t.Context(), time.Time{})
	check(t, err)
	if diff := cmp.Diff(store.State{}, *state, compare...); diff != "" || len(sums) > 0 {
		t.Errorf("an empty store holds %v and %s", sums, diff)
	}
	commit(t, s, store.Batch{})
}

func holds(t *testing.T, s store.Store) {
	accounts := []store.Account{
		{ID: 3, Tenant: "t", Project: "p", Provider: "v", Model: "m", Labels: map[string]string{"a": "1", "b": ""}}, {ID: 9},
	}
	open := []store.Hold{hold(1, 3, 0, 100), {ID: 5, Account: 9, At: noon}}
	commit(t, s, store.Batch{Accounts: accounts, Holds: []store.Hold{open[0], hold(2, 3, 0, 1), hold(3, 3, 0, 1), hold(4, 3, 0, 1), open[1]}})
	commit(t, s, store.Batch{Ends: []store.End{end(2, store.Settled, 1), end(3, store.Presumed, 1), end(4, store.Released, 0)}})
	got, err := s.Restore(t.Context())
	check(t, err)
	if diff := cmp.Diff(store.State{Accounts: accounts, Held: open, LastHold: 5}, *got, compare...); diff != "" {
		t.Errorf("Restore (-want +got):\n%s", diff)
	}
}

func sums(t *testing.T, s store.Store) {
	unpriced := store.End{Hold: 5, Fate: store.Settled, Usage: request.Usage{InputTokens: 1000}, At: noon}
	commit(t, s, store.Batch{
		Accounts: []store.Account{{ID: 1}, {ID: 2, Model: "m"}, {ID: 3}, {ID: 4}},
		Holds: []store.Hold{
			hold(1, 1, 0, 50), hold(2, 1, 1, 50), hold(3, 2, 1, 50), hold(4, 1, 2, 50), {ID: 5, Account: 1, At: noon.Add(time.Hour)},
			hold(6, 3, 0, 50), hold(7, 4, 0, 50),
		},
		Ends: []store.End{
			end(1, store.Settled, 10), end(2, store.Settled, 20), end(3, store.Settled, 30), end(4, store.Presumed, 50), unpriced,
			end(6, store.Released, 0),
		},
	})
	first := store.Sum{
		Account: 1, Calls: 4, Unpriced: 1, Spent: 30, Presumed: 50,
		InputTokens: 100 + 200 + 500 + 1000, CacheReadTokens: 101 + 201 + 501, CacheWriteTokens: 102 + 202 + 502, OutputTokens: 103 + 203 + 503,
	}
	second := store.Sum{Account: 2, Calls: 1, Spent: 30, InputTokens: 300, CacheReadTokens: 301, CacheWriteTokens: 302, OutputTokens: 303}
	late := store.Sum{
		Account: 1, Calls: 2, Unpriced: 1, Presumed: 50, InputTokens: 1500, CacheReadTokens: 501, CacheWriteTokens: 502, OutputTokens: 503,
	}
	for since, want := range map[time.Time][]store.Sum{
		{}:                        {first, second},
		noon:                      {first, second},
		noon.Add(2 * time.Minute): {late},
		noon.Add(time.Hour + 1):   nil,
	} {
		got, err := s.Sums(t.Context(), since)
		check(t, err)
		if diff := cmp.Diff(want, got, compare...); diff != "" {
			t.Errorf("Sums since %v (-want +got):\n%s", since, diff)
		}
	}
}

// repetition commits the same batches twice, as a ledger does that does not know whether they were written.
func repetition(t *testing.T, s store.Store) {
	want := fill(t, s)
	commit(t, s, store.Batch{
		Accounts: []store.Account{{ID: 1, Tenant: "other"}},
		Holds:    []store.Hold{hold(10, 1, 5, 70), hold(11, 1, 5, 80), hold(12, 1, 5, 90)},
		Ends:     []store.End{end(10, store.Released, 0), end(11, store.Settled, 3)},
	})
	if diff := cmp.Diff(want, read(t, s), compare...); diff != "" {
		t.Errorf("a repeated commit changed (-before +after):\n%s", diff)
	}
}

func unknownEnd(t *testing.T, s store.Store) {
	commit(t, s, store.Batch{Ends: []store.End{end(77, store.Settled, 5)}})
	got, err := s.Sums(t.Context(), time.Time{})
	check(t, err)
	if len(got) > 0 {
		t.Errorf("the end of a hold that is not there made %v", got)
	}
}

func moneyAndItem(t *testing.T, s store.Store) {
	commit(t, s, store.Batch{
		Accounts: []store.Account{{ID: 1}},
		Holds:    []store.Hold{hold(1, 1, 0, 9)},
		Ends:     []store.End{end(1, store.Settled, 9)},
		Record: store.Record{
			Outcomes: []store.Outcome{{Item: "a", At: noon}}, Cache: []store.CacheEntry{{Key: "key", Value: []byte("v")}},
		},
	})
	got := read(t, s)
	if len(got.Sums) != 1 || got.Sums[0].Spent != 9 || len(got.Outcomes) != 1 || got.Cached != "v" || len(got.State.Held) != 0 {
		t.Errorf("one commit of a hold, its end, an outcome and a cached answer gave %+v", got)
	}
}

func manyGoroutines(t *testing.T, s store.Store) {
	const goroutines, calls = 8, 25
	commit(t, s, store.Batch{Accounts: []store.Account{{ID: 1}}})
	var all sync.WaitGroup
	for g := range goroutines {
		all.Go(func() {
			for i := range calls {
				id := int64(g*calls + i + 1)
				if err := s.Commit(t.Context(), &store.Batch{Holds: []store.Hold{hold(id, 1, 0, 2)}, Ends: []store.End{end(id, store.Settled, 2)}}); err != nil {
					t.Error(err)
				}
				if _, err := s.Sums(t.Context(), time.Time{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got, err := s.Sums(t.Context(), time.Time{})
	check(t, err)
	if len(got) != 1 || got[0].Calls != goroutines*calls || got[0].Spent != 2*goroutines*calls {
		t.Errorf("%d commits of a call that cost 2 came to %+v", goroutines*calls, got)
	}
}
