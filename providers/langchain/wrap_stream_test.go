package langchain_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/request"
)

// streaming is a model that hands on pieces and returns an answer.
func streaming(reasoning, text string, answer llms.ContentChoice) *scripted {
	return &scripted{answer: func(ctx context.Context, o llms.CallOptions) (*llms.ContentResponse, error) {
		for _, piece := range strings.Fields(reasoning) {
			if err := o.StreamingReasoningFunc(ctx, []byte(piece), nil); err != nil {
				return nil, err
			}
		}
		for _, piece := range strings.Fields(text) {
			if err := o.StreamingFunc(ctx, []byte(piece)); err != nil {
				return nil, err
			}
		}
		return &llms.ContentResponse{Choices: []*llms.ContentChoice{&answer}}, nil
	}}
}

// The pieces must add up to the answer, whatever of it the model handed on.
func TestWrapStreams(t *testing.T) {
	calls := []llms.ToolCall{{ID: "1", FunctionCall: &llms.FunctionCall{Name: "f", Arguments: "{}"}}}
	for name, c := range map[string]struct {
		model                    *scripted
		content, reasoning, call string
	}{
		"all of it":            {streaming("h m", "a b", llms.ContentChoice{Content: "ab", ReasoningContent: "hm"}), "ab", "hm", ""},
		"nothing of it":        {streaming("", "", llms.ContentChoice{Content: "ab", ReasoningContent: "hm", ToolCalls: calls}), "ab", "hm", "{}"},
		"the beginning":        {streaming("h", "a", llms.ContentChoice{Content: "ab", ReasoningContent: "hm"}), "ab", "hm", ""},
		"reasoning, not kept":  {streaming("h m", "a b", llms.ContentChoice{Content: "ab"}), "ab", "hm", ""},
		"text and a tool call": {streaming("", "a", llms.ContentChoice{Content: "a", ToolCalls: calls}), "a", "", "{}"},
	} {
		all, err := canned.Collect(t, langchain.Wrap(c.model, langchain.Config{}), ask())
		if err != nil {
			t.Fatal(name, err)
		}
		if all.Content != c.content || all.Last.Content != c.content || all.Reasoning != c.reasoning || all.Last.Reasoning != c.reasoning || all.Calls[0] != c.call {
			t.Errorf("%s: pieces %+v, answer %+v", name, all, all.Last)
		}
		var parts request.Assembler
		for _, p := range all.Last.Parts {
			parts.Part(p)
		}
		var joined request.Response
		parts.Fill(&joined)
		if joined.Reasoning != all.Last.Reasoning {
			t.Errorf("%s: the parts hold %q of the reasoning", name, joined.Reasoning)
		}
	}
}

func TestWrapRefusesPiecesOfAnotherAnswer(t *testing.T) {
	_, err := canned.Collect(t, langchain.Wrap(streaming("", "x", llms.ContentChoice{Content: "ab"}), langchain.Config{}), ask())
	if e := canned.AsError(t, err); e.Class != request.ClassTruncated || e.Partial.Content != "x" {
		t.Errorf("got %v", err)
	}
}

// Where langchaingo would mix up the tool calls of a stream, the request is sent as one that is not streamed.
func TestWrapOpenAIStreamWithTools(t *testing.T) {
	const whole = `{"choices":[{"message":{"content":"Wait.","tool_calls":[
		{"id":"1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}},
		{"id":"2","type":"function","function":{"name":"now","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}`
	transport := canned.Answer(whole)
	all, err := canned.Collect(t, wrappedOpenAI(t, transport), full())
	if err != nil {
		t.Fatal(err)
	}
	want := []request.ToolCall{{ID: "1", Name: "weather", Arguments: `{"city":"Rome"}`}, {ID: "2", Name: "now", Arguments: "{}"}}
	if diff := cmp.Diff(want, all.Last.ToolCalls); diff != "" || all.Content != "Wait." || all.Calls[1] != "{}" {
		t.Errorf("pieces %+v, calls %s", all, diff)
	}
	if strings.Contains(string(transport.Sent), `"stream"`) || all.Last.Warnings[len(all.Last.Warnings)-1].Field != "stream" {
		t.Errorf("sent %s, warnings %v", transport.Sent, all.Last.Warnings)
	}
}
