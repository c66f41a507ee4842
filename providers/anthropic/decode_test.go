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

func TestCompleteTakesBlocks(t *testing.T) {
	block := func(s string) request.Part { return request.ReasoningPart{Encrypted: s, Format: anthropic.BlockFormat} }
	for _, c := range []struct {
		name, blocks, stop string
		want               parts
		finish             request.FinishReason
	}{
		{"text", `{"type":"text","text":"Hi \"you\"\n"}`, `"end_turn"`, parts{textPart("Hi \"you\"\n")}, request.FinishStop},
		{"stop sequence", `{"type":"text","text":"a"}`, `"stop_sequence"`, parts{textPart("a")}, request.FinishStop},
		{"cut", `{"type":"text","text":"a"}`, `"max_tokens"`, parts{textPart("a")}, request.FinishLength},
		{"context full", `{"type":"text","text":"a"}`, `"model_context_window_exceeded"`, parts{textPart("a")}, request.FinishLength},
		{"paused", `{"type":"text","text":"a"}`, `"pause_turn"`, parts{textPart("a")}, request.FinishOther},
		{"unheard of", `{"type":"text","text":"a"}`, `"bored"`, parts{textPart("a")}, request.FinishOther},
		{"no reason", `{"type":"text","text":"a"}`, `null`, parts{textPart("a")}, request.FinishOther},
		{"nothing", ``, `"end_turn"`, nil, request.FinishStop},
		{"thinking", `{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"x"},{"type":"text","text":"a"}`, `"end_turn"`,
			parts{request.ReasoningPart{Text: "hm", Signature: "s"}, request.ReasoningPart{Encrypted: "x"}, textPart("a")}, request.FinishStop},
		{"calls", `{"type":"text","text":"a"},{"type":"tool_use","id":"1","name":"f","input":{"x": [1]},"caller":{"type":"direct"}},{"type":"tool_use","name":"g"}`, `"tool_use"`,
			parts{textPart("a"), request.ToolCall{ID: "1", Name: "f", Arguments: `{"x": [1]}`}, request.ToolCall{ID: "call_msg_1_1", Name: "g", Arguments: "{}"}}, request.FinishToolCalls},
		{"citations", `{"type":"text","text":"a","citations":[ {"url":"u"} ]},{"type":"text","text":"b","citations":null},{"type":"text","text":"c","citations":[]}`, `"end_turn"`,
			parts{textPart("a"), request.ReasoningPart{Encrypted: `[{"url":"u"}]`, Format: anthropic.CitationsFormat}, textPart("bc")}, request.FinishStop},
		{"blocks without a name", `{"type":"x","y":1},{"type":"text","text":"a"}`, `"end_turn"`, parts{block(`{"type":"x","y":1}`), textPart("a")}, request.FinishStop},
		{"wrong types", `7,{"type":"text","text":7},{"type":"tool_use","id":"1","name":"f","input":"x"},{"text":"untyped"},{"type":"thinking","thinking":[],"signature":{}}`, `"end_turn"`,
			parts{request.ToolCall{ID: "1", Name: "f", Arguments: "{}"}}, request.FinishToolCalls},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tested.Complete(t, "  \n"+whole(c.blocks, c.stop))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, parts(got.Parts)); diff != "" || got.FinishReason != c.finish {
				t.Errorf("finish %q\n%s", got.FinishReason, diff)
			}
			if got.Model != "claude-x" || got.ID != "msg_1" || got.Provider != "anthropic" || !got.Usage.Reported || got.RawFinishReason != strings.Trim(c.stop, `"`) && c.stop != "null" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestContentAsText(t *testing.T) {
	got, err := tested.Complete(t, `{"content":"plain","stop_reason":"end_turn"}`)
	if err != nil || got.Content != "plain" || !got.Usage.Estimated || got.Model != "claude-sonnet-4-5" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// An answer must go back as it came, thinking and opaque blocks in their places.
func TestAnswerGoesBackUnchanged(t *testing.T) {
	const blocks = `{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"x"},{"type":"server_tool_use","id":"s","name":"web_search","input":{"q":1}},` +
		`{"type":"web_search_tool_result","tool_use_id":"s","content":[]},{"type":"text","text":"a","citations":[{"url":"u"}]},{"type":"thinking","thinking":"so","signature":"t"},` +
		`{"type":"tool_use","id":"1","name":"f","input":{"x":1}}`
	got, err := tested.Complete(t, whole(blocks, `"tool_use"`))
	if err != nil {
		t.Fatal(err)
	}
	body, warnings := encoded(t, withMessages(user("go"), got.Message(), results(request.ToolResult{CallID: "1", Content: "ok"})), nil)
	if !strings.Contains(body, `{"role":"assistant","content":[`+blocks+`]}`) || len(warnings) > 0 {
		t.Errorf("sent %s, warnings %v", body, warnings)
	}
}

func TestUsageIsDisjoint(t *testing.T) {
	for _, c := range []struct {
		name, usage string
		want        request.Usage
	}{
		{"plain", `{"input_tokens":10,"output_tokens":5}`, request.Usage{InputTokens: 10, OutputTokens: 5}},
		{"floats and text", `{"input_tokens":10.0,"output_tokens":"5"}`, request.Usage{InputTokens: 10, OutputTokens: 5}},
		{"cache", `{"input_tokens":10,"cache_read_input_tokens":4,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":6,"ephemeral_1h_input_tokens":3},"output_tokens":5}`,
			request.Usage{InputTokens: 10, CacheReadTokens: 4, CacheWrite5mTokens: 6, CacheWrite1hTokens: 3, OutputTokens: 5}},
		{"cache without times", `{"input_tokens":10,"cache_creation_input_tokens":9,"cache_creation":null,"output_tokens":5}`, request.Usage{InputTokens: 10, CacheWrite5mTokens: 9, OutputTokens: 5}},
		{"cache by times alone", `{"input_tokens":10,"cache_creation":{"ephemeral_1h_input_tokens":3,"x":1},"output_tokens":5}`, request.Usage{InputTokens: 10, CacheWrite1hTokens: 3, OutputTokens: 5}},
		{"thinking", `{"input_tokens":1,"output_tokens":5,"output_tokens_details":{"thinking_tokens":4,"x":1}}`, request.Usage{InputTokens: 1, OutputTokens: 5, ReasoningTokens: 4}},
		{"use of tools", `{"input_tokens":1,"output_tokens":5,"server_tool_use":{"web_search_requests":2,"web_fetch_requests":0},"iterations":[{}]}`,
			request.Usage{InputTokens: 1, OutputTokens: 5, Units: map[string]int{"web_search_requests": 2}}},
		{"negative and huge", `{"input_tokens":-1,"output_tokens":9e18}`, request.Usage{OutputTokens: 1 << 30}},
	} {
		c.want.Reported = true
		got, err := tested.Complete(t, `{"content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":`+c.usage+`}`)
		if err != nil || !cmp.Equal(got.Usage, c.want, counts) {
			t.Errorf("%s: %v\n%s", c.name, err, cmp.Diff(c.want, got.Usage, counts))
		}
	}
}

// Counts of a stream are cumulative: the last of each counts, and what is not repeated stays.
func TestUsageOfAStream(t *testing.T) {
	last := `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":null,"cache_creation_input_tokens":4,"output_tokens":7,"server_tool_use":{"web_search_requests":1}}}`
	got, err := tested.Collect(t, events(append(append([]string{messageStart, messageDelta("pause_turn")}, textBlock(0, "a")...), last, messageStop)...))
	want := request.Usage{InputTokens: 5, CacheReadTokens: 3, CacheWrite5mTokens: 4, OutputTokens: 7, Units: map[string]int{"web_search_requests": 1}, Reported: true}
	if err != nil || !cmp.Equal(got.Last.Usage, want, counts) || got.Last.RawFinishReason != "end_turn" {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got.Last.Usage, counts))
	}
}

