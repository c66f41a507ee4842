package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/schema"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/internal/collector"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

// keptFlags are for a run with a state.
type keptFlags struct {
	format      string
	unknown     string
	retryFailed bool
	dryRun      bool
	asJSON      bool
	above       string
}

func (f *keptFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.format, "format", "", `form of the results in the file: "jsonl", "batch", "csv" or "text" (default that of the items)`)
	cmd.Flags().StringVar(&f.unknown, "unknown", "resend", `what to do with items that were in flight when a run was killed: "resend", "hold" or "fail"`)
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "with -o, tell how it goes as JSON events on standard output")
	cmd.Flags().BoolVar(&f.retryFailed, "retry-failed", false, "ask again what failed in a run before")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "only tell what the run would do and cost, as llmgate plan does")
	cmd.Flags().StringVar(&f.above, "confirm-above", "", "with -o, ask before a run that may cost more than this, such as 5usd")
}

// policy is the choice in the words of package bulk.
func (f *keptFlags) policy() bulk.Unknown {
	if f.unknown == "resend" {
		return bulk.Resend
	}
	return cmp.Or(bulk.Unknown(f.unknown), "none")
}

// form is that of the results in the file.
func (f *runFlags) form() bulk.Format {
	if f.text {
		return bulk.Text
	}
	return bulk.Format(f.format)
}

// runKept answers a file into another, so that the same command goes on where this one was stopped.
func (a *app) runKept(ctx context.Context, path string, f *runFlags) error {
	judge, err := f.checkFlags.judge()
	if err != nil {
		return err
	}
	in, err := a.input(path)
	if err != nil {
		return err
	}
	defer in.Close()
	set, err := f.setup(a)
	if err != nil {
		return err
	}
	src, err := f.sourceFlags.open(in, path, set.vendor())
	if err != nil {
		return err
	}
	defer src.Close()
	if err := checkOutput(f, in); err != nil {
		return err
	}
	work, err := begin(src)
	if err != nil {
		return err
	}
	err = set.rehearse(ctx, func(gate *opened) error {
		if path == "-" && f.above != "" {
			return usage(errors.New("--confirm-above: standard input can be read only once; give a file"))
		}
		if _, err := f.batch(ctx, gate); err != nil {
			return err
		}
		return a.confirm(ctx, f, gate, "items", a.reckonFile(path, &f.sourceFlags))
	})
	if err != nil {
		return err
	}
	return a.withState(ctx, f, set, func(state *bulk.State, gate *opened) error {
		batch, err := f.batch(ctx, gate)
		if err != nil {
			return err
		}
		stop := a.heedInterrupts(ctx, in, gate)
		defer stop.end()
		cfg := f.job(gate, stop)
		cfg.Source, cfg.Items = path, judged(stop.until(work), judge)
		cfg.Batch = batch
		cfg.Total = f.total(path, gate.vendor)
		if judge != nil {
			cfg.Check = func(_ *source.Item, resp *request.Response) error { return judge.Validate(resp.Content) }
			cfg.CheckRetries = f.repairs
			cfg.Repair = func(req request.Request, resp *request.Response, why error) request.Request {
				return schema.Repair(req, resp.Content, why)
			}
		}
		return a.workOn(state, gate, f, cfg, stop)
	})
}

// maxCounted is the largest file, in bytes, that is read beforehand to count its items, which takes up to a second or two.
const maxCounted = 64 << 20

// total is the number of items in a file, 0 if it is not known.
func (f *sourceFlags) total(path, vendor string) (n int) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxCounted {
		return 0
	}
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	src, err := f.open(file, path, vendor)
	if err != nil {
		return 0
	}
	for _, err := range src.Items() {
		if err != nil {
			return 0 // the run itself will say so
		}
		n++
	}
	return n
}

// judged asks for the form of the answers.
func judged(items iter.Seq2[source.Item, error], j *judge) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		for item, err := range items {
			item.Request = j.request(item.Request)
			if !yield(item, err) {
				return
			}
		}
	}
}

// withState opens the state of the output, and a gate over it.
func (a *app) withState(ctx context.Context, f *runFlags, set *setup, work func(*bulk.State, *opened) error) (err error) {
	if a.getenv("GOGC") == "" {
		defer collector.Bound()()
	}
	state, err := a.openState(ctx, f.output)
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	gate, err := set.open(ctx, state.Store())
	if err != nil {
		return err
	}
	defer gate.Abort()
	return work(state, gate)
}

