package langchain_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/request"
)

func TestManyCallsOnOneClient(t *testing.T) {
	echo := sim.Config{Respond: func(p *sim.Prompt) *sim.Answer { return &sim.Answer{Text: p.Text} }}
	for _, v := range vendors {
		client := open(t, v.open, transportOf(t, echo))
		var calls sync.WaitGroup
		for i := range 200 {
			calls.Go(func() {
				text := fmt.Sprint("prompt ", i)
				req := request.Request{Messages: []request.Message{
					{Role: request.RoleSystem, Content: "Be brief."}, {Role: request.RoleUser, Content: text},
				}}
				if v.name != "ollama" {
					req.Tools = full().Tools
				}
				resp, err := client.Complete(t.Context(), req)
				if err != nil || resp.Content != text {
					t.Errorf("%s, %s: %v, %v", v.name, text, resp, err)
				}
				resp, err = request.Collect(client.Stream(t.Context(), req))
				if err != nil || resp.Content != text {
					t.Errorf("%s, %s, streamed: %v, %v", v.name, text, resp, err)
				}
			})
		}
		calls.Wait()
	}
}
