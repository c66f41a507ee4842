package openai_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

// events makes a stream out of the data of its events.
func events(data ...string) string {
	var b strings.Builder
	for _, d := range data {
		_, kind, _ := strings.Cut(d, `"type":"`)
		kind, _, _ = strings.Cut(kind, `"`)
		fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", kind, d)
	}
	return b.String()
}

const (
	created  = `{"type":"response.created","response":{"id":"r","model":"m1","status":"in_progress","service_tier":"auto","output":[],"usage":null}}`
	wholeEnd = `{"id":"r","model":"m1","status":"completed","service_tier":"default","usage":{"input_tokens":5,"output_tokens":2},"output":[` +
		`{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"Hm m"}],"encrypted_content":"e"},` +
		`{"type":"message","id":"msg","content":[{"type":"output_text","text":"One two"}]},` +
		`{"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":"{\"x\":1}"}]}`
)

var responseStream = events(
	created,
	`{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"early"}}`,
	`{"type":"response.reasoning_summary_part.added","item_id":"rs","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}`,
	`{"type":"response.reasoning_summary_text.delta","item_id":"rs","output_index":0,"summary_index":0,"delta":"Hm"}`,
	`{"type":"response.reasoning_summary_text.delta","item_id":"rs","output_index":0,"summary_index":0,"delta":" m"}`,
	`{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"Hm m"}],"encrypted_content":"e"}}`,
	`{"type":"response.output_item.added","output_index":1,"item":{"type":"message","id":"msg","content":[]}}`,
	`{"type":"response.output_text.delta","item_id":"msg","output_index":1,"content_index":0,"delta":"One "}`,
	`{"type":"response.output_text.delta","item_id":"msg","output_index":1,"content_index":0,"delta":"two","obfuscation":"xx"}`,
	`{"type":"response.output_text.done","item_id":"msg","output_index":1,"content_index":0,"text":"One two"}`,
	`{"type":"response.output_item.done","output_index":1,"item":{"type":"message","id":"msg","content":[{"type":"output_text","text":"One two"}]}}`,
	`{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":""}}`,
	`{"type":"response.function_call_arguments.delta","item_id":"fc","output_index":2,"delta":"{\"x\":"}`,
	`{"type":"response.function_call_arguments.delta","item_id":"fc","output_index":2,"delta":"1}"}`,
	`{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":"{\"x\":1}"}}`,
	`{"type":"response.completed","response":`+wholeEnd+`}`,
)

// wholeParts are what every form of the answer comes to.
var wholeParts = []request.Part{thought("Hm m", "rs"), sealed("e", "rs"), request.TextPart{Text: "One two"}, request.ToolCall{ID: "c1", Name: "f", Arguments: `{"x":1}`}}

func checkWhole(t *testing.T, got canned.Collected, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wholeParts, got.Last.Parts); diff != "" {
		t.Error(diff)
	}
	if got.Content != "One two" || got.Reasoning != "Hm m" || got.Calls[0] != `{"x":1}` || !cmp.Equal(got.Parts, []request.Part{sealed("e", "rs")}) {
		t.Errorf("the pieces are %+v", got)
	}
	r := got.Last
	if r.ID != "r" || r.Model != "m1" || r.ServiceTier != "default" || r.FinishReason != request.FinishToolCalls || r.Usage.InputTokens != 5 || r.Usage.OutputTokens != 2 || len(r.Warnings) > 0 {
		t.Errorf("got %+v", r)
	}
}

func TestResponsesStreamInAllForms(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"plain":        strings.NewReader(responseStream),
		"byte by byte": iotest.OneByteReader(strings.NewReader(responseStream)),
		"CRLF":         strings.NewReader(strings.ReplaceAll(responseStream, "\n", "\r\n")),
		"data alone":   strings.NewReader(strings.ReplaceAll(responseStream, "event: ", ": ")),
		"with [DONE]":  strings.NewReader(responseStream + "data: [DONE]\n\n"),
		"fresh ids":    strings.NewReader(strings.ReplaceAll(responseStream, `"item_id":"`, `"item_id":"other-`)),
		"no places":    strings.NewReader(strings.ReplaceAll(responseStream, `"output_index":`, `"at":`)),
		"whole":        strings.NewReader(wholeEnd),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := canned.Collect(t, clientOver(t, &canned.Transport{Reader: r}, speakResponses), canned.Ask())
			checkWhole(t, got, err)
		})
	}
}

