package main

import (
	"context"
	"strings"

	"github.com/mozilla-ai/any-llm-go/config"
	"github.com/mozilla-ai/any-llm-go/providers"
	"github.com/mozilla-ai/any-llm-go/providers/openai"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func openAnyLLM(s cell.Site) (*cell.Client, error) {
	httpClient := s.Client()
	c, err := openai.New(config.WithAPIKey(apiKey), config.WithBaseURL(s.Chat()), config.WithHTTPClient(httpClient))
	if err != nil {
		return nil, err
	}
	request := func() providers.CompletionParams {
		return providers.CompletionParams{
			Model: chatModel, MaxTokens: new(300), Temperature: new(0.7),
			Messages: []providers.Message{{Role: providers.RoleSystem, Content: yardstick.System}, {Role: providers.RoleUser, Content: yardstick.Prompt}},
		}
	}
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			r, err := c.Completion(ctx, request())
			if err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Choices[0].Message.ContentString(), In: r.Usage.PromptTokens, Out: r.Usage.CompletionTokens}, nil
		},
		Stream: func(ctx context.Context) (got cell.Answer, _ error) {
			r := request()
			r.StreamOptions = &providers.StreamOptions{IncludeUsage: true}
			events, failure := c.CompletionStream(ctx, r)
			var text strings.Builder
			for event := range events {
				if len(event.Choices) > 0 {
					text.WriteString(event.Choices[0].Delta.Content)
				}
				if event.Usage != nil {
					got.In, got.Out = event.Usage.PromptTokens, event.Usage.CompletionTokens
				}
			}
			got.Text = text.String()
			return got, <-failure
		},
		Close: httpClient.CloseIdleConnections,
	}, nil
}
