package openai_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// Nesting must not be able to use up the stack.
func TestDeepErrorsEnd(t *testing.T) {
	for name, body := range canned.Deep() {
		if _, err := tested.Complete(t, body); canned.AsError(t, err).Class == "" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tested.Collect(t, "event: error\ndata: "+body+"\n\n"); canned.AsError(t, err).Class == "" {
			t.Errorf("%s in a stream: %v", name, err)
		}
		transport := &canned.Transport{Status: 400, Body: body}
		if _, err := clientOver(t, transport, nil).Complete(t.Context(), canned.Ask()); !errors.Is(err, request.ErrInvalid) {
			t.Errorf("%s with a status: %v", name, err)
		}
	}
}

// A message of many pieces is gathered in linear time and kept within bounds.
func TestLongErrorsAreBounded(t *testing.T) {
	body := `{"error":["` + strings.Repeat(`aaaaaaaa","`, 1_000_000) + `z"]}`
	_, err := tested.Complete(t, body)
	if e := canned.AsError(t, err); len(e.Message) > 1100 {
		t.Errorf("a message of %d bytes", len(e.Message))
	}
}

func TestBadEscapesAreNotLostText(t *testing.T) {
	for _, fields := range []string{
		`"content":"hello \q world"`, `"content":[{"type":"text","text":"\q"}]`, `"content":"a","reasoning":"\u12"`,
		`"content":"a","tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\q}"}}]`,
	} {
		if resp, err := tested.Complete(t, message(fields, `"stop"`)); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s: %+v, %v", fields, resp, err)
		}
		if got, err := tested.Collect(t, "data: {\"choices\":[{\"delta\":{"+fields+"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s in a stream: %+v, %v", fields, got.Last, err)
		}
	}
}

func TestWholeCallsAreNeverJoined(t *testing.T) {
	got, err := tested.Complete(t, message(`"content":null,"tool_calls":[
		{"id":"weather","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}},{"id":"weather","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]`, `"tool_calls"`))
	if err != nil || len(got.ToolCalls) != 2 || got.ToolCalls[1].Arguments != `{"city":"Oslo"}` || got.ToolCalls[1].Name != "weather" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCallsWhosePiecesAreOdd(t *testing.T) {
	for name, c := range map[string]struct {
		deltas []string
		want   request.ToolCall
	}{
		"name after the id": {[]string{`{"index":0,"id":"a"}`, `{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}`}, request.ToolCall{ID: "a", Name: "f", Arguments: "{}"}},
		"fresh id each time": {[]string{`{"index":0,"id":"r1","function":{"name":"f","arguments":"{\"x\""}}`, `{"index":0,"id":"r2","function":{"arguments":":1}"}}`},
			request.ToolCall{ID: "r1", Name: "f", Arguments: `{"x":1}`}},
		"name and id each time": {[]string{`{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}`, `{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}`,
			`{"index":0,"id":"a","function":{"name":"f","arguments":""}}`}, request.ToolCall{ID: "a", Name: "f", Arguments: `{"x":1}`}},
	} {
		var body strings.Builder
		for _, d := range c.deltas {
			fmt.Fprintf(&body, "data: {\"choices\":[{\"delta\":{\"tool_calls\":[%s]}}]}\n\n", d)
		}
		got, err := tested.Collect(t, body.String()+"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n")
		if err != nil || !cmp.Equal(got.Last.ToolCalls, []request.ToolCall{c.want}) {
			t.Errorf("%s: %+v, %v", name, got.Last, err)
		}
	}
}

func TestReasoningFieldsThatAreNullBesideOthers(t *testing.T) {
	var body strings.Builder
	for _, piece := range []string{"I", " think", "."} {
		fmt.Fprintf(&body, "data: {\"choices\":[{\"delta\":{\"reasoning_content\":%q,\"reasoning\":null,\"content\":null}}]}\n\n", piece)
	}
	got, err := tested.Collect(t, body.String()+"data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	if err != nil || got.Reasoning != "I think." || got.Last.Reasoning != "I think." {
		t.Errorf("got %+v, %v", got, err)
	}
}

// What different reasoning items said must go back as different items.
func TestReasoningItemsStayApart(t *testing.T) {
	got, err := tested.Complete(t, message(`"content":"a","reasoning_details":[{"type":"reasoning.summary","summary":"S","id":"1","index":0},
		{"type":"reasoning.text","text":"T","id":"2","index":1,"signature":"x"},{"type":"reasoning.summary","summary":"S2","id":"3","index":2},{"type":"reasoning.summary","summary":" more","index":2}]`, `"stop"`))
	want := []request.Part{
		request.ReasoningPart{Text: "S", Summary: true, ID: "1"}, request.ReasoningPart{Text: "T", Signature: "x", ID: "2"},
		request.ReasoningPart{Text: "S2 more", Summary: true, ID: "3"}, request.TextPart{Text: "a"},
	}
	if err != nil || !cmp.Equal(got.Parts, want) {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got.Parts))
	}
}

