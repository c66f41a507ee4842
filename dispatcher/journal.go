package dispatcher

import (
	"context"

	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// Journal is what goes into the ledger's store with the money of one request, in the same commits: so that after a crash a
// paid answer is there, and an answer that is not there may have been paid only if its intent is. It needs a Ledger with a
// Store.
type Journal struct {
	// Item names what the request is for.
	Item string
	// Intent is written with the reservation of each attempt, before it is sent.
	Intent store.Record
	// Outcome makes what is written with the settling of the answer; nil writes nothing. A failure has no outcome, for it may
	// be tried again: who asked writes it with Ledger.Write.
	Outcome func(*request.Response) store.Record
	// Failed is told why an outcome may not be there for good; nil leaves it to the warning on the answer.
	Failed func(error)
}

type journalKey struct{}

// WithJournal returns a context for one request, by Complete, Stream or Submit. In a Run, a Job has the field.
func WithJournal(ctx context.Context, j *Journal) context.Context {
	return context.WithValue(ctx, journalKey{}, j)
}

var noJournal Journal

func journalOf(ctx context.Context) *Journal {
	if j, ok := ctx.Value(journalKey{}).(*Journal); ok && j != nil {
		return j
	}
	return &noJournal
}

func (j *Journal) outcome(resp *request.Response) []store.Record {
	if resp == nil || j.Outcome == nil {
		return nil
	}
	return []store.Record{j.Outcome(resp)}
}

func (j *Journal) failed(err error) {
	if j.Failed != nil {
		j.Failed(err)
	}
}
