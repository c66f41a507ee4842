// Package anthropic speaks Anthropic's Messages API: to Anthropic itself, to Claude models on Google's Vertex AI and, one
// answer at a time, on Amazon Bedrock, and to servers that are compatible with it. Use it directly for the smallest program;
// use the providers package to choose a provider by name.
//
// What the API can't say is reported: content that would be lost is an error before anything is sent, a parameter that is
// not honoured is a warning on the response. Blocks that the vocabulary has no name for, such as those of tools that run at
// the provider, come as opaque parts (see [BlockFormat] and [CitationsFormat]) and go back unchanged in the next turn.
//
// How a model is asked to think goes by its generation. Models since Claude 4.6 get a ReasoningEffort as adaptive thinking with
// that effort. Those before know only a budget: an effort becomes 1,024 tokens (minimal), 2,048 (low), 8,192 (medium), 16,384
// (high) or 32,768 (xhigh), but at most half of MaxTokens. JSON is asked for by the API's structured output where the model
// has it (since Claude 4.5, under a schema), else by a tool that the model must call. Either approximation is a warning.
//
// A Client is a request.Batcher, too: Message Batches are answered within a day for half the price, by Anthropic itself.
//
// Not supported: Bedrock's binary event stream (Stream delivers the whole answer at once there, with a warning) and AWS
// request signatures (use a Bedrock API key, or a Transport that signs).
package anthropic

import (
	"context"
	"iter"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// Client is a request.Client for one provider and key. It is safe for concurrent use and needs no closing.
type Client struct {
	cfg     Config
	dialect *dialect.Client
	// targets is where requests go; nil if that depends on a model and there is no default one.
	targets *targets
}

var _ request.Client = (*Client)(nil)

// New checks the configuration, reporting all faults together, and opens no connection.
func New(cfg Config) (*Client, error) {
	common, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, dialect: dialect.New(common)}
	if cfg.Model != "" || cfg.Platform == Direct {
		if c.targets, err = c.targetsFor(cfg.Model); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Complete sends the request and blocks until the whole answer has come.
func (c *Client) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	return desk.Complete(ctx, &req, c.begin)
}

// Stream returns the answer as it is written; see request.Client.
func (c *Client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return dialect.Stream(ctx, func() dialect.Codec { return c.newCodec(&req) })
}

func (c *Client) newCodec(req *request.Request) dialect.Codec {
	codec := new(message)
	c.begin(codec, req)
	return codec
}

var desk dialect.Desk[message, *message]

func (c *Client) begin(codec *message, req *request.Request) {
	codec.Call, codec.client = c.dialect.NewCall(req), c
}

// Capabilities describes a model; see Config.Capabilities.
func (c *Client) Capabilities(model string) request.Capabilities {
	return c.dialect.Capabilities(model)
}
