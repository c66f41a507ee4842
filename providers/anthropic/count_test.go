package anthropic_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// The body is that of the request without what shapes the answer.
func TestCountTokens(t *testing.T) {
	req := withMessages(system("s"), user("a"))
	req.MaxTokens, req.Temperature, req.Stop, req.User, req.ServiceTier, req.ReasoningBudget = 5, new(0.5), []string{"x"}, "u", "t", 2000
	req.Tools = []request.Tool{strictTool}
	req.Extra = map[string]map[string]any{"anthropic": {"container": "c", "cache_control": map[string]string{"type": "ephemeral"}}}
	transport := canned.Answer(`{"input_tokens":14,"more":[]}`)
	got, err := clientOver(t, transport, nil).CountTokens(t.Context(), req)
	if err != nil || got != (request.TokenCount{Tokens: 14}) {
		t.Fatalf("got %+v, %v", got, err)
	}
	want := `{"model":"claude-sonnet-4-5","system":"s","messages":[{"role":"user","content":"a"}],"thinking":{"type":"enabled","budget_tokens":2000},"tools":[` + strictJSON + `],"cache_control":{"type":"ephemeral"}}`
	if diff := cmp.Diff(want, string(transport.Sent)); diff != "" {
		t.Error(diff)
	}
	if url := transport.Got.URL.String(); url != "https://api.anthropic.com/v1/messages/count_tokens" {
		t.Errorf("sent to %s", url)
	}
}

func TestCountTokensElsewhere(t *testing.T) {
	transport := canned.Answer(`{"input_tokens":14}`)
	client := clientOver(t, transport, func(c *anthropic.Config) { c.Platform, c.BaseURL = anthropic.Vertex, vertexURL })
	got, err := client.CountTokens(t.Context(), canned.Ask())
	if err != nil || got.Tokens != 14 || got.Estimated || transport.Got.URL.String() != vertexURL+"/publishers/anthropic/models/count-tokens:rawPredict" {
		t.Errorf("Vertex: %+v, %v", got, err)
	}
	if want := `{"model":"claude-sonnet-4-5","anthropic_version":"vertex-2023-10-16","messages"`; !strings.HasPrefix(string(transport.Sent), want) {
		t.Errorf("Vertex: sent %s", transport.Sent)
	}
	transport = canned.Answer("")
	client = clientOver(t, transport, func(c *anthropic.Config) { c.Platform, c.BaseURL = anthropic.Bedrock, bedrockURL })
	got, err = client.CountTokens(t.Context(), canned.Ask())
	if err != nil || !got.Estimated || got.Tokens < 2 || got.Tokens > 12 || transport.Got != nil {
		t.Errorf("Bedrock: %+v, %v", got, err)
	}
}

func TestCountsThatAreNone(t *testing.T) {
	for body, says := range map[string]string{
		`{}`:                        "holds no answer",
		`{"input_tokens":null}`:     "holds no answer",
		`{"input_tokens":14`:        "invalid JSON",
		`<html>hi</html>`:           "check the base URL",
		`{"error":{"message":"x"}}`: "x",
	} {
		_, err := clientOver(t, canned.Answer(body), nil).CountTokens(t.Context(), canned.Ask())
		if e := canned.AsError(t, err); !strings.Contains(e.Error(), says) || e.Provider != "anthropic" {
			t.Errorf("%s: got %v", body, err)
		}
	}
	if _, err := clientOver(t, canned.Answer(""), nil).CountTokens(t.Context(), request.Request{}); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("an empty request: %v", err)
	}
}
