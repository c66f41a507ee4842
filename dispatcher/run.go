package dispatcher

import (
	"context"
	"iter"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Job is one item of a Run.
type Job struct {
	// ID and Value are the caller's own; they come back with the result.
	ID    string
	Value any

	Request request.Request
	// Journal is written with the money of the request; nil is nothing.
	Journal *Journal
	// Err, if set, is the item's result: the source could not make a request of it. Nothing is sent.
	Err error
}

// Result is what became of a job: a response or an error.
type Result struct {
	Job Job
	// Index counts the jobs as they were read, from 0.
	Index    int
	Response *request.Response
	Err      error
	// Latency is the time from when the job was read to its result, waits included.
	Latency time.Duration
}

// Order is the order of results.
type Order string

// The orders. Completion hands out each result as soon as it is there; Input keeps the order of the jobs, and results that are
// early wait.
const (
	Completion Order = ""
	Input      Order = "input"
)

// RunOptions say how jobs are run. The zero value of a field is the documented default.
type RunOptions struct {
	// InFlight is how many jobs are under way at most, those that wait in a lane or for a retry included. DefaultInFlight if 0
	// or less. It bounds the memory; what bounds the rate are the lanes.
	InFlight int
	Order    Order
	// Stop are conditions that end the intake. What is in flight is finished, and its results are handed out.
	Stop []Condition
	// Outcome, if set, is written before the sequence ends.
	Outcome *Outcome
}

// DefaultInFlight keeps a lane of a few thousand requests a minute busy at the latency of a language model.
const DefaultInFlight = 1024

// earlyResults is how many results, as a multiple of InFlight, may wait for an earlier one.
const earlyResults = 8

// Outcome is how a Run ended.
type Outcome struct {
	Progress
	// Err is why jobs may be left that were not read: what a condition said, ErrStopped after Drain or Abort, the end of the
	// context. Nil: the source came to its end, or the reader left.
	Err error
}

// Progress is how far a Run has come.
type Progress struct {
	// Done have a result; Failed of them an error, and of these Canceled one of class canceled.
	Done     int
	Failed   int
	Canceled int
}

func (p *Progress) count(err error) {
	p.Done++
	if err == nil {
		return
	}
	p.Failed++
	if request.Classify(err) == request.ClassCanceled {
		p.Canceled++
	}
}

// Run answers jobs and hands out a result for each one that was read. Jobs are read lazily, one at a time, on one goroutine;
// each has a goroutine while it is in flight, and no more are read than results are taken: a slow reader holds up the source.
// Retries take their turn among fresh jobs. When ctx ends, the jobs in flight end with its error. Leaving the loop early
// cancels what is in flight and waits for it, and for the source if that is just being asked for a job. Drain and Abort end the
// intake; a job that was read just then may end with ErrStopped, unsent.
//
// A panic of a client or a hook is that job's error; one of the source is the error of a last result, whose job is empty.
// The sequence may be ranged over again if the source may.
func (d *Dispatcher) Run(ctx context.Context, jobs iter.Seq[Job], opts RunOptions) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		r := newRun(d, opts)
		r.intake.Go(func() error {
			r.takeIn(ctx, jobs)
			return nil
		})
		defer r.finish()
		defer cancel()
		r.handOut(yield)
	}
}
