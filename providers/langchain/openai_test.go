package langchain_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

func full() request.Request {
	return request.Request{
		Messages: []request.Message{
			{Role: request.RoleSystem, Content: "Be brief.", Parts: []request.Part{request.TextPart{Text: " Be kind."}}},
			{Role: request.RoleUser, Content: "Weather?"},
			{Role: request.RoleAssistant, Content: "Let me see.", Parts: []request.Part{
				request.ToolCall{ID: "1", Name: "weather", Arguments: `{"city":"Rome"}`}, request.ToolCall{ID: "2", Name: "now"},
			}},
			{Role: request.RoleTool, Parts: []request.Part{
				request.ToolResult{CallID: "1", Content: "sunny"}, request.ToolResult{CallID: "2", Content: "no clock", IsError: true},
			}},
		},
		MaxTokens: 100, Temperature: new(0.0), TopP: new(0.5), TopK: new(40), Seed: new(int64(0)),
		FrequencyPenalty: new(0.1), PresencePenalty: new(0.2), Stop: []string{"END"},
		ToolChoice: request.ToolChoice{Mode: request.ToolNamed, Name: "now"}, ParallelToolCalls: new(false),
		Tools: []request.Tool{
			{Name: "weather", Description: "Tells it.", Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}}}`)},
			{Name: "now", Strict: new(true)},
		},
		ResponseFormat: request.ResponseFormat{Type: request.FormatJSONSchema, Schema: json.RawMessage(`{"type":"object"}`), Strict: true},
		User:           "u", ServiceTier: "flex", PromptCacheKey: "k", ReasoningEffort: request.EffortLow,
	}
}

func TestOpenAIBody(t *testing.T) {
	body, warnings := sent(t, langchain.OpenAI, openaiPlain, full())
	wantBody(t, body, `{
		"model":"m","stream":false,"max_completion_tokens":100,"temperature":0,"top_p":0.5,"seed":0,"frequency_penalty":0.1,
		"presence_penalty":0.2,"stop":["END"],"reasoning_effort":"low","user":"u","service_tier":"flex","prompt_cache_key":"k",
		"parallel_tool_calls":false,"tool_choice":{"type":"function","function":{"name":"now"}},
		"response_format":{"type":"json_schema","json_schema":{"name":"response","schema":{"type":"object"},"strict":true}},
		"tools":[
			{"type":"function","function":{"name":"weather","description":"Tells it.","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},
			{"type":"function","function":{"name":"now","strict":true,"parameters":{"type":"object","properties":{}}}}],
		"messages":[
			{"role":"system","content":"Be brief. Be kind."},
			{"role":"user","content":"Weather?"},
			{"role":"assistant","content":"Let me see.","tool_calls":[
				{"id":"1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}},
				{"id":"2","type":"function","function":{"name":"now","arguments":"{}"}}]},
			{"role":"tool","tool_call_id":"1","content":"sunny"},
			{"role":"tool","tool_call_id":"2","content":"Error: no clock"}]}`)
	if want := []string{"top_k"}; !slices.Equal(warnings, want) {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
}

func TestUnsetIsNotSent(t *testing.T) {
	req := request.Request{Model: "gpt-5", Messages: ask().Messages}
	openai, _ := sent(t, langchain.OpenAI, openaiPlain, req)
	wantBody(t, openai, `{"model":"gpt-5","stream":false,"messages":[{"role":"user","content":"Hello?"}]}`)
	ollama, _ := sent(t, langchain.Ollama, ollamaPlain, req)
	wantBody(t, ollama, `{"model":"gpt-5","stream":false,"options":{},"messages":[{"role":"user","content":"Hello?"}]}`)
	anthropic, warnings := sent(t, langchain.Anthropic, anthropicPlain, req)
	wantBody(t, anthropic, `{"model":"gpt-5","stream":false,"max_tokens":4096,"messages":[{"role":"user","content":[{"type":"text","text":"Hello?"}]}]}`)
	if !slices.Equal(warnings, []string{"max_tokens"}) {
		t.Errorf("warnings %q", warnings)
	}
}

// langchaingo decides by the model's name whether to send system messages and the temperature; it must not.
func TestOpenAIModelNameChangesNothing(t *testing.T) {
	req := full()
	req.Model = "o1"
	body, _ := sent(t, langchain.OpenAI, openaiPlain, req)
	system := body["messages"].([]any)[0].(map[string]any)
	if body["model"] != "o1" || body["temperature"] != 0.0 || system["role"] != "system" {
		t.Errorf("got model %v, temperature %v, first message %v", body["model"], body["temperature"], system)
	}
}

func TestOpenAIExtra(t *testing.T) {
	req := ask()
	req.Extra = map[string]map[string]any{"openai": {"logit_bias": map[string]int{"1": 2}, "max_completion_tokens": 7, "messages": []int{}}}
	body, _ := sent(t, langchain.OpenAI, openaiPlain, req)
	wantBody(t, body, `{"model":"m","stream":false,"max_completion_tokens":7,"logit_bias":{"1":2},"messages":[]}`)
	req.Extra["openai"]["stream"] = true
	_, err := open(t, langchain.OpenAI, canned.Answer(openaiPlain)).Complete(t.Context(), req)
	if e := canned.AsError(t, err); e.Class != request.ClassInvalid {
		t.Errorf("got %v", e)
	}
}

const openaiInterleaved = `data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm","content":"Wait. "}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"one","arguments":""}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"two","arguments":""}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"y\":"}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"function":{"arguments":"2}"}}]}}]}

data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}

data: [DONE]

`

func TestOpenAIInterleavedToolCalls(t *testing.T) {
	all, err := canned.Collect(t, open(t, langchain.OpenAI, canned.Answer(openaiInterleaved)), ask())
	if err != nil {
		t.Fatal(err)
	}
	want := []request.ToolCall{{ID: "a", Name: "one", Arguments: `{"x":1}`}, {ID: "b", Name: "two", Arguments: `{"y":2}`}}
	if diff := cmp.Diff(want, all.Last.ToolCalls); diff != "" {
		t.Error(diff)
	}
	if all.Calls[0] != `{"x":1}` || all.Calls[1] != `{"y":2}` || all.Content != "Wait. " || all.Reasoning != "hm" {
		t.Errorf("streamed %+v", all)
	}
	usage := request.Usage{InputTokens: 6, CacheReadTokens: 4, OutputTokens: 5, ReasoningTokens: 2, Reported: true}
	if diff := cmp.Diff(usage, all.Last.Usage); diff != "" || all.Last.FinishReason != request.FinishToolCalls {
		t.Errorf("finish %s, usage %s", all.Last.FinishReason, diff)
	}
}
