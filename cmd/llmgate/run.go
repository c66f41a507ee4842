package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/dispatcher"
)

type runFlags struct {
	gateFlags
	concurrency int
	order       string
	output      string
	overwrite   bool
	quiet       bool
	text        bool
	via         string
	sourceFlags
	keptFlags
	checkFlags
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "Answer a file of prompts",
		Long: `run answers every line of a file and writes a line for each answer, in the form of the input.

Each line of FILE ("-" for standard input) is a JSON object of one of two forms:

  {"id": "sky", "prompt": "Why is the sky blue?", "max_tokens": 200}
  {"custom_id": "sky", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": […]}}

The first takes "prompt" or "messages", an optional "id" and "system", and any parameter of Chat Completions; its result
has the same id, as text, and "content" or "error". The second is OpenAI's Batch form, used unchanged for any provider; its result
is as in OpenAI's output files. --model holds for every line, whatever model a line names.

A line that is wrong, or an answer that fails, is reported with its place and does not stop the others. Interrupt once to
finish what is in flight, twice to stop at once.

With -o OUT everything that was answered is kept in OUT.state, together with what it cost: after an interrupt, a crash or a
power cut the same command goes on, and pays for nothing twice. OUT shows what is in the state; failures, with their items,
are in OUT.failed.jsonl. An item whose prompt was changed is asked again; items with the same request are paid once. What was
in flight when a run was killed is sent again (--unknown), and listed. --via batch sends the items through the provider's batch
API, at half the price and within a day: an interrupt leaves the batches there, and the same command asks for them again. What
--check or --schema rejects goes into another batch once all are over; --confirm-above reckons with the prices of batches.`,
		Example: `  llmgate run examples/prompts.jsonl
  llmgate run prompts.jsonl --model openai/gpt-5-mini -o answers.jsonl --concurrency 64
  llmgate run batch.jsonl --model openai/gpt-5-mini -o answers.jsonl --via batch
  llmgate run batch.jsonl --model ollama/llama3.2 --order input > answers.jsonl
  llmgate run prompts.jsonl --model openai/qwen3 --base-url http://localhost:8000/v1
  jq -c '{id: .key, prompt: .text}' rows.json | llmgate run -`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return a.runFile(cmd.Context(), args[0], &f) },
	}
	f.gateFlags.register(cmd)
	cmd.Flags().IntVarP(&f.concurrency, "concurrency", "c", dispatcher.DefaultInFlight, "how many items are under way at most; what keeps to rate limits are the limits themselves")
	cmd.Flags().StringVar(&f.order, "order", string(bulk.Completion), `order of the results: "completion" or "input"`)
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write the results to this file, with a state beside it from which a run that was stopped goes on")
	cmd.Flags().BoolVar(&f.overwrite, "overwrite", false, "replace the output file if it has content and no state")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "no progress, no messages about items, no summary")
	cmd.Flags().StringVar(&f.via, "via", "", `with -o, "batch" asks by the provider's batch API`)
	cmd.Flags().BoolVar(&f.text, "text", false, "write the texts of the answers alone")
	f.sourceFlags.register(cmd)
	f.keptFlags.register(cmd)
	f.checkFlags.register(cmd)
	return cmd
}

func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("run takes one file of prompts, or - for standard input; see llmgate run --help")
	}
	return nil
}

func (a *app) runFile(ctx context.Context, path string, f *runFlags) error {
	if err := f.checkVia(); err != nil {
		return usage(err)
	}
	switch {
	case f.dryRun:
		return a.tellPlan(ctx, &f.gateFlags, f.output, "items", f.asJSON, a.reckonFile(path, &f.sourceFlags))
	case f.output != "":
		return a.runKept(ctx, path, f)
	}
	if err := f.needOutput(); err != nil {
		return usage(err)
	}
	gate, err := f.gateFlags.open(ctx, a)
	if err != nil {
		return err
	}
	defer gate.Abort()
	in, err := a.input(path)
	if err != nil {
		return err
	}
	defer in.Close()
	stop := a.heedInterrupts(ctx, in, gate)
	defer stop.end()
	run, err := newRun(gate, f, stop.drain)
	if err != nil {
		return usage(err)
	}
	out := &output{w: a.out, text: f.text}
	src, err := f.sourceFlags.open(in, path, gate.vendor)
	if err != nil {
		return err
	}
	defer src.Close()
	work, err := begin(src)
	if err != nil {
		return stop.instead(err)
	}
	report := a.newReport(gate, f.quiet, run)
	report.total = f.total(path, gate.vendor)
	report.begin(a.out)
	err = write(out, run.Results(stop.ctx, stop.until(work)), report, stop, in)
	report.end()
	return conclude(err, stop, report)
}

// needOutput refuses what only a run with a state can do.
func (f *runFlags) needOutput() error {
	for _, flag := range []string{"schema", "check", "repairs", "json", "format", "unknown", "retry-failed", "confirm-above", "overwrite"} {
		if f.given(flag) {
			return fmt.Errorf("--%s needs -o OUT, a file for the results with a state beside it", flag)
		}
	}
	return nil
}

func newRun(client llmgate.Client, f *runFlags, stop <-chan struct{}) (*bulk.Run, error) {
	if f.concurrency < 1 {
		return nil, fmt.Errorf("--concurrency %d: must be at least 1", f.concurrency)
	}
	return bulk.New(bulk.Config{Client: client, Concurrency: f.concurrency, Order: bulk.Order(f.order), Stop: stop})
}

// write puts every result out. Once a budget is used up, no more items are taken in. Where it can't write, it closes the input:
// leaving the loop waits for the intake, which may be waiting for more.
func write(out *output, results iter.Seq2[bulk.Result, error], r *report, stop *interruption, in io.Closer) error {
	for result, err := range results {
		if err != nil {
			return err
		}
		if errors.Is(result.Err, bulk.ErrInterrupted) { // it was not sent
			continue
		}
		if err := out.result(&result); err != nil {
			in.Close()
			return err
		}
		r.add(&result)
		if usedUp(result.Err) != nil {
			stop.drained()
		}
	}
	return nil
}

var errStopped = &exitError{exitInterrupted, errors.New("interrupted: items without a result were not answered; with -o OUT the same command could go on")}

// conclude turns how the run went into an exit code.
func conclude(err error, stop *interruption, r *report) error {
	_, failures := r.counts()
	switch {
	case err != nil:
		return failed(err)
	case stop.happened():
		return errStopped
	case failures > 0:
		return &exitError{code: exitFailed}
	}
	return nil
}
