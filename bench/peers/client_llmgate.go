package main

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/seed63918563/llmgate"
	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

func openGate(s site) (*opened, error) { return gate(s, "openai/"+chatModel, s.chat(), nil) }

func openMessagesGate(s site) (*opened, error) {
	return gate(s, "anthropic/"+messagesModel, s.root, nil)
}

// openCachedGate has a cache to which no two requests are the same.
func openCachedGate(s site) (*opened, error) {
	var n atomic.Uint64
	return gate(s, "openai/"+chatModel, s.chat(), &cache.Config{Vary: func(*request.Request) string { return strconv.FormatUint(n.Add(1), 36) }})
}

func gate(s site, model, url string, c *cache.Config) (*opened, error) {
	transport := s.transport()
	g, err := llmgate.New(context.Background(), llmgate.Config{
		Targets: []llmgate.Target{{
			Model: model, MaxInFlight: max(s.callers, 64),
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

func openProvider(s site) (*opened, error) {
	transport := s.transport()
	c, err := openai.New(openai.Config{APIKey: apiKey, BaseURL: s.chat(), Transport: transport})
	if err != nil {
		return nil, err
	}
	return ours(c, chatModel, transport.CloseIdleConnections), nil
}

func openMessagesProvider(s site) (*opened, error) {
	transport := s.transport()
	c, err := anthropic.New(anthropic.Config{APIKey: apiKey, BaseURL: s.root, Transport: transport})
	if err != nil {
		return nil, err
	}
	return ours(c, messagesModel, transport.CloseIdleConnections), nil
}

func ours(c request.Client, model string, stop func()) *opened {
	return &opened{
		complete: func(ctx context.Context) (answer, error) {
			r, err := c.Complete(ctx, yardstick.Request(model))
			if err != nil {
				return answer{}, err
			}
			return answer{r.Content, r.Usage.InputTokens, r.Usage.OutputTokens}, nil
		},
		stream: func(ctx context.Context) (answer, error) {
			r, err := request.Collect(c.Stream(ctx, yardstick.Request(model)))
			if err != nil {
				return answer{}, err
			}
			return answer{r.Content, r.Usage.InputTokens, r.Usage.OutputTokens}, nil
		},
		close: stop,
	}
}
