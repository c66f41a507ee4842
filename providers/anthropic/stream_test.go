package anthropic_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

func blockStart(index int, block string) string {
	return fmt.Sprintf(`{"type":"content_block_start","index":%d,"content_block":%s}`, index, block)
}

func blockDelta(index int, delta string) string {
	return fmt.Sprintf(`{"type":"content_block_delta","index":%d,"delta":%s}`, index, delta)
}

func blockStop(index int) string {
	return fmt.Sprintf(`{"type":"content_block_stop","index":%d}`, index)
}

// textBlock are the events of a block of text.
func textBlock(index int, pieces ...string) []string {
	all := []string{blockStart(index, `{"type":"text","text":""}`)}
	for _, p := range pieces {
		all = append(all, blockDelta(index, fmt.Sprintf(`{"type":"text_delta","text":%q}`, p)))
	}
	return append(all, blockStop(index))
}

var textStream = streamed("end_turn", textBlock(0, "One ", "two")...)

// Wherever a stream is cut, by a broken connection or in order, it must end with an error that carries what had come; only
// behind the terminal event is it whole.
func TestStreamCutAtEveryByte(t *testing.T) {
	terminal := strings.Index(textStream, messageStop) + len(messageStop)
	for n := range len(textStream) {
		for name, end := range map[string]io.Reader{"broken": iotest.ErrReader(io.ErrUnexpectedEOF), "in order": strings.NewReader("")} {
			body := io.MultiReader(strings.NewReader(textStream[:n]), end)
			got, err := canned.Collect(t, clientOver(t, &canned.Transport{Reader: body}, nil), canned.Ask())
			if n > terminal || n == terminal && name == "in order" {
				if err != nil || got.Content != "One two" {
					t.Fatalf("%s behind the terminal event at %d: %q, %v", name, n, got.Content, err)
				}
				continue
			}
			canned.CheckCut(t, n, got, err)
		}
	}
}

func TestStreamedInSmallPieces(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"byte by byte":    iotest.OneByteReader(strings.NewReader(textStream)),
		"CRLF":            strings.NewReader(strings.ReplaceAll(textStream, "\n", "\r\n")),
		"one newline":     strings.NewReader(strings.ReplaceAll(textStream, "\n\n", "\n")),
		"no space":        strings.NewReader(strings.ReplaceAll(textStream, "data: ", "data:")),
		"comments":        strings.NewReader(": hi\n\n" + strings.ReplaceAll(textStream, "\n\n", "\n\n: ping\n\n")),
		"untyped":         strings.NewReader(strings.ReplaceAll(textStream, "event: ", "x: ")),
		"padded":          strings.NewReader(strings.ReplaceAll(textStream, "}\n\n", "}    \n\n")),
		"unknown events":  strings.NewReader(strings.ReplaceAll(textStream, "event: ping", "event: news\ndata: {\"type\":\"news\",\"delta\":{\"text\":\"no\"}}\n\nevent: ping")),
		"more at its end": strings.NewReader(textStream + "data: [DONE]\n\n"),
	} {
		got, err := canned.Collect(t, clientOver(t, &canned.Transport{Reader: r}, nil), canned.Ask())
		if err != nil || got.Last.Content != "One two" || got.Last.Usage.OutputTokens != 2 || got.Last.Model != "claude-x" || got.Last.ID != "msg_1" {
			t.Errorf("%s: %+v, %v", name, got.Last, err)
		}
	}
}

// The names of fields may come in any order.
func TestStreamFieldsInAnyOrder(t *testing.T) {
	got, err := tested.Collect(t, "data: {\"message\":{\"usage\":{\"output_tokens\":1,\"input_tokens\":5},\"content\":[],\"id\":\"m\"},\"type\":\"message_start\"}\n\n"+
		"data: {\"content_block\":{\"text\":\"\",\"type\":\"text\"},\"type\":\"content_block_start\",\"index\":0}\n\n"+
		"data: {\"delta\":{\"text\":\"a\",\"type\":\"text_delta\"},\"type\":\"content_block_delta\",\"index\":0}\n\n"+
		"data: {\"usage\":{\"output_tokens\":2},\"delta\":{\"stop_reason\":\"end_turn\"},\"type\":\"message_delta\"}\n\ndata: {\"type\":\"message_stop\"}\n\n")
	if err != nil || got.Content != "a" || got.Last.Usage.OutputTokens != 2 || got.Last.FinishReason != request.FinishStop {
		t.Errorf("got %+v, %v", got.Last, err)
	}
}

