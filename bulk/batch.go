package bulk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/internal/dense"
	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// Batch takes the items of a Job through a provider's batch API: for half the price, within a day. Client is required.
//
// What was submitted is in the state before it is waited for, so that another run asks for the same batches. A stop does not
// wait for them. An item that does not fit into a budget ends the intake, even where the budget would have it wait: what fits is
// submitted, and the rest is left for another run.
type Batch struct {
	Client request.Batcher
	// Provider and Model are whom it asks, by the names in Prices; nil is the table that is part of the program.
	Provider string
	Model    string
	Prices   *pricing.Table
	// AllowUnbounded lets items pass that may cost more than can be told beforehand.
	AllowUnbounded bool
	// Poll is the longest time between two questions about a batch, viabatch.DefaultPoll if 0.
	Poll time.Duration
}

func (c *JobConfig) checkBatch() error {
	switch {
	case c.Batch == nil:
		return nil
	case c.Batch.Client == nil:
		return errors.New("bulk: Batch has no Client; give one of a provider with batches")
	case c.Check != nil || c.Compose != nil:
		return errors.New("bulk: Check and Compose ask several times, and a batch is asked once; leave out Batch, or them")
	case c.Batch.Poll < 0:
		return errors.New("bulk: Batch.Poll is negative")
	}
	return nil
}

// batcher takes the items of a job through a batch API. It is one goroutine's.
type batcher struct {
	*Batch
	job   *Job
	ctx   context.Context
	yield func(*Result, error) bool
	// gone: nobody reads the results any more.
	gone bool
	// flights are the items without a result, by name; leaders the same by what they ask.
	flights map[string]*flight
	leaders map[dense.Key]*flight
	// early are results of items of a former run that the intake has not come to.
	early map[string]request.BatchResult
	line  line
	taken int
	// source is the intake's error, broken the state's.
	source, broken error
}

// viaBatch gives the results of what is to be done.
func (j *Job) viaBatch(ctx context.Context, drafts iter.Seq2[*Result, error]) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		b := &batcher{
			Batch: j.cfg.Batch, job: j, ctx: ctx, yield: yield,
			flights: map[string]*flight{}, leaders: map[dense.Key]*flight{}, early: map[string]request.BatchResult{},
		}
		b.run(drafts)
	}
}

func (b *batcher) run(drafts iter.Seq2[*Result, error]) {
	asking, cancel := context.WithCancel(b.ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-b.job.cfg.Stop: // the batches go on without anybody to wait for them
			cancel()
		case <-asking.Done():
		}
	})
	defer watching.Wait()
	defer cancel()
	results := viabatch.Run(asking, viabatch.Config{
		Client: submitter{b.Client, b}, Items: b.items(drafts), Poll: b.Poll, Attached: b.job.attached(), OnSubmitted: b.submitted,
	})
	for result, err := range results {
		if err != nil {
			b.stop(asking, err)
		} else {
			b.land(result)
		}
		if b.gone {
			break
		}
	}
	b.leave()
	if b.source != nil && !b.gone {
		b.yield(nil, b.source)
	}
}

// stop notes why the results end.
func (b *batcher) stop(asking context.Context, err error) {
	switch {
	case b.broken != nil:
		b.job.drain(fmt.Errorf("%w: %w", ErrState, b.broken))
	case b.source != nil, b.ctx.Err() != nil:
	case asking.Err() != nil:
		b.job.drain(ErrInterrupted)
	default:
		b.job.drain(err)
	}
}

// items are those that a batch is to answer.
func (b *batcher) items(drafts iter.Seq2[*Result, error]) iter.Seq2[request.BatchItem, error] {
	return func(yield func(request.BatchItem, error) bool) {
		for draft, err := range drafts {
			if err != nil {
				b.source = err
				yield(request.BatchItem{}, err)
				return
			}
			draft.place = b.taken
			f := b.take(draft)
			if _, stopped := b.job.reason(); stopped || b.gone {
				return
			}
			b.taken++
			if f != nil && !yield(request.BatchItem{ID: f.name(), Request: f.item().Request}, nil) {
				f.counted = true // by the intake, as not taken in
				return
			}
		}
	}
}