// What the events before the last one did not bring is taken from it.
func TestResponsesStreamIsHealed(t *testing.T) {
	all := strings.SplitAfter(strings.TrimSuffix(responseStream, "\n\n"), "\n\n")
	last := len(all) - 1
	without := func(words ...string) string {
		var b strings.Builder
		for _, e := range all {
			dropped := false
			for _, w := range words {
				dropped = dropped || strings.HasPrefix(e, "event: "+w+"\n")
			}
			if !dropped {
				b.WriteString(e)
			}
		}
		return b.String() + "\n\n"
	}
	for name, body := range map[string]string{
		"no deltas of text":      without("response.output_text.delta"),
		"no deltas of arguments": without("response.function_call_arguments.delta"),
		"no deltas of reasoning": without("response.reasoning_summary_text.delta"),
		"no deltas at all":       without("response.output_text.delta", "response.function_call_arguments.delta", "response.reasoning_summary_text.delta"),
		"whole items alone":      without("response.output_item.added", "response.output_text.delta", "response.function_call_arguments.delta", "response.reasoning_summary_text.delta"),
		"last event alone":       all[last] + "\n\n",
		"items left out at last": strings.Join(all[:last], "") + `data: {"type":"response.completed","response":{"status":"completed","service_tier":"default","usage":{"input_tokens":5,"output_tokens":2},"output":[]}}` + "\n\n",
		"last delta of call":     strings.Replace(without(), `"delta":"1}"`, `"delta":""`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := testedResponses.Collect(t, body)
			checkWhole(t, got, err)
		})
	}
	got, err := testedResponses.Collect(t, strings.Replace(without(), `"delta":"two"`, `"delta":""`, 1))
	if err != nil || got.Content != "One two" || got.Last.Content != "One two" || len(got.Last.Warnings) > 0 {
		t.Errorf("the last delta of a text: %+v, %v", got.Last, err)
	}
	got, err = testedResponses.Collect(t, strings.Replace(without("response.output_item.done"), `"delta":"two"`, `"delta":"2"`, 1))
	if err != nil || got.Last.Content != "One 2" || len(got.Last.Warnings) != 1 || got.Last.Warnings[0].Field != "stream" {
		t.Errorf("pieces that differ: %+v, %v", got.Last, err)
	}
	if want := sealed("e", "rs"); !cmp.Equal(got.Parts, []request.Part{want}) || !cmp.Equal(got.Last.Parts[len(got.Last.Parts)-1], request.Part(want)) {
		t.Errorf("encrypted reasoning that only the last event has: %+v", got.Last.Parts)
	}
}

func TestResponsesStreamCutAtEveryByte(t *testing.T) {
	whole := len(strings.TrimRight(responseStream, "\n"))
	for n := range len(responseStream) {
		for _, end := range []error{io.ErrUnexpectedEOF, io.EOF} {
			body := io.MultiReader(strings.NewReader(responseStream[:n]), iotest.ErrReader(end))
			got, err := canned.Collect(t, clientOver(t, &canned.Transport{Reader: body}, speakResponses), canned.Ask())
			if n > whole || n == whole && end == io.EOF {
				if err != nil || got.Content != "One two" {
					t.Fatalf("cut behind the terminal event at %d: %q, %v", n, got.Content, err)
				}
				continue
			}
			canned.CheckCut(t, n, got, err)
		}
	}
}

func TestResponsesStreamFailures(t *testing.T) {
	const first = `{"type":"response.output_text.delta","output_index":0,"delta":"One"}`
	for _, c := range []struct {
		name, last, says string
		class            request.Class
	}{
		{"error", `{"type":"error","code":"rate_limit_exceeded","message":"too fast","param":null}`, "too fast", request.ClassRateLimit},
		{"error in an object", `{"type":"error","error":{"type":"invalid_request_error","message":"bad"}}`, "bad", request.ClassInvalid},
		{"error without a type", `{"error":{"code":"insufficient_quota","message":"no credit"}}`, "no credit", request.ClassQuota},
		{"failed", `{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"server_error","message":"it broke"},"output":[]}}`, "it broke", request.ClassTransient},
		{"failed without a word", `{"type":"response.failed","response":{}}`, "finish reason failed", request.ClassTransient},
		{"filtered", `{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}}`, "content filter", request.ClassContentPolicy},
		{"refused", `{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"I won't."}]}]}}`, "I won't.", request.ClassContentPolicy},
		{"not JSON", `{"type":"response.output_text.delta","delta":`, "can't be read", request.ClassTruncated},
		{"bad escape", `{"type":"response.output_text.delta","delta":"\q"}`, "can't be read", request.ClassTruncated},
		{"bad last event", `{"type":"response.completed","response":{"output":[}}`, "can't be read", request.ClassTruncated},
		{"[DONE] alone", `[DONE]`, "before its last event", request.ClassTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := testedResponses.Collect(t, events(created, first)+"data: "+c.last+"\n\n")
			if e := canned.CheckBroken(t, got, err, c.class, c.says); !e.Partial.Usage.Estimated {
				t.Errorf("usage: %+v", e.Partial.Usage)
			}
		})
	}
}

