package langchain_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/tmc/langchaingo/llms"
	lcopenai "github.com/tmc/langchaingo/llms/openai"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const (
	benchKey   = "sk-benchmark"
	benchModel = "gpt-4o-mini"
)

// benchServer gives a 1 KB answer, or a stream of 100 words.
func benchServer() yardstick.Server {
	return yardstick.Server{
		Header:  http.Header{"X-Request-Id": {"req_0123456789"}},
		Answers: map[string]yardstick.Answer{"/v1/chat/completions": yardstick.Chat()},
	}
}

// The question of package yardstick in langchaingo's words.
func benchMessages() []llms.MessageContent {
	return []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, yardstick.System), llms.TextParts(llms.ChatMessageTypeHuman, yardstick.Prompt),
	}
}

// contenders are langchaingo alone, langchaingo through this package, and the native client, each with its own transport of
// the same kind, so that only the clients differ.
func contenders(b *testing.B) (bare llms.Model, wrapped, native request.Client) {
	b.Helper()
	url := yardstick.Start(b) + "/v1"
	bare, err := lcopenai.New(lcopenai.WithToken(benchKey), lcopenai.WithModel(benchModel), lcopenai.WithBaseURL(url),
		lcopenai.WithHTTPClient(&http.Client{Transport: wire.NewTransport()}))
	if err != nil {
		b.Fatal(err)
	}
	wrapped, err = langchain.OpenAI(langchain.Config{APIKey: benchKey, BaseURL: url, Transport: wire.NewTransport()})
	if err != nil {
		b.Fatal(err)
	}
	native, err = openai.New(openai.Config{APIKey: benchKey, BaseURL: url, Transport: wire.NewTransport()})
	if err != nil {
		b.Fatal(err)
	}
	return bare, wrapped, native
}

func BenchmarkComplete(b *testing.B) {
	bare, wrapped, native := contenders(b)
	b.Run("bare", func(b *testing.B) {
		yardstick.Measure(b, func(ctx context.Context) (int, error) {
			resp, err := bare.GenerateContent(ctx, benchMessages(), llms.WithMaxTokens(300), llms.WithTemperature(0.7))
			if err != nil {
				return 0, err
			}
			return len(resp.Choices[0].Content), nil
		})
	})
	b.Run("wrapped", func(b *testing.B) { yardstick.Measure(b, yardstick.Completing(wrapped, benchModel)) })
	b.Run("native", func(b *testing.B) { yardstick.Measure(b, yardstick.Completing(native, benchModel)) })
}

func BenchmarkStream100(b *testing.B) {
	bare, wrapped, native := contenders(b)
	b.Run("bare", func(b *testing.B) {
		yardstick.Measure(b, func(ctx context.Context) (n int, _ error) {
			_, err := bare.GenerateContent(ctx, benchMessages(), llms.WithMaxTokens(300), llms.WithTemperature(0.7),
				llms.WithStreamingFunc(func(_ context.Context, chunk []byte) error { n += len(chunk); return nil }))
			return n, err
		})
	})
	b.Run("wrapped", func(b *testing.B) { yardstick.Measure(b, yardstick.Streaming(wrapped, benchModel)) })
	b.Run("native", func(b *testing.B) { yardstick.Measure(b, yardstick.Streaming(native, benchModel)) })
}
