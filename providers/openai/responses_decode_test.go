package openai_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

// response makes a body out of its items and further fields.
func response(items, more string) string {
	return fmt.Sprintf(`{"id":"r","object":"response","created_at":1700000000.0,"model":"m1","error":null,"output":[%s]%s}`, items, more)
}

const completed = `,"status":"completed"`

func TestResponseItems(t *testing.T) {
	text := func(s string) request.Part { return request.TextPart{Text: s} }
	for _, c := range []struct {
		name, items, more string
		want              []request.Part
		reason            request.FinishReason
		raw               string
		warns             []string
	}{
		{"text", `{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi \"you\"\n","annotations":[ ],"logprobs":[]}]}`, completed,
			[]request.Part{text("Hi \"you\"\n")}, request.FinishStop, "completed", nil},
		{"plain content", `{"type":"message","content":"Hi"}`, completed, []request.Part{text("Hi")}, request.FinishStop, "completed", nil},
		{"item after item", `{"id":"r1","type":"reasoning","summary":[{"type":"summary_text","text":"S1"},{"type":"summary_text","text":"S2"}],"content":[],"encrypted_content":"e"},
			{"type":"message","content":[{"type":"output_text","text":"a"},{"type":"output_text","text":"b"}]},
			{"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":"{\"x\":1}"},{"type":"function_call","id":"c2","name":"g","arguments":{"y":2}}`, completed,
			[]request.Part{thought("S1", "r1"), thought("S2", "r1"), sealed("e", "r1"), text("ab"),
				request.ToolCall{ID: "c1", Name: "f", Arguments: `{"x":1}`}, request.ToolCall{ID: "c2", Name: "g", Arguments: `{"y":2}`}},
			request.FinishToolCalls, "completed", nil},
		{"open reasoning", `{"id":"r1","type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},{"id":"r2","type":"reasoning","summary":[{"text":"S"}]}`, completed,
			[]request.Part{request.ReasoningPart{Text: "hm", ID: "r1", Format: "openai-responses-v1"}, thought("S", "r2")}, request.FinishStop, "completed", nil},
		{"reasoning that says nothing", `{"id":"r1","type":"reasoning","summary":[],"encrypted_content":null}`, completed, nil, request.FinishStop, "completed", nil},
		{"call without names", `{"type":"function_call"}`, completed, []request.Part{request.ToolCall{ID: "call_r_0"}}, request.FinishToolCalls, "completed", nil},
		{"cut by its limit", `{"type":"message","content":[{"text":"a"}]}`, `,"status":"incomplete","incomplete_details":{"reason":"max_output_tokens","x":1}`,
			[]request.Part{text("a")}, request.FinishLength, "max_output_tokens", nil},
		{"cut for another reason", ``, `,"status":"incomplete","incomplete_details":{"reason":"bored"}`, nil, request.FinishOther, "bored", nil},
		{"no status", `{"type":"message","content":[{"text":"a"}]}`, ``, []request.Part{text("a")}, request.FinishOther, "", nil},
		{"no status, call", `{"type":"function_call","call_id":"1"}`, ``, []request.Part{request.ToolCall{ID: "1"}}, request.FinishToolCalls, "", nil},
		{"image", `{"type":"image_generation_call","id":"ig","result":"aGk=","status":"completed"}`, completed, []request.Part{request.ImagePart{Data: []byte("hi")}}, request.FinishStop, "completed", nil},
		{"search", `{"type":"web_search_call","id":"ws"},{"type":"web_search_call","id":"ws2"},{"type":"message","content":[{"text":"a","annotations":[{"type":"url_citation"}]}]}`, completed,
			[]request.Part{text("a")}, request.FinishStop, "completed", []string{"output.web_search_call", "sources"}},
		{"unheard of", `{"type":"mcp_list_tools"},{"type":"message","content":[{"text":"a"}]}`, completed, []request.Part{text("a")}, request.FinishStop, "completed", []string{"output.mcp_list_tools"}},
		{"wrong types", `7,null,{"type":"message","content":5},{"type":"reasoning","summary":{},"content":"x","encrypted_content":[]},{"type":"message","content":[1,"x",{"text":[]}]}`, completed,
			nil, request.FinishStop, "completed", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := testedResponses.Complete(t, "\n "+response(c.items, c.more))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Parts); diff != "" || got.FinishReason != c.reason || got.RawFinishReason != c.raw {
				t.Errorf("finish %q, %q\n%s", got.FinishReason, got.RawFinishReason, diff)
			}
			if got.Created.Unix() != 1700000000 || got.Model != "m1" || got.ID != "r" || got.Provider != "openai" || !got.Usage.Estimated {
				t.Errorf("got %+v", got)
			}
			warned := canned.Warned(got.Warnings)
			if !cmp.Equal(warned, c.warns) {
				t.Errorf("warnings %v, want some on %v", got.Warnings, c.warns)
			}
		})
	}
}

