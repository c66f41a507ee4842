package viabatch_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/bulk/viabatch"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func ExampleRun() {
	provider, err := sim.New(sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { return &sim.Answer{Text: "about " + p.Text} }})
	if err != nil {
		log.Fatal(err)
	}
	client, err := openai.New(openai.Config{Model: "demo", BaseURL: "http://simulator/v1", Transport: provider.Transport()})
	if err != nil {
		log.Fatal(err)
	}
	results := viabatch.Run(context.Background(), viabatch.Config{
		Client: client,
		Items: func(yield func(request.BatchItem, error) bool) {
			for _, text := range []string{"rivers", "lakes", "seas"} {
				item := request.BatchItem{ID: text, Request: request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}}}
				if !yield(item, nil) {
					return
				}
			}
		},
		Poll: time.Millisecond, // of a real provider, leave it out
		OnSubmitted: func(b viabatch.Submitted) error {
			fmt.Println("submitted", len(b.Items), "items") // a program writes the batch down, to attach it after a restart
			return nil
		},
	})
	for result, err := range results {
		if err != nil {
			log.Fatal(err)
		}
		if result.Err != nil {
			fmt.Println(result.ID, "failed:", result.Err)
			continue
		}
		fmt.Println(result.ID+":", result.Response.Content)
	}
	// Unordered output:
	// submitted 3 items
	// rivers: about rivers
	// lakes: about lakes
	// seas: about seas
}
