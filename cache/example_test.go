package cache_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
	"github.com/seed63918563/llmgate/store"
)

func Example() {
	provider := fake.New(fake.Config{Default: &fake.Reply{Text: "Paris."}})
	client := cache.New(cache.Config{TTL: time.Hour})(provider)
	for range 3 {
		resp, err := client.Complete(context.Background(), ask("What is the capital of France?"))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.Content, resp.FromCache, resp.Usage.TotalTokens(), "tokens")
	}
	fmt.Println(len(provider.Calls()), "call")
	// Output:
	// Paris. false 13 tokens
	// Paris. true 13 tokens
	// Paris. true 13 tokens
	// 1 call
}

// Requests that come at once share a call.
func ExampleWrap() {
	provider := fake.New(fake.Config{Default: &fake.Reply{Text: "Paris."}})
	client, err := cache.Wrap(provider, cache.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() {
			if _, err := client.Complete(context.Background(), ask("What is the capital of France?")); err != nil {
				fmt.Println(err)
			}
		})
	}
	callers.Wait()
	s := client.Stats()
	fmt.Println(s.Misses, "call,", s.Shared+s.Hits, "answered without one")
	// Output: 1 call, 49 answered without one
}

// Answers that are drawn at random are left alone.
func ExampleConfig_skip() {
	provider := fake.New(fake.Config{Default: &fake.Reply{Text: "Heads."}})
	client := cache.New(cache.Config{
		Skip: func(r *request.Request) bool { return r.Temperature != nil && *r.Temperature > 0 },
	})(provider)
	req := ask("Toss a coin.")
	req.Temperature = new(1.0)
	for range 2 {
		if _, err := client.Complete(context.Background(), req); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(len(provider.Calls()), "calls")
	// Output: 2 calls
}

// A store keeps answers for the next process; store/sqlite does so in a file.
func ExampleConfig_store() {
	provider := fake.New(fake.Config{Default: &fake.Reply{Text: "Paris."}})
	answers := store.NewMemory()
	for range 2 {
		client := cache.New(cache.Config{Store: answers})(provider)
		resp, err := client.Complete(context.Background(), ask("What is the capital of France?"))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.Content, resp.FromCache)
	}
	// Output:
	// Paris. false
	// Paris. true
}
