package dispatcher

import (
	"context"
	"iter"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed63918563/llmgate/internal/wire"
)

// run is one use of Run.
type run struct {
	dispatcher *Dispatcher
	opts       RunOptions
	intake     errgroup.Group
	results    chan *Result
	// window bounds jobs that were read and whose result is not handed out yet, places those being answered.
	window chan struct{}
	places chan struct{}

	mu       sync.Mutex
	progress Progress
	ended    bool // the intake, for a reason other than the source's end
	why      error
	stopping chan struct{} // closed with it
}

func newRun(d *Dispatcher, opts RunOptions) *run {
	if opts.InFlight <= 0 {
		opts.InFlight = DefaultInFlight
	}
	window := opts.InFlight
	if opts.Order == Input {
		window *= earlyResults
	}
	return &run{
		dispatcher: d, opts: opts, stopping: make(chan struct{}),
		results: make(chan *Result, opts.InFlight), // so that what is done goes, though nobody reads just now
		window:  make(chan struct{}, window), places: make(chan struct{}, opts.InFlight),
	}
}

// takeIn starts a goroutine for each job, and closes results when all have ended. A place is taken before a job is read, so
// that each one that was read has a result.
func (r *run) takeIn(ctx context.Context, jobs iter.Seq[Job]) {
	defer close(r.results)
	var (
		answering errgroup.Group
		index     int
		source    error
	)
	defer func() {
		if source != nil {
			r.results <- &Result{Index: index, Err: source}
		}
	}()
	defer func() {
		if source != nil {
			r.end(source)
		}
		_ = answering.Wait()
	}()
	if !r.enter(ctx) {
		return
	}
	fence(&source, func() error {
		for job := range jobs {
			res := &Result{Job: job, Index: index}
			index++
			answering.Go(func() error {
				r.answer(ctx, res)
				return nil
			})
			if !r.enter(ctx) {
				break
			}
		}
		return nil
	})
}

// enter waits for room for another job. It returns false when no more are to be read.
func (r *run) enter(ctx context.Context) bool {
	return r.room(ctx, r.window) && r.room(ctx, r.places)
}

func (r *run) room(ctx context.Context, room chan<- struct{}) bool {
	select { // an end counts for more than room
	case <-ctx.Done():
	case <-r.stopping:
	case <-r.dispatcher.life.stopping:
	default:
		select {
		case room <- struct{}{}:
			return true
		case <-ctx.Done():
		case <-r.stopping:
		case <-r.dispatcher.life.stopping:
		}
	}
	if ctx.Err() != nil {
		r.end(wire.ContextError(ctx))
	} else if r.dispatcher.life.stopped() {
		r.end(ErrStopped)
	}
	return false
}

// answer resolves one job, whatever happens.
func (r *run) answer(ctx context.Context, res *Result) {
	start := time.Now()
	defer func() { <-r.places }()
	defer func() { r.results <- res }()
	defer func() {
		res.Latency = time.Since(start)
		r.check(res)
	}()
	if res.Err = res.Job.Err; res.Err != nil {
		return
	}
	if res.Job.Journal != nil {
		ctx = WithJournal(ctx, res.Job.Journal)
	}
	fence(&res.Err, func() (err error) {
		res.Response, err = r.dispatcher.Complete(ctx, res.Job.Request)
		return err
	})
}

// check counts a result and asks the conditions.
func (r *run) check(res *Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress.count(res.Err)
	for _, stop := range r.opts.Stop {
		var why error
		fence(&why, func() error { return stop(r.progress, res) })
		if why != nil {
			r.endLocked(why)
		}
	}
}

// end ends the intake. The first reason counts; nil is the reader's leaving.
func (r *run) end(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endLocked(why)
}

func (r *run) endLocked(why error) {
	if r.ended {
		return
	}
	r.ended, r.why = true, why
	close(r.stopping)
}
