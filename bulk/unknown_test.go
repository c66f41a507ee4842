package bulk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/store"
)

// leaveOpen makes the state of a desk that of a program which died with these items in flight.
func (d *desk) leaveOpen(ids ...string) {
	d.t.Helper()
	d.answer = func(text string) string { return strings.ToUpper(text) }
	state, err := bulk.Open(d.t.Context(), d.output)
	check(d.t, err)
	books, err := ledger.New(d.t.Context(), ledger.Config{Store: state.Store()})
	check(d.t, err)
	for name, id := range d.names() {
		if !slices.Contains(ids, id) {
			continue
		}
		_, err := books.Reserve(d.t.Context(), ledger.Request{Amount: 1000, Item: name, Record: store.Record{
			Intents: []store.Intent{{Item: name, At: time.Unix(1, 0), Body: []byte(`{"id":"` + id + `"}`)}},
		}})
		check(d.t, err)
	}
	check(d.t, books.Close())
	check(d.t, state.Close())
}

// names are those that the items have in a state, with their IDs: a state of another output tells them.
func (d *desk) names() map[string]string {
	other := newDesk(d.t, d.input)
	other.cfg = d.cfg
	other.cfg.Concurrency, other.cfg.Unknown = 1, bulk.Resend
	other.must()
	state, err := bulk.Open(d.t.Context(), other.output)
	check(d.t, err)
	defer state.Close()
	names := map[string]string{}
	ids := strings.Fields(strings.Join(other.results(), " "))
	for o, err := range state.Store().Outcomes(d.t.Context(), 0) {
		check(d.t, err)
		names[o.Item] = ids[0]
		ids = ids[2:]
	}
	return names
}

func TestUnknownItems(t *testing.T) {
	for policy, want := range map[bulk.Unknown]struct {
		results  []string
		failed   string
		left     int
		presumed bool
	}{
		bulk.Resend: {[]string{"a ONE", "b TWO", "c THREE"}, "", 0, true},
		bulk.Hold:   {[]string{"a ONE", "c THREE"}, "", 1, false},
		bulk.Fail:   {[]string{"a ONE", "c THREE"}, `"code":"unknown_outcome"`, 0, true},
	} {
		t.Run("policy "+string(policy), func(t *testing.T) {
			d := newDesk(t, three)
			d.leaveOpen("b")
			d.cfg.Unknown, d.cfg.Concurrency = policy, 1
			sum := d.must()
			if diff := cmp.Diff(want.results, d.results()); diff != "" || sum.Left != want.left || (sum.Presumed > 0) != want.presumed {
				t.Errorf("%+v (-want +got):\n%s", sum.Snapshot, diff)
			}
			if got := d.failures(); !strings.Contains(got, want.failed) || (got == "") != (want.failed == "") {
				t.Errorf("failures %q, want %q", got, want.failed)
			}
			if want.failed != "" && !strings.Contains(d.failures(), `"item":{"id":"b","prompt":"two"}`) {
				t.Errorf("the failure can't be fed back: %s", d.failures())
			}
			if diff := cmp.Diff([]string{"b"}, sum.Unknown); diff != "" {
				t.Errorf("listed as unknown (-want +got):\n%s", diff)
			}
			d.cfg.Unknown = bulk.Resend
			again := d.must()
			if listed := len(again.Unknown); listed != want.left || again.Left != 0 {
				t.Errorf("the run after: %d unknown, %+v", listed, again.Snapshot)
			}
		})
	}
}
