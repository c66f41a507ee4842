package router_test

import (
	"context"
	"fmt"

	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// says is a client that answers with a text, after failures.
func says(text string, failures ...error) request.Client {
	var replies []fake.Reply
	for _, err := range failures {
		replies = append(replies, fake.Reply{Err: err})
	}
	return fake.New(fake.Config{Rules: []fake.Rule{{Replies: append(replies, fake.Reply{Text: text})}}})
}

func show(client request.Client) {
	resp, err := client.Complete(context.Background(), request.Request{
		Messages: []request.Message{{Role: request.RoleUser, Content: "Who are you?"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s (attempts: %d)\n", resp.Content, len(resp.Attempts))
}

// One client, and another for when it is busy or broken.
func Example() {
	primary, fallback := says("The first.", request.ErrRateLimit), says("The second.")

	client, err := router.New(router.Config{Targets: router.Clients(primary, fallback), Fallback: router.OnRateLimit})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(client)
	show(client)
	// Output:
	// The second. (attempts: 2)
	// The first. (attempts: 1)
}

// Several keys of one model: the dead one is taken out, and brought back when somebody has seen to it.
func ExampleRouter_Restore() {
	client, err := router.New(router.Config{Targets: []router.Target{
		{Client: says("With the first key.", request.ErrAuth), Provider: "openai", Model: "gpt-5-mini", Key: "team-a"},
		{Client: says("With the second key."), Provider: "openai", Model: "gpt-5-mini", Key: "team-b"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(client)
	show(client)
	fmt.Println("out because of", client.Stats().Targets[0].Out.Class)
	client.Restore("openai/gpt-5-mini#team-a")
	show(client)
	// Output:
	// With the second key. (attempts: 2)
	// With the second key. (attempts: 1)
	// out because of auth
	// With the first key. (attempts: 1)
}

// The cheapest target first; a failure that one's own rule names goes elsewhere at once.
func ExampleFallbackPolicy() {
	cents := func(n request.Money) func(*request.Request) (request.Money, bool) {
		return func(*request.Request) (request.Money, bool) { return n * request.Cent, true }
	}
	unavailable := &request.Error{Class: request.ClassInvalid, Status: 451}
	client, err := router.New(router.Config{
		Targets: []router.Target{
			{Name: "dear", Client: says("The dear one."), Cost: cents(9)},
			{Name: "cheap", Client: says("The cheap one.", unavailable), Cost: cents(1)},
		},
		Order:    policy.LowestCost(),
		Fallback: router.Any(router.OnTransient, func(e *request.Error) bool { return e.Status == 451 }),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(client)
	show(client)
	// Output:
	// The dear one. (attempts: 2)
	// The cheap one. (attempts: 1)
}
