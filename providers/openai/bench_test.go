package openai_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const streamChunks = 100

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
		"/v1/chat/completions": {Whole: benchAnswer(), Events: benchEvents()},
		"/v1/responses":        {Whole: benchResponse(), Events: benchResponseEvents()},
	}}
}

func benchAnswer() string {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog, twice.\n", 20)
	content, _ := json.Marshal(text)
	return `{"id":"chatcmpl-ABC123","object":"chat.completion","created":1777000000,"model":"gpt-5-mini-2025-08-07",` +
		`"choices":[{"index":0,"message":{"role":"assistant","content":` + string(content) + `,"refusal":null,"annotations":[]},` +
		`"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":21,"completion_tokens":220,"total_tokens":241,` +
		`"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,` +
		`"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":null}`
}

func benchEvents() []string {
	const head = `data: {"id":"chatcmpl-ABC123","object":"chat.completion.chunk","created":1777000000,"model":"gpt-5-mini-2025-08-07",` +
		`"service_tier":"default","system_fingerprint":null,`
	events := []string{head + `"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}` + "\n\n"}
	for i := range streamChunks {
		events = append(events, fmt.Sprintf(head+`"choices":[{"index":0,"delta":{"content":" word%d"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x7Q"}`+"\n\n", i))
	}
	return append(events,
		head+`"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}`+"\n\n",
		head+`"choices":[],"usage":{"prompt_tokens":21,"completion_tokens":100,"total_tokens":121,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}}`+"\n\n",
		"data: [DONE]\n\n")
}

const (
	benchKey    = "sk-benchmark"
	benchModel  = "gpt-5-mini"
	benchPrompt = "Why is the sky blue? Answer in about two hundred words, for a curious child of ten."
	benchSystem = "You are a helpful assistant."
)

func benchRequest() request.Request {
	return request.Request{
		Model: benchModel, MaxTokens: 300, Temperature: new(0.7),
		Messages: []request.Message{{Role: request.RoleSystem, Content: benchSystem}, {Role: request.RoleUser, Content: benchPrompt}},
	}
}

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
		Messages: []rawMessage{{"system", benchSystem}, {"user", benchPrompt}}}
	if stream {
		r.StreamOptions = &rawOptions{IncludeUsage: true}
	}
	return r
}

func rawComplete(c *yardstick.Raw) yardstick.Call {
	return func(ctx context.Context) (int, error) {
		var out rawResponse
		if err := c.Complete(ctx, rawChat(false), &out); err != nil {
			return 0, err
		}
		return len(out.Choices[0].Message.Content), nil
	}
}

func rawStream(c *yardstick.Raw) yardstick.Call {
	return func(ctx context.Context) (int, error) {
		var text strings.Builder
		err := c.Stream(ctx, rawChat(true), func(data []byte) error {
			var chunk rawResponse
			if err := json.Unmarshal(data, &chunk); err != nil {
				return err
			}
			if len(chunk.Choices) > 0 {
				text.WriteString(chunk.Choices[0].Delta.Content)
			}
			return nil
		})
		return text.Len(), err
	}
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
	yardstick.Compare(b, base+"/chat/completions", header, rawComplete, yardstick.Completing(ours, benchRequest))
}

func BenchmarkStream100(b *testing.B) {
	ours, base, header := benchClients(b, openai.Chat)
	yardstick.Compare(b, base+"/chat/completions", header, rawStream, yardstick.Streaming(ours, benchRequest))
}
