package openai_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const noTokens = `,"usage":{"input_tokens":0,"input_tokens_details":{"cached_tokens":0},"output_tokens":0,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":0}}`

func TestAppendResponsesResponse(t *testing.T) {
	priced := request.Usage{InputTokens: 5, CacheReadTokens: 3, OutputTokens: 7, ReasoningTokens: 4}
	priced.SetCost(971_000)
	for name, c := range map[string]struct {
		resp request.Response
		want string
	}{
		"text, reasoning, cost": {request.Response{ID: "r", Model: "m", Content: "Hi \"you\"", Reasoning: "hm", FinishReason: request.FinishStop, Created: time.Unix(5, 0), ServiceTier: "flex", Usage: priced},
			`{"id":"r","object":"response","created_at":5,"status":"completed","error":null,"incomplete_details":null,"model":"m","output":[{"id":"rs_r","type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},{"id":"msg_r","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi \"you\"","annotations":[]}]}],"usage":{"input_tokens":8,"input_tokens_details":{"cached_tokens":3},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":15,"cost":0.000971},"service_tier":"flex"}`},
		"calls": {request.Response{ID: "r", FinishReason: request.FinishToolCalls, ToolCalls: []request.ToolCall{{ID: "1", Name: "f", Arguments: `{"x":1}`}, {ID: "2", Name: "g"}}},
			`{"id":"r","object":"response","created_at":0,"status":"completed","error":null,"incomplete_details":null,"model":"","output":[{"id":"fc_1_r","type":"function_call","status":"completed","call_id":"1","name":"f","arguments":"{\"x\":1}"},{"id":"fc_2_r","type":"function_call","status":"completed","call_id":"2","name":"g","arguments":"{}"}]` + noTokens},
		"out of tokens": {request.Response{FinishReason: request.FinishLength},
			`{"id":"","object":"response","created_at":0,"status":"incomplete","error":null,"incomplete_details":{"reason":"max_output_tokens"},"model":"","output":[{"id":"msg_","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"","annotations":[]}]}]` + noTokens},
		"refusal": {request.Response{Refusal: "no", FinishReason: request.FinishContentPolicy},
			`{"id":"","object":"response","created_at":0,"status":"completed","error":null,"incomplete_details":null,"model":"","output":[{"id":"msg_","type":"message","status":"completed","role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]` + noTokens},
		"filtered": {request.Response{Content: "a", FinishReason: request.FinishContentPolicy},
			`{"id":"","object":"response","created_at":0,"status":"incomplete","error":null,"incomplete_details":{"reason":"content_filter"},"model":"","output":[{"id":"msg_","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[]}]}]` + noTokens},
	} {
		got := openai.AppendResponsesResponse([]byte("x"), &c.resp)
		if string(got[1:]) != c.want || got[0] != 'x' || !json.Valid(got[1:]) {
			t.Errorf("%s:\n got %s\nwant %s", name, got[1:], c.want)
		}
	}
}

// A client of the API reads back what AppendResponsesResponse writes.
func TestResponsesResponseRoundTrips(t *testing.T) {
	want := &request.Response{
		ID: "r", Model: "m", Content: "a", Reasoning: "hm", FinishReason: request.FinishToolCalls, ServiceTier: "flex", Created: time.Unix(5, 0).UTC(),
		ToolCalls: []request.ToolCall{{ID: "1", Name: "f", Arguments: `{"x":1}`}}, Usage: request.Usage{InputTokens: 5, CacheReadTokens: 3, OutputTokens: 7},
	}
	got, err := testedResponses.Complete(t, string(openai.AppendResponsesResponse(nil, want)))
	if err != nil {
		t.Fatal(err)
	}
	got = &request.Response{
		ID: got.ID, Model: got.Model, Content: got.Content, Reasoning: got.Reasoning, FinishReason: got.FinishReason, ServiceTier: got.ServiceTier,
		Created: got.Created.UTC(), ToolCalls: got.ToolCalls,
		Usage: request.Usage{InputTokens: got.Usage.InputTokens, CacheReadTokens: got.Usage.CacheReadTokens, OutputTokens: got.Usage.OutputTokens},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	refused := &request.Response{Refusal: "no", FinishReason: request.FinishContentPolicy}
	_, err = testedResponses.Complete(t, string(openai.AppendResponsesResponse(nil, refused)))
	if e, ok := errors.AsType[*request.Error](err); !ok || e.Class != request.ClassContentPolicy || e.Partial.Refusal != "no" {
		t.Errorf("a refusal: %v", err)
	}
}
