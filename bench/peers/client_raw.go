package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

func openRawChat(s site) (*opened, error) {
	transport := s.transport()
	raw := yardstick.NewRaw(s.chat()+"/chat/completions", http.Header{"Authorization": {"Bearer " + apiKey}}, transport)
	return &opened{
		complete: func(ctx context.Context) (answer, error) {
			var r yardstick.ChatResponse
			if err := raw.Complete(ctx, yardstick.AskChat(chatModel, false), &r); err != nil {
				return answer{}, err
			}
			return answer{r.Choices[0].Message.Content, r.Usage.PromptTokens, r.Usage.CompletionTokens}, nil
		},
		stream: func(ctx context.Context) (got answer, _ error) {
			var text strings.Builder
			err := raw.Stream(ctx, yardstick.AskChat(chatModel, true), func(data []byte) error {
				var event yardstick.ChatResponse
				if err := json.Unmarshal(data, &event); err != nil {
					return err
				}
				text.WriteString(event.Delta())
				if event.Usage != nil {
					got.in, got.out = event.Usage.PromptTokens, event.Usage.CompletionTokens
				}
				return nil
			})
			got.text = text.String()
			return got, err
		},
		close: transport.CloseIdleConnections,
	}, nil
}
