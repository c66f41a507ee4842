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
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const wholeStream = `data: {"id":"c","model":"m1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

data: {"id":"c","model":"m1","choices":[{"index":0,"delta":{"content":"One "},"finish_reason":null}]}

data: {"id":"c","model":"m1","choices":[{"index":0,"delta":{"content":"two"},"finish_reason":null}]}

data: {"id":"c","model":"m1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"c","model":"m1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}

data: [DONE]

`

// Wherever a stream is cut by a broken connection, it must end with an error that carries what had come; only behind the
// terminal event is it whole.
func TestStreamCutAtEveryByte(t *testing.T) {
	terminal := strings.Index(wholeStream, "[DONE]") + len("[DONE]")
	for n := range len(wholeStream) {
		body := canned.Broken(wholeStream[:n])
		got, err := canned.Collect(t, clientOver(t, &canned.Transport{Reader: body}, nil), canned.Ask())
		if n > terminal {
			if err != nil || got.Content != "One two" {
				t.Fatalf("cut behind the terminal event at %d: %q, %v", n, got.Content, err)
			}
			continue
		}
		canned.CheckCut(t, n, got, err)
	}
}

// A server that closes the stream in order after the finish reason has said everything, terminal event or not.
func TestStreamClosedInOrderAtEveryByte(t *testing.T) {
	finished := strings.Index(wholeStream, `"stop"}]}`) + len(`"stop"}]}`)
	usage := strings.Index(wholeStream, `"total_tokens":7}}`)
	for n := range len(wholeStream) {
		got, err := tested.Collect(t, wholeStream[:n])
		// Behind the finish reason, the stream may end between events, but not inside one.
		inside := n > finished+2 && n < usage+len(`"total_tokens":7}}`) && n > finished+2+len("data: ") ||
			n > strings.Index(wholeStream, "data: [DONE]")+len("data: ") && n < strings.Index(wholeStream, "[DONE]")+len("[DONE]")
		if n < finished || inside {
			if !errors.Is(err, request.ErrTruncated) {
				t.Fatalf("closed at %d (%q): got %v", n, tail(wholeStream[:n]), err)
			}
			continue
		}
		if err != nil || got.Last.Content != "One two" || got.Last.FinishReason != request.FinishStop {
			t.Fatalf("closed at %d (%q): %+v, %v", n, tail(wholeStream[:n]), got.Last, err)
		}
		if reported := n >= usage+len(`"total_tokens":7}}`); got.Last.Usage.Reported != reported || got.Last.Usage.Estimated == reported {
			t.Fatalf("closed at %d: usage %+v", n, got.Last.Usage)
		}
	}
}

func tail(s string) string { return s[max(0, len(s)-20):] }

func TestStreamedInSmallPieces(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"byte by byte": iotest.OneByteReader(strings.NewReader(wholeStream)),
		"CRLF":         strings.NewReader(strings.ReplaceAll(wholeStream, "\n", "\r\n")),
		"CR":           strings.NewReader(strings.ReplaceAll(wholeStream, "\n", "\r")),
		"one newline":  strings.NewReader(strings.ReplaceAll(wholeStream, "\n\n", "\n")),
		"no space":     strings.NewReader(strings.ReplaceAll(wholeStream, "data: ", "data:")),
		"comments":     strings.NewReader(": hi\n\n" + strings.ReplaceAll(wholeStream, "\n\n", "\n\n: ping\n\n")),
		"typed":        strings.NewReader(strings.ReplaceAll(wholeStream, "data:", "event: message\nid: 1\ndata:")),
	} {
		got, err := canned.Collect(t, clientOver(t, &canned.Transport{Reader: r}, nil), canned.Ask())
		if err != nil || got.Last.Content != "One two" || got.Last.Usage.OutputTokens != 2 || got.Last.Model != "m1" || got.Last.ID != "c" {
			t.Errorf("%s: %+v, %v", name, got.Last, err)
		}
	}
}

