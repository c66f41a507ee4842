package main

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func openGate(s cell.Site) (*cell.Client, error) { return gate(s, "openai/"+chatModel, s.Chat(), nil) }

func openMessagesGate(s cell.Site) (*cell.Client, error) {
	return gate(s, "anthropic/"+messagesModel, s.Root, nil)
}

// openCachedGate has a cache to which no two requests are the same.
func openCachedGate(s cell.Site) (*cell.Client, error) {
	var n atomic.Uint64
	return gate(s, "openai/"+chatModel, s.Chat(), &cache.Config{Vary: func(*request.Request) string { return strconv.FormatUint(n.Add(1), 36) }})
}

func gate(s cell.Site, model, url string, c *cache.Config) (*cell.Client, error) {
	transport := s.Transport()
	g, err := llmgate.New(context.Background(), llmgate.Config{
		Targets: []llmgate.Target{{
			Model: model, MaxInFlight: max(s.Callers, 64),
			Options: []llmgate.Option{llmgate.WithAPIKey(apiKey), llmgate.WithBaseURL(url), llmgate.WithTransport(transport)},
		}},
		Budget: llmgate.Budget{TotalUSD: 1_000_000},
		Cache:  c,
	})
	if err != nil {
		return nil, err
	}
	return ours(g, "", func() { g.Abort(); transport.CloseIdleConnections() }), nil
}

func openProvider(s cell.Site) (*cell.Client, error) {
	transport := s.Transport()
	c, err := openai.New(openai.Config{APIKey: apiKey, BaseURL: s.Chat(), Transport: transport})
	if err != nil {
		return nil, err
	}
	return ours(c, chatModel, transport.CloseIdleConnections), nil
}

func openMessagesProvider(s cell.Site) (*cell.Client, error) {
	transport := s.Transport()
	c, err := anthropic.New(anthropic.Config{APIKey: apiKey, BaseURL: s.Root, Transport: transport})
	if err != nil {
		return nil, err
	}
	return ours(c, messagesModel, transport.CloseIdleConnections), nil
}

func ours(c request.Client, model string, stop func()) *cell.Client {
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			r, err := c.Complete(ctx, yardstick.Request(model))
			if err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Content, In: r.Usage.InputTokens, Out: r.Usage.OutputTokens}, nil
		},
		Stream: func(ctx context.Context) (cell.Answer, error) {
			r, err := request.Collect(c.Stream(ctx, yardstick.Request(model)))
			if err != nil {
				return cell.Answer{}, err
			}
			return cell.Answer{Text: r.Content, In: r.Usage.InputTokens, Out: r.Usage.OutputTokens}, nil
		},
		Close: stop,
	}
}
