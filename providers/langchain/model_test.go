package langchain_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

// asked is a client that keeps what it was asked, and answers with one response or error.
type asked struct {
	got    request.Request
	chunks []request.Chunk
	resp   *request.Response
	err    error
	left   bool
}

func (a *asked) Complete(_ context.Context, req request.Request) (*request.Response, error) {
	a.got = req
	return a.resp, a.err
}

func (a *asked) Stream(_ context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	a.got = req
	return func(yield func(request.Chunk, error) bool) {
		for _, c := range a.chunks {
			if !yield(c, nil) {
				a.left = true
				return
			}
		}
		yield(request.Chunk{Response: a.resp}, a.err)
	}
}

func (a *asked) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{}, nil
}

func (a *asked) Capabilities(string) request.Capabilities {
	return request.Capabilities{Known: true, Reasoning: true}
}

func question(t *testing.T, messages []llms.MessageContent, options ...llms.CallOption) (request.Request, *llms.ContentChoice) {
	t.Helper()
	client := &asked{resp: &request.Response{Content: "Hi"}}
	resp, err := langchain.Model(client).GenerateContent(t.Context(), messages, options...)
	if err != nil {
		t.Fatal(err)
	}
	return client.got, resp.Choices[0]
}

var hello = []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Hello?")}

func TestModelMessages(t *testing.T) {
	req, _ := question(t, []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "Be brief."),
		{Role: "user", Parts: []llms.ContentPart{
			llms.TextPart("Look:"), llms.ImageURLWithDetailPart("https://host/a.png", "low"), llms.ImageURLPart("data:image/png;base64,eA=="),
			llms.BinaryPart("image/png", []byte("x")), llms.BinaryPart("audio/wav", []byte("x")), llms.BinaryPart("application/pdf", []byte("x")),
			llms.WithCacheControl(llms.TextPart("long"), &llms.CacheControl{Type: "ephemeral", Duration: time.Hour}),
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			llms.TextPart("Let me see."), llms.ToolCall{ID: "1", FunctionCall: &llms.FunctionCall{Name: "f", Arguments: "{}"}},
		}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "1", Name: "f", Content: "done"}}},
	})
	want := []request.Message{
		{Role: request.RoleSystem, Content: "Be brief."},
		{Role: request.RoleUser, Parts: []request.Part{
			request.TextPart{Text: "Look:"}, request.ImagePart{URL: "https://host/a.png", Detail: "low"},
			request.ImagePart{Data: []byte("x"), MediaType: "image/png"}, request.ImagePart{Data: []byte("x"), MediaType: "image/png"},
			request.AudioPart{Data: []byte("x"), MediaType: "audio/wav"}, request.FilePart{Data: []byte("x"), MediaType: "application/pdf"},
			request.TextPart{Text: "long"}, request.CacheBreakpoint{TTL: time.Hour},
		}},
		{Role: request.RoleAssistant, Parts: []request.Part{request.TextPart{Text: "Let me see."}, request.ToolCall{ID: "1", Name: "f", Arguments: "{}"}}},
		{Role: request.RoleTool, Parts: []request.Part{request.ToolResult{CallID: "1", Name: "f", Content: "done"}}},
	}
	if diff := cmp.Diff(want, req.Messages); diff != "" {
		t.Error(diff)
	}
	if err := req.Validate(); err != nil {
		t.Error(err)
	}
}

