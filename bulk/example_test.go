package bulk_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/providers"
)

func ExampleRun() {
	simulator, err := sim.New(sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
		return &sim.Answer{Text: strings.ToUpper(p.Text)}
	}})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	client, err := providers.Open(ctx, "sim/demo", providers.WithTransport(simulator.Transport()))
	if err != nil {
		log.Fatal(err)
	}
	run, err := bulk.New(bulk.Config{Client: client, Concurrency: 8, Order: bulk.Input})
	if err != nil {
		log.Fatal(err)
	}
	file := strings.NewReader(`{"id": "sky", "prompt": "why is it blue?"}
{"id": "sea", "prompt": ["and this?"]}
{"id": "sun", "prompt": "why is it hot?"}
`)
	prompts, err := source.Open(source.Config{Reader: file, Path: "prompts.jsonl", Provider: "sim"})
	if err != nil {
		log.Fatal(err)
	}
	for result, err := range run.Results(ctx, prompts.Items()) {
		switch {
		case err != nil:
			log.Fatal(err) // the file can't be read
		case result.Err != nil:
			fmt.Println(result.Item.ID, "failed:", result.Err)
		default:
			fmt.Println(result.Item.ID, "says", result.Response.Content)
		}
	}
	// Output:
	// sky says WHY IS IT BLUE?
	// sea failed: prompts.jsonl:2: prompt: expected a string
	// sun says WHY IS IT HOT?
}

// The second run finds everything in the state.
func ExampleState_Job() {
	folder, err := os.MkdirTemp("", "bulk")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	for range 2 {
		summary, err := answer(filepath.Join(folder, "answers.jsonl"))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(summary.Answered, "answered now,", summary.EarlierAnswered, "before")
	}
	// Output:
	// 2 answered now, 0 before
	// 0 answered now, 2 before
}

func answer(output string) (*bulk.Summary, error) {
	ctx := context.Background()
	state, err := bulk.Open(ctx, output)
	if err != nil {
		return nil, err
	}
	defer state.Close()
	gate, err := llmgate.New(ctx, llmgate.Config{Models: []string{"sim/demo"}, Store: state.Store()})
	if err != nil {
		return nil, err
	}
	defer gate.Close()
	src, err := source.Open(source.Config{Path: "prompts.txt", Reader: strings.NewReader("why is it blue?\nwhy is it hot?\n")})
	if err != nil {
		return nil, err
	}
	job, err := state.Job(bulk.JobConfig{Dispatcher: gate.Dispatcher, Ledger: gate.Ledger(), Items: src.Items(), Model: "sim/demo"})
	if err != nil {
		return nil, err
	}
	return job.Run(ctx)
}
