package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate/bench"
	loadreport "github.com/seed63918563/llmgate/bench/report"
)

func (a *app) benchCommand() *cobra.Command {
	f := benchFlags{}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure a model or the simulator under load",
		Long: `bench puts a load on a model and reports what users would see: latencies, throughput, goodput, rate limits, cost.

Without --model the built-in simulator answers: no key, no network, no cost. --rpm and --tpm then are its limits, so that
the report tells what a set of limits gives. With --model, real requests are sent and paid for: bound them with --requests
or --duration, and with --budget.

The load is an open loop (--rate, --trace), which sends when requests are due, however slow the answers are, or a closed
loop (--concurrency), which waits for answers. A rate is requests per second: 20, a ramp 1..50/30s, or steps 10,20,40/1m.

--through says what is measured: the dispatcher, with its limits, retries and budget; the bare client of the provider; or
raw, a hand-written HTTP client for servers of OpenAI's Chat Completions, the least there is.

The table goes to standard output; --json, --csv, --raw and --html write files besides. Interrupt to stop with a report of
what was done. The exit code is 1 if the figures are not to be trusted, with the reason.`,
		Example: `  llmgate bench --rate 20 --duration 30s --html report.html
  llmgate bench --rpm 600 --tpm 200000 --concurrency 64 --duration 2m
  llmgate bench --rate 5,10,20/1m --spacing poisson --slo ttft=500ms,tpot=50ms
  llmgate bench --model openai/gpt-5-mini --requests 200 --concurrency 8 --budget 1usd --json a.json
  llmgate bench --model openai/qwen3 --base-url http://localhost:8000/v1 --through raw --trace trace.jsonl
  llmgate bench compare a.json b.json
  llmgate bench limits --model openai/gpt-5-mini --max-cost 1usd`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.bench(cmd.Context(), &f) },
	}
	f.register(cmd)
	cmd.AddCommand(a.benchCompareCommand(), a.benchLimitsCommand())
	return cmd
}

// benchFlags are what is measured, under which load, and where the report goes.
type benchFlags struct {
	benchTarget
	loadFlags
	promptFlags
	reportFlags
	seed uint64
}

func (f *benchFlags) register(cmd *cobra.Command) {
	f.benchTarget.register(cmd)
	f.loadFlags.register(cmd)
	f.promptFlags.register(cmd)
	f.reportFlags.register(cmd)
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "changes everything random: prompts, spacing, and the simulator")
}

// The load where nothing else is asked for. Without an end a load on a real model is refused: it costs money.
const (
	defaultConcurrency = 16
	defaultDuration    = 10 * time.Second
)

func (a *app) bench(ctx context.Context, f *benchFlags) error {
	cfg, err := f.loadFlags.config(a, f.seed)
	if err != nil {
		return usage(err)
	}
	if cfg.Prompts, err = f.promptFlags.source(a, f.seed); err != nil {
		return usage(err)
	}
	target, err := f.benchTarget.open(ctx, a, f.seed)
	if err != nil {
		return err
	}
	defer target.close()
	if target.standIn && f.endless(&cfg) {
		cfg.Duration = defaultDuration
	}
	cfg.Client, cfg.Name, cfg.Limits = target.client, target.name, f.limits()
	if err := cfg.Check(); err != nil {
		return usage(err)
	}
	files, err := f.reportFlags.open()
	if err != nil {
		return err
	}
	cfg.Record = files.record
	return a.load(ctx, cfg, files)
}

// load runs the load until it ends or is interrupted, and writes the report of what was done.
func (a *app) load(ctx context.Context, cfg bench.Config, files *reportFiles) error {
	ctx, interrupted := a.untilInterrupt(ctx)
	rep, err := bench.Run(ctx, cfg)
	stopped := interrupted()
	if rep != nil {
		err = errors.Join(err, files.write(a.out, rep))
	}
	err = errors.Join(err, files.close())
	switch {
	case err != nil:
		return failed(err)
	case stopped:
		return &exitError{exitInterrupted, errors.New("interrupted: the report is of what was done until then")}
	}
	return verdict(rep)
}

// verdict is an error where the figures say nothing.
func verdict(rep *loadreport.Report) error {
	if len(rep.Invalid) > 0 {
		return failed(fmt.Errorf("the run is invalid: %s", rep.Invalid[0]))
	}
	if rep.Total.Answered == 0 {
		return failed(errors.New("no request was answered; the report has the classes of the errors"))
	}
	return nil
}

// untilInterrupt gives a context that ends with the first interrupt. What is returned beside it stops listening and tells
// whether there was one.
func (a *app) untilInterrupt(ctx context.Context) (context.Context, func() bool) {
	ctx, cancel := context.WithCancel(ctx)
	over, happened := make(chan struct{}), make(chan bool)
	release := a.listen()
	go func() {
		select {
		case <-a.interrupts:
			cancel()
			release() // the next one kills the process
			<-over
			happened <- true
		case <-over:
			release()
			happened <- false
		}
	}()
	return ctx, func() bool {
		close(over)
		defer cancel()
		return <-happened
	}
}
