package openai_test

import (
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/openai"
)

// benchServer gives an answer of 1 KB, or a stream of 100 chunks, in either API.
func benchServer() yardstick.Server {
	h := http.Header{}
	h.Set("X-Request-Id", "req_0123456789")
	h.Set("X-Ratelimit-Limit-Requests", "5000")
	h.Set("X-Ratelimit-Remaining-Requests", "4999")
	h.Set("X-Ratelimit-Reset-Requests", "12ms")
	h.Set("X-Ratelimit-Limit-Tokens", "2000000")
	h.Set("X-Ratelimit-Remaining-Tokens", "1999000")
	h.Set("X-Ratelimit-Reset-Tokens", "30ms")
	return yardstick.Server{Header: h, Answers: map[string]yardstick.Answer{
		"/v1/chat/completions": yardstick.Chat(),
		"/v1/responses":        {Whole: benchResponse(), Events: benchResponseEvents()},
	}}
}

const (
	benchKey   = "sk-benchmark"
	benchModel = "gpt-5-mini"
)

// The hand-written client: what an engineer writes without a library.
type (
	rawMessage struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	rawOptions struct {
		IncludeUsage bool `json:"include_usage"`
	}
	rawRequest struct {
		Model         string       `json:"model"`
		Messages      []rawMessage `json:"messages"`
		MaxTokens     int          `json:"max_completion_tokens"`
		Temperature   float64      `json:"temperature"`
		Stream        bool         `json:"stream,omitempty"`
		StreamOptions *rawOptions  `json:"stream_options,omitempty"`
	}
	rawChoice struct {
		Message      rawMessage `json:"message"`
		Delta        rawMessage `json:"delta"`
		FinishReason string     `json:"finish_reason"`
	}
	rawUsage struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	}
	rawResponse struct {
		ID      string      `json:"id"`
		Model   string      `json:"model"`
		Choices []rawChoice `json:"choices"`
		Usage   *rawUsage   `json:"usage"`
	}
)

func rawChat(stream bool) *rawRequest {
	r := &rawRequest{Model: benchModel, MaxTokens: 300, Temperature: 0.7, Stream: stream,
		Messages: []rawMessage{{"system", yardstick.System}, {"user", yardstick.Prompt}}}
	if stream {
		r.StreamOptions = &rawOptions{IncludeUsage: true}
	}
	return r
}

func (r *rawResponse) delta() string {
	if len(r.Choices) == 0 {
		return ""
	}
	return r.Choices[0].Delta.Content
}

// benchClients returns our client of an API, and the address and headers for the hand-written one.
func benchClients(b *testing.B, api openai.API) (ours *openai.Client, base string, header http.Header) {
	base = yardstick.Start(b) + "/v1"
	ours, err := openai.New(openai.Config{API: api, APIKey: benchKey, BaseURL: base, Transport: wire.NewTransport()})
	if err != nil {
		b.Fatal(err)
	}
	return ours, base, http.Header{"Authorization": {"Bearer " + benchKey}}
}

func BenchmarkComplete(b *testing.B) {
	ours, base, header := benchClients(b, openai.Chat)
	yardstick.Compare(b, base+"/chat/completions", header, yardstick.RawComplete(
		func() any { return rawChat(false) }, func(r *rawResponse) string { return r.Choices[0].Message.Content }), yardstick.Completing(ours, benchModel))
}

func BenchmarkStream100(b *testing.B) {
	ours, base, header := benchClients(b, openai.Chat)
	yardstick.Compare(b, base+"/chat/completions", header, yardstick.RawStream(
		func() any { return rawChat(true) }, (*rawResponse).delta), yardstick.Streaming(ours, benchModel))
}
