package main

import (
	"context"
	"errors"
	"io"
	"strings"

	goopenai "github.com/sashabaranov/go-openai"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

func openGoOpenAI(s site) (*opened, error) {
	cfg := goopenai.DefaultConfig(apiKey)
	httpClient := s.client()
	cfg.BaseURL, cfg.HTTPClient = s.chat(), httpClient
	c := goopenai.NewClientWithConfig(cfg)
	request := func() goopenai.ChatCompletionRequest {
		return goopenai.ChatCompletionRequest{
			Model: chatModel, MaxCompletionTokens: 300, Temperature: 0.7,
			Messages: []goopenai.ChatCompletionMessage{{Role: "system", Content: yardstick.System}, {Role: "user", Content: yardstick.Prompt}},
		}
	}
	return &opened{
		complete: func(ctx context.Context) (answer, error) {
			r, err := c.CreateChatCompletion(ctx, request())
			if err != nil {
				return answer{}, err
			}
			return answer{r.Choices[0].Message.Content, r.Usage.PromptTokens, r.Usage.CompletionTokens}, nil
		},
		stream: func(ctx context.Context) (answer, error) {
			r := request()
			r.StreamOptions = &goopenai.StreamOptions{IncludeUsage: true}
			stream, err := c.CreateChatCompletionStream(ctx, r)
			if err != nil {
				return answer{}, err
			}
			defer stream.Close()
			return readGoOpenAI(stream)
		},
		close: httpClient.CloseIdleConnections,
	}, nil
}

func readGoOpenAI(stream *goopenai.ChatCompletionStream) (got answer, _ error) {
	var text strings.Builder
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			got.text = text.String()
			return got, nil
		}
		if err != nil {
			return answer{}, err
		}
		if len(event.Choices) > 0 {
			text.WriteString(event.Choices[0].Delta.Content)
		}
		if event.Usage != nil {
			got.in, got.out = event.Usage.PromptTokens, event.Usage.CompletionTokens
		}
	}
}
