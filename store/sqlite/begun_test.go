package sqlite_test

import (
	"context"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/store"
	"github.com/seed63918563/llmgate/store/sqlite"
)

// Whatever begins and ends, in whatever commits, is under way in a file as it is in memory: for the program that writes it, for
// one that only reads it, and for one that opens it anew. A Close writes nothing that a crash would leave out.
func TestWhatIsUnderWayIsThatOfMemory(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		ctx := context.Background()
		path := filepath.Join(t.TempDir(), "x.db")
		file, err := sqlite.Open(ctx, sqlite.Config{Path: path})
		check(r, err)
		defer func() { file.Close() }()
		memory := store.NewMemory()
		places := [2]map[string]*int64{{}, {}}
		for range rapid.IntRange(1, 6).Draw(r, "commits") {
			drawn := drawBatch(r)
			for i, s := range []store.Store{file, memory} {
				check(r, s.Commit(ctx, placed(drawn, places[i])))
			}
			compare(r, file, memory)
			if rapid.IntRange(0, 7).Draw(r, "again") == 0 {
				reader, err := sqlite.Open(ctx, sqlite.Config{Path: path, ReadOnly: true})
				check(r, err)
				compare(r, reader, memory)
				check(r, reader.Close())
				check(r, file.Close())
				file, err = sqlite.Open(ctx, sqlite.Config{Path: path})
				check(r, err)
				compare(r, file, memory)
			}
		}
	})
}

func check(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// drawBatch draws calls of a few IDs and items of a few names, so that they begin and end again and again.
func drawBatch(t *rapid.T) store.Batch {
	name := rapid.SampledFrom([]string{"a", "b", "c", "\xff", ""})
	items := rapid.SliceOfN(name, 0, 4)
	b := store.Batch{Accounts: []store.Account{{ID: 1}}}
	for _, id := range rapid.SliceOfN(rapid.Int64Range(1, 30), 0, 6).Draw(t, "holds") {
		b.Holds = append(b.Holds, store.Hold{ID: id, Account: 1, Item: "call", Amount: 5, Priced: id%2 == 0, At: noon})
	}
	for _, id := range rapid.SliceOfN(rapid.Int64Range(1, 30), 0, 6).Draw(t, "ends") {
		b.Ends = append(b.Ends, store.End{Hold: id, Fate: rapid.SampledFrom([]store.Fate{store.Settled, store.Released}).Draw(t, "fate"), At: noon})
	}
	for _, item := range items.Draw(t, "intents") {
		b.Intents = append(b.Intents, store.Intent{Item: item, At: noon, Body: rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "body")})
	}
	for _, item := range rapid.SliceOfNDistinct(name, 0, 4, rapid.ID[string]).Draw(t, "outcomes") {
		b.Outcomes = append(b.Outcomes, store.Outcome{Item: item, At: noon})
	}
	b.Withdrawn = items.Draw(t, "withdrawn")
	return b
}

// placed gives the outcomes of a batch the places of one store.
func placed(b store.Batch, places map[string]*int64) *store.Batch {
	outcomes := b.Outcomes
	b.Outcomes = nil
	for _, o := range outcomes {
		if places[o.Item] == nil {
			places[o.Item] = new(int64)
		}
		o.Place = places[o.Item]
		b.Outcomes = append(b.Outcomes, o)
	}
	return &b
}

func compare(t *rapid.T, file, memory store.Store) {
	t.Helper()
	if diff := cmp.Diff(underWay(t, memory), underWay(t, file), cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)); diff != "" {
		t.Fatalf("in the file is something else than in memory (-memory +file):\n%s", diff)
	}
}

type contents struct {
	State    *store.State
	Sums     []store.Sum
	Intents  []store.Intent
	Outcomes []string
}

func underWay(t *rapid.T, s store.Store) (c contents) {
	t.Helper()
	ctx := context.Background()
	var err error
	c.State, err = s.Restore(ctx)
	check(t, err)
	c.Sums, err = s.Sums(ctx, time.Time{})
	check(t, err)
	c.Intents = gather(t, s.Intents(ctx))
	for _, o := range gather(t, s.Outcomes(ctx, 0)) {
		c.Outcomes = append(c.Outcomes, o.Item)
	}
	return c
}

func gather[T any](t *rapid.T, all iter.Seq2[T, error]) (list []T) {
	t.Helper()
	for v, err := range all {
		check(t, err)
		list = append(list, v)
	}
	return list
}
