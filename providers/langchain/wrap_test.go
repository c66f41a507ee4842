package langchain_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

// scripted is a langchaingo model from elsewhere, which takes and gives whatever langchaingo has words for.
type scripted struct {
	answer func(ctx context.Context, o llms.CallOptions) (*llms.ContentResponse, error)

	mu       sync.Mutex
	messages []llms.MessageContent
	options  llms.CallOptions
}

func (s *scripted) Call(context.Context, string, ...llms.CallOption) (string, error) { panic("unused") }

func (s *scripted) GenerateContent(ctx context.Context, m []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	var o llms.CallOptions
	for _, option := range options {
		option(&o)
	}
	s.mu.Lock()
	s.messages, s.options = m, o
	s.mu.Unlock()
	return s.answer(ctx, o)
}

func saying(choices ...*llms.ContentChoice) *scripted {
	return &scripted{answer: func(context.Context, llms.CallOptions) (*llms.ContentResponse, error) {
		return &llms.ContentResponse{Choices: choices}, nil
	}}
}

func TestWrapSaysEverything(t *testing.T) {
	m := saying(&llms.ContentChoice{Content: "Hi", StopReason: "stop"})
	req := full()
	req.Messages[1].Parts = []request.Part{
		request.ImagePart{URL: "https://host/a.png", Detail: "low"}, request.FilePart{Data: []byte("%PDF-1.7")},
	}
	resp, err := langchain.Wrap(m, langchain.Config{Model: "m"}).Complete(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	want := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "Be brief. Be kind."),
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
			llms.TextPart("Weather?"), llms.ImageURLWithDetailPart("https://host/a.png", "low"), llms.BinaryPart("application/pdf", []byte("%PDF-1.7")),
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			llms.TextPart("Let me see."),
			llms.ToolCall{ID: "1", Type: "function", FunctionCall: &llms.FunctionCall{Name: "weather", Arguments: `{"city":"Rome"}`}},
			llms.ToolCall{ID: "2", Type: "function", FunctionCall: &llms.FunctionCall{Name: "now", Arguments: `{}`}},
		}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "1", Name: "weather", Content: "sunny"}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "2", Name: "now", Content: "Error: no clock"}}},
	}
	if diff := cmp.Diff(want, m.messages); diff != "" {
		t.Error(diff)
	}
	o := m.options
	if o.Model != "m" || o.MaxTokens != 100 || o.TopP != 0.5 || o.TopK != 40 || o.FrequencyPenalty != 0.1 || o.PresencePenalty != 0.2 ||
		!o.JSONMode || len(o.Tools) != 2 || !slices.Equal(o.StopWords, []string{"END"}) || llms.GetThinkingConfig(&o).Mode != llms.ThinkingModeLow ||
		!cmp.Equal(o.ToolChoice, any(llms.ToolChoice{Type: "function", Function: &llms.FunctionReference{Name: "now"}})) {
		t.Errorf("options %+v", o)
	}
	fields := canned.Warned(resp.Warnings)
	slices.Sort(fields)
	lost := []string{"parallel_tool_calls", "prompt_cache_key", "response_format", "seed", "service_tier", "tools.strict", "user"}
	if !slices.Equal(fields, lost) {
		t.Errorf("warnings %q, want %q", fields, lost)
	}
}

