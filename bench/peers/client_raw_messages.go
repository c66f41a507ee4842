package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
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

func openRawMessages(s cell.Site) (*cell.Client, error) {
	transport := s.Transport()
	header := http.Header{"X-Api-Key": {apiKey}, "Anthropic-Version": {"2023-06-01"}}
	raw := yardstick.NewRaw(s.Root+"/v1/messages", header, transport)
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			var r messagesResponse
			if err := raw.Complete(ctx, askMessages(false), &r); err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Content[0].Text, In: r.Usage.In, Out: r.Usage.Out}, nil
		},
		Stream: func(ctx context.Context) (got cell.Answer, _ error) {
			var text strings.Builder
			err := raw.Stream(ctx, askMessages(true), func(data []byte) error {
				var event messagesEvent
				if err := json.Unmarshal(data, &event); err != nil {
					return err
				}
				text.WriteString(event.Delta.Text)
				got.In, got.Out = max(got.In, event.Message.Usage.In), max(got.Out, event.Usage.Out)
				return nil
			})
			got.Text = text.String()
			return got, err
		},
		Close: transport.CloseIdleConnections,
	}, nil
}
