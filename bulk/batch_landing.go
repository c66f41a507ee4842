package bulk

import (
	"context"
	"slices"
	"time"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// land takes in a result, to be written with others.
func (b *batcher) land(result request.BatchResult) {
	f := b.flights[result.ID]
	if f == nil {
		b.early[result.ID] = result
		return
	}
	f.result.Response, f.result.Err, f.result.Latency = result.Response, result.Err, time.Since(f.at)
	if b.landed = append(b.landed, f); len(b.landed) == atOnce {
		b.settle()
	}
}

// settle writes what has landed.
func (b *batcher) settle() {
	landed := b.landed
	b.landed = nil
	together(landed, b.conclude)
	var over []*flight
	for _, f := range landed {
		if f.fate == fresh {
			b.again = append(b.again, f)
		} else {
			over = append(over, f)
		}
	}
	b.end(over)
}

// conclude writes what came of a flight, in one commit with the money. An answer that did not pass the check is paid for all the
// same; as long as it may be asked for again the flight stays fresh. It is safe to be called for several at once.
func (b *batcher) conclude(f *flight) {
	a, r := b.job.asker, f.result
	resp, err := r.Response, r.Err
	b.price(resp)
	again := a.rejects(f)
	rec, fate := withdrawn(f.name()), left
	_, seq := a.index.get(f.key)
	if !again && (r.Err == nil || !a.leaves(r.Err)) {
		o, broken := outcomeOf(f.name(), r)
		if broken != nil {
			r.Err, f.fate = broken, lost
			return
		}
		o.Place = &seq
		rec, fate = store.Record{Outcomes: []store.Outcome{o}}, sent
	}
	if broken := settle(f.claim, resp, err, rec); broken != nil {
		r.Err, f.fate = broken, lost
		return
	}
	if err == nil {
		a.answered.Add(1)
	}
	if again {
		r.Response = nil
		f.claim, f.noted, f.sent, f.again = nil, false, false, false
		return
	}
	if f.fate = fate; fate == sent {
		a.ended(&f.task, statusOf(r.Class()), seq)
	}
}

// rejects reports that an answer is to be asked for again, and what is then to be asked. The last that does not pass is a failure.
func (a *asker) rejects(f *flight) bool {
	r := f.result
	if r.Err != nil || a.check == nil {
		return false
	}
	why := a.check(f.item(), r.Response)
	if why == nil {
		return false
	}
	if f.tries++; f.tries <= a.retries {
		f.ask = a.repaired(&f.task, r.Response, why)
		return true
	}
	r.Response, r.Err = nil, unfit(r.Response, why, f.tries)
	return false
}

// price sets what an answer cost, unless the client has.
func (b *batcher) price(resp *request.Response) {
	if resp == nil || resp.Usage.Priced {
		return
	}
	service := pricing.Service{At: time.Now(), Batch: true, Tier: resp.ServiceTier}
	if cost, ok := b.table().Cost(b.Provider, b.Model, &resp.Usage, service); ok {
		resp.Usage.SetCost(cost)
	}
}

// end hands out what came of flights, and gives it to the items that ask the same.
func (b *batcher) end(flights []*flight) {
	var copies []*flight
	for _, f := range flights {
		delete(b.flights, f.name())
		if b.leaders[f.key.content] == f {
			delete(b.leaders, f.key.content)
		}
		for _, c := range f.copies {
			c.result.Err, c.fate = f.result.Err, f.fate
		}
		copies = append(copies, f.copies...)
	}
	b.job.run.inFlight.Store(int64(len(b.flights)))
	together(copies, b.copy)
	for _, f := range slices.Concat(flights, copies) {
		b.job.resolved(b.ctx, f.result, f.fate)
		b.emit(f.result)
	}
}

// copy makes what came of another item, its fate and its error, the own of one that asks the same. It is safe to be called for
// several at once.
func (b *batcher) copy(f *flight) {
	asker := b.job.asker
	switch {
	case f.fate == left, f.fate == lost:
		f.fate = left
	case f.result.Err != nil:
		f.fate = asker.keep(b.ctx, &f.task, sent)
	default:
		f.fate, _ = asker.remembered(context.WithoutCancel(b.ctx), &f.task)
	}
}
