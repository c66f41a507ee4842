package main

import (
	"context"
	"strings"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

func openAnthropicSDK(s site) (*opened, error) {
	httpClient := s.client()
	c := anthropic.NewClient(option.WithAPIKey(apiKey), option.WithBaseURL(s.root), option.WithHTTPClient(httpClient), option.WithMaxRetries(retries))
	request := func() anthropic.MessageNewParams {
		return anthropic.MessageNewParams{
			Model: messagesModel, MaxTokens: 300, Temperature: anthropic.Float(0.7),
			System:   []anthropic.TextBlockParam{{Text: yardstick.System}},
			Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(yardstick.Prompt))},
		}
	}
	return &opened{
		complete: func(ctx context.Context) (answer, error) {
			r, err := c.Messages.New(ctx, request())
			if err != nil {
				return answer{}, err
			}
			return answer{r.Content[0].Text, int(r.Usage.InputTokens), int(r.Usage.OutputTokens)}, nil
		},
		stream: func(ctx context.Context) (got answer, _ error) {
			stream := c.Messages.NewStreaming(ctx, request())
			defer stream.Close()
			var text strings.Builder
			for stream.Next() {
				event := stream.Current()
				text.WriteString(event.Delta.Text)
				got.in, got.out = max(got.in, int(event.Message.Usage.InputTokens)), max(got.out, int(event.Usage.OutputTokens))
			}
			got.text = text.String()
			return got, stream.Err()
		},
		close: httpClient.CloseIdleConnections,
	}, nil
}
