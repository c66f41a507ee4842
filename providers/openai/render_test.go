package openai_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func TestAppendResponse(t *testing.T) {
	priced := request.Usage{InputTokens: 5, CacheReadTokens: 3, CacheWrite1hTokens: 2, OutputTokens: 7, ReasoningTokens: 4}
	priced.SetCost(971_000)
	for name, c := range map[string]struct {
		resp request.Response
		want string
	}{
		"text": {request.Response{ID: "c", Model: "m", Content: "Hi \"you\"", FinishReason: request.FinishStop, Created: time.Unix(5, 0), Usage: request.Usage{InputTokens: 1, OutputTokens: 2, Estimated: true}},
			`{"id":"c","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi \"you\"","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0},"estimated":true}}`},
		"calls, reasoning, cost": {request.Response{Reasoning: "hm", FinishReason: request.FinishToolCalls, ServiceTier: "flex", Usage: priced,
			Parts: []request.Part{request.ReasoningPart{Text: "hm"}, request.ToolCall{ID: "1", Name: "f", Arguments: "{}"}}, ToolCalls: []request.ToolCall{{ID: "1", Name: "f", Arguments: "{}"}}},
			`{"id":"","object":"chat.completion","created":0,"model":"","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"reasoning_content":"hm","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":10,"completion_tokens":7,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":4},"cost":0.000971},"service_tier":"flex"}`},
		"calls without parts": {request.Response{FinishReason: request.FinishToolCalls, Parts: []request.Part{request.CacheBreakpoint{}}, ToolCalls: []request.ToolCall{{ID: "1", Name: "f"}, {ID: "2", Name: "g", Signature: "s"}}},
			`{"id":"","object":"chat.completion","created":0,"model":"","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"2","type":"function","function":{"name":"g","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s"}}}]},"logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}`},
		"refusal": {request.Response{Refusal: "no", FinishReason: request.FinishContentPolicy, RawFinishReason: "stop"},
			`{"id":"","object":"chat.completion","created":0,"model":"","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":"no"},"logprobs":null,"finish_reason":"content_filter"}],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}`},
	} {
		got := openai.AppendResponse([]byte("x"), &c.resp)
		if string(got[1:]) != c.want || got[0] != 'x' || !json.Valid(got[1:]) {
			t.Errorf("%s:\n got %s\nwant %s", name, got[1:], c.want)
		}
	}
}

// A client must read back what AppendResponse writes.
func TestResponseRoundTrips(t *testing.T) {
	want, err := tested.Complete(t, message(`"content":"a","reasoning_content":"hm","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]`, `"tool_calls"`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := tested.Complete(t, string(openai.AppendResponse(nil, want)))
	if err != nil {
		t.Fatal(err)
	}
	got.Usage, want.Usage = request.Usage{}, request.Usage{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
