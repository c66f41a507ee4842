package pricing_test

import (
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

func ExampleLookup() {
	m, ok := pricing.Lookup("anthropic", "claude-sonnet-4-5-20250929")
	fmt.Println(m.Name, ok, m.ContextTokens, m.MaxOutputTokens)
	// Output: claude-sonnet-4-5 true 200000 64000
}

func ExampleCapabilities() {
	req := request.Request{Messages: []request.Message{{
		Role: request.RoleUser, Content: "What is this?", Parts: []request.Part{request.ImagePart{URL: "https://example.com/cat.png"}},
	}}}
	fmt.Println(pricing.Capabilities("openai", "o3-mini").Check(&req))
	fmt.Println(pricing.Capabilities("openai", "gpt-4o").Check(&req))
	// Output:
	// invalid: messages[0].parts[0]: the model takes no images; remove it or choose a model that does
	// <nil>
}

func ExampleCost() {
	answered := pricing.Service{At: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)}
	usage := request.Usage{InputTokens: 1000, CacheReadTokens: 40_000, OutputTokens: 500, Reported: true}
	fmt.Println(pricing.Cost("anthropic", "claude-sonnet-4-5", &usage, answered))
	fmt.Println(pricing.Cost("anthropic", "a-model-of-tomorrow", &usage, answered))
	// Output:
	// $0.0225 true
	// $0.00 false
}

func ExampleModel_Bill() {
	m, _ := pricing.Lookup("gemini", "gemini-2.5-pro")
	usage := request.Usage{InputTokens: 300_000, OutputTokens: 1000, Reported: true}
	bill := m.Bill(&usage, pricing.Service{At: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)})
	for _, line := range bill.Lines {
		fmt.Println(line.Count, line.What, "at", line.Price)
	}
	fmt.Println(bill.Total)
	// Output:
	// 300000 input at $2.50
	// 1000 output at $15.00
	// $0.765
}

func ExampleEstimate() {
	req := request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Why is the sky blue?"}}, MaxTokens: 500}
	quote := pricing.Estimate("openai", "gpt-5-mini", &req, request.TokenCount{Tokens: 12}, pricing.Service{At: time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)})
	fmt.Println(quote.Expected, quote.Worst, quote.Bounded)
	// Output: $0.001003 $0.001003 true
}
