package bulk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/store"
)

// Summary is how a Job ended.
type Summary struct {
	Snapshot
	// Stopped is why items are left, nil if none are: ErrInterrupted, the end of the context, or the failure that all items
	// would have had, such as that of a budget or a key.
	Stopped error
	// Unknown are the items that were under way when a run before was stopped at once, or Killed, as far as they are in the input:
	// they were sent again, held or failed, as the configuration says.
	Unknown []string
	Killed  bool
	// Superseded is the number of outcomes that the input has no items for any more. They are in no output.
	Superseded int
	// Repaired are files that were torn or edited since the run before wrote them. What a change of the input changes is not told.
	Repaired []string
	// Targets have latencies, Costs what was spent since the state was begun, by provider and model.
	Targets []dispatcher.TargetStats
	Costs   []ledger.Row
}

// showEvery is how far an output in order of completion may be behind.
const showEvery = 250 * time.Millisecond

// Run does what is missing, and blocks until it is done, or until what was in flight when it was stopped has ended. When ctx
// ends, calls in flight end with it. Its error is that of the source, of the state or of an output; everything that was
// answered is in the state, and another run goes on from there. A stop is no error, but in the Summary.
func (j *Job) Run(ctx context.Context) (*Summary, error) {
	sum := &Summary{}
	if err := j.settleUnknown(ctx); err != nil {
		return sum, err
	}
	sum.Killed = j.state.about.wasKilled()
	about := About{
		Model: j.cfg.Model, Source: j.cfg.Source, Total: j.cfg.Total, Format: j.cfg.Format, Order: j.cfg.Order, Begun: time.Now(),
	}
	about.Killed = sum.Killed && j.cfg.Unknown == Hold && len(j.unknown) > 0
	if err := j.cfg.Ledger.Write(ctx, note(aboutKey, about)); err != nil {
		return sum, fmt.Errorf("bulk: %w", err)
	}
	view, err := newShow(j.state, j.cfg.Ledger.Write, j.cfg.Format)
	if err != nil {
		return sum, fmt.Errorf("bulk: %w", err)
	}
	err = j.work(ctx, view, sum)
	if closeErr := view.close(); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	about.Ended = time.Now()
	_ = j.cfg.Ledger.Write(context.WithoutCancel(ctx), note(aboutKey, about)) // without, the next run takes this one for killed
	j.sum(ctx, sum, view)
	return sum, err
}

func (j *Job) sum(ctx context.Context, sum *Summary, view *show) {
	sum.Snapshot = j.Snapshot()
	sum.Stopped, _ = j.reason()
	if ctx.Err() != nil {
		sum.Stopped = context.Cause(ctx)
	}
	sum.Targets, sum.Costs = j.cfg.Dispatcher.Stats().Targets, j.cfg.Ledger.Summary("provider", "model")
	sum.Unknown = j.parts
	for k, m := range j.unknown {
		if s, _ := j.state.index.get(k); s&seen != 0 {
			sum.Unknown = append(sum.Unknown, m.ID)
		}
	}
}

// work answers what is missing, and keeps the outputs up with it. What was answered is shown even when ctx has ended.
func (j *Job) work(ctx context.Context, view *show, sum *Summary) error {
	showing := context.WithoutCancel(ctx)
	alike := j.state.about.Format == j.cfg.Format && j.state.about.Order == j.cfg.Order
	if j.cfg.Order == Completion {
		if err := errors.Join(view.resume(showing), view.end()); err != nil {
			return err
		}
		if alike {
			sum.Repaired = view.repaired()
		}
	} else {
		left, err := view.asLeft(showing)
		if err != nil {
			return err
		}
		if alike && !left {
			defer func() { sum.Repaired = view.repaired() }()
		}
	}
	over := make(chan struct{})
	var attending errgroup.Group
	attending.Go(func() error { return j.attend(showing, view, over) })
	err := j.results(ctx, showing, view)
	close(over)
	err = errors.Join(err, attending.Wait())
	if why, _ := j.reason(); errors.Is(why, ErrState) {
		err = errors.Join(err, why)
	}
	if err == nil && j.whole {
		sum.Superseded, err = j.supersede(showing)
	}
	return errors.Join(err, j.finish(showing, view, sum.Superseded > 0))
}

// attend waits for the stop, and keeps an output in order of completion up with the state.
func (j *Job) attend(ctx context.Context, view *show, over <-chan struct{}) error {
	stop := j.cfg.Stop
	tick := time.NewTicker(showEvery)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return nil
		case <-stop:
			stop = nil
			j.drain(ErrInterrupted)
		case <-tick.C:
			if j.cfg.Order != Completion || !j.behind.Swap(false) {
				continue
			}
			if err := view.follow(ctx); err != nil {
				j.drain(err)
				return err
			}
		}
	}
}

// results reads the results of this run. In the order of the input it shows them.
func (j *Job) results(ctx, showing context.Context, view *show) error {
	resolve := j.run.resolve
	if j.cfg.Batch != nil {
		resolve = j.viaBatch
	}
	for r, err := range resolve(ctx, j.intake(ctx)) {
		if err != nil {
			return err
		}
		j.count.add(r)
		j.behind.Store(true)
		if j.cfg.Watch != nil && (r.fate == sent || r.fate == copied) {
			j.cfg.Watch(r)
		}
		if j.cfg.Order == Input && r.fate != left && r.fate != lost {
			if err := view.place(showing, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// ErrState is in the chain of the error of a run whose state could not be read or written.
var ErrState = errors.New("the state could not be read or written")

// finish shows what is left to show.
func (j *Job) finish(ctx context.Context, view *show, superseded bool) error {
	if j.cfg.Order == Input {
		if j.whole {
			return errors.Join(view.end(), view.checkpoint(ctx))
		}
		return errors.Join(view.flush(), view.checkpoint(ctx))
	}
	err := view.follow(ctx)
	switch {
	case err != nil:
		return err
	case superseded:
		err = view.again(ctx)
	case j.cfg.RetryFailed:
		err = view.refail(ctx, view.seq)
	}
	return errors.Join(err, view.end(), view.checkpoint(ctx))
}

// supersede takes the outcomes out of the outputs that the input has no items for, and returns how many.
func (j *Job) supersede(ctx context.Context) (int, error) {
	stale := j.state.index.stale()
	var rest store.Record
	for k := range j.unknown {
		if s, _ := j.state.index.get(k); s == 0 {
			rest.Withdrawn = append(rest.Withdrawn, k.name())
		}
	}
	for some := range slices.Chunk(stale, atOnce) {
		if err := j.supersedeSome(ctx, some); err != nil {
			return 0, err
		}
	}
	if rest.IsZero() {
		return len(stale), nil
	}
	return len(stale), j.cfg.Ledger.Write(ctx, rest)
}

func (j *Job) supersedeSome(ctx context.Context, stale []key) error {
	rec := store.Record{Forget: []string{resultKey}}
	seqs := make([]int64, len(stale))
	for i, k := range stale {
		_, seqs[i] = j.state.index.get(k)
		o, err := j.state.store.Outcome(ctx, seqs[i])
		if err != nil {
			return err
		}
		o.Class, o.At, o.Place = classSuperseded, time.Now(), &seqs[i]
		rec.Outcomes = append(rec.Outcomes, o)
	}
	if err := j.cfg.Ledger.Write(ctx, rec); err != nil {
		return err
	}
	for i, k := range stale {
		j.state.index.put(k, superseded, seqs[i])
	}
	return nil
}
