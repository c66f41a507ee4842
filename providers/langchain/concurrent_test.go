package langchain_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

func TestManyCallsOnOneClient(t *testing.T) {
	s, err := sim.New(sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { return &sim.Answer{Text: p.Text} }})
	if err != nil {
		t.Fatal(err)
	}
	client, err := wrapped(s)
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for i := range 200 {
		calls.Go(func() {
			req := full()
			text := fmt.Sprint("prompt ", i)
			req.Messages = []request.Message{{Role: request.RoleUser, Content: text}}
			req.MaxTokens, req.ResponseFormat, req.ToolChoice = 0, request.ResponseFormat{}, request.ToolChoice{}
			resp, err := client.Complete(t.Context(), req)
			if err != nil || resp.Content != text {
				t.Errorf("%s: %v, %v", text, resp, err)
			}
			resp, err = request.Collect(client.Stream(t.Context(), req))
			if err != nil || resp.Content != text {
				t.Errorf("%s, streamed: %v, %v", text, resp, err)
			}
		})
	}
	calls.Wait()
}
