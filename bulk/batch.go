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
// submitted, and the rest is left for another run. Answers that did not pass the Check are asked for again when all batches are
// over, in batches of their own; another run begins to count their tries anew.
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
	case c.Compose != nil:
		return errors.New("bulk: Compose asks again and again for one answer, and a batch is asked once; leave out Batch, or Compose")
	case c.Batch.Poll < 0:
		return errors.New("bulk: Batch.Poll is negative")
	}
	return nil
}

// batcher takes the items of a job through a batch API. It is one goroutine's; what it writes for many items it writes together.
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
	// landed are flights whose result is not written yet, again those whose answer did not pass the check.
	landed, again []*flight
	line          line
	taken         int
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
	onWait := func() {
		b.settle()
		if b.lost() != nil {
			cancel()
		}
	}
	b.round(asking, viabatch.Config{Items: b.items(drafts), Attached: b.job.attached(), OnWait: onWait})
	for len(b.again) > 0 && !b.over() {
		b.round(asking, viabatch.Config{Items: b.retries(), OnWait: onWait})
	}
	b.leave()
	if b.source != nil && !b.gone {
		b.yield(nil, b.source)
	}
}

// round takes items through batches until all of these are over.
func (b *batcher) round(asking context.Context, cfg viabatch.Config) {
	cfg.Client, cfg.Poll, cfg.OnSubmitted, cfg.Resend = submitter{b.Client, b}, b.Poll, b.submitted, b.resend
	for result, err := range viabatch.Run(asking, cfg) {
		if err != nil {
			b.stop(asking, err)
		} else {
			b.land(result)
		}
		if b.gone {
			break
		}
	}
	b.settle()
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

// over reports that no more items are to be taken in.
func (b *batcher) over() bool {
	_, stopped := b.job.reason()
	return stopped || b.gone
}

// lost is why the state could not be read or written, if that has ended the intake.
func (b *batcher) lost() error {
	if why, _ := b.job.reason(); errors.Is(why, ErrState) {
		return why
	}
	return nil
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
	together(rest, func(f *flight) { b.noteLost(f.giveBack()) })
	for _, f := range rest {
		f.result.Err, f.result.fate = notSent(b.ctx), left
		b.emit(f.result)
	}
	b.job.run.inFlight.Store(0)
	if b.job.isWhole() {
		b.forget()
	}
}

// forget pays for results that the input has no items for any more.
func (b *batcher) forget() {
	type forgotten struct {
		name   string
		claim  claim
		result request.BatchResult
	}
	var all []forgotten
	for name, result := range b.early {
		if before := b.job.batches[name]; before != nil {
			b.price(result.Response)
			all = append(all, forgotten{name, before.claim, result})
		}
	}
	together(all, func(f forgotten) { b.noteLost(settle(f.claim, f.result.Response, f.result.Err, withdrawn(f.name))) })
}

// noteLost ends the intake if something could not be written.
func (b *batcher) noteLost(err error) {
	if err != nil {
		b.job.drain(fmt.Errorf("%w: %w", ErrState, err))
	}
}

// together does something for all of a list, for many at once: what they write waits for the same commits.
func together[T any](list []T, do func(T)) {
	for group := range slices.Chunk(list, atOnce) {
		var all sync.WaitGroup
		for _, one := range group {
			all.Go(func() { do(one) })
		}
		all.Wait()
	}
}