func TestResponsesStreamRefusalComesInPieces(t *testing.T) {
	_, err := testedResponses.Collect(t, events(created, `{"type":"response.refusal.delta","output_index":0,"delta":"I "}`, `{"type":"response.refusal.delta","output_index":0,"delta":"won't."}`,
		`{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"I won't."}]}]}}`))
	if e := canned.AsError(t, err); e.Class != request.ClassContentPolicy || e.Partial.Refusal != "I won't." {
		t.Errorf("got %+v", e)
	}
}

func TestResponsesStreamOtherEvents(t *testing.T) {
	got, err := testedResponses.Collect(t, events(created,
		`{"type":"response.reasoning_text.delta","item_id":"r1","output_index":0,"content_index":0,"delta":"A"}`,
		`{"type":"response.reasoning_text.delta","item_id":"r1","output_index":0,"content_index":1,"delta":"B"}`,
		`{"type":"response.reasoning_text.delta","item_id":"r2","output_index":1,"content_index":1,"delta":"C"}`,
		`{"type":"response.output_item.added","output_index":2,"item":{"type":"web_search_call","id":"ws"}}`,
		`{"type":"response.web_search_call.searching","output_index":2,"item_id":"ws"}`,
		`{"type":"response.output_item.done","output_index":2,"item":{"type":"web_search_call","id":"ws"}}`,
		`{"type":"response.output_item.done","output_index":3,"item":{"type":"image_generation_call","id":"ig","result":"aGk="}}`,
		`{"type":"response.function_call_arguments.delta","item_id":"fc","output_index":4,"delta":"{}"}`,
		`{"type":"response.output_text.delta","output_index":5,"delta":"a"}`,
		`{"type":"response.output_text.annotation.added","output_index":5,"annotation":{"type":"url_citation"}}`,
		`{"type":"response.unheard_of","x":[1]}`, `{"type":7}`, `{}`,
		`{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"web_search_call","id":"ws"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	open := func(text, id string) request.Part {
		return request.ReasoningPart{Text: text, ID: id, Format: "openai-responses-v1"}
	}
	want := []request.Part{open("A", "r1"), open("B", "r1"), open("C", "r2"), request.ImagePart{Data: []byte("hi")}, request.ToolCall{ID: "fc", Arguments: "{}"}, request.TextPart{Text: "a"}}
	if diff := cmp.Diff(want, got.Last.Parts); diff != "" {
		t.Error(diff)
	}
	units := map[string]int{"web_search_call": 1, "image_generation_call": 1}
	if got.Last.FinishReason != request.FinishLength || !cmp.Equal(got.Last.Usage.Units, units) || len(got.Last.Warnings) != 2 || len(got.Parts) != 1 {
		t.Errorf("got %+v", got.Last)
	}
}

func TestResponsesStreamIsBounded(t *testing.T) {
	var calls, items strings.Builder
	for i := range 5000 {
		calls.WriteString(events(fmt.Sprintf(`{"type":"response.output_item.added","output_index":%d,"item":{"type":"function_call","call_id":"%d"}}`, i*1_000_000_000, i)))
		items.WriteString(events(fmt.Sprintf(`{"type":"response.output_item.added","output_index":%d,"item":{"type":"message"}}`, i)))
	}
	for says, body := range map[string]string{"more than 1024 tool calls": calls.String(), "more than 4096 items": items.String()} {
		if _, err := testedResponses.Collect(t, body); !strings.Contains(canned.AsError(t, err).Message, says) {
			t.Errorf("want %s, got %v", says, err)
		}
	}
}

func TestResponsesLimitsAndWebPages(t *testing.T) {
	transport := &canned.Transport{Body: responseStream, Header: http.Header{"X-Ratelimit-Limit-Tokens": {"100"}, "X-Ratelimit-Remaining-Tokens": {"60"}, "X-Request-Id": {"req_1"}}}
	got, err := canned.Collect(t, clientOver(t, transport, speakResponses), canned.Ask())
	if err != nil || got.Limits == nil || got.Limits.Tokens.Remaining != 60 || got.Last.RequestID != "req_1" || !strings.Contains(string(transport.Sent), `"stream":true`) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := testedResponses.Collect(t, "<html>Welcome</html>"); !errors.Is(err, request.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func FuzzResponsesStream(f *testing.F) {
	f.Add([]byte(responseStream))
	f.Add([]byte(events(created, `{"type":"response.output_item.done","item":{"type":"function_call","arguments":{}}}`, `{"type":"response.completed","response":{"output":[{"type":"message","content":"x"}]}}`)))
	f.Add([]byte("event: error\ndata: {\"message\":\"x\"}\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := testedResponses.Collect(t, string(body))
		canned.CheckSums(t, got, err)
		tested.CheckOutcome(t, got.Last, err)
	})
}