func TestStreamedBlocks(t *testing.T) {
	thinking := []string{
		blockStart(0, `{"type":"thinking","thinking":"","signature":""}`), blockDelta(0, `{"type":"thinking_delta","thinking":"h"}`), blockDelta(0, `{"type":"thinking_delta","thinking":"m"}`),
		blockDelta(0, `{"type":"signature_delta","signature":"si"}`), blockDelta(0, `{"type":"signature_delta","signature":"g"}`), blockStop(0),
	}
	call := func(index int, id string, pieces ...string) []string {
		all := []string{blockStart(index, `{"type":"tool_use","id":"`+id+`","name":"f","input":{}}`)}
		for _, p := range pieces {
			all = append(all, blockDelta(index, fmt.Sprintf(`{"type":"input_json_delta","partial_json":%q}`, p)))
		}
		return append(all, blockStop(index))
	}
	search := []string{
		blockStart(1, `{"type":"server_tool_use","id":"s","name":"web_search","input":{},"caller":{"type":"direct"}}`), blockDelta(1, `{"type":"input_json_delta","partial_json":"{\"q\":"}`), blockDelta(1, `{"type":"input_json_delta","partial_json":" 1}"}`), blockStop(1),
		blockStart(2, `{"type":"web_search_tool_result","tool_use_id":"s","content":[{"url":"u"}]}`), blockStop(2),
	}
	cited := []string{
		blockStart(3, `{"type":"text","text":"","citations":[]}`), blockDelta(3, `{"type":"citations_delta","citation":{"url":"u"}}`), blockDelta(3, `{"type":"text_delta","text":"a"}`),
		blockDelta(3, `{"type":"citations_delta","citation":{"url":"v"}}`), blockStop(3),
	}
	block := func(s string) request.Part { return request.ReasoningPart{Encrypted: s, Format: anthropic.BlockFormat} }
	for _, c := range []struct {
		name, stop string
		events     [][]string
		want       parts
		finish     request.FinishReason
		warnings   int
	}{
		{"thinking, then text", "end_turn", [][]string{thinking, textBlock(1, "a")}, parts{request.ReasoningPart{Text: "hm", Signature: "sig"}, textPart("a")}, request.FinishStop, 0},
		{"hidden thinking", "end_turn", [][]string{{blockStart(0, `{"type":"redacted_thinking","data":"x"}`), blockStop(0)}, textBlock(1, "a")}, parts{request.ReasoningPart{Encrypted: "x"}, textPart("a")}, request.FinishStop, 0},
		{"thinking without text", "end_turn", [][]string{{blockStart(0, `{"type":"thinking","thinking":"","signature":""}`), blockDelta(0, `{"type":"signature_delta","signature":"s"}`), blockStop(0)}}, parts{request.ReasoningPart{Signature: "s"}}, request.FinishStop, 0},
		{"two thoughts", "end_turn", [][]string{thinking, thinking}, parts{request.ReasoningPart{Text: "hm", Signature: "sig"}, request.ReasoningPart{Text: "hm", Signature: "sig"}}, request.FinishStop, 0},
		{"unsigned thoughts stay apart", "end_turn", [][]string{{blockStart(0, `{"type":"thinking","thinking":"a"}`), blockStop(0), blockStart(1, `{"type":"thinking","thinking":"b"}`), blockStop(1)}}, parts{request.ReasoningPart{Text: "a"}, request.ReasoningPart{Text: "b"}}, request.FinishStop, 0},
		{"calls", "tool_use", [][]string{call(0, "1", "", `{"x"`, `:1}`), call(1, "2"), call(2, "3", "")},
			parts{request.ToolCall{ID: "1", Name: "f", Arguments: `{"x":1}`}, request.ToolCall{ID: "2", Name: "f", Arguments: `{}`}, request.ToolCall{ID: "3", Name: "f", Arguments: `{}`}}, request.FinishToolCalls, 0},
		{"call whole in its start", "tool_use", [][]string{{blockStart(0, `{"type":"tool_use","id":"1","name":"f","input":{"x": 1}}`), blockStop(0)}}, parts{request.ToolCall{ID: "1", Name: "f", Arguments: `{"x": 1}`}}, request.FinishToolCalls, 0},
		{"text in its start", "end_turn", [][]string{{blockStart(0, `{"type":"text","text":"a"}`), blockDelta(0, `{"type":"text_delta","text":"b"}`), blockStop(0)}}, parts{textPart("ab")}, request.FinishStop, 0},
		{"tools of the provider", "pause_turn", [][]string{textBlock(0, "t"), search, cited}, parts{textPart("t"),
			block(`{"type":"server_tool_use","id":"s","name":"web_search","caller":{"type":"direct"},"input":{"q": 1}}`), block(`{"type":"web_search_tool_result","tool_use_id":"s","content":[{"url":"u"}]}`),
			textPart("a"), request.ReasoningPart{Encrypted: `[{"url":"u"},{"url":"v"}]`, Format: anthropic.CitationsFormat}}, request.FinishOther, 2},
		{"a block of tomorrow", "end_turn", [][]string{{blockStart(0, `{"type":"compaction","content":null}`), blockDelta(0, `{"type":"compaction_delta","content":"a\n"}`), blockDelta(0, `{"type":"compaction_delta","content":"b","n":1}`), blockStop(0)}},
			parts{block(`{"type":"compaction","content":"a\nb"}`)}, request.FinishStop, 1},
		{"blocks that are never closed", "end_turn", [][]string{thinking[:5], textBlock(1, "a")[:2]}, parts{request.ReasoningPart{Text: "hm", Signature: "sig"}, textPart("a")}, request.FinishStop, 0},
		{"text without a block", "end_turn", [][]string{{blockDelta(7, `{"type":"text_delta","text":"a"}`), blockDelta(7, `{"type":"input_json_delta","partial_json":"{"}`), blockDelta(7, `{"type":"signature_delta","signature":"s"}`), blockStop(7)}}, parts{textPart("a")}, request.FinishStop, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all []string
			for _, e := range c.events {
				all = append(all, e...)
			}
			got, err := tested.Collect(t, streamed(c.stop, all...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, parts(got.Last.Parts)); diff != "" {
				t.Error(diff)
			}
			if got.Last.FinishReason != c.finish || len(got.Last.Warnings) != c.warnings {
				t.Errorf("finish %q, warnings %v", got.Last.FinishReason, got.Last.Warnings)
			}
			got.CheckCalls(t)
			if got.Content != got.Last.Content || got.Reasoning != got.Last.Reasoning {
				t.Errorf("deltas %q and %q, response %q and %q", got.Content, got.Reasoning, got.Last.Content, got.Last.Reasoning)
			}
		})
	}
}

