package dispatcher_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// commits is a store that says what each commit held.
type commits struct {
	*store.Memory
	list *[]string
	full bool // no outcome fits in
}

func (c commits) Commit(ctx context.Context, b *store.Batch) error {
	var parts []string
	for name, n := range map[string]int{"intent": len(b.Intents), "hold": len(b.Holds), "outcome": len(b.Outcomes), "end": len(b.Ends)} {
		if n > 0 {
			parts = append(parts, name)
		}
	}
	slices.Sort(parts)
	*c.list = append(*c.list, strings.Join(parts, " "))
	if c.full && len(b.Outcomes) > 0 {
		return store.ErrFull
	}
	return c.Memory.Commit(ctx, b)
}

func journal(failed func(error)) *dispatcher.Journal {
	return &dispatcher.Journal{
		Item:   "x",
		Intent: store.Record{Intents: []store.Intent{{Item: "x"}}},
		Outcome: func(r *request.Response) store.Record {
			return store.Record{Outcomes: []store.Outcome{{Item: "x", Body: []byte(r.Content)}}}
		},
		Failed: failed,
	}
}

func TestAnAnswerAndItsMoneyAreOneCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var list []string
		s := commits{Memory: store.NewMemory(), list: &list}
		p := newPurse(t, 100, s)
		d := open(t, dispatcher.Config{
			Targets: []dispatcher.Target{{Client: script(fails(request.ClassTransient), fake.Reply{Text: "yes"}), Weight: 1}},
			Ledger:  p.Ledger, Worst: worst, Price: one,
		})
		for r := range d.Run(t.Context(), slices.Values([]dispatcher.Job{{Request: question("?"), Journal: journal(nil)}}), dispatcher.RunOptions{}) {
			if r.Err != nil {
				t.Error(r.Err)
			}
		}
		if o, err := s.Outcome(t.Context(), 1); err != nil || string(o.Body) != "yes" {
			t.Errorf("outcome %+v, %v", o, err)
		}
		if diff := cmp.Diff([]string{"hold intent", "end", "hold intent", "end outcome"}, list); diff != "" {
			t.Errorf("commits (-want +got):\n%s", diff)
		}
	})
}

func TestAnOutcomeThatIsNotWrittenIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var list []string
		p := newPurse(t, 100, commits{store.NewMemory(), &list, true})
		d := open(t, dispatcher.Config{Targets: []dispatcher.Target{{Client: script(), Weight: 1}}, Ledger: p.Ledger, Worst: worst, Price: one})
		var told error
		resp, err := d.Complete(dispatcher.WithJournal(t.Context(), journal(func(err error) { told = err })), question("?"))
		if err != nil || !errors.Is(told, store.ErrFull) || len(resp.Warnings) != 1 {
			t.Errorf("%v, told %v, warnings %v", err, told, resp.Warnings)
		}
	})
}
