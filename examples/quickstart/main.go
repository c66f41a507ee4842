// Command quickstart asks one question, first for the whole answer and then as a stream. Without an argument the
// built-in simulator answers; give a model, such as openai/gpt-5-mini, for a real one.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seed63918563/llmgate"
)

func main() {
	model := "sim/demo"
	if len(os.Args) > 1 {
		model = os.Args[1]
	}
	if err := run(context.Background(), model); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, model string) error {
	client, err := llmgate.Open(ctx, model)
	if err != nil {
		return err
	}
	req := llmgate.Request{
		Messages:  []llmgate.Message{{Role: llmgate.RoleUser, Content: "Why is the sky blue?"}},
		MaxTokens: 200,
	}

	resp, err := client.Complete(ctx, req)
	if err != nil {
		return err
	}
	fmt.Println(resp.Content)
	fmt.Printf("%d tokens in, %d out\n\n", resp.Usage.PromptTokens(), resp.Usage.OutputTokens)

	for chunk, err := range client.Stream(ctx, req) {
		if err != nil {
			return err
		}
		fmt.Print(chunk.Content)
	}
	fmt.Println()
	return nil
}
