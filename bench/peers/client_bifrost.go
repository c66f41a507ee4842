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
	"github.com/seed63918563/llmgate/internal/yardstick/cell"
)

// account is bifrost's way to be configured: one key, one server.
type account struct{ cell.Site }

func (account) GetConfiguredProviders() ([]schemas.ModelProvider, error) {
	return []schemas.ModelProvider{schemas.OpenAI}, nil
}

func (account) GetKeysForProvider(context.Context, schemas.ModelProvider) ([]schemas.Key, error) {
	return []schemas.Key{{ID: "key", Value: *schemas.NewSecretVar(apiKey), Models: schemas.WhiteList{"*"}, Weight: 1}}, nil
}

func (a account) GetConfigForProvider(schemas.ModelProvider) (*schemas.ProviderConfig, error) {
	return &schemas.ProviderConfig{
		NetworkConfig: schemas.NetworkConfig{
			BaseURL: a.Root, DefaultRequestTimeoutInSeconds: 300, MaxRetries: cell.Retries, MaxConnsPerHost: max(5000, a.Callers),
			RetryBackoffInitial: 500 * time.Millisecond, RetryBackoffMax: 5 * time.Second, AllowPrivateNetwork: true,
		},
		ConcurrencyAndBufferSize: schemas.ConcurrencyAndBufferSize{Concurrency: max(64, a.Callers), BufferSize: max(64, a.Callers)},
	}, nil
}

func openBifrost(s cell.Site) (*cell.Client, error) {
	c, err := bifrost.Init(context.Background(), schemas.BifrostConfig{Account: account{s}, Logger: bifrost.NewNoOpLogger(), InitialPoolSize: max(64, s.Callers)})
	if err != nil {
		return nil, err
	}
	return &cell.Client{
		Complete: func(ctx context.Context) (cell.Answer, error) {
			r, failure := c.ChatCompletionRequest(schemas.NewBifrostContext(ctx, schemas.NoDeadline), bifrostRequest())
			if failure != nil {
				return cell.Answer{}, bifrostError(failure)
			}
			return cell.Answer{Text: *r.Choices[0].Message.Content.ContentStr, In: r.Usage.PromptTokens, Out: r.Usage.CompletionTokens}, nil
		},
		Stream: func(ctx context.Context) (cell.Answer, error) {
			chunks, failure := c.ChatCompletionStreamRequest(schemas.NewBifrostContext(ctx, schemas.NoDeadline), bifrostRequest())
			if failure != nil {
				return cell.Answer{}, bifrostError(failure)
			}
			return readBifrost(chunks)
		},
		Close: c.Shutdown,
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

func readBifrost(chunks chan *schemas.BifrostStreamChunk) (got cell.Answer, _ error) {
	var text strings.Builder
	for chunk := range chunks {
		if chunk.BifrostError != nil {
			return cell.Answer{}, bifrostError(chunk.BifrostError)
		}
		r := chunk.BifrostChatResponse
		if r == nil {
			continue
		}
		if len(r.Choices) > 0 && r.Choices[0].ChatStreamResponseChoice != nil && r.Choices[0].Delta != nil && r.Choices[0].Delta.Content != nil {
			text.WriteString(*r.Choices[0].Delta.Content)
		}
		if r.Usage != nil {
			got.In, got.Out = r.Usage.PromptTokens, r.Usage.CompletionTokens
		}
	}
	got.Text = text.String()
	return got, nil
}

func bifrostError(e *schemas.BifrostError) error {
	if e.Error == nil {
		return errors.New("bifrost failed without a word")
	}
	return fmt.Errorf("bifrost: %s", e.Error.Message)
}
