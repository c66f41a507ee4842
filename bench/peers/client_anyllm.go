package main

import (
	"context"
	"strings"

	"github.com/mozilla-ai/any-llm-go/config"
	"github.com/mozilla-ai/any-llm-go/providers"
	"github.com/mozilla-ai/any-llm-go/providers/openai"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

func openAnyLLM(s site) (*opened, error) {
	httpClient := s.client()
	c, err := openai.New(config.WithAPIKey(apiKey), config.WithBaseURL(s.chat()), config.WithHTTPClient(httpClient))
	if err != nil {
		return nil, err
	}
	request := func() providers.CompletionParams {
		return providers.CompletionParams{
			Model: chatModel, MaxTokens: new(300), Temperature: new(0.7),
			Messages: []providers.Message{{Role: providers.RoleSystem, Content: yardstick.System}, {Role: providers.RoleUser, Content: yardstick.Prompt}},
		}
	}
	return &opened{
		complete: func(ctx context.Context) (answer, error) {
			r, err := c.Completion(ctx, request())
			if err != nil {
				return answer{}, err
			}
			return answer{r.Choices[0].Message.ContentString(), r.Usage.PromptTokens, r.Usage.CompletionTokens}, nil
		},
		stream: func(ctx context.Context) (got answer, _ error) {
			r := request()
			r.StreamOptions = &providers.StreamOptions{IncludeUsage: true}
			events, failure := c.CompletionStream(ctx, r)
			var text strings.Builder
			for event := range events {
				if len(event.Choices) > 0 {
					text.WriteString(event.Choices[0].Delta.Content)
				}
				if event.Usage != nil {
					got.in, got.out = event.Usage.PromptTokens, event.Usage.CompletionTokens
				}
			}
			got.text = text.String()
			return got, <-failure
		},
		close: httpClient.CloseIdleConnections,
	}, nil
}
