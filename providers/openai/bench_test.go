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
	yardstick.Compare(b, base+"/chat/completions", header, yardstick.RawChat(benchModel), yardstick.Completing(ours, benchModel))
}

func BenchmarkStream100(b *testing.B) {
	ours, base, header := benchClients(b, openai.Chat)
	yardstick.Compare(b, base+"/chat/completions", header, yardstick.RawChatStream(benchModel), yardstick.Streaming(ours, benchModel))
}
