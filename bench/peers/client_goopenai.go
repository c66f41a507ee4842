package main

import (
	"context"
	"errors"
	"io"
	"strings"

	goopenai "github.com/sashabaranov/go-openai"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func openGoOpenAI(s cell.Site) (*cell.Client, error) {
	cfg := goopenai.DefaultConfig(apiKey)
	httpClient := s.Client()
	cfg.BaseURL, cfg.HTTPClient = s.Chat(), httpClient
	c := goopenai.NewClientWithConfig(cfg)
	request := func() goopenai.ChatCompletionRequest {
		return goopenai.ChatCompletionRequest{
			Model: chatModel, MaxCompletionTokens: 300, Temperature: 0.7,
			Messages: []goopenai.ChatCompletionMessage{{Role: "system", Content: yardstick.System}, {Role: "user", Content: yardstick.Prompt}},
		}
	}
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			r, err := c.CreateChatCompletion(ctx, request())
			if err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Choices[0].Message.Content, In: r.Usage.PromptTokens, Out: r.Usage.CompletionTokens}, nil
		},
		Stream: func(ctx context.Context) (cell.Answer, error) {
			r := request()
			r.StreamOptions = &goopenai.StreamOptions{IncludeUsage: true}
			stream, err := c.CreateChatCompletionStream(ctx, r)
			if err != nil {
				return cell.Answer{}, err
			}
			defer stream.Close()
			return readGoOpenAI(stream)
		},
		Close: httpClient.CloseIdleConnections,
	}, nil
}

func readGoOpenAI(stream *goopenai.ChatCompletionStream) (got cell.Answer, _ error) {
	var text strings.Builder
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			got.Text = text.String()
			return got, nil
		}
		if err != nil {
			return cell.Answer{}, err
		}
		if len(event.Choices) > 0 {
			text.WriteString(event.Choices[0].Delta.Content)
		}
		if event.Usage != nil {
			got.In, got.Out = event.Usage.PromptTokens, event.Usage.CompletionTokens
		}
	}
}
