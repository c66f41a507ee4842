package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

func openRawChat(s cell.Site) (*cell.Client, error) {
	transport := s.Transport()
	raw := yardstick.NewRaw(s.Chat()+"/chat/completions", http.Header{"Authorization": {"Bearer " + apiKey}}, transport)
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			var r yardstick.ChatResponse
			if err := raw.Complete(ctx, yardstick.AskChat(chatModel, false), &r); err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Choices[0].Message.Content, In: r.Usage.PromptTokens, Out: r.Usage.CompletionTokens}, nil
		},
		Stream: func(ctx context.Context) (got cell.Answer, _ error) {
			var text strings.Builder
			err := raw.Stream(ctx, yardstick.AskChat(chatModel, true), func(data []byte) error {
				var event yardstick.ChatResponse
				if err := json.Unmarshal(data, &event); err != nil {
					return err
				}
				text.WriteString(event.Delta())
				if event.Usage != nil {
					got.In, got.Out = event.Usage.PromptTokens, event.Usage.CompletionTokens
				}
				return nil
			})
			got.Text = text.String()
			return got, err
		},
		Close: transport.CloseIdleConnections,
	}, nil
}
