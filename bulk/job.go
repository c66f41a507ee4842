package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/internal/dense"
	"github.com/seed63918563/llmgate/ledger"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// JobConfig says what is to be done with a state. The zero value of a field is the documented default; Dispatcher, Ledger and
// Items are required.
type JobConfig struct {
	// Dispatcher answers. Ledger is the one it reserves in, over the state's Store.
	Dispatcher *dispatcher.Dispatcher
	Ledger     *ledger.Ledger
	// Items are the work, read once, one at a time.
	Items iter.Seq2[source.Item, error]
	// Total is the number of items, for what is told of progress; 0 is not known.
	Total int
	// Model is whom the answers are of. An item of another Model is another item: it is asked again. Source names where the
	// items come from; it is only remembered.
	Model  string
	Source string

	// Concurrency is how many items are in flight at most, up to MaxConcurrency; dispatcher.DefaultInFlight if 0.
	Concurrency int
	// Order and Format of the output; Completion and Like if empty.
	Order  Order
	Format Format

	// Overwrite lets an output be replaced that has content, and no state that it could be of.
	Overwrite bool
	// Unknown says what happens to items that were under way when a run before was killed; Resend if empty. The parts of composed
	// answers are always sent again.
	Unknown Unknown
	// RetryFailed asks again what failed in a run before.
	RetryFailed bool

	// Check says what is wrong with an answer, nil if nothing is. A rejected answer is paid for, and the item is asked again,
	// CheckRetries times at most (0), with what Repair makes of the item's request; nil is the same request. Both must be safe
	// for concurrent use.
	Check        func(*source.Item, *request.Response) error
	CheckRetries int
	Repair       func(req request.Request, answer *request.Response, why error) request.Request
	// Compose, if set, makes an item's answer out of several: each call of ask is remembered under its content, so that a run
	// that goes on pays for none of them again. What it returns is kept as the item's answer, at no cost of its own.
	Compose func(ctx context.Context, item *source.Item, ask Ask) (*request.Response, error)
	// Batch, if set, asks by a provider's batch API instead of the Dispatcher. Compose doesn't go with it, and Concurrency has no
	// meaning.
	Batch *Batch

	// Stop, when closed, ends the intake: what is in flight is finished, and the rest is left for another run.
	Stop <-chan struct{}
	// Watch is told of each result of this run that has an outcome, one at a time, as completed or in the order of the input. It
	// must not keep it.
	Watch func(*Result)
}

// Ask sends a request, or gives the answer that is remembered for it. It blocks as long as that takes.
type Ask func(context.Context, request.Request) (*request.Response, error)

// Unknown is what happens to an item that was sent, and of which nobody knows whether it was answered.
type Unknown string

// What happens to unknown items. In all cases what they may have cost counts as spent until their cost is known: for Hold as
// long as they are held.
const (
	// Resend sends them again: they may be paid twice, and are answered.
	Resend Unknown = ""
	// Hold leaves them alone.
	Hold Unknown = "hold"
	// Fail makes them failures.
	Fail Unknown = "fail"
)

// Check tells whether there is such a choice.
func (u Unknown) Check() error {
	if u != Resend && u != Hold && u != Fail {
		return fmt.Errorf("unknown %q: use hold or fail, or leave it empty to send again", string(u))
	}
	return nil
}

// Job is the work on one output. Run it once. Its methods are safe for concurrent use.
type Job struct {
	cfg   JobConfig
	state *State
	asker *asker
	run   *Run
	stop  chan struct{}
	count counter
	base  store.Sum // what was spent before

	mu      sync.Mutex
	stopped bool
	why     error
	whole   bool // the source was read to its end

	unknown map[key]mention
	parts   []string // IDs of the items of unknown parts
	batches map[string]*former
	behind  atomic.Bool // something may have been committed that is not shown
}

// Job checks the configuration, reporting all faults together. It sends nothing.
func (s *State) Job(cfg JobConfig) (*Job, error) {
	if cfg.Order == "" {
		cfg.Order = Completion
	}
	if cfg.Concurrency == 0 {
		cfg.Concurrency = dispatcher.DefaultInFlight
	}
	if err := errors.Join(cfg.check(), s.claim(cfg.Overwrite)); err != nil {
		return nil, err
	}
	j := &Job{cfg: cfg, state: s, stop: make(chan struct{}), unknown: map[key]mention{}, batches: map[string]*former{}}
	j.asker = &asker{
		dispatcher: cfg.Dispatcher, ledger: cfg.Ledger, store: s.store, index: s.index,
		check: cfg.Check, repair: cfg.Repair, retries: cfg.CheckRetries, flights: map[dense.Key]chan struct{}{},
	}
	j.run = &Run{cfg: Config{Concurrency: cfg.Concurrency, Order: cfg.Order, Stop: j.stop}, answer: j.answer}
	for _, row := range cfg.Ledger.Summary() {
		j.base = row.Sum
	}
	j.count.start, j.count.classes = time.Now(), map[request.Class]int{}
	return j, nil
}