// Where only the start of a stream was counted, the prompt is the provider's count and the answer a guess.
func TestUsageOfABrokenStream(t *testing.T) {
	long := strings.Repeat("several words of an answer ", 40)
	for name, body := range map[string]string{
		"cut":            events(append([]string{messageStart}, textBlock(0, long)...)...),
		"never counted":  events(append(append([]string{messageStart}, textBlock(0, long)...), `{"type":"message_delta","delta":{"stop_reason":"end_turn"}}`, messageStop)...),
		"counted by nil": events(append(append([]string{messageStart}, textBlock(0, long)...), `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":null}}`, messageStop)...),
	} {
		got, err := tested.Collect(t, body)
		resp := got.Last
		if err != nil {
			resp = canned.AsError(t, err).Partial
		}
		if u := resp.Usage; u.InputTokens != 5 || u.CacheReadTokens != 3 || u.OutputTokens < 50 || u.Reported || !u.Estimated {
			t.Errorf("%s: %+v, %v", name, u, err)
		}
	}
	got, err := tested.Complete(t, `{"content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":{"input_tokens":null}}`)
	if err != nil || got.Usage.Reported || !got.Usage.Estimated || got.Usage.InputTokens == 0 {
		t.Errorf("nothing counted: %+v, %v", got.Usage, err)
	}
}

