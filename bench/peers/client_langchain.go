package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func openLangchain(s cell.Site) (*cell.Client, error) {
	httpClient := s.Client()
	model, err := openai.New(openai.WithToken(apiKey), openai.WithModel(chatModel), openai.WithBaseURL(s.Chat()), openai.WithHTTPClient(httpClient))
	if err != nil {
		return nil, err
	}
	generate := func(ctx context.Context, more ...llms.CallOption) (cell.Answer, error) {
		turns := []llms.MessageContent{
			llms.TextParts(llms.ChatMessageTypeSystem, yardstick.System), llms.TextParts(llms.ChatMessageTypeHuman, yardstick.Prompt),
		}
		r, err := model.GenerateContent(ctx, turns, append(more, llms.WithMaxTokens(300), llms.WithTemperature(0.7))...)
		if err != nil {
			return cell.Answer{}, err
		}
		if len(r.Choices) == 0 {
			return cell.Answer{}, fmt.Errorf("langchaingo gave no choice")
		}
		in, _ := r.Choices[0].GenerationInfo["PromptTokens"].(int)
		out, _ := r.Choices[0].GenerationInfo["CompletionTokens"].(int)
		return cell.Answer{Text: r.Choices[0].Content, In: in, Out: out}, nil
	}
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) { return generate(ctx) },
		Stream: func(ctx context.Context) (cell.Answer, error) {
			var text strings.Builder
			got, err := generate(ctx, llms.WithStreamingFunc(func(_ context.Context, piece []byte) error { text.Write(piece); return nil }))
			got.Text = text.String()
			return got, err
		},
		Close: httpClient.CloseIdleConnections,
	}, nil
}
