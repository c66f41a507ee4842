package gemini_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

// drawRequest makes a request in the form in which ParseRequest returns it.
func drawRequest(t *rapid.T) request.Request {
	text := rapid.StringN(1, 12, -1).Filter(func(s string) bool { return strings.ToValidUTF8(s, "") == s })
	maybe := func(name string) bool { return rapid.Bool().Draw(t, name) }
	r := request.Request{MaxTokens: rapid.IntRange(0, 1000).Draw(t, "max"), ServiceTier: text.Draw(t, "tier")}
	if maybe("sampling") {
		r.Temperature, r.TopP = new(rapid.Float64Range(0, 2).Draw(t, "temperature")), new(rapid.Float64Range(0, 1).Draw(t, "top_p"))
		r.TopK, r.Seed = new(rapid.IntRange(0, 100).Draw(t, "top_k")), new(int64(rapid.Int32().Draw(t, "seed")))
		r.FrequencyPenalty, r.PresencePenalty = new(rapid.Float64Range(-2, 2).Draw(t, "frequency")), new(rapid.Float64Range(-2, 2).Draw(t, "presence"))
		r.Stop = rapid.SliceOfN(text, 1, 3).Draw(t, "stop")
		r.ReasoningEffort = rapid.SampledFrom([]request.Effort{"", request.EffortMinimal, request.EffortLow, request.EffortMedium, request.EffortHigh}).Draw(t, "effort")
	} else {
		r.ReasoningBudget = rapid.IntRange(0, 1000).Draw(t, "budget")
	}
	if maybe("tools") {
		strict := maybe("strict")
		r.Tools = []request.Tool{{Name: "f", Description: text.Draw(t, "description"), Parameters: []byte(`{"type":"object"}`)}}
		r.ToolChoice = rapid.SampledFrom([]request.ToolChoice{{}, {Mode: request.ToolAuto}, {Mode: request.ToolNone}, {Mode: request.ToolRequired}, {Mode: request.ToolNamed, Name: "f"}}).Draw(t, "choice")
		if strict && r.ToolChoice.Mode == request.ToolAuto {
			r.Tools[0].Strict = new(true)
		}
	}
	if maybe("schema") {
		r.ResponseFormat = request.ResponseFormat{Type: request.FormatJSONSchema, Schema: []byte(`{"type":"object"}`)}
	}
	if maybe("system") {
		r.Messages = []request.Message{{Role: request.RoleSystem, Content: text.Draw(t, "system")}}
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "turns") {
		r.Messages = append(r.Messages, drawTurn(t, text, i)...)
	}
	return r
}

func drawTurn(t *rapid.T, text *rapid.Generator[string], i int) []request.Message {
	user := request.Message{Role: request.RoleUser, Content: text.Draw(t, "content")}
	signature := rapid.SampledFrom([]string{"", "czE="}).Draw(t, "signature")
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		user.Content = ""
		user.Parts = []request.Part{request.ImagePart{URL: "https://x/" + text.Draw(t, "url"), MediaType: "image/png", Detail: "high"}}
		user.Parts = append(user.Parts, rapid.SliceOfN(rapid.Custom(func(t *rapid.T) request.Part { return drawPart(t, text) }), 0, 4).Draw(t, "parts")...)
		return []request.Message{user}
	case 1:
		first, second := fmt.Sprint("a", i), fmt.Sprint("b", i)
		called := assistant(request.ReasoningPart{Text: text.Draw(t, "why"), Signature: signature},
			request.ToolCall{ID: first, Name: "f", Arguments: `{"x":1}`, Signature: "czI="}, request.ToolCall{ID: second, Name: "g", Arguments: "{}"})
		return []request.Message{user, called, results(
			request.ToolResult{CallID: first, Content: text.Draw(t, "result"), IsError: rapid.Bool().Draw(t, "failed")},
			request.ToolResult{CallID: second, Content: `{"a":[1,"x"]}`, Parts: []request.Part{request.ImagePart{Data: []byte("hi"), MediaType: "image/png"}}})}
	}
	return []request.Message{user, assistant(request.ReasoningPart{Text: text.Draw(t, "thought")}, request.TextPart{Text: text.Draw(t, "answer"), Signature: signature},
		request.ReasoningPart{Encrypted: `{"executableCode":{}}`, Format: gemini.PartFormat}, request.TextPart{Signature: "czM="})}
}

func drawPart(t *rapid.T, text *rapid.Generator[string]) request.Part {
	data := rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "data")
	switch rapid.IntRange(0, 3).Draw(t, "part") {
	case 0:
		return request.ImagePart{Data: data, MediaType: "image/png"}
	case 1:
		return request.FilePart{Data: data, MediaType: "application/pdf"}
	case 2:
		return request.AudioPart{Data: data, MediaType: "audio/wav"}
	}
	return request.TextPart{Text: text.Draw(t, "text")}
}

// What a client sends, ParseRequest must read back.
func TestRequestRoundTrips(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := drawRequest(rt)
		transport := canned.Answer(answer(`{"text":"a"}`, "STOP"))
		client := clientOver(t, transport, func(c *gemini.Config) { c.Model = "gemini-3-flash-preview" })
		canned.CheckRoundTrip(rt, client, transport, want, "gemini", gemini.ParseRequest)
	})
}
