package contract

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/request"
)

// listen reads a stream to its end and holds it to the promises of request.Client.
func listen(ctx context.Context, c request.Client, req request.Request) (*ending, error) {
	var heard request.Assembler
	var limits *request.Limits
	var last *request.Response
	var failure error
	n := 0
	for chunk, err := range c.Stream(ctx, req) {
		switch n++; {
		case last != nil || failure != nil:
			return nil, fmt.Errorf("the stream went on after its end: %+v, %v", chunk, err)
		case err != nil && !reflect.DeepEqual(chunk, request.Chunk{}):
			return nil, fmt.Errorf("a chunk came with the error %w: %+v", err, chunk)
		case chunk.Limits != nil && n > 1:
			return nil, errors.New("rate limits came after the first chunk")
		}
		if chunk.Limits != nil {
			limits = chunk.Limits
		}
		failure, last = err, chunk.Response
		if failure == nil && last == nil {
			heard.Add(chunk)
		}
	}
	pieces := new(request.Response)
	heard.Fill(pieces)
	if last == nil && failure == nil {
		return nil, fmt.Errorf("the stream ended after %d chunks with neither response nor error", n)
	}
	end, err := ended(ctx, last, failure)
	if err != nil {
		return nil, err
	}
	end.limits, end.pieces = limits, pieces
	return end, end.addsUp()
}

// addsUp holds the pieces of a stream against the answer, or the part of one, that it ended with.
func (e *ending) addsUp() error {
	whole := e.response
	if e.err != nil {
		whole = e.err.Partial
	}
	if whole == nil {
		return that(e.pieces.Content == "" && len(e.pieces.Parts) == 0, "the error has no Partial although %q was handed out", e.pieces.Content)
	}
	return errors.Join(
		that(e.pieces.Content == whole.Content, "the pieces of the text add up to %s, not to %s", brief(e.pieces.Content), brief(whole.Content)),
		that(e.pieces.Reasoning == whole.Reasoning, "the pieces of the reasoning add up to %s, not to %s", brief(e.pieces.Reasoning), brief(whole.Reasoning)),
		want("the tool calls, as the pieces add up,", unsigned(e.pieces.ToolCalls), unsigned(whole.ToolCalls)),
	)
}

// unsigned leaves out what need not come in pieces.
func unsigned(calls []request.ToolCall) (out []request.ToolCall) {
	for _, c := range calls {
		out = append(out, request.ToolCall{ID: c.ID, Name: c.Name, Arguments: c.Arguments})
	}
	return out
}

// brief is a text short enough to be read in an error.
func brief(s string) string {
	const most = 120
	if len(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q… (%d bytes)", s[:most], len(s))
}

// sound checks what holds for every answer.
func sound(r *request.Response) error {
	var text, reasoning strings.Builder
	var calls []request.ToolCall
	for _, part := range r.Parts {
		switch p := part.(type) {
		case request.TextPart:
			text.WriteString(p.Text)
		case request.ReasoningPart:
			reasoning.WriteString(p.Text)
		case request.ToolCall:
			calls = append(calls, p)
		}
	}
	u := r.Usage
	return errors.Join(
		that(r.Provider != "" && r.Model != "", "a response without provider (%q) or model (%q)", r.Provider, r.Model),
		that(r.FinishReason != "", "a response without finish reason"),
		that(r.Content == text.String(), "the Content is %s, the text parts are %s", brief(r.Content), brief(text.String())),
		that(r.Reasoning == reasoning.String(), "the Reasoning is %s, the reasoning parts are %s", brief(r.Reasoning), brief(reasoning.String())),
		want("ToolCalls, beside those of Parts,", r.ToolCalls, calls),
		that(u.Reported != u.Estimated, "usage must be either reported or estimated: %+v", u),
		that(min(u.InputTokens, u.CacheReadTokens, u.CacheWrite5mTokens, u.CacheWrite1hTokens, u.OutputTokens) >= 0, "a negative count: %+v", u),
		that(u.ReasoningTokens+u.AudioOutputTokens+u.ImageOutputTokens <= u.OutputTokens, "more tokens of a kind than there are: %+v", u),
	)
}

// showsNoSecret looks for the API key wherever an error has text.
func showsNoSecret(e *request.Error, err error) error {
	for _, text := range []string{err.Error(), e.Error(), e.Message, e.Code, e.Type, e.RequestID} {
		if strings.Contains(text, Key) {
			return fmt.Errorf("the error shows the API key: %s", strings.ReplaceAll(text, Key, "(KEY)"))
		}
	}
	return nil
}

// sameMeaning compares the ends of one request asked in both ways; what names the exchange may differ.
func sameMeaning(whole, streamed *ending) error {
	a, b := essence(whole), essence(streamed)
	if diff := cmp.Diff(a, b); diff != "" {
		return fmt.Errorf("the two ways, Complete and Stream, came to different ends (-Complete +Stream):\n%s", diff)
	}
	return nil
}

// meaning is an end without what may differ between two exchanges.
type meaning struct {
	Class                       request.Class
	Content, Reasoning, Refusal string
	Calls                       []request.ToolCall
	Finish                      request.FinishReason
	Model                       string
	Usage                       request.Usage
	Warnings                    []request.Warning
}

func essence(e *ending) meaning {
	if e.err != nil { // how much had arrived differs by nature
		return meaning{Class: e.err.Class}
	}
	r := e.response
	m := meaning{
		Content: r.Content, Reasoning: r.Reasoning, Refusal: r.Refusal, Finish: r.FinishReason, Model: r.Model,
		Usage: r.Usage, Warnings: r.Warnings,
	}
	for _, c := range r.ToolCalls {
		m.Calls = append(m.Calls, request.ToolCall{Name: c.Name, Arguments: c.Arguments})
	}
	return m
}