func TestStreamedSoundIsOnePart(t *testing.T) {
	got, err := tested.Collect(t, `data: {"choices":[{"delta":{"audio":{"id":"x","transcript":"Hel"}}}]}

data: {"choices":[{"delta":{"audio":{"data":"aGk="}}}]}

data: {"choices":[{"delta":{"audio":{"data":"aGk=","transcript":"lo"}},"finish_reason":"stop"}]}

data: [DONE]

`)
	if err != nil || !cmp.Equal(got.Last.Parts, []request.Part{request.AudioPart{Data: []byte("hihi"), Transcript: "Hello"}}) {
		t.Errorf("got %+v, %v", got.Last, err)
	}
}

func TestErrorFieldsThatSayNothing(t *testing.T) {
	for _, field := range []string{`"error":null`, `"error":""`, `"error":{}`, `"error":[]`, `"error":false`, `"error":0`, `"x_groq":{"error":null}`, `"x_groq":null`} {
		if got, err := tested.Complete(t, `{`+field+`,"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}`); err != nil || got.Content != "a" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestUsageWithoutNumbersIsUnknown(t *testing.T) {
	for _, usage := range []string{`{"prompt_tokens":null,"completion_tokens":null}`, `{}`, `null`, `[]`, `{"total_tokens":5}`} {
		got, err := tested.Complete(t, `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":`+usage+`}`)
		if err != nil || got.Usage.Reported || !got.Usage.Estimated {
			t.Errorf("%s: %+v, %v", usage, got.Usage, err)
		}
	}
	got, err := tested.Complete(t, `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":9e18,"completion_tokens_details":{"reasoning_tokens":9.2e18},"cost":-3}}`)
	if err != nil || got.Usage.OutputTokens <= 0 || got.Usage.TotalTokens() <= 0 || got.Usage.Priced {
		t.Errorf("huge counts: %+v, %v", got.Usage, err)
	}
}

func TestOnlyTheFirstChoiceCounts(t *testing.T) {
	got, err := tested.Complete(t, `{"choices":[{"message":{"content":"x"},"finish_reason":"stop","index":0},{"message":{"content":"y"},"finish_reason":"length","index":1}]}`)
	if err != nil || got.Content != "x" || got.FinishReason != request.FinishStop {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, body := range []string{`{"choices":[{"index":1,"message":{"content":"y"},"finish_reason":"stop"}]}`, `{"choices":[{"message":null,"finish_reason":null}]}`, `{"choices":[{}]}`, `{"choices":[null]}`} {
		if got, err := tested.Complete(t, body); err == nil {
			t.Errorf("%s passed for an answer: %+v", body, got)
		}
	}
}

func TestRefusalCountsWhateverTheFinishReason(t *testing.T) {
	for _, reason := range []string{`"length"`, `"stop"`, `"odd"`, `null`} {
		if _, err := tested.Complete(t, message(`"content":null,"refusal":"no"`, reason)); !errors.Is(err, request.ErrContentPolicy) {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

func TestErrorsInAStreamGoByCodeAndType(t *testing.T) {
	_, err := tested.Collect(t, `data: {"error":{"type":"upstream_error","code":"rate_limit_exceeded","message":"x"}}`+"\n\n")
	if !errors.Is(err, request.ErrRateLimit) {
		t.Errorf("got %v", err)
	}
}

// What a body is shows in the body; the label is often wrong.
func TestBodiesWithAWrongLabel(t *testing.T) {
	for label, body := range map[string]string{
		"text/event-stream": `{"error":{"message":"no credit","code":"insufficient_quota"}}`,
		"":                  "\n {\"error\":{\"message\":\"no credit\",\"code\":\"insufficient_quota\"}}",
	} {
		_, err := canned.Collect(t, clientOver(t, &canned.Transport{Header: http.Header{"Content-Type": {label}}, Body: body}, nil), canned.Ask())
		if !errors.Is(err, request.ErrQuota) {
			t.Errorf("%q: %v", label, err)
		}
	}
	got, err := canned.Collect(t, clientOver(t, &canned.Transport{Header: http.Header{"Content-Type": {"application/json"}}, Body: wholeStream}, nil), canned.Ask())
	if err != nil || got.Last.Content != "One two" {
		t.Errorf("a stream under the label of JSON: %+v, %v", got.Last, err)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	piece := "data: {\"choices\":[{\"delta\":{\"content\":\"" + strings.Repeat("x", 1000) + "\"}}]}\n\n"
	client := clientOver(t, canned.Answer(strings.Repeat(piece, 100)), func(c *openai.Config) { c.MaxAnswer = 10_000 })
	got, err := canned.Collect(t, client, canned.Ask())
	if e := canned.AsError(t, err); e.Class != request.ClassTruncated || !strings.Contains(e.Error(), "larger than MaxAnswer") || len(got.Content) > 12_000 {
		t.Errorf("%d bytes, %v", len(got.Content), err)
	}
}

func TestPanicInTheLoopEndsTheCall(t *testing.T) {
	transport := &canned.Transport{Header: tested.Limited, Body: wholeStream}
	func() {
		defer func() { _ = recover() }()
		for range clientOver(t, transport, nil).Stream(t.Context(), canned.Ask()) {
			panic("the reader's own")
		}
	}()
	if !transport.Closed {
		t.Error("the body was left open")
	}
}

func TestNoSecretInAnyField(t *testing.T) {
	for name, change := range map[string]func(*openai.Config){
		"key":    func(c *openai.Config) { c.APIKey = canned.Secret },
		"header": func(c *openai.Config) { c.Header = http.Header{"authorization": {"Bearer " + canned.Secret}} },
	} {
		canned.CheckSecret(t, name, func(transport http.RoundTripper) request.Client { return clientOver(t, transport, change) })
	}
	_, err := openai.New(openai.Config{BaseURL: "https://user:hunter2secret@host/v1"})
	if err == nil || strings.Contains(err.Error(), "hunter2secret") || !strings.Contains(err.Error(), "must not hold a password") {
		t.Errorf("got %v", err)
	}
	if _, err := openai.New(openai.Config{BaseURL: "https://host/v1?version=7"}); err == nil || !strings.Contains(err.Error(), "must not have a query") {
		t.Errorf("got %v", err)
	}
}

func FuzzFailure(f *testing.F) {
	for _, c := range failures {
		f.Add(c.Status, c.Headers, []byte(c.Body))
	}
	f.Fuzz(func(t *testing.T, status int, header string, body []byte) {
		if status < 300 || status > 599 {
			return
		}
		_, err := clientOver(t, &canned.Transport{Status: status, Header: canned.Header(header), Body: string(body)}, nil).Complete(t.Context(), canned.Ask())
		if e := canned.AsError(t, err); e.Class == "" || e.RetryAfter < 0 || e.Limits.Tokens.Reset < 0 || e.Limits.Requests.Reset < 0 || len(e.Message) > 1100 {
			t.Fatalf("got %+v", e)
		}
	})
}
