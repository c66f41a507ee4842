package retry_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seed63918563/llmgate/policy/retry"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// A client that is busy once, and then answers.
func Example() {
	busy := &request.Error{Class: request.ClassRateLimit, RetryAfter: 50 * time.Millisecond}
	var client request.Client = fake.New(fake.Config{Rules: []fake.Rule{{Replies: []fake.Reply{{Err: busy}, {Text: "Four."}}}}})

	client = retry.New(retry.Config{MaxRetries: 3})(client)

	resp, err := client.Complete(context.Background(), request.Request{
		Messages: []request.Message{{Role: request.RoleUser, Content: "What is two and two?"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Content)
	for _, try := range resp.Attempts {
		fmt.Printf("%s, waited as long as told: %v\n", ended(try.Class), try.Waited >= busy.RetryAfter)
	}
	// Output:
	// Four.
	// rate_limit, waited as long as told: false
	// answered, waited as long as told: true
}

func ended(class request.Class) string {
	if class == "" {
		return "answered"
	}
	return string(class)
}
