package gemini_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

const wholeStream = `data: {"candidates": [{"content": {"parts": [{"text": "One "}],"role": "model"},"index": 0}],"usageMetadata": {"trafficType": "ON_DEMAND"},"modelVersion": "m1","responseId": "r1"}

data: {"candidates": [{"content": {"parts": [{"text": "two"}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 5,"candidatesTokenCount": 1},"modelVersion": "m1","responseId": "r1"}

data: {"candidates": [{"content": {"parts": [{"text": ""}],"role": "model"},"finishReason": "STOP","index": 0}],"usageMetadata": {"promptTokenCount": 6,"candidatesTokenCount": 2},"modelVersion": "m1","responseId": "r1"}

`

// Without a terminal event, a stream is whole only if it ended in order: wherever the connection breaks, it ends with an
// error that carries what had come.
func TestStreamCutAtEveryByte(t *testing.T) {
	for n := range len(wholeStream) + 1 {
		body := canned.Broken(wholeStream[:n])
		got, err := canned.Collect(t, clientOver(t, &canned.Transport{Reader: body}, nil), canned.Ask())
		canned.CheckCut(t, n, got, err)
	}
}

// A server that closes the stream in order has said everything only if it gave a finish reason.
func TestStreamClosedInOrderAtEveryByte(t *testing.T) {
	last := strings.LastIndex(wholeStream, "}") + 1
	for n := range len(wholeStream) + 1 {
		got, err := tested.Collect(t, wholeStream[:n])
		if n < last {
			if !errors.Is(err, request.ErrTruncated) {
				t.Fatalf("closed at %d: got %v", n, err)
			}
			continue
		}
		if err != nil || got.Last.Content != "One two" || got.Last.FinishReason != request.FinishStop || got.Last.Usage.InputTokens != 6 || got.Last.Usage.OutputTokens != 2 {
			t.Fatalf("closed at %d: %+v, %v", n, got.Last, err)
		}
	}
}

func TestStreamedInSmallPieces(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"byte by byte":          iotest.OneByteReader(strings.NewReader(wholeStream)),
		"CRLF":                  strings.NewReader(strings.ReplaceAll(wholeStream, "\n", "\r\n")),
		"one newline":           strings.NewReader(strings.ReplaceAll(wholeStream, "\n\n", "\n")),
		"no space":              strings.NewReader(strings.ReplaceAll(wholeStream, "data: ", "data:")),
		"comments":              strings.NewReader(": hi\n\n" + strings.ReplaceAll(wholeStream, "\n\n", "\n\n: ping\n\n")),
		"OpenAI's last event":   strings.NewReader(wholeStream + "data: [DONE]\n\n"),
		"empty events":          strings.NewReader(strings.ReplaceAll(wholeStream, "\n\n", "\n\nevent: x\n\n")),
		"a list, without alt":   strings.NewReader("[" + strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(wholeStream), "data: "), "\n\ndata: ", ",\n") + "]"),
		"documents in a series": strings.NewReader(strings.ReplaceAll(wholeStream, "data: ", "")),
	} {
		got, err := canned.Collect(t, clientOver(t, &canned.Transport{Reader: r}, nil), canned.Ask())
		if err != nil || got.Last.Content != "One two" || got.Content != "One two" || got.Last.Usage.OutputTokens != 2 || got.Last.Model != "m1" || got.Last.ID != "r1" {
			t.Errorf("%s: %+v, %v", name, got.Last, err)
		}
	}
}

func TestStreamedParts(t *testing.T) {
	body := event(`{"text":"h","thought":true}`, "") + event(`{"text":"m","thought":true,"thoughtSignature":"czE="}`, "") + event(`{"text":"a"}`, "") +
		event(`{"text":"b","thoughtSignature":"czI="}`, "") + event(`{"inlineData":{"mimeType":"image/png","data":"aGk="}}`, "") +
		event(`{"functionCall":{"name":"f","args":{"x":1}},"thoughtSignature":"czM="},{"functionCall":{"name":"f","args":{},"id":"q"}}`, "") + event(`{"text":"","thoughtSignature":"czQ="}`, "STOP")
	got, err := tested.Collect(t, body)
	if err != nil {
		t.Fatal(err)
	}
	image := request.ImagePart{Data: []byte("hi"), MediaType: "image/png"}
	want := []request.Part{
		request.ReasoningPart{Text: "hm", Signature: "czE="}, request.TextPart{Text: "ab", Signature: "czI="}, image,
		request.ToolCall{ID: "call_r1_0", Name: "f", Arguments: `{"x":1}`, Signature: "czM="}, request.ToolCall{ID: "q", Name: "f", Arguments: "{}"},
		request.TextPart{Signature: "czQ="},
	}
	if diff := cmp.Diff(want, got.Last.Parts); diff != "" || got.Last.FinishReason != request.FinishToolCalls {
		t.Errorf("finish %q\n%s", got.Last.FinishReason, diff)
	}
	handed := []request.Part{request.ReasoningPart{Signature: "czE="}, request.TextPart{Signature: "czI="}, image, request.TextPart{Signature: "czQ="}}
	if diff := cmp.Diff(handed, got.Parts); diff != "" || got.Content != "ab" || got.Reasoning != "hm" || got.Calls[0] != `{"x":1}` || got.Calls[1] != "{}" {
		t.Errorf("handed out %+v\n%s", got, diff)
	}
}

func TestStreamFailures(t *testing.T) {
	first := event(`{"text":"One"}`, "")
	for _, c := range []struct {
		name, rest, says string
		class            request.Class
	}{
		{"error event", `data: {"error": {"code": 503,"message": "overloaded","status": "UNAVAILABLE"}}`, "overloaded", request.ClassOverloaded},
		{"typed error event", "event: error\n" + `data: {"code": 429, "message":"too fast","status":"RESOURCE_EXHAUSTED"}`, "too fast", request.ClassRateLimit},
		{"error in a list", `data: [{"error":{"code":500,"message":"broke","status":"INTERNAL"}}]`, "broke", request.ClassTransient},
		{"not JSON", `data: {"candidates":[{"content":`, "can't be read", request.ClassTruncated},
		{"text", `data: oops`, "can't be read", request.ClassTruncated},
		{"bad escape", `data: {"candidates":[{"content":{"parts":[{"text":"\q"}]}}]}`, "can't be read", request.ClassTruncated},
		{"no finish reason", ``, "before its last event", request.ClassTruncated},
		{"another protocol's end", `data: [DONE]`, "before its last event", request.ClassTruncated},
		{"filtered", `data: {"candidates":[{"finishReason":"SAFETY"}]}`, "SAFETY", request.ClassContentPolicy},
		{"blocked", `data: {"promptFeedback":{"blockReason":"OTHER"}}`, "OTHER", request.ClassContentPolicy},
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
	for _, body := range []string{"", "\n\n", ": ping\n\n", "data: {}\n\n", "data: {\"candidates\":[]}\n\n", "data: {\"usageMetadata\":{\"promptTokenCount\":3}}\n\n"} {
		if _, err := tested.Collect(t, body); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%q: got %v", body, err)
		}
	}
}

func TestStreamAnsweredWhole(t *testing.T) {
	got, err := tested.Collect(t, answer(`{"text":"All."}`, "STOP"))
	if err != nil || got.Content != "All." || got.Last.Content != "All." || !got.Last.Usage.Reported {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestLeavingTheLoopEndsTheCall(t *testing.T) { tested.CheckLeaving(t) }