func TestStreamFailures(t *testing.T) {
	const first = `data: {"id":"c","choices":[{"index":0,"delta":{"content":"One"}}]}` + "\n\n"
	for _, c := range []struct {
		name, rest, says string
		class            request.Class
	}{
		{"error event", `data: {"error":{"message":"overloaded","type":"server_error","code":503}}`, "overloaded", request.ClassOverloaded},
		{"typed error event", "event: error\n" + `data: {"message":"too fast","type":"rate_limit_error"}`, "too fast", request.ClassRateLimit},
		{"error in the choice", `data: {"choices":[{"error":{"message":"upstream died","code":502},"finish_reason":"error"}]}`, "upstream died", request.ClassTransient},
		{"error in x_groq", `data: {"x_groq":{"error":"tool use failed"}}`, "tool use failed", request.ClassTransient},
		{"error as text", `data: {"error":"no memory"}`, "no memory", request.ClassTransient},
		{"quota in the stream", `data: {"error":{"message":"no credit","code":"insufficient_quota"}}`, "no credit", request.ClassQuota},
		{"not JSON", `data: {"choices":[{"delta":`, "can't be read", request.ClassTruncated},
		{"text", `data: oops`, "can't be read", request.ClassTruncated},
		{"finish error", `data: {"choices":[{"delta":{},"finish_reason":"error"}]}` + "\n\ndata: [DONE]", "finish reason error", request.ClassTransient},
		{"out of resources", `data: {"choices":[{"delta":{},"finish_reason":"insufficient_system_resource"}]}` + "\n\ndata: [DONE]", "insufficient", request.ClassOverloaded},
		{"filtered", `data: {"choices":[{"delta":{},"finish_reason":"content_filter"}]}` + "\n\ndata: [DONE]", "content filter", request.ClassContentPolicy},
		{"refused", `data: {"choices":[{"delta":{"refusal":"I can't."},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]", "I can't.", request.ClassContentPolicy},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tested.Collect(t, first+c.rest+"\n\n")
			if e := canned.CheckBroken(t, got, err, c.class, c.says); !e.Partial.Usage.Estimated {
				t.Errorf("usage: %+v", e.Partial.Usage)
			}
		})
	}
}

func TestStreamWithoutAnAnswer(t *testing.T) {
	for _, body := range []string{"", "\n\n", ": ping\n\n", "data: [DONE]\n\n", "data: {}\n\ndata: [DONE]\n\n", "data: {\"choices\":[]}\n\n"} {
		if _, err := tested.Collect(t, body); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%q: got %v", body, err)
		}
	}
}

// Some servers answer a request for a stream with the whole at once.
func TestStreamAnsweredWhole(t *testing.T) {
	whole := &canned.Transport{Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body: `{"id":"c","choices":[{"message":{"content":"All."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}`}
	got, err := canned.Collect(t, clientOver(t, whole, nil), canned.Ask())
	if err != nil || got.Content != "All." || got.Last.Content != "All." || !got.Last.Usage.Reported {
		t.Errorf("got %+v, %v", got, err)
	}
	page := &canned.Transport{Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>Welcome</html>"}
	_, err = canned.Collect(t, clientOver(t, page, nil), canned.Ask())
	if e := canned.AsError(t, err); e.Class != request.ClassInvalid || !strings.Contains(e.Message, "check the base URL") {
		t.Errorf("got %+v", e)
	}
}

func TestLeavingTheLoopEndsTheCall(t *testing.T) { tested.CheckLeaving(t) }

func TestNothingIsSentBeforeTheLoop(t *testing.T) {
	transport := canned.Answer(wholeStream)
	seq := clientOver(t, transport, nil).Stream(t.Context(), canned.Ask())
	if transport.Got != nil {
		t.Fatal("the request went out before anybody ranged over the stream")
	}
	for range seq {
	}
	if transport.Got == nil {
		t.Fatal("the request did not go out")
	}
}

func TestStreamLimitsComeFirst(t *testing.T) {
	transport := canned.Answer(wholeStream)
	transport.Header = http.Header{"X-Ratelimit-Limit-Tokens": {"100"}, "X-Ratelimit-Remaining-Tokens": {"60"}, "X-Request-Id": {"req_1"}}
	n := 0
	for chunk, err := range clientOver(t, transport, nil).Stream(t.Context(), canned.Ask()) {
		if err != nil {
			t.Fatal(err)
		}
		if (chunk.Limits != nil) != (n == 0) {
			t.Errorf("chunk %d: %+v", n, chunk)
		}
		if n == 0 && chunk.Limits.Tokens.Remaining != 60 {
			t.Errorf("limits %+v", chunk.Limits)
		}
		if chunk.Response != nil && (chunk.Response.RequestID != "req_1" || chunk.Response.Provider != "openai") {
			t.Errorf("response %+v", chunk.Response)
		}
		n++
	}
}

// Servers number the pieces of tool calls in several ways.
func TestStreamedToolCalls(t *testing.T) {
	type call = request.ToolCall
	two := []call{{ID: "a", Name: "f", Arguments: `{"x":1}`}, {ID: "b", Name: "g", Arguments: `{"y":2}`}}
	for _, c := range []struct {
		name   string
		deltas []string
		want   []call
	}{
		{"by index", []string{
			`{"index":0,"id":"a","function":{"name":"f","arguments":""}}`, `{"index":1,"id":"b","function":{"name":"g","arguments":""}}`,
			`{"index":1,"function":{"arguments":"{\"y\""}}`, `{"index":0,"function":{"arguments":"{\"x\":1}"}}`, `{"index":1,"function":{"arguments":":2}"}}`,
		}, two},
		{"id repeated", []string{
			`{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}`, `{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}`,
			`{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}`,
		}, two},
		{"empty id and null arguments later", []string{
			`{"index":0,"id":"a","function":{"name":"f","arguments":null}}`, `{"index":0,"id":"","function":{"name":null,"arguments":"{\"x\":1}"}}`,
			`{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}`,
		}, two},
		{"whole, all with index 0", []string{
			`{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}`, `{"index":0,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}`,
		}, two},
		{"whole, without index", []string{
			`{"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}`, `{"id":"b","function":{"name":"g","arguments":{"y":2}}}`,
		}, two},
		{"whole, index 0, without ids", []string{
			`{"index":0,"function":{"name":"f","arguments":"{\"x\":1}"}}`, `{"index":0,"function":{"name":"g","arguments":"{\"y\":2}"}}`,
		}, []call{{ID: "call_c_0", Name: "f", Arguments: `{"x":1}`}, {ID: "call_c_1", Name: "g", Arguments: `{"y":2}`}}},
		{"pieces without index or id", []string{
			`{"id":"a","function":{"name":"f","arguments":"{\"x\""}}`, `{"function":{"arguments":":1}"}}`,
		}, two[:1]},
		{"with a signature", []string{
			`{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"sig","other":1},"x":2}}`,
		}, []call{{ID: "a", Name: "f", Arguments: "{}", Signature: "sig"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var body strings.Builder
			for _, d := range c.deltas {
				fmt.Fprintf(&body, "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[%s]}}]}\n\n", d)
			}
			body.WriteString("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
			got, err := tested.Collect(t, body.String())
			if err != nil || !cmp.Equal(got.Last.ToolCalls, c.want) || got.Last.FinishReason != request.FinishToolCalls {
				t.Fatalf("%v, %+v\n%s", err, got.Last, cmp.Diff(c.want, got.Last.ToolCalls))
			}
			got.CheckCalls(t)
		})
	}
}

func TestToolCallsAreBounded(t *testing.T) {
	var body strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&body, "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d,\"id\":\"%d\",\"function\":{\"name\":\"f\"}}]}}]}\n\n", i*1_000_000_000, i)
	}
	_, err := tested.Collect(t, body.String())
	if e := canned.AsError(t, err); !strings.Contains(e.Message, "more than 1024 tool calls") {
		t.Errorf("got %v", e)
	}
}

func TestAzureFirstChunkHasNoChoice(t *testing.T) {
	body := `data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}` + "\n\n" + wholeStream
	got, err := canned.Collect(t, clientOver(t, canned.Answer(body), func(c *openai.Config) { c.Azure, c.BaseURL = true, "https://res.example" }), canned.Ask())
	if err != nil || got.Last.Content != "One two" {
		t.Errorf("got %+v, %v", got.Last, err)
	}
}