func (c *JobConfig) check() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("bulk: "+format, args...)) }
	if c.Dispatcher == nil || c.Ledger == nil || c.Items == nil {
		fault("Dispatcher, Ledger and Items are required")
	}
	if err := c.Order.Check(); err != nil {
		fault("%w", err)
	}
	if err := c.Format.Check(); err != nil {
		fault("%w", err)
	}
	if c.Concurrency < 0 || c.Concurrency > MaxConcurrency {
		fault("concurrency of %d: must be between 1 and %d", c.Concurrency, MaxConcurrency)
	}
	if err := c.Unknown.Check(); err != nil {
		fault("%w", err)
	}
	if c.CheckRetries < 0 {
		fault("CheckRetries of %d is negative", c.CheckRetries)
	}
	return errors.Join(append(faults, c.checkBatch())...)
}

// ErrInterrupted is why a Job that Stop ended was stopped.
var ErrInterrupted = errors.New("interrupted")

// drain ends the intake. The first reason counts.
func (j *Job) drain(why error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.stopped {
		j.stopped, j.why = true, why
		close(j.stop)
	}
}

func (j *Job) reason() (why error, stopped bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.why, j.stopped
}

// intake gives what is to be done: items without an outcome, and in the order of the input those with one, too, which are only
// to be shown.
func (j *Job) intake(ctx context.Context) iter.Seq2[*Result, error] {
	return func(yield func(*Result, error) bool) {
		leaving := false
		for item, err := range j.cfg.Items {
			if err != nil {
				if !leaving {
					yield(nil, err)
				}
				return
			}
			r, wanted := j.look(item)
			switch {
			case !wanted:
			case leaving:
				j.count.leave()
			case !yield(r, nil):
				j.count.leave()
				leaving = true
			}
			if leaving && !j.counts(ctx) {
				return
			}
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		j.whole = !leaving
	}
}

// isWhole reports that the source was read to its end.
func (j *Job) isWhole() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.whole
}

// counts reports that the rest of the items is to be counted: after a budget was used up, to say what more would buy.
func (j *Job) counts(ctx context.Context) bool {
	why, _ := j.reason()
	select {
	case <-j.cfg.Stop:
		return false
	default:
		return ctx.Err() == nil && request.IsBudget(why)
	}
}

// look says what is to be done with an item.
func (j *Job) look(item source.Item) (r *Result, wanted bool) {
	r = &Result{Item: item}
	k, err := keyOf(&item, j.cfg.Model)
	if err != nil {
		r.Item.Err = &source.LineError{File: item.File, Line: item.Line, Err: err}
		k, _ = keyOf(&r.Item, j.cfg.Model)
	}
	r.key, r.fate = k, fresh
	s, seq := j.state.index.see(k)
	r.seq = seq
	_, unknown := j.unknown[k]
	switch {
	case s&seen != 0: // the same item twice
		return r, false
	case unknown && j.cfg.Unknown == Hold:
		j.count.leave()
		return r, false
	case unknown && j.cfg.Unknown == Fail:
		r.Item.Err = errUnknown
		return r, true
	case s&superseded != 0:
		r.fate = revived
		return r, true
	case s&answered != 0 || s&failed != 0 && !j.cfg.RetryFailed:
		r.fate = before
		j.count.before(s&failed != 0)
		return r, j.cfg.Order == Input
	}
	return r, true
}

// answer resolves one item, and stops the intake for what concerns all of them.
func (j *Job) answer(ctx context.Context, r *Result) {
	t := task{key: r.key, result: r}
	if j.uncalled(ctx, r, &t) {
		return
	}
	ask := j.asker.ask
	if j.cfg.Compose != nil {
		ask = j.compose
	}
	j.resolved(ctx, r, ask(ctx, &t))
}

// uncalled resolves an item that nobody needs to be asked about.
func (j *Job) uncalled(ctx context.Context, r *Result, t *task) bool {
	switch {
	case r.fate == before, r.fate == revived && j.revive(ctx, r, t):
		return true
	case r.Item.Err != nil:
		r.Err = r.Item.Err
		j.resolved(ctx, r, j.asker.keep(ctx, t, sent))
		return true
	}
	return false
}

// resolved notes how an item came to its result. What concerns all items ends the intake.
func (j *Job) resolved(ctx context.Context, r *Result, f fate) {
	switch r.fate = f; {
	case f == lost:
		j.drain(fmt.Errorf("%w: %w", ErrState, r.Err))
	case f == left && ctx.Err() == nil:
		j.drain(r.Err)
	}
}
