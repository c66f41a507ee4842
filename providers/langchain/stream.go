package langchain

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// Stream returns the answer as langchaingo hands it on; what it hands on only at the end, tool calls and the answers of
// packages that do not stream, comes at the end. Leaving the loop cancels the call and waits until the model has returned.
func (a *adapter) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		c, err := a.prepare(&req)
		if err != nil {
			yield(request.Chunk{}, err)
			return
		}
		s := &stream{call: c, yield: yield, pieces: make(chan request.Chunk), ended: make(chan ending, 1)}
		s.run(ctx)
	}
}

// stream turns langchaingo's callbacks into the caller's loop. The model runs on a goroutine of its own; a callback, on
// whatever goroutine, waits until the loop has taken its piece.
type stream struct {
	call   *call
	yield  func(request.Chunk, error) bool
	pieces chan request.Chunk
	ended  chan ending
	// given is what the loop has got.
	content, reasoning strings.Builder
}

type ending struct {
	resp *request.Response
	err  error
}

func (s *stream) run(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		resp, err := s.call.generate(ctx, func(o *llms.CallOptions) { s.listen(ctx, o) })
		s.ended <- ending{resp, err}
	}()
	waited := false
	defer func() { // whatever the loop does, a panic included
		cancel()
		if !waited {
			<-s.ended
		}
	}()
	for {
		select {
		case piece := <-s.pieces:
			s.content.WriteString(piece.Content)
			s.reasoning.WriteString(piece.Reasoning)
			if !s.yield(piece, nil) {
				return
			}
		case end := <-s.ended:
			waited = true
			s.end(end)
			return
		}
	}
}

// listen sets the callbacks. Both are set because packages differ in which they call with what: text comes by the first in
// all of them, reasoning by the second.
func (s *stream) listen(ctx context.Context, o *llms.CallOptions) {
	takes := s.call.adapter.takes
	if takes.losesCalls && len(s.call.req.Tools) > 0 {
		s.call.Warn("stream", "sent as one piece: langchaingo loses or mixes up the tool calls of a stream")
		return
	}
	o.StreamingFunc = func(_ context.Context, text []byte) error {
		return s.pass(ctx, request.Chunk{Content: string(text)})
	}
	o.StreamingReasoningFunc = func(_ context.Context, reasoning, _ []byte) error {
		return s.pass(ctx, request.Chunk{Reasoning: string(reasoning)})
	}
}

func (s *stream) pass(ctx context.Context, piece request.Chunk) error {
	if piece.Content == "" && piece.Reasoning == "" {
		return ctx.Err()
	}
	select {
	case s.pieces <- piece:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end hands out what was not handed on before, and then the whole answer or the error.
func (s *stream) end(end ending) {
	if end.err != nil {
		s.yield(request.Chunk{}, s.withPartial(end.err))
		return
	}
	resp := end.resp
	if thought := s.reasoning.String(); thought != "" && resp.Reasoning == "" { // handed on, but not kept
		resp.Reasoning = thought
		resp.Parts = slices.Insert(resp.Parts, 0, request.Part(request.ReasoningPart{Text: thought}))
	}
	content, ok := strings.CutPrefix(resp.Content, s.content.String())
	reasoning, also := strings.CutPrefix(resp.Reasoning, s.reasoning.String())
	if !ok || !also {
		err := &request.Error{
			Class: request.ClassTruncated, MaybeBilled: true,
			Message: "the pieces that langchaingo streamed are not those of the answer that it returned",
		}
		s.yield(request.Chunk{}, s.withPartial(s.call.adapter.named(err, s.call.model)))
		return
	}
	for _, chunk := range rest(resp, content, reasoning) {
		if !s.yield(chunk, nil) {
			return
		}
	}
	s.yield(request.Chunk{Response: resp}, nil)
}

func rest(resp *request.Response, content, reasoning string) (chunks []request.Chunk) {
	if reasoning != "" {
		chunks = append(chunks, request.Chunk{Reasoning: reasoning})
	}
	if content != "" {
		chunks = append(chunks, request.Chunk{Content: content})
	}
	for i, call := range resp.ToolCalls {
		chunks = append(chunks, request.Chunk{ToolCall: request.ToolCallDelta{Index: i, ID: call.ID, Name: call.Name, Arguments: call.Arguments}})
	}
	return chunks
}

// withPartial adds what had come of the answer.
func (s *stream) withPartial(err error) error {
	e, ok := err.(*request.Error)
	if !ok || e.Partial != nil || s.content.Len()+s.reasoning.Len() == 0 {
		return err
	}
	var parts request.Assembler
	parts.Reason([]byte(s.reasoning.String()))
	parts.Text([]byte(s.content.String()))
	e.Partial = &request.Response{Provider: e.Provider, Model: e.Model, RequestID: e.RequestID, Limits: e.Limits, Warnings: s.call.Warnings}
	parts.Fill(e.Partial)
	return err
}
