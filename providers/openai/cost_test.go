package openai_test

import (
	"testing"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/providers/openai"
)

func TestAnswersSayWhatTheyCost(t *testing.T) {
	mini := func(c *openai.Config) { c.Model = "gpt-5-mini" }
	deployed := func(c *openai.Config) {
		own, err := pricing.Parse("[azure]\nmy-deployment = gpt-5-mini\n")
		if err != nil {
			t.Fatal(err)
		}
		c.Provider, c.Model, c.Models = "azure", "my-deployment", pricing.Builtin().With(own)
	}
	for name, test := range map[string]struct {
		fields string
		change func(*openai.Config)
		want   string // empty: no price
	}{
		// 900 × 0.25 + 100 × 0.025 + 500 × 2 millionths
		"cached":                  {`"usage":{"prompt_tokens":1000,"prompt_tokens_details":{"cached_tokens":100},"completion_tokens":500}`, mini, "$0.0012275"},
		"as flex":                 {`"service_tier":"flex","usage":{"prompt_tokens":1000,"completion_tokens":0}`, mini, "$0.000125"},
		"the model that answers":  {`"model":"gpt-4o-mini-2024-07-18","usage":{"prompt_tokens":1000,"completion_tokens":0}`, mini, "$0.00015"},
		"a deployment":            {`"usage":{"prompt_tokens":1000,"completion_tokens":0}`, deployed, "$0.00025"},
		"what it is made of":      {`"model":"gpt-4o-mini-2024-07-18","usage":{"prompt_tokens":1000,"completion_tokens":0}`, deployed, "$0.00015"},
		"the provider's own word": {`"usage":{"prompt_tokens":1000,"completion_tokens":0,"cost":0.5}`, mini, "$0.50"},
		"an unknown model":        {`"usage":{"prompt_tokens":1000,"completion_tokens":0}`, nil, ""},
	} {
		body := `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],` + test.fields + `}`
		got, err := clientOver(t, answering(body), test.change).Complete(t.Context(), ask())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if u := got.Usage; u.Priced != (test.want != "") || u.Priced && u.Cost.String() != test.want || u.CostReported != (test.want == "$0.50") {
			t.Errorf("%s: %+v; want %s", name, u, test.want)
		}
	}
}

func TestAStreamAndTheResponsesAPISayWhatTheyCost(t *testing.T) {
	mini := func(c *openai.Config) { c.Model = "gpt-5-mini" }
	streamed := "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n" +
		"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":500}}\n\ndata: [DONE]\n\n"
	all, err := collect(t, clientOver(t, answering(streamed), mini), ask())
	if err != nil || !all.last.Usage.Priced || all.last.Usage.Cost.String() != "$0.00125" {
		t.Errorf("stream: %v, %+v", err, all.last)
	}
	responses := func(c *openai.Config) { c.Model, c.API = "gpt-5-mini", openai.Responses }
	body := `{"status":"completed","output":[{"type":"web_search_call","id":"w","status":"completed"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}],
		"usage":{"input_tokens":1000,"output_tokens":500}}`
	got, err := clientOver(t, answering(body), responses).Complete(t.Context(), ask())
	// 0.00125 as above, and a search for 0.01
	if err != nil || !got.Usage.Priced || got.Usage.Cost.String() != "$0.01125" {
		t.Errorf("responses: %v, %+v", err, got)
	}
}