// What a stream hands out piece by piece must add up to its response for whoever joins the pieces.
func TestPiecesAddUpToTheResponse(t *testing.T) {
	body := streamed("end_turn",
		blockStart(0, `{"type":"thinking","thinking":""}`), blockDelta(0, `{"type":"thinking_delta","thinking":"hm"}`), blockDelta(0, `{"type":"signature_delta","signature":"s"}`), blockStop(0),
		blockStart(1, `{"type":"redacted_thinking","data":"x"}`), blockStop(1),
		blockStart(2, `{"type":"server_tool_use","id":"s","input":{}}`), blockStop(2),
		blockStart(3, `{"type":"text","text":"a"}`), blockDelta(3, `{"type":"citations_delta","citation":{"url":"u"}}`), blockStop(3),
		blockStart(4, `{"type":"tool_use","id":"1","name":"f","input":{"x":1}}`), blockStop(4))
	var pieces request.Assembler
	joined := new(request.Response)
	var last *request.Response
	for chunk, err := range clientOver(t, canned.Answer(body), nil).Stream(t.Context(), canned.Ask()) {
		if err != nil {
			t.Fatal(err)
		}
		if last = chunk.Response; last == nil {
			pieces.Add(chunk)
		}
	}
	pieces.Fill(joined)
	if diff := cmp.Diff(last.Parts, joined.Parts); diff != "" {
		t.Error(diff)
	}
}

func TestLeavingTheLoopEndsTheCall(t *testing.T) { tested.CheckLeaving(t) }

func TestStreamLimitsComeFirst(t *testing.T) {
	transport := canned.Answer(textStream)
	transport.Header = http.Header{"Anthropic-Ratelimit-Tokens-Limit": {"100"}, "Anthropic-Ratelimit-Tokens-Remaining": {"60"}, "Request-Id": {"req_1"}}
	n := 0
	for chunk, err := range clientOver(t, transport, nil).Stream(t.Context(), canned.Ask()) {
		if err != nil {
			t.Fatal(err)
		}
		if (chunk.Limits != nil) != (n == 0) || n == 0 && chunk.Limits.Tokens.Remaining != 60 {
			t.Errorf("chunk %d: %+v", n, chunk)
		}
		if r := chunk.Response; r != nil && (r.RequestID != "req_1" || r.Provider != "anthropic" || r.ServiceTier != "standard") {
			t.Errorf("response %+v", r)
		}
		n++
	}
}
