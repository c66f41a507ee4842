package bulk

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// batchItems yields the items of a batch.
type batchItems = iter.Seq2[request.BatchItem, error]

// items are those that a batch is to answer. They are taken in by groups, each of which is reserved for together. Where it stops
// early, the draft at hand was not taken, and the intake counts it.
func (b *batcher) items(drafts iter.Seq2[*Result, error]) batchItems {
	return func(yield func(request.BatchItem, error) bool) {
		var group []*flight
		for draft, err := range drafts {
			if err != nil {
				b.source = err
				yield(request.BatchItem{}, err)
				return
			}
			if len(group) == atOnce {
				if !b.handOn(group, yield) {
					return
				}
				group = nil
			}
			if b.over() {
				break
			}
			if f := b.take(draft); f != nil {
				group = append(group, f)
			}
		}
		b.handOn(group, yield)
	}
}

// retries are the items that are asked again.
func (b *batcher) retries() batchItems {
	return func(yield func(request.BatchItem, error) bool) {
		again := b.again
		b.again = nil
		for group := range slices.Chunk(again, atOnce) {
			if !b.handOn(group, yield) {
				return
			}
		}
	}
}

// take resolves an item that needs no question, or begins its flight. One that asks what another asks goes with that.
func (b *batcher) take(draft *Result) *flight {
	draft.place = b.taken
	b.taken++
	f := &flight{task: task{key: draft.key, result: draft}, ask: draft.Item.Request}
	if b.job.uncalled(b.ctx, draft, &f.task) {
		b.emit(draft)
		return nil
	}
	before := b.job.batches[f.name()]
	if before != nil {
		f.claim, f.sent, f.at, f.again = before.claim, true, before.at, before.again
	} else if leader := b.leaders[f.key.content]; leader != nil && !f.ask.NoCache {
		leader.copies = append(leader.copies, f)
		return nil
	}
	b.enter(f)
	if result, early := b.early[f.name()]; early {
		delete(b.early, f.name())
		b.land(result)
		return nil
	}
	return f
}

func (b *batcher) enter(f *flight) {
	b.flights[f.name()] = f
	if b.leaders[f.key.content] == nil {
		b.leaders[f.key.content] = f
	}
	b.job.run.inFlight.Store(int64(len(b.flights)))
}

// handOn reserves for a group, and yields those that are to be asked. It reports whether more is wanted.
func (b *batcher) handOn(group []*flight, yield func(request.BatchItem, error) bool) bool {
	if b.over() {
		return false
	}
	together(group, b.prepare)
	b.end(slices.DeleteFunc(slices.Clone(group), func(f *flight) bool { return f.fate == fresh }))
	if err := b.lost(); err != nil {
		yield(request.BatchItem{}, err)
		return false
	}
	for _, f := range group {
		if f.claim != nil && b.flights[f.name()] == f && !yield(request.BatchItem{ID: f.name(), Request: f.ask}, nil) {
			return false
		}
	}
	return true
}

// prepare finds the answer to an item, or reserves for it. It is safe to be called for several at once.
func (b *batcher) prepare(f *flight) {
	if f.claim != nil {
		return
	}
	if !f.ask.NoCache {
		if fate, ok := b.job.asker.remembered(context.WithoutCancel(b.ctx), &f.task); ok {
			f.fate = fate
			return
		}
	}
	b.reserve(f)
}

// reserve sets aside the worst case of an item. One that can't be paid for by itself is resolved by that; what concerns all items
// ends the intake, and leaves this one.
func (b *batcher) reserve(f *flight) {
	hold, err := b.hold(f)
	switch {
	case err == nil:
		f.claim = hold
	case b.ctx.Err() != nil, pending(err):
		b.job.drain(err)
	case errors.Is(err, ledger.ErrNotDurable), errors.Is(err, ledger.ErrClosed):
		b.noteLost(err)
	default:
		f.result.Err = err
		f.fate = b.job.asker.keep(b.ctx, &f.task, sent)
	}
}

func (b *batcher) hold(f *flight) (*ledger.Hold, error) {
	req := &f.ask
	worst, unpriced := b.worst(req)
	hold, err := b.job.cfg.Ledger.Reserve(b.ctx, ledger.Request{
		Amount: worst, Unpriced: unpriced != nil, Tenant: req.Tenant, Project: req.Labels["project"], Provider: b.Provider, Model: b.Model,
		Labels: req.Labels, Item: string(batchMark) + f.name(), NoWait: true,
	})
	if unpriced != nil && errors.Is(err, ledger.ErrUnpriced) {
		err = &request.Error{Class: request.ClassBudget, Provider: b.Provider, Model: b.Model, Message: unpriced.Error(), Err: ledger.ErrUnpriced}
	}
	return hold, err
}

// resend prepares an item to be sent once more. Where it may have been billed, what was reserved counts as gone, and the same is
// reserved anew; without room for that it is not sent.
func (b *batcher) resend(name string, why error) bool {
	e, _ := errors.AsType[*request.Error](why)
	if e == nil || !e.MaybeBilled {
		return true
	}
	f := b.flights[name]
	hold, err := b.hold(f)
	if err != nil {
		return false
	}
	gone := f.claim
	f.claim = hold
	b.noteLost(gone.Presume())
	return true
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
