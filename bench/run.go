// Package bench puts a load on a client of language models and measures it honestly: an open loop sends when requests are
// due, whatever the answers do; latencies are taken from when a request was due as well as from when it was sent; and how
// late the client itself was, its processor time and its garbage collection are in the report, which says so when the
// figures are not to be trusted.
//
// It sends real requests, which cost real money: bound the load by Count or Duration, and put a budget around the client.
// To find out what rate limits give, run it against bench/sim.
package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/report"
	"github.com/seed63918563/llmgate/request"
)

// Run puts the load on the client and blocks until every request has ended. When ctx ends, what is in flight is canceled and
// the report is of what was done until then, marked as partial. An error is of the configuration or of Config.Record; in
// the second case there is a report beside it.
func Run(ctx context.Context, cfg Config) (*report.Report, error) {
	if err := cfg.ready(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &run{
		cfg: cfg, ctx: ctx, stop: stop, meter: measure.New(cfg.measured()), places: make(chan struct{}, cfg.MaxInFlight),
		alarm: newAlarm(ctx),
	}
	schedule, load := cfg.schedule()
	before := takeVitals()
	r.start = time.Now()
	if schedule != nil {
		r.open(schedule)
	} else {
		r.closed()
	}
	r.flights.Wait()
	return r.report(load, before), r.recordErr
}

// run is a load under way.
type run struct {
	cfg    Config
	ctx    context.Context
	stop   context.CancelCauseFunc
	start  time.Time
	alarm  *alarm
	places chan struct{} // one for each request in flight
	// held counts requests that had to wait for a place. Only the sender writes it.
	held    int64
	cut     error // why the sending ended before its time
	flights sync.WaitGroup

	mu        sync.Mutex
	meter     *measure.Meter
	recordErr error
}

func (r *run) since() time.Duration { return time.Since(r.start) }

// open sends requests when they are due. The next is made before that, so that making it takes no time from it.
func (r *run) open(schedule pace.Schedule) {
	n := 0
	for a := range schedule {
		if n >= r.cfg.Count || r.cfg.Duration > 0 && a.At >= r.cfg.Duration {
			return
		}
		req := r.cfg.Prompts(n, a)
		if !r.alarm.until(r.start.Add(a.At)) || !r.place() {
			r.cut = context.Cause(r.ctx)
			return
		}
		r.send(n, a, req)
		n++
	}
}

// closed sends a request as soon as there is a place. It is due at that moment.
func (r *run) closed() {
	for n := range r.cfg.Count {
		req := r.cfg.Prompts(n, pace.Arrival{})
		if !r.place() {
			r.cut = context.Cause(r.ctx)
			return
		}
		a := pace.Arrival{At: r.since()}
		if r.cfg.Duration > 0 && a.At >= r.cfg.Duration {
			<-r.places
			return
		}
		r.send(n, a, req)
	}
}

// place takes a place, or reports that the load was stopped.
func (r *run) place() bool {
	select {
	case r.places <- struct{}{}:
		return r.ctx.Err() == nil
	default:
		r.held++
	}
	select {
	case r.places <- struct{}{}:
		return r.ctx.Err() == nil
	case <-r.ctx.Done():
		return false
	}
}

func (r *run) send(n int, a pace.Arrival, req request.Request) {
	r.flights.Go(func() {
		f := flight{start: r.start, client: r.cfg.Client, req: req, rec: measure.Record{Index: n, Step: a.Step, Intended: a.At}}
		r.fly(&f)
		<-r.places
	})
}

func (r *run) fly(f *flight) {
	ctx := r.ctx
	if r.cfg.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.cfg.Timeout)
		defer cancel()
	}
	f.rec.Sent = r.since()
	if r.cfg.Stream {
		f.stream(ctx)
	} else {
		f.complete(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.meter.Add(&f.rec)
	if r.cfg.Record == nil || r.recordErr != nil {
		return
	}
	if err := r.cfg.Record(&f.rec); err != nil {
		r.recordErr = fmt.Errorf("bench: recording: %w", err)
		r.stop(r.recordErr)
	}
}

func (r *run) report(load string, before vitals) *report.Report {
	c := &r.cfg
	rep := &report.Report{
		Schema: report.Schema, Name: c.Name, Started: r.start, Elapsed: r.since(), Result: r.meter.Result(), Health: health(before, takeVitals()),
		Setup: report.Setup{
			Load: load, Streaming: c.Stream, Seed: c.Seed, Duration: c.Duration, Warmup: c.Warmup, Cooldown: c.Cooldown,
			MaxInFlight: c.MaxInFlight, MaxDelay: c.MaxDelay, SLO: c.SLO, Limits: c.Limits,
		},
	}
	if c.Count < 1<<62 {
		rep.Setup.Count = c.Count
	}
	if r.cut != nil || rep.Total.Canceled > 0 {
		rep.Partial = reason(r.cut)
	}
	if c.open() {
		rep.Health.Held = r.held
	}
	if rep.Setup.Limits == (report.Limits{}) {
		rep.Setup.Limits = stated(&rep.Result.Limits)
	}
	rep.Invalid = r.doubts(rep)
	return rep
}

// reason words why a load ended before its time.
func reason(cause error) string {
	if cause == nil || errors.Is(cause, context.Canceled) {
		return "interrupted"
	}
	return cause.Error()
}

// stated are the limits that the provider's headers told.
func stated(l *request.Limits) report.Limits {
	out := report.Limits{}
	for _, one := range []struct {
		from request.Limit
		to   *int64
	}{{l.Requests, &out.RPM}, {l.Tokens, &out.TPM}, {l.InputTokens, &out.ITPM}, {l.OutputTokens, &out.OTPM}} {
		if one.from.Stated && one.from.Limit > 0 {
			*one.to, out.Stated = one.from.Limit, true
		}
	}
	return out
}

// doubts are the reasons not to trust the figures.
func (r *run) doubts(rep *report.Report) (list []string) {
	late := rep.Total.Latencies.Delay.Quantile(0.99)
	if r.cfg.open() && late > r.cfg.MaxDelay {
		written, bound := report.Duration(late), report.Duration(r.cfg.MaxDelay)
		text := fmt.Sprintf("requests were sent late: p99 %s, and %s is the bound; lower the rate or give the client more processors", written, bound)
		if r.held > 0 {
			text = fmt.Sprintf("requests were sent late: p99 %s, and %s is the bound; %d had to wait, as %d were in flight: raise MaxInFlight",
				written, bound, r.held, r.cfg.MaxInFlight)
		}
		list = append(list, text)
	}
	if rep.Total.Requests == 0 {
		list = append(list, "no request was due in the window of the figures")
	}
	return list
}