func TestModelOptions(t *testing.T) {
	user := []request.Message{{Role: request.RoleUser, Content: "Hello?"}}
	tool := llms.Tool{Type: "function", Function: &llms.FunctionDefinition{Name: "f", Description: "d", Strict: true, Parameters: map[string]any{"type": "object"}}}
	tools := []request.Tool{{Name: "f", Description: "d", Strict: new(true), Parameters: json.RawMessage(`{"type":"object"}`)}}
	for name, c := range map[string]struct {
		options []llms.CallOption
		want    request.Request
	}{
		"none": {nil, request.Request{}},
		"all": {
			[]llms.CallOption{
				llms.WithModel("m"), llms.WithMaxTokens(7), llms.WithStopWords([]string{"END"}), llms.WithTemperature(0.5), llms.WithTopP(0.9),
				llms.WithTopK(40), llms.WithSeed(3), llms.WithFrequencyPenalty(0.1), llms.WithPresencePenalty(0.2), llms.WithJSONMode(),
				llms.WithCandidateCount(1), llms.WithMetadata(map[string]any{"team": "a"}), llms.WithThinkingMode(llms.ThinkingModeHigh),
			},
			request.Request{
				Model: "m", MaxTokens: 7, Stop: []string{"END"}, Temperature: new(0.5), TopP: new(0.9), TopK: new(40), Seed: new(int64(3)),
				FrequencyPenalty: new(0.1), PresencePenalty: new(0.2), ResponseFormat: request.ResponseFormat{Type: request.FormatJSON},
				Labels: map[string]string{"team": "a"}, ReasoningEffort: request.EffortHigh,
			},
		},
		"zeros that were set": {
			[]llms.CallOption{llms.WithTemperature(0), llms.WithTopP(0), llms.WithTopK(0), llms.WithSeed(0)},
			request.Request{Temperature: new(0.0), TopP: new(0.0), TopK: new(0), Seed: new(int64(0))},
		},
		"all at once": {
			[]llms.CallOption{llms.WithOptions(llms.CallOptions{Model: "m", Temperature: 0.5})},
			request.Request{Model: "m", Temperature: new(0.5)},
		},
		"a budget":  {[]llms.CallOption{llms.WithThinkingBudget(2000)}, request.Request{ReasoningBudget: 2000}},
		"automatic": {[]llms.CallOption{llms.WithThinkingMode(llms.ThinkingModeAuto)}, request.Request{}},
		"MIME type": {[]llms.CallOption{llms.WithResponseMIMEType("application/json")}, request.Request{ResponseFormat: request.ResponseFormat{Type: request.FormatJSON}}},
		"tools": {
			[]llms.CallOption{llms.WithTools([]llms.Tool{tool}), llms.WithToolChoice("any")},
			request.Request{Tools: tools, ToolChoice: request.ToolChoice{Mode: request.ToolRequired}},
		},
		"functions": {
			[]llms.CallOption{llms.WithFunctions([]llms.FunctionDefinition{*tool.Function}), llms.WithFunctionCallBehavior(llms.FunctionCallBehaviorNone)},
			request.Request{Tools: tools, ToolChoice: request.ToolChoice{Mode: request.ToolNone}},
		},
		"a named tool": {
			[]llms.CallOption{llms.WithTools([]llms.Tool{tool}), llms.WithToolChoice(&llms.ToolChoice{Type: "function", Function: &llms.FunctionReference{Name: "f"}})},
			request.Request{Tools: tools, ToolChoice: request.ToolChoice{Mode: request.ToolNamed, Name: "f"}},
		},
		"a named tool as a map": {
			[]llms.CallOption{llms.WithTools([]llms.Tool{tool}), llms.WithToolChoice(map[string]any{"type": "function", "function": map[string]any{"name": "f"}})},
			request.Request{Tools: tools, ToolChoice: request.ToolChoice{Mode: request.ToolNamed, Name: "f"}},
		},
		"auto without tools": {[]llms.CallOption{llms.WithToolChoice("auto")}, request.Request{}},
	} {
		c.want.Messages = user
		req, choice := question(t, hello, c.options...)
		if diff := cmp.Diff(c.want, req); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if w := choice.GenerationInfo["Warnings"]; w != nil {
			t.Errorf("%s: warnings %v", name, w)
		}
	}
}

