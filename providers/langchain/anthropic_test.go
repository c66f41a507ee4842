package langchain_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

func TestAnthropicBody(t *testing.T) {
	req := full()
	req.Messages[0].Parts = append(req.Messages[0].Parts, request.CacheBreakpoint{TTL: time.Hour})
	req.Messages[1].Parts = []request.Part{request.CacheBreakpoint{}, request.ImagePart{Data: []byte("x"), MediaType: "image/png"}}
	req.ReasoningEffort, req.ReasoningBudget, req.MaxTokens = "", 2000, 3000
	body, warnings := sent(t, langchain.Anthropic, anthropicPlain, req)
	wantBody(t, body, `{
		"model":"m","stream":false,"max_tokens":3000,"temperature":0,"top_p":0.5,"top_k":40,"stop_sequences":["END"],
		"service_tier":"flex","metadata":{"user_id":"u"},"thinking":{"type":"enabled","budget_tokens":2000},
		"tool_choice":{"type":"tool","name":"now","disable_parallel_tool_use":true},
		"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},
		"system":[{"type":"text","text":"Be brief."},{"type":"text","text":" Be kind.","cache_control":{"type":"ephemeral","ttl":"1h"}}],
		"tools":[
			{"name":"weather","description":"Tells it.","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}},
			{"name":"now","input_schema":{"type":"object","properties":{}}}],
		"messages":[
			{"role":"user","content":[
				{"type":"text","text":"Weather?","cache_control":{"type":"ephemeral"}},
				{"type":"image","source":{"type":"base64","media_type":"image/png","data":"eA=="}}]},
			{"role":"assistant","content":[
				{"type":"text","text":"Let me see."},
				{"type":"tool_use","id":"1","name":"weather","input":{"city":"Rome"}},
				{"type":"tool_use","id":"2","name":"now","input":{}}]},
			{"role":"user","content":[
				{"type":"tool_result","tool_use_id":"1","content":"sunny"},
				{"type":"tool_result","tool_use_id":"2","content":"Error: no clock"}]}]}`)
	want := []string{"tools.strict", "seed", "frequency_penalty", "presence_penalty", "prompt_cache_key"}
	if !slices.Equal(warnings, want) {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
}

func TestAnthropicReasoningEffort(t *testing.T) {
	for _, c := range []struct {
		effort request.Effort
		limit  int
		want   any
	}{
		{request.EffortNone, 100, map[string]any{"type": "disabled"}},
		{request.EffortMedium, 10000, map[string]any{"type": "enabled", "budget_tokens": 5000.0}},
		{request.EffortMinimal, 2000, map[string]any{"type": "enabled", "budget_tokens": 1024.0}},
		{request.EffortHigh, 1000, nil},
	} {
		req := ask()
		req.ReasoningEffort, req.MaxTokens = c.effort, c.limit
		body, warnings := sent(t, langchain.Anthropic, anthropicPlain, req)
		if diff := cmp.Diff(c.want, body["thinking"]); diff != "" {
			t.Errorf("%s: %s", c.effort, diff)
		}
		if warned := slices.Contains(warnings, "reasoning_effort"); warned != (c.effort != request.EffortNone) {
			t.Errorf("%s: warnings %q", c.effort, warnings)
		}
	}
}

const anthropicBlocks = `{"type":"message","id":"m1","model":"m-1","stop_reason":"tool_use","content":[
	{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"e"},{"type":"text","text":"Wait."},
	{"type":"tool_use","id":"a","name":"one","input":{"n":12345678901234567890}},{"type":"tool_use","id":"b","name":"two","input":{}}],
	"usage":{"input_tokens":3,"output_tokens":20,"cache_read_input_tokens":7,"cache_creation_input_tokens":5,
	"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":4},"service_tier":"standard"}}`

const anthropicStream = `event: message_start
data: {"type":"message_start","message":{"id":"m1","model":"m-1","usage":{"input_tokens":3,"output_tokens":1,"cache_read_input_tokens":7,"cache_creation_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":4},"service_tier":"standard"}}}

data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}

data: {"type":"ping"}

data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}

data: {"type":"content_block_stop","index":0}

data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"e"}}

data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}

data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Wait."}}

data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"a","name":"one","input":{}}}

data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"n\":"}}

data: {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"b","name":"two","input":{}}}

data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"12345678901234567890}"}}

data: {"type":"content_block_stop","index":3}

data: {"type":"content_block_stop","index":4}

data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":20}}

data: {"type":"message_stop"}

`

// A whole answer and its stream must come to the same, with nothing of it lost or rounded.
func TestAnthropicAnswer(t *testing.T) {
	want := &request.Response{
		Content: "Wait.", Reasoning: "hm", Provider: "anthropic", Model: "m-1", ID: "m1", ServiceTier: "standard",
		FinishReason: request.FinishToolCalls, RawFinishReason: "tool_use",
		ToolCalls: []request.ToolCall{{ID: "a", Name: "one", Arguments: `{"n":12345678901234567890}`}, {ID: "b", Name: "two", Arguments: "{}"}},
		Usage: request.Usage{
			InputTokens: 3, CacheReadTokens: 7, CacheWrite5mTokens: 1, CacheWrite1hTokens: 4, OutputTokens: 20, Reported: true,
		},
	}
	want.Parts = []request.Part{
		request.ReasoningPart{Text: "hm", Signature: "s"}, request.ReasoningPart{Encrypted: "e"}, request.TextPart{Text: "Wait."},
		want.ToolCalls[0], want.ToolCalls[1],
	}
	whole, err := open(t, langchain.Anthropic, canned.Answer(anthropicBlocks)).Complete(t.Context(), ask())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, whole); diff != "" {
		t.Error("whole:", diff)
	}
	streamed, err := request.Collect(open(t, langchain.Anthropic, canned.Answer(anthropicStream)).Stream(t.Context(), ask()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, streamed); diff != "" {
		t.Error("streamed:", diff)
	}
	all, err := canned.Collect(t, open(t, langchain.Anthropic, canned.Answer(anthropicStream)), ask())
	if err != nil || all.Content != "Wait." || all.Reasoning != "hm" || all.Calls[0] != want.ToolCalls[0].Arguments || all.Calls[1] != "{}" {
		t.Errorf("deltas %+v, %v", all, err)
	}
}

func TestAnthropicRoundsNoArgument(t *testing.T) {
	for _, arguments := range []string{`{"n":[{"m":9007199254740993}]}`, `{"n":12345678901234567890}`, `[1]`, `{"n":`, `{} {}`} {
		req := ask()
		req.Messages = append(req.Messages, request.Message{Role: request.RoleAssistant, Parts: []request.Part{
			request.ToolCall{ID: "1", Name: "f", Arguments: arguments},
		}})
		_, err := open(t, langchain.Anthropic, canned.Answer(anthropicPlain)).Complete(t.Context(), req)
		if e := canned.AsError(t, err); e.Class != request.ClassInvalid {
			t.Errorf("%s: got %v", arguments, err)
		}
	}
	req := ask()
	req.Messages = append(req.Messages, request.Message{Role: request.RoleAssistant, Parts: []request.Part{
		request.ToolCall{ID: "1", Name: "f", Arguments: `{"n":9007199254740992,"f":0.1}`},
	}})
	body, _ := sent(t, langchain.Anthropic, anthropicPlain, req)
	call := body["messages"].([]any)[1].(map[string]any)["content"].([]any)[0].(map[string]any)
	if text, _ := json.Marshal(call["input"]); string(text) != `{"f":0.1,"n":9007199254740992}` {
		t.Errorf("input %s", text)
	}
}