func TestResponseUsage(t *testing.T) {
	const items = `{"type":"web_search_call"},{"type":"web_search_call"},{"type":"file_search_call"},{"type":"message","content":"a"}`
	got, err := testedResponses.Complete(t, response(items, completed+`,"service_tier":"flex","usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":64},"output_tokens":50,"output_tokens_details":{"reasoning_tokens":40},"total_tokens":150}`))
	want := request.Usage{InputTokens: 36, CacheReadTokens: 64, OutputTokens: 50, ReasoningTokens: 40, Reported: true, Units: map[string]int{"web_search_call": 2, "file_search_call": 1}}
	if err != nil || !cmp.Equal(got.Usage, want) || got.ServiceTier != "flex" {
		t.Errorf("%v, tier %q\n%s", err, got.ServiceTier, cmp.Diff(want, got.Usage))
	}
}

func TestResponsesThatFailed(t *testing.T) {
	const said = `{"type":"message","content":[{"text":"half"}]}`
	for _, c := range []struct {
		body, says string
		class      request.Class
	}{
		{response(said, `,"status":"failed","error":{"code":"server_error","message":"it broke"}`), "it broke", request.ClassTransient},
		{response(``, `,"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"}`), "slow", request.ClassRateLimit},
		{response(``, `,"status":"failed","error":{"code":"invalid_image_url","message":"no such image"}`), "no such image", request.ClassInvalid},
		{response(``, `,"status":"failed","error":{"code":"image_content_policy_violation","message":"not this image"}`), "not this image", request.ClassContentPolicy},
		{response(said, `,"status":"failed"`), "finish reason failed", request.ClassTransient},
		{response(said, `,"status":"cancelled"`), "finish reason cancelled", request.ClassTransient},
		{response(``, `,"status":"queued"`), "finish reason queued", request.ClassTransient},
		{response(said, `,"status":"incomplete","incomplete_details":{"reason":"content_filter"}`), "content filter", request.ClassContentPolicy},
		{response(`{"type":"message","content":[{"type":"refusal","refusal":"I won't."}]}`, completed), "I won't.", request.ClassContentPolicy},
		{`{"error":{"message":"no credit","code":"insufficient_quota"}}`, "no credit", request.ClassQuota},
		{`{}`, "holds no answer", request.ClassTransient},
		{`null`, "holds no answer", request.ClassTransient},
		{`<html>Hi</html>`, "check the base URL", request.ClassInvalid},
		{`{"output":[{"type":"message","content":[{"text":"a"`, "can't be read", request.ClassTruncated},
	} {
		_, err := testedResponses.Complete(t, c.body)
		e := canned.AsError(t, err)
		if e.Class != c.class || !strings.Contains(e.Error(), c.says) || e.Status != 200 || !e.MaybeBilled || e.Partial == nil {
			t.Errorf("%s: got %+v", c.body, e)
		}
		if strings.Contains(c.body, said) && c.class != request.ClassTruncated && e.Partial.Content != "half" {
			t.Errorf("%s: partial %+v", c.body, e.Partial)
		}
	}
}

func TestResponsesStatusErrors(t *testing.T) {
	for _, f := range failures {
		testedResponses.CheckFailure(t, canned.Failure(f))
	}
}

func TestResponsesCallsAreBounded(t *testing.T) {
	_, err := testedResponses.Complete(t, response(strings.Repeat(`{"type":"function_call"},`, 2000)+`{"type":"message"}`, completed))
	if e := canned.AsError(t, err); !strings.Contains(e.Message, "more than 1024 tool calls") {
		t.Errorf("got %v", e)
	}
}

func TestBadEscapesInResponses(t *testing.T) {
	for _, item := range []string{
		`{"type":"message","content":[{"text":"hello \q world"}]}`, `{"type":"reasoning","summary":[{"text":"\u12"}]}`, `{"type":"function_call","arguments":"{\q}"}`,
	} {
		if got, err := testedResponses.Complete(t, response(item, completed)); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s: %+v, %v", item, got, err)
		}
	}
}

func FuzzResponse(f *testing.F) {
	f.Add([]byte(response(`{"type":"message","content":[{"text":"a"}]},{"type":"reasoning","id":"r","summary":[{"text":"S"}],"encrypted_content":"e"}`, completed)))
	f.Add([]byte(response(`{"type":"function_call","call_id":"1","name":"f","arguments":"{}"},{"type":"web_search_call"}`, `,"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":1,"output_tokens":2}`)))
	f.Add([]byte(response(``, `,"status":"failed","error":{"code":"server_error"}`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		resp, err := testedResponses.Complete(t, string(body))
		tested.CheckOutcome(t, resp, err)
	})
}
