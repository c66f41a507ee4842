package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

func write(t *testing.T, s store.Store, r store.Record) {
	t.Helper()
	commit(t, s, store.Batch{Record: r})
}

func items(outcomes []store.Outcome) string {
	names := make([]string, len(outcomes))
	for i, o := range outcomes {
		names[i] = o.Item
	}
	return strings.Join(names, " ")
}

func intents(t *testing.T, s store.Store) {
	write(t, s, store.Record{Intents: []store.Intent{{Item: "b", At: noon, Body: []byte("first")}, {Item: "a", At: noon}, {Item: "c", At: noon}}})
	again := store.Intent{Item: "b", At: noon.Add(time.Second), Body: []byte("second")}
	write(t, s, store.Record{Intents: []store.Intent{again}, Outcomes: []store.Outcome{{Item: "c", At: noon}, {Item: "never meant", At: noon}}})
	if diff := cmp.Diff([]store.Intent{{Item: "a", At: noon}, again}, listIntents(t, s), compare...); diff != "" {
		t.Errorf("Intents (-want +got):\n%s", diff)
	}
}

func outcomes(t *testing.T, s store.Store) {
	want := store.Outcome{Item: "b", Class: request.ClassRateLimit, At: noon, Body: []byte("{}")}
	write(t, s, store.Record{Outcomes: []store.Outcome{want, {Item: "a", At: noon}}})
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "c", At: noon}}})
	all := listOutcomes(t, s, 0)
	if got := items(all); got != "b a c" {
		t.Fatalf("Outcomes gave %s, not in the order of commits", got)
	}
	if got := items(listOutcomes(t, s, all[0].Seq)); got != "a c" {
		t.Errorf("Outcomes after the first gave %s", got)
	}
	if got := listOutcomes(t, s, all[2].Seq); len(got) > 0 {
		t.Errorf("Outcomes after the last gave %v", got)
	}
	got, err := s.Outcome(t.Context(), all[0].Seq)
	check(t, err)
	want.Seq = all[0].Seq
	if diff := cmp.Diff(want, got, compare...); diff != "" || all[0].Seq < 1 {
		t.Errorf("Outcome (-want +got):\n%s", diff)
	}
	if _, err := s.Outcome(t.Context(), all[2].Seq+1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a place without an outcome gave %v", err)
	}
}

func keys(t *testing.T, s store.Store) {
	var b int64
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "b", Class: request.ClassTimeout, At: noon, Body: []byte("{}"), Place: &b}, {Item: "a", At: noon}}})
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "c", Class: request.ClassTimeout, At: noon}, {Item: "b", Class: request.ClassInvalid, At: noon, Place: &b}}})
	var want, got []store.Outcome
	for _, o := range listOutcomes(t, s, 0) {
		want = append(want, store.Outcome{Seq: o.Seq, Item: o.Item, Class: o.Class})
	}
	for o, err := range s.Keys(t.Context()) {
		check(t, err)
		got = append(got, o)
	}
	if diff := cmp.Diff(want, got, compare...); diff != "" || len(got) != 3 {
		t.Errorf("Keys (-want +got):\n%s", diff)
	}
}

func replacedOutcome(t *testing.T, s store.Store) {
	var place int64
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "a", At: noon}, {Item: "b", At: noon, Class: request.ClassTimeout, Place: &place}}})
	before := listOutcomes(t, s, 0)
	if place != before[1].Seq {
		t.Errorf("the place of b is given as %d, and is %d", place, before[1].Seq)
	}
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "b", At: noon, Place: &place}}})
	after := listOutcomes(t, s, 0)
	if items(after) != "a b" || after[1].Class != "" || place != after[1].Seq {
		t.Fatalf("a second outcome of b has the place %d and left %+v", place, after)
	}
	if after[1].Seq <= before[1].Seq {
		t.Errorf("the second outcome has Seq %d, the first had %d: who has read the first would miss it", after[1].Seq, before[1].Seq)
	}
	place = after[0].Seq // of another item
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "c", At: noon, Place: &place}}})
	if got := items(listOutcomes(t, s, 0)); got != "a b c" {
		t.Errorf("an outcome in the place of another item left %s", got)
	}
}

func withdrawnIntents(t *testing.T, s store.Store) {
	write(t, s, store.Record{Intents: []store.Intent{{Item: "a", At: noon}, {Item: "b", At: noon}}})
	write(t, s, store.Record{Withdrawn: []string{"b", "nothing"}})
	if got := listIntents(t, s); len(got) != 1 || got[0].Item != "a" || len(listOutcomes(t, s, 0)) > 0 {
		t.Errorf("of a and b, with b withdrawn, there are left %+v", got)
	}
}

func commitInLoop(t *testing.T, s store.Store) {
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "a", At: noon}, {Item: "b", At: noon}}})
	var seen []store.Outcome
	for o, err := range s.Outcomes(t.Context(), 0) {
		check(t, err)
		seen = append(seen, o)
		var seq int64
		write(t, s, store.Record{Outcomes: []store.Outcome{{Item: o.Item + "'", At: noon, Place: &seq}}, Intents: []store.Intent{{Item: "z", At: noon}}})
		if got, err := s.Outcome(t.Context(), seq); err != nil || got.Item != o.Item+"'" {
			t.Errorf("what was committed in the loop is read as %+v, %v", got, err)
		}
		for range s.Intents(t.Context()) {
			write(t, s, store.Record{Intents: []store.Intent{{Item: "y", At: noon}}})
		}
	}
	if got := items(seen); got != "a b" {
		t.Errorf("the loop saw %s, not what was there when it began", got)
	}
}

