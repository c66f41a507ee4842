package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	bifrost "github.com/maximhq/bifrost/core"
	"github.com/maximhq/bifrost/core/schemas"

	"github.com/seed63918563/llmgate/internal/yardstick"
)

// account is bifrost's way to be configured: one key, one server.
type account struct{ site }

func (account) GetConfiguredProviders() ([]schemas.ModelProvider, error) {
	return []schemas.ModelProvider{schemas.OpenAI}, nil
}

func (account) GetKeysForProvider(context.Context, schemas.ModelProvider) ([]schemas.Key, error) {
	return []schemas.Key{{ID: "key", Value: *schemas.NewSecretVar(apiKey), Models: schemas.WhiteList{"*"}, Weight: 1}}, nil
}

func (a account) GetConfigForProvider(schemas.ModelProvider) (*schemas.ProviderConfig, error) {
	return &schemas.ProviderConfig{
		NetworkConfig: schemas.NetworkConfig{
			BaseURL: a.root, DefaultRequestTimeoutInSeconds: 300, MaxRetries: retries, MaxConnsPerHost: max(5000, a.callers),
			RetryBackoffInitial: 500 * time.Millisecond, RetryBackoffMax: 5 * time.Second, AllowPrivateNetwork: true,
		},
		ConcurrencyAndBufferSize: schemas.ConcurrencyAndBufferSize{Concurrency: max(64, a.callers), BufferSize: max(64, a.callers)},
	}, nil
}

func openBifrost(s site) (*opened, error) {
	c, err := bifrost.Init(context.Background(), schemas.BifrostConfig{Account: account{s}, Logger: bifrost.NewNoOpLogger(), InitialPoolSize: max(64, s.callers)})
	if err != nil {
		return nil, err
	}
	return &opened{
		complete: func(ctx context.Context) (answer, error) {
			r, failure := c.ChatCompletionRequest(schemas.NewBifrostContext(ctx, schemas.NoDeadline), bifrostRequest())
			if failure != nil {
				return answer{}, bifrostError(failure)
			}
			return answer{*r.Choices[0].Message.Content.ContentStr, r.Usage.PromptTokens, r.Usage.CompletionTokens}, nil
		},
		stream: func(ctx context.Context) (answer, error) {
			chunks, failure := c.ChatCompletionStreamRequest(schemas.NewBifrostContext(ctx, schemas.NoDeadline), bifrostRequest())
			if failure != nil {
				return answer{}, bifrostError(failure)
			}
			return readBifrost(chunks)
		},
		close: c.Shutdown,
	}, nil
}

func bifrostRequest() *schemas.BifrostChatRequest {
	say := func(role schemas.ChatMessageRole, text string) schemas.ChatMessage {
		return schemas.ChatMessage{Role: role, Content: &schemas.ChatMessageContent{ContentStr: &text}}
	}
	return &schemas.BifrostChatRequest{
		Provider: schemas.OpenAI, Model: chatModel,
		Input:  []schemas.ChatMessage{say(schemas.ChatMessageRoleSystem, yardstick.System), say(schemas.ChatMessageRoleUser, yardstick.Prompt)},
		Params: &schemas.ChatParameters{MaxCompletionTokens: new(300), Temperature: new(0.7)},
	}
}

func readBifrost(chunks chan *schemas.BifrostStreamChunk) (got answer, _ error) {
	var text strings.Builder
	for chunk := range chunks {
		if chunk.BifrostError != nil {
			return answer{}, bifrostError(chunk.BifrostError)
		}
		r := chunk.BifrostChatResponse
		if r == nil {
			continue
		}
		if len(r.Choices) > 0 && r.Choices[0].ChatStreamResponseChoice != nil && r.Choices[0].Delta != nil && r.Choices[0].Delta.Content != nil {
			text.WriteString(*r.Choices[0].Delta.Content)
		}
		if r.Usage != nil {
			got.in, got.out = r.Usage.PromptTokens, r.Usage.CompletionTokens
		}
	}
	got.text = text.String()
	return got, nil
}

func bifrostError(e *schemas.BifrostError) error {
	if e.Error == nil {
		return errors.New("bifrost failed without a word")
	}
	return fmt.Errorf("bifrost: %s", e.Error.Message)
}
