// A call through the package of a single provider.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func main() {
	client, err := openai.New(openai.Config{APIKey: os.Getenv("OPENAI_API_KEY"), Model: os.Args[1]})
	if err != nil {
		panic(err)
	}
	resp, err := client.Complete(context.Background(), request.Request{
		Messages: []request.Message{{Role: request.RoleUser, Content: os.Args[2]}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(resp.Content)
}
