package langchain_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

// The ready clients against the simulator of each vendor's API, which checks what it is sent as the vendor does.
func TestAgainstTheSimulator(t *testing.T) {
	text := sim.Config{Respond: func(p *sim.Prompt) *sim.Answer {
		if p.Turns == 1 && len(p.Tools) > 0 {
			return &sim.Answer{Text: "Let me see.", ToolCalls: []sim.ToolCall{{Name: "add", Arguments: `{"a":1}`}, {Name: "add", Arguments: `{"a":2}`}}}
		}
		return &sim.Answer{Text: "Füße 你好 🙂: " + p.Text}
	}}
	for _, v := range vendors {
		t.Run(v.name, func(t *testing.T) {
			client := open(t, v.open, transportOf(t, text))
			whole, err := client.Complete(t.Context(), ask())
			if err != nil {
				t.Fatal(err)
			}
			streamed, err := canned.Collect(t, client, ask())
			if err != nil {
				t.Fatal(err)
			}
			if want := "Füße 你好 🙂: Hello?"; whole.Content != want || streamed.Content != want || streamed.Last.Content != want {
				t.Errorf("whole %q, streamed %q", whole.Content, streamed.Content)
			}
			if whole.FinishReason != request.FinishStop || !whole.Usage.Reported || !cmp.Equal(whole.Usage, streamed.Last.Usage) || whole.Model == "" {
				t.Errorf("whole %+v, streamed %+v", whole, streamed.Last)
			}
			if v.name != "ollama" {
				loop(t, client)
			}
			broken := open(t, v.open, transportOf(t, sim.Config{Script: []sim.Fault{{Kind: sim.FaultStatus, Status: 429, RetryAfter: 3 * time.Second}}}))
			_, err = broken.Complete(t.Context(), ask())
			if e := canned.AsError(t, err); !errors.Is(err, request.ErrRateLimit) || e.RetryAfter != 3*time.Second {
				t.Errorf("got %v", err)
			}
		})
	}
}

func transportOf(t *testing.T, cfg sim.Config) http.RoundTripper {
	t.Helper()
	s, err := sim.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s.Transport()
}

// loop has two tools called at once and gives the results back.
func loop(t *testing.T, client request.Client) {
	t.Helper()
	req := ask()
	req.Tools = []request.Tool{{Name: "add", Parameters: json.RawMessage(`{"type":"object","properties":{"a":{"type":"integer"}}}`)}}
	for _, ask := range []func() (*request.Response, error){
		func() (*request.Response, error) { return client.Complete(t.Context(), req) },
		func() (*request.Response, error) { return request.Collect(client.Stream(t.Context(), req)) },
	} {
		resp, err := ask()
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.ToolCalls) != 2 || resp.ToolCalls[1].Arguments != `{"a":2}` || resp.FinishReason != request.FinishToolCalls || resp.Content != "Let me see." {
			t.Fatalf("got %+v", resp)
		}
		results := request.Message{Role: request.RoleTool}
		for _, call := range resp.ToolCalls {
			results.Parts = append(results.Parts, request.ToolResult{CallID: call.ID, Content: "3"})
		}
		next := req
		next.Messages = append(next.Messages[:1:1], resp.Message(), results)
		if resp, err = client.Complete(t.Context(), next); err != nil || len(resp.ToolCalls) > 0 {
			t.Errorf("after the results: %+v, %v", resp, err)
		}
	}
}
