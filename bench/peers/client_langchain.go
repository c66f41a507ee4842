package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

func openLangchain(s site) (*opened, error) {
	httpClient := s.client()
	model, err := openai.New(openai.WithToken(apiKey), openai.WithModel(chatModel), openai.WithBaseURL(s.chat()), openai.WithHTTPClient(httpClient))
	if err != nil {
		return nil, err
	}
	generate := func(ctx context.Context, more ...llms.CallOption) (answer, error) {
		turns := []llms.MessageContent{
			llms.TextParts(llms.ChatMessageTypeSystem, yardstick.System), llms.TextParts(llms.ChatMessageTypeHuman, yardstick.Prompt),
		}
		r, err := model.GenerateContent(ctx, turns, append(more, llms.WithMaxTokens(300), llms.WithTemperature(0.7))...)
		if err != nil {
			return answer{}, err
		}
		if len(r.Choices) == 0 {
			return answer{}, fmt.Errorf("langchaingo gave no choice")
		}
		in, _ := r.Choices[0].GenerationInfo["PromptTokens"].(int)
		out, _ := r.Choices[0].GenerationInfo["CompletionTokens"].(int)
		return answer{r.Choices[0].Content, in, out}, nil
	}
	return &opened{
		complete: func(ctx context.Context) (answer, error) { return generate(ctx) },
		stream: func(ctx context.Context) (answer, error) {
			var text strings.Builder
			got, err := generate(ctx, llms.WithStreamingFunc(func(_ context.Context, piece []byte) error { text.Write(piece); return nil }))
			got.text = text.String()
			return got, err
		},
		close: httpClient.CloseIdleConnections,
	}, nil
}

// openSeed is what is quickly written around langchaingo: a group of goroutines, one for each request, behind a semaphore.
func openSeed(s site) (*opened, error) {
	o, err := openLangchain(s)
	if err != nil {
		return nil, err
	}
	places := semaphore.NewWeighted(int64(max(s.callers, 1)))
	var group errgroup.Group
	behind := func(call ask) ask {
		return func(ctx context.Context) (got answer, err error) {
			done := make(chan struct{})
			group.Go(func() error {
				defer close(done)
				if err = places.Acquire(ctx, 1); err != nil {
					return nil // it is the caller's
				}
				defer places.Release(1)
				got, err = call(ctx)
				return nil
			})
			<-done
			return got, err
		}
	}
	return &opened{complete: behind(o.complete), stream: behind(o.stream), close: func() { _ = group.Wait(); o.close() }}, nil
}
