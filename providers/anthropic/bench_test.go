package anthropic_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/anthropic"
)

// benchServer gives a 1 KB answer, or a stream of 100 deltas.
func benchServer() yardstick.Server {
	h := http.Header{}
	h.Set("Request-Id", "req_0123456789")
	for _, kind := range []string{"Requests", "Tokens", "Input-Tokens", "Output-Tokens"} {
		h.Set("Anthropic-Ratelimit-"+kind+"-Limit", "2000000")
		h.Set("Anthropic-Ratelimit-"+kind+"-Remaining", "1999000")
		h.Set("Anthropic-Ratelimit-"+kind+"-Reset", "2026-11-25T07:00:00Z")
	}
	answer := `{"model":"claude-sonnet-4-5-20250929","id":"msg_01ABC","type":"message","role":"assistant","content":[{"type":"text","text":` + yardstick.Text() +
		`}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":21,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,` +
		`"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":220,"service_tier":"standard"}}`
	stream := strings.SplitAfter(streamed("end_turn", textBlock(0, yardstick.Words()...)...), "\n\n")
	return yardstick.Server{Header: h, Answers: map[string]yardstick.Answer{"/v1/messages": {Whole: answer, Events: stream}}}
}

const benchModel = "claude-sonnet-4-5"

// What the hand-written client sends and reads.
type (
	rawMessage struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	rawRequest struct {
		Model       string       `json:"model"`
		System      string       `json:"system"`
		Messages    []rawMessage `json:"messages"`
		MaxTokens   int          `json:"max_tokens"`
		Temperature float64      `json:"temperature"`
		Stream      bool         `json:"stream,omitempty"`
	}
	rawUsage struct {
		InputTokens  int `json:"input_tokens"`
		OutputTokens int `json:"output_tokens"`
	}
	rawBlock struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	rawResponse struct {
		ID         string     `json:"id"`
		Model      string     `json:"model"`
		Content    []rawBlock `json:"content"`
		StopReason string     `json:"stop_reason"`
		Usage      rawUsage   `json:"usage"`
	}
	rawEvent struct {
		Type  string   `json:"type"`
		Delta rawBlock `json:"delta"`
	}
)

func rawAsk(stream bool) *rawRequest {
	return &rawRequest{Model: benchModel, System: yardstick.System, MaxTokens: 300, Temperature: 0.7, Stream: stream,
		Messages: []rawMessage{{"user", yardstick.Prompt}}}
}

// benchClient returns our client, and the address for the hand-written one.
func benchClient(b *testing.B) (ours *anthropic.Client, url string) {
	base := yardstick.Start(b)
	return clientOver(b, wire.NewTransport(), func(c *anthropic.Config) { c.BaseURL = base }), base + "/v1/messages"
}

var benchHeader = http.Header{"X-Api-Key": {testKey}, "Anthropic-Version": {"2023-06-01"}}

func BenchmarkComplete(b *testing.B) {
	ours, url := benchClient(b)
	yardstick.Compare(b, url, benchHeader, yardstick.RawComplete(
		func() any { return rawAsk(false) }, func(r *rawResponse) string { return r.Content[0].Text }), yardstick.Completing(ours, benchModel))
}

func BenchmarkStream100(b *testing.B) {
	ours, url := benchClient(b)
	yardstick.Compare(b, url, benchHeader, yardstick.RawStream(
		func() any { return rawAsk(true) }, func(e *rawEvent) string { return e.Delta.Text }), yardstick.Streaming(ours, benchModel))
}
