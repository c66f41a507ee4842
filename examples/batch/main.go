// Command batch answers a file of prompts into another, and goes on where it was stopped: run it again, and it pays for nothing
// twice. Without a third argument the built-in simulator answers; give a model, such as openai/gpt-5-mini, for real answers.
//
//	go run ./examples/batch examples/prompts.jsonl answers.jsonl
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("batch takes a file of prompts, a file for the answers and, if you like, a model")
	}
	model := "sim/demo"
	if len(os.Args) > 3 {
		model = os.Args[3]
	}
	if err := run(context.Background(), os.Stdout, os.Args[1], os.Args[2], model); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer, prompts, answers, model string) (err error) {
	state, err := bulk.Open(ctx, answers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	gate, err := llmgate.New(ctx, llmgate.Config{Models: []string{model}, Store: state.Store()})
	if err != nil {
		return err
	}
	defer gate.Abort()
	src, err := source.Open(source.Config{Path: prompts})
	if err != nil {
		return err
	}
	defer src.Close()
	job, err := state.Job(bulk.JobConfig{
		Dispatcher: gate.Dispatcher, Ledger: gate.Ledger(), Items: src.Items(), Model: model, Source: prompts, Order: bulk.Input,
	})
	if err != nil {
		return err
	}
	summary, err := job.Run(ctx)
	fmt.Fprintf(w, "%d answered now, %d before, %d failed\n", summary.Answered, summary.EarlierAnswered, summary.Failed+summary.EarlierFailed)
	return err
}
