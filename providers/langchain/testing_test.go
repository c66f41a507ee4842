package langchain_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

type opener func(langchain.Config) (request.Client, error)

func open(t testing.TB, with opener, transport http.RoundTripper) request.Client {
	t.Helper()
	c, err := with(langchain.Config{APIKey: "sk-test-0123456789", Model: "m", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ask() request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Hello?"}}, MaxTokens: 100}
}

// Answers that are whole and plain, one for each vendor.
const (
	openaiPlain    = `{"id":"c1","model":"m-1","created":1777000000,"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}`
	anthropicPlain = `{"type":"message","id":"m1","model":"m-1","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}`
	ollamaPlain    = `{"model":"m-1","created_at":"2026-04-24T03:06:40Z","message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":2}`
)

// sent gives the body that a request is sent as, and the warnings on the response to it.
func sent(t *testing.T, with opener, answer string, req request.Request) (map[string]any, []string) {
	t.Helper()
	transport := canned.Answer(answer)
	resp, err := open(t, with, transport).Complete(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	fields := canned.Warned(resp.Warnings)
	return object(t, string(transport.Sent)), fields
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return m
}

func wantBody(t *testing.T, got map[string]any, want string) {
	t.Helper()
	if diff := cmp.Diff(object(t, want), got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}
