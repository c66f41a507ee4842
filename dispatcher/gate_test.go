package dispatcher_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/policy"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// Who waits in a lane when it begins a cool-down that is longer than the policy waits goes to the next target at once, and so
// does who comes to it. Nothing was sent for it, and nothing is held against the target, which is used again after its rest.
func TestCoolDownLetsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := &request.Error{Class: request.ClassRateLimit, Status: 429, RetryAfter: time.Minute}
		first := script(fake.Reply{Err: limit, Latency: time.Second}, takes(time.Second))
		second := script(takes(time.Second))
		rules := policy.Default()
		rules.MaxWait = 10 * time.Second
		targets := dispatcher.Clients(first, second)
		targets[0].MaxInFlight = 1
		d := open(t, dispatcher.Config{Targets: targets, Policy: rules, Seed: 1})
		start := time.Now()
		answers := make(chan *request.Response)
		for range 3 { // one is sent and refused, two wait for its place
			go func() {
				resp, err := d.Complete(context.Background(), question("?"))
				if err != nil {
					t.Error(err)
				}
				answers <- resp
			}()
		}
		for range 3 {
			<-answers
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("took %v, want a second to the refusal and one for the answers", took)
		}
		if n, m := len(first.Calls()), len(second.Calls()); n != 1 || m != 3 {
			t.Errorf("%d and %d requests were sent, want 1 and 3", n, m)
		}
		time.Sleep(2 * time.Minute)
		ask(t, d)
		if n := len(first.Calls()); n != 2 {
			t.Errorf("after its rest the first target has had %d requests, want 2", n)
		}
	})
}
