package main

import (
	"context"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

func openOpenAIGo(s site) (*opened, error) {
	httpClient := s.client()
	c := openai.NewClient(option.WithAPIKey(apiKey), option.WithBaseURL(s.chat()), option.WithHTTPClient(httpClient), option.WithMaxRetries(retries))
	request := func() openai.ChatCompletionNewParams {
		return openai.ChatCompletionNewParams{
			Model: chatModel, MaxCompletionTokens: openai.Int(300), Temperature: openai.Float(0.7),
			Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage(yardstick.System), openai.UserMessage(yardstick.Prompt)},
		}
	}
	return &opened{
		complete: func(ctx context.Context) (answer, error) {
			r, err := c.Chat.Completions.New(ctx, request())
			if err != nil {
				return answer{}, err
			}
			return answer{r.Choices[0].Message.Content, int(r.Usage.PromptTokens), int(r.Usage.CompletionTokens)}, nil
		},
		stream: func(ctx context.Context) (got answer, _ error) {
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
				got.in, got.out = int(event.Usage.PromptTokens), int(event.Usage.CompletionTokens)
			}
			got.text = text.String()
			return got, stream.Err()
		},
		close: httpClient.CloseIdleConnections,
	}, nil
}
