package langchain_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms/huggingface"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

func able(string) request.Capabilities {
	return request.Capabilities{
		Known: true, Streaming: true, Tools: true, ParallelTools: true, JSONMode: true, JSONSchema: true, Vision: true, PDF: true, Audio: true, MaxOutputTokens: 500,
	}
}

// A model that can do everything can do through langchaingo what langchaingo has words for.
func TestCapabilities(t *testing.T) {
	hub, err := huggingface.New(huggingface.WithToken("t"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := langchain.Config{APIKey: "k-0123", Model: "m", Capabilities: able}
	opened := func(with opener) request.Client {
		c, err := with(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	base := request.Capabilities{Known: true, Streaming: true, MaxOutputTokens: 500}
	for name, c := range map[string]struct {
		client request.Client
		also   func(*request.Capabilities)
	}{
		"openai": {opened(langchain.OpenAI), func(c *request.Capabilities) {
			c.Tools, c.ParallelTools, c.JSONMode, c.JSONSchema, c.Vision = true, true, true, true, true
		}},
		"ollama":      {opened(langchain.Ollama), func(c *request.Capabilities) { c.JSONMode, c.JSONSchema, c.Vision = true, true, true }},
		"huggingface": {langchain.Wrap(hub, cfg), func(*request.Capabilities) {}},
		"elsewhere": {langchain.Wrap(saying(), cfg), func(c *request.Capabilities) {
			c.Tools, c.ParallelTools, c.JSONMode, c.Vision, c.PDF, c.Audio = true, true, true, true, true, true
		}},
	} {
		want := base
		c.also(&want)
		if diff := cmp.Diff(want, c.client.Capabilities("")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		count, err := c.client.CountTokens(t.Context(), ask())
		if err != nil || !count.Estimated || count.Tokens == 0 {
			t.Errorf("%s: %+v, %v", name, count, err)
		}
		long := ask()
		long.MaxTokens = 501
		if _, err := c.client.Complete(t.Context(), long); canned.AsError(t, err).Class != request.ClassInvalid {
			t.Errorf("%s: a bound above the model's: %v", name, err)
		}
	}
}

func TestAnthropicBoundComesFromTheModel(t *testing.T) {
	transport := canned.Answer(anthropicPlain)
	client, err := langchain.Anthropic(langchain.Config{APIKey: "k-0123", Model: "m", Transport: transport, Capabilities: able})
	if err != nil {
		t.Fatal(err)
	}
	req := ask()
	req.MaxTokens = 0
	resp, err := client.Complete(t.Context(), req)
	if err != nil || len(resp.Warnings) > 0 || object(t, string(transport.Sent))["max_tokens"] != 500.0 {
		t.Errorf("sent %s; %v, %v", transport.Sent, resp, err)
	}
}
