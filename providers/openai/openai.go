// Package openai speaks OpenAI's two dialects: Chat Completions, to OpenAI, to Azure OpenAI, and to every server that is
// compatible with it, whose differences are described by [Quirks]; and, with [Config].API, the Responses API. Use it
// directly for one provider with the smallest program; use the providers package to choose a provider by name.
//
// What a dialect can't say is reported: content that would be lost is an error before anything is sent, a parameter
// that is not honoured is a warning on the response.
//
// A Client is a request.Batcher, too: OpenAI's batch API answers within a day for half the price. Azure's is not supported.
package openai

import (
	"context"
	"iter"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// Client is a request.Client for one provider and key. It is safe for concurrent use and needs no closing.
type Client struct {
	cfg     Config
	dialect *dialect.Client
	// target is where requests for the default model go; nil if there is no default model and the address depends on it.
	target *wire.Target
}

var _ request.Client = (*Client)(nil)

// New checks the configuration, reporting all faults together, and opens no connection.
func New(cfg Config) (*Client, error) {
	common, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, dialect: dialect.New(common)}
	if cfg.Model != "" || !cfg.modelInAddress() {
		if c.target, err = c.targetFor(cfg.Model); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Complete sends the request and blocks until the whole answer has come.
func (c *Client) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	if c.cfg.API == Responses {
		return responsesDesk.Complete(ctx, &req, c.beginResponses)
	}
	return chatDesk.Complete(ctx, &req, c.beginChat)
}

// Stream returns the answer as it is written; see request.Client.
func (c *Client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return dialect.Stream(ctx, func() dialect.Codec { return c.newCodec(&req) })
}

// newCodec begins a request in the dialect of the configured API.
func (c *Client) newCodec(req *request.Request) dialect.Codec {
	if c.cfg.API == Responses {
		return &responses{codec: c.codec(req)}
	}
	return &chat{codec: c.codec(req)}
}

// Capabilities describes a model; see Config.Capabilities.
func (c *Client) Capabilities(model string) request.Capabilities {
	return c.dialect.Capabilities(model)
}
