package bulk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// flight is an item on its way through a batch.
type flight struct {
	task
	claim claim
	at    time.Time
	// noted: it has an intent. sent: the provider has it, or may have it. counted: as left, already.
	noted, sent, counted bool
	copies               []*flight
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

// reserve sets aside the worst case of an item. It reports false if the item was resolved instead, or the intake ended.
func (b *batcher) reserve(f *flight) bool {
	req := &f.item().Request
	worst, unpriced := b.worst(req)
	hold, err := b.job.cfg.Ledger.Reserve(b.ctx, ledger.Request{
		Amount: worst, Unpriced: unpriced != nil, Tenant: req.Tenant, Project: req.Labels["project"], Provider: b.Provider, Model: b.Model,
		Labels: req.Labels, Item: string(batchMark) + f.name(), NoWait: true,
	})
	if unpriced != nil && errors.Is(err, ledger.ErrUnpriced) {
		err = &request.Error{Class: request.ClassBudget, Provider: b.Provider, Model: b.Model, Message: unpriced.Error(), Err: ledger.ErrUnpriced}
	}
	switch {
	case err == nil:
		f.claim = hold
		return true
	case b.ctx.Err() != nil, pending(err):
		b.job.drain(err)
	case errors.Is(err, ledger.ErrNotDurable), errors.Is(err, ledger.ErrClosed):
		b.broken = err
		b.stop(b.ctx, err)
	default:
		f.result.Err = err
		b.resolve(f.result, b.job.asker.keep(b.ctx, &f.task, sent))
	}
	return false
}

// table has the prices.
func (b *Batch) table() *pricing.Table {
	if b.Prices == nil { // which is not read before it is needed
		return pricing.Builtin()
	}
	return b.Prices
}

// worst is what an item costs at most, and 0 with the reason where that can't be said.
func (b *Batch) worst(req *request.Request) (request.Money, error) {
	q := b.table().Estimate(b.Provider, b.Model, req, request.TokenCount{Estimated: true}, pricing.Service{At: time.Now(), Batch: true})
	worst, err := q.Bound()
	switch {
	case err == nil, b.AllowUnbounded && q.Priced:
		return worst, nil
	}
	return 0, err
}

// price sets what an answer cost, unless the client has.
func (b *Batch) price(resp *request.Response) {
	if resp == nil || resp.Usage.Priced {
		return
	}
	service := pricing.Service{At: time.Now(), Batch: true, Tier: resp.ServiceTier}
	if cost, ok := b.table().Cost(b.Provider, b.Model, &resp.Usage, service); ok {
		resp.Usage.SetCost(cost)
	}
}

// submitter notes what is about to be submitted. No interrupt ends a submission: nobody would know of the batch.
type submitter struct {
	request.Batcher
	b *batcher
}

func (s submitter) SubmitBatch(_ context.Context, items []request.BatchItem) (request.Batch, error) {
	names := make([]string, len(items))
	for i := range items {
		names[i] = items[i].ID
	}
	if err := s.b.note(names, ""); err != nil {
		return request.Batch{}, &request.Error{Class: request.ClassCanceled, Message: "not submitted", Err: err}
	}
	batch, err := s.Batcher.SubmitBatch(s.b.ctx, items)
	if e, ok := errors.AsType[*request.Error](err); ok && !e.MaybeBilled {
		for _, name := range names {
			s.b.flights[name].sent = false
		}
	}
	return batch, err
}

func (b *batcher) submitted(batch viabatch.Submitted) error { return b.note(batch.Items, batch.ID) }

// note writes down that items are being submitted, or which batch they are in.
func (b *batcher) note(names []string, batch string) error {
	var rec store.Record
	now := time.Now()
	for _, name := range names {
		f := b.flights[name]
		f.at, f.noted, f.sent = now, true, true
		body, _ := json.Marshal(mention{ID: f.item().ID, Line: f.item().Line, Batch: batch})
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

// conclude writes what came of a flight, in one commit with the money.
func (j *Job) conclude(f *flight) fate {
	r := f.result
	rec, fate := withdrawn(f.name()), left
	_, seq := j.state.index.get(f.key)
	if r.Err == nil || !j.asker.leaves(r.Err) {
		o, err := outcomeOf(f.name(), r)
		if err != nil {
			r.Err = err
			return lost
		}
		o.Place = &seq
		rec, fate = store.Record{Outcomes: []store.Outcome{o}}, sent
	}
	if err := settle(f.claim, r.Response, r.Err, rec); err != nil {
		r.Err = err
		return lost
	}
	if fate == sent {
		j.asker.ended(&f.task, statusOf(r.Class()), seq)
	}
	if r.Err == nil {
		j.asker.answered.Add(1)
	}
	return fate
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
	begun, items := map[string]time.Time{}, map[string][]string{}
	for name, f := range j.batches {
		begun[f.batch] = f.at
		items[f.batch] = append(items[f.batch], name)
	}
	for id, names := range items {
		list = append(list, viabatch.Submitted{ID: id, Items: names})
	}
	slices.SortFunc(list, func(x, y viabatch.Submitted) int {
		return cmp.Or(begun[x.ID].Compare(begun[y.ID]), cmp.Compare(x.ID, y.ID))
	})
	return list
}
