package fake

import (
	"fmt"
	"iter"
	"slices"
	"unicode/utf8"

	"github.com/seed63918563/llmgate/internal/tokens"
	"github.com/seed63918563/llmgate/request"
)

// defaultChunkSize is about a token.
const defaultChunkSize = 4

func (r *Reply) fails() bool { return r.Err != nil || r.Cut || r.Stall }

// answer is a reply made out for one request: whole, and in pieces.
type answer struct {
	response *request.Response
	chunks   []request.Chunk
}

// answer makes the reply out for the nth request of the client.
func (r *Reply) answer(req *request.Request, provider string, n int) answer {
	resp := new(request.Response)
	if r.Response != nil {
		resp = clone(r.Response)
	}
	if resp.Provider == "" {
		resp.Provider = provider
	}
	if resp.Model == "" {
		resp.Model = req.Model
	}
	r.addParts(resp, req, n)
	if r.Refusal != "" {
		resp.Refusal = r.Refusal
	}
	if resp.FinishReason == "" {
		resp.FinishReason = finish(resp)
	}
	switch {
	case r.Usage != nil:
		resp.Usage = clone(*r.Usage)
	case resp.Usage.TotalTokens() == 0:
		resp.Usage = request.Usage{InputTokens: tokens.Request(req), OutputTokens: tokens.Response(resp), Estimated: true}
	}
	return answer{response: resp, chunks: r.cut(resp)}
}

// addParts appends the reply's own parts, and repeats all parts in the fields for convenience.
func (r *Reply) addParts(resp *request.Response, req *request.Request, n int) {
	if r.Reasoning != "" {
		resp.Parts = append(resp.Parts, request.ReasoningPart{Text: r.Reasoning})
	}
	text := r.Text
	if r.Echo {
		text += lastText(req)
	}
	if text != "" {
		resp.Parts = append(resp.Parts, request.TextPart{Text: text})
	}
	for i, call := range r.ToolCalls {
		if call.ID == "" {
			call.ID = fmt.Sprintf("call_%d_%d", n, i+1)
		}
		resp.Parts = append(resp.Parts, call)
	}
	resp.Content, resp.Reasoning, resp.ToolCalls = "", "", nil
	for _, part := range resp.Parts {
		switch p := part.(type) {
		case request.TextPart:
			resp.Content += p.Text
		case request.ReasoningPart:
			resp.Reasoning += p.Text
		case request.ToolCall:
			resp.ToolCalls = append(resp.ToolCalls, p)
		}
	}
}

func finish(resp *request.Response) request.FinishReason {
	switch {
	case resp.Refusal != "":
		return request.FinishContentPolicy
	case len(resp.ToolCalls) > 0:
		return request.FinishToolCalls
	}
	return request.FinishStop
}

// cut makes the chunks of an answer; its limits come with the first.
func (r *Reply) cut(resp *request.Response) (chunks []request.Chunk) {
	size := r.ChunkSize
	if size == 0 {
		size = defaultChunkSize
	}
	for whole := range resp.Chunks() {
		chunks = appendPieces(chunks, whole, size)
	}
	if resp.Limits.Any() {
		if len(chunks) == 0 {
			chunks = make([]request.Chunk, 1)
		}
		chunks[0].Limits = new(resp.Limits)
	}
	return chunks
}

// appendPieces cuts the texts of a chunk, which carries one delta. A tool call's name comes before its arguments.
func appendPieces(chunks []request.Chunk, whole request.Chunk, size int) []request.Chunk {
	for piece := range pieces(whole.Content, size) {
		chunks = append(chunks, request.Chunk{Content: piece})
	}
	for piece := range pieces(whole.Reasoning, size) {
		chunks = append(chunks, request.Chunk{Reasoning: piece})
	}
	call := whole.ToolCall
	if arguments := call.Arguments; !call.IsZero() {
		call.Arguments = ""
		chunks = append(chunks, request.Chunk{ToolCall: call})
		for piece := range pieces(arguments, size) {
			chunks = append(chunks, request.Chunk{ToolCall: request.ToolCallDelta{Index: call.Index, Arguments: piece}})
		}
	}
	if whole.Part != nil {
		chunks = append(chunks, request.Chunk{Part: whole.Part})
	}
	return chunks
}

// pieces cuts a text into pieces of so many characters.
func pieces(text string, size int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			end := 0
			for n := 0; n < size && end < len(text); n++ {
				_, width := utf8.DecodeRuneInString(text[end:])
				end += width
			}
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
	}
}

// declined tells that the answer is no answer: such a call fails.
func (a *answer) declined() bool { return a.response.FinishReason == request.FinishContentPolicy }

func (a *answer) refusal() *request.Error {
	e := &request.Error{Class: request.ClassContentPolicy, MaybeBilled: true, Partial: a.response, Limits: a.response.Limits}
	if a.response.Refusal == "" {
		e.Message = "the answer was withheld by a content filter"
	} else {
		e.Message = "the model refused: " + a.response.Refusal
	}
	return e
}

// beginning is the answer as far as it has been heard.
func (a *answer) beginning(heard *request.Assembler) *request.Response {
	resp := &request.Response{
		Provider: a.response.Provider, Model: a.response.Model, ID: a.response.ID, RequestID: a.response.RequestID,
		Limits: a.response.Limits, Warnings: slices.Clone(a.response.Warnings),
	}
	heard.Fill(resp)
	return resp
}
