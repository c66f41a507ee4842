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

// message makes a completion out of the fields of a message.
func message(fields, finish string) string {
	return fmt.Sprintf(`{"id":"c","created":1700000000,"model":"m1","choices":[{"index":0,"message":{"role":"assistant",%s},"finish_reason":%s}]}`, fields, finish)
}

func TestCompleteTakesWhatServersSend(t *testing.T) {
	reasoning := func(s string) request.Part { return request.ReasoningPart{Text: s} }
	text := func(s string) request.Part { return request.TextPart{Text: s} }
	for _, c := range []struct {
		name, fields, finish string
		want                 []request.Part
		reason               request.FinishReason
	}{
		{"text", `"content":"Hi \"you\"\n"`, `"stop"`, []request.Part{text("Hi \"you\"\n")}, request.FinishStop},
		{"list", `"content":[{"type":"text","text":"a"},"b",{"type":"x","y":1}]`, `"stop"`, []request.Part{text("ab")}, request.FinishStop},
		{"thinking in content", `"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"closed":true},{"type":"text","text":"a"}]`, `"stop"`,
			[]request.Part{reasoning("hm"), text("a")}, request.FinishStop},
		{"thinking as text", `"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"a"}]`, `"stop"`, []request.Part{reasoning("hm"), text("a")}, request.FinishStop},
		{"reasoning_content after content", `"content":"a","reasoning_content":"hm"`, `"stop"`, []request.Part{reasoning("hm"), text("a")}, request.FinishStop},
		{"reasoning twice", `"content":"a","reasoning":"hm","reasoning_content":"hm"`, `"stop"`, []request.Part{reasoning("hm"), text("a")}, request.FinishStop},
		{"details over reasoning", `"content":"a","reasoning":"hm","reasoning_details":[{"type":"reasoning.summary","summary":"hm","id":"r","format":"f"},{"type":"reasoning.encrypted","data":"xx","id":"r","format":"f"}]`, `"stop"`,
			[]request.Part{request.ReasoningPart{Text: "hm", Summary: true, ID: "r", Format: "f"}, request.ReasoningPart{Encrypted: "xx", ID: "r", Format: "f"}, text("a")}, request.FinishStop},
		{"legacy function call", `"content":null,"function_call":{"name":"f","arguments":"{}"}`, `"function_call"`,
			[]request.Part{request.ToolCall{ID: "call_c_0", Name: "f", Arguments: "{}"}}, request.FinishToolCalls},
		{"calls and text", `"content":"a","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]`, `"tool_calls"`,
			[]request.Part{text("a"), request.ToolCall{ID: "1", Name: "f", Arguments: "{}"}}, request.FinishToolCalls},
		{"image", `"content":"a","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}},{"image_url":"https://x/y.png"},{"other":1}]`, `"stop"`,
			[]request.Part{text("a"), request.ImagePart{Data: []byte("hi"), MediaType: "image/png"}, request.ImagePart{URL: "https://x/y.png"}}, request.FinishStop},
		{"audio", `"content":null,"audio":{"id":"a1","data":"aGk=","transcript":"hi","expires_at":1}`, `"stop"`,
			[]request.Part{request.AudioPart{Data: []byte("hi"), Transcript: "hi"}}, request.FinishStop},
		{"nothing", `"content":null,"tool_calls":null,"refusal":null,"reasoning":null,"reasoning_details":null,"audio":null,"images":null`, `"stop"`, nil, request.FinishStop},
		{"wrong types", `"content":7,"tool_calls":{},"refusal":[],"reasoning":{},"reasoning_details":"x","audio":1,"images":2,"function_call":3`, `"length"`, nil, request.FinishLength},
		{"no reason", `"content":"a"`, `null`, []request.Part{text("a")}, request.FinishOther},
		{"eos", `"content":"a"`, `"eos"`, []request.Part{text("a")}, request.FinishStop},
		{"capitals", `"content":"a"`, `"MAX_TOKENS"`, []request.Part{text("a")}, request.FinishLength},
		{"unheard of", `"content":"a"`, `"bored"`, []request.Part{text("a")}, request.FinishOther},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tested.Complete(t, "  \n"+message(c.fields, c.finish))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Parts); diff != "" || got.FinishReason != c.reason {
				t.Errorf("%s: finish %q\n%s", c.name, got.FinishReason, diff)
			}
			if got.Created.Unix() != 1700000000 || got.Model != "m1" || got.ID != "c" || got.Provider != "openai" || !got.Usage.Estimated {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestUsageIsMadeDisjoint(t *testing.T) {
	for _, c := range []struct {
		name, usage string
		want        request.Usage
	}{
		{"plain", `{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}`, request.Usage{InputTokens: 10, OutputTokens: 5}},
		{"floats and text", `{"prompt_tokens":10.0,"completion_tokens":"5"}`, request.Usage{InputTokens: 10, OutputTokens: 5}},
		{"cached", `{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3}}`,
			request.Usage{InputTokens: 3, CacheReadTokens: 4, CacheWrite5mTokens: 3, OutputTokens: 5}},
		{"cached more than read", `{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":40}}`,
			request.Usage{CacheReadTokens: 10, OutputTokens: 5}},
		{"DeepSeek", `{"prompt_tokens":10,"completion_tokens":5,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":4}`,
			request.Usage{InputTokens: 4, CacheReadTokens: 6, OutputTokens: 5}},
		{"Moonshot", `{"prompt_tokens":10,"completion_tokens":5,"cached_tokens":6}`, request.Usage{InputTokens: 4, CacheReadTokens: 6, OutputTokens: 5}},
		{"reasoning inside", `{"prompt_tokens":10,"completion_tokens":50,"total_tokens":60,"completion_tokens_details":{"reasoning_tokens":40,"audio_tokens":3}}`,
			request.Usage{InputTokens: 10, OutputTokens: 50, ReasoningTokens: 40, AudioOutputTokens: 3}},
		{"reasoning beside", `{"prompt_tokens":12,"completion_tokens":1,"total_tokens":241,"completion_tokens_details":{"reasoning_tokens":228}}`,
			request.Usage{InputTokens: 12, OutputTokens: 229, ReasoningTokens: 228}},
		{"reasoning in no sum", `{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"completion_tokens_details":{"reasoning_tokens":25}}`,
			request.Usage{InputTokens: 9, OutputTokens: 27, ReasoningTokens: 25}},
		{"audio in", `{"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"audio_tokens":7,"image_tokens":99}}`,
			request.Usage{InputTokens: 10, AudioInputTokens: 7, ImageInputTokens: 10, OutputTokens: 1}},
		{"negative", `{"prompt_tokens":-1,"completion_tokens":5}`, request.Usage{OutputTokens: 5}},
		{"details of wrong types", `{"prompt_tokens":1,"completion_tokens":1,"prompt_tokens_details":[],"completion_tokens_details":null,"cost":"free"}`,
			request.Usage{InputTokens: 1, OutputTokens: 1}},
	} {
		c.want.Reported = true
		got, err := tested.Complete(t, `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":`+c.usage+`}`)
		if err != nil || !cmp.Equal(got.Usage, c.want) {
			t.Errorf("%s: %v\n%s", c.name, err, cmp.Diff(c.want, got.Usage))
		}
	}
}

func TestReportedCostIsExact(t *testing.T) {
	for usage, want := range map[string]request.Money{
		`{"prompt_tokens":1,"completion_tokens":1,"cost":0.000971}`:            971_000,
		`{"prompt_tokens":1,"completion_tokens":1,"cost":7.02e-05}`:            70_200,
		`{"prompt_tokens":1,"completion_tokens":1,"cost_in_usd_ticks":158500}`: 15_850,
		`{"prompt_tokens":1,"completion_tokens":1,"cost":0}`:                   0,
	} {
		got, err := tested.Complete(t, `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":`+usage+`}`)
		if err != nil || got.Usage.Cost != want || !got.Usage.Priced || !got.Usage.CostReported || got.Usage.CostUSD != want.USD() {
			t.Errorf("%s: %+v, %v", usage, got.Usage, err)
		}
	}
}

func TestUsageIsFoundWhereServersPutIt(t *testing.T) {
	const u = `{"prompt_tokens":3,"completion_tokens":2}`
	for name, body := range map[string]string{
		"beside":        `data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":` + u + `}`,
		"in the choice": `data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop","usage":` + u + `}]}`,
		"in x_groq":     `data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":` + u + `}}`,
		"every chunk":   `data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}` + "\n\n" + `data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":` + u + `}`,
		"then null":     `data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":` + u + `}` + "\n\n" + `data: {"choices":[],"usage":null}`,
	} {
		got, err := tested.Collect(t, body+"\n\ndata: [DONE]\n\n")
		if err != nil || got.Last.Usage.InputTokens != 3 || got.Last.Usage.OutputTokens != 2 || !got.Last.Usage.Reported {
			t.Errorf("%s: %+v, %v", name, got.Last, err)
		}
	}
}

func TestErrorsInAGoodStatus(t *testing.T) {
	for _, c := range []struct {
		body, says string
		class      request.Class
	}{
		{`{"error":{"message":"no credit","code":402}}`, "no credit", request.ClassQuota},
		{`{"error":{"message":"try later","code":"429"}}`, "try later", request.ClassRateLimit},
		{`{"error":{"message":"moderated","code":403,"metadata":{"reasons":["x"],"flagged_input":"y"}}}`, "moderated", request.ClassContentPolicy},
		{`{"object":"error","message":"bad things","code":40303}`, "bad things", request.ClassTransient},
		{`{"choices":[]}`, "holds no answer", request.ClassTransient},
		{`{}`, "holds no answer", request.ClassTransient},
		{`null`, "holds no answer", request.ClassTransient},
		{`<!DOCTYPE html><title>Hi</title>`, "check the base URL", request.ClassInvalid},
		{`{"choices":[{"message":{"content":"a"`, "can't be read", request.ClassTruncated},
		{``, "neither content nor", request.ClassTruncated},
		{message(`"content":null,"refusal":"I won't."`, `"stop"`), "I won't.", request.ClassContentPolicy},
		{message(`"content":"half"`, `"content_filter"`), "content filter", request.ClassContentPolicy},
		{message(`"content":"half"`, `"sensitive"`), "content filter", request.ClassContentPolicy},
		{message(`"content":"half"`, `"network_error"`), "network_error", request.ClassTransient},
	} {
		_, err := tested.Complete(t, c.body)
		e := canned.AsError(t, err)
		if e.Class != c.class || !strings.Contains(e.Error(), c.says) || e.Status != 200 || !e.MaybeBilled || e.Partial == nil {
			t.Errorf("%s: got %+v", c.body, e)
		}
	}
}

func TestRefusalKeepsTheAnswer(t *testing.T) {
	_, err := tested.Complete(t, message(`"content":null,"refusal":"I won't."`, `"stop"`))
	e := canned.AsError(t, err)
	if !errors.Is(err, request.ErrContentPolicy) || e.Partial.Refusal != "I won't." || e.Partial.ID != "c" {
		t.Errorf("got %+v", e.Partial)
	}
}

func FuzzComplete(f *testing.F) {
	f.Add([]byte(message(`"content":"a"`, `"stop"`)))
	f.Add([]byte(message(`"content":[{"type":"thinking","thinking":[{"text":"x"}]}],"tool_calls":[{"index":0,"function":{"name":"f","arguments":{}}}]`, `"length"`)))
	f.Add([]byte(`{"error":{"message":"x","code":429}}`))
	f.Add([]byte(`{"choices":[{"message":{"reasoning_details":[{"type":"reasoning.text","text":"x","signature":"s"}],"images":[{"image_url":{"url":"data:image/png;base64,aGk="}}]}}],"usage":{"prompt_tokens":1e9,"completion_tokens":-5}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		resp, err := tested.Complete(t, string(body))
		tested.CheckOutcome(t, resp, err)
	})
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(wholeStream))
	f.Add([]byte("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":5,\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}\n\nevent: error\ndata: {}\n\n"))
	f.Add([]byte("data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\ndata: [DONE]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := tested.Collect(t, string(body))
		canned.CheckSums(t, got, err)
		tested.CheckOutcome(t, got.Last, err)
	})
}

func TestWhatCameStays(t *testing.T) {
	tested.CheckKeeping(t, message(`"content":"half","refusal":"I won't.","reasoning":"hm","tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]`, `"stop"`),
		message(`"content":"whole","tool_calls":[{"id":"1","function":{"name":"g","arguments":"{}"}}]`, `"tool_calls"`))
	testedResponses.CheckKeeping(t, `{"id":"r","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"one"}]},{"type":"function_call","name":"f","arguments":"{}"}]}`)
}
