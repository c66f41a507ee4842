package bulk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bulk"
	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// full is a response with everything that a result line shows.
func full() *request.Response {
	call := request.ToolCall{ID: "c1", Name: "look_up", Arguments: `{"q":"x"}`}
	r := &request.Response{
		Content: "Because.\n", Reasoning: "Hm.", Parts: []request.Part{request.TextPart{Text: "Because.\n"}, call},
		ToolCalls: []request.ToolCall{call}, FinishReason: request.FinishToolCalls, Model: "m-1", ID: "chat-1", RequestID: "req_1",
		Usage: request.Usage{
			InputTokens: 10, CacheReadTokens: 20, CacheWrite5mTokens: 3, CacheWrite1hTokens: 4, OutputTokens: 50, ReasoningTokens: 6,
			Estimated: true,
		},
		Warnings: []request.Warning{{Field: "top_k", Message: "not sent"}},
	}
	r.Usage.SetCost(75 * request.Dollar / 1_000_000)
	return r
}

var resultLines = []struct {
	name   string
	result bulk.Result
	want   string
}{
	{"smallest", bulk.Result{Item: source.Item{ID: "a"}, Response: &request.Response{}},
		`{"id":"a","content":"","usage":{"input_tokens":0,"output_tokens":0}}`},
	{"free is a price", bulk.Result{Item: source.Item{ID: "a"}, Response: &request.Response{Content: "x", Usage: request.Usage{Priced: true}}},
		`{"id":"a","content":"x","usage":{"input_tokens":0,"output_tokens":0,"cost_usd":0.00}}`},
	{"everything", bulk.Result{Item: source.Item{ID: "a"}, Response: full(), Latency: 1234567 * time.Microsecond},
		`{"id":"a","content":"Because.\n","reasoning":"Hm.","tool_calls":[{"id":"c1","name":"look_up","arguments":"{\"q\":\"x\"}"}],` +
			`"finish_reason":"tool_calls","model":"m-1","usage":{"input_tokens":10,"cache_read_tokens":20,"cache_write_tokens":7,` +
			`"cache_write_1h_tokens":4,"output_tokens":50,"reasoning_tokens":6,"estimated":true,"cost_usd":0.000075},"latency_ms":1234,"warnings":["top_k: not sent"]}`},
	{"what else counts for the price", bulk.Result{Item: source.Item{ID: "a"}, Response: &request.Response{Provider: "p", Model: "m", ServiceTier: "flex", Usage: request.Usage{
		InputTokens: 9, AudioInputTokens: 1, ImageInputTokens: 2, OutputTokens: 9, AudioOutputTokens: 3, ImageOutputTokens: 4, Units: map[string]int{"search": 5}}}},
		`{"id":"a","content":"","provider":"p","model":"m","service_tier":"flex","usage":{"input_tokens":9,"output_tokens":9,"audio_input_tokens":1,` +
			`"image_input_tokens":2,"audio_output_tokens":3,"image_output_tokens":4,"units":{"search":5}}}`},
	{"failure with a status", bulk.Result{Item: source.Item{ID: "a"}, Latency: time.Second, Err: fmt.Errorf("again: %w", &request.Error{
		Class: request.ClassRateLimit, Status: 429, Code: "rate_limit_exceeded", Message: "slow down", RequestID: "req_2"})},
		`{"id":"a","latency_ms":1000,"error":{"class":"rate_limit","message":"again: rate_limit (429 rate_limit_exceeded): slow down [request req_2]",` +
			`"status":429,"code":"rate_limit_exceeded","request_id":"req_2"}}`},
	{"failure with part of the answer", bulk.Result{Item: source.Item{ID: "a"}, Err: &request.Error{
		Class: request.ClassTruncated, Status: 200, Message: "cut", Partial: &request.Response{Content: "Beca"}}},
		`{"id":"a","error":{"class":"truncated","message":"truncated (200): cut","status":200,"content":"Beca"}}`},
	{"failure that may be billed", bulk.Result{Item: source.Item{ID: "a"}, Err: &request.Error{
		Class: request.ClassTruncated, Message: "cut", Partial: &request.Response{Provider: "p", Model: "m", Usage: request.Usage{InputTokens: 1, Estimated: true}}}},
		`{"id":"a","error":{"class":"truncated","message":"truncated: cut","provider":"p","model":"m","usage":{"input_tokens":1,"output_tokens":0,"estimated":true}}}`},
	{"over the budget", bulk.Result{Item: source.Item{ID: "a"}, Err: &request.Error{Class: request.ClassBudget, Message: "the budget is used up"}},
		`{"id":"a","error":{"class":"budget","message":"budget: the budget is used up"}}`},
	{"cancelled", bulk.Result{Item: source.Item{ID: "a"}, Err: context.Canceled},
		`{"id":"a","error":{"class":"canceled","message":"context canceled"}}`},
	{"foreign failure", bulk.Result{Item: source.Item{ID: "a"}, Err: errors.New("what?")},
		`{"id":"a","error":{"class":"unknown","message":"what?"}}`},
	{"line that is no item", broken(source.Item{ID: "line-7", Err: &source.LineError{File: "in", Line: 7, Err: errors.New("nonsense")}}),
		`{"id":"line-7","error":{"class":"invalid","message":"in:7: nonsense"}}`},

	{"batch failure with a status", bulk.Result{Item: source.Item{ID: "a", Index: 3, Form: source.Batch}, Err: fmt.Errorf("again: %w", &request.Error{
		Class: request.ClassRateLimit, Status: 429, Code: "rate_limit_exceeded", Type: "requests", Message: "slow down", RequestID: "req_2"})},
		`{"id":"batch_req_3","custom_id":"a","response":{"status_code":429,"request_id":"req_2","body":` +
			`{"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}},"error":null}`},
	{"batch failure with a status and no words", bulk.Result{Item: source.Item{ID: "a", Form: source.Batch}, Err: &request.Error{Class: request.ClassTransient, Status: 502}},
		`{"id":"batch_req_0","custom_id":"a","response":{"status_code":502,"request_id":"","body":` +
			`{"error":{"message":"transient (502)","type":"","param":null,"code":""}}},"error":null}`},
	{"batch failure after a good status", bulk.Result{Item: source.Item{ID: "a", Form: source.Batch}, Err: &request.Error{Class: request.ClassTruncated, Status: 200, Message: "cut"}},
		`{"id":"batch_req_0","custom_id":"a","response":null,"error":{"code":"truncated","message":"truncated (200): cut"}}`},
	{"batch failure without a status", bulk.Result{Item: source.Item{ID: "a", Form: source.Batch}, Err: &request.Error{Class: request.ClassBudget, Message: "used up"}},
		`{"id":"batch_req_0","custom_id":"a","response":null,"error":{"code":"budget","message":"budget: used up"}}`},
	{"batch line that is no item", broken(source.Item{ID: "a", Form: source.Batch, Err: errors.New("in:7: nonsense")}),
		`{"id":"batch_req_0","custom_id":"a","response":null,"error":{"code":"invalid","message":"in:7: nonsense"}}`},
}

