package bulk

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// flight is an item on its way through a batch.
type flight struct {
	task
	// ask is what it asks, the item's request or what the check made of that after so many tries.
	ask   request.Request
	tries int
	claim claim
	at    time.Time
	// noted: it has an intent. sent: the provider has it, or may have it.
	noted, sent bool
	// again: it is in a second batch, for the first had no result of it.
	again  bool
	copies []*flight
	// fate is how it came to its result; it is fresh as long as there is none.
	fate fate
}

// claim is money reserved for a flight, by this run or a former one.
type claim interface {
	Settle(request.Usage, ...store.Record) error
	Presume(...store.Record) error
	Release(...store.Record) error
}

// former is an item in a batch that a run before submitted.
type former struct {
	batch string
	at    time.Time
	claim claim
	again bool
}

func (m *mention) former(batch string) *former {
	return &former{batch: batch, at: m.at, again: m.Again}
}

// unclaimed is a former claim.
type unclaimed struct{ ledger.Unknown }

func (u unclaimed) Settle(usage request.Usage, with ...store.Record) error {
	if !usage.Priced {
		return u.Resend(with...)
	}
	return u.Charge(usage.Cost, with...)
}

func (u unclaimed) Presume(with ...store.Record) error { return u.Resend(with...) }

// batchMark begins what a claim of a batch is for: it is made before there is an intent.
const batchMark = '+'

// submitter notes what is about to be submitted. No interrupt ends a submission: nobody would know of the batch.
type submitter struct {
	request.Batcher
	b *batcher
}

func (s submitter) SubmitBatch(_ context.Context, items []request.BatchItem) (request.Batch, error) {
	names := make([]string, len(items))
	for i := range items {
		names[i] = items[i].ID
		f := s.b.flights[names[i]]
		f.again = f.again || f.sent
	}
	as := rand.Text()
	if err := s.b.note(names, mention{Name: as}); err != nil {
		return request.Batch{}, &request.Error{Class: request.ClassCanceled, Message: "not submitted", Err: err}
	}
	batch, err := s.submitAs(as, items)
	if e, ok := errors.AsType[*request.Error](err); ok && !e.MaybeBilled {
		for _, name := range names {
			s.b.flights[name].sent = false
		}
	}
	return batch, err
}

// submitAs submits under a name, where the provider keeps names, and asks for the batch where the answer leaves open whether there
// is one.
func (s submitter) submitAs(name string, items []request.BatchItem) (request.Batch, error) {
	finder, ok := s.Batcher.(request.NamedBatcher)
	if !ok {
		return s.Batcher.SubmitBatch(s.b.ctx, items)
	}
	batch, err := finder.SubmitBatchAs(s.b.ctx, name, items)
	if e, ok := errors.AsType[*request.Error](err); ok && e.MaybeBilled {
		if found, unfound := finder.FindBatch(s.b.ctx, name); unfound == nil && found.ID != "" {
			return found, nil
		}
	}
	return batch, err
}

func (b *batcher) submitted(batch viabatch.Submitted) error {
	return b.note(batch.Items, mention{Batch: batch.ID})
}

// note writes down what is known of the batch that items are in, or are about to be.
func (b *batcher) note(names []string, of mention) error {
	var rec store.Record
	now := time.Now()
	for _, name := range names {
		f := b.flights[name]
		f.at, f.noted, f.sent = now, true, true
		of.ID, of.Line, of.Again = f.item().ID, f.item().Line, f.again
		body, _ := json.Marshal(of)
		rec.Intents = append(rec.Intents, store.Intent{Item: name, At: now, Body: body})
	}
	b.broken = b.job.cfg.Ledger.Write(context.WithoutCancel(b.ctx), rec)
	return b.broken
}

// withdrawn takes back the intent of an item: it is as if it had never been sent.
func withdrawn(name string) store.Record { return store.Record{Withdrawn: []string{name}} }

// giveBack ends the claim of an item that was not submitted.
func (f *flight) giveBack() error {
	switch {
	case f.claim == nil || f.sent:
		return nil
	case f.noted:
		return f.claim.Release(withdrawn(f.name()))
	}
	return f.claim.Release()
}

// settle ends a claim. What a failure used counts only as far as the provider reported it.
func settle(c claim, resp *request.Response, failure error, with store.Record) error {
	e, typed := errors.AsType[*request.Error](failure)
	switch {
	case failure == nil:
		return c.Settle(resp.Usage, with)
	case typed && !e.MaybeBilled:
		return c.Release(with)
	case typed && e.Partial != nil && e.Partial.Usage.Reported && !e.Partial.Usage.Estimated:
		return c.Settle(e.Partial.Usage, with)
	}
	return c.Presume(with)
}

// attached are the batches of former runs, in the order in which they were submitted.
func (j *Job) attached() (list []viabatch.Submitted) {
	begun, all := map[string]time.Time{}, map[string]*viabatch.Submitted{}
	for name, f := range j.batches {
		s := all[f.batch]
		if s == nil {
			s = &viabatch.Submitted{ID: f.batch}
			begun[f.batch], all[f.batch] = f.at, s
		}
		if s.Items = append(s.Items, name); f.again {
			s.Again = append(s.Again, name)
		}
	}
	for _, s := range all {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(x, y viabatch.Submitted) int {
		return cmp.Or(begun[x.ID].Compare(begun[y.ID]), cmp.Compare(x.ID, y.ID))
	})
	return list
}
