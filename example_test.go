package llmgate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/providers/anthropic"
)

func Example() {
	ctx := context.Background()
	client, err := llmgate.Open(ctx, "sim/demo") // or "openai/gpt-5-mini", "anthropic/claude-sonnet-4-5", …
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Complete(ctx, llmgate.Request{
		Messages:  []llmgate.Message{{Role: llmgate.RoleUser, Content: "Why is the sky blue?"}},
		MaxTokens: 100,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.HasPrefix(resp.Content, "Simulated answer"), resp.Usage.OutputTokens <= 100)
	// Output: true true
}

func ExampleNew() {
	ctx := context.Background()
	gate, err := llmgate.New(ctx, llmgate.Config{
		Models: []string{"sim/openai/gpt-5-mini", "sim/anthropic/claude-haiku-4-5"}, // without "sim/" for real ones
		Budget: llmgate.Budget{TotalUSD: 5},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gate.Abort()
	jobs := func(yield func(llmgate.Job) bool) {
		for _, city := range []string{"Lima", "Oslo", "Pune"} {
			req := llmgate.Request{Messages: []llmgate.Message{{Role: llmgate.RoleUser, Content: "What is " + city + " known for?"}}, MaxTokens: 50}
			if !yield(llmgate.Job{ID: city, Request: req}) {
				return
			}
		}
	}
	for result := range gate.Run(ctx, jobs, llmgate.RunOptions{}) {
		if result.Err != nil {
			fmt.Println(result.Job.ID, result.Err)
		}
	}
	spent := gate.Ledger().Snapshot().Spent
	fmt.Println(gate.Stats().Requests, "requests;", spent > 0 && spent < llmgate.Cent)
	// Output: 3 requests; true
}

func ExampleOpen_missingKey() {
	_, err := llmgate.Open(context.Background(), "openai/gpt-5-mini", llmgate.WithGetenv(func(string) string { return "" }))
	fmt.Println(errors.Is(err, llmgate.ErrAuth))
	fmt.Println(err)
	// Output:
	// true
	// openai: auth: no API key: set OPENAI_API_KEY
}

func ExampleCollect() {
	ctx := context.Background()
	client, err := llmgate.Open(ctx, "sim/demo")
	if err != nil {
		fmt.Println(err)
		return
	}
	stream := client.Stream(ctx, llmgate.Request{
		Messages: []llmgate.Message{{Role: llmgate.RoleUser, Content: "Name three rivers as JSON."}},
		ResponseFormat: llmgate.ResponseFormat{
			Type:   llmgate.FormatJSONSchema,
			Schema: []byte(`{"type":"object","properties":{"rivers":{"type":"array","items":{"enum":["Nile"]},"minItems":3,"maxItems":3}},"required":["rivers"]}`),
		},
	})
	resp, err := llmgate.Collect(stream)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Content)
	// Output: {"rivers":["Nile","Nile","Nile"]}
}

// The package of one provider makes the same kind of client.
func ExampleClient_oneProvider() {
	provider, err := sim.New(sim.Config{}) // stands in for the vendor
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := anthropic.New(anthropic.Config{APIKey: "key", Model: "claude-sonnet-4-5", Transport: provider.Transport()})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Complete(context.Background(), llmgate.Request{
		Messages:  []llmgate.Message{{Role: llmgate.RoleUser, Content: "Why is the sky blue?"}},
		MaxTokens: 256,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Provider, resp.Model, resp.Content != "", resp.FinishReason)
	// Output: anthropic claude-sonnet-4-5 true stop
}
