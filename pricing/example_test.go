package pricing_test

import (
	"fmt"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

func ExampleLookup() {
	m, ok := pricing.Lookup("anthropic", "claude-sonnet-4-5-20250929")
	fmt.Println(m.Name, ok, m.ContextTokens, m.MaxOutputTokens, m.Prices.Input)
	// Output: claude-sonnet-4-5 true 200000 64000 $3.00
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