func leftLoop(t *testing.T, s store.Store) {
	write(t, s, store.Record{
		Outcomes: []store.Outcome{{Item: "a", At: noon}, {Item: "b", At: noon}}, Intents: []store.Intent{{Item: "c", At: noon}, {Item: "d", At: noon}},
	})
	for range s.Outcomes(t.Context(), 0) {
		break
	}
	for range s.Intents(t.Context()) {
		break
	}
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "c", At: noon}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range s.Outcomes(ctx, 0) {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("a loop whose context ended gave %v", last)
	}
}

func cached(t *testing.T, s store.Store) {
	write(t, s, store.Record{Cache: []store.CacheEntry{{Key: "a", Value: []byte("1")}, {Key: "b", Value: []byte("2")}, {Key: "c", Value: []byte{}}}})
	write(t, s, store.Record{Cache: []store.CacheEntry{{Key: "a", Value: []byte("3")}}, Forget: []string{"a", "b", "nothing"}})
	for key, want := range map[string]string{"a": "3", "c": ""} {
		if got, err := s.Cached(t.Context(), key, noon); err != nil || string(got) != want {
			t.Errorf("Cached(%s) = %q, %v; want %q", key, got, err, want)
		}
	}
	for _, key := range []string{"b", "never"} {
		if got, err := s.Cached(t.Context(), key, noon); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Cached(%s) = %q, %v", key, got, err)
		}
	}
}

func cacheExpiry(t *testing.T, s store.Store) {
	later := noon.Add(time.Second)
	write(t, s, store.Record{Cache: []store.CacheEntry{
		{Key: "soon", Value: []byte("v"), Expires: noon}, {Key: "later", Value: []byte("v"), Expires: later}, {Key: "never", Value: []byte("v")},
	}})
	good := func(key string, now time.Time) bool {
		_, err := s.Cached(t.Context(), key, now)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	if !good("soon", noon.Add(-1)) || good("soon", noon) || !good("later", noon) || !good("never", noon.AddDate(100, 0, 0)) {
		t.Error("an answer must be good until it expires, and not from then on")
	}
	write(t, s, store.Record{ForgetExpired: noon})
	if good("soon", noon.Add(-1)) || !good("later", noon) || !good("never", noon) {
		t.Error("ForgetExpired must remove what is no longer good, and nothing else")
	}
}

// hostileText stores names that SQL, JSON or C would misread.
func hostileText(t *testing.T, s store.Store) {
	for _, name := range []string{"", "'; drop table entries; --", "a\x00b", "\xff\xfe", "ä€😀", strings.Repeat("long", 10_000)} {
		var seq int64
		write(t, s, store.Record{
			Outcomes: []store.Outcome{{Item: name, At: noon, Body: []byte(name), Place: &seq}},
			Cache:    []store.CacheEntry{{Key: name, Value: []byte(name)}},
		})
		o, err := s.Outcome(t.Context(), seq)
		if err != nil || o.Item != name || string(o.Body) != name {
			t.Errorf("the outcome of %.20q came back as %.20q, %v", name, o.Item, err)
		}
		if v, err := s.Cached(t.Context(), name, noon); err != nil || string(v) != name {
			t.Errorf("what was cached under %.20q came back as %.20q, %v", name, v, err)
		}
	}
}

func nothingKept(t *testing.T, s store.Store) {
	body := []byte("body")
	labels := map[string]string{"k": "v"}
	commit(t, s, store.Batch{
		Accounts: []store.Account{{ID: 1, Labels: labels}},
		Record:   store.Record{Outcomes: []store.Outcome{{Item: "a", At: noon, Body: body}}, Cache: []store.CacheEntry{{Key: "key", Value: body}}},
	})
	copy(body, "XXXX")
	labels["k"] = "X"
	got := read(t, s)
	if string(got.Outcomes[0].Body) != "body" || got.Cached != "body" || got.State.Accounts[0].Labels["k"] != "v" {
		t.Errorf("the store kept the caller's memory: %+v", got)
	}
}

func endedContext(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Commit(ctx, &store.Batch{Record: store.Record{Outcomes: []store.Outcome{{Item: "a"}}}}); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit under an ended context: %v", err)
	}
	if got := listOutcomes(t, s, 0); len(got) > 0 {
		t.Errorf("it was written all the same: %v", got)
	}
}

func closed(t *testing.T, s store.Store) {
	closeStore(t, s)
	ctx := t.Context()
	errs := map[string]error{"Commit": s.Commit(ctx, &store.Batch{})}
	_, errs["Restore"] = s.Restore(ctx)
	_, errs["Sums"] = s.Sums(ctx, noon)
	_, errs["Outcome"] = s.Outcome(ctx, 1)
	_, errs["Cached"] = s.Cached(ctx, "a", noon)
	for _, errs["Keys"] = range s.Keys(ctx) {
	}
	for _, errs["Outcomes"] = range s.Outcomes(ctx, 0) {
	}
	for _, errs["Intents"] = range s.Intents(ctx) {
	}
	for method, err := range errs {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s of a closed store: %v", method, err)
		}
	}
}