func TestRefusals(t *testing.T) {
	const details = `"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"It could do harm."}`
	for name, call := range map[string]func() error{
		"whole": func() error {
			_, err := tested.Complete(t, `{"id":"msg_1","content":[{"type":"text","text":"Half"}],`+details+`,"usage":{"input_tokens":1,"output_tokens":1}}`)
			return err
		},
		"streamed": func() error {
			_, err := tested.Collect(t, events(append(append([]string{messageStart}, textBlock(0, "Half")...), `{"type":"message_delta","delta":{`+details+`},"usage":{"output_tokens":1}}`, messageStop)...))
			return err
		},
	} {
		err := call()
		e := canned.AsError(t, err)
		if !errors.Is(err, request.ErrContentPolicy) || !strings.Contains(e.Error(), "It could do harm.") || e.Partial.Content != "Half" || e.Partial.ID != "msg_1" || !e.MaybeBilled {
			t.Errorf("%s: got %+v", name, e)
		}
	}
	if _, err := tested.Complete(t, whole(``, `"refusal"`)); !errors.Is(err, request.ErrContentPolicy) {
		t.Errorf("without details: %v", err)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for _, c := range []struct {
		body, says string
		class      request.Class
	}{
		{`{"type":"error","error":{"type":"overloaded_error","message":"busy"}}`, "busy", request.ClassOverloaded},
		{`{"type":"error","error":{"type":"invalid_request_error","message":"bad"}}`, "bad", request.ClassInvalid},
		{`{}`, "holds no answer", request.ClassTransient},
		{`null`, "holds no answer", request.ClassTransient},
		{``, "neither content nor a finish reason", request.ClassTruncated},
		{`{"content":null}`, "holds no answer", request.ClassTransient},
		{`<!DOCTYPE html><title>Hi</title>`, "check the base URL", request.ClassInvalid},
		{`{"content":[{"type":"text","text":"a"`, "can't be read", request.ClassTruncated},
		{`{"content":[]}`, "neither content nor a finish reason", request.ClassTruncated},
	} {
		_, err := tested.Complete(t, c.body)
		e := canned.AsError(t, err)
		if e.Class != c.class || !strings.Contains(e.Error(), c.says) || e.Status != 200 || !e.MaybeBilled || e.Partial == nil {
			t.Errorf("%s: got %+v", c.body, e)
		}
	}
}

func TestWhatCameStays(t *testing.T) {
	tested.CheckKeeping(t, whole(`{"type":"thinking","thinking":"hm"},{"type":"text","text":"one"},{"type":"tool_use","id":"1","name":"f","input":{}}`, `"tool_use"`),
		whole(`{"type":"text","text":"half"}`, `"refusal"`))
}
