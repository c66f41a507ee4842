package main

import (
	"context"
	"strings"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func openAnthropicSDK(s cell.Site) (*cell.Client, error) {
	httpClient := s.Client()
	c := anthropic.NewClient(option.WithAPIKey(apiKey), option.WithBaseURL(s.Root), option.WithHTTPClient(httpClient), option.WithMaxRetries(cell.Retries))
	request := func() anthropic.MessageNewParams {
		return anthropic.MessageNewParams{
			Model: messagesModel, MaxTokens: 300, Temperature: anthropic.Float(0.7),
			System:   []anthropic.TextBlockParam{{Text: yardstick.System}},
			Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(yardstick.Prompt))},
		}
	}
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			r, err := c.Messages.New(ctx, request())
			if err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Content[0].Text, In: int(r.Usage.InputTokens), Out: int(r.Usage.OutputTokens)}, nil
		},
		Stream: func(ctx context.Context) (got cell.Answer, _ error) {
			stream := c.Messages.NewStreaming(ctx, request())
			defer stream.Close()
			var text strings.Builder
			for stream.Next() {
				event := stream.Current()
				text.WriteString(event.Delta.Text)
				got.In, got.Out = max(got.In, int(event.Message.Usage.InputTokens)), max(got.Out, int(event.Usage.OutputTokens))
			}
			got.Text = text.String()
			return got, stream.Err()
		},
		Close: httpClient.CloseIdleConnections,
	}, nil
}
