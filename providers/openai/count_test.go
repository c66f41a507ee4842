package openai_test

import (
	"errors"
	"testing"

	"github.com/seed63918563/llmgate/bench/sim"
	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func responsesOver(t *testing.T, transport *canned.Transport) *openai.Client {
	t.Helper()
	return clientOver(t, transport, func(c *openai.Config) { c.API = openai.Responses })
}

// The count is the provider's, of what the model reads: nothing that concerns the answer is sent, for it would be refused.
func TestResponsesCountsTokens(t *testing.T) {
	req := canned.Ask()
	req.MaxTokens, req.Temperature, req.User = 9, new(0.5), "u"
	req.Tools = []request.Tool{{Name: "look"}}
	transport := canned.Answer(`{"object":"response.input_tokens","input_tokens":17}`)
	count, err := responsesOver(t, transport).CountTokens(t.Context(), req)
	if err != nil || count != (request.TokenCount{Tokens: 17}) {
		t.Fatalf("got %+v, %v", count, err)
	}
	if got := transport.Got.URL.Path; got != "/v1/responses/input_tokens" {
		t.Errorf("asked %s", got)
	}
	const want = `{"model":"m","input":[{"role":"user","content":"Hello?"}],"tools":[{"type":"function","name":"look","parameters":{"type":"object","properties":{}}}]}`
	if string(transport.Sent) != want {
		t.Errorf("sent %s", transport.Sent)
	}
}

func TestCountsAreEstimatedWhereNobodyCounts(t *testing.T) {
	chat, err := clientOver(t, canned.Answer(`{}`), nil).CountTokens(t.Context(), canned.Ask())
	if err != nil || !chat.Estimated || chat.Tokens == 0 {
		t.Fatalf("got %+v, %v", chat, err)
	}
	unknown := &canned.Transport{Status: 404, Body: `{"detail":"Not Found"}`}
	if got, err := responsesOver(t, unknown).CountTokens(t.Context(), canned.Ask()); err != nil || got != chat {
		t.Errorf("a host without the address: %+v, %v", got, err)
	}
	noModel := &canned.Transport{Status: 404, Body: `{"error":{"message":"no such model","code":"model_not_found"}}`}
	if _, err := responsesOver(t, noModel).CountTokens(t.Context(), canned.Ask()); !errors.Is(err, request.ErrNotFound) {
		t.Errorf("an unknown model: %v", err)
	}
	if _, err := responsesOver(t, canned.Answer(`{}`)).CountTokens(t.Context(), request.Request{}); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("an empty request: %v", err)
	}
}

// What the simulator counts is what it bills.
func TestCountIsWhatIsBilled(t *testing.T) {
	s, err := sim.New(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	client := clientOver(t, s.Transport(), func(c *openai.Config) { c.API = openai.Responses })
	count, err := client.CountTokens(t.Context(), canned.Ask())
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Complete(t.Context(), canned.Ask())
	if err != nil || resp.Usage.InputTokens != count.Tokens || count.Estimated {
		t.Errorf("counted %+v, billed %+v, %v", count, resp, err)
	}
}
