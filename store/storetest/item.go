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
	got, err := s.Outcome(t.Context(), "b")
	check(t, err)
	want.Seq = all[0].Seq
	if diff := cmp.Diff(want, got, compare...); diff != "" || all[0].Seq < 1 {
		t.Errorf("Outcome (-want +got):\n%s", diff)
	}
	if _, err := s.Outcome(t.Context(), "d"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an item without an outcome gave %v", err)
	}
}

func keys(t *testing.T, s store.Store) {
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "b", Class: request.ClassTimeout, At: noon, Body: []byte("{}")}, {Item: "a", At: noon}}})
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "c", Class: request.ClassTimeout, At: noon}, {Item: "b", Class: request.ClassInvalid, At: noon}}})
	all := listOutcomes(t, s, 0)
	want := map[string]store.Outcome{}
	for _, o := range all {
		want[o.Item] = store.Outcome{Seq: o.Seq, Item: o.Item, Class: o.Class}
	}
	got := map[string]store.Outcome{}
	for o, err := range s.Keys(t.Context()) {
		check(t, err)
		got[o.Item] = o
	}
	if diff := cmp.Diff(want, got, compare...); diff != "" || len(got) != 3 {
		t.Errorf("Keys (-want +got):\n%s", diff)
	}
}

func replacedOutcome(t *testing.T, s store.Store) {
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "a", At: noon}, {Item: "b", At: noon, Class: request.ClassTimeout}}})
	before := listOutcomes(t, s, 0)
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "b", At: noon}}})
	after := listOutcomes(t, s, 0)
	if items(after) != "a b" || after[1].Class != "" {
		t.Fatalf("a second outcome of b left %+v", after)
	}
	if after[1].Seq <= before[1].Seq {
		t.Errorf("the second outcome has Seq %d, the first had %d: who has read the first would miss it", after[1].Seq, before[1].Seq)
	}
}

func commitInLoop(t *testing.T, s store.Store) {
	write(t, s, store.Record{Outcomes: []store.Outcome{{Item: "a", At: noon}, {Item: "b", At: noon}}})
	var seen []store.Outcome
	for o, err := range s.Outcomes(t.Context(), 0) {
		check(t, err)
		seen = append(seen, o)
		write(t, s, store.Record{Outcomes: []store.Outcome{{Item: o.Item + "'", At: noon}}, Intents: []store.Intent{{Item: "z", At: noon}}})
		if _, err := s.Outcome(t.Context(), o.Item+"'"); err != nil {
			t.Errorf("what was committed in the loop can't be read: %v", err)
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
		write(t, s, store.Record{
			Outcomes: []store.Outcome{{Item: name, At: noon, Body: []byte(name)}}, Cache: []store.CacheEntry{{Key: name, Value: []byte(name)}},
		})
		o, err := s.Outcome(t.Context(), name)
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
	if _, err := s.Outcome(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("it was written all the same: %v", err)
	}
}

func closed(t *testing.T, s store.Store) {
	closeStore(t, s)
	ctx := t.Context()
	errs := map[string]error{"Commit": s.Commit(ctx, &store.Batch{})}
	_, errs["Restore"] = s.Restore(ctx)
	_, errs["Sums"] = s.Sums(ctx, noon)
	_, errs["Outcome"] = s.Outcome(ctx, "a")
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
