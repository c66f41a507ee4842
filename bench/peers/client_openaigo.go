package main

import (
	"context"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func openOpenAIGo(s cell.Site) (*cell.Client, error) {
	httpClient := s.Client()
	c := openai.NewClient(option.WithAPIKey(apiKey), option.WithBaseURL(s.Chat()), option.WithHTTPClient(httpClient), option.WithMaxRetries(cell.Retries))
	request := func() openai.ChatCompletionNewParams {
		return openai.ChatCompletionNewParams{
			Model: chatModel, MaxCompletionTokens: openai.Int(300), Temperature: openai.Float(0.7),
			Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage(yardstick.System), openai.UserMessage(yardstick.Prompt)},
		}
	}
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			r, err := c.Chat.Completions.New(ctx, request())
			if err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Choices[0].Message.Content, In: int(r.Usage.PromptTokens), Out: int(r.Usage.CompletionTokens)}, nil
		},
		Stream: func(ctx context.Context) (got cell.Answer, _ error) {
			r := request()
			r.StreamOptions.IncludeUsage = openai.Bool(true)
			stream := c.Chat.Completions.NewStreaming(ctx, r)
			defer stream.Close()
			var text strings.Builder
			for stream.Next() {
				event := stream.Current()
				if len(event.Choices) > 0 {
					text.WriteString(event.Choices[0].Delta.Content)
				}
				got.In, got.Out = int(event.Usage.PromptTokens), int(event.Usage.CompletionTokens)
			}
			got.Text = text.String()
			return got, stream.Err()
		},
		Close: httpClient.CloseIdleConnections,
	}, nil
}
