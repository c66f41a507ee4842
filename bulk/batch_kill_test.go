package bulk_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/store"
)

var errDead = errors.New("the process is dead")

// mortal is a store that takes so many commits, and ends with the process then. Where the disk alone fails, the process lives on.
type mortal struct {
	store.Store
	left     atomic.Int64
	diskOnly bool
	kill     context.CancelCauseFunc
}

func (m *mortal) Commit(ctx context.Context, b *store.Batch) error {
	time.Sleep(time.Millisecond) // all who are about to write do so together, and a run has the same commits each time
	n := m.left.Add(-1)
	if n < 0 {
		return store.ErrFull
	}
	err := m.Store.Commit(ctx, b)
	if n == 0 && !m.diskOnly {
		m.kill(errDead)
	}
	return err
}

// over is a transport of a process that sends nothing once it is dead.
func (m *mortal) over(t http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if m.left.Load() <= 0 && !m.diskOnly {
			return nil, errDead
		}
		return t.RoundTrip(r)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Wherever between two writes a run via batch ends, the next one loses nothing, delivers nothing twice, and lists what it may pay
// twice.
func TestViaBatchEndsBetweenAnyTwoWrites(t *testing.T) {
	plain := many(6) + `{"id":"twin","prompt":"question 1","max_tokens":1000}` + "\n"
	for name, input := range map[string]string{"plain": plain, "found": plain, "checked": odd} {
		for _, diskOnly := range []bool{false, true} {
			writes := 0
			for ended := false; !ended; writes++ {
				inDepot(t, sim.Batches{Delay: time.Minute, Expired: 0.5}, func(d *depot) {
					if d.perBatch, d.finds = 3, name == "found"; name == "checked" {
						d.change = pleading
					}
					ended = d.endsAfter(int64(writes), input, diskOnly)
				})
				if t.Failed() {
					t.Fatalf("%s: after %d writes, disk only %v", name, writes, diskOnly)
				}
			}
			if writes < 10 {
				t.Errorf("%s: the run came to its end after %d writes", name, writes)
			}
		}
	}
}

// endsAfter ends a run after so many writes, and lets another one do the rest. It reports whether there was none.
func (d *depot) endsAfter(writes int64, input string, diskOnly bool) (ended bool) {
	items := strings.Count(input, "\n")
	ctx, kill := context.WithCancelCause(d.Context())
	books, wire := d.books, d.transport
	m := &mortal{Store: books, diskOnly: diskOnly, kill: kill}
	m.left.Store(writes)
	d.books, d.transport = m, m.over(wire)
	_, err := d.try(ctx, input)
	ended = err == nil && m.left.Load() > 0

	d.books, d.transport = books, wire
	m.left.Store(1 << 30) // for questions about lost batches
	sum := d.run(d.Context(), input)
	d.billLost()
	d.judge(items, sum)
	if again := d.run(d.Context(), input); again.EarlierAnswered+again.EarlierFailed != items || len(again.Unknown) > 0 {
		d.Errorf("a run after the last: %+v", again)
	}
	return ended
}

// billLost makes the simulator answer batches that nobody has asked about, as a provider would.
func (d *depot) billLost() {
	time.Sleep(time.Hour)
	for _, ask := range d.ask {
		check(d.T, ask())
	}
}

// judge holds what came of the items against what the provider knows.
func (d *depot) judge(items int, sum *bulk.Summary) {
	d.Helper()
	var ids []string
	for _, line := range d.results() {
		id, _, _ := strings.Cut(line, " ")
		ids = append(ids, id)
	}
	if unique := len(slices.Compact(slices.Clone(ids))); unique != len(ids) || len(ids)+sum.Failed+sum.EarlierFailed != items || sum.Left != 0 {
		d.Errorf("results of %v: %+v", ids, sum.Snapshot)
	}
	most := 2
	for question, times := range d.paid {
		id, plain := strings.CutPrefix(question, "question ")
		if !plain {
			most = 6 // each of three tries twice
		}
		if plain && times > 1 && (d.finds || !slices.Contains(sum.Unknown, id)) { // another try after a rejected answer is no loss
			d.Errorf("%s was paid %d times; listed are %v", id, times, sum.Unknown)
		}
	}
	sent := map[string]int{}
	for _, name := range slices.Concat(d.submitted...) {
		if sent[name]++; sent[name] > most && len(sum.Unknown) == 0 {
			d.Errorf("an item was sent %d times", sent[name])
		}
	}
	spent, presumed := sum.Costs[0].Spent, sum.Costs[0].Presumed
	if d.bill < spent || d.bill > spent+presumed || len(sum.Unknown) == 0 && (d.bill != spent || presumed != 0) {
		d.Errorf("the provider charged %v; %v spent, %v presumed", d.bill, spent, presumed)
	}
}