// take resolves an item, or gives its way through a batch.
func (b *batcher) take(draft *Result) *flight {
	f := &flight{task: task{key: draft.key, result: draft}}
	if b.job.uncalled(b.ctx, draft, &f.task) {
		b.emit(draft)
		return nil
	}
	if before := b.job.batches[f.name()]; before != nil {
		f.claim, f.sent, f.at = before.claim, true, before.at
		return b.resume(f)
	}
	if !f.item().Request.NoCache {
		if fate, ok := b.job.asker.remembered(b.ctx, &f.task); ok {
			b.resolve(draft, fate)
			return nil
		}
		if leader := b.leaders[f.key.content]; leader != nil {
			leader.copies = append(leader.copies, f)
			return nil
		}
	}
	if !b.reserve(f) {
		return nil
	}
	b.enter(f)
	return f
}

func (b *batcher) enter(f *flight) {
	b.flights[f.name()] = f
	if b.leaders[f.key.content] == nil {
		b.leaders[f.key.content] = f
	}
	b.job.run.inFlight.Store(int64(len(b.flights)))
}

// resume goes on with an item of a former run, whose result may have come before the item.
func (b *batcher) resume(f *flight) *flight {
	b.enter(f)
	result, ok := b.early[f.name()]
	if !ok {
		return f
	}
	delete(b.early, f.name())
	b.land(result)
	return nil
}

// land takes in a result.
func (b *batcher) land(result request.BatchResult) {
	f := b.flights[result.ID]
	if f == nil {
		b.early[result.ID] = result
		return
	}
	delete(b.flights, result.ID)
	if b.leaders[f.key.content] == f {
		delete(b.leaders, f.key.content)
	}
	b.job.run.inFlight.Store(int64(len(b.flights)))
	f.result.Response, f.result.Err, f.result.Latency = result.Response, result.Err, time.Since(f.at)
	b.price(result.Response)
	fate := b.job.conclude(f)
	why := f.result.Err
	b.resolve(f.result, fate)
	for _, c := range f.copies {
		b.copy(c, why, fate)
	}
}

// copy gives an item what came of another one that asks the same: an answer, or a failure and why.
func (b *batcher) copy(f *flight, why error, fate fate) {
	asker := b.job.asker
	f.result.Err = why
	switch {
	case fate != sent:
		fate = left
	case why != nil:
		fate = asker.keep(b.ctx, &f.task, sent)
	default:
		fate, _ = asker.remembered(b.ctx, &f.task)
	}
	b.resolve(f.result, fate)
}

// resolve says what became of an item, and hands it out.
func (b *batcher) resolve(draft *Result, f fate) {
	b.job.resolved(b.ctx, draft, f)
	b.emit(draft)
}

func (b *batcher) emit(r *Result) {
	if b.job.cfg.Order != Input {
		b.gone = b.gone || !b.yield(r, nil)
		return
	}
	for ready := range b.line.in(r) {
		b.gone = b.gone || !b.yield(ready, nil)
	}
}

// leave hands out what has no result: it is for another run, which asks for the batches again.
func (b *batcher) leave() {
	rest := make([]*flight, 0, len(b.flights))
	for _, f := range b.flights {
		rest = append(append(rest, f), f.copies...)
	}
	slices.SortFunc(rest, func(x, y *flight) int { return cmp.Compare(x.result.place, y.result.place) })
	for _, f := range rest {
		if err := f.giveBack(); err != nil {
			b.job.drain(fmt.Errorf("%w: %w", ErrState, err))
		}
		f.result.Err, f.result.fate = notSent(b.ctx), left
		if !f.counted {
			b.emit(f.result)
		}
	}
	b.job.run.inFlight.Store(0)
	if b.job.isWhole() {
		b.forget()
	}
}

// forget pays for results that the input has no items for any more.
func (b *batcher) forget() {
	for name, result := range b.early {
		before := b.job.batches[name]
		if before == nil {
			continue
		}
		b.price(result.Response)
		if err := settle(before.claim, result.Response, result.Err, withdrawn(name)); err != nil {
			b.job.drain(fmt.Errorf("%w: %w", ErrState, err))
			return
		}
	}
}
