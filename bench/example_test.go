package bench_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/seed63918563/llmgate/bench"
	"github.com/seed63918563/llmgate/bench/measure"
	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/prompt"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/openai"
)

// What a provider gives at 200 requests a second, which come as those of many users do.
func ExampleRun() {
	server, err := sim.New(sim.Config{TTFT: sim.Constant(0.005), OutputTokens: sim.Constant(20)})
	if err != nil {
		log.Fatal(err)
	}
	client, err := openai.New(openai.Config{BaseURL: "http://sim.invalid/v1", Model: "demo", Transport: server.Transport()})
	if err != nil {
		log.Fatal(err)
	}
	report, err := bench.Run(context.Background(), bench.Config{
		Client: client, Stream: true, Count: 100,
		Load:     pace.Load{Rate: pace.Constant(200), Spacing: pace.Poisson, Seed: 1},
		Prompts:  prompt.Synthetic{Input: sim.Constant(100), Output: sim.Constant(20)}.Source(),
		SLO:      measure.SLO{TTFT: 30 * time.Second},
		MaxDelay: 30 * time.Second, // a test machine may be busy
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Total.Answered, "answered,", report.Total.Good, "in time,", report.Total.OutputTokens, "tokens")
	// Output: 100 answered, 100 in time, 2000 tokens
}
