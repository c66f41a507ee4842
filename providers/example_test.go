package providers_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed63918563/llmgate/providers"
	"github.com/seed63918563/llmgate/request"
)

func ExampleOpen() {
	ctx := context.Background()
	client, err := providers.Open(ctx, "sim/demo") // or "openai/gpt-5-mini", with OPENAI_API_KEY set
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Complete(ctx, request.Request{
		Messages: []request.Message{{Role: request.RoleUser, Content: "Why is the sky blue?"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Provider, resp.Model, resp.FinishReason)
	// Output: sim demo stop
}

func ExampleOpen_baseURL() {
	client, err := providers.Open(context.Background(), "openai/qwen3", providers.WithBaseURL("http://localhost:8000/v1"))
	fmt.Println(client != nil, err)
	// Output: true <nil>
}
