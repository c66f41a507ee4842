package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

const messagesModel = "claude-sonnet-4-5"

// What the hand-written client sends and reads in Anthropic's dialect.
type (
	turn struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	messagesRequest struct {
		Model       string  `json:"model"`
		System      string  `json:"system"`
		Messages    []turn  `json:"messages"`
		MaxTokens   int     `json:"max_tokens"`
		Temperature float64 `json:"temperature"`
		Stream      bool    `json:"stream,omitempty"`
	}
	usage struct {
		In  int `json:"input_tokens"`
		Out int `json:"output_tokens"`
	}
	block struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	messagesResponse struct {
		Content    []block `json:"content"`
		StopReason string  `json:"stop_reason"`
		Usage      usage   `json:"usage"`
	}
	messagesEvent struct {
		Type    string           `json:"type"`
		Message messagesResponse `json:"message"`
		Delta   block            `json:"delta"`
		Usage   usage            `json:"usage"`
	}
)

func askMessages(stream bool) *messagesRequest {
	return &messagesRequest{
		Model: messagesModel, System: yardstick.System, MaxTokens: 300, Temperature: 0.7, Stream: stream,
		Messages: []turn{{"user", yardstick.Prompt}},
	}
}

func openRawMessages(s site) (*opened, error) {
	transport := s.transport()
	header := http.Header{"X-Api-Key": {apiKey}, "Anthropic-Version": {"2023-06-01"}}
	raw := yardstick.NewRaw(s.root+"/v1/messages", header, transport)
	return &opened{
		complete: func(ctx context.Context) (answer, error) {
			var r messagesResponse
			if err := raw.Complete(ctx, askMessages(false), &r); err != nil {
				return answer{}, err
			}
			return answer{r.Content[0].Text, r.Usage.In, r.Usage.Out}, nil
		},
		stream: func(ctx context.Context) (got answer, _ error) {
			var text strings.Builder
			err := raw.Stream(ctx, askMessages(true), func(data []byte) error {
				var event messagesEvent
				if err := json.Unmarshal(data, &event); err != nil {
					return err
				}
				text.WriteString(event.Delta.Text)
				got.in, got.out = max(got.in, event.Message.Usage.In), max(got.out, event.Usage.Out)
				return nil
			})
			got.text = text.String()
			return got, err
		},
		close: transport.CloseIdleConnections,
	}, nil
}