func TestModelWarnsAndRefuses(t *testing.T) {
	_, choice := question(t, hello, llms.WithRepetitionPenalty(1.1), llms.WithMinLength(3), llms.WithMaxLength(9), llms.WithPromptCaching(true))
	if w, _ := choice.GenerationInfo["Warnings"].([]request.Warning); len(w) != 4 {
		t.Errorf("warnings %v", w)
	}
	for name, c := range map[string]struct {
		messages []llms.MessageContent
		option   llms.CallOption
	}{
		"candidate_count":      {hello, llms.WithCandidateCount(2)},
		"candidate_count: n":   {hello, llms.WithN(2)},
		"response_mime_type":   {hello, llms.WithResponseMIMEType("text/xml")},
		"tools[0]":             {hello, llms.WithTools([]llms.Tool{{Type: "retrieval"}})},
		"tool_choice":          {hello, llms.WithToolChoice(3)},
		"tool_choice: word":    {hello, llms.WithToolChoice("perhaps")},
		"messages[0].role":     {[]llms.MessageContent{llms.TextParts("oracle", "x")}, llms.WithTopK(1)},
		"messages[0].parts[0]": {[]llms.MessageContent{{Role: "ai", Parts: []llms.ContentPart{llms.ToolCall{ID: "1"}}}}, llms.WithTopK(1)},
	} {
		_, err := langchain.Model(&asked{}).GenerateContent(t.Context(), c.messages, c.option)
		if e := canned.AsError(t, err); e.Class != request.ClassInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestModelAnswer(t *testing.T) {
	usage := request.Usage{InputTokens: 6, CacheReadTokens: 4, CacheWrite5mTokens: 3, OutputTokens: 5, ReasoningTokens: 2, Reported: true}
	usage.SetCost(request.Money(1_000_000))
	client := &asked{resp: &request.Response{
		Content: "Hi", Reasoning: "hm", FinishReason: request.FinishToolCalls, RawFinishReason: "tool_use", Provider: "p", Model: "m-1", RequestID: "r1",
		ToolCalls: []request.ToolCall{{ID: "1", Name: "f", Arguments: "{}"}}, Usage: usage, Warnings: []request.Warning{{Field: "seed", Message: "lost"}},
	}}
	resp, err := langchain.Model(client).GenerateContent(t.Context(), hello)
	if err != nil {
		t.Fatal(err)
	}
	f := &llms.FunctionCall{Name: "f", Arguments: "{}"}
	want := &llms.ContentChoice{
		Content: "Hi", ReasoningContent: "hm", StopReason: "tool_calls", FuncCall: f, ToolCalls: []llms.ToolCall{{ID: "1", Type: "function", FunctionCall: f}},
		GenerationInfo: map[string]any{
			"PromptTokens": 13, "CompletionTokens": 5, "TotalTokens": 18, "InputTokens": 6, "OutputTokens": 5, "PromptCachedTokens": 4,
			"CacheReadInputTokens": 4, "CacheCreationInputTokens": 3, "ReasoningTokens": 2, "CompletionReasoningTokens": 2, "ThinkingTokens": 2,
			"PromptAudioTokens": 0, "CompletionAudioTokens": 0, "ThinkingContent": "hm", "Provider": "p", "Model": "m-1", "RequestID": "r1",
			"RawFinishReason": "tool_use", "CostUSD": 0.001, "Warnings": client.resp.Warnings,
		},
	}
	if diff := cmp.Diff(want, resp.Choices[0]); diff != "" {
		t.Error(diff)
	}
	// Wrapped again, the counts must be what they were.
	back, err := langchain.Wrap(langchain.Model(client), langchain.Config{}).Complete(t.Context(), ask())
	usage.Priced, usage.Cost, usage.CostUSD = false, 0, 0
	if diff := cmp.Diff(usage, back.Usage); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestModelStreams(t *testing.T) {
	client := &asked{chunks: []request.Chunk{{Limits: new(request.Limits)}, {Reasoning: "hm"}, {Content: "H"}, {Content: "i"}}, resp: &request.Response{Content: "Hi"}}
	var text, thought, again string
	resp, err := langchain.Model(client).GenerateContent(t.Context(), hello,
		llms.WithStreamingFunc(func(_ context.Context, chunk []byte) error { text += string(chunk); return nil }),
		llms.WithStreamingReasoningFunc(func(_ context.Context, reasoning, chunk []byte) error {
			thought += string(reasoning)
			again += string(chunk)
			return nil
		}))
	if err != nil || resp.Choices[0].Content != "Hi" || text != "Hi" || again != "Hi" || thought != "hm" {
		t.Errorf("streamed %q, %q, %q; %v", text, again, thought, err)
	}
	enough := errors.New("enough")
	_, err = langchain.Model(client).GenerateContent(t.Context(), hello, llms.WithStreamingFunc(func(context.Context, []byte) error { return enough }))
	if !errors.Is(err, enough) || !client.left {
		t.Errorf("got %v, the stream was left: %v", err, client.left)
	}
}

func TestModelPassesErrorsOn(t *testing.T) {
	cause := &request.Error{Class: request.ClassRateLimit, RetryAfter: time.Second}
	m := langchain.Model(&asked{err: cause})
	if _, err := llms.GenerateFromSinglePrompt(t.Context(), m, "Hello?"); err != error(cause) {
		t.Errorf("a single prompt: %v", err)
	}
	_, err := m.GenerateContent(t.Context(), hello, llms.WithStreamingFunc(func(context.Context, []byte) error { return nil }))
	if !errors.Is(err, request.ErrRateLimit) || err != error(cause) {
		t.Errorf("streamed: %v", err)
	}
	if !llms.SupportsReasoningModel(m) {
		t.Error("a client whose model reasons does not say so")
	}
}