// job is what the flags say of the work.
func (f *runFlags) job(gate *opened, stop *interruption) bulk.JobConfig {
	return bulk.JobConfig{
		Dispatcher: gate.Dispatcher, Ledger: gate.Ledger(), Model: gate.first,
		Concurrency: f.concurrency, Order: bulk.Order(f.order), Format: f.form(), Overwrite: f.overwrite,
		Unknown: f.policy(), RetryFailed: f.retryFailed, Stop: stop.drain,
	}
}

// workOn does the work, and tells how it goes.
func (a *app) workOn(state *bulk.State, gate *opened, f *runFlags, cfg bulk.JobConfig, stop *interruption) error {
	var told *events
	if f.asJSON {
		told = newEvents(a.out)
	}
	rep := a.newReport(gate, f.quiet || f.asJSON, nil)
	cfg.Watch = func(r *bulk.Result) {
		rep.add(r)
		told.failure(r)
	}
	job, err := state.Job(cfg)
	if err != nil {
		return usage(err)
	}
	rep.job = job
	rep.begin(io.Discard)
	if told != nil {
		told.tell(startEvent{head("start"), cfg.Source, gate.names, f.output, cfg.Total})
		gate.notices.report(told.changed)
		rep.wait.Go(func() { told.watch(job, rep.stop) })
		rep.wait.Go(func() { told.heed(stop, rep.stop) })
	}
	sum, err := job.Run(stop.ctx)
	rep.kept, rep.refusal = keptLines(sum, f.output), usedUp(sum.Stopped)
	rep.end()
	if stop.happened() {
		sum.Stopped = bulk.ErrInterrupted // whichever of what it did came first
	}
	told.summary(sum, f.output)
	return a.concludeKept(err, sum, stop)
}

// checkOutput refuses what would not do, such as to write over the input, or over what no state tells about. It changes nothing.
func checkOutput(f *runFlags, in io.Reader) error {
	if f.concurrency < 1 {
		return usage(fmt.Errorf("--concurrency %d: must be at least 1", f.concurrency))
	}
	if f.unknown == "" {
		return usage(errors.New(`--unknown is empty: use resend, hold or fail`))
	}
	if err := errors.Join(bulk.Order(f.order).Check(), f.form().Check(), f.policy().Check()); err != nil {
		return usage(err)
	}
	info, err := os.Stat(f.output)
	if err != nil {
		return nil // there is none yet, or opening it says why not
	}
	if from, ok := in.(interface{ Stat() (os.FileInfo, error) }); ok {
		if from, err := from.Stat(); err == nil && os.SameFile(info, from) {
			return usage(fmt.Errorf("-o %s is the input; give another name", f.output))
		}
	}
	if !bulk.Begun(f.output) && info.Mode().IsRegular() && info.Size() > 0 && !f.overwrite {
		return usage(fmt.Errorf("-o %s has content already; give another name, or --overwrite", f.output))
	}
	return nil
}

// reason is why a run was stopped, in words.
func reason(s *bulk.Summary) string {
	if s.Stopped == nil {
		return ""
	}
	return s.Stopped.Error()
}

// concludeKept turns how the run went into an exit code, and says how to go on.
func (a *app) concludeKept(err error, s *bulk.Summary, stop *interruption) error {
	again := "the same command goes on"
	switch {
	case errors.Is(err, store.ErrFull):
		return failed(fmt.Errorf("%w; nothing that was answered before is lost: with that mended, %s", innermost(err, store.ErrFull), again))
	case errors.Is(err, bulk.ErrState):
		return failed(fmt.Errorf("%s; nothing that was answered before is lost: with that mended, %s", once(err), again))
	case err != nil:
		return failed(errors.New(once(err)))
	case stop.happened():
		return &exitError{exitInterrupted, fmt.Errorf("interrupted: items without a result were not answered; to go on:\n  %s", a.goOn())}
	case usedUp(s.Stopped) != nil:
		return failed(errors.New(more(s) + again + " with a higher budget"))
	case s.Stopped != nil:
		return failed(fmt.Errorf("stopped, for all items would have failed: %w; with that mended, %s", s.Stopped, again))
	case s.Left > 0:
		return failed(fmt.Errorf("%d items are held, for they may have been paid already: --unknown resend sends them again, --unknown fail gives them up", s.Left))
	case s.Failed+s.EarlierFailed > 0:
		return &exitError{code: exitFailed}
	}
	return nil
}

// more says what a higher budget would buy.
func more(s *bulk.Summary) string {
	text := grouped(s.Left) + " items are not answered"
	if each, ok := s.Each(); ok {
		text += fmt.Sprintf(", which would cost about %v", each*request.Money(s.Left))
	}
	return text + "; "
}