// langchaingo writes to the options it is given; two calls must not share them.
func TestWrapFreshOptions(t *testing.T) {
	m := saying(&llms.ContentChoice{Content: "Hi", StopReason: "stop"})
	client := langchain.Wrap(m, langchain.Config{})
	req := full()
	var seen []map[string]any
	for range 2 {
		if _, err := client.Complete(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if m.options.Metadata["mine"] != nil {
			t.Error("the metadata of the call before came again")
		}
		m.options.Metadata["mine"] = true
		seen = append(seen, m.options.Metadata)
	}
	if len(seen[0]) != 2 || len(req.Tools) != 2 {
		t.Errorf("metadata %v", seen)
	}
}

func TestWrapReadsAnswers(t *testing.T) {
	tool := func(id string) []llms.ToolCall {
		return []llms.ToolCall{{ID: id, FunctionCall: &llms.FunctionCall{Name: "f", Arguments: "{}"}}}
	}
	for name, c := range map[string]struct {
		choices []*llms.ContentChoice
		want    request.Response
	}{
		"openai": {
			[]*llms.ContentChoice{{Content: "Hi", ReasoningContent: "hm", StopReason: "length", GenerationInfo: map[string]any{
				"PromptTokens": 10, "CompletionTokens": 5, "PromptCachedTokens": 4, "ReasoningTokens": 2, "ThinkingContent": "hm"}}},
			request.Response{
				Content: "Hi", Reasoning: "hm", RawFinishReason: "length", FinishReason: request.FinishLength,
				Parts: []request.Part{request.ReasoningPart{Text: "hm"}, request.TextPart{Text: "Hi"}},
				Usage: request.Usage{InputTokens: 6, CacheReadTokens: 4, OutputTokens: 5, ReasoningTokens: 2, Reported: true},
			},
		},
		"anthropic, a choice for each block": {
			[]*llms.ContentChoice{
				{StopReason: "tool_use", GenerationInfo: map[string]any{"ThinkingContent": "hm", "ThinkingSignature": "s",
					"InputTokens": 10, "OutputTokens": 5, "CacheReadInputTokens": 4, "CacheCreationInputTokens": 3}},
				{Content: "<thinking>no</thinking>Hi", StopReason: "tool_use", GenerationInfo: map[string]any{"ThinkingContent": "no", "InputTokens": 10}},
				{ToolCalls: tool("a"), StopReason: "tool_use"},
			},
			request.Response{
				Content: "<thinking>no</thinking>Hi", Reasoning: "hm", RawFinishReason: "tool_use", FinishReason: request.FinishToolCalls,
				Parts:     []request.Part{request.ReasoningPart{Text: "hm", Signature: "s"}, request.TextPart{Text: "<thinking>no</thinking>Hi"}, request.ToolCall{ID: "a", Name: "f", Arguments: "{}"}},
				ToolCalls: []request.ToolCall{{ID: "a", Name: "f", Arguments: "{}"}},
				Usage:     request.Usage{InputTokens: 10, CacheReadTokens: 4, CacheWrite5mTokens: 3, OutputTokens: 5, Reported: true},
			},
		},
		"google, calls without an ID": {
			[]*llms.ContentChoice{{ToolCalls: append(tool(""), tool("")...), StopReason: "FinishReasonStop", GenerationInfo: map[string]any{
				"input_tokens": int32(10), "output_tokens": int32(5), "PromptTokens": int32(10), "CachedTokens": int32(4)}}},
			request.Response{
				RawFinishReason: "FinishReasonStop", FinishReason: request.FinishToolCalls,
				Parts:     []request.Part{request.ToolCall{ID: "call_0", Name: "f", Arguments: "{}"}, request.ToolCall{ID: "call_1", Name: "f", Arguments: "{}"}},
				ToolCalls: []request.ToolCall{{ID: "call_0", Name: "f", Arguments: "{}"}, {ID: "call_1", Name: "f", Arguments: "{}"}},
				Usage:     request.Usage{InputTokens: 6, CacheReadTokens: 4, OutputTokens: 5, Reported: true},
			},
		},
		"mistral, the provider's own object": {
			[]*llms.ContentChoice{{FuncCall: &llms.FunctionCall{Name: "f"}, StopReason: "tool_calls", GenerationInfo: map[string]any{
				"usage": struct {
					Prompt int `json:"prompt_tokens"`
					Output int `json:"completion_tokens"`
				}{7, 3}}}},
			request.Response{
				RawFinishReason: "tool_calls", FinishReason: request.FinishToolCalls, Parts: []request.Part{request.ToolCall{ID: "call_0", Name: "f"}},
				ToolCalls: []request.ToolCall{{ID: "call_0", Name: "f"}}, Usage: request.Usage{InputTokens: 7, OutputTokens: 3, Reported: true},
			},
		},
		"no counts, no reason": {
			[]*llms.ContentChoice{nil, {Content: "Hi there", GenerationInfo: map[string]any{"PromptTokens": 0, "CompletionTokens": 0}}},
			request.Response{
				Content: "Hi there", FinishReason: request.FinishOther, Parts: []request.Part{request.TextPart{Text: "Hi there"}},
				Usage: request.Usage{InputTokens: 6, OutputTokens: 2, Estimated: true},
			},
		},
	} {
		resp, err := langchain.Wrap(saying(c.choices...), langchain.Config{Model: "m"}).Complete(t.Context(), ask())
		if err != nil {
			t.Fatal(name, err)
		}
		c.want.Provider, c.want.Model = "langchain", "m"
		if diff := cmp.Diff(&c.want, resp); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWrapFailures(t *testing.T) {
	cause := errors.New("token sk-abcdef0123456789 refused")
	failing := func(answer func(context.Context, llms.CallOptions) (*llms.ContentResponse, error)) *scripted {
		return &scripted{answer: answer}
	}
	for name, c := range map[string]struct {
		model *scripted
		class request.Class
		says  string
	}{
		"panic": {failing(func(context.Context, llms.CallOptions) (*llms.ContentResponse, error) { panic("index out of range") }),
			request.ClassUnknown, "langchaingo panicked: index out of range"},
		"nothing": {failing(func(context.Context, llms.CallOptions) (*llms.ContentResponse, error) { return nil, nil }),
			request.ClassUnknown, "no answer"},
		"text": {failing(func(context.Context, llms.CallOptions) (*llms.ContentResponse, error) { return nil, cause }),
			request.ClassUnknown, "[redacted] refused"},
		"ours": {failing(func(context.Context, llms.CallOptions) (*llms.ContentResponse, error) {
			return nil, fmt.Errorf("wrapped: %w", &request.Error{Class: request.ClassQuota, Message: "no money"})
		}), request.ClassQuota, "no money"},
		"aws": {failing(func(context.Context, llms.CallOptions) (*llms.ContentResponse, error) { return nil, throttled{} }),
			request.ClassRateLimit, "429 ThrottlingException"},
		"withheld":      {saying(&llms.ContentChoice{StopReason: "SAFETY"}), request.ClassContentPolicy, "content filter"},
		"empty":         {saying(&llms.ContentChoice{}), request.ClassTruncated, "neither content nor a finish reason"},
		"without parts": {saying(), request.ClassTruncated, "neither content nor a finish reason"},
	} {
		client := langchain.Wrap(c.model, langchain.Config{Model: "m"})
		_, err := client.Complete(t.Context(), ask())
		if e := canned.AsError(t, err); e.Class != c.class || !strings.Contains(err.Error(), c.says) || e.Provider != "langchain" || e.Model != "m" {
			t.Errorf("%s: %v", name, err)
		}
		if _, streamed := canned.Collect(t, client, ask()); streamed == nil || streamed.Error() != err.Error() {
			t.Errorf("%s: streamed: %v", name, streamed)
		}
		if name == "text" && !errors.Is(err, cause) {
			t.Error("the cause is lost")
		}
	}
}

// throttled is an error as the AWS client gives it.
type throttled struct{}

func (throttled) Error() string       { return "slow down" }
func (throttled) HTTPStatusCode() int { return 429 }
func (throttled) ErrorCode() string   { return "ThrottlingException" }
