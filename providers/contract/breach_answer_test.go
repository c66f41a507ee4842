package contract_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/request"
)

// answerBreaches are ways of answering something else than what came.
var answerBreaches = map[string]breach{
	"has no last chunk": {breaking(broken{chunk: func(c request.Chunk) (request.Chunk, bool) { return c, c.Response == nil }}),
		[]string{"plain text"}, "neither response nor error"},
	"keeps tool calls for the end": {breaking(broken{chunk: func(c request.Chunk) (request.Chunk, bool) { return c, c.ToolCall.IsZero() }}),
		[]string{"one tool", "several calls at once"}, "as the pieces add up"},
	"counts a stream differently": {breaking(broken{chunk: func(c request.Chunk) (request.Chunk, bool) {
		if c.Response != nil {
			c.Response.Usage.OutputTokens *= 2
		}
		return c, true
	}}), []string{"plain text", "usage"}, "okens"},
	"counts nothing": {breaking(broken{response: func(r *request.Response) *request.Response {
		r.Usage = request.Usage{}
		return r
	}}), []string{"plain text"}, "either reported or estimated"},
	"leaves bodies open": {over(func(r *http.Response) { r.Body = io.NopCloser(r.Body) }),
		[]string{"plain text", "answer cut off", "stream: leaving the loop early", "error responses"}, "not closed"},
	"knows what models can do and sends all the same": {func(t testing.TB, p *contract.Provider) request.Client {
		untold := &contract.Provider{Transport: p.Transport}
		return &describing{openChat(t, untold), p.Capabilities}
	}, []string{"refusal of what a model can't do"}, "the model has no vision"},
	"mixes answers up": {func(t testing.TB, p *contract.Provider) request.Client { return &confused{Client: openChat(t, p)} },
		[]string{"one call after the other", "1000 goroutines on one client"}, "answer"},
	"does not escape": {over(func(r *http.Response) {
		text, _ := io.ReadAll(r.Body)
		r.Body.Close()
		r.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(text), `\\`, `\`)))
	}), []string{"Unicode"}, ""}, "answers something else": {breaking(broken{response: func(r *request.Response) *request.Response {
		r.Content, r.Parts = "Something else.", []request.Part{request.TextPart{Text: "Something else."}}
		return r
	}}), []string{"empty answer", "answer of 256 KB", "answer byte by byte", "after a failure"}, ""},
	"finds no tool calls beside text": {breaking(broken{response: func(r *request.Response) *request.Response {
		if r.Content != "" {
			r.ToolCalls, r.Parts = nil, r.Parts[:1]
		}
		return r
	}}), []string{"text beside a call"}, ""},
	"does not read limits": {breaking(broken{response: func(r *request.Response) *request.Response {
		r.Limits = request.Limits{}
		return r
	}}), []string{"rate limits of an answer"}, "are told as"},
	"counts no reasoning": {breaking(broken{response: func(r *request.Response) *request.Response {
		r.Usage.OutputTokens -= r.Usage.ReasoningTokens
		r.Usage.ReasoningTokens = 0
		return r
	}}), []string{"usage of reasoning"}, "the answer's tokens"},
	"counts no calls": {breaking(broken{response: func(r *request.Response) *request.Response {
		if len(r.ToolCalls) > 0 {
			r.Usage.OutputTokens = 0
		}
		return r
	}}), []string{"usage of tools"}, "the answer's tokens"},
	"cannot count": {func(t testing.TB, p *contract.Provider) request.Client { return &miscounting{openChat(t, p)} },
		[]string{"counting tokens", "counting under an ended context"}, "count"},
	"knows every model": {func(t testing.TB, p *contract.Provider) request.Client {
		return &describing{openChat(t, p), p.Capabilities}
	}, []string{"capabilities"}, "that nobody has described"},
}
