package anthropic_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// Nesting must not be able to use up the stack.
func TestDeepNestingEnds(t *testing.T) {
	for name, body := range canned.Deep() {
		if _, err := tested.Complete(t, body); canned.AsError(t, err).Class == "" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tested.Collect(t, "event: error\ndata: "+body+"\n\n"); canned.AsError(t, err).Class == "" {
			t.Errorf("%s in a stream: %v", name, err)
		}
		if _, err := anthropic.ParseRequest([]byte(`{"messages":[{"role":"assistant","content":[`+body+`]}]}`), "p"); !errors.Is(err, request.ErrInvalid) {
			t.Errorf("%s in a request: %v", name, err)
		}
	}
}

func TestBadEscapesAreNotLostText(t *testing.T) {
	for _, block := range []string{`{"type":"text","text":"hello \q"}`, `{"type":"thinking","thinking":"\u12","signature":""}`, `{"type":"tool_use","id":"1","name":"f","input":{"a":"\q"}}`, `{"type":"x","y":"\q"}`} {
		if resp, err := tested.Complete(t, whole(block, `"end_turn"`)); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s: %+v, %v", block, resp, err)
		}
		if got, err := tested.Collect(t, streamed("end_turn", blockStart(0, block), blockStop(0))); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s in a stream: %+v, %v", block, got.Last, err)
		}
	}
}

func TestBlocksAreBounded(t *testing.T) {
	var calls, open []string
	for i := range 2000 {
		call := fmt.Sprintf(`{"type":"tool_use","id":"%d","name":"f","input":{}}`, i)
		open = append(open, blockStart(i, call))
		calls = append(calls, blockStart(i, call), blockStop(i))
	}
	for says, blocks := range map[string][]string{"more than 1024 tool calls": calls, "more than 1024 blocks": open} {
		_, err := tested.Collect(t, streamed("tool_use", blocks...))
		if e := canned.AsError(t, err); !strings.Contains(e.Message, says) {
			t.Errorf("got %v, want %s", e, says)
		}
	}
}

// Whatever the bytes of a stream go into, it is held to MaxAnswer.
func TestStreamsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for name, events := range map[string][2]string{
		"text":      {`{"type":"text","text":""}`, `{"type":"text_delta","text":"` + long + `"}`},
		"thinking":  {`{"type":"thinking","thinking":""}`, `{"type":"thinking_delta","thinking":"` + long + `"}`},
		"signature": {`{"type":"thinking","thinking":""}`, `{"type":"signature_delta","signature":"` + long + `"}`},
		"citations": {`{"type":"text","text":""}`, `{"type":"citations_delta","citation":{"x":"` + long + `"}}`},
		"input":     {`{"type":"tool_use","id":"1","name":"f"}`, `{"type":"input_json_delta","partial_json":"` + long + `"}`},
		"opaque":    {`{"type":"x"}`, `{"type":"x_delta","y":"` + long + `"}`},
	} {
		blocks := []string{blockStart(0, events[0])}
		for range 100 {
			blocks = append(blocks, blockDelta(0, events[1]))
		}
		client := clientOver(t, canned.Answer(streamed("end_turn", blocks...)), func(c *anthropic.Config) { c.MaxAnswer = 10_000 })
		got, err := canned.Collect(t, client, canned.Ask())
		if e := canned.AsError(t, err); e.Class != request.ClassTruncated || !strings.Contains(e.Error(), "larger than MaxAnswer") || len(got.Content) > 12_000 {
			t.Errorf("%s: %d bytes, %v", name, len(got.Content), err)
		}
	}
}

func TestManyKindsOfUse(t *testing.T) {
	var units strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&units, `"u%d":1,`, i)
	}
	got, err := tested.Complete(t, `{"content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":{"output_tokens":1,"server_tool_use":{`+units.String()+`"z":1}}}`)
	if err != nil || len(got.Usage.Units) != 64 {
		t.Errorf("%d units, %v", len(got.Usage.Units), err)
	}
}

// What a body is shows in the body; the label is often wrong.
func TestBodiesWithAWrongLabel(t *testing.T) {
	for label, body := range map[string]string{"text/event-stream": failing("billing_error", "no credit"), "": "\n " + failing("billing_error", "no credit")} {
		_, err := canned.Collect(t, clientOver(t, &canned.Transport{Header: http.Header{"Content-Type": {label}}, Body: body}, nil), canned.Ask())
		if !errors.Is(err, request.ErrQuota) {
			t.Errorf("%q: %v", label, err)
		}
	}
	got, err := canned.Collect(t, clientOver(t, canned.Answer(whole(`{"type":"text","text":"All."}`, `"end_turn"`)), nil), canned.Ask())
	if err != nil || got.Content != "All." || !got.Last.Usage.Reported {
		t.Errorf("a whole answer to a request for a stream: %+v, %v", got, err)
	}
}

func FuzzComplete(f *testing.F) {
	f.Add([]byte(whole(`{"type":"text","text":"a","citations":[{"x":1}]},{"type":"tool_use","id":"1","name":"f","input":{"x":1}}`, `"tool_use"`)))
	f.Add([]byte(whole(`{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"x"},{"type":"x","y":[1]}`, `"pause_turn"`)))
	f.Add([]byte(failing("overloaded_error", "x")))
	f.Add([]byte(`{"content":"a","stop_reason":"refusal","stop_details":{"explanation":"x"},"usage":{"input_tokens":-1,"output_tokens":1e99,"cache_creation":{"ephemeral_1h_input_tokens":3},"server_tool_use":{"a":1}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		resp, err := tested.Complete(t, string(body))
		checkFuzzed(t, resp, err)
	})
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(textStream))
	f.Add([]byte(streamed("tool_use", blockStart(0, `{"type":"tool_use","id":"1","name":"f","input":{}}`), blockDelta(0, `{"type":"input_json_delta","partial_json":"{"}`), blockStart(0, `{"type":"x"}`), blockDelta(0, `{"type":"y","partial_json":"{}","z":"a"}`), blockStop(0))))
	f.Add([]byte(streamed("end_turn", blockStart(3, `{"type":"thinking"}`), blockDelta(3, `{"type":"signature_delta","signature":"s"}`), blockStart(3, `{"type":"text","text":"a","citations":[1]}`), blockDelta(3, `{"type":"citations_delta","citation":{}}`))))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := tested.Collect(t, string(body))
		canned.CheckSums(t, got, err)
		checkFuzzed(t, got.Last, err)
	})
}

// checkFuzzed holds any outcome to what callers rely on.
func checkFuzzed(t *testing.T, resp *request.Response, err error) {
	t.Helper()
	tested.CheckOutcome(t, resp, err)
	if err != nil {
		return
	}
	// Whatever came goes back as JSON, or is refused before anything is sent.
	transport := canned.Answer(whole(`{"type":"text","text":"a"}`, `"end_turn"`))
	_, err = clientOver(t, transport, nil).Complete(t.Context(), withMessages(user("go"), resp.Message(), user("on")))
	if err == nil {
		decoded(t, string(transport.Sent))
	} else if !errors.Is(err, request.ErrInvalid) || transport.Got != nil {
		t.Fatalf("%v: %+v", err, resp.Parts)
	}
}