// broken is the result of an item that was not sent.
func broken(item source.Item) bulk.Result { return bulk.Result{Item: item, Err: item.Err} }

func TestResultsAreWritten(t *testing.T) {
	for _, test := range resultLines {
		got, err := test.result.AppendJSON([]byte("before "))
		if err != nil || string(got) != "before "+test.want+"\n" {
			t.Errorf("%s:\n got %s, %v\nwant before %s", test.name, got, err, test.want)
		}
		if !json.Valid(got[len("before "):]) {
			t.Errorf("%s: not JSON: %s", test.name, got)
		}
	}
}

func TestBatchResultHoldsTheAnswerAsTheVendorWritesIt(t *testing.T) {
	r := bulk.Result{Item: source.Item{ID: "a", Index: 12, Form: source.Batch}, Response: full()}
	line, err := r.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		ID       string
		CustomID string `json:"custom_id"`
		Response struct {
			StatusCode int             `json:"status_code"`
			RequestID  string          `json:"request_id"`
			Body       json.RawMessage `json:"body"`
		}
		Error any
	}
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != "batch_req_12" || got.CustomID != "a" || got.Error != nil || got.Response.StatusCode != 200 || got.Response.RequestID != "req_1" {
		t.Errorf("got %s", line)
	}
	if want := openai.AppendResponse(nil, r.Response); string(got.Response.Body) != string(want) {
		t.Errorf("the body is %s, want %s", got.Response.Body, want)
	}
	r.Item.Form = source.BatchResponses
	responses, err := r.AppendJSON(nil)
	want := strings.Replace(string(line), string(got.Response.Body), string(openai.AppendResponsesResponse(nil, r.Response)), 1)
	if err != nil || string(responses) != want {
		t.Errorf("a line for the Responses API:\n got %s\nwant %s", responses, want)
	}
}

func TestResultIsOneLineWhateverItHolds(t *testing.T) {
	const odd = "a\nb\r\u2028 \x00 \"\\ <&> é\xff"
	for _, form := range []source.Form{source.Simple, source.Batch, source.BatchResponses} {
		for _, r := range []bulk.Result{
			{Item: source.Item{ID: odd, Form: form}, Response: &request.Response{Content: odd, Model: odd}},
			{Item: source.Item{ID: odd, Form: form}, Err: &request.Error{Status: 500, Message: odd}},
		} {
			line, err := r.AppendJSON(nil)
			if err != nil || !json.Valid(line) {
				t.Errorf("got %q, %v", line, err)
			}
			for i, c := range line {
				if c == '\n' && i != len(line)-1 {
					t.Errorf("a line feed stands inside %q", line)
				}
			}
		}
	}
}

func TestClassOfResult(t *testing.T) {
	for _, test := range []struct {
		result bulk.Result
		want   request.Class
	}{
		{bulk.Result{Response: &request.Response{}}, ""},
		{broken(source.Item{Err: errors.New("x")}), request.ClassInvalid},
		{bulk.Result{Err: &request.Error{Class: request.ClassAuth}}, request.ClassAuth},
		{bulk.Result{Err: context.DeadlineExceeded}, request.ClassTimeout},
		{bulk.Result{Err: errors.New("x")}, request.ClassUnknown},
	} {
		if got := test.result.Class(); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.result, got, test.want)
		}
	}
}
