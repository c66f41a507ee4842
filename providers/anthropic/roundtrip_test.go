package anthropic_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// drawRequest makes a request in the form in which ParseRequest returns it, of all that the API can say.
func drawRequest(t *rapid.T) request.Request {
	text := rapid.StringN(1, 12, -1).Filter(func(s string) bool { return strings.ToValidUTF8(s, "") == s })
	maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
	r := request.Request{Model: "claude-sonnet-4-6", MaxTokens: rapid.IntRange(1, 1000).Draw(t, "max"), User: text.Draw(t, "user"), ServiceTier: "auto"}
	switch {
	case maybe("sampling"):
		r.Temperature, r.TopK = new(rapid.Float64Range(0, 1).Draw(t, "temperature")), new(rapid.IntRange(0, 100).Draw(t, "top_k"))
		r.Stop = rapid.SliceOfN(text, 1, 3).Draw(t, "stop")
	case maybe("budget"):
		r.ReasoningBudget = rapid.IntRange(1024, 9000).Draw(t, "tokens")
	default:
		r.ReasoningEffort = rapid.SampledFrom([]request.Effort{"", request.EffortNone, request.EffortLow, request.EffortMedium, request.EffortHigh}).Draw(t, "effort")
	}
	if maybe("tools") {
		r.Tools = []request.Tool{{Name: "f", Description: text.Draw(t, "description"), Parameters: []byte(`{"type":"object"}`), Strict: new(maybe("strict")), Cache: drawMark(t)}}
		r.ToolChoice = rapid.SampledFrom([]request.ToolChoice{{Mode: request.ToolAuto}, {Mode: request.ToolNone}}).Draw(t, "choice")
		if r.ToolChoice.Mode == request.ToolAuto {
			r.ParallelToolCalls = new(maybe("parallel"))
		}
	}
	if maybe("schema") {
		r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Schema: []byte(`{"type":"object"}`), Strict: true}
	}
	if maybe("system") {
		r.Messages = []msg{{Role: request.RoleSystem, Parts: append(parts{textPart(text.Draw(t, "said"))}, markParts(t)...)}}
		if len(r.Messages[0].Parts) == 1 {
			r.Messages[0].Parts = append(parts{textPart(text.Draw(t, "first"))}, r.Messages[0].Parts...)
		}
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "turns") {
		r.Messages = append(r.Messages, drawTurn(t, text, i)...)
	}
	return r
}

func drawMark(t *rapid.T) *request.CacheBreakpoint {
	return rapid.SampledFrom([]*request.CacheBreakpoint{nil, {}, {TTL: 5 * time.Minute}, {TTL: time.Hour}}).Draw(t, "mark")
}

// markParts is one cache mark or none.
func markParts(t *rapid.T) parts {
	if m := drawMark(t); m != nil {
		return parts{*m}
	}
	return nil
}

// drawTurn makes a question and an answer, or a whole loop through a tool.
func drawTurn(t *rapid.T, text *rapid.Generator[string], i int) []msg {
	ask := user(text.Draw(t, "content"))
	if rapid.Bool().Draw(t, "media") {
		ask = msg{Role: request.RoleUser}
		for range rapid.IntRange(2, 4).Draw(t, "parts") {
			ask.Parts = append(append(ask.Parts, drawPart(t, text)), markParts(t)...)
		}
	}
	thought := request.ReasoningPart{Text: text.Draw(t, "thought"), Signature: text.Draw(t, "signature")}
	hidden := request.ReasoningPart{Encrypted: text.Draw(t, "encrypted")}
	opaque := request.ReasoningPart{Encrypted: `{"type":"server_tool_use","id":"x"}`, Format: anthropic.BlockFormat}
	cited := request.ReasoningPart{Encrypted: `[{"url":"u"}]`, Format: anthropic.CitationsFormat}
	said := append(parts{textPart(text.Draw(t, "answer")), cited}, markParts(t)...)
	if rapid.Bool().Draw(t, "plain") {
		return []msg{ask, assistant(append(parts{thought, hidden, opaque}, said...)...)}
	}
	id := fmt.Sprint("call", i)
	called := append(append(parts{thought}, said...), append(parts{request.ToolCall{ID: id, Name: "f", Arguments: `{"x": 1}`}}, markParts(t)...)...)
	result := request.ToolResult{CallID: id, Content: text.Draw(t, "result"), IsError: rapid.Bool().Draw(t, "failed")}
	if rapid.Bool().Draw(t, "result of parts") {
		result.Content, result.Parts = "", parts{drawPart(t, text)}
	}
	return []msg{ask, assistant(called...), results(append(parts{result}, markParts(t)...)...), assistant(said...)}
}

func drawPart(t *rapid.T, text *rapid.Generator[string]) request.Part {
	data := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "data")
	switch rapid.IntRange(0, 5).Draw(t, "part") {
	case 0:
		return request.ImagePart{Data: data, MediaType: "image/png"}
	case 1:
		return request.ImagePart{URL: text.Draw(t, "url")}
	case 2:
		return request.FilePart{Data: data, MediaType: "application/pdf", Name: text.Draw(t, "file")}
	case 3:
		return request.FilePart{ID: text.Draw(t, "file id"), Name: text.Draw(t, "file")}
	case 4:
		return request.FilePart{Data: []byte(text.Draw(t, "document")), MediaType: "text/plain"}
	}
	return textPart(text.Draw(t, "text"))
}

// What a client sends, ParseRequest must read back.
func TestRequestRoundTrips(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := drawRequest(rt)
		transport := canned.Answer(whole(`{"type":"text","text":"a"}`, `"end_turn"`))
		canned.CheckRoundTrip(rt, clientOver(t, transport, nil), transport, want, "anthropic", anthropic.ParseRequest)
	})
}
